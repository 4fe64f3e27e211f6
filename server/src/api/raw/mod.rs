//! Endpoints of the group `raw`: registers of any unit, without parameters.

mod connection;
mod kind;
pub mod read_register_group;
pub mod write_register_group;

/// Milliseconds that a unit gets to answer a raw request.
const TIMEOUT_MS: u32 = 1500;
