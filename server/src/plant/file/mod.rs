//! The declarative file: its model, what each field may be, what has to fit together, and reading it.
//! Everything is checked when it is read: an error names file, line, column, field and what was
//! expected, and all are told at once.

mod alert;
mod check;
mod model;
mod read;
pub(super) mod schema;
mod tariff;
mod values;
mod yaml;

pub use alert::{Action, Alert, Condition, Contact, FollowUp};
pub(super) use check::{check_parameters, distinct};
pub use model::*;
pub use read::PlantError;
pub(super) use read::{Fault, read_yaml, suffix};
pub use tariff::Tariff;
pub use values::{Exact, Language, Name, PERIOD_SEC, RETRIES, Secret, Section, Spanned, TIMEOUT_MS, TypeCode};
pub(super) use values::{codes, group_size, write_function};
pub(super) use yaml::hint;

#[cfg(test)]
mod tests;
