use super::block::{BLOCK, WEIGHT_BITS};
use super::counter::Step;
use super::{AggregateError, Carry, Number, Partial, Reading, Rule, Run};

/// Readings one by one and in runs, in order of time, to what is known of one span: the bits of all of
/// them one by one.
///
/// ```
/// use parabus_core::aggregate::{Carry, Fold, Reading, Rule, Run, partial};
///
/// let readings = [0, 10, 20, 30].map(|at_s| Reading::new(at_s * 1000, 100 + at_s));
/// let rule = Rule::of_period(10);
/// let later = Run::of(&readings[2..], Carry::default(), &rule);
///
/// let mut fold = Fold::new(0, Carry::default(), rule);
/// readings[..2].iter().for_each(|reading| fold.reading(*reading));
/// assert!(fold.run(&later));
/// assert_eq!(fold.finish(60_000), partial(&readings, 0, 60_000, &rule).unwrap());
/// ```
#[derive(Clone, Debug)]
pub struct Fold<N: Number> {
    rule: Rule,
    from_ms: i64,
    partial: Partial<N>,
    carry: Carry<N>,
}

impl<N: Number> Fold<N> {
    /// From this instant on, behind the readings that left `before`.
    pub fn new(start_ms: i64, before: Carry<N>, rule: Rule) -> Fold<N> {
        Fold { rule, from_ms: start_ms, partial: Partial::default(), carry: before }
    }

    /// What goes on past what was added.
    pub const fn carry(&self) -> Carry<N> {
        self.carry
    }

    /// Adds a reading, which is later than all before it.
    pub fn reading(&mut self, reading: Reading<N>) {
        self.partial.hold(&self.carry, self.from_ms, reading.at_ms(), &self.rule);
        self.partial.take(reading, &mut self.carry, &self.rule);
        self.from_ms = reading.at_ms();
    }

    /// Adds readings in columns, later than all before them. NaN and infinities are readings that failed.
    ///
    /// # Errors
    /// [`AggregateError::Lengths`] unless there are as many times as values; [`AggregateError::ReadingOrder`] for times
    /// that do not rise, with those before them added.
    pub fn columns(&mut self, times: &[i64], values: &[N]) -> Result<(), AggregateError> {
        if times.len() != values.len() {
            return Err(AggregateError::Lengths { times: times.len(), values: values.len() });
        }
        let mut previous_ms = None;
        let mut room = [0; BLOCK];
        for (block, (times, values)) in times.chunks(BLOCK).zip(values.chunks(BLOCK)).enumerate() {
            let index = block.saturating_mul(BLOCK);
            if previous_ms.is_some() && times.first().copied() <= previous_ms {
                return Err(AggregateError::ReadingOrder { index });
            }
            previous_ms = times.last().copied();
            let mut wide = 0;
            for ((span_ms, earlier), later) in room.iter_mut().zip(times).zip(times.iter().skip(1)) {
                *span_ms = later.wrapping_sub(*earlier).cast_unsigned();
                // Nothing and less than nothing are many bits, too.
                wide |= span_ms.wrapping_sub(1);
            }
            if wide >> WEIGHT_BITS != 0 {
                self.one_by_one(times, values, index)?;
                continue;
            }
            let spans = room.get_mut(..times.len().saturating_sub(1)).unwrap_or_default();
            if values.iter().fold(true, |is_good, value| is_good & value.is_number()) {
                self.block(times, values, spans);
            } else {
                self.runs(times, values, spans);
            }
        }
        Ok(())
    }

    fn one_by_one(&mut self, times: &[i64], values: &[N], index: usize) -> Result<(), AggregateError> {
        let mut previous_ms = None;
        for (place, (at_ms, value)) in times.iter().zip(values).enumerate() {
            if previous_ms >= Some(*at_ms) {
                return Err(AggregateError::ReadingOrder { index: index.saturating_add(place) });
            }
            previous_ms = Some(*at_ms);
            self.reading(Reading::new(*at_ms, *value));
        }
        Ok(())
    }

