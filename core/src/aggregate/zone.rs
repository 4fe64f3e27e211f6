//! Time zones, as far as sums need them: which offset is in force at an instant.

use super::AggregateError;

/// No zone was ever farther from UTC: `America/Metlakatla` and `Asia/Manila` had 15 to 16 hours.
const MOST_OFFSET_S: i32 = 18 * 3600;
/// No zone changed its offset twice within that time.
const PROBE_MS: i64 = 3 * 3_600_000;

/// A time zone.
pub trait Zone {
    /// Seconds east of UTC in force at the instant.
    fn offset_s(&self, at_ms: i64) -> i32;
}

impl<Z: Zone + ?Sized> Zone for &Z {
    fn offset_s(&self, at_ms: i64) -> i32 {
        (**self).offset_s(at_ms)
    }
}

/// A zone with one offset; `FixedOffset(0)` is UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedOffset(pub i32);

impl Zone for FixedOffset {
    fn offset_s(&self, _at_ms: i64) -> i32 {
        self.0
    }
}

/// A zone as a table of the caller's: offsets and the instants from which they are in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transitions<'a> {
    before_s: i32,
    changes: &'a [(i64, i32)],
}

impl<'a> Transitions<'a> {
    /// `before_s` is in force until the first change.
    ///
    /// # Errors
    /// [`AggregateError::ZoneTable`] for changes that are not in order of time, or an offset beyond 18 hours.
    pub fn new(before_s: i32, changes: &'a [(i64, i32)]) -> Result<Self, AggregateError> {
        let mut last_ms = None;
        for (index, (at_ms, offset_s)) in changes.iter().enumerate() {
            let is_bad =
                [*offset_s, before_s].iter().any(|offset| offset.unsigned_abs() > MOST_OFFSET_S.unsigned_abs());
            if is_bad || last_ms.is_some_and(|last_ms| *at_ms <= last_ms) {
                return Err(AggregateError::ZoneTable { index });
            }
            last_ms = Some(*at_ms);
        }
        Ok(Transitions { before_s, changes })
    }
}

impl Zone for Transitions<'_> {
    fn offset_s(&self, at_ms: i64) -> i32 {
        let passed = self.changes.partition_point(|(from_ms, _)| *from_ms <= at_ms);
        let last = passed.checked_sub(1).and_then(|index| self.changes.get(index));
        last.map_or(self.before_s, |(_, offset_s)| *offset_s)
    }
}

/// Milliseconds east of UTC.
pub(super) fn offset_ms(zone: &(impl Zone + ?Sized), at_ms: i64) -> i64 {
    i64::from(zone.offset_s(at_ms).clamp(-MOST_OFFSET_S, MOST_OFFSET_S)) * 1000
}

/// The first instant after `from_ms` at which another offset is in force, if there is one before `limit_ms`;
/// else `limit_ms`.
pub(super) fn change_after(zone: &(impl Zone + ?Sized), from_ms: i64, limit_ms: i64) -> i64 {
    let offset = offset_ms(zone, from_ms);
    let mut same_ms = from_ms;
    while same_ms < limit_ms {
        let mut other_ms = same_ms.saturating_add(PROBE_MS).min(limit_ms);
        if offset_ms(zone, other_ms) == offset {
            same_ms = other_ms;
            continue;
        }
        loop {
            let middle_ms = same_ms.midpoint(other_ms);
            if middle_ms <= same_ms {
                return other_ms;
            }
            if offset_ms(zone, middle_ms) == offset {
                same_ms = middle_ms;
            } else {
                other_ms = middle_ms;
            }
        }
    }
    limit_ms
}

