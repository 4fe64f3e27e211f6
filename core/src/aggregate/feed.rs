use super::{AggregateError, Carry, Fold, Number, Reading, Rule, Run, Segment};

/// Readings in columns, in pieces that follow each other, to what is known of each of a row of spans: the bits of
/// [`Segments`](super::Segments), in a fraction of its time.
///
/// ```
/// use parabus_core::aggregate::{Feed, Grid, Rule};
///
/// let mut feed = Feed::new(Grid::new(0, 120_000, 60_000).unwrap(), Rule::of_period(10));
/// let mut means = [None; 2];
/// let mut places = means.iter_mut();
/// let mut keep = |segment: parabus_core::aggregate::Segment<f64>| {
///     places.next().map(|place| *place = segment.partial.mean());
/// };
/// feed.push(&[0, 30_000], &[1.0, 2.0], &mut keep).unwrap();
/// feed.push(&[60_000], &[4.0], &mut keep).unwrap();
/// feed.finish(&mut keep);
/// assert_eq!(means, [Some(1.5), Some(4.0)]);
/// ```
#[derive(Clone, Debug)]
pub struct Feed<N: Number, S> {
    rule: Rule,
    spans: S,
    /// The span that is open, and whether it has begun.
    open: Option<((i64, i64), bool)>,
    fold: Fold<N>,
    last_ms: Option<i64>,
    count: usize,
}

impl<N: Number, S: Iterator<Item = (i64, i64)>> Feed<N, S> {
    /// The spans come in order of time, and do not overlap.
    pub fn new(spans: impl IntoIterator<IntoIter = S>, rule: Rule) -> Feed<N, S> {
        let mut spans = spans.into_iter();
        let open = spans.next().map(|span| (span, false));
        Feed { rule, spans, open, fold: Fold::new(i64::MIN, Carry::default(), rule), last_ms: None, count: 0 }
    }

    /// Adds what comes next. NaN and infinities are readings that failed.
    ///
    /// # Errors
    /// [`AggregateError::Lengths`] unless there are as many times as values; [`AggregateError::ReadingOrder`] for times
    /// that do not rise, after which what the feed says is nothing.
    pub fn push(
        &mut self,
        times: &[i64],
        values: &[N],
        mut emit: impl FnMut(Segment<N>),
    ) -> Result<(), AggregateError> {
        if times.len() != values.len() {
            return Err(AggregateError::Lengths { times: times.len(), values: values.len() });
        }
        let (mut times_left, mut values_left) = (times, values);
        while let Some(at_ms) = times_left.first().copied() {
            let done = times.len().saturating_sub(times_left.len());
            let index = self.count.saturating_add(done);
            if self.last_ms >= Some(at_ms) {
                return Err(AggregateError::ReadingOrder { index });
            }
            let Some(((start_ms, end_ms), is_begun)) = self.open else {
                // Behind the last span it only matters that time goes on.
                let mut pairs = times_left.iter().zip(times_left.iter().skip(1));
                if let Some(place) = pairs.position(|(earlier, later)| later <= earlier) {
                    return Err(AggregateError::ReadingOrder { index: index.saturating_add(place).saturating_add(1) });
                }
                self.last_ms = times_left.last().copied();
                break;
            };
            let length = rising(times_left, if is_begun { end_ms } else { start_ms });
            let (own_times, rest_times) = times_left.split_at_checked(length).unwrap_or((times_left, &[]));
            let (own_values, rest_values) = values_left.split_at_checked(length).unwrap_or((values_left, &[]));
            self.fold.columns(own_times, own_values).map_err(|error| match error {
                AggregateError::ReadingOrder { index: within } => {
                    AggregateError::ReadingOrder { index: index.saturating_add(within) }
                }
                other => other,
            })?;
            self.last_ms = own_times.last().copied().or(self.last_ms);
            (times_left, values_left) = (rest_times, rest_values);
            if !times_left.is_empty() {
                self.turn(&mut emit);
            }
        }
        self.count = self.count.saturating_add(times.len());
        Ok(())
    }

