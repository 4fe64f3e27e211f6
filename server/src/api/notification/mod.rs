//! Notifications to everyone who uses the server.

pub mod dismiss;
