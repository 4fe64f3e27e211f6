//! Endpoints of the group `param`.

pub mod dashboard_data;
pub mod dashboard_widget_data;
pub mod write;
