use alloc::vec::Vec;

use super::reading::{between, split};
use super::{Carry, Number, Partial, Reading, Rule, Run, value_at};

/// Readings in a block at most.
const BLOCK: usize = 256;
/// Nodes below one of the tree.
const FAN: usize = 8;

/// Readings that arrive in any order, in a tree of blocks that answers for any range without reading all
/// of them: the same bits as from the readings alone.
///
/// ```
/// use parabus_core::aggregate::{Reading, Rule, Series};
///
/// let mut series = Series::new(Rule::of_period(10));
/// series.push(Reading::new(20_000, 3));
/// series.push(Reading::new(0, 1)); // comes late
/// assert_eq!(series.partial(0, 40_000).mean(), Some(2.0));
/// ```
#[derive(Clone, Debug)]
pub struct Series<N: Number> {
    rule: Rule,
    blocks: Vec<Block<N>>,
    /// Of every block but the last, and of `FAN` nodes of the level before that are all there.
    levels: Vec<Vec<Run<N>>>,
}

/// What a reading changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The reading's instant.
    pub from_ms: i64,
    /// The instant after the last at which another value holds.
    pub held_until_ms: i64,
    /// The instant after the last reading whose step, as a counter, is another.
    pub counted_until_ms: i64,
}

#[derive(Clone, Debug)]
struct Block<N: Number> {
    readings: Vec<Reading<N>>,
    before: Carry<N>,
    run: Run<N>,
}

impl<N: Number> Series<N> {
    /// No readings yet.
    pub const fn new(rule: Rule) -> Series<N> {
        Series { rule, blocks: Vec::new(), levels: Vec::new() }
    }

    /// Readings in any order, as they arrived.
    pub fn from_readings(rule: Rule, readings: impl IntoIterator<Item = Reading<N>>) -> Series<N> {
        let mut series = Series::new(rule);
        readings.into_iter().for_each(|reading| {
            series.insert(reading);
        });
        series
    }

    /// How its readings are understood.
    pub const fn rule(&self) -> &Rule {
        &self.rule
    }

    /// How many readings there are, errors among them.
    pub fn len(&self) -> usize {
        self.blocks.iter().map(|block| block.readings.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// All readings in order of time.
    pub fn readings(&self) -> impl Iterator<Item = Reading<N>> + '_ {
        self.blocks.iter().flat_map(|block| block.readings.iter().copied())
    }

    /// Adds a reading, which replaces the one at its instant, and says what else it changed. A late one
    /// recomputes its block and the path above it.
    pub fn push(&mut self, reading: Reading<N>) -> Changed {
        let at_ms = reading.at_ms();
        let mut old = self.carry_before(at_ms);
        let mut new = old;
        if let Some(replaced) = self.insert(reading) {
            old.follow(replaced, &self.rule);
        }
        new.follow(reading, &self.rule);
        // Of what held before and what holds now, whichever ends later; an error holds nothing.
        let end_ms = |carry: &Carry<N>| carry.held().map_or(at_ms, |(from_ms, _)| self.rule.end_of_hold(from_ms));
        let held_until_ms = end_ms(&old).max(end_ms(&new)).max(at_ms.saturating_add(1));
        let mut later = self.from(at_ms.saturating_add(1));
        let mut changed = Changed { from_ms: at_ms, held_until_ms, counted_until_ms: at_ms.saturating_add(1) };
        let next = later.next();
        if let Some(next) = next {
            changed.held_until_ms = held_until_ms.min(next.at_ms());
        }
        // The step of the next value is another, and so are those after it while their bases differ.
        for reading in next.into_iter().chain(later) {
            if reading.value().is_none() {
                continue;
            }
            changed.counted_until_ms = reading.at_ms().saturating_add(1);
            old.follow(reading, &self.rule);
            new.follow(reading, &self.rule);
            if old.base() == new.base() {
                break;
            }
        }
        changed
    }

    /// Adds all readings of another series; those replace ours at the same instants.
    pub fn merge(&mut self, other: &Series<N>) {
        other.readings().for_each(|reading| {
            self.insert(reading);
        });
    }

    /// What is known of `[start, end)`; empty if it ends before it has begun.
    pub fn partial(&self, start_ms: i64, end_ms: i64) -> Partial<N> {
        let mut carry = self.carry_before(start_ms);
        let mut partial = Partial::default();
        if start_ms >= end_ms {
            return partial;
        }
        let Some(run) = self.run(start_ms, Some(end_ms), carry) else {
            partial.hold(&carry, start_ms, end_ms, &self.rule);
            return partial;
        };
        partial.hold(&carry, start_ms, run.first_ms(), &self.rule);
        partial.merge(run.partial());
        carry = run.after();
        partial.hold(&carry, run.last_ms(), end_ms, &self.rule);
        partial
    }

    /// What is known of each of a row of spans.
    pub fn segments<S: IntoIterator<Item = (i64, i64)>>(&self, spans: S) -> impl Iterator<Item = super::Segment<N>> {
        spans.into_iter().map(|(start_ms, end_ms)| super::Segment {
            start_ms,
            end_ms,
            partial: self.partial(start_ms, end_ms),
        })
    }

    /// The least and the largest reading with `from ≤ t ≤ till`, each with its earliest instant. A value
    /// from before does not count.
    pub fn min_max(&self, from_ms: i64, till_ms: i64) -> Option<((i64, N), (i64, N))> {
        let run = self.run(from_ms, till_ms.checked_add(1), Carry::default())?;
        run.partial().min().zip(run.partial().max())
    }

    /// The value that holds at an instant.
    pub fn value_at(&self, at_ms: i64) -> Option<N> {
        let block = self.blocks.get(self.place(at_ms))?;
        value_at(&block.readings, at_ms, &self.rule)
    }

    /// The first value that was read in `[start, end)`.
    pub fn first_good(&self, start_ms: i64, end_ms: i64) -> Option<(i64, N)> {
        self.between(start_ms, end_ms).find_map(|reading| Some((reading.at_ms(), reading.value()?)))
    }

    /// The last reading with a value at `till_ms` or before, however old.
    pub fn last_good(&self, till_ms: i64) -> Option<(i64, N)> {
        let until = self.blocks.get(..=self.place(till_ms)).unwrap_or_default();
        until.iter().rev().find_map(|block| super::last_good(&block.readings, till_ms))
    }

    /// The readings of `[start, end)`.
    pub fn between(&self, start_ms: i64, end_ms: i64) -> impl Iterator<Item = Reading<N>> + '_ {
        self.from(start_ms).take_while(move |reading| reading.at_ms() < end_ms)
    }

