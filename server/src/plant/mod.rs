//! The declarative file (`plant.yaml`): what a plant consists of, applied again and again,
//! how the simulator plays it, and what a gateway polls of it.

mod apply;
mod file;
mod own;
mod pack;
mod signal;
mod simulate;
pub mod solution;
mod stage;
pub mod template;
mod unit;
pub mod zoo;

pub use apply::{Report, apply, net_slug, slug_of};
pub use file::{File, PlantError};
pub use pack::{PackError, Packed, pack};
pub use simulate::simulate;
