//! Single values of readings in columns, in order of time; of others, some value or none is found. NaN and
//! infinities are readings that failed.

use super::block::{BLOCK, extremes};
use super::{AggregateError, Number, Reading, Rule, Sampling, points, value_at};

/// The columns with `from ≤ t ≤ till`.
fn between<'a, N>(times: &'a [i64], values: &'a [N], from_ms: i64, till_ms: i64) -> (&'a [i64], &'a [N]) {
    let from = times.partition_point(|at_ms| *at_ms < from_ms);
    let until = times.partition_point(|at_ms| *at_ms <= till_ms).max(from);
    (times.get(from..until).unwrap_or_default(), values.get(from..until).unwrap_or_default())
}

/// As [`dispersed`](super::dispersed).
///
/// # Errors
/// Those of [`dispersed`](super::dispersed).
pub fn dispersed_in_columns<N: Number>(
    (times, values): (&[i64], &[N]),
    from_ms: i64,
    till_ms: i64,
    sampling: Sampling,
    rule: &Rule,
    out: &mut [Option<N>],
) -> Result<(), AggregateError> {
    for ((start_ms, end_ms), place) in points(from_ms, till_ms, out.len())?.zip(out) {
        *place = match sampling {
            Sampling::First => {
                let from = times.partition_point(|at_ms| *at_ms < start_ms);
                let rest = times.iter().zip(values).skip(from).take_while(|(at_ms, _)| **at_ms < end_ms);
                rest.map(|(_, value)| *value).find(|value| value.is_number())
            }
            Sampling::Hold => {
                let last = times.partition_point(|at_ms| *at_ms <= start_ms).checked_sub(1);
                let last = last.and_then(|last| Some(Reading::new(*times.get(last)?, *values.get(last)?)));
                last.and_then(|last| value_at(&[last], start_ms, rule))
            }
        };
    }
    Ok(())
}

/// As [`min_max`](super::min_max).
pub fn min_max_in_columns<N: Number>(
    (times, values): (&[i64], &[N]),
    from_ms: i64,
    till_ms: i64,
) -> Option<((i64, N), (i64, N))> {
    let (times, values) = between(times, values, from_ms, till_ms);
    let mut found: Option<((i64, N), (i64, N))> = None;
    let mut look = |times: &[i64], values: &[N]| {
        let Some((low, high)) = extremes(values) else { return };
        let first = |number: N| times.iter().copied().zip(values.iter().copied()).find(|(_, value)| *value == number);
        match &mut found {
            None => found = first(low).zip(first(high)),
            Some((least, most)) => {
                if low < least.1 {
                    *least = first(low).unwrap_or(*least);
                }
                if high > most.1 {
                    *most = first(high).unwrap_or(*most);
                }
            }
        }
    };
    for (times, values) in times.chunks(BLOCK).zip(values.chunks(BLOCK)) {
        if values.iter().fold(true, |is_good, value| is_good & value.is_number()) {
            look(times, values);
        } else {
            let each = times.chunks(1).zip(values.chunks(1));
            let good = |value: &[N]| value.iter().all(|value| value.is_number());
            each.filter(|(_, value)| good(value)).for_each(|(at_ms, value)| look(at_ms, value));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::aggregate::random::Random;
    use crate::aggregate::{dispersed, min_max};

    #[test]
    fn columns_answer_as_readings_do() {
        let mut random = Random(41);
        for round in 0..300 {
            let readings: Vec<Reading<f64>> = random
                .readings(1500, -200_000)
                .iter()
                .map(|reading| match reading.value() {
                    // Few values, so that extremes come again; zeros of both signs among them.
                    Some(value) if round % 2 == 0 => Reading::new(reading.at_ms(), -((value % 5) as f64)),
                    Some(value) => Reading::new(reading.at_ms(), value as f64 / 10.0),
                    None => Reading::error(reading.at_ms()),
                })
                .collect();
            let times: Vec<i64> = readings.iter().map(Reading::at_ms).collect();
            let values: Vec<f64> = readings.iter().map(|reading| reading.value().unwrap_or(f64::NAN)).collect();
            let rule = Rule::new([Some(1 + random.below(60_000)), None][round % 2], None).unwrap();
            let (first_ms, last_ms) = (times[0] - 10_000, times[times.len() - 1] + 10_000);
            let from_ms = first_ms + random.below((last_ms - first_ms) as u64) as i64;
            let till_ms = [from_ms + 1 + random.below(3_000_000) as i64, i64::MAX][usize::from(round % 9 == 0)];
            let text = |found: Option<((i64, f64), (i64, f64))>| std::format!("{found:?}");
            let slow = min_max(&readings, from_ms, till_ms).unwrap();
            assert_eq!(text(min_max_in_columns((&times, &values), from_ms, till_ms)), text(slow));
            for sampling in [Sampling::First, Sampling::Hold] {
                let (mut fast, mut slow) = ([None; 57], [None; 57]);
                dispersed_in_columns((&times, &values), from_ms, till_ms, sampling, &rule, &mut fast).unwrap();
                dispersed(&readings, from_ms, till_ms, sampling, &rule, &mut slow).unwrap();
                assert_eq!(std::format!("{fast:?}"), std::format!("{slow:?}"));
            }
        }
    }
}
