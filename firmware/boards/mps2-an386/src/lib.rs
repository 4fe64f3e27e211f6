//! What the board has: interrupt vectors, two UARTs, a clock, a watchdog, a relay with a button, and a panic handler that says
//! why. Registers as in Arm's Cortex-M System Design Kit (DDI 0479), addresses as in the application
//! note AN386.
//!
//! On a host this crate is empty.
#![cfg_attr(target_os = "none", no_std)]

#[cfg(target_os = "none")]
pub mod clock;
#[cfg(target_os = "none")]
mod interrupts;
#[cfg(target_os = "none")]
pub mod panel;
#[cfg(target_os = "none")]
mod panic;
#[cfg(target_os = "none")]
mod register;
#[cfg(target_os = "none")]
pub mod uart;
#[cfg(target_os = "none")]
pub mod watchdog;

/// Hertz of the processor, its timers and its UARTs.
pub const CLOCK_HZ: u32 = 25_000_000;
