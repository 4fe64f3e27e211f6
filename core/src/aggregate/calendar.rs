//! Spans of local time (AGGREGATION.md 4.6).

use super::AggregateError;
use super::cadence::Cadence;
use super::zone::{Zone, first_at_local, offset_ms};

const DAY_MS: i64 = Cadence::Day.ms();

/// The segments of a report's chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// `half-hour`: 30 minutes that pass.
    HalfHour,
    /// `hour`: 60 minutes that pass.
    Hour,
    /// `day`: from one local midnight to the next.
    Day,
}

impl Unit {
    /// All of them.
    pub const ALL: [Unit; 3] = [Unit::HalfHour, Unit::Hour, Unit::Day];

    /// The code of the API.
    pub const fn code(self) -> &'static str {
        match self {
            Unit::HalfHour => "half-hour",
            Unit::Hour => "hour",
            Unit::Day => "day",
        }
    }

    /// Reads the code.
    ///
    /// # Errors
    /// [`AggregateError::UnknownSegment`] for any other.
    pub fn from_code(code: &str) -> Result<Unit, AggregateError> {
        Unit::ALL.into_iter().find(|unit| unit.code() == code).ok_or(AggregateError::UnknownSegment)
    }

    const fn step_ms(self) -> Option<i64> {
        match self {
            Unit::HalfHour => Some(1_800_000),
            Unit::Hour => Some(3_600_000),
            Unit::Day => None,
        }
    }
}

/// Spans of local time, side by side: no instant is in two of them or in none.
///
/// A day begins at local midnight, the first of two, and where there is none with the first instant of
/// the date. Hours are counted from the midnight of the first day on as time passes, so that a day on which clocks
/// change has 23 or 25.
#[derive(Clone, Copy, Debug)]
pub struct Calendar<'z, Z: ?Sized> {
    zone: &'z Z,
    unit: Unit,
    /// Days since 1970 on local clocks, of the day that is next.
    day: i64,
    start_ms: i64,
    till_ms: i64,
}

impl<'z, Z: Zone + ?Sized> Calendar<'z, Z> {
    /// Whole spans: from the one that `from_ms` lies in to the last one that begins before `till_ms`
    /// (DOMAIN.md A-11).
    ///
    /// # Errors
    /// [`AggregateError::TimeRange`] unless `from_ms < till_ms`, and at the ends of time.
    pub fn new(zone: &'z Z, unit: Unit, from_ms: i64, till_ms: i64) -> Result<Self, AggregateError> {
        if from_ms >= till_ms {
            return Err(AggregateError::TimeRange);
        }
        let (day, midnight_ms) = day_of(zone, from_ms)?;
        let passed_ms = from_ms.checked_sub(midnight_ms).ok_or(AggregateError::TimeRange)?;
        let start_ms = match unit.step_ms() {
            Some(step_ms) => {
                let rest_ms = passed_ms.checked_rem(step_ms).unwrap_or(0);
                from_ms.checked_sub(rest_ms).ok_or(AggregateError::TimeRange)?
            }
            None => midnight_ms,
        };
        Ok(Calendar { zone, unit, day, start_ms, till_ms })
    }

    fn end_ms(&mut self) -> Option<i64> {
        if let Some(step_ms) = self.unit.step_ms() {
            return self.start_ms.checked_add(step_ms);
        }
        // A date that a zone left out has no length, and no row.
        loop {
            self.day = self.day.checked_add(1)?;
            let end_ms = day_start(self.zone, self.day).ok()?;
            if end_ms > self.start_ms {
                return Some(end_ms);
            }
        }
    }
}

impl<Z: Zone + ?Sized> Iterator for Calendar<'_, Z> {
    type Item = (i64, i64);

    fn next(&mut self) -> Option<(i64, i64)> {
        if self.start_ms >= self.till_ms {
            return None;
        }
        let start_ms = self.start_ms;
        let Some(end_ms) = self.end_ms() else {
            self.till_ms = start_ms;
            return None;
        };
        self.start_ms = end_ms;
        Some((start_ms, end_ms))
    }
}