    fn from(&self, start_ms: i64) -> impl Iterator<Item = Reading<N>> + '_ {
        let blocks = self.blocks.get(self.place(start_ms)..).unwrap_or_default();
        let rest = move |block: &Block<N>| block.readings.partition_point(|reading| reading.at_ms() < start_ms);
        blocks.iter().flat_map(move |block| block.readings.get(rest(block)..).unwrap_or_default().iter().copied())
    }

    /// The last block that begins at the instant or before; the first if there is none.
    fn place(&self, at_ms: i64) -> usize {
        self.blocks.partition_point(|block| block.run.first_ms() <= at_ms).saturating_sub(1)
    }

    /// What the readings before an instant leave.
    fn carry_before(&self, at_ms: i64) -> Carry<N> {
        match self.blocks.get(self.place(at_ms)) {
            Some(block) => match block.readings.last() {
                Some(last) if last.at_ms() < at_ms => block.run.after(),
                _ => block.before.after(split(&block.readings, at_ms).0, &self.rule),
            },
            None => Carry::default(),
        }
    }

    /// The readings of `[start, end)`, to the last if there is no end; `None` if there are none.
    fn run(&self, start_ms: i64, end_ms: Option<i64>, before: Carry<N>) -> Option<Run<N>> {
        let last = self.blocks.len().checked_sub(1)?;
        let last = end_ms.map_or(last, |end_ms| self.place(end_ms));
        let first = self.place(start_ms);
        let mut run = None;
        self.join_part(&mut run, first, (start_ms, end_ms), Some(before));
        let mut index = first.saturating_add(1);
        while index < last {
            let (node, count) = self.node(index, last)?;
            self.join(&mut run, node);
            index = index.saturating_add(count);
        }
        if first < last {
            self.join_part(&mut run, last, (start_ms, end_ms), None);
        }
        run
    }

    /// Adds the readings of a block that lie in the range.
    fn join_part(&self, run: &mut Option<Run<N>>, index: usize, range: (i64, Option<i64>), before: Option<Carry<N>>) {
        let Some(block) = self.blocks.get(index) else {
            return;
        };
        let readings = match range {
            (start_ms, Some(end_ms)) => between(&block.readings, start_ms, end_ms),
            (start_ms, None) => split(&block.readings, start_ms).1,
        };
        if !readings.is_empty() {
            self.join(run, &Run::of(readings, before.unwrap_or(block.before), &self.rule));
        }
    }

    fn join(&self, run: &mut Option<Run<N>>, next: &Run<N>) {
        match run {
            None => *run = Some(next.clone()),
            Some(run) => run.append(next, &self.rule),
        }
    }

    /// The largest node of the tree that begins with a block and ends before another, and its blocks.
    fn node(&self, from: usize, until: usize) -> Option<(&Run<N>, usize)> {
        let (mut index, mut count) = (from, 1usize);
        let mut found = None;
        for level in &self.levels {
            if from.saturating_add(count) > until {
                break;
            }
            let Some(node) = level.get(index) else { break };
            found = Some((node, count));
            if !index.is_multiple_of(FAN) {
                break;
            }
            index /= FAN;
            count = count.saturating_mul(FAN);
        }
        found
    }

    /// Puts a reading into its block; the reading that was there.
    fn insert(&mut self, reading: Reading<N>) -> Option<Reading<N>> {
        let at_ms = reading.at_ms();
        let index = self.place(at_ms);
        let is_last = index.saturating_add(1) >= self.blocks.len();
        let Some(block) = self.blocks.get_mut(index) else {
            self.open(reading, Carry::default());
            return None;
        };
        if is_last && block.run.last_ms() < at_ms {
            if block.readings.len() < BLOCK {
                block.readings.push(reading);
                block.run.push(reading, &self.rule);
            } else {
                let after = block.run.after();
                self.open(reading, after);
            }
            return None;
        }
        let place = block.readings.partition_point(|other| other.at_ms() < at_ms);
        let replaced = match block.readings.get_mut(place) {
            Some(other) if other.at_ms() == at_ms => Some(core::mem::replace(other, reading)),
            _ => {
                block.readings.insert(place, reading);
                None
            }
        };
        if block.readings.len() > BLOCK {
            let half = block.readings.split_off(BLOCK / 2);
            let run = Run::start(half.first().map_or(at_ms, Reading::at_ms), Carry::default());
            self.blocks.insert(index.saturating_add(1), Block { readings: half, before: Carry::default(), run });
            self.recompute(index, 2);
            self.grow(index);
        } else {
            let last = self.recompute(index, 1);
            self.refresh(index, last);
        }
        replaced
    }

    /// Begins a block behind the last, which is full and enters the tree.
    fn open(&mut self, reading: Reading<N>, before: Carry<N>) {
        let mut readings = Vec::with_capacity(BLOCK);
        readings.push(reading);
        let run = Run::of(&readings, before, &self.rule);
        self.blocks.push(Block { readings, before, run });
        self.grow(usize::MAX);
    }

    /// Recomputes blocks from one on: so many, and those behind while what they begin with has changed.
    /// The last of them.
    fn recompute(&mut self, first: usize, least: usize) -> usize {
        let before = first.checked_sub(1).and_then(|index| self.blocks.get(index));
        let mut carry = before.map(|block| block.run.after()).unwrap_or_default();
        let mut last = first;
        for (index, block) in self.blocks.iter_mut().enumerate().skip(first) {
            let is_new = index < first.saturating_add(least);
            // What holds at the end of a block is no part of the next one's run.
            if !is_new && block.before.without_value() == carry.without_value() {
                block.before = carry;
                break;
            }
            block.before = carry;
            block.run = Run::of(&block.readings, carry, &self.rule);
            carry = block.run.after();
            last = index;
        }
        last
    }

    /// Recomputes the nodes above these blocks.
    fn refresh(&mut self, first: usize, last: usize) {
        for index in first..=last {
            let run = self.blocks.get(index).map(|block| block.run.clone());
            let node = self.levels.first_mut().and_then(|level| level.get_mut(index));
            if let (Some(node), Some(run)) = (node, run) {
                *node = run;
            }
        }
        let (mut first, mut last) = (first, last);
        for level in 1..self.levels.len() {
            (first, last) = (first / FAN, last / FAN);
            for index in first..=last {
                let run = self.above(level.saturating_sub(1), index);
                let node = self.levels.get_mut(level).and_then(|level| level.get_mut(index));
                if let (Some(node), Some(run)) = (node, run) {
                    *node = run;
                }
            }
        }
    }

    /// Forgets the nodes above the blocks from this one on, and adds those that are missing.
    fn grow(&mut self, first: usize) {
        let mut kept = first;
        for level in &mut self.levels {
            level.truncate(kept);
            kept /= FAN;
        }
        let closed = self.blocks.len().saturating_sub(1);
        if closed > 0 && self.levels.is_empty() {
            self.levels.push(Vec::new());
        }
        if let Some(level) = self.levels.first_mut() {
            let have = level.len();
            level.extend(self.blocks.iter().take(closed).skip(have).map(|block| block.run.clone()));
        }
        let (mut level, mut count) = (0usize, closed / FAN);
        while count > 0 {
            let above = level.saturating_add(1);
            if above >= self.levels.len() {
                self.levels.push(Vec::new());
            }
            let have = self.levels.get(above).map_or(0, Vec::len);
            for index in have..count {
                if let Some(run) = self.above(level, index)
                    && let Some(level) = self.levels.get_mut(above)
                {
                    level.push(run);
                }
            }
            (level, count) = (above, count / FAN);
        }
    }

    /// The node that stands above `FAN` nodes of a level.
    fn above(&self, level: usize, index: usize) -> Option<Run<N>> {
        let start = index.checked_mul(FAN)?;
        let nodes = self.levels.get(level)?.get(start..start.checked_add(FAN)?)?;
        let (first, rest) = nodes.split_first()?;
        let mut run = first.clone();
        rest.iter().for_each(|next| run.append(next, &self.rule));
        Some(run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::random::Random;
    use crate::aggregate::{min_max, partial, sorted};

    #[test]
    fn any_order_of_arrival_gives_the_bits_of_a_scan() {
        let mut random = Random(2);
        for round in 0..24 {
            let count = [10, 300, 3000, 6000][round % 4];
            let mut arrived = random.readings(count, -20_000_000);
            let rule = Rule::new(Some(1 + random.below(400_000)), Some(16)).unwrap();
            if round % 3 > 0 {
                // A few come late, or all in any order.
                for _ in 0..if round % 3 == 1 { 40 } else { count * 4 } {
                    let (from, to) = (random.below(count as u64) as usize, random.below(count as u64) as usize);
                    arrived.swap(from, to);
                }
            }
            // Some instants come again with another value.
            for _ in 0..count / 10 {
                let again = arrived[random.below(count as u64) as usize].at_ms();
                arrived.push(Reading::new(again, random.next().cast_signed() % 70_000));
            }
            let series = Series::from_readings(rule, arrived.iter().copied());
            let readings = sorted(arrived);
            assert_eq!(series.len(), readings.len());
            assert!(series.readings().eq(readings.iter().copied()));
            let (least, most) = (readings[0].at_ms(), readings[readings.len() - 1].at_ms());
            for _ in 0..30 {
                let length = most - least + 2_000_000;
                let at = |random: &mut Random| least - 1_000_000 + random.below(length as u64) as i64;
                let (start_ms, end_ms) = (at(&mut random), at(&mut random));
                assert_eq!(series.partial(start_ms, end_ms), partial(&readings, start_ms, end_ms, &rule).unwrap());
                assert_eq!(series.min_max(start_ms, end_ms), min_max(&readings, start_ms, end_ms).unwrap());
                assert_eq!(series.value_at(start_ms), value_at(&readings, start_ms, &rule));
                assert_eq!(series.last_good(start_ms), super::super::last_good(&readings, start_ms));
                let first = between(&readings, start_ms, end_ms).iter().find_map(Reading::value);
                assert_eq!(series.first_good(start_ms, end_ms).map(|(_, value)| value), first);
            }
        }
    }

    /// What a late reading says that it changed is all that it changed.
    #[test]
    fn nothing_changes_but_what_is_said() {
        let mut random = Random(31);
        for _ in 0..40 {
            let readings = random.readings(60, 0);
            let rule = Rule::new(Some(1 + random.below(100_000)), Some(16)).unwrap();
            let mut series = Series::from_readings(rule, readings.iter().copied());
            for _ in 0..10 {
                let before = series.clone();
                let at_ms = if random.below(3) == 0 {
                    readings[random.below(60) as usize].at_ms()
                } else {
                    random.below(2_000_000) as i64
                };
                let late = if random.below(4) == 0 {
                    Reading::error(at_ms)
                } else {
                    Reading::new(at_ms, random.next().cast_signed() % 70_000)
                };
                let changed = series.push(late);
                let minute_ms = 20_000;
                for start_ms in (-40_000..3_000_000).step_by(20_000) {
                    let end_ms = start_ms + minute_ms;
                    let is_held = start_ms < changed.held_until_ms && end_ms > changed.from_ms;
                    let is_counted = start_ms < changed.counted_until_ms
                        && end_ms > changed.from_ms
                        && series.between(start_ms, end_ms).next().is_some();
                    if !is_held && !is_counted {
                        assert_eq!(before.partial(start_ms, end_ms), series.partial(start_ms, end_ms), "{late:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn series_merge_into_what_all_readings_make() {
        let mut random = Random(41);
        let readings = random.readings(2000, 0);
        let rule = Rule::of_period(10);
        let (mut left, mut right) = (Series::new(rule), Series::new(rule));
        for reading in &readings {
            let part = if random.below(3) == 0 { &mut left } else { &mut right };
            part.push(*reading);
        }
        left.merge(&right);
        let whole = Series::from_readings(rule, readings.iter().copied());
        assert_eq!(left.partial(0, i64::MAX), whole.partial(0, i64::MAX));
        assert!(Series::<i64>::new(rule).is_empty());
        assert_eq!(Series::<i64>::new(rule).partial(i64::MIN, i64::MAX), Partial::default());
        assert_eq!(Series::<i64>::new(rule).min_max(i64::MIN, i64::MAX), None);
    }
}
