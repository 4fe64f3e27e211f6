//! Hold limit and counters (AGGREGATION.md 4.1, 4.7).

use super::AggregateError;

/// How readings of a parameter are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Rule {
    hold_ms: Option<u64>,
    width_bits: Option<u8>,
}

/// How a counter went on from one reading to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It rose or stood still.
    Rise,
    /// It ran over its highest number.
    Rollover,
    /// It fell by at most a tenth: taken as nothing, and the higher number stays the base.
    Glitch,
    /// It began anew from 0.
    Reset,
}

impl Rule {
    /// A value holds for `hold_ms` after its reading, or until the next one if there is none. A counter has
    /// 16, 32, 48 or 64 bits; without a width it never runs over.
    ///
    /// # Errors
    /// [`AggregateError::CounterWidth`] for another width.
    pub const fn new(hold_ms: Option<u64>, width_bits: Option<u8>) -> Result<Rule, AggregateError> {
        match width_bits {
            None | Some(16 | 32 | 48 | 64) => Ok(Rule { hold_ms, width_bits }),
            Some(bits) => Err(AggregateError::CounterWidth { bits }),
        }
    }

    /// The rule for a parameter that is read every so many seconds: a value holds for three periods, at
    /// least 60 s (AGGREGATION.md 4.1).
    #[must_use]
    pub const fn of_period(update_period_sec: u32) -> Rule {
        let periods_ms = update_period_sec as u64 * 3000;
        Rule { hold_ms: Some(if periods_ms > 60_000 { periods_ms } else { 60_000 }), width_bits: None }
    }

    /// Milliseconds for which a value holds; `None` for as long as no other comes.
    pub const fn hold_ms(&self) -> Option<u64> {
        self.hold_ms
    }

    /// Bits of a counter's numbers; `None` of one that never runs over.
    pub const fn width_bits(&self) -> Option<u8> {
        self.width_bits
    }

    /// When the value of a reading ends to hold.
    pub(super) const fn end_of_hold(&self, at_ms: i64) -> i64 {
        match self.hold_ms {
            Some(hold_ms) => at_ms.saturating_add_unsigned(hold_ms),
            None => i64::MAX,
        }
    }

    /// Whether more time passed between two readings than a value holds.
    pub(super) const fn is_gap(&self, from_ms: i64, until_ms: i64) -> bool {
        match self.hold_ms {
            Some(hold_ms) => until_ms.saturating_sub(from_ms).unsigned_abs() > hold_ms,
            None => false,
        }
    }

    /// How a counter went from `base` to `next`, and by how much. Nobody consumes less than nothing: a
    /// counter that begins anew below zero counts nothing, and only numbers of its width run over.
    #[must_use]
    pub fn step(&self, base: i64, next: i64) -> (Step, i128) {
        let (base, next) = (i128::from(base), i128::from(next));
        if next >= base {
            return (Step::Rise, next.saturating_sub(base));
        }
        let width = self.width_bits.map(|bits| 1i128 << bits.min(64));
        let runs_over = |width: &i128| base * 10 > *width * 9 && base < *width && next * 10 < *width && next >= 0;
        if let Some(width) = width.filter(runs_over) {
            return (Step::Rollover, next.saturating_add(width).saturating_sub(base));
        }
        if next * 10 >= base * 9 { (Step::Glitch, 0) } else { (Step::Reset, next.max(0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_width_runs_over_where_its_numbers_end() {
        for bits in [16, 32, 48] {
            let rule = Rule::new(None, Some(bits)).unwrap();
            let top = 1i64 << bits;
            assert_eq!(rule.step(top - 3, 4), (Step::Rollover, 7), "{bits}");
            assert_eq!(rule.step(top - 1, 0), (Step::Rollover, 1));
            let (nine, one) = (top / 10 * 9, top / 10);
            assert_eq!(rule.step(nine, 5), (Step::Reset, 5), "not above nine tenths");
            assert_eq!(rule.step(top - 3, one + 1), (Step::Reset, i128::from(one) + 1), "not below one tenth");
        }
        let widest = Rule::new(None, Some(64)).unwrap();
        assert_eq!(widest.step(i64::MAX, 5), (Step::Reset, 5), "half of what 64 bits count");
        assert_eq!(Rule::new(None, Some(24)), Err(AggregateError::CounterWidth { bits: 24 }));
        assert_eq!(Rule::default().step(65_535, 0), (Step::Reset, 0));
        let narrow = Rule::new(None, Some(16)).unwrap();
        assert_eq!(narrow.step(65_536, 5), (Step::Reset, 5), "no number of 16 bits");
        assert_eq!(narrow.step(65_535, -5), (Step::Reset, 0));
    }

    #[test]
    fn a_dip_up_to_a_tenth_is_no_reset() {
        let rule = Rule::default();
        assert_eq!(rule.step(1000, 999), (Step::Glitch, 0));
        assert_eq!(rule.step(1000, 900), (Step::Glitch, 0));
        assert_eq!(rule.step(1000, 899), (Step::Reset, 899));
        assert_eq!(rule.step(1000, -5), (Step::Reset, 0));
        assert_eq!(rule.step(i64::MIN, i64::MAX), (Step::Rise, u64::MAX.into()));
        assert_eq!(rule.step(i64::MAX, i64::MIN), (Step::Reset, 0));
    }

    #[test]
    fn a_value_holds_for_three_periods_and_at_least_a_minute() {
        assert_eq!(Rule::of_period(10).hold_ms(), Some(60_000));
        assert_eq!(Rule::of_period(900).hold_ms(), Some(2_700_000));
        assert_eq!(Rule::of_period(u32::MAX).end_of_hold(i64::MAX), i64::MAX);
        assert!(Rule::of_period(10).is_gap(i64::MIN, i64::MAX));
    }
}
