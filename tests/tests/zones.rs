//! Every zone and every change of clocks from 1970 to 2037, beside a second library: the same offsets, days
//! that begin at the same instants, and no instant in two spans or in none.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use parabus_core::aggregate::{Calendar, Unit, Zone, zone_by_name};

const DAY_MS: i64 = 86_400_000;

/// Instants at which the zone's clocks change, after jiff.
fn changes(zone: &TimeZone) -> Vec<Timestamp> {
    let from: Timestamp = "1970-01-01T00:00:00Z".parse().unwrap();
    let till: Timestamp = "2038-01-01T00:00:00Z".parse().unwrap();
    zone.following(from).map(|change| change.timestamp()).take_while(|at| *at < till).collect()
}

fn offset_s(zone: &TimeZone, at_ms: i64) -> i32 {
    zone.to_offset(Timestamp::from_millisecond(at_ms).unwrap()).seconds()
}

/// First instants of the local days that begin in a range, after jiff; a date that is left out has none.
fn days(zone: &TimeZone, from_ms: i64, till_ms: i64) -> Vec<i64> {
    let date = |at_ms: i64| Timestamp::from_millisecond(at_ms).unwrap().to_zoned(zone.clone()).date();
    let (mut day, last) = (date(from_ms - DAY_MS), date(till_ms + DAY_MS));
    let mut starts = Vec::new();
    while day <= last {
        starts.push(day.to_zoned(zone.clone()).unwrap().timestamp().as_millisecond());
        day = day.tomorrow().unwrap();
    }
    starts.dedup();
    starts
}

#[test]
fn every_change_of_clocks_is_that_of_another_library() {
    let (mut zones, mut all_changes, mut rows) = (0, 0, 0);
    // Where the tables of the two libraries, which are of different releases, have other offsets.
    let mut different = Vec::new();
    for name in jiff::tz::db().available() {
        let name = name.as_str();
        let (Ok(ours), Ok(theirs)) = (zone_by_name(name), TimeZone::get(name)) else { continue };
        zones += 1;
        for change in changes(&theirs) {
            let at_ms = change.as_millisecond();
            all_changes += 1;
            let same = [at_ms - 1, at_ms].iter().all(|at_ms| ours.offset_s(*at_ms) == offset_s(&theirs, *at_ms));
            if !same {
                different.push(format!("{name} {change:.0}"));
                continue;
            }
            let (from_ms, till_ms) = (at_ms - 2 * DAY_MS, at_ms + 2 * DAY_MS);
            let starts = days(&theirs, from_ms, till_ms);
            let spans: Vec<_> = Calendar::new(&ours, Unit::Day, from_ms, till_ms).unwrap().collect();
            rows += spans.len();
            for (start_ms, end_ms) in &spans {
                let place = starts.binary_search(start_ms).unwrap_or_else(|_| panic!("{name} {change}: {start_ms}"));
                assert_eq!(starts.get(place + 1), Some(end_ms), "{name} {change}");
            }
            assert!(spans.windows(2).all(|pair| pair[0].1 == pair[1].0), "{name} {change}: {spans:?}");
            let (first, last) = (spans.first().unwrap(), spans.last().unwrap());
            assert!((first.0..first.1).contains(&from_ms) && last.0 < till_ms && last.1 >= till_ms, "{name} {change}");
            for (unit, step_ms) in [(Unit::Hour, 3_600_000), (Unit::HalfHour, 1_800_000)] {
                let hours: Vec<_> = Calendar::new(&ours, unit, from_ms, till_ms).unwrap().collect();
                let first_ms = hours.first().unwrap().0;
                assert!(
                    hours.iter().zip(0..).all(|(hour, index)| {
                        *hour == (first_ms + index * step_ms, first_ms + (index + 1) * step_ms)
                    })
                );
                assert!(first_ms <= from_ms && from_ms < first_ms + step_ms && hours.last().unwrap().1 >= till_ms);
                assert_eq!((first_ms - first.0) % step_ms, 0, "{name} {change}: counted from local midnight");
            }
        }
    }
    println!("{zones} zones, {all_changes} changes, {rows} days; other offsets at {} changes", different.len());
    assert!(zones > 400 && all_changes > 20_000, "{zones} zones, {all_changes} changes");
    assert!(different.len() * 100 < all_changes, "{different:?}");
}
