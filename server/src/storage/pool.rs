//! Connections for looks into the past: opening one reads the whole schema, and what one has read of the database
//! stays with it.

use std::ops::Deref;
use std::path::Path;

use parking_lot::{Mutex, MutexGuard};
use rusqlite::Connection;

use super::{StoreError, open_for_reading};

/// Connections that are kept.
const KEPT: usize = 4;

/// Each keeps up to 8 MiB of pages; SQLite takes KiB as a negative number.
const BEGIN: &str = "PRAGMA cache_size = -8192; BEGIN";

pub struct Readers(Vec<Mutex<Connection>>);

impl Readers {
    pub fn open(database: &Path) -> Result<Readers, StoreError> {
        (0..KEPT).map(|_| open_for_reading(database).map(Mutex::new)).collect::<Result<_, _>>().map(Readers)
    }

    /// A connection that shows one state of the database until it is dropped; one of its own where all are in use, as
    /// no look waits for another.
    pub fn begin(&self, database: &Path) -> Result<Reader<'_>, StoreError> {
        let reader = match self.0.iter().find_map(Mutex::try_lock) {
            Some(kept) => Reader::Kept(kept),
            None => Reader::Own(open_for_reading(database)?),
        };
        reader.execute_batch(BEGIN)?;
        Ok(reader)
    }
}

pub enum Reader<'r> {
    Kept(MutexGuard<'r, Connection>),
    Own(Connection),
}

impl Deref for Reader<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Reader::Kept(connection) => connection,
            Reader::Own(connection) => connection,
        }
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        // Nothing was written: it can only fail where nothing was begun.
        self.execute_batch("COMMIT").ok();
    }
}
