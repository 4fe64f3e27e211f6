//! What counters counted in spans of time: the difference of how they stood, which is known at the end of each chunk.

use std::sync::Arc;

use parabus_core::aggregate::{Counted, Rule, Scale, Standing};
use parabus_core::chunk::Layout;

use super::history::Past;
use super::known::{ColumnRuns, Mark};
use super::readings::Column;
use super::sums::{LOOK_BACK, Meaning, Sums, is_whole, joined, refused};
use super::{Store, StoreError};
use crate::model::ParamId;

/// The ends of more spans than these are days or changes of a price, and are asked for again: how a counter stood there
/// is kept, as the unpacked chunks would push out each other.
const FEW_SPANS: usize = 16;

/// Of more spans than these in each chunk it is faster to take all readings as they come.
const MOST_IN_CHUNK: usize = 16;

/// What a counter counted in each of a row of spans.
pub enum Counts {
    /// Of whole numbers, and what these stand for.
    Whole(Vec<Counted<i64>>, Scale),
    /// Of values: fractions, or numbers whose scale has changed.
    Fraction(Vec<Counted<f64>>),
}

impl Counts {
    /// Those of longer spans: `span_of` says of each span, in order of time, which of `count` it is a part of.
    pub fn joined(&self, span_of: impl Iterator<Item = usize>, count: usize) -> Counts {
        match self {
            Counts::Whole(parts, scale) => Counts::Whole(joined(parts, span_of, count, Counted::merge), *scale),
            Counts::Fraction(parts) => Counts::Fraction(joined(parts, span_of, count, Counted::merge)),
        }
    }
}

impl Store {
    /// What a counter counted in each of a row of spans `[start, end)`, which come in order of time and do not
    /// overlap: steps of `raw × multiplier`.
    pub fn counts(&self, param: ParamId, spans: &[(i64, i64)]) -> Result<Counts, StoreError> {
        let past = self.past_of(param)?;
        if let Some(past) = &past
            && let Some((column, former)) = past.newest()
            && let Some(layout) = column.codec().map(Layout::of).filter(|layout| is_whole(layout.kind()))
        {
            let rule = Rule::new(None, layout.width_bits()).map_err(refused)?;
            if let Some(counted) = (Counter { past, column, former, rule, spans }).differences()? {
                return Ok(Counts::Whole(counted, column.codec().map(Scale::of).unwrap_or_default()));
            }
        }
        Ok(match self.sums_of(past.as_ref(), None, Meaning::Counter, spans)? {
            Sums::Whole(partials, scale) => {
                Counts::Whole(partials.iter().map(|partial| partial.counts()).collect(), scale)
            }
            Sums::Fraction(partials) => Counts::Fraction(partials.iter().map(|partial| partial.counts()).collect()),
        })
    }
}

/// A counter of whole numbers.
struct Counter<'c, 's> {
    past: &'c Past<'s>,
    column: &'c Column,
    /// Of other types and scales, or of a group that has had other parameters besides.
    former: &'c [Column],
    rule: Rule,
    spans: &'c [(i64, i64)],
}

impl Counter<'_, '_> {
    /// The differences of how it stood; nothing where it has to be counted one by one: it may have dipped, a chunk
    /// cannot be read, late readings wait that fall into chunks, former columns have readings in that time, or spans are
    /// so short that all would be unpacked.
    fn differences(&self) -> Result<Option<Vec<Counted<i64>>>, StoreError> {
        let (Some((start, _)), Some((_, end))) = (self.spans.first(), self.spans.last()) else {
            return Ok(Some(Vec::new()));
        };
        let Some(runs) = self.runs(*start, *end)? else { return Ok(None) };
        let looked_back = looked_back(&runs, *start);
        // The readings that are looked back at have no doubt either, so they need not be looked at one by one.
        let doubts = runs.before(looked_back).doubts();
        let last_place = runs.place(*end);
        let covered = last_place.saturating_sub(runs.place(*start)).saturating_add(1);
        if doubts != runs.before(last_place).doubts()
            || self.spans.len() > covered.saturating_mul(MOST_IN_CHUNK)
            || !self.is_alone(&runs, (looked_back, *start, *end))?
        {
            return Ok(None);
        }
        let mut counted = Vec::with_capacity(self.spans.len());
        let mut last: Option<(i64, Standing)> = None;
        for (start, end) in self.spans {
            let before = match last.filter(|(at, _)| at == start) {
                Some((_, standing)) => Some(standing),
                None => self.standing(&runs, *start)?,
            };
            let Some((before, after)) = before.zip(self.standing(&runs, *end)?) else { return Ok(None) };
            counted.push(after.since(&before));
            last = Some((*end, after));
        }
        Ok(last.is_none_or(|(_, standing)| standing.doubts() == doubts).then_some(counted))
    }

