//! Endpoints of the group `device`.

pub mod get;
pub mod tracked_params;
