//! An organization's dashboard.

pub mod add_widgets;
pub mod change;
mod events;
pub mod get;
pub mod light;
mod view;
