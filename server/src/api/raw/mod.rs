//! Endpoints of the group `raw`: registers of any unit, without parameters.

pub mod check_connection;
pub mod check_device_read;
pub mod connection;
mod group;
mod kind;
pub mod read_controller_modbus_settings;
pub mod read_multiple_register_group;
pub mod read_multiple_with_timeout;
pub mod read_register_group;
pub mod send_controller_passwords;
pub mod write_controller_modbus_settings;
pub mod write_register_group;

pub use group::check_unit;

/// Milliseconds that a unit gets to answer a raw request.
const TIMEOUT_MS: u32 = 1500;