    /// Adds one reading, which may have failed.
    ///
    /// # Errors
    /// [`AggregateError::ReadingOrder`] unless it is later than all before it; nothing is added then.
    pub fn reading(&mut self, reading: Reading<N>, mut emit: impl FnMut(Segment<N>)) -> Result<(), AggregateError> {
        let at_ms = reading.at_ms();
        if self.last_ms >= Some(at_ms) {
            return Err(AggregateError::ReadingOrder { index: self.count });
        }
        self.turn_until(at_ms, &mut emit);
        self.fold.reading(reading);
        self.last_ms = Some(at_ms);
        self.count = self.count.saturating_add(1);
        Ok(())
    }

    /// Adds a run, which was made by the same rule without anything before it. `false`, and no reading added, where
    /// its readings are needed one by one: a span begins or ends within it, a reading before it is not earlier, or a
    /// counter goes on a little below its base.
    #[must_use]
    pub fn run(&mut self, run: &Run<N>, mut emit: impl FnMut(Segment<N>)) -> bool {
        if self.last_ms >= Some(run.first_ms()) {
            return false;
        }
        self.turn_until(run.first_ms(), &mut emit);
        if self.turns_at().is_some_and(|until_ms| run.last_ms() >= until_ms) || !self.fold.run(run) {
            return false;
        }
        self.last_ms = Some(run.last_ms());
        let readings = run.partial().count().saturating_add(run.partial().errors());
        self.count = self.count.saturating_add(usize::try_from(readings).unwrap_or(usize::MAX));
        true
    }

    /// When a span begins or ends next.
    fn turns_at(&self) -> Option<i64> {
        self.open.map(|((start_ms, end_ms), is_begun)| if is_begun { end_ms } else { start_ms })
    }

    fn turn_until(&mut self, at_ms: i64, emit: &mut impl FnMut(Segment<N>)) {
        while self.turns_at().is_some_and(|until_ms| until_ms <= at_ms) {
            self.turn(emit);
        }
    }

    /// Nothing comes any more: the segments that are left.
    pub fn finish(mut self, mut emit: impl FnMut(Segment<N>)) {
        while self.open.is_some() {
            self.turn(&mut emit);
        }
    }

    /// Goes on to the next instant at which a span begins or ends.
    fn turn(&mut self, emit: &mut impl FnMut(Segment<N>)) {
        let Some(((start_ms, end_ms), is_begun)) = self.open else { return };
        let carry = self.fold.carry();
        let next = |from_ms: i64| Fold::new(from_ms, carry, self.rule);
        if is_begun {
            let partial = core::mem::replace(&mut self.fold, next(end_ms)).finish(end_ms);
            emit(Segment { start_ms, end_ms, partial });
            // Spans often follow each other without a gap.
            self.open = self.spans.next().map(|span| (span, span.0 == end_ms));
        } else {
            self.fold = next(start_ms);
            self.open = Some(((start_ms, end_ms), true));
        }
    }
}