    /// A block with failed readings in it: what lies between them is good.
    fn runs(&mut self, mut times: &[i64], mut values: &[N], mut spans: &mut [u64]) {
        while !values.is_empty() {
            let good = values.iter().position(|value| !value.is_number()).unwrap_or(values.len());
            let (run_values, rest_values) = values.split_at_checked(good).unwrap_or((values, &[]));
            let (run_times, rest_times) = times.split_at_checked(good).unwrap_or((times, &[]));
            let (run_spans, rest_spans) = spans.split_at_mut_checked(good.min(spans.len())).unwrap_or_default();
            let within = good.saturating_sub(1).min(run_spans.len());
            self.block(run_times, run_values, run_spans.get_mut(..within).unwrap_or_default());
            if let Some(at_ms) = rest_times.first() {
                self.reading(Reading::error(*at_ms));
            }
            values = rest_values.get(1..).unwrap_or_default();
            times = rest_times.get(1..).unwrap_or_default();
            spans = rest_spans.get_mut(1..).unwrap_or_default();
        }
    }

    /// Good readings, and the milliseconds from each to the next.
    fn block(&mut self, times: &[i64], values: &[N], spans: &mut [u64]) {
        let (Some(first_ms), Some(last_ms)) = (times.first(), times.last()) else { return };
        self.partial.hold(&self.carry, self.from_ms, *first_ms, &self.rule);
        let mut gaps = 0u64;
        if let Some(hold_ms) = self.rule.hold_ms() {
            for span_ms in &mut *spans {
                gaps = gaps.wrapping_add((*span_ms > hold_ms).into());
                *span_ms = if *span_ms > hold_ms { hold_ms } else { *span_ms };
            }
        }
        self.partial.take_block((times, values, spans), gaps, &mut self.carry, &self.rule);
        self.from_ms = *last_ms;
    }

    /// Adds a run, which was made by the same rule, without anything before it, and is later than all that
    /// was added. `false`, and nothing added, where its readings are needed one by one: a counter that goes
    /// on a little below its base, so that the steps inside the run are reckoned from another number.
    #[must_use]
    pub fn run(&mut self, run: &Run<N>) -> bool {
        let (inside, after) = (run.partial(), run.after());
        let step = self.carry.base_at().zip(inside.first()).map(|((base_ms, base), (at_ms, value))| {
            let mut share = N::Sum::default();
            (value.count(base, &self.rule, &mut share), share, self.rule.is_gap(base_ms, at_ms))
        });
        if matches!(step, Some((Step::Glitch, ..))) {
            return false;
        }
        self.partial.hold(&self.carry, self.from_ms, run.first_ms(), &self.rule);
        self.partial.merge(inside);
        if let Some((step, share, is_gap)) = step {
            self.partial.add_step(step, &share, is_gap);
        }
        self.carry = if inside.count() > 0 { after } else { self.carry.without_value() };
        self.from_ms = run.last_ms();
        true
    }

