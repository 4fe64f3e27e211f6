//! What is known of sealed chunks' numbers, kept in memory: sums of a long range need no chunk but those at the edges
//! of its spans.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use parabus_core::aggregate::{Rule, Run};
use parabus_core::chunk::{Chunk, Kind, MAX_COLUMNS, Summary};
use parking_lot::Mutex;
use rusqlite::{Connection, params};

use super::StoreError;
use super::chunks::{ChunkStore as _, Order, SqliteChunks};
use crate::model::GroupId;

/// What is kept at most, in runs of whole numbers, about 300 bytes each: of 100 columns that are read every minute, a
/// year.
const MOST: usize = 200_000;

/// So many runs of whole numbers are as large as one of fractions, whose sums have 288 bytes each.
const FRACTION: usize = 4;

/// Unpacked columns of chunks, about 6 KB each, that push out those that nobody asked for in the meantime: spans end
/// in the same ones again and again.
const MOST_UNPACKED: usize = 3072;

/// Of one column of a chunk.
#[derive(Clone, Debug)]
pub struct ChunkRun {
    pub first_at: i64,
    pub last_at: i64,
    pub rows: usize,
    /// By which it was made.
    pub rule: Rule,
    pub known: Known,
}

/// The run of a column's numbers.
#[expect(clippy::large_enum_variant, reason = "nearly all are whole and stand side by side")]
#[derive(Clone, Debug)]
pub enum Known {
    Whole(Run<i64>),
    Fraction(Box<Run<f64>>),
    /// Of no numbers, of those of 32 bits, whose values are not those of their bits, or of a chunk that cannot be read.
    None,
}

impl Known {
    pub const fn whole(&self) -> Option<&Run<i64>> {
        if let Known::Whole(run) = self { Some(run) } else { None }
    }

    pub fn fraction(&self) -> Option<&Run<f64>> {
        if let Known::Fraction(run) = self { Some(run) } else { None }
    }
}

impl From<Summary> for Known {
    fn from(summary: Summary) -> Known {
        match summary {
            Summary::Whole(run) => Known::Whole(run),
            Summary::Fraction(run) => Known::Fraction(Box::new(run)),
            Summary::None => Known::None,
        }
    }
}

/// A column of a chunk, unpacked: whole numbers, or nothing where none was read.
#[derive(Debug, Default)]
pub struct Numbers {
    pub times: Vec<i64>,
    pub values: Vec<Option<i64>>,
}

impl Numbers {
    /// Whether they are those of this chunk, and it has not been written anew since.
    pub fn are_of(&self, run: &ChunkRun) -> bool {
        self.times.len() == run.rows && self.times.last() == Some(&run.last_at)
    }
}

/// A column of a group, by its position.
type Place = (GroupId, usize);

/// The runs of all of a column's chunks with `from ≤ first_at < until`, and of the one before, in order of time.
struct Row {
    from: i64,
    until: i64,
    runs: Arc<Vec<ChunkRun>>,
}

impl Row {
    fn size(&self) -> usize {
        let of = |run: &ChunkRun| if let Known::Fraction(_) = run.known { FRACTION } else { 1 };
        // All chunks of a column have one type.
        self.runs.len() * self.runs.first().map_or(1, of)
    }
}

#[derive(Default)]
struct Kept {
    rows: HashMap<Place, Row>,
    /// Those asked for of late, and those before them.
    unpacked: [HashMap<(Place, i64), Arc<Numbers>>; 2],
    /// Of all rows together.
    size: usize,
    /// How often chunks have changed.
    turn: u64,
    /// Changes that are under way: the database may have them already.
    changing: usize,
}

/// The runs that are kept, shared by all who look.
#[derive(Default)]
pub struct Runs(Mutex<Kept>);

impl Runs {
    /// How often chunks have changed so far; to be asked before the database is looked into.
    pub fn turn(&self) -> u64 {
        self.0.lock().turn
    }

