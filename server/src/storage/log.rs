//! The write-ahead log of readings: segments of checksummed records.
//!
//! Record: length of the payload (u32), CRC-32 of it (u32), payload: group (i64), instant in ms
//! (i64), cells. All little-endian. Segments are numbered; one is deleted once its readings and those of all
//! before it are in the database, and replaying one twice changes nothing.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::StoreError;
use crate::model::GroupId;

const HEADER: usize = 8;
const FIXED: usize = 16;

/// A cycle as it lies in log and database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub group: GroupId,
    pub at: i64,
    pub cells: Vec<u8>,
}

impl Record {
    fn emit(&self) -> Vec<u8> {
        let mut payload = Vec::with_capacity(FIXED + self.cells.len());
        payload.extend(self.group.to_le_bytes());
        payload.extend(self.at.to_le_bytes());
        payload.extend(&self.cells);
        let mut bytes = Vec::with_capacity(HEADER + payload.len());
        bytes.extend(u32::try_from(payload.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend(crc32fast::hash(&payload).to_le_bytes());
        bytes.extend(payload);
        bytes
    }

    /// The record that starts here and the bytes behind it; `None` for a torn or damaged one.
    fn parse(bytes: &[u8]) -> Option<(Record, &[u8])> {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let (checksum, rest) = rest.split_first_chunk::<4>()?;
        let (payload, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        if crc32fast::hash(payload) != u32::from_le_bytes(*checksum) {
            return None;
        }
        let (group, payload) = payload.split_first_chunk::<8>()?;
        let (at, cells) = payload.split_first_chunk::<8>()?;
        let record = Record { group: i64::from_le_bytes(*group), at: i64::from_le_bytes(*at), cells: cells.to_vec() };
        Some((record, rest))
    }
}

/// The intact records of a segment, and the number of bytes behind them that are none.
fn parse_segment(mut bytes: &[u8]) -> (Vec<Record>, usize) {
    let mut records = Vec::new();
    while let Some((record, rest)) = Record::parse(bytes) {
        records.push(record);
        bytes = rest;
    }
    (records, bytes.len())
}

/// The open log. It holds the lock that keeps a second server away.
pub struct Log {
    folder: PathBuf,
    number: u64,
    file: File,
    /// Bytes of whole records in the open segment.
    length: u64,
    /// When the open segment was begun.
    since: Instant,
    is_synced: bool,
    /// A failed write could not be cut off: what follows in this segment would not be found again.
    is_torn: bool,
    /// Records were written since the last `rotate`.
    holds_records: bool,
    _lock: File,
}

/// Keeps servers away from a store for as long as the file is open.
pub fn lock(folder: &Path) -> Result<File, StoreError> {
    let path = folder.join("server.lock");
    let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let lock = lock.map_err(StoreError::io(&path))?;
    if lock.try_lock().is_err() {
        return Err(StoreError::InUse { path });
    }
    Ok(lock)
}

/// The intact records of every segment, beside a running server or without one, and the bytes that are
/// none. A segment that goes meanwhile has been sealed: its readings are in the database.
pub fn read(folder: &Path) -> Result<(Vec<Record>, usize), StoreError> {
    let (mut all, mut torn) = (Vec::new(), 0);
    for number in segments(folder)? {
        let path = segment_path(folder, number);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(StoreError::io(&path)(error)),
        };
        let (records, rest) = parse_segment(&bytes);
        all.extend(records);
        torn += rest;
    }
    Ok((all, torn))
}

/// The files of the log.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    Ok(segments(folder)?.into_iter().map(|number| segment_path(folder, number)).collect())
}

fn segment_path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("readings-{number:08}.log"))
}

/// Numbers of the segments in the folder, ascending.
fn segments(folder: &Path) -> Result<Vec<u64>, StoreError> {
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(StoreError::io(folder))? {
        let name = entry.map_err(StoreError::io(folder))?.file_name();
        let number =
            name.to_str().and_then(|name| name.strip_prefix("readings-")?.strip_suffix(".log")?.parse::<u64>().ok());
        numbers.extend(number);
    }
    numbers.sort_unstable();
    Ok(numbers)
}

impl Log {
    /// Takes the lock, hands the records of every segment to `replay`, and starts a new segment.
    pub fn open(
        folder: &Path,
        lock: File,
        mut replay: impl FnMut(&[Record]) -> Result<(), StoreError>,
    ) -> Result<Log, StoreError> {
        let mut next = 1;
        for number in segments(folder)? {
            let path = segment_path(folder, number);
            let mut bytes = Vec::new();
            File::open(&path).and_then(|mut file| file.read_to_end(&mut bytes)).map_err(StoreError::io(&path))?;
            let (records, torn) = parse_segment(&bytes);
            if torn > 0 {
                tracing::warn!(file = %path.display(), bytes = torn, "a torn tail of the log was cut off");
            }
            tracing::info!(file = %path.display(), cycles = records.len(), "readings replayed");
            replay(&records)?;
            std::fs::remove_file(&path).map_err(StoreError::io(&path))?;
            next = number + 1;
        }
        let file = create(folder, next)?;
        Ok(Log {
            folder: folder.to_owned(),
            number: next,
            file,
            length: 0,
            since: Instant::now(),
            is_synced: true,
            is_torn: false,
            holds_records: false,
            _lock: lock,
        })
    }

