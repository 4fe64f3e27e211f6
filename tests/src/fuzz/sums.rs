//! Readings that arrive in any order: whatever core makes of them is what the definitions say, counted
//! slowly in whole numbers, and however they are split and merged the bits are the same.

use std::collections::BTreeMap;

use parabus_core::aggregate::{
    Carry, Partial, Reading, RollUp, Rule, Sampling, Segments, Series, dispersed, last_good, min_max, partial, points,
    sorted, value_at,
};
use parabus_core::formula::{Formula, MAX_STEPS};

use super::input::Input;

const MINUTE_MS: i64 = 60_000;

/// Values by instant, a later arrival in the place of an earlier one.
type Held = BTreeMap<i64, Option<i64>>;

/// What AGGREGATION.md 4.1 and 4.7 say of `[start, end)`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Slow {
    count: u64,
    errors: u64,
    sum: i128,
    integral: i128,
    cover_ms: u64,
    min: Option<(i64, i64)>,
    max: Option<(i64, i64)>,
    first: Option<(i64, i64)>,
    last: Option<(i64, i64)>,
    counted: i128,
    is_counted: bool,
}

impl Slow {
    fn of(readings: &Held, (start_ms, end_ms): (i64, i64), hold_ms: Option<i64>, width: Option<u8>) -> Slow {
        let mut slow = Slow::default();
        let (mut base, mut is_based) = (None, true);
        let nexts = readings.keys().skip(1).map(Some).chain([None]);
        for ((at_ms, value), next_ms) in readings.iter().zip(nexts) {
            let is_inside = (start_ms..end_ms).contains(at_ms);
            let Some(value) = value else {
                slow.errors += u64::from(is_inside);
                continue;
            };
            let until_ms =
                hold_ms.map_or(i64::MAX, |hold_ms| at_ms + hold_ms).min(next_ms.copied().unwrap_or(i64::MAX));
            let (from_ms, until_ms) = ((*at_ms).max(start_ms), until_ms.min(end_ms));
            if from_ms < until_ms {
                slow.cover_ms += until_ms.abs_diff(from_ms);
                slow.integral += i128::from(*value) * i128::from(until_ms - from_ms);
            }
            let (step, is_glitch) = base.map_or((0, false), |base| step(base, i128::from(*value), width));
            if is_inside {
                slow.count += 1;
                slow.sum += i128::from(*value);
                let this = Some((*at_ms, *value));
                slow.first = slow.first.or(this);
                slow.last = this;
                slow.min = slow.min.filter(|(_, least)| least <= value).or(this);
                slow.max = slow.max.filter(|(_, most)| most >= value).or(this);
                slow.counted += step;
                is_based &= base.is_some();
            }
            if !is_glitch {
                base = Some(i128::from(*value));
            }
        }
        slow.is_counted = slow.count > 0 && is_based;
        slow
    }

    fn from_fast(fast: &Partial<i64>) -> Slow {
        Slow {
            count: fast.count(),
            errors: fast.errors(),
            sum: *fast.sum(),
            integral: *fast.integral(),
            cover_ms: fast.cover_ms(),
            min: fast.min(),
            max: fast.max(),
            first: fast.first(),
            last: fast.last(),
            counted: *fast.counted(),
            is_counted: fast.increase().is_some(),
        }
    }
}

/// How much a counter counted, and whether it only trembled.
fn step(base: i128, next: i128, width: Option<u8>) -> (i128, bool) {
    let full = width.map(|bits| 1i128 << bits);
    match full {
        _ if next >= base => (next - base, false),
        Some(full) if (0..full).contains(&base) && next >= 0 && base * 10 > full * 9 && next * 10 < full => {
            (next + full - base, false)
        }
        _ if next * 10 >= base * 9 => (0, true),
        _ => (next.max(0), false),
    }
}

