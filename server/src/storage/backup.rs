//! A store in one file, taken beside a running server, and put back; and a look at a store's health.
//!
//! The log is read before the database is copied: a reading that moves from one to the other in between
//! is then in both, and putting it in twice changes nothing. Read the other way round it could be in
//! neither.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::{StoreError, database_of, log, open_for_reading, readings, schema};

/// What was found in a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    pub schema: usize,
    /// Cycles in the log, which are not yet in the database.
    pub logged: usize,
    /// Bytes at the ends of the log that are no whole record: of a write that a crash cut off, or of one
    /// that is going on.
    pub torn: usize,
}

/// Copies the store of `folder` into one new file. Nobody stays logged in, in the copy.
pub fn backup(folder: &Path, target: &Path) -> Result<Condition, StoreError> {
    let database = database_of(folder);
    File::open(&database).map_err(StoreError::io(&database))?;
    if target.exists() {
        return Err(StoreError::Refused(format!("{}: exists already, name another file", target.display())));
    }
    let (records, torn) = log::read(folder)?;
    let mut partial = target.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    // It holds hashes of passwords.
    let created = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&partial);
    created.map_err(StoreError::io(&partial))?;
    let copied = copy(&database, &partial, &records);
    let schema = copied.inspect_err(|_| {
        std::fs::remove_file(&partial).ok();
    })?;
    put_in_place(&partial, target)?;
    Ok(Condition { schema, logged: records.len(), torn })
}

fn copy(database: &Path, partial: &Path, records: &[log::Record]) -> Result<usize, StoreError> {
    let source = open_for_reading(database)?;
    schema::version(&source)?;
    let mut copy = Connection::open(partial)?;
    {
        let backup = Backup::new(&source, &mut copy)?;
        // In one step: writers go on beside it, and none makes it start over.
        while !matches!(backup.step(-1)?, StepResult::Done) {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    schema::migrate(&mut copy)?;
    copy.execute("DELETE FROM session", [])?;
    readings::insert(&mut copy, records)?;
    quick_check(&copy, partial)?;
    schema::version(&copy)
}

/// Puts a backup in the place of a folder's store, which is moved aside; gives where it went.
pub fn restore(folder: &Path, file: &Path) -> Result<Option<PathBuf>, StoreError> {
    File::open(file).map_err(StoreError::io(file))?;
    let backup = open_for_reading(file)?;
    quick_check(&backup, file)?;
    let no_backup = || StoreError::Refused(format!("{}: is no backup of a store", file.display()));
    if schema::version(&backup)? == 0 {
        return Err(no_backup());
    }
    drop(backup);
    super::create_folder(folder)?;
    let _lock = log::lock(folder)?;
    let database = database_of(folder);
    let fresh = folder.join("restored.partial");
    std::fs::copy(file, &fresh).map_err(StoreError::io(&fresh))?;
    // Nothing moves before the copy has been read as a server would read it.
    let read = Connection::open(&fresh).map_err(StoreError::from).and_then(|mut copy| {
        schema::migrate(&mut copy)?;
        super::configuration::load(&copy)
    });
    if let Err(error) = read {
        std::fs::remove_file(&fresh).ok();
        return Err(match error {
            StoreError::Newer { .. } => error,
            _ => no_backup(),
        });
    }
    let beside = |end: &str| folder.join(format!("parabus.sqlite{end}"));
    let mut old = vec![database.clone(), beside("-wal"), beside("-shm")];
    old.extend(log::files(folder)?);
    old.retain(|path| path.exists());
    let aside = folder.join(format!("replaced-{}", crate::clock::now().as_millis()));
    if !old.is_empty() {
        std::fs::create_dir(&aside).map_err(StoreError::io(&aside))?;
    }
    for path in &old {
        let to = aside.join(path.file_name().unwrap_or_default());
        std::fs::rename(path, to).map_err(StoreError::io(path))?;
    }
    put_in_place(&fresh, &database)?;
    Ok((!old.is_empty()).then_some(aside))
}

/// A restore that was cut off after the old store had gone must not look like an empty folder.
pub(super) fn refuse_half_restored(folder: &Path) -> Result<(), StoreError> {
    let fresh = folder.join("restored.partial");
    if fresh.exists() && !database_of(folder).exists() {
        let text = "a restore was cut off here: repeat `parabus restore`; the store before it is in `replaced-…`";
        return Err(StoreError::Refused(format!("{}: {text}", folder.display())));
    }
    Ok(())
}

/// Whether the store can be read and is intact; changes nothing.
pub fn inspect(folder: &Path) -> Result<Condition, StoreError> {
    let database = database_of(folder);
    File::open(&database).map_err(StoreError::io(&database))?;
    let connection = open_for_reading(&database)?;
    quick_check(&connection, &database)?;
    let schema = schema::version(&connection)?;
    // An older one is brought up at the next start, and cannot be read before.
    if schema == schema::NEWEST {
        super::configuration::load(&connection)?;
    }
    let (records, torn) = log::read(folder)?;
    Ok(Condition { schema, logged: records.len(), torn })
}

fn quick_check(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found == "ok" {
        return Ok(());
    }
    Err(StoreError::Refused(format!("{}: is damaged: {found}", path.display())))
}

/// Forces a file to the medium and gives it its name.
fn put_in_place(from: &Path, to: &Path) -> Result<(), StoreError> {
    File::open(from).and_then(|file| file.sync_all()).map_err(StoreError::io(from))?;
    std::fs::rename(from, to).map_err(StoreError::io(to))?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(StoreError::io(folder))
}
