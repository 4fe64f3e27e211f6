//! Resource reports.

pub mod chart_data;
pub mod create;
pub mod list;
