//! The embedded store: SQLite for configuration and chunks of readings, an append-only log in front.
//!
//! Guarantees:
//! - A reading is acknowledged when the log's `write` has returned, and only then shown to anyone:
//!   a killed process loses none.
//! - The log is forced to the medium within the commit interval: a power cut loses at most that.
//! - A torn tail of the log is found by its checksum and cut off; what stands before it is kept.
//! - Configuration changes in one transaction or not at all; readings keep the type and scale that
//!   they were taken with.
//!
//! Only this folder knows SQL.

mod access;
mod alerts;
mod audit;
mod backup;
mod cells;
mod changes;
pub mod chunks;
mod configuration;
mod counts;
mod edit;
mod head;
mod history;
mod known;
mod log;
pub mod outbox;
mod people;
mod pool;
mod readings;
mod schema;
mod sums;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::watch;

use crate::model::Directory;
pub use alerts::{AlertChanges, AlertRecord, KeptState, LogLine, MOST_SHELF_MIN, Records, Shelf, Wish};
pub use audit::{AuditEntry, AuditFilter, COMMAND_LINE};
pub use backup::{Condition, Damaged, backup, inspect, restore};
pub use counts::Counts;
pub use edit::Edit;
use head::Head;
pub use history::MinMax;
pub use people::VisData;
pub use sums::Sums;

/// Milliseconds that a statement waits for another process's transaction.
const BUSY_TIMEOUT_MS: u64 = 5000;

/// How often changes by another process are looked for.
const RELOAD_EVERY: Duration = Duration::from_millis(500);

/// How often it is looked which readings are to move from the log into chunks.
const SEAL_EVERY: Duration = Duration::from_secs(5);

/// A fault of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("database: {0}")]
    Sql(#[from] rusqlite::Error),
    #[error("the store was written by a newer version (schema {found}, this one knows {known}): update the server")]
    Newer { found: usize, known: usize },
    #[error("{}: in use by another running server", path.display())]
    InUse { path: PathBuf },
    #[error("the store holds `{text}` as {field}, which this version cannot read")]
    Content { field: &'static str, text: String },
    #[error("{0}")]
    Refused(String),
}

impl StoreError {
    fn io(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
        move |source| StoreError::Io { path: path.to_owned(), source }
    }
}

/// The store; clones share it.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    database: PathBuf,
    /// Short looks, beside the writer.
    reader: Mutex<Connection>,
    /// Long looks into the past.
    readers: pool::Readers,
    /// What is known of sealed readings.
    runs: known::Runs,
    /// Where parameters stand in groups.
    columns: Mutex<readings::Columns>,
    /// Looks up keys and sessions: a request waits neither for a long read nor for sealing.
    access: Mutex<Connection>,
    directory: watch::Sender<Arc<Directory>>,
    /// Absent where only the configuration is worked on.
    log: Option<Mutex<log::Log>>,
    head: RwLock<Head>,
    /// Held while readings move from the log into chunks: one move at a time.
    sealing: Mutex<()>,
    /// Everything that writes, one at a time. It is closed after the others, and so leaves one file of the database.
    writer: Mutex<Connection>,
}

/// A new folder is its owner's alone: hashes of passwords and keys of sessions are in the files.
pub(crate) fn create_folder(folder: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(folder).map_err(StoreError::io(folder))
}

impl Store {
    /// Opens the store of a server: takes its lock, replays what the log holds.
    pub fn open(folder: &Path) -> Result<Store, StoreError> {
        create_folder(folder)?;
        backup::refuse_half_restored(folder)?;
        // Before anything is changed: another server may still run.
        let lock = log::lock(folder)?;
        let mut writer = connect(folder)?;
        schema::migrate(&mut writer)?;
        let log = log::Log::open(folder, lock, |records| readings::insert(&mut writer, records))?;
        Store::new(folder, writer, Some(log))
    }

    /// Opens configuration and readings to be looked at, beside a running server or without one.
    pub fn open_readings(folder: &Path) -> Result<Store, StoreError> {
        // The log first: what is sealed in between is then found in the database as well.
        let (records, _) = log::read(folder)?;
        let store = Store::open_configuration(folder)?;
        let mut head = store.shared.head.write();
        records.into_iter().for_each(|record| head.insert(record, 0));
        drop(head);
        Ok(store)
    }

    /// Opens the configuration alone, beside a running server or without one.
    pub fn open_configuration(folder: &Path) -> Result<Store, StoreError> {
        create_folder(folder)?;
        backup::refuse_half_restored(folder)?;
        let mut writer = connect(folder)?;
        if schema::version(&writer)? < schema::NEWEST {
            let _alone = log::lock(folder).map_err(|error| match error {
                StoreError::InUse { path } => StoreError::Refused(format!(
                    "{}: a server of an older version runs on this store: stop it first, the store will be brought up",
                    path.display()
                )),
                other => other,
            })?;
            schema::migrate(&mut writer)?;
        }
        Store::new(folder, writer, None)
    }

