//! Endpoints of the group `param`.

pub mod write;
