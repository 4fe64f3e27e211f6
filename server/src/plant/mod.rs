//! The declarative file (`plant.yaml`): what a plant consists of, applied again and again,
//! how the simulator plays it, and what a gateway polls of it.

mod alert;
mod apply;
mod export;
mod file;
mod own;
mod pack;
mod plan;
mod prune;
mod signal;
mod simulate;
pub mod solution;
mod stage;
pub mod template;
mod unit;
pub mod zoo;

pub use apply::{Rest, apply, apply_plan, net_slug, plan, slug_of};
pub use export::{Selection, export};
pub use file::schema::schema;
pub use file::{File, PlantError};
pub use pack::{PackError, Packed, pack};
pub use plan::Report;
pub use simulate::simulate;

#[cfg(test)]
mod tests;