/// The first instant at which local clocks show this time or a later one: of a time that comes twice the
/// first, of one that is left out the end of the gap. `local_ms` is milliseconds since 1970 on the clock.
///
/// # Errors
/// [`AggregateError::TimeRange`] at the ends of time.
pub fn first_at_local(zone: &(impl Zone + ?Sized), local_ms: i64) -> Result<i64, AggregateError> {
    let most_ms = i64::from(MOST_OFFSET_S) * 1000;
    let mut at_ms = local_ms.checked_sub(most_ms).ok_or(AggregateError::TimeRange)?;
    let end_ms = local_ms.checked_add(most_ms).ok_or(AggregateError::TimeRange)?;
    while at_ms < end_ms {
        let change_ms = change_after(zone, at_ms, end_ms);
        let shown_ms = local_ms.saturating_sub(offset_ms(zone, at_ms)).max(at_ms);
        if shown_ms < change_ms {
            return Ok(shown_ms);
        }
        at_ms = change_ms;
    }
    Ok(end_ms)
}

#[cfg(feature = "tz")]
mod iana {
    use chrono::{DateTime, Offset, TimeZone};
    use chrono_tz::Tz;

    use super::{AggregateError, Zone};

    impl Zone for Tz {
        fn offset_s(&self, at_ms: i64) -> i32 {
            let most_ms = DateTime::<chrono::Utc>::MAX_UTC.timestamp_millis();
            let least_ms = DateTime::<chrono::Utc>::MIN_UTC.timestamp_millis();
            let instant = DateTime::from_timestamp_millis(at_ms.clamp(least_ms, most_ms));
            let naive = instant.unwrap_or_default().naive_utc();
            self.offset_from_utc_datetime(&naive).fix().local_minus_utc()
        }
    }

    /// A zone of the IANA database by its name, such as `Europe/Warsaw`.
    ///
    /// # Errors
    /// [`AggregateError::UnknownZone`] if there is none.
    pub fn zone_by_name(name: &str) -> Result<Tz, AggregateError> {
        name.parse().map_err(|_| AggregateError::UnknownZone)
    }
}

#[cfg(feature = "tz")]
pub use iana::zone_by_name;

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    #[test]
    fn a_table_is_looked_up_and_searched() {
        // Clocks go one hour ahead at hour 100, and back at hour 1000.
        let changes = [(100 * HOUR_MS, 7200), (1000 * HOUR_MS, 3600)];
        let zone = Transitions::new(3600, &changes).unwrap();
        for (at_ms, want) in [(i64::MIN, 3600), (100 * HOUR_MS - 1, 3600), (100 * HOUR_MS, 7200), (i64::MAX, 3600)] {
            assert_eq!(zone.offset_s(at_ms), want);
        }
        assert_eq!(change_after(&zone, 7, 5000 * HOUR_MS), 100 * HOUR_MS);
        assert_eq!(change_after(&zone, 100 * HOUR_MS, 5000 * HOUR_MS), 1000 * HOUR_MS);
        assert_eq!(change_after(&zone, 1000 * HOUR_MS, 1007 * HOUR_MS), 1007 * HOUR_MS);
        // 101:00 to 102:00 is left out; 1001:00 to 1002:00 comes twice.
        assert_eq!(first_at_local(&zone, 101 * HOUR_MS + 5), Ok(100 * HOUR_MS));
        assert_eq!(first_at_local(&zone, 102 * HOUR_MS), Ok(100 * HOUR_MS));
        assert_eq!(first_at_local(&zone, 1001 * HOUR_MS + 5), Ok(999 * HOUR_MS + 5));
        assert_eq!(first_at_local(&zone, 1002 * HOUR_MS), Ok(1001 * HOUR_MS));
        for local_ms in [i64::MIN, i64::MAX] {
            assert_eq!(first_at_local(&zone, local_ms), Err(AggregateError::TimeRange));
        }
    }

    #[test]
    fn a_table_in_disorder_is_refused() {
        for (changes, index) in [([(0, 0), (0, 3600)], 1), ([(0, 70_000), (1, 0)], 0), ([(5, 0), (1, 0)], 1)] {
            assert_eq!(Transitions::new(0, &changes), Err(AggregateError::ZoneTable { index }));
        }
        assert_eq!(first_at_local(&FixedOffset(i32::MAX), 0), Ok(-18 * HOUR_MS));
    }
}
