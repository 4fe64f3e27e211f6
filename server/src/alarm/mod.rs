//! Alerts: who is told of them, and by what.

pub mod deliver;
pub mod message;
