//! Endpoints of the group `net`.

pub mod change;
pub mod change_disable;
pub mod change_solution;
pub mod connection_status;
pub mod create;
pub mod devices;
pub mod drop_connections;
pub mod get;
pub mod list;
pub mod tree;
mod wish;
