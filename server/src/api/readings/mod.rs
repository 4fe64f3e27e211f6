//! Endpoints of the group `readings`.

pub mod date_range;
pub mod dispersed;
pub mod get;
pub mod min_max_range;
mod range;
