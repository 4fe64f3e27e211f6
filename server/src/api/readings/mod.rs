//! Endpoints of the group `readings`.

pub mod get;
