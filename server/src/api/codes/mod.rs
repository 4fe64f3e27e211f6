//! Endpoints of the codes by which controllers are found: shown by them, or printed on them.

pub mod activation;
pub mod connect;