    /// Chunks are going to change: nothing new is kept as long as what this gives lives.
    pub fn changing(&self) -> Changing<'_> {
        self.0.lock().changing += 1;
        Changing(self)
    }

    /// Any chunk may be gone.
    pub fn forget(&self) {
        let mut kept = self.0.lock();
        kept.turn += 1;
        kept.rows.clear();
        kept.unpacked = Default::default();
        kept.size = 0;
    }

    /// The runs of the chunks that begin in `[from, until)` and of the one before, and perhaps of others; `turn` was
    /// asked before this state of the database was.
    pub fn of<'c>(
        &self,
        connection: impl FnOnce() -> Result<&'c Connection, StoreError>,
        turn: u64,
        place: Place,
        (from, until): (i64, i64),
    ) -> Result<Arc<Vec<ChunkRun>>, StoreError> {
        let (missing, there) = {
            let kept = self.0.lock();
            match kept.rows.get(&place).filter(|row| row.from <= until && from <= row.until) {
                Some(row) if row.from <= from && until <= row.until => return Ok(row.runs.clone()),
                Some(row) => ([(from, row.from), (row.until, until)], Some((row.from, row.until, row.runs.clone()))),
                None => ([(from, until), (until, until)], None),
            }
        };
        let [before, behind] = missing;
        let connection = connection()?;
        let mut runs = read(connection, place, before)?;
        let mut after = read(connection, place, behind)?;
        if let Some(last) = there.as_ref().and_then(|(_, _, there)| there.last()) {
            // The one before each part may stand in the part before.
            after.retain(|run| run.first_at > last.first_at);
        }
        let (mut from, mut until) = (from, until);
        if is_last(connection, place, until)? {
            // None begins later before it is told of.
            until = i64::MAX;
        }
        let there = there.map(|(first, last, there)| {
            (from, until) = (from.min(first), until.max(last));
            there
        });
        let runs = match there {
            // Mostly a little time has passed, and no chunk has come.
            Some(there) if runs.is_empty() && after.is_empty() => there,
            there => {
                runs.extend(there.iter().flat_map(|there| there.iter().cloned()));
                runs.extend(after);
                Arc::new(runs)
            }
        };
        let mut kept = self.0.lock();
        // Otherwise the database may have had others already.
        if kept.is_at(turn) {
            // From the one before on none is missing.
            let from = runs.first().map_or(from, |first| first.first_at.min(from));
            let row = Row { from, until, runs: runs.clone() };
            let mut size = kept.size + row.size();
            size -= kept.rows.insert(place, row).map_or(0, |former| former.size());
            if size > MOST {
                // Any other gives way: which of them is asked for next nobody knows.
                kept.rows.retain(|other, row| {
                    let stays = size <= MOST || *other == place;
                    size -= if stays { 0 } else { row.size() };
                    stays
                });
            }
            kept.size = size;
        }
        Ok(runs)
    }

    /// A column of the chunk that begins at this instant, if it is unpacked already.
    pub fn unpacked(&self, place: Place, first_at: i64) -> Option<Arc<Numbers>> {
        let mut kept = self.0.lock();
        let [late, before] = &kept.unpacked;
        if let Some(numbers) = late.get(&(place, first_at)) {
            return Some(numbers.clone());
        }
        let numbers = before.get(&(place, first_at))?.clone();
        kept.unpack((place, first_at), numbers.clone());
        Some(numbers)
    }

    /// Keeps a column; `turn` was asked before the state of the database that it is from.
    pub fn keep_unpacked(&self, turn: u64, place: Place, first_at: i64, numbers: &Arc<Numbers>) {
        let mut kept = self.0.lock();
        if kept.is_at(turn) {
            kept.unpack((place, first_at), numbers.clone());
        }
    }
}

/// A change of chunks, from before it is in the database until what is kept knows of it.
pub struct Changing<'r>(&'r Runs);

impl Changing<'_> {
    /// A group has other chunks from this instant on. To be said when they are in the database, and before the log's
    /// cells that went into them are let go.
    pub fn of(&self, group: GroupId, from: i64) {
        let mut kept = self.0.0.lock();
        kept.unpacked.iter_mut().for_each(|kept| kept.retain(|((of, _), _), _| *of != group));
        for (_, row) in kept.rows.iter_mut().filter(|((of, _), _)| *of == group) {
            // The chunk in whose time it falls may be another now, too.
            let runs = Arc::make_mut(&mut row.runs);
            let first = runs.partition_point(|run| run.first_at <= from).saturating_sub(1);
            if let Some(gone) = runs.get(first) {
                row.until = row.until.min(gone.first_at);
            }
            row.until = row.until.min(from);
            runs.truncate(first);
        }
        kept.rows.retain(|_, row| row.from < row.until);
        kept.size = kept.rows.values().map(Row::size).sum();
    }
}

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        let mut kept = self.0.0.lock();
        kept.turn += 1;
        kept.changing -= 1;
    }
}

impl Kept {
    /// Whether chunks are as they were at this turn.
    const fn is_at(&self, turn: u64) -> bool {
        self.turn == turn && self.changing == 0
    }

    fn unpack(&mut self, of: (Place, i64), numbers: Arc<Numbers>) {
        let [late, before] = &mut self.unpacked;
        if late.len() >= MOST_UNPACKED {
            *before = std::mem::take(late);
        }
        late.insert(of, numbers);
    }
}

/// Whether no chunk begins at this instant or later.
fn is_last(connection: &Connection, (group, position): Place, at: i64) -> Result<bool, StoreError> {
    let Ok(part) = u16::try_from(position / MAX_COLUMNS) else { return Ok(true) };
    let mut later =
        connection.prepare_cached("SELECT 1 FROM chunk WHERE group_id = ? AND part = ? AND first_at >= ? LIMIT 1")?;
    Ok(!later.exists(params![group, part, at])?)
}

/// What the chunks that begin in `[from, until)` know of a column, and the one before.
fn read(
    connection: &Connection,
    (group, position): Place,
    (from, until): (i64, i64),
) -> Result<Vec<ChunkRun>, StoreError> {
    let mut runs = Vec::new();
    let Some(till) = until.checked_sub(1).filter(|till| from <= *till) else { return Ok(runs) };
    let Ok(part) = u16::try_from(position / MAX_COLUMNS) else { return Ok(runs) };
    SqliteChunks(connection).range(group, part, (from, till), Order::Ascending, &mut |info, data| {
        let column = Chunk::open(data).ok().and_then(|chunk| chunk.column(position % MAX_COLUMNS));
        let rule = column.map(|column| column.rule()).unwrap_or_default();
        let known = column.filter(|column| column.layout().kind() != Kind::Float32);
        let known = known.and_then(|column| column.summary().ok()).map_or(Known::None, Known::from);
        let (first_at, last_at, rows) = (info.name.first_at, info.last_at, info.rows as usize);
        runs.push(ChunkRun { first_at, last_at, rows, rule, known });
        ControlFlow::Continue(())
    })?;
    Ok(runs)
}
