//! Whether a report adds up: what is below a branch to the branch, and segments to the counter's own difference.

use std::fmt;

use parabus_core::value::Decimal;

use super::values::{added, values};
use super::{Branch, BranchValue, Report};
use crate::model::Directory;
use crate::storage::{Counts, Store, StoreError};

/// What is said of every branch of a report.
#[derive(Debug, PartialEq)]
pub struct Certificate {
    pub segments: usize,
    pub claims: Vec<Claim>,
}

/// What was compared for one branch.
#[derive(Debug, PartialEq)]
pub struct Claim {
    pub branch: String,
    pub kind: ClaimKind,
}

#[derive(Debug, PartialEq)]
pub enum ClaimKind {
    /// Branches below it, segments of which something is known, and those in which the sum is another.
    Children { count: usize, known: usize, wrong: usize },
    /// The sum over segments and the counter's difference over the whole range.
    Counter { known: usize, sum: Option<Decimal>, whole: Option<Decimal> },
    /// Segments in which it differs from the branch that it follows.
    Link { known: usize, wrong: usize },
    /// A formula of what was counted sums to nothing else.
    Formula { known: usize },
}

impl Certificate {
    /// Whether everything adds up.
    pub fn is_right(&self) -> bool {
        self.claims.iter().all(|claim| claim.kind.is_right())
    }
}

impl ClaimKind {
    pub fn is_right(&self) -> bool {
        match self {
            ClaimKind::Children { wrong, .. } | ClaimKind::Link { wrong, .. } => *wrong == 0,
            ClaimKind::Counter { sum, whole, .. } => sum == whole,
            ClaimKind::Formula { .. } => true,
        }
    }
}

impl fmt::Display for ClaimKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |number: &Option<Decimal>| number.map_or_else(|| "nothing".to_owned(), |number| number.to_string());
        match self {
            ClaimKind::Children { count, known, wrong: 0 } => {
                write!(f, "the {count} branches below sum to it in {known} segments")
            }
            ClaimKind::Children { count, wrong, .. } => {
                write!(f, "the {count} branches below sum to something else in {wrong} segments")
            }
            ClaimKind::Counter { known, sum, whole } if sum == whole => {
                write!(f, "{known} segments sum to what was counted in all, {}", text(whole))
            }
            ClaimKind::Counter { known, sum, whole } => {
                write!(f, "{known} segments sum to {}, in all {} was counted", text(sum), text(whole))
            }
            ClaimKind::Link { known, wrong: 0 } => write!(f, "as the branch that it follows in {known} segments"),
            ClaimKind::Link { wrong, .. } => write!(f, "differs from the branch that it follows in {wrong} segments"),
            ClaimKind::Formula { known } => write!(f, "reckoned in {known} segments"),
        }
    }
}

type Row = Vec<Option<Decimal>>;

fn known(row: &Row) -> usize {
    row.iter().flatten().count()
}

fn sum(numbers: impl Iterator<Item = Decimal>) -> Option<Decimal> {
    numbers.fold(None, |sum: Option<Decimal>, next| sum.map_or(Some(next), |sum| added(sum, next)))
}

/// What the first span counted, as far as it is known: exact sums are compared, of which each segment tells its own part
/// rounded where they are binary fractions, and nothing where the first reading of all lies in it.
fn counted(counts: &Counts) -> Option<Decimal> {
    let counted = match counts {
        Counts::Whole(counted, scale) => scale.known_counted(counted.first()?)?,
        Counts::Fraction(counted) => Decimal::from_f64(counted.first()?.known_increase()?.to_f64()?)?,
    };
    Some(counted.trimmed())
}

/// How many numbers are not equal, however many zeros they end with.
fn differing(one: &Row, other: &Row) -> usize {
    one.iter().zip(other).filter(|(one, other)| one.map(Decimal::trimmed) != other.map(Decimal::trimmed)).count()
}

/// Reckons a report anew in segments `[start, end)` side by side, each branch by itself.
///
/// # Errors
/// Those of the store.
pub fn certify(
    directory: &Directory,
    store: &Store,
    report: &Report,
    segments: &[(i64, i64)],
) -> Result<Certificate, StoreError> {
    let row = |branch: &Branch| values(directory, store, (report, branch), segments);
    let mut claims = Vec::with_capacity(report.branches.len());
    for branch in &report.branches {
        let own = row(branch)?;
        let kind = match &branch.value {
            Some(BranchValue::Param(id)) => {
                let (first, last) = (segments.first(), segments.last());
                let whole: Vec<_> = first.zip(last).map(|((start, _), (_, end))| (*start, *end)).into_iter().collect();
                let of = |spans: &[(i64, i64)]| store.counts(*id, spans);
                let sum = counted(&of(segments)?.joined(std::iter::repeat(0), 1));
                ClaimKind::Counter { known: known(&own), sum, whole: counted(&of(&whole)?) }
            }
            Some(BranchValue::Link(target)) => {
                let other = match directory.report_branch(*target) {
                    Some(found) => values(directory, store, found, segments)?,
                    None => vec![None; segments.len()],
                };
                ClaimKind::Link { known: known(&own), wrong: differing(&own, &other) }
            }
            Some(BranchValue::Formula(_)) => ClaimKind::Formula { known: known(&own) },
            None => {
                let children: Vec<Row> = report.children(Some(branch.id)).map(row).collect::<Result<_, _>>()?;
                let at = |index: usize| sum(children.iter().filter_map(|row| row.get(index).copied().flatten()));
                let sums: Row = (0..own.len()).map(at).collect();
                ClaimKind::Children { count: children.len(), known: known(&own), wrong: differing(&own, &sums) }
            }
        };
        claims.push(Claim { branch: branch.name.clone(), kind });
    }
    Ok(Certificate { segments: segments.len(), claims })
}

