//! What a counter counted, apart from all else that is known of its readings (AGGREGATION.md 4.7).

use super::{Number, Partial, Rule, Run, Step, Total};

/// What a counter counted in a span of time: the steps of the span's readings, each from the reading before it,
/// whenever that was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted<N: Number> {
    count: u64,
    unbased: u64,
    increase: N::Sum,
}

impl<N: Number> Default for Counted<N> {
    fn default() -> Self {
        Counted { count: 0, unbased: 0, increase: N::Sum::default() }
    }
}

impl<N: Number> Counted<N> {
    pub(super) const fn new(count: u64, unbased: u64, increase: N::Sum) -> Counted<N> {
        Counted { count, unbased, increase }
    }

    /// Readings with a value.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The sum of the steps. `None` if there are no readings, or none before the span (DOMAIN.md A-10).
    pub fn increase(&self) -> Option<&N::Sum> {
        (self.count > 0 && self.unbased == 0).then_some(&self.increase)
    }

    /// The same as far as it is known: the steps between the span's readings, where the first one of all is among
    /// them. `None` without a step.
    pub fn known_increase(&self) -> Option<&N::Sum> {
        (self.count > self.unbased).then_some(&self.increase)
    }

    /// Adds a span that has no time in common with this one.
    pub fn merge(&mut self, other: &Counted<N>) {
        self.count = self.count.saturating_add(other.count);
        self.unbased = self.unbased.saturating_add(other.unbased);
        self.increase.merge(&other.increase);
    }
}

/// How far a counter of whole numbers stands after some readings. Of those of a long time it is made once, and joined
/// of parts; what was counted between two instants is the difference of how it stood.
///
/// A dip, after which the higher number stays the base, makes the steps that follow depend on how far back one looked:
/// it is a [doubt](Standing::doubts), and readings are to be counted one by one around it and for long after it.
///
/// ```
/// use parabus_core::aggregate::{Rule, Standing};
///
/// let rule = Rule::new(None, Some(16)).unwrap();
/// let mut standing = Standing::default();
/// standing.push(&[Some(65_530), None, Some(65_535)], &rule);
/// let before = standing;
/// standing.push(&[Some(4), Some(6)], &rule);
/// assert_eq!(standing.since(&before).increase(), Some(&7));
/// assert_eq!(standing.doubts(), 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    count: u64,
    total: i128,
    doubts: u64,
    first: Option<i64>,
    base: Option<i64>,
}

impl Standing {
    /// After the readings of a run, which was made without anything before it; each dip in it is a doubt.
    #[must_use]
    pub fn of_run(run: &Run<i64>) -> Standing {
        let partial = run.partial();
        Standing {
            count: partial.count(),
            total: *partial.counted(),
            doubts: partial.glitches(),
            first: partial.first().map(|(_, first)| first),
            base: run.after().base(),
        }
    }

    /// Readings with a value.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// How often it is not sure what was counted.
    pub const fn doubts(&self) -> u64 {
        self.doubts
    }

    /// Of a part that comes next nothing is known: what is counted over it is in doubt.
    pub const fn doubt(&mut self) {
        self.doubts = self.doubts.saturating_add(1);
    }

    /// Adds readings that come next, failed ones as `None`. At a dip the higher number stays the base.
    pub fn push(&mut self, readings: &[Option<i64>], rule: &Rule) {
        let mut values = readings.iter().flatten().copied();
        let Some(mut base) = self.base.or_else(|| {
            let first = values.next();
            self.first = first;
            self.count = first.is_some().into();
            first
        }) else {
            return;
        };
        // As long as it rises only its ends matter.
        let mut from = base;
        for value in values {
            self.count = self.count.saturating_add(1);
            if value < base {
                self.total = self.total.saturating_add(i128::from(base).saturating_sub(from.into()));
                from = base;
                if self.step(base, value, rule) == Step::Glitch {
                    continue;
                }
                from = value;
            }
            base = value;
        }
        self.total = self.total.saturating_add(i128::from(base).saturating_sub(from.into()));
        self.base = Some(base);
    }

    /// Adds how it stands after the readings that come next, reckoned from the first of them, by the same rule. A dip in
    /// between is a doubt, after which the lower number is the base.
    pub fn join(&mut self, next: &Standing, rule: &Rule) {
        if let Some((base, first)) = self.base.zip(next.first) {
            self.step(base, first, rule);
        }
        self.count = self.count.saturating_add(next.count);
        self.total = self.total.saturating_add(next.total);
        self.doubts = self.doubts.saturating_add(next.doubts);
        self.first = self.first.or(next.first);
        self.base = next.base.or(self.base);
    }