/// How many instants at the start lie before this one, by strides that double.
fn rising(times: &[i64], until_ms: i64) -> usize {
    let is_before = |place: usize| times.get(place).is_some_and(|at_ms| *at_ms < until_ms);
    let mut bound = 1usize;
    while is_before(bound) {
        bound = bound.saturating_mul(2);
    }
    let (low, high) = (bound / 2, bound.min(times.len()));
    let within = times.get(low..high).unwrap_or_default();
    low.saturating_add(within.partition_point(|at_ms| *at_ms < until_ms))
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::aggregate::random::Random;
    use crate::aggregate::{Grid, Reading, Segments};

    #[test]
    fn pieces_of_columns_give_the_segments_of_readings() {
        let mut random = Random(31);
        for round in 0..120 {
            let readings = random.readings(1 + round * 7, -300_000);
            let times: Vec<i64> = readings.iter().map(Reading::at_ms).collect();
            let values: Vec<f64> =
                readings.iter().map(|reading| reading.value().map_or(f64::NAN, |value| value as f64 / 8.0)).collect();
            let readings: Vec<_> =
                times.iter().zip(&values).map(|(at_ms, value)| Reading::new(*at_ms, *value)).collect();
            let rule = Rule::new([None, Some(90_000)][round % 2], None).unwrap();
            let mut spans: Vec<_> = Grid::new(-400_000, 900_000, 60_000).unwrap().collect();
            if round % 3 == 0 {
                spans.retain(|_| random.below(3) > 0);
            }
            let slow: Vec<_> = Segments::new(&readings, Carry::default(), rule, spans.clone()).unwrap().collect();
            let (mut fast, mut from) = (Vec::new(), 0);
            let mut feed = Feed::new(spans, rule);
            while from < times.len() {
                let until = (from + random.below(300) as usize).min(times.len());
                feed.push(&times[from..until], &values[from..until], |segment| fast.push(segment)).unwrap();
                from = until;
            }
            feed.finish(|segment| fast.push(segment));
            assert_eq!(fast, slow);
        }
    }

    #[test]
    fn runs_and_single_readings_give_the_segments_of_readings() {
        let mut random = Random(34);
        let mut whole_runs = 0;
        for round in 0..200 {
            let readings = random.readings(1 + round * 5, -300_000);
            let rule = Rule::new([None, Some(90_000)][round % 2], [None, Some(16)][round / 2 % 2]).unwrap();
            let spans: Vec<_> = Grid::new(-400_000, 900_000, 60_000 * (1 + round as i64 % 7)).unwrap().collect();
            let slow: Vec<_> = Segments::new(&readings, Carry::default(), rule, spans.clone()).unwrap().collect();
            let (mut fast, mut from) = (Vec::new(), 0);
            let mut feed = Feed::new(spans, rule);
            while from < readings.len() {
                let until = (from + 1 + random.below(20) as usize).min(readings.len());
                let run = Run::of(&readings[from..until], Carry::default(), &rule);
                if feed.run(&run, |segment| fast.push(segment)) {
                    whole_runs += 1;
                } else {
                    for reading in &readings[from..until] {
                        feed.reading(*reading, |segment| fast.push(segment)).unwrap();
                    }
                }
                from = until;
            }
            let last = readings[readings.len() - 1];
            assert!(feed.reading(last, |_| ()).is_err(), "not later");
            feed.finish(|segment| fast.push(segment));
            assert_eq!(fast, slow, "round {round}");
        }
        assert!(whole_runs > 1000, "{whole_runs}");
    }

    #[test]
    fn every_pair_of_times_is_looked_at() {
        let mut random = Random(32);
        for _ in 0..400 {
            let mut times: Vec<i64> = (0..40).map(|place| place * 10).collect();
            let place = 1 + random.below(39) as usize;
            times[place] = times[place - 1] - random.below(30) as i64;
            let spans = [(25 + random.below(60) as i64, 100), (150 + random.below(60) as i64, 250)];
            let mut feed = Feed::new(spans, Rule::default());
            let cut = random.below(41) as usize;
            let pushed = feed
                .push(&times[..cut], &[1; 40][..cut], |_| ())
                .and_then(|()| feed.push(&times[cut..], &[1; 40][cut..], |_| ()));
            assert!(matches!(pushed, Err(AggregateError::ReadingOrder { .. })), "{times:?} {spans:?} {cut}");
        }
    }

    #[test]
    fn strides_find_what_halving_finds() {
        let mut random = Random(33);
        for count in 0..70 {
            let times: Vec<i64> = (0..count).map(|place| place * 3).collect();
            for _ in 0..40 {
                let until_ms = random.below(230) as i64 - 10;
                assert_eq!(rising(&times, until_ms), times.partition_point(|at_ms| *at_ms < until_ms));
            }
        }
    }
}
