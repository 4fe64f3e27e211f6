//! Single values (AGGREGATION.md 4.4, 4.5; DOMAIN.md A-1). The readings are in order of time; of others,
//! some value or none is found.

use super::reading::{between, split};
use super::{AggregateError, Carry, Number, Reading, Rule};

/// Which value stands for a part of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// `first`: the first value that was read in it.
    First,
    /// `hold`: the value that holds when it begins.
    Hold,
}

impl Sampling {
    /// Reads `first` or `hold`.
    ///
    /// # Errors
    /// [`AggregateError::UnknownSampling`] for any other.
    pub fn from_code(code: &str) -> Result<Sampling, AggregateError> {
        match code {
            "first" => Ok(Sampling::First),
            "hold" => Ok(Sampling::Hold),
            _ => Err(AggregateError::UnknownSampling),
        }
    }
}

/// The parts of `[from, till)`: the one numbered `i` begins at `from + ⌊i × (till - from) / points⌋`. If there are
/// more points than milliseconds, some parts are empty.
///
/// # Errors
/// [`AggregateError::TimeRange`] unless `from < till`; [`AggregateError::PointCount`] for none.
pub fn points(
    from_ms: i64,
    till_ms: i64,
    points: usize,
) -> Result<impl ExactSizeIterator<Item = (i64, i64)> + Clone, AggregateError> {
    if points == 0 {
        return Err(AggregateError::PointCount { points });
    }
    let count = u32::try_from(points).map_err(|_| AggregateError::PointCount { points })?;
    if from_ms >= till_ms {
        return Err(AggregateError::TimeRange);
    }
    let length_ms = u128::from(till_ms.abs_diff(from_ms));
    let start = move |index: u32| {
        let passed_ms = (length_ms * u128::from(index)).checked_div(count.into()).unwrap_or(0);
        from_ms.saturating_add_unsigned(u64::try_from(passed_ms).unwrap_or(u64::MAX))
    };
    Ok((0..points).map(move |index| {
        let index = u32::try_from(index).unwrap_or(count);
        (start(index), start(index.saturating_add(1)))
    }))
}

/// One value for each part of `[from, till)`, of which there are as many as `out` has places.
///
/// # Errors
/// As [`points`].
pub fn dispersed<N: Number>(
    readings: &[Reading<N>],
    from_ms: i64,
    till_ms: i64,
    sampling: Sampling,
    rule: &Rule,
    out: &mut [Option<N>],
) -> Result<(), AggregateError> {
    for ((start_ms, end_ms), place) in points(from_ms, till_ms, out.len())?.zip(out) {
        *place = match sampling {
            Sampling::First => between(readings, start_ms, end_ms).iter().find_map(Reading::value),
            Sampling::Hold => value_at(readings, start_ms, rule),
        };
    }
    Ok(())
}

/// The value that holds at an instant; `None` after an error, or when the last value is older than the
/// hold limit.
pub fn value_at<N: Number>(readings: &[Reading<N>], at_ms: i64, rule: &Rule) -> Option<N> {
    let last = up_to(readings, at_ms).last()?;
    Carry::default().after(core::slice::from_ref(last), rule).value_at(at_ms, rule)
}

/// The last reading with a value at `till_ms` or before, however old.
pub fn last_good<N: Number>(readings: &[Reading<N>], till_ms: i64) -> Option<(i64, N)> {
    up_to(readings, till_ms).iter().rev().find_map(|reading| Some((reading.at_ms(), reading.value()?)))
}

fn up_to<N: Number>(readings: &[Reading<N>], at_ms: i64) -> &[Reading<N>] {
    match at_ms.checked_add(1) {
        Some(end_ms) => split(readings, end_ms).0,
        None => readings,
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    #[test]
    fn parts_are_those_of_the_documented_example() {
        // 57 minutes in 10 parts: each 5 min 42 s.
        let starts: Vec<_> = points(0, 57 * 60_000, 10).unwrap().map(|(start_ms, _)| start_ms).collect();
        assert_eq!(starts, (0..10).map(|index| index * 342_000).collect::<Vec<_>>());
        let uneven: Vec<_> = points(5, 15, 4).unwrap().collect();
        assert_eq!(uneven, [(5, 7), (7, 10), (10, 12), (12, 15)]);
        let whole: Vec<_> = points(i64::MIN, i64::MAX, 2).unwrap().collect();
        assert_eq!(whole, [(i64::MIN, -1), (-1, i64::MAX)]);
        assert_eq!(points(0, 0, 1).err(), Some(AggregateError::TimeRange));
        assert_eq!(points(0, 1, 0).err(), Some(AggregateError::PointCount { points: 0 }));
    }

    #[test]
    fn first_takes_what_was_read_and_hold_what_holds() {
        let readings =
            [Reading::new(-5, 1), Reading::error(10), Reading::new(12, 2), Reading::new(14, 3), Reading::error(35)];
        let rule = Rule::new(Some(20), None).unwrap();
        let sampled = |sampling| {
            let mut out = [None; 5];
            dispersed(&readings, 0, 50, sampling, &rule, &mut out).unwrap();
            out
        };
        assert_eq!(sampled(Sampling::First), [None, Some(2), None, None, None]);
        assert_eq!(sampled(Sampling::Hold), [Some(1), None, Some(3), Some(3), None]);
        assert_eq!(value_at(&readings, 34, &rule), None, "a value holds up to its limit, not at it");
        assert_eq!(value_at(&readings, 33, &rule), Some(3));
        assert_eq!(value_at(&readings, i64::MAX, &Rule::default()), None);
        assert_eq!((last_good(&readings, i64::MAX), last_good(&readings, 13)), (Some((14, 3)), Some((12, 2))));
        assert_eq!(last_good(&readings, -6), None);
    }
}
