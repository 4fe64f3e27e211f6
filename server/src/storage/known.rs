//! What is known of sealed chunks' numbers, kept in memory: sums of a long range need no chunk but those at the edges
//! of its spans.

use std::collections::HashMap;
use std::ops::{ControlFlow, Deref};
use std::sync::Arc;

use parabus_core::aggregate::{Rule, Run, Standing};
use parabus_core::chunk::{Chunk, Kind, MAX_COLUMNS, Summary};
use parking_lot::Mutex;
use rusqlite::{Connection, params};

use super::StoreError;
use super::chunks::{ChunkStore as _, Order, SqliteChunks};
use crate::model::GroupId;

/// What is kept at most, in runs of whole numbers, about 370 bytes each: of 100 columns that are read every minute, a
/// year.
const MOST: usize = 200_000;

/// So many runs of whole numbers are as large as one of fractions, whose sums have 288 bytes each.
const FRACTION: usize = 4;

/// Unpacked columns of chunks, about 7 KB each, that push out those that nobody asked for in the meantime, as many again:
/// spans end in the same ones again and again.
const MOST_UNPACKED: usize = 3072;

/// Rows of an unpacked column after which it is known how a counter stands.
const STRIDE: usize = 16;

/// So many instants around where one should be are looked at before all are.
const NEAR: usize = 3;

/// How counters stood within chunks, about 120 bytes each, that push out those that nobody asked for in the meantime, as
/// many again.
const MOST_MARKS: usize = 65_536;

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

/// The runs of a column's chunks, in order of time, and how a counter stands after each, reckoned from the first.
#[derive(Clone, Debug, Default)]
pub struct ColumnRuns {
    runs: Vec<ChunkRun>,
    /// What is searched stands close together.
    ends: Vec<i64>,
    standings: Vec<Standing>,
}

impl ColumnRuns {
    fn new(runs: Vec<ChunkRun>) -> ColumnRuns {
        let mut standing = Standing::default();
        let mut width = runs.first().and_then(|first| first.rule.width_bits());
        let mut last_at = None;
        let standings = runs.iter().map(|run| {
            let is_alike = std::mem::replace(&mut width, run.rule.width_bits()) == run.rule.width_bits();
            // What came late into the time of a damaged chunk stands in one of its own.
            let is_behind = last_at.is_none_or(|last_at| last_at < run.first_at);
            last_at = last_at.max(Some(run.last_at));
            match run.known.whole().filter(|_| is_alike && is_behind) {
                Some(known) => standing.join(&Standing::of_run(known), &run.rule),
                None => standing.doubt(),
            }
            standing
        });
        let standings = standings.collect();
        let ends = runs.iter().map(|run| run.last_at).collect();
        ColumnRuns { runs, ends, standings }
    }

    /// The place of the chunk that has readings at this instant or later.
    pub fn place(&self, at: i64) -> usize {
        count_before(&self.ends, at)
    }

    /// How a counter stood before a chunk.
    pub fn before(&self, place: usize) -> Standing {
        place.checked_sub(1).and_then(|place| self.standings.get(place)).copied().unwrap_or_default()
    }

    fn truncate(&mut self, length: usize) {
        self.runs.truncate(length);
        self.ends.truncate(length);
        self.standings.truncate(length);
    }
}

impl Deref for ColumnRuns {
    type Target = [ChunkRun];

    fn deref(&self) -> &[ChunkRun] {
        &self.runs
    }
}

/// How many of these rising instants are before one. They mostly come evenly: it is looked first where it would be then.
fn count_before(times: &[i64], at: i64) -> usize {
    let (Some(first), Some(last)) = (times.first(), times.last()) else { return 0 };
    let part = i128::from(at.saturating_sub(*first)) * times.len() as i128;
    let guess = part / i128::from(last.saturating_sub(*first).max(1));
    let guess = usize::try_from(guess.max(0)).unwrap_or(usize::MAX).min(times.len());
    let (low, high) = (guess.saturating_sub(NEAR), guess.saturating_add(NEAR).min(times.len()));
    let is_behind = low.checked_sub(1).and_then(|place| times.get(place)).is_none_or(|time| *time < at);
    let is_ahead = times.get(high).is_none_or(|time| at <= *time);
    let is_before = |time: &i64| *time < at;
    match times.get(low..high).filter(|_| is_behind && is_ahead) {
        Some(near) => low + near.partition_point(is_before),
        None => times.partition_point(is_before),
    }
}

/// How a counter stood at an instant within a chunk, reckoned from the chunk's first reading.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// First and last instant of the chunk, and its rows.
    chunk: (i64, i64, usize),
    standing: Standing,
}

impl Mark {
    pub const fn new(run: &ChunkRun, standing: Standing) -> Mark {
        Mark { chunk: (run.first_at, run.last_at, run.rows), standing }
    }
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
    /// How a counter stood before every [`STRIDE`] rows, reckoned from the first.
    standings: Vec<Standing>,
}