    /// Writes a record and gives the number of its segment. When this returns, the record survives the end of
    /// the process.
    pub fn append(&mut self, record: &Record) -> Result<u64, StoreError> {
        if self.is_torn {
            self.advance()?;
        }
        let bytes = record.emit();
        if let Err(source) = self.file.write_all(&bytes) {
            // Half a record must not stand before the next one.
            self.is_torn = self.file.set_len(self.length).is_err();
            return Err(StoreError::Io { path: segment_path(&self.folder, self.number), source });
        }
        self.length += bytes.len() as u64;
        self.is_synced = false;
        self.holds_records = true;
        Ok(self.number)
    }

    /// The file to force to the medium, if something was written since the last time.
    pub fn unsynced(&mut self) -> Result<Option<File>, StoreError> {
        if self.is_synced {
            return Ok(None);
        }
        let file = self.file.try_clone().map_err(StoreError::io(&self.folder))?;
        self.is_synced = true;
        Ok(Some(file))
    }

    /// That file could not be forced: try again next time.
    pub fn sync_failed(&mut self) {
        self.is_synced = false;
    }

    /// Starts a new segment, if the open one holds a record and has been open for so long.
    pub fn rotate(&mut self, age: Duration) -> Result<(), StoreError> {
        if !self.holds_records || self.since.elapsed() < age {
            return Ok(());
        }
        self.advance()?;
        self.holds_records = false;
        Ok(())
    }

    /// The segment that records are written to.
    pub const fn segment(&self) -> u64 {
        self.number
    }

    /// Leaves the open segment for a new one.
    fn advance(&mut self) -> Result<(), StoreError> {
        // A segment waits here for its readings to reach the database: a power cut in between must
        // lose none of them.
        self.file.sync_data().map_err(StoreError::io(&self.folder))?;
        self.file = create(&self.folder, self.number + 1)?;
        self.number += 1;
        self.length = 0;
        self.since = Instant::now();
        self.is_synced = true;
        self.is_torn = false;
        Ok(())
    }

    /// Deletes the segments before this one: their readings are in the database. Never one that stands behind
    /// another that is kept: played again alone, that would put older arrivals over newer ones.
    pub fn delete_before(folder: &Path, first: u64) -> Result<(), StoreError> {
        for number in segments(folder)?.into_iter().filter(|number| *number < first) {
            let path = segment_path(folder, number);
            std::fs::remove_file(&path).map_err(StoreError::io(&path))?;
        }
        Ok(())
    }

    pub fn folder(&self) -> PathBuf {
        self.folder.clone()
    }
}

fn create(folder: &Path, number: u64) -> Result<File, StoreError> {
    let path = segment_path(folder, number);
    // Appending writes go to the end even after a failed one was cut off.
    let file = OpenOptions::new().create(true).append(true).open(&path).map_err(StoreError::io(&path))?;
    // The name of the file must survive a power cut as its content does.
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(StoreError::io(folder))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_torn_at_any_byte_keeps_what_is_whole() {
        let records: Vec<Record> =
            (0..4).map(|n| Record { group: 7, at: n, cells: vec![n as u8; n as usize * 3] }).collect();
        let bytes: Vec<u8> = records.iter().flat_map(Record::emit).collect();
        let ends: Vec<usize> = records
            .iter()
            .scan(0, |end, record| {
                *end += record.emit().len();
                Some(*end)
            })
            .collect();
        for cut in 0..=bytes.len() {
            let whole = ends.iter().filter(|end| **end <= cut).count();
            let (found, torn) = parse_segment(&bytes[..cut]);
            assert_eq!(found, records[..whole], "cut at {cut}");
            assert_eq!(torn, cut - ends[..whole].last().copied().unwrap_or(0));
        }
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            let (found, _) = parse_segment(&damaged);
            let before = ends.iter().filter(|end| **end <= at).count();
            assert_eq!(found, records[..before], "damaged at {at}");
        }
    }

    #[test]
    fn half_a_record_that_cannot_be_cut_off_hides_none_behind_it() {
        let folder = tempfile::tempdir().unwrap();
        let record = |at| Record { group: 1, at, cells: vec![0, 5] };
        let mut log = Log::open(folder.path(), lock(folder.path()).unwrap(), |_| Ok(())).unwrap();
        log.append(&record(1)).unwrap();
        log.file.write_all(&record(2).emit()[..9]).unwrap();
        // A file open for reading refuses both the write and the cut.
        log.file = File::open(segment_path(folder.path(), log.number)).unwrap();
        assert!(log.append(&record(2)).is_err());
        log.append(&record(3)).unwrap();
        drop(log);
        let mut found = Vec::new();
        Log::open(folder.path(), lock(folder.path()).unwrap(), |records| {
            found.extend_from_slice(records);
            Ok(())
        })
        .unwrap();
        assert_eq!(found, [record(1), record(3)]);
    }

    #[test]
    fn a_second_server_is_kept_away() {
        let folder = tempfile::tempdir().unwrap();
        let _first = Log::open(folder.path(), lock(folder.path()).unwrap(), |_| Ok(())).unwrap();
        assert!(matches!(lock(folder.path()), Err(StoreError::InUse { .. })));
    }
}
