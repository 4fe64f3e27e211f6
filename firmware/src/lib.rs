//! A gateway between a bus of Modbus RTU devices and a server, without its board.
//!
//! Bytes and microseconds come in, bytes and deadlines go out: [`Gateway`] needs no clock, no heap and
//! no particular hardware. [`Runner`] puts it on serial ports that enter by `embedded-io` and
//! `embedded-hal`; a board adds the ports, a clock and a watchdog.
//!
//! It polls what its [`Image`](parabus_core::gateway::Image) says and answers from the last values. What
//! it does not hold (other registers, every write) it passes on to the bus, writes before the next
//! poll.
#![cfg_attr(not(test), no_std)]

mod bus;
mod gateway;
mod points;
mod port;
mod runner;

pub use gateway::{Action, CapacityError, Gateway, Health};
pub use port::{NoPin, Port};
pub use runner::Runner;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
