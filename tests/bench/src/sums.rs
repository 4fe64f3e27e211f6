//! Sums over time of a million readings, beside loops that round at each step.

use std::hint::black_box;

use parabus_core::aggregate::{Carry, ExactSum, Feed, Grid, Reading, Rule, Segments};

use crate::race::{Side, base, contestant, race};

const COUNT: usize = 1_000_000;
const QUARTER_MS: i64 = 900_000;
const START_MS: i64 = 1_767_225_600_000;

pub fn run() {
    let times: Vec<i64> = (0..COUNT as i64).map(|place| START_MS + 1000 * place).collect();
    let wholes: Vec<i64> = (0..COUNT as i64).map(|place| 2100 + (place * place * 7919 + place) % 400).collect();
    let values: Vec<f64> = wholes.iter().map(|whole| *whole as f64 / 10.0).collect();
    let end_ms = START_MS + 1000 * COUNT as i64;
    let rule = Rule::new(Some(1000), None).expect("a rule");
    let grid = || Grid::new(START_MS, end_ms, QUARTER_MS).expect("a grid");
    let readings: Vec<Reading<f64>> = times.iter().zip(&values).map(|(at, value)| Reading::new(*at, *value)).collect();
    let slow = Segments::new(&readings, Carry::default(), rule, grid()).expect("in order");
    let want: Vec<Option<f64>> = slow.map(|segment| segment.partial.mean()).collect();
    let whole_readings: Vec<Reading<i64>> =
        times.iter().zip(&wholes).map(|(at, whole)| Reading::new(*at, *whole)).collect();
    let slow = Segments::new(&whole_readings, Carry::default(), rule, grid()).expect("in order");
    let want_wholes: Vec<Option<f64>> = slow.map(|segment| segment.partial.mean()).collect();
    race(
        "quarter hours of 1,000,000 readings: mean, extremes, first and last, integral, counter",
        vec![
            base("a loop: sum, least, most (inexact)", Vec::new(), |means: &mut Vec<f64>| {
                means.clear();
                let (mut from, times, values) = (0, black_box(&times), black_box(&values));
                for (_, end_ms) in grid() {
                    let (mut sum, mut least, mut most, mut place) = (0.0, f64::MAX, f64::MIN, from);
                    while place < COUNT && times[place] < end_ms {
                        sum += values[place];
                        least = values[place].min(least);
                        most = values[place].max(most);
                        place += 1;
                    }
                    black_box((least, most));
                    means.push(sum / (place - from) as f64);
                    from = place;
                }
                means
            }),
            contestant(Side::Ours, "parabus: Feed, doubles", &want, Vec::new(), |means| {
                means.clear();
                let mut feed = Feed::new(grid(), rule);
                feed.push(&times, black_box(&values), |segment| means.push(segment.partial.mean())).expect("in order");
                feed.finish(|segment| means.push(segment.partial.mean()));
                means
            }),
            contestant(Side::Ours, "parabus: Feed, registers", &want_wholes, Vec::new(), |means| {
                means.clear();
                let mut feed = Feed::new(grid(), rule);
                feed.push(&times, black_box(&wholes), |segment| means.push(segment.partial.mean())).expect("in order");
                feed.finish(|segment| means.push(segment.partial.mean()));
                means
            }),
            contestant(Side::Ours, "parabus: Segments, doubles", &want, Vec::new(), |means| {
                let segments = Segments::new(black_box(&readings), Carry::default(), rule, grid()).expect("in order");
                *means = segments.map(|segment| segment.partial.mean()).collect();
                means
            }),
        ],
    );
    let mut exact = ExactSum::default();
    values.iter().for_each(|value| exact.add(*value, 1));
    let want = exact.to_f64().expect("a sum");
    race(
        "sum of 1,000,000 doubles, exact but for the last rounding",
        vec![
            base("a loop (inexact)", 0.0, |sum| {
                *sum = black_box(&values).iter().sum::<f64>();
                &*sum
            }),
            contestant(Side::Ours, "parabus: ExactSum", &want, 0.0, |sum| {
                let mut exact = ExactSum::default();
                exact.add_all(black_box(&values));
                *sum = exact.to_f64().expect("a sum");
                &*sum
            }),
        ],
    );
}