    fn new(folder: &Path, writer: Connection, log: Option<log::Log>) -> Result<Store, StoreError> {
        let database = database_of(folder);
        let directory = configuration::load(&writer)?;
        let shared = Shared {
            writer: Mutex::new(writer),
            reader: Mutex::new(open_for_reading(&database)?),
            readers: pool::Readers::open(&database)?,
            runs: known::Runs::default(),
            columns: Mutex::default(),
            access: Mutex::new(open_for_reading(&database)?),
            directory: watch::Sender::new(Arc::new(directory)),
            log: log.map(Mutex::new),
            head: RwLock::default(),
            sealing: Mutex::new(()),
            database,
        };
        Ok(Store { shared: Arc::new(shared) })
    }

    /// The configuration at this moment.
    pub fn directory(&self) -> Arc<Directory> {
        self.shared.directory.borrow().clone()
    }

    /// Tells of every change of the configuration.
    pub fn watch(&self) -> watch::Receiver<Arc<Directory>> {
        self.shared.directory.subscribe()
    }

    /// Loads the configuration again if it has changed, by whichever process.
    pub fn reload(&self) -> Result<bool, StoreError> {
        let writer = self.shared.writer.lock();
        let revision: i64 =
            writer.query_row("SELECT value FROM meta WHERE key = 'config_revision'", [], |row| row.get(0))?;
        if revision == self.shared.directory.borrow().revision {
            return Ok(false);
        }
        let directory = configuration::load(&writer)?;
        drop(writer);
        self.shared.directory.send_replace(Arc::new(directory));
        Ok(true)
    }

    /// Changes the configuration from the command line, see [`Store::configure_as`].
    pub fn configure<T>(
        &self,
        keep: bool,
        change: impl FnOnce(&mut Edit<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.configure_as(COMMAND_LINE, keep, change)
    }

    /// Changes the configuration in one transaction, with its lines in the audit trail; nothing changes
    /// on an error, or if `keep` says so (a dry run).
    pub fn configure_as<T>(
        &self,
        actor: &str,
        keep: bool,
        change: impl FnOnce(&mut Edit<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut writer = self.shared.writer.lock();
        let transaction = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let directory = configuration::load(&transaction)?;
        let mut edit = Edit::new(&transaction, directory, actor.to_owned());
        let result = change(&mut edit)?;
        let changed = edit.finish()?;
        if keep && changed {
            transaction.commit()?;
        } else {
            transaction.rollback()?;
        }
        drop(writer);
        self.reload()?;
        Ok(result)
    }

    /// Works in the background until the store is dropped: forces the log to the medium, seals
    /// readings, notices configuration changed by another process.
    pub fn keep(&self, commit_interval: Duration) {
        let every = |period: Duration, name: &'static str, work: fn(&Store) -> Result<(), StoreError>| {
            let weak = Arc::downgrade(&self.shared);
            let body = move || {
                while let Some(shared) = weak.upgrade() {
                    if let Err(error) = work(&Store { shared }) {
                        tracing::error!(%error, "{name} failed and will be tried again");
                        metrics::counter!("parabus_store_errors", "work" => name).increment(1);
                    }
                    std::thread::sleep(period.max(Duration::from_millis(1)));
                }
            };
            if let Err(error) = std::thread::Builder::new().name(name.to_owned()).spawn(body) {
                tracing::error!(%error, "the thread {name} could not be started");
            }
        };
        every(commit_interval, "store-sync", |store| store.sync());
        every(SEAL_EVERY, "store-seal", |store| store.seal_due());
        every(RELOAD_EVERY, "store-reload", |store| store.reload().map(|_| ()));
    }
}

fn database_of(folder: &Path) -> PathBuf {
    folder.join("parabus.sqlite")
}

fn open_for_reading(database: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    keep_plans(&connection)?;
    connection.busy_timeout(Duration::from_millis(BUSY_TIMEOUT_MS))?;
    Ok(connection)
}

/// Without this a statement with a range is planned anew for each instant that it is given (SQLITE_ENABLE_STAT4, with
/// which SQLite is built here).
fn keep_plans(connection: &Connection) -> Result<(), StoreError> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn connect(folder: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(database_of(folder))?;
    keep_plans(&connection)?;
    connection.busy_timeout(Duration::from_millis(BUSY_TIMEOUT_MS))?;
    // Of a new file alone: what retention lets go of can then go back to the file system.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // Sealed readings leave the log, so their transaction must be on the medium first.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
pub(crate) mod tests_crash;
#[cfg(test)]
mod tests_history;
