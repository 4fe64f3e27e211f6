//! One visualization: a picture of a plant, drawn by whoever shows it (D-34).

pub mod data;
pub mod get;
pub mod save;