/// The local day that an instant lies in, with its first instant.
fn day_of(zone: &(impl Zone + ?Sized), at_ms: i64) -> Result<(i64, i64), AggregateError> {
    let local_ms = at_ms.checked_add(offset_ms(zone, at_ms)).ok_or(AggregateError::TimeRange)?;
    // Clocks that go back over midnight show the day before again, which has ended; and several days
    // begin at once where one is left out.
    let mut found = Err(AggregateError::TimeRange);
    for day in [-1, 0, 1, 2].iter().filter_map(|more| local_ms.div_euclid(DAY_MS).checked_add(*more)) {
        let start_ms = day_start(zone, day)?;
        if start_ms <= at_ms {
            found = Ok((day, start_ms));
        }
    }
    found
}

fn day_start(zone: &(impl Zone + ?Sized), day: i64) -> Result<i64, AggregateError> {
    first_at_local(zone, day.checked_mul(DAY_MS).ok_or(AggregateError::TimeRange)?)
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::aggregate::{FixedOffset, Transitions};

    #[test]
    fn days_of_a_table_have_23_and_25_hours() {
        // Clocks go ahead at 00:00 of day 10, so that it begins at 01:00; and back at 00:00 of day 20, so
        // that 23:00 of day 19 comes again.
        let hour_ms = 3_600_000;
        let changes = [(240 * hour_ms, 3600), (479 * hour_ms, 0)];
        let zone = Transitions::new(0, &changes).unwrap();
        let days: Vec<_> = Calendar::new(&zone, Unit::Day, 0, 600 * hour_ms).unwrap().collect();
        assert_eq!(days.len(), 25);
        let hours = |day: usize| (days[day].1 - days[day].0) / hour_ms;
        assert_eq!([9, 10, 18, 19, 20].map(hours), [24, 23, 24, 25, 24]);
        assert_eq!(days[10].0, 240 * hour_ms);
        assert_eq!(days[19].0, 455 * hour_ms);
    }

    #[test]
    fn rows_are_whole() {
        let day = |from, till| Calendar::new(&FixedOffset(-3600), Unit::Day, from, till).unwrap().collect::<Vec<_>>();
        assert_eq!(day(3_600_000, 3_600_001), [(3_600_000, 90_000_000)]);
        assert_eq!(day(3_599_999, 3_600_000), [(-82_800_000, 3_600_000)]);
        let half = Calendar::new(&FixedOffset(60), Unit::HalfHour, 1_740_000, 1_740_001).unwrap();
        assert_eq!(half.collect::<Vec<_>>(), [(1_740_000, 3_540_000)]);
        assert_eq!(Unit::ALL.map(|unit| Unit::from_code(unit.code())), Unit::ALL.map(Ok));
        assert_eq!(Unit::from_code("week"), Err(AggregateError::UnknownSegment));
    }

    #[test]
    fn the_ends_of_time_are_refused() {
        for (from_ms, till_ms) in [(i64::MIN, 0), (i64::MAX - 1, i64::MAX), (1, 1), (2, 1)] {
            assert!(Calendar::new(&FixedOffset(0), Unit::Day, from_ms, till_ms).is_err());
        }
        let late = Calendar::new(&FixedOffset(0), Unit::Day, i64::MAX - 600_000_000, i64::MAX).unwrap();
        assert!(late.count() < 10);
    }
}

#[cfg(all(test, feature = "tz"))]
mod zones {
    use chrono::{DateTime, TimeZone};
    use chrono_tz::{TZ_VARIANTS, Tz};
    use std::vec::Vec;

    use super::*;
    use crate::aggregate::zone::change_after;
    use crate::aggregate::zone_by_name;

    fn at(zone: Tz, text: &str) -> i64 {
        let (date, time) = text.split_once(' ').unwrap_or((text, "00:00"));
        let date: Vec<u32> = date.split('-').map(|part| part.parse().unwrap()).collect();
        let time: Vec<u32> = time.split(':').map(|part| part.parse().unwrap()).collect();
        let local = zone.with_ymd_and_hms(date[0] as i32, date[1], date[2], time[0], time[1], 0);
        local.earliest().unwrap().timestamp_millis()
    }

    /// Lengths of days in minutes.
    fn days(zone: &str, from: &str, till: &str) -> Vec<i64> {
        let zone = zone_by_name(zone).unwrap();
        let days = Calendar::new(&zone, Unit::Day, at(zone, from), at(zone, till)).unwrap();
        days.map(|(start_ms, end_ms)| (end_ms - start_ms) / 60_000).collect()
    }

