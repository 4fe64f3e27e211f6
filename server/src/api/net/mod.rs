//! Endpoints of the group `net`.

pub mod devices;
pub mod get;
pub mod list;
pub mod tree;