#[cfg(test)]
mod tests {
    use parabus_core::aggregate::{Calendar, Unit, Zone, first_at_local, zone_by_name};
    use parabus_core::time::Instant;
    use uuid::Uuid;

    use super::*;
    use crate::storage::tests::{configured, cycle};
    use crate::storage::tests_crash::Random;

    const MINUTE: i64 = 60_000;
    const DAY: i64 = 1440 * MINUTE;

    fn branch(number: u128, parent: Option<u128>, value: Option<BranchValue>) -> Branch {
        let id = Uuid::from_u128;
        Branch {
            id: id(number),
            parent: parent.map(id),
            name: format!("b{number}"),
            borders: None,
            category: None,
            value,
        }
    }

    fn report() -> Report {
        let branches = vec![
            branch(1, None, None),
            branch(2, Some(1), Some(BranchValue::Param(1))),
            branch(3, Some(1), None),
            branch(4, Some(3), Some(BranchValue::Param(2))),
            branch(5, Some(3), Some(BranchValue::Formula("#1 / 2 + #2".into()))),
            branch(6, None, Some(BranchValue::Link(Uuid::from_u128(1)))),
        ];
        Report { id: Uuid::nil(), org_id: 1, name: "R".into(), branches, turn: 1 }
    }

    /// The days of 2026 on which a zone's clocks change, by their middle.
    fn days_of_change(zone: &impl Zone) -> Vec<i64> {
        let start = Instant::parse("2026-01-01T12:00:00Z").unwrap().as_millis();
        let offset = |day: i64| zone.offset_s(start + day * DAY);
        (0..364).filter(|day| offset(*day) != offset(day + 1)).map(|day| start + day * DAY).collect()
    }

    #[test]
    fn reports_add_up_on_every_day_of_clock_change() {
        let mut random = Random(3);
        for name in ["Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago"] {
            let zone = zone_by_name(name).unwrap();
            let changes = days_of_change(&zone);
            assert_eq!(changes.len(), 2, "{name}");
            for noon in changes {
                let folder = tempfile::tempdir().unwrap();
                let store = Store::open(folder.path()).unwrap();
                configured(&store);
                let (mut one, mut other) = (65_000, 10);
                let mut at = noon - 2 * DAY;
                while at < noon + 2 * DAY {
                    at += MINUTE * (1 + random.below(9) as i64) + random.below(1000) as i64;
                    // A counter of 16 bits begins anew, the other one now and then is not read.
                    one = (one + random.below(40) as u64) % 65_536;
                    other += random.below(7) as u64;
                    store.append(&cycle(&store, at, [one, other])).unwrap();
                }
                for unit in [Unit::HalfHour, Unit::Hour, Unit::Day] {
                    let midnight =
                        |days: i64| first_at_local(&zone, (noon + days * DAY).div_euclid(DAY) * DAY).unwrap();
                    let segments: Vec<_> = Calendar::new(&zone, unit, midnight(-1), midnight(2)).unwrap().collect();
                    let report = report();
                    store.configure(true, |edit| edit.put_report(&report)).unwrap();
                    let certificate = certify(&store.directory(), &store, &report, &segments).unwrap();
                    assert!(certificate.is_right(), "{name} {unit:?}: {certificate:#?}");
                    let length: i64 = segments.iter().map(|(start, end)| end - start).sum();
                    assert!(unit != Unit::Day || length != 3 * DAY, "{name}: no day of clock change");
                    assert!(certificate.claims.iter().all(|claim| !matches!(
                        claim.kind,
                        ClaimKind::Children { known: 0, .. } | ClaimKind::Counter { known: 0, .. }
                    )));
                }
            }
        }
    }

    #[test]
    fn segments_of_fractions_are_compared_before_they_are_rounded() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        configured(&store);
        let mut param = store.directory().params[&1].clone();
        (param.value_type, param.multiplier) = ("f64-be".into(), Decimal::ONE);
        store.configure(true, |edit| edit.put_param(&param)).unwrap();
        for (minute, value) in (0..).zip([0.1f64, 0.3, 0.7]) {
            store.append(&cycle(&store, minute * MINUTE, [value.to_bits(), 7])).unwrap();
        }
        let branches = vec![branch(1, None, Some(BranchValue::Param(1)))];
        let report = Report { branches, ..report() };
        let segments = [0, 1, 2].map(|minute| (minute * MINUTE, (minute + 1) * MINUTE));
        let found = certify(&store.directory(), &store, &report, &segments).unwrap();
        // The first reading of all is what the others count from.
        let whole = Decimal::parse("0.6").ok();
        assert_eq!(found.claims[0].kind, ClaimKind::Counter { known: 2, sum: whole, whole });
    }

    #[test]
    fn what_does_not_add_up_is_told() {
        let kind = ClaimKind::Counter { known: 3, sum: Decimal::parse("2").ok(), whole: Decimal::parse("2.5").ok() };
        assert!(!kind.is_right());
        assert_eq!(kind.to_string(), "3 segments sum to 2, in all 2.5 was counted");
        assert!(!ClaimKind::Children { count: 2, known: 3, wrong: 1 }.is_right());
        assert!(ClaimKind::Link { known: 0, wrong: 0 }.is_right());
    }
}
