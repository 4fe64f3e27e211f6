use super::block::extremes;
use super::{Number, Reading, Rule, Step, Total};

/// Everything that is known of a span of time, `[start, end)`: merges with that of another span by adding
/// up, in any order (AGGREGATION.md 4.2).
///
/// What comes from before the span, a value that still holds and the base of a counter, is in it
/// already: it was made with the [`Carry`] of the readings before. So the step from the last reading of one span to the
/// first of the next is counted exactly once, and the same for any split. A glitch leaves a base that no
/// reading at the ends of a span tells of, hence the carry.
#[derive(Clone, Debug, PartialEq)]
pub struct Partial<N: Number> {
    count: u64,
    errors: u64,
    sum: N::Sum,
    integral: N::Sum,
    cover_ms: u64,
    min: Option<(i64, N)>,
    max: Option<(i64, N)>,
    first: Option<(i64, N)>,
    last: Option<(i64, N)>,
    increase: N::Sum,
    unbased: u64,
    resets: u64,
    rollovers: u64,
    glitches: u64,
    gaps: u64,
}

impl<N: Number> Default for Partial<N> {
    fn default() -> Self {
        Partial {
            count: 0,
            errors: 0,
            sum: N::Sum::default(),
            integral: N::Sum::default(),
            cover_ms: 0,
            min: None,
            max: None,
            first: None,
            last: None,
            increase: N::Sum::default(),
            unbased: 0,
            resets: 0,
            rollovers: 0,
            glitches: 0,
            gaps: 0,
        }
    }
}

impl<N: Number> Partial<N> {
    /// Readings with a value.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Readings without.
    pub const fn errors(&self) -> u64 {
        self.errors
    }

    /// Sum of the readings' values.
    pub const fn sum(&self) -> &N::Sum {
        &self.sum
    }

    /// The integral of the value over the milliseconds covered.
    pub const fn integral(&self) -> &N::Sum {
        &self.integral
    }

    /// Milliseconds in which there was a value.
    pub const fn cover_ms(&self) -> u64 {
        self.cover_ms
    }

    /// The least value of a reading in the span, with its earliest instant.
    pub const fn min(&self) -> Option<(i64, N)> {
        self.min
    }

    /// The largest value of a reading in the span, with its earliest instant.
    pub const fn max(&self) -> Option<(i64, N)> {
        self.max
    }

    /// The first reading with a value.
    pub const fn first(&self) -> Option<(i64, N)> {
        self.first
    }

    /// The last reading with a value.
    pub const fn last(&self) -> Option<(i64, N)> {
        self.last
    }

    /// What a counter counted: the sum of the steps of the span's readings, each from the reading before
    /// it, whenever that was. `None` if there are no readings, or none before the span (DOMAIN.md A-10).
    pub fn increase(&self) -> Option<&N::Sum> {
        (self.count > 0 && self.unbased == 0).then_some(&self.increase)
    }

    /// The same, with the steps that are known if the first reading of all lies in the span.
    pub const fn counted(&self) -> &N::Sum {
        &self.increase
    }

    /// Readings before which there was none.
    pub(super) const fn unbased(&self) -> u64 {
        self.unbased
    }

    /// How often the counter began anew.
    pub const fn resets(&self) -> u64 {
        self.resets
    }

    /// How often the counter ran over.
    pub const fn rollovers(&self) -> u64 {
        self.rollovers
    }

    /// Readings that lay a little below the counter's base.
    pub const fn glitches(&self) -> u64 {
        self.glitches
    }

    /// Steps over more time than a value holds. They are booked where they end.
    pub const fn gaps(&self) -> u64 {
        self.gaps
    }

    /// The time-weighted mean in the readings' own numbers, rounded once; `None` without cover.
    pub fn mean(&self) -> Option<f64> {
        self.integral.divided_by(self.cover_ms)
    }

    /// The mean of the readings, each counted once; `None` without readings.
    pub fn sample_mean(&self) -> Option<f64> {
        self.sum.divided_by(self.count)
    }