    #[test]
    fn days_on_which_clocks_change() {
        const DAY: i64 = 1440;
        for (zone, from, till, want) in [
            ("Europe/Warsaw", "2026-03-28", "2026-03-31", [DAY, DAY - 60, DAY]),
            ("Europe/Warsaw", "2026-10-24", "2026-10-27", [DAY, DAY + 60, DAY]),
            ("Australia/Lord_Howe", "2026-04-04", "2026-04-07", [DAY, DAY + 30, DAY]),
            ("Australia/Lord_Howe", "2026-10-03", "2026-10-06", [DAY, DAY - 30, DAY]),
            // Midnight does not exist.
            ("Africa/Cairo", "2026-04-23", "2026-04-26", [DAY, DAY - 60, DAY]),
            ("America/Sao_Paulo", "2018-11-03", "2018-11-06", [DAY, DAY - 60, DAY]),
            // Midnight comes twice.
            ("America/Havana", "2026-10-31", "2026-11-03", [DAY, DAY + 60, DAY]),
            // One minute after midnight, clocks go back over it.
            ("America/St_Johns", "2006-10-28", "2006-10-31", [DAY, DAY + 60, DAY]),
            // The 30th of December 2011 was left out.
            ("Pacific/Apia", "2011-12-28", "2012-01-01", [DAY, DAY, DAY]),
        ] {
            assert_eq!(days(zone, from, till), want, "{zone} {from}");
        }
        assert_eq!(zone_by_name("Europe/Atlantis").err(), Some(AggregateError::UnknownZone));
    }

    #[test]
    fn hours_are_counted_as_they_pass() {
        let zone = zone_by_name("Europe/Warsaw").unwrap();
        for (from, till, want) in [("2026-03-29", "2026-03-30", 23), ("2026-10-25", "2026-10-26", 25)] {
            let count = |unit| Calendar::new(&zone, unit, at(zone, from), at(zone, till)).unwrap().count();
            assert_eq!((count(Unit::Hour), count(Unit::HalfHour)), (want, 2 * want));
        }
        let howe = zone_by_name("Australia/Lord_Howe").unwrap();
        let halves = Calendar::new(&howe, Unit::HalfHour, at(howe, "2026-04-05"), at(howe, "2026-04-06")).unwrap();
        assert_eq!(halves.count(), 49);
    }

    /// Days lie side by side, and each begins when its date first shows, whatever the zone has done.
    #[test]
    fn no_zone_loses_or_doubles_an_instant() {
        let (from_ms, till_ms) = (0, DateTime::parse_from_rfc3339("2038-01-01T00:00:00Z").unwrap().timestamp_millis());
        let mut changed = 0;
        for zone in TZ_VARIANTS {
            // Only around changes; between them a day is a day.
            let mut at_ms = from_ms;
            while at_ms < till_ms {
                let start_ms = at_ms;
                at_ms = (start_ms + 5 * DAY_MS).min(till_ms);
                if offset_ms(&zone, start_ms) == offset_ms(&zone, at_ms) {
                    continue;
                }
                let change_ms = change_after(&zone, start_ms, at_ms);
                let (near_ms, far_ms) = (change_ms - 2 * DAY_MS, change_ms + 2 * DAY_MS);
                let days: Vec<_> = Calendar::new(&zone, Unit::Day, near_ms, far_ms).unwrap().collect();
                assert!(days[0].0 <= near_ms && days.last().unwrap().1 >= far_ms, "{zone} {change_ms}");
                assert!(days.windows(2).all(|pair| pair[0].1 == pair[1].0), "{zone} {change_ms}");
                for (start_ms, end_ms) in days {
                    assert!(start_ms < end_ms && end_ms - start_ms <= 2 * DAY_MS, "{zone} {start_ms} {end_ms}");
                    let shown = |at_ms: i64| at_ms + offset_ms(&zone, at_ms);
                    let date = shown(start_ms).div_euclid(DAY_MS);
                    assert!(
                        shown(start_ms) >= date * DAY_MS && shown(start_ms - 1) < date * DAY_MS,
                        "{zone} {start_ms}"
                    );
                }
                changed += 1;
                at_ms = change_ms;
            }
        }
        assert!(changed > 10_000, "{changed}");
    }
}
