//! Telemetry of Modbus equipment as plain computation: bytes and time in, values out.
//!
//! Core reads no clock, opens no socket, touches no file and needs no allocator. What the
//! features add: `alloc` and `std` add conveniences and what grows, `serde` adds the `contract` that
//! every binding speaks, `formula` the formulas of reports, `tz` the zones of the IANA database.
#![cfg_attr(not(any(feature = "std", test)), no_std)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        reason = "a test that panics has failed, as it should"
    )
)]

#[cfg(feature = "alloc")]
extern crate alloc;

pub mod aggregate;
pub mod alert;
pub mod chunk;
#[cfg(feature = "serde")]
pub mod contract;
pub mod error;
#[cfg(feature = "formula")]
pub mod formula;
pub mod gateway;
pub mod modbus;
pub mod reference;
pub mod schedule;
mod text;
pub mod time;
pub mod value;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
