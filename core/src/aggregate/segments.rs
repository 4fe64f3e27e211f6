use super::reading::{between, check, split};
use super::{AggregateError, Carry, Number, Partial, Reading, Rule};

/// A span with what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment<N: Number> {
    /// First instant, in milliseconds since 1970 UTC.
    pub start_ms: i64,
    /// The instant after the last.
    pub end_ms: i64,
    /// What is known of it.
    pub partial: Partial<N>,
}

/// What is known of each of a row of spans, over readings in a slice. Reads them once.
#[derive(Clone, Debug)]
pub struct Segments<'a, N, S> {
    readings: &'a [Reading<N>],
    carry: Carry<N>,
    rule: Rule,
    spans: S,
}

impl<'a, N: Number, S: Iterator<Item = (i64, i64)>> Segments<'a, N, S> {
    /// Over readings in order of time; `carry` tells of those before the first of them. The spans come in
    /// order of time as well, and do not overlap.
    ///
    /// # Errors
    /// [`AggregateError::ReadingOrder`] for readings in another order.
    pub fn new(
        readings: &'a [Reading<N>],
        carry: Carry<N>,
        rule: Rule,
        spans: impl IntoIterator<IntoIter = S>,
    ) -> Result<Self, AggregateError> {
        check(readings)?;
        Ok(Segments { readings, carry, rule, spans: spans.into_iter() })
    }
}

impl<N: Number, S: Iterator<Item = (i64, i64)>> Iterator for Segments<'_, N, S> {
    type Item = Segment<N>;

    fn next(&mut self) -> Option<Segment<N>> {
        let (start_ms, end_ms) = self.spans.next()?;
        let (before, rest) = split(self.readings, start_ms);
        self.carry = self.carry.after(before, &self.rule);
        let (own, rest) = split(rest, end_ms);
        self.readings = rest;
        let mut partial = Partial::default();
        partial.read(own, &mut self.carry, start_ms, &self.rule);
        let from_ms = own.last().map_or(start_ms, Reading::at_ms);
        partial.hold(&self.carry, from_ms, end_ms, &self.rule);
        Some(Segment { start_ms, end_ms, partial })
    }
}

/// What is known of one span; empty if it ends before it has begun. The time-weighted mean, the integral
/// and the increase of a counter are asked of it.
///
/// # Errors
/// [`AggregateError::ReadingOrder`] for readings that are not in order of time.
pub fn partial<N: Number>(
    readings: &[Reading<N>],
    start_ms: i64,
    end_ms: i64,
    rule: &Rule,
) -> Result<Partial<N>, AggregateError> {
    let span = (start_ms, end_ms.max(start_ms));
    let mut segments = Segments::new(readings, Carry::default(), *rule, [span])?;
    Ok(segments.next().map(|segment| segment.partial).unwrap_or_default())
}

