//! A gateway between a bus of Modbus RTU devices and a server, without its board.
//!
//! Bytes and microseconds come in, bytes and deadlines go out: [`Gateway`] needs no clock, no heap and
//! no particular hardware. [`Runner`] puts it on serial ports that enter by `embedded-io` and
//! `embedded-hal`; a board adds the ports, a clock and a watchdog.
//!
//! It polls what its [`Image`](parabus_core::gateway::Image) says and answers from the last values. What
//! it does not hold (other registers, every write) it passes on to the bus, writes before the next
//! poll. Alerts of the image are looked at after each turn of a unit, with or without an uplink; a [`Panel`] puts
//! them on a relay, a button and a memory.
#![cfg_attr(not(test), no_std)]

mod alarm;
mod bus;
mod gateway;
mod memory;
mod own;
mod panel;
mod points;
mod port;
mod runner;

pub use alarm::{MOST_ACTIONS, TRANSITIONS, Transition};
pub use gateway::{Action, CapacityError, Gateway, Health};
pub use memory::{MOST_CONDITIONS, Memory, NoMemory, RECORD};
pub use panel::Panel;
pub use port::{NoPin, Port};
pub use runner::Runner;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
