//! The HTTP API as a client sees it: a server in this process, a device of tokio-modbus, a device
//! that answers too late.

mod access;
mod connections;
mod errors;
mod examples;
mod harness;
mod page;
