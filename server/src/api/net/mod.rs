//! Endpoints of the group `net`.

pub mod change_disable;
pub mod connection_status;
pub mod devices;
pub mod drop_connections;
pub mod get;
pub mod list;
pub mod tree;
