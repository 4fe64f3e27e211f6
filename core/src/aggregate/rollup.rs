use alloc::vec::Vec;

use super::cadence::floor;
use super::{AggregateError, Cadence, Changed, Number, Partial, Series};

/// Minutes, and above them 5 minutes, quarter hours, hours and days, each merged of those below.
///
/// A minute that is put again recomputes the four above it, with the bits that they would have from the
/// start. Minutes of which nothing is known need no place.
#[derive(Clone, Debug)]
pub struct RollUp<N: Number> {
    /// By [`Cadence::ALL`], each in order of time.
    levels: [Vec<(i64, Partial<N>)>; 5],
}

impl<N: Number> Default for RollUp<N> {
    fn default() -> Self {
        RollUp { levels: core::array::from_fn(|_| Vec::new()) }
    }
}

impl<N: Number> RollUp<N> {
    /// No minutes yet.
    #[must_use]
    pub fn new() -> RollUp<N> {
        RollUp::default()
    }

    /// Puts what is known of the minute that begins at this instant.
    ///
    /// # Errors
    /// [`AggregateError::NotWhole`] if none begins there.
    pub fn put(&mut self, minute_ms: i64, partial: Partial<N>) -> Result<(), AggregateError> {
        if Cadence::Minute.start_of(minute_ms) != Some(minute_ms) {
            return Err(AggregateError::NotWhole);
        }
        let [minutes, coarser @ ..] = &mut self.levels;
        place(minutes, minute_ms, partial);
        let mut below: &mut Vec<_> = minutes;
        for (cadence, level) in Cadence::ALL.into_iter().skip(1).zip(coarser) {
            let Some(start_ms) = cadence.start_of(minute_ms) else {
                break;
            };
            place(level, start_ms, merged(slice(below, start_ms, start_ms.saturating_add(cadence.ms()))));
            below = level;
        }
        Ok(())
    }

    /// Puts the minutes that a reading of the series changed, up to those that end by `until_ms`.
    ///
    /// # Errors
    /// [`AggregateError::TimeRange`] at the ends of time.
    pub fn follow(&mut self, series: &Series<N>, changed: &Changed, until_ms: i64) -> Result<(), AggregateError> {
        let minute = Cadence::Minute;
        let start = |at_ms: i64| minute.start_of(at_ms).ok_or(AggregateError::TimeRange);
        let until_ms = start(until_ms)?;
        let mut minute_ms = start(changed.from_ms)?;
        while minute_ms < changed.held_until_ms && minute_ms < until_ms {
            let end_ms = minute_ms.saturating_add(minute.ms());
            self.put(minute_ms, series.partial(minute_ms, end_ms))?;
            minute_ms = end_ms;
        }
        while let Some(reading) = series.between(minute_ms, changed.counted_until_ms).next() {
            let own_ms = start(reading.at_ms())?;
            if own_ms >= until_ms {
                break;
            }
            minute_ms = own_ms.saturating_add(minute.ms());
            self.put(own_ms, series.partial(own_ms, minute_ms))?;
        }
        Ok(())
    }

    /// What is known of the segment that begins at this instant; `None` if nothing was put.
    pub fn segment(&self, cadence: Cadence, start_ms: i64) -> Option<&Partial<N>> {
        let level = self.level(cadence);
        let index = level.binary_search_by_key(&start_ms, |(at_ms, _)| *at_ms).ok()?;
        level.get(index).map(|(_, partial)| partial)
    }

    /// Segments that begin in `[from, till)`, in order of time, without those of which nothing was put.
    pub fn segments(&self, cadence: Cadence, from_ms: i64, till_ms: i64) -> &[(i64, Partial<N>)] {
        slice(self.level(cadence), from_ms, till_ms)
    }

    /// What is known of any range of whole minutes, of at most 4 + 2 + 3 + 23 segments on each side and the
    /// days between them.
    ///
    /// # Errors
    /// [`AggregateError::NotWhole`] if it begins or ends within a minute; [`AggregateError::TimeRange`] if it ends
    /// before it has begun.
    pub fn partial(&self, start_ms: i64, end_ms: i64) -> Result<Partial<N>, AggregateError> {
        if start_ms > end_ms {
            return Err(AggregateError::TimeRange);
        }
        if [start_ms, end_ms].iter().any(|at_ms| Cadence::Minute.start_of(*at_ms) != Some(*at_ms)) {
            return Err(AggregateError::NotWhole);
        }
        let mut partial = Partial::default();
        let (mut start_ms, mut end_ms) = (start_ms, end_ms);
        let above = Cadence::ALL.into_iter().skip(1).map(Some).chain([None]);
        for (level, above) in self.levels.iter().zip(above) {
            let inner = above.and_then(|cadence| inner(start_ms, end_ms, cadence.ms()));
            let Some((inner_start_ms, inner_end_ms)) = inner else {
                slice(level, start_ms, end_ms).iter().for_each(|(_, part)| partial.merge(part));
                break;
            };
            slice(level, start_ms, inner_start_ms).iter().for_each(|(_, part)| partial.merge(part));
            slice(level, inner_end_ms, end_ms).iter().for_each(|(_, part)| partial.merge(part));
            (start_ms, end_ms) = (inner_start_ms, inner_end_ms);
        }
        Ok(partial)
    }

