use super::counter::Step;
use super::{Carry, Number, Partial, Reading, Rule, Run};

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
}
