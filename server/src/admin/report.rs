//! `parabus report`: whether a report adds up.

use std::fmt::Write as _;

use parabus_core::aggregate::{Calendar, Unit, zone_by_name};

use super::{find_org, refuse};
use crate::report::{certify, instant};
use crate::storage::{Store, StoreError};

/// What a certificate is about.
#[derive(Clone, Copy, Debug)]
pub struct Range<'a> {
    /// An IANA name.
    pub zone: &'a str,
    /// The first date, by the clocks of the zone.
    pub from: &'a str,
    /// The date after the last.
    pub till: &'a str,
    pub unit: Unit,
}

/// Segments at most: a year of half-hours, and a little.
const MOST_SEGMENTS: usize = 20_000;

/// The reports of an organization, one a line.
pub fn list(store: &Store, org: &str) -> Result<String, StoreError> {
    let directory = store.directory();
    let reports = directory.reports_of(find_org(&directory, org)?.id);
    Ok(reports.iter().map(|report| format!("{}  {}\n", report.id, report.name)).collect())
}

/// The certificate of a report, by its name or identifier, and whether everything adds up.
pub fn check(store: &Store, org: &str, name: &str, range: Range<'_>) -> Result<(String, bool), StoreError> {
    let directory = store.directory();
    let reports = directory.reports_of(find_org(&directory, org)?.id);
    let found = reports.iter().find(|report| report.name == name || report.id.to_string() == name);
    let Some(report) = found else { return refuse(format!("no report `{name}`, see `parabus report list`")) };
    let Range { zone: zone_name, from, till, unit } = range;
    let Ok(zone) = zone_by_name(zone_name) else {
        return refuse(format!("no zone `{zone_name}`, expected one such as Europe/Warsaw"));
    };
    let date = |field: &str, text: &str| instant(text, &zone).or_else(|reason| refuse(format!("{field}: {reason}")));
    let (start, end) = (date("from", from)?, date("till", till)?);
    let calendar = Calendar::new(&zone, unit, start, end).or_else(|error| refuse(format!("till: {error}")))?;
    let segments: Vec<(i64, i64)> = calendar.take(MOST_SEGMENTS + 1).collect();
    if segments.len() > MOST_SEGMENTS {
        return refuse(format!("till: more than {MOST_SEGMENTS} segments, expected a shorter range"));
    }
    let certificate = certify(&directory, store, report, &segments)?;
    let mut text = format!("{}, {from} to {till} in {zone_name}: {} segments\n", report.name, certificate.segments);
    for claim in &certificate.claims {
        let sign = if claim.kind.is_right() { "ok   " } else { "WRONG" };
        writeln!(text, "{sign}  {}: {}", claim.branch, claim.kind).ok();
    }
    Ok((text, certificate.is_right()))
}
