//! Where chunks of readings are kept: a trait, and two stores behind it.
//!
//! A chunk is named by its group, its part (a group may have more columns than a chunk) and the instant of its
//! first row; of two with one name the higher revision counts, so that copying chunks twice changes nothing
//! (DOMAIN.md A-5). Chunks of a part do not overlap.

mod memory;
mod seal;
mod sqlite;
mod visit;

use std::ops::ControlFlow;

pub use memory::MemoryChunks;
pub use seal::{GroupLayout, merge};
pub use sqlite::SqliteChunks;
pub use visit::{Look, LookAtPiece, Piece, Waiting, pieces, walk};

use super::StoreError;
use crate::model::{Cell, CellError, GroupId};

/// The cells of one cycle, by column.
pub type Row = Vec<Result<Cell, CellError>>;

/// What a chunk is named by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    pub group: GroupId,
    /// Columns from 64 times this on.
    pub part: u16,
    pub first_at: i64,
}

/// What is known of a chunk without its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Info {
    pub name: Name,
    pub last_at: i64,
    pub rows: u32,
    pub revision: u32,
}

/// A chunk as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub info: Info,
    pub data: Vec<u8>,
}

/// In which order chunks or cells are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Ascending,
    Descending,
}

/// Looks at a chunk and says whether to go on.
pub type Visitor<'v> = &'v mut dyn FnMut(&Info, &[u8]) -> ControlFlow<()>;

/// A store of chunks.
pub trait ChunkStore {
    /// Keeps chunks; one replaces the one of its name, unless that has as high a revision. Those of groups that
    /// are gone are dropped.
    fn put(&mut self, chunks: &[Stored]) -> Result<(), StoreError>;

    /// Shows the chunks of a part that begin in the range, and the last one that begins before it.
    fn range(
        &self,
        group: GroupId,
        part: u16,
        range: (i64, i64),
        order: Order,
        visit: Visitor<'_>,
    ) -> Result<(), StoreError>;

    /// Lets go of the chunks of all groups that end before an instant; gives how many.
    fn drop_before(&mut self, before: i64) -> Result<usize, StoreError>;

    /// What is known of the chunks of a group, by part and time.
    fn list(&self, group: GroupId) -> Result<Vec<Info>, StoreError>;
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