    /// Adds a span that has no time in common with this one.
    pub fn merge(&mut self, other: &Partial<N>) {
        self.count = self.count.saturating_add(other.count);
        self.errors = self.errors.saturating_add(other.errors);
        self.sum.merge(&other.sum);
        self.integral.merge(&other.integral);
        self.cover_ms = self.cover_ms.saturating_add(other.cover_ms);
        self.min = chosen(self.min, other.min, |left, right| left < right);
        self.max = chosen(self.max, other.max, |left, right| left > right);
        self.first = chosen(self.first, other.first, |_, _| false);
        self.last = match (self.last, other.last) {
            (Some(left), Some(right)) => Some(if right.0 > left.0 { right } else { left }),
            (left, right) => left.or(right),
        };
        self.increase.merge(&other.increase);
        self.unbased = self.unbased.saturating_add(other.unbased);
        self.resets = self.resets.saturating_add(other.resets);
        self.rollovers = self.rollovers.saturating_add(other.rollovers);
        self.glitches = self.glitches.saturating_add(other.glitches);
        self.gaps = self.gaps.saturating_add(other.gaps);
    }

    /// Adds readings in order of time, and what holds between them, from `start_ms` on.
    pub(super) fn read(&mut self, readings: &[Reading<N>], carry: &mut Carry<N>, start_ms: i64, rule: &Rule) {
        let mut from_ms = start_ms;
        for reading in readings {
            self.hold(carry, from_ms, reading.at_ms(), rule);
            self.take(*reading, carry, rule);
            from_ms = reading.at_ms();
        }
    }

    /// Adds the value that holds.
    pub(crate) fn hold(&mut self, carry: &Carry<N>, from_ms: i64, until_ms: i64, rule: &Rule) {
        if let Some((at_ms, value)) = carry.held {
            let (from_ms, until_ms) = (from_ms.max(at_ms), until_ms.min(rule.end_of_hold(at_ms)));
            if from_ms < until_ms {
                let span_ms = until_ms.abs_diff(from_ms);
                self.integral.add(value, span_ms);
                self.cover_ms = self.cover_ms.saturating_add(span_ms);
            }
        }
    }

    /// Adds a reading, without the time that it holds.
    pub(crate) fn take(&mut self, reading: Reading<N>, carry: &mut Carry<N>, rule: &Rule) {
        let at_ms = reading.at_ms();
        let Some(value) = reading.value() else {
            self.errors = self.errors.saturating_add(1);
            carry.held = None;
            return;
        };
        let own = Some((at_ms, value));
        self.count = self.count.saturating_add(1);
        self.sum.add(value, 1);
        self.min = chosen(self.min, own, |left, right| left < right);
        self.max = chosen(self.max, own, |left, right| left > right);
        self.first = self.first.or(own);
        self.last = own;
        match carry.base {
            None => self.unbased = self.unbased.saturating_add(1),
            Some((last_ms, base)) => {
                self.gaps = self.gaps.saturating_add(rule.is_gap(last_ms, at_ms).into());
                let step = value.count(base, rule, &mut self.increase);
                self.tally(step);
            }
        }
        carry.follow(reading, rule);
    }

    fn tally(&mut self, step: Step) {
        let tally = match step {
            Step::Rise => return,
            Step::Rollover => &mut self.rollovers,
            Step::Glitch => &mut self.glitches,
            Step::Reset => &mut self.resets,
        };
        *tally = tally.saturating_add(1);
    }

    /// Adds a block of readings in columns, none of which failed, and the time that each but the last one holds.
    /// Steps over more than a value holds, `gaps` of them, are among those from the first one on.
    pub(super) fn take_block(
        &mut self,
        (times, values, weights): (&[i64], &[N], &[u64]),
        gaps: u64,
        carry: &mut Carry<N>,
        rule: &Rule,
    ) {
        let at = |place: usize| times.get(place).copied().unwrap_or(0);
        let (Some((least, most)), Some(first), Some(last)) =
            (extremes(values), values.first().copied(), values.last().copied())
        else {
            return;
        };
        let (first_ms, last_ms) = (at(0), at(values.len().saturating_sub(1)));
        self.count = self.count.saturating_add(values.len() as u64);
        self.cover_ms = self.cover_ms.saturating_add(weights.iter().sum());
        N::add_block(values, weights, (least, most), &mut self.sum, &mut self.integral);
        // Of alike ones the earliest counts, with its own sign if they are zeros.
        let find = |wanted| times.iter().copied().zip(values.iter().copied()).find(|(_, value)| *value == wanted);
        if self.min.is_none_or(|(_, own)| least < own) {
            self.min = find(least);
        }
        if self.max.is_none_or(|(_, own)| most > own) {
            self.max = find(most);
        }
        self.first = self.first.or(Some((first_ms, first)));
        self.last = Some((last_ms, last));
        let base = match carry.base {
            None => {
                self.unbased = self.unbased.saturating_add(1);
                first
            }
            Some((base_ms, base)) => {
                self.gaps = self.gaps.saturating_add(rule.is_gap(base_ms, first_ms).into());
                base
            }
        };
        self.gaps = self.gaps.saturating_add(gaps);
        let (base, falls) = N::count_block(values, base, (least, most), rule, &mut self.increase);
        self.rollovers = self.rollovers.saturating_add(falls.rollovers);
        self.glitches = self.glitches.saturating_add(falls.glitches);
        self.resets = self.resets.saturating_add(falls.resets);
        *carry = Carry { held: self.last, base: Some((last_ms, base)) };
    }