    /// Whether no former column may have a reading from the chunk on that is looked back at.
    fn is_alone(&self, runs: &ColumnRuns, (looked_back, start, end): (usize, i64, i64)) -> Result<bool, StoreError> {
        let seen = runs.before(runs.place(start)).count() - runs.before(looked_back).count();
        // Otherwise a former one has what is looked back at.
        let Some(first) = runs.get(looked_back).filter(|_| seen >= LOOK_BACK) else {
            return Ok(self.former.is_empty());
        };
        let from = first.first_at;
        for column in self.former {
            let others = self.past.runs(column, (from, end))?;
            let is_inside = others.get(others.place(from)).is_some_and(|run| run.first_at < end);
            if is_inside || !column.waiting((from, end)).is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The chunks from those that are looked back at to the end, if nothing that waits falls into one.
    fn runs(&self, start: i64, end: i64) -> Result<Option<Arc<ColumnRuns>>, StoreError> {
        // A chunk that begins at the asked instant hides those before it.
        let mut from = start.saturating_sub(1);
        let runs = loop {
            let runs = self.past.runs(self.column, (from, end))?;
            let known = runs.before(runs.place(start)).count();
            match runs.first().map(|first| first.first_at) {
                // None is earlier than the first.
                Some(first) if known < LOOK_BACK && first <= from && from > i64::MIN => {
                    // An outage may be long.
                    from = start
                        .saturating_sub(start.saturating_sub(first).saturating_mul(2))
                        .min(first.saturating_sub(1));
                }
                _ => break runs,
            }
        };
        let waiting = self.column.waiting((i64::MIN, end.saturating_sub(1)));
        let is_behind = waiting.first().is_none_or(|(at, _)| {
            let later = runs.get(runs.place(*at));
            later.is_none_or(|run| end <= run.first_at)
        });
        let is_alike = runs.first().is_none_or(|first| first.rule.width_bits() == self.rule.width_bits());
        Ok((is_behind && is_alike).then_some(runs))
    }

    /// How it stood after all readings before an instant, reckoned from the first of the chunks.
    fn standing(&self, runs: &ColumnRuns, at: i64) -> Result<Option<Standing>, StoreError> {
        let place = runs.place(at);
        let mut standing = runs.before(place);
        let Some(run) = runs.get(place).filter(|run| run.first_at < at) else {
            let waiting = self.column.waiting((i64::MIN, at.saturating_sub(1)));
            if !waiting.is_empty() {
                let values: Vec<_> = waiting.iter().map(|(_, cell)| self.column.whole(cell)).collect();
                standing.push(&values, &self.rule);
            }
            return Ok(Some(standing));
        };
        let do_recur = self.spans.len() > FEW_SPANS;
        let own = match do_recur.then(|| self.past.mark(self.column, run, at)).flatten() {
            Some(own) => own,
            None => {
                let Some(numbers) = self.past.numbers(self.column, run)? else { return Ok(None) };
                let own = numbers.standing(at, &self.rule);
                if do_recur {
                    self.past.keep_mark(self.column, at, Mark::new(run, own));
                }
                own
            }
        };
        standing.join(&own, &self.rule);
        Ok(Some(standing))
    }
}

/// The place of the chunk in which the first of the readings is that are looked back at.
fn looked_back(runs: &ColumnRuns, start: i64) -> usize {
    let mut place = runs.place(start);
    let known = runs.before(place).count();
    while place > 0 && known - runs.before(place).count() < LOOK_BACK {
        place -= 1;
    }
    place
}
