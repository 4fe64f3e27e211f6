//! Readings that are in the log and not yet in chunks.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use super::log::Record;
use crate::model::GroupId;

/// Cycles that make a chunk.
const FULL: usize = 256;
/// How long cycles wait for their chunk to fill: so long is the log at most, and what is written again when a
/// slow group's chunk is added to.
const MOST_AGE: Duration = Duration::from_secs(600);
/// Bytes of cells beyond which nothing waits.
const MOST_BYTES: usize = 64 << 20;

/// A cycle that waits, and the segment of the log that holds it.
#[derive(Clone, Debug)]
struct Waiting {
    segment: u64,
    cells: Vec<u8>,
}

struct Group {
    cycles: BTreeMap<i64, Waiting>,
    since: Instant,
}

/// Cycles by group and instant.
#[derive(Default)]
pub struct Head {
    groups: HashMap<GroupId, Group>,
    /// Cycles of each segment that wait.
    by_segment: BTreeMap<u64, usize>,
    bytes: usize,
}

/// Which groups are sealed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Which {
    All,
    /// Those whose chunk is full, or that have waited long.
    Due,
}

impl Head {
    /// Adds a cycle, which replaces the one at its instant.
    pub fn insert(&mut self, record: Record, segment: u64) {
        let now = Instant::now();
        let group = self.groups.entry(record.group).or_insert_with(|| Group { cycles: BTreeMap::new(), since: now });
        if group.cycles.is_empty() {
            group.since = now;
        }
        *self.by_segment.entry(segment).or_default() += 1;
        self.bytes += record.cells.len();
        if let Some(replaced) = group.cycles.insert(record.at, Waiting { segment, cells: record.cells }) {
            self.let_go(&replaced);
        }
    }

    /// The cycles of a group in a range, ascending.
    pub fn range(
        &self,
        group: GroupId,
        (from, till): (i64, i64),
    ) -> impl DoubleEndedIterator<Item = (i64, &[u8])> + '_ {
        let cycles = self.groups.get(&group).filter(|_| from <= till).map(|group| group.cycles.range(from..=till));
        cycles.into_iter().flatten().map(|(at, waiting)| (*at, waiting.cells.as_slice()))
    }

    /// Copies of the cycles to be sealed, which stay readable here meanwhile.
    pub fn to_seal(&self, which: Which) -> Vec<Record> {
        let is_much = self.bytes > MOST_BYTES;
        let is_due = |group: &Group| group.cycles.len() >= FULL || group.since.elapsed() >= MOST_AGE || is_much;
        let groups = self.groups.iter().filter(|(_, group)| which == Which::All || is_due(group));
        let records = groups.flat_map(|(id, group)| {
            group.cycles.iter().map(|(at, waiting)| Record { group: *id, at: *at, cells: waiting.cells.clone() })
        });
        records.collect()
    }

    /// Forgets cycles that were sealed, but for those that another took the place of.
    pub fn sealed(&mut self, records: &[Record]) {
        for record in records {
            let Some(group) = self.groups.get_mut(&record.group) else { continue };
            if group.cycles.get(&record.at).is_some_and(|waiting| waiting.cells == record.cells)
                && let Some(gone) = group.cycles.remove(&record.at)
            {
                group.since = Instant::now();
                self.let_go(&gone);
            }
        }
        self.groups.retain(|_, group| !group.cycles.is_empty());
    }

    /// The oldest segment that holds a cycle that waits.
    pub fn oldest_segment(&self) -> Option<u64> {
        self.by_segment.keys().next().copied()
    }

    fn let_go(&mut self, waiting: &Waiting) {
        self.bytes = self.bytes.saturating_sub(waiting.cells.len());
        if let Some(count) = self.by_segment.get_mut(&waiting.segment) {
            *count -= 1;
            if *count == 0 {
                self.by_segment.remove(&waiting.segment);
            }
        }
    }
}
