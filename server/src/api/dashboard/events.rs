//! The alerts on a dashboard. Without an alert engine there is none, and the list is empty.

/// Alerts of an organization, in both dashboards' replies.
pub type Events = [(); 0];

pub const NONE: Events = [];