/// A law broken says with what.
fn readings_of(input: &mut Input<'_>) -> Vec<Reading<i64>> {
    let mut readings = Vec::new();
    let mut value = 0i64;
    let mut at_ms = i64::from(input.word()) * 7 - 200_000;
    while !input.is_done() {
        let (kind, pause, change) = (input.byte(), i64::from(input.byte()), i64::from(input.word()));
        at_ms += match kind & 7 {
            0 => -pause * 1000,
            1 => pause * 4000,
            2 => 0,
            _ => 1 + pause * 90,
        };
        value = match kind >> 3 & 15 {
            0 => change - 32_768,
            1 => i64::MAX - change,
            2 => i64::MIN + change,
            3 => (1 << 16) - 1 - change / 16,
            4 => (1 << 32) - 1 - change,
            5 => value.saturating_sub(value / 40),
            6 => change / 100,
            _ => value.saturating_add(change / 64),
        };
        readings.push(if kind >> 5 == 7 { Reading::error(at_ms) } else { Reading::new(at_ms, value) });
    }
    readings
}

pub fn aggregate(data: &[u8]) {
    let mut input = Input(data);
    let hold_ms = [None, Some(0), Some(1), Some(1 + i64::from(input.byte()) * 700)][usize::from(input.byte()) % 4];
    let width = [None, Some(16), Some(32), Some(48), Some(64)][usize::from(input.byte()) % 5];
    let rule = Rule::new(hold_ms.map(i64::unsigned_abs), width).expect("a width of the rule");
    let start_ms = i64::from(input.word()) * 13 - 300_000;
    let end_ms = start_ms + i64::from(input.word()) * 17;
    let cuts: Vec<i64> = (0..input.byte() % 6).map(|_| start_ms + i64::from(input.word()) * 9).collect();
    let arrived = readings_of(&mut input);

    let mut held = Held::new();
    for reading in &arrived {
        held.insert(reading.at_ms(), reading.value());
    }
    let want = Slow::of(&held, (start_ms, end_ms), hold_ms, width);
    let in_order = sorted(arrived.clone());
    let got = partial(&in_order, start_ms, end_ms, &rule).expect("in order of time");
    assert_eq!(Slow::from_fast(&got), want, "{arrived:?} {rule:?} {start_ms} {end_ms}");

    // Any order of arrival, any split between two that are merged.
    let series = Series::from_readings(rule, arrived.iter().copied());
    assert_eq!(series.partial(start_ms, end_ms), got);
    let half = arrived.len() / 2;
    let mut early = Series::from_readings(rule, arrived[..half].iter().copied());
    early.merge(&Series::from_readings(rule, arrived[half..].iter().copied()));
    assert_eq!(early.partial(start_ms, end_ms), got);
    assert!(early.readings().eq(in_order.iter().copied()));

    // Any split of the time, merged from both ends.
    let mut cuts: Vec<i64> = cuts.into_iter().filter(|cut| (start_ms..end_ms).contains(cut)).collect();
    cuts.extend([start_ms, end_ms]);
    cuts.sort_unstable();
    let spans = cuts.windows(2).map(|pair| (pair[0], pair[1]));
    let segments = Segments::new(&in_order, Carry::default(), rule, spans).expect("in order of time");
    let mut parts: Vec<_> = segments.map(|segment| segment.partial).collect();
    while parts.len() > 1 {
        let middle = parts.remove(parts.len() / 2);
        parts[0].merge(&middle);
    }
    assert_eq!(parts, std::slice::from_ref(&got));

    single_values(&in_order, &series, &held, (start_ms, end_ms), &rule);
    roll_up(&arrived, &in_order, &rule);
    floats(&arrived, &in_order, (start_ms, end_ms), &rule);
}