impl Numbers {
    pub fn new(times: Vec<i64>, values: Vec<Option<i64>>, rule: &Rule) -> Numbers {
        let mut standing = Standing::default();
        let standings = values.chunks(STRIDE).map(|values| {
            let before = standing;
            standing.push(values, rule);
            before
        });
        let standings = standings.collect();
        Numbers { times, values, standings }
    }

    /// Whether they are those of this chunk, and it has not been written anew since.
    pub fn are_of(&self, run: &ChunkRun) -> bool {
        self.times.len() == run.rows && self.times.last() == Some(&run.last_at)
    }

    /// How a counter stood at an instant, reckoned from the first row.
    pub fn standing(&self, at: i64, rule: &Rule) -> Standing {
        let rows = count_before(&self.times, at);
        let stride = (rows / STRIDE).min(self.standings.len().saturating_sub(1));
        let mut standing = self.standings.get(stride).copied().unwrap_or_default();
        standing.push(self.values.get(stride * STRIDE..rows).unwrap_or_default(), rule);
        standing
    }
}

/// A column of a group, by its position.
type Place = (GroupId, usize);

/// The runs of all of a column's chunks with `from ≤ first_at < until`, and of the one before, in order of time.
struct Row {
    from: i64,
    until: i64,
    runs: Arc<ColumnRuns>,
}

impl Row {
    fn size(&self) -> usize {
        let of = |run: &ChunkRun| if let Known::Fraction(_) = run.known { FRACTION } else { 1 };
        // All chunks of a column have one type.
        self.runs.len() * self.runs.first().map_or(1, of)
    }
}

/// What was asked for of late of a column and an instant, and what was before that.
struct Recent<T>([HashMap<(Place, i64), T>; 2]);

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Recent([HashMap::new(), HashMap::new()])
    }
}

impl<T: Clone> Recent<T> {
    fn get(&mut self, key: (Place, i64), most: usize) -> Option<T> {
        let Recent([late, before]) = self;
        if let Some(found) = late.get(&key) {
            return Some(found.clone());
        }
        let found = before.remove(&key)?;
        self.keep(key, found.clone(), most);
        Some(found)
    }

    fn keep(&mut self, key: (Place, i64), value: T, most: usize) {
        let Recent([late, before]) = self;
        if late.len() >= most {
            *before = std::mem::take(late);
        }
        late.insert(key, value);
    }

    fn retain(&mut self, mut stays: impl FnMut(Place, i64) -> bool) {
        self.0.iter_mut().for_each(|kept| kept.retain(|(place, at), _| stays(*place, *at)));
    }
}

#[derive(Default)]
struct Kept {
    rows: HashMap<Place, Row>,
    /// By the first instant of the chunk.
    unpacked: Recent<Arc<Numbers>>,
    marks: Recent<Mark>,
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
        kept.unpacked = Recent::default();
        kept.marks = Recent::default();
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
    ) -> Result<Arc<ColumnRuns>, StoreError> {
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
                Arc::new(ColumnRuns::new(runs))
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

    /// A column of a chunk, if it is unpacked already.
    pub fn unpacked(&self, place: Place, run: &ChunkRun) -> Option<Arc<Numbers>> {
        self.0.lock().unpacked.get((place, run.first_at), MOST_UNPACKED).filter(|numbers| numbers.are_of(run))
    }

    /// Keeps a column; `turn` was asked before the state of the database that it is from.
    pub fn keep_unpacked(&self, turn: u64, place: Place, first_at: i64, numbers: &Arc<Numbers>) {
        let mut kept = self.0.lock();
        if kept.is_at(turn) {
            kept.unpacked.keep((place, first_at), numbers.clone(), MOST_UNPACKED);
        }
    }

    /// How a counter stood at an instant within a chunk, if that is known.
    pub fn mark(&self, place: Place, run: &ChunkRun, at: i64) -> Option<Standing> {
        let mark = self.0.lock().marks.get((place, at), MOST_MARKS)?;
        (mark.chunk == (run.first_at, run.last_at, run.rows)).then_some(mark.standing)
    }

    /// Keeps how a counter stood; `turn` was asked before the state of the database that it is from.
    pub fn keep_mark(&self, turn: u64, place: Place, at: i64, mark: Mark) {
        let mut kept = self.0.lock();
        if kept.is_at(turn) {
            kept.marks.keep((place, at), mark, MOST_MARKS);
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
        kept.unpacked.retain(|(of, _), _| of != group);
        // What stood before is as it was.
        kept.marks.retain(|(of, _), at| of != group || at <= from);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guess_finds_what_halving_finds() {
        let even: Vec<i64> = (0..200).map(|place| place * 60_000).collect();
        let uneven: Vec<i64> = (0..200).map(|place| place * place * 700 + (place % 3) * 50).collect();
        let far = vec![i64::MIN, -1, 0, 5, i64::MAX];
        for times in [even, uneven, far, vec![7], Vec::new()] {
            let near = times.iter().flat_map(|time| [time.saturating_sub(1), *time, time.saturating_add(1)]);
            for at in near.chain([i64::MIN, -50, 3, 12_000_000, i64::MAX]) {
                assert_eq!(count_before(&times, at), times.partition_point(|time| *time < at), "{at} in {times:?}");
            }
        }
    }
}