    fn level(&self, cadence: Cadence) -> &Vec<(i64, Partial<N>)> {
        let [minutes, fives, quarters, hours, days] = &self.levels;
        match cadence {
            Cadence::Minute => minutes,
            Cadence::FiveMinutes => fives,
            Cadence::QuarterHour => quarters,
            Cadence::Hour => hours,
            Cadence::Day => days,
        }
    }
}

/// The whole steps in a range, if there is at least one.
fn inner(start_ms: i64, end_ms: i64, step_ms: i64) -> Option<(i64, i64)> {
    let from_ms = floor(start_ms.checked_add(step_ms)?.checked_sub(1)?, step_ms)?;
    let until_ms = floor(end_ms, step_ms)?;
    (from_ms < until_ms).then_some((from_ms, until_ms))
}

fn place<N: Number>(level: &mut Vec<(i64, Partial<N>)>, start_ms: i64, partial: Partial<N>) {
    // Most come at the end.
    if level.last().is_none_or(|(last_ms, _)| *last_ms < start_ms) {
        level.push((start_ms, partial));
        return;
    }
    match level.binary_search_by_key(&start_ms, |(at_ms, _)| *at_ms) {
        Ok(index) => {
            if let Some(own) = level.get_mut(index) {
                own.1 = partial;
            }
        }
        Err(index) => level.insert(index, (start_ms, partial)),
    }
}

fn slice<N: Number>(level: &[(i64, Partial<N>)], start_ms: i64, end_ms: i64) -> &[(i64, Partial<N>)] {
    let from = level.partition_point(|(at_ms, _)| *at_ms < start_ms);
    let until = level.partition_point(|(at_ms, _)| *at_ms < end_ms);
    level.get(from..until).unwrap_or_default()
}

fn merged<N: Number>(parts: &[(i64, Partial<N>)]) -> Partial<N> {
    parts.iter().fold(Partial::default(), |mut whole, (_, part)| {
        whole.merge(part);
        whole
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::random::Random;
    use crate::aggregate::{Reading, Rule, partial};

    const MINUTE_MS: i64 = 60_000;

    #[test]
    fn late_readings_leave_the_bits_of_a_computation_from_the_start() {
        let mut random = Random(51);
        for _ in 0..6 {
            let mut readings = random.readings(3000, -10_000_000);
            let rule = Rule::new(Some(1 + random.below(300_000)), Some(16)).unwrap();
            for _ in 0..300 {
                let (from, to) = (random.below(3000) as usize, random.below(3000) as usize);
                readings.swap(from, to);
            }
            let until_ms = 90_000_000;
            let (mut series, mut roll_up) = (Series::new(rule), RollUp::new());
            for reading in &readings {
                let changed = series.push(*reading);
                roll_up.follow(&series, &changed, until_ms).unwrap();
            }
            let sorted = crate::aggregate::sorted(readings);
            for cadence in Cadence::ALL {
                for (start_ms, got) in roll_up.segments(cadence, i64::MIN, i64::MAX) {
                    let end_ms = start_ms + cadence.ms();
                    assert_eq!(*got, partial(&sorted, *start_ms, end_ms, &rule).unwrap(), "{cadence:?} {start_ms}");
                    assert_eq!(roll_up.segment(cadence, *start_ms), Some(got));
                }
            }
            for _ in 0..60 {
                let minute = |random: &mut Random| (random.below(1700) as i64 - 200) * MINUTE_MS;
                let (one, other) = (minute(&mut random), minute(&mut random));
                let (start_ms, end_ms) = (one.min(other), one.max(other));
                assert_eq!(roll_up.partial(start_ms, end_ms), partial(&sorted, start_ms, end_ms, &rule));
            }
        }
    }

    #[test]
    fn ranges_that_are_none_are_refused() {
        let mut roll_up = RollUp::<i64>::new();
        assert_eq!(roll_up.put(1, Partial::default()), Err(AggregateError::NotWhole));
        assert_eq!(roll_up.partial(MINUTE_MS, 0), Err(AggregateError::TimeRange));
        assert_eq!(roll_up.partial(0, 61_000), Err(AggregateError::NotWhole));
        assert_eq!(roll_up.partial(0, 0), Ok(Partial::default()));
        let least_ms = i64::MIN - i64::MIN % MINUTE_MS;
        roll_up.put(least_ms, Partial::default()).unwrap();
        let mut series = Series::new(Rule::default());
        let changed = series.push(Reading::new(i64::MIN, 4));
        assert_eq!(roll_up.follow(&series, &changed, 0), Err(AggregateError::TimeRange));
    }
}
