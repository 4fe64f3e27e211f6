//! Endpoints of the group `public`.

pub mod version;
