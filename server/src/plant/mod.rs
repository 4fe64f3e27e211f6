//! The declarative file (`plant.yaml`): what a plant consists of, applied again and again,
//! and how the simulator plays it.

mod apply;
mod file;
mod signal;
mod simulate;

pub use apply::{Report, apply};
pub use file::{File, PlantError};
pub use simulate::simulate;