/// The least and the largest reading with `from ≤ t ≤ till`, each with its earliest instant; `None` if
/// there is no reading with a value (AGGREGATION.md 4.5). A value from before does not count.
///
/// # Errors
/// [`AggregateError::ReadingOrder`] for readings that are not in order of time.
#[expect(clippy::type_complexity, reason = "two readings, each with its instant")]
pub fn min_max<N: Number>(
    readings: &[Reading<N>],
    from_ms: i64,
    till_ms: i64,
) -> Result<Option<((i64, N), (i64, N))>, AggregateError> {
    check(readings)?;
    let inside = match till_ms.checked_add(1) {
        Some(end_ms) => between(readings, from_ms, end_ms),
        None => split(readings, from_ms).1,
    };
    let mut partial = Partial::default();
    partial.read(inside, &mut Carry::default(), from_ms, &Rule::default());
    Ok(partial.min().zip(partial.max()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::Grid;
    #[cfg(feature = "alloc")]
    use crate::aggregate::Series;
    use crate::aggregate::random::Random;
    use std::vec::Vec;

    /// The same by asking of every millisecond which value holds.
    fn slowly(readings: &[Reading<i64>], start_ms: i64, end_ms: i64, hold_ms: i64) -> (i128, u64) {
        let (mut integral, mut cover_ms) = (0, 0);
        for at_ms in start_ms..end_ms {
            let last = readings.iter().rev().find(|reading| reading.at_ms() <= at_ms);
            if let Some(value) = last.filter(|last| at_ms < last.at_ms() + hold_ms).and_then(|last| last.value()) {
                integral += i128::from(value);
                cover_ms += 1;
            }
        }
        (integral, cover_ms)
    }

    #[test]
    fn the_integral_is_the_sum_over_every_millisecond() {
        let mut random = Random(3);
        for _ in 0..60 {
            let mut at_ms = random.below(50) as i64 - 30;
            let readings: Vec<_> = (0..12)
                .map(|_| {
                    at_ms += 1 + random.below(60) as i64;
                    let value = random.next().cast_signed();
                    if random.below(5) == 0 { Reading::error(at_ms) } else { Reading::new(at_ms, value) }
                })
                .collect();
            let hold_ms = 1 + random.below(80);
            let rule = Rule::new(Some(hold_ms), None).unwrap();
            let mut start_ms = -40;
            while start_ms < 700 {
                let end_ms = start_ms + random.below(200) as i64;
                let got = partial(&readings, start_ms, end_ms, &rule).unwrap();
                let want = slowly(&readings, start_ms, end_ms, hold_ms as i64);
                assert_eq!((*got.integral(), got.cover_ms()), want, "{readings:?} {start_ms} {end_ms}");
                start_ms = end_ms + 1;
            }
        }
    }

    #[test]
    fn spans_add_up_to_their_range_in_any_order_of_merging() {
        let mut random = Random(11);
        for round in 0..200 {
            let readings = random.readings(120, -300_000);
            let rule = Rule::new(Some(1 + random.below(200_000)), Some(16)).unwrap();
            let (start_ms, end_ms) = (-400_000, 2_000_000);
            let whole = partial(&readings, start_ms, end_ms, &rule).unwrap();
            let mut cuts: Vec<i64> = (0..round % 17).map(|_| start_ms + random.below(2_400_000) as i64).collect();
            cuts.extend([start_ms, end_ms]);
            cuts.sort_unstable();
            let spans = cuts.windows(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>();
            let segments = Segments::new(&readings, Carry::default(), rule, spans).unwrap();
            let mut partials: Vec<_> = segments.map(|segment| segment.partial).collect();
            // Two at random become one, until there is one left.
            while partials.len() > 1 {
                random.shuffle(&mut partials);
                let other = partials.pop().unwrap();
                partials.last_mut().unwrap().merge(&other);
            }
            assert_eq!(partials, [whole]);
        }
    }

    #[test]
    fn binary_fractions_add_up_to_the_last_bit() {
        let mut random = Random(12);
        for _ in 0..60 {
            let whole_numbers = random.readings(80, 0);
            let readings: Vec<_> = whole_numbers
                .iter()
                .map(|reading| match reading.value() {
                    Some(value) => Reading::new(reading.at_ms(), value as f64 * 0.1),
                    None => Reading::new(reading.at_ms(), f64::NAN),
                })
                .collect();
            let rule = Rule::of_period(10);
            let (start_ms, end_ms) = (1000, 1_500_000);
            let whole = partial(&readings, start_ms, end_ms, &rule).unwrap();
            let grid = Grid::new(start_ms, end_ms, 60_000).unwrap();
            let mut partials: Vec<_> = Segments::new(&readings, Carry::default(), rule, grid)
                .unwrap()
                .map(|segment| {
                    assert!(segment.end_ms - segment.start_ms <= 60_000);
                    // The first and the last minute stick out.
                    partial(&readings, segment.start_ms.max(start_ms), segment.end_ms.min(end_ms), &rule).unwrap()
                })
                .collect();
            random.shuffle(&mut partials);
            let merged = partials.into_iter().reduce(|mut left, right| {
                left.merge(&right);
                left
            });
            assert_eq!(merged.unwrap(), whole);
        }
    }

    /// A counter step by step, as the rule is written down.
    #[test]
    fn a_counter_is_the_one_of_the_rule() {
        let mut random = Random(21);
        for _ in 0..100 {
            let readings = random.readings(100, 0);
            let rule = Rule::new(None, Some(16)).unwrap();
            let (start_ms, end_ms) = (200_000, 900_000);
            let (mut base, mut want, mut inside, mut is_based) = (None, 0i128, 0, true);
            for reading in &readings {
                let Some(next) = reading.value().map(i128::from) else { continue };
                let fits = |number| (0..65_536).contains(&number);
                let (share, is_kept) = match base {
                    None => (0, false),
                    Some(base) if next >= base => (next - base, false),
                    Some(base) if fits(base) && fits(next) && base > 58_982 && next < 6554 => {
                        (next + 65_536 - base, false)
                    }
                    Some(base) if next * 10 >= base * 9 => (0, true),
                    Some(_) => (next.max(0), false),
                };
                if (start_ms..end_ms).contains(&reading.at_ms()) {
                    want += share;
                    inside += 1;
                    is_based &= base.is_some();
                }
                if !is_kept {
                    base = Some(next);
                }
            }
            let got = partial(&readings, start_ms, end_ms, &rule).unwrap();
            assert_eq!(got.increase().copied(), (inside > 0 && is_based).then_some(want));
        }
    }

    #[test]
    fn a_gap_loses_no_energy_and_is_told() {
        let readings = [Reading::new(0, 100), Reading::error(5), Reading::new(3_600_000, 190)];
        let rule = Rule::of_period(10);
        let grid = Grid::new(0, 7_200_000, 3_600_000).unwrap();
        let hours: Vec<_> = Segments::new(&readings, Carry::default(), rule, grid).unwrap().collect();
        assert_eq!(hours[0].partial.increase(), None);
        assert_eq!((hours[1].partial.increase(), hours[1].partial.gaps()), (Some(&90), 1));
        assert_eq!((hours[0].partial.cover_ms(), hours[0].partial.errors()), (5, 1));
    }

    #[test]
    fn nothing_makes_it_panic() {
        let extremes = [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX];
        let mut random = Random(8);
        for _ in 0..3000 {
            let pick = |random: &mut Random| extremes[random.below(7) as usize];
            let mut times: Vec<_> = (0..random.below(6)).map(|_| pick(&mut random)).collect();
            times.sort_unstable();
            times.dedup();
            let readings: Vec<_> = times.iter().map(|at_ms| Reading::new(*at_ms, pick(&mut random))).collect();
            let hold_ms = [Some(0), Some(1), Some(u64::MAX), None][random.below(4) as usize];
            let rule = Rule::new(hold_ms, Some(64)).unwrap();
            let (start_ms, end_ms) = (pick(&mut random), pick(&mut random));
            let got = partial(&readings, start_ms, end_ms, &rule).unwrap();
            assert!(got.cover_ms() <= end_ms.max(start_ms).abs_diff(start_ms));
            let _ = (got.mean(), got.sample_mean(), min_max(&readings, start_ms, end_ms).unwrap());
            #[cfg(feature = "alloc")]
            assert_eq!(Series::from_readings(rule, readings.iter().copied()).partial(start_ms, end_ms), got);
            if let Ok(grid) = Grid::new(start_ms, end_ms, 1 << 62) {
                assert!(Segments::new(&readings, Carry::default(), rule, grid).unwrap().count() <= 5);
            }
        }
        let unordered = [Reading::new(1, 1), Reading::new(1, 2)];
        assert_eq!(partial(&unordered, 0, 9, &Rule::default()), Err(AggregateError::ReadingOrder { index: 1 }));
    }

    #[test]
    fn extremes_have_their_earliest_instants_and_ends_count() {
        let values = [(0, 5), (10, 3), (20, 5), (30, 3), (40, 9)];
        let readings = values.map(|(at_ms, value)| Reading::new(at_ms, value));
        assert_eq!(min_max(&readings, 0, 30), Ok(Some(((10, 3), (0, 5)))));
        assert_eq!(min_max(&readings, 20, 40), Ok(Some(((30, 3), (40, 9)))));
        assert_eq!(min_max(&readings, 41, i64::MAX), Ok(None));
        assert_eq!(min_max(&readings, 40, 0), Ok(None));
    }
}
