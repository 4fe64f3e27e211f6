//! The HTTP API as a client sees it: a server in this process, a device of tokio-modbus, a device
//! that answers too late.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, as it should")]

mod access;
mod alerts;
mod attend;
mod audit;
mod connections;
mod controllers;
mod dashboard;
mod errors;
mod examples;
mod gsense;
mod harness;
mod history;
mod links;
mod nets;
mod notifications;
mod organizations;
mod page;
mod params;
mod references;
mod reports;
mod templates;
mod translations;
mod values;
mod visualizations;
mod year;
