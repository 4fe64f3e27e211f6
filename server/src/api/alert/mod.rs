//! Endpoints of alerts.

pub mod change;
pub mod create;
pub mod get;
mod journal;
pub mod list;
pub mod log;
pub mod org_log;
pub mod status;
mod wish;
