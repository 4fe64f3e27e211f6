//! Endpoints of the group `device`.

pub mod change_disable;
pub mod get;
pub mod next_read_time;
pub mod tracked_params;
pub mod widgets;
