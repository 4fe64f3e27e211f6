//! A store in one file, taken beside a running server, and put back; and a look at a store's health.
//!
//! The log is read before the database is copied: a reading that moves from one to the other in between
//! is then in both, and putting it in twice changes nothing. Read the other way round it could be in
//! neither.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use parabus_core::chunk::Chunk;
use parabus_core::time::Instant;
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
    // It holds hashes of passwords, so it is no file that others made, or left with their rights.
    if let Err(error) = std::fs::remove_file(&partial)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        return Err(StoreError::io(&partial)(error));
    }
    let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial);
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
    quick_check(&copy, database)?;
    schema::version(&copy)
}

/// What becomes of a backup with readings that are not as they were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damaged {
    Refuse,
    /// Its other readings are worth having.
    Accept,
}

/// Puts a backup in the place of a folder's store, which is moved aside; gives where it went.
pub fn restore(folder: &Path, file: &Path, damaged: Damaged) -> Result<Option<PathBuf>, StoreError> {
    let no_backup = || StoreError::Refused(format!("{}: is no backup of a store", file.display()));
    if is_written_ahead(file)? {
        let text = "is the database of a store itself, and other files belong to it: take a copy by `parabus backup`";
        return Err(StoreError::Refused(format!("{}: {text}", file.display())));
    }
    let backup = open_for_reading(file)?;
    let checked = quick_check(&backup, file).and_then(|()| match damaged {
        Damaged::Refuse => check_readings(&backup, file),
        Damaged::Accept => Ok(()),
    });
    let version = schema::version(&backup);
    drop(backup);
    match (version, checked) {
        (Ok(0), _) => return Err(no_backup()),
        (Err(error @ StoreError::Newer { .. }), _) | (Ok(_), Err(error @ StoreError::Refused(_))) => return Err(error),
        (Err(_), _) | (_, Err(_)) => return Err(no_backup()),
        (Ok(_), Ok(())) => {}
    }
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

/// Whether a database keeps its newest pages in a file beside it: bytes 18 and 19 of a file in WAL mode are 2
/// (SQLite's file format, 1.3.3). A backup is one file.
fn is_written_ahead(path: &Path) -> Result<bool, StoreError> {
    let mut header = [0; 20];
    let length = File::open(path).and_then(|file| file.read_at(&mut header, 0)).map_err(StoreError::io(path))?;
    Ok(length == header.len() && header.starts_with(b"SQLite format 3\0") && header.ends_with(&[2, 2]))
}

/// Whether all readings in chunks are as they were written: each chunk has a checksum.
fn check_readings(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let has_chunks = connection.table_exists(None, "chunk")?;
    if !has_chunks {
        return Ok(());
    }
    let mut chunks = connection.prepare("SELECT group_id, first_at, data FROM chunk")?;
    let mut chunks = chunks.query([])?;
    while let Some(row) = chunks.next()? {
        let data = row.get_ref(2)?.as_blob().unwrap_or_default();
        if let Err(error) = Chunk::parse(data).and_then(|chunk| chunk.body().map(drop)) {
            let (group, first): (i64, i64) = (row.get(0)?, row.get(1)?);
            let (path, at) = (path.display(), Instant::from_millis(first).display_millis());
            return Err(StoreError::Refused(format!(
                "{path}: is damaged: readings of group {group} from {at}: {error}; an earlier backup may be whole, and \
                 `--damaged` takes this one without them"
            )));
        }
    }
    Ok(())
}

/// Forces a file to the medium and gives it its name.
fn put_in_place(from: &Path, to: &Path) -> Result<(), StoreError> {
    File::open(from).and_then(|file| file.sync_all()).map_err(StoreError::io(from))?;
    std::fs::rename(from, to).map_err(StoreError::io(to))?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(StoreError::io(folder))
}
