//! Endpoints of the group `em130`.

pub mod read_events;