    /// Adds a step alone, from a base that was not known before.
    pub(super) fn add_step(&mut self, step: Step, share: &N::Sum, is_gap: bool) {
        self.tally(step);
        self.increase.merge(share);
        self.gaps = self.gaps.saturating_add(is_gap.into());
        self.unbased = self.unbased.saturating_sub(1);
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of a span, as memory of fixed size keeps them")]
    pub(crate) fn of_parts(
        (count, errors): (u64, u64),
        (sum, integral, increase): (N::Sum, N::Sum, N::Sum),
        cover_ms: u64,
        min: Option<(i64, N)>,
        max: Option<(i64, N)>,
        first: Option<(i64, N)>,
        last: Option<(i64, N)>,
        [unbased, resets, rollovers, glitches, gaps]: [u64; 5],
    ) -> Self {
        Partial {
            count,
            errors,
            sum,
            integral,
            cover_ms,
            min,
            max,
            first,
            last,
            increase,
            unbased,
            resets,
            rollovers,
            glitches,
            gaps,
        }
    }
}

/// The one that is better, the earlier of two that are alike.
fn chosen<N: Number>(
    left: Option<(i64, N)>,
    right: Option<(i64, N)>,
    is_better: impl Fn(N, N) -> bool,
) -> Option<(i64, N)> {
    let (Some(own), Some(other)) = (left, right) else {
        return left.or(right);
    };
    let is_other = is_better(other.1, own.1) || !is_better(own.1, other.1) && other.0 < own.0;
    Some(if is_other { other } else { own })
}

/// What goes on past the end of a span: the value that holds, and the base of the counter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Carry<N> {
    /// The last reading, if it has a value.
    held: Option<(i64, N)>,
    /// Instant of the last reading with a value, and what the next step is reckoned from.
    base: Option<(i64, N)>,
}

impl<N> Default for Carry<N> {
    fn default() -> Self {
        Carry { held: None, base: None }
    }
}

impl<N: Number> Carry<N> {
    /// After these readings, in order of time.
    #[must_use]
    pub fn after(mut self, readings: &[Reading<N>], rule: &Rule) -> Self {
        readings.iter().for_each(|reading| self.follow(*reading, rule));
        self
    }

    /// The last reading, if it has a value: its instant and value.
    pub const fn held(&self) -> Option<(i64, N)> {
        self.held
    }

    /// The value that the next step of a counter is reckoned from.
    pub fn base(&self) -> Option<N> {
        self.base.map(|(_, base)| base)
    }

    /// The value that holds at an instant not before the last reading.
    pub fn value_at(&self, at_ms: i64, rule: &Rule) -> Option<N> {
        let (from_ms, value) = self.held?;
        (at_ms < rule.end_of_hold(from_ms)).then_some(value)
    }

    /// The instant of the base's reading, and the base.
    pub(crate) const fn base_at(&self) -> Option<(i64, N)> {
        self.base
    }

    pub(crate) const fn of_parts(held: Option<(i64, N)>, base: Option<(i64, N)>) -> Self {
        Carry { held, base }
    }

    pub(super) fn follow(&mut self, reading: Reading<N>, rule: &Rule) {
        self.held = reading.value().map(|value| (reading.at_ms(), value));
        if let Some(value) = reading.value() {
            let base = match self.base {
                Some((_, base)) if value.step(base, rule) == Step::Glitch => base,
                _ => value,
            };
            self.base = Some((reading.at_ms(), base));
        }
    }

    /// The same without the value that holds.
    pub(crate) const fn without_value(self) -> Self {
        Carry { held: None, base: self.base }
    }
}
