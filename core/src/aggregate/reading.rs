#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use super::{AggregateError, Number};

/// A value read at an instant, or that there was none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading<N> {
    at_ms: i64,
    value: Option<N>,
}

impl<N: Number> Reading<N> {
    /// What was read, at milliseconds since 1970 UTC. NaN and infinities are errors.
    pub fn new(at_ms: i64, value: N) -> Self {
        Reading { at_ms, value: value.is_number().then_some(value) }
    }

    /// A reading that failed.
    pub const fn error(at_ms: i64) -> Self {
        Reading { at_ms, value: None }
    }

    /// Milliseconds since 1970 UTC.
    pub const fn at_ms(&self) -> i64 {
        self.at_ms
    }

    /// The value; `None` of an error.
    pub const fn value(&self) -> Option<N> {
        self.value
    }
}

/// Readings in any order as they are wanted: by time, and of several at one instant the last that came.
#[cfg(feature = "alloc")]
#[must_use]
pub fn sorted<N: Number>(mut readings: Vec<Reading<N>>) -> Vec<Reading<N>> {
    // A stable sort of what came last first, of which the first at each instant is kept.
    readings.reverse();
    readings.sort_by_key(|reading| reading.at_ms);
    readings.dedup_by_key(|reading| reading.at_ms);
    readings
}

/// Looks whether each reading is later than the one before it.
pub(super) fn check<N: Number>(readings: &[Reading<N>]) -> Result<(), AggregateError> {
    let pairs = readings.iter().zip(readings.iter().skip(1));
    match pairs.enumerate().find(|(_, (earlier, later))| later.at_ms <= earlier.at_ms) {
        Some((index, _)) => Err(AggregateError::ReadingOrder { index: index.saturating_add(1) }),
        None => Ok(()),
    }
}

/// The readings before an instant, and those from it on.
pub(super) fn split<N: Number>(readings: &[Reading<N>], at_ms: i64) -> (&[Reading<N>], &[Reading<N>]) {
    let count = readings.partition_point(|reading| reading.at_ms < at_ms);
    readings.split_at_checked(count).unwrap_or((readings, &[]))
}

/// The readings of a slice from one instant to before another.
pub(super) fn between<N: Number>(readings: &[Reading<N>], start_ms: i64, end_ms: i64) -> &[Reading<N>] {
    split(split(readings, end_ms).0, start_ms).1
}
