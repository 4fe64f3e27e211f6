//! Endpoints of the group `dashboard`.

pub mod light;
