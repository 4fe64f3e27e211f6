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

    /// One that nobody uses, or another where all are in use, as no look waits for another.
    pub fn take(&self, database: &Path) -> Result<Reader<'_>, StoreError> {
        Ok(match self.0.iter().find_map(Mutex::try_lock) {
            Some(kept) => Reader::Kept(kept),
            None => Reader::Own(open_for_reading(database)?),
        })
    }
}

/// A connection whose state of the database, if it has begun to show one, ends when it is dropped.
pub enum Reader<'r> {
    Kept(MutexGuard<'r, Connection>),
    Own(Connection),
}

impl Reader<'_> {
    /// Shows one state of the database from now on, and takes no lock for each look into it.
    pub fn begin(&self) -> Result<(), StoreError> {
        Ok(self.execute_batch(BEGIN)?)
    }
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
