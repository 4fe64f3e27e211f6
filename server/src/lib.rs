//! The Parabus server: polls Modbus devices, keeps their readings, speaks the Overvis v1 HTTP API
//! and shows a live page.
//!
//! A request goes `api → (live | storage | controller → link)` and back; a reading goes
//! `link → poll → live → storage`. No module calls back up.

// The binary is the product; items are public for its tests, not for other crates.
#![allow(missing_docs)]

pub mod admin;
pub mod alarm;
pub mod api;
pub mod app;
pub mod clock;
pub mod config;
mod control;
pub mod controller;
mod directory;
pub mod energy;
pub mod link;
pub mod live;
pub mod model;
pub mod plant;
pub mod poll;
pub mod quota;
mod reference;
pub mod report;
pub mod run;
mod service;
pub mod session;
pub mod storage;
pub mod web;
pub mod words;