fn single_values(
    in_order: &[Reading<i64>],
    series: &Series<i64>,
    held: &Held,
    (start_ms, end_ms): (i64, i64),
    rule: &Rule,
) {
    let inside: Vec<(i64, i64)> =
        held.range(start_ms..=end_ms).filter_map(|(at_ms, value)| Some((*at_ms, (*value)?))).collect();
    // Of several that are alike, `min_by_key` takes the first and `max_by_key` the last.
    let least = inside.iter().copied().min_by_key(|(_, value)| *value);
    let most = inside.iter().rev().copied().max_by_key(|(_, value)| *value);
    assert_eq!(min_max(in_order, start_ms, end_ms), Ok(least.zip(most)));
    assert_eq!(series.min_max(start_ms, end_ms), least.zip(most));
    let last = held.range(..=end_ms).rev().find_map(|(at_ms, value)| Some((*at_ms, (*value)?)));
    assert_eq!((last_good(in_order, end_ms), series.last_good(end_ms)), (last, last));
    let held_at = |at_ms: i64| {
        let (from_ms, value) = held.range(..=at_ms).next_back()?;
        value.filter(|_| rule.hold_ms().is_none_or(|hold_ms| at_ms.abs_diff(*from_ms) < hold_ms))
    };
    assert_eq!((value_at(in_order, end_ms, rule), series.value_at(end_ms)), (held_at(end_ms), held_at(end_ms)));
    let mut out = [None; 7];
    if start_ms >= end_ms {
        assert!(dispersed(in_order, start_ms, end_ms, Sampling::First, rule, &mut out).is_err());
        return;
    }
    let parts: Vec<_> = points(start_ms, end_ms, out.len()).expect("a range").collect();
    assert!(parts.windows(2).all(|pair| pair[0].1 == pair[1].0) && parts[0].0 == start_ms && parts[6].1 == end_ms);
    for sampling in [Sampling::First, Sampling::Hold] {
        dispersed(in_order, start_ms, end_ms, sampling, rule, &mut out).expect("a range");
        let want = parts.iter().map(|(from_ms, until_ms)| match sampling {
            Sampling::First => held.range(from_ms..until_ms).find_map(|(_, value)| *value),
            Sampling::Hold => held_at(*from_ms),
        });
        assert!(want.eq(out), "{sampling:?} {held:?} {parts:?} {out:?}");
    }
}

/// Minutes and what stands above them follow every arrival.
fn roll_up(arrived: &[Reading<i64>], in_order: &[Reading<i64>], rule: &Rule) {
    let (Some(first), Some(last)) = (in_order.first(), in_order.last()) else { return };
    let until_ms = last.at_ms() + 2 * MINUTE_MS;
    // One whose values hold for ever, or an old one, would be thousands of minutes each time.
    if until_ms - first.at_ms() > 200 * MINUTE_MS || rule.hold_ms().is_none() {
        return;
    }
    let (mut series, mut minutes) = (Series::new(*rule), RollUp::new());
    for reading in arrived {
        let changed = series.push(*reading);
        minutes.follow(&series, &changed, until_ms).expect("not the ends of time");
    }
    let from_ms = first.at_ms().div_euclid(MINUTE_MS) * MINUTE_MS;
    let until_ms = (until_ms.div_euclid(MINUTE_MS)) * MINUTE_MS;
    let want = partial(in_order, from_ms, until_ms, rule).expect("in order of time");
    assert_eq!(minutes.partial(from_ms, until_ms), Ok(want));
}

/// The same numbers as fractions: no order and no split changes a bit.
fn floats(arrived: &[Reading<i64>], in_order: &[Reading<i64>], (start_ms, end_ms): (i64, i64), rule: &Rule) {
    let fraction = |reading: &Reading<i64>| match reading.value() {
        Some(value) => Reading::new(reading.at_ms(), value as f64 / 10.0),
        None => Reading::error(reading.at_ms()),
    };
    let in_order: Vec<_> = in_order.iter().map(fraction).collect();
    let whole = partial(&in_order, start_ms, end_ms, rule).expect("in order of time");
    let series = Series::from_readings(*rule, arrived.iter().map(fraction));
    assert_eq!(series.partial(start_ms, end_ms), whole);
    if start_ms < end_ms {
        let middle_ms = start_ms.midpoint(end_ms);
        let mut right = series.partial(middle_ms, end_ms);
        right.merge(&series.partial(start_ms, middle_ms));
        assert_eq!(right, whole);
    }
}

pub fn formula(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let formula = match Formula::parse(text) {
        Ok(formula) => formula,
        Err(error) => {
            assert!(text.is_char_boundary(error.offset()), "{text:?} {error}");
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let operands: Vec<u64> = formula.operands().collect();
    assert!(operands.len() <= MAX_STEPS);
    let value = |id: u64| Some(id as f64 / 4.0 - 3.0);
    let result = formula.evaluate(value);
    assert!(result.is_none_or(f64::is_finite));
    if !operands.is_empty() {
        assert_eq!(formula.evaluate(|_| None), None, "{text}");
    }
    // What stands in parentheses is one number, and blanks are nothing.
    if let Ok(inner) = Formula::parse(&format!(" ( {text} ) ")) {
        assert_eq!(inner.evaluate(value).map(f64::to_bits), result.map(f64::to_bits), "{text}");
    }
}
