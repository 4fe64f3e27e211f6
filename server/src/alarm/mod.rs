//! Alerts: what they watch, what happens to them, who is told of it, and by what.
//!
//! `core::alert` decides; this folder hands it readings and time, keeps what it says in one transaction with the
//! messages, and words it.

pub mod deliver;
mod evaluator;
pub mod happening;
pub mod link;
pub mod message;
pub mod model;
mod running;
pub mod snapshot;
pub mod told;

pub use evaluator::{Alarm, Confirmed, run};

#[cfg(test)]
pub(crate) mod tests;
