//! Endpoints of the group `params`.

pub mod get_info;
pub mod last_readings;
pub mod read_realtime;