    /// What is known up to this instant.
    #[must_use]
    pub fn finish(mut self, end_ms: i64) -> Partial<N> {
        self.partial.hold(&self.carry, self.from_ms, end_ms, &self.rule);
        self.partial
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::partial;
    use crate::aggregate::random::Random;

    #[test]
    fn any_mixture_of_runs_and_readings_gives_the_same_bits() {
        let mut random = Random(91);
        let (mut joined, mut taken_apart) = (0, 0);
        for round in 0..300 {
            let readings = random.readings(300, -2_000_000);
            let rule = Rule::new([Some(1 + random.below(400_000)), None][round % 2], Some(16)).unwrap();
            let fractions: std::vec::Vec<Reading<f64>> = readings
                .iter()
                .map(|reading| match reading.value() {
                    Some(value) => Reading::new(reading.at_ms(), value as f64 / 10.0),
                    None => Reading::error(reading.at_ms()),
                })
                .collect();
            let start_ms = readings[0].at_ms() - 1000;
            let end_ms = readings.last().unwrap().at_ms() + 500_000;
            let mut whole = Fold::new(start_ms, Carry::default(), rule);
            let mut fraction = Fold::new(start_ms, Carry::default(), rule);
            let mut from = 0;
            while from < readings.len() {
                let until = (from + 1 + random.below(40) as usize).min(readings.len());
                let span = from..until;
                if random.below(4) > 0 && whole.run(&Run::of(&readings[span.clone()], Carry::default(), &rule)) {
                    joined += 1;
                } else {
                    readings[span.clone()].iter().for_each(|reading| whole.reading(*reading));
                    taken_apart += 1;
                }
                if !fraction.run(&Run::of(&fractions[span.clone()], Carry::default(), &rule)) {
                    fractions[span].iter().for_each(|reading| fraction.reading(*reading));
                }
                from = until;
            }
            assert_eq!(whole.finish(end_ms), partial(&readings, start_ms, end_ms, &rule).unwrap());
            assert_eq!(fraction.finish(end_ms), partial(&fractions, start_ms, end_ms, &rule).unwrap());
        }
        assert!(joined > 1000 && taken_apart > 300, "{joined} {taken_apart}");
    }

    /// Numbers near each other, far apart, none at all, and the least and largest ones.
    fn odd(random: &mut Random, round: usize, whole: i64) -> f64 {
        match (round % 5, random.below(40)) {
            (_, 0) if round.is_multiple_of(3) => f64::NAN,
            (1, 1..=10) => f64::from_bits(random.next()),
            (2, 1..=10) => 0.0,
            (2, 11..=15) => -0.0,
            (2, 16..=20) => f64::from_bits(random.below(5)),
            (3, _) => whole as f64 * 1e-3 - 20.0,
            _ => whole as f64 / 10.0,
        }
    }

    #[test]
    fn columns_give_the_bits_of_readings_one_by_one() {
        let mut random = Random(17);
        for round in 0..240 {
            let readings = random.readings(700, -2_000_000);
            let holds = [Some(1 + random.below(40_000)), Some(400_000), None, Some(0)];
            let rule = Rule::new(holds[round % 4], [None, Some(16)][round / 2 % 2]).unwrap();
            let mut times: std::vec::Vec<i64> = readings.iter().map(Reading::at_ms).collect();
            if round % 7 == 0 {
                // So far apart that it needs every bit.
                times[300..].iter_mut().for_each(|at_ms| *at_ms += i64::MAX / 2);
                times[600..].iter_mut().for_each(|at_ms| *at_ms += i64::MAX / 4);
            }
            let wholes: std::vec::Vec<i64> = readings
                .iter()
                .map(|reading| match random.below(900) {
                    0 => i64::MIN,
                    1 => i64::MAX,
                    _ => reading.value().unwrap_or(3),
                })
                .collect();
            let fractions: std::vec::Vec<f64> = wholes.iter().map(|whole| odd(&mut random, round, *whole)).collect();
            same(&times, &wholes, rule, &mut random);
            same(&times, &fractions, rule, &mut random);
        }
    }

    fn same<N: Number>(times: &[i64], values: &[N], rule: Rule, random: &mut Random) {
        let start_ms = times[0] - 1000;
        let mut slow = Fold::new(start_ms, Carry::default(), rule);
        times.iter().zip(values).for_each(|(at_ms, value)| slow.reading(Reading::new(*at_ms, *value)));
        let mut fast = Fold::new(start_ms, Carry::default(), rule);
        let mut from = 0;
        while from < times.len() {
            let until = (from + 1 + random.below(600) as usize).min(times.len());
            fast.columns(&times[from..until], &values[from..until]).unwrap();
            from = until;
        }
        assert_eq!(fast.carry(), slow.carry());
        let end_ms = times.last().unwrap().saturating_add(500_000);
        let (fast, slow) = (fast.finish(end_ms), slow.finish(end_ms));
        // Zeros of both signs are equal, but not the same.
        assert_eq!(std::format!("{:?}", fast.min()), std::format!("{:?}", slow.min()));
        assert_eq!(std::format!("{:?}", fast.max()), std::format!("{:?}", slow.max()));
        assert_eq!(fast, slow);
    }

    #[test]
    fn columns_that_are_none_are_refused() {
        let mut fold = Fold::<i64>::new(0, Carry::default(), Rule::default());
        assert_eq!(fold.columns(&[1], &[]), Err(AggregateError::Lengths { times: 1, values: 0 }));
        assert_eq!(fold.columns(&[1, 1], &[0; 2]), Err(AggregateError::ReadingOrder { index: 1 }));
        let mut times: std::vec::Vec<i64> = (0..1000).collect();
        times[512] = 511;
        assert_eq!(fold.columns(&times, &[0; 1000]), Err(AggregateError::ReadingOrder { index: 512 }));
        times[512] = 512;
        times[700] = -5;
        assert_eq!(fold.columns(&times, &[0; 1000]), Err(AggregateError::ReadingOrder { index: 700 }));
    }
}