    /// What was counted since it stood like this: right if no doubt is among the readings in between and those that are
    /// looked back at before them.
    #[must_use]
    pub fn since(&self, earlier: &Standing) -> Counted<i64> {
        let count = self.count.saturating_sub(earlier.count);
        let unbased = (earlier.count == 0 && count > 0).into();
        Counted::new(count, unbased, self.total.saturating_sub(earlier.total))
    }

    fn step(&mut self, base: i64, next: i64, rule: &Rule) -> Step {
        let (step, share) = rule.step(base, next);
        self.total = self.total.saturating_add(share);
        if step == Step::Glitch {
            self.doubt();
        }
        step
    }
}

impl<N: Number> Partial<N> {
    /// What a counter counted.
    #[must_use]
    pub fn counts(&self) -> Counted<N> {
        Counted::new(self.count(), self.unbased(), self.counted().clone())
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::aggregate::random::Random;
    use crate::aggregate::{Carry, Reading, Segments, partial};

    /// A counter of 16 bits, or of none, that fails, runs over and begins anew; with dips or without.
    fn readings(random: &mut Random, rule: &Rule, dips: bool) -> Vec<Reading<i64>> {
        let mut value = 60_000i64;
        let mut readings = Vec::new();
        for step in 0..400 {
            value = match random.below(30) {
                0 => random.below(50).cast_signed(),
                1 if dips => value - value / 20,
                2 => value + 3000,
                _ => value + random.below(9).cast_signed(),
            };
            if rule.width_bits().is_some() {
                value %= 65_536;
            }
            let at_ms = step * 1000;
            readings.push(if random.below(9) == 0 { Reading::error(at_ms) } else { Reading::new(at_ms, value) });
        }
        readings
    }

    #[test]
    fn differences_are_what_is_counted_one_by_one() {
        let mut random = Random(61);
        let mut sure = 0;
        for round in 0..200 {
            let rule = Rule::new(None, [None, Some(16)][round % 2]).unwrap();
            let readings = readings(&mut random, &rule, round % 4 == 0);
            // How it stands before each reading, of parts that are joined.
            let mut standings = Vec::new();
            let (mut whole, mut place) = (Standing::default(), 0);
            while place < readings.len() {
                let until = (place + 1 + random.below(40) as usize).min(readings.len());
                let part = &readings[place..until];
                let values: Vec<_> = part.iter().map(Reading::value).collect();
                for length in 0..part.len() {
                    let (mut own, mut standing) = (Standing::default(), whole);
                    own.push(&values[..length], &rule);
                    standing.join(&own, &rule);
                    standings.push(standing);
                    let run = Run::of(&part[..length], Carry::default(), &rule);
                    assert_eq!(own, Standing::of_run(&run), "dips and all");
                    let mut pushed = whole;
                    pushed.push(&values[..length], &rule);
                    if pushed.doubts() == 0 {
                        assert_eq!(pushed, standing);
                    }
                }
                whole.join(&Standing::of_run(&Run::of(part, Carry::default(), &rule)), &rule);
                place = until;
            }
            standings.push(whole);
            for _ in 0..60 {
                let from = random.below(400) as usize;
                let until = from + random.below(401 - from as u64) as usize;
                let (start_ms, end_ms) = (from as i64 * 1000, until as i64 * 1000);
                if start_ms == end_ms || standings[until].doubts() > 0 {
                    continue;
                }
                let want = partial(&readings, start_ms, end_ms, &rule).unwrap().counts();
                assert_eq!(standings[until].since(&standings[from]), want, "round {round}: {from}..{until}");
                sure += 1;
            }
        }
        assert!(sure > 3000, "{sure}");
    }

    #[test]
    fn spans_add_up_to_a_longer_one() {
        let mut random = Random(62);
        let rule = Rule::default();
        let readings = readings(&mut random, &rule, true);
        let spans = (0..40).map(|place| (place * 10_000, (place + 1) * 10_000));
        let mut sum = Counted::default();
        for segment in Segments::new(&readings, Carry::default(), rule, spans).unwrap() {
            sum.merge(&segment.partial.counts());
        }
        assert_eq!(sum, partial(&readings, 0, 400_000, &rule).unwrap().counts());
        assert_eq!(sum.increase(), None, "the first of all is among them");
        assert_eq!(sum.known_increase(), Some(partial(&readings, 0, 400_000, &rule).unwrap().counted()));
        assert_eq!(Counted::<f64>::default().known_increase(), None);
    }

    #[test]
    fn the_widest_steps_fit() {
        let mut standing = Standing::default();
        standing.push(&[Some(i64::MIN), Some(i64::MAX), None, Some(i64::MIN), Some(i64::MAX)], &Rule::default());
        assert_eq!(standing.since(&Standing::default()).known_increase(), Some(&(2 * i128::from(u64::MAX))));
        standing.join(&Standing::default(), &Rule::default());
        assert_eq!((standing.count(), standing.doubts()), (4, 0));
    }
}
