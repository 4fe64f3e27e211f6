//! What is summed: whole numbers of registers, and binary fractions.

use core::fmt::Debug;

use super::ExactSum;
use super::block::{self, Falls};
use super::counter::{Rule, Step};

/// A number that readings have: `i64` for registers of integers, scaled by whoever shows them, and `f64`
/// for registers of binary fractions.
pub trait Number: Copy + PartialOrd + Debug + sealed::Sealed {
    /// What sums of it are kept in.
    type Sum: Total<Self>;

    /// Whether it is a number: NaN and infinities are none.
    fn is_number(self) -> bool;

    /// How a counter went from `base` to this.
    fn step(self, base: Self, rule: &Rule) -> Step;

    /// How a counter went from `base` to this, whose share is added to `sum`.
    fn count(self, base: Self, rule: &Rule, sum: &mut Self::Sum) -> Step;

    /// Adds each number once, and each times its weight, of which there may be fewer: at most 512, of at
    /// most 54 bits. `extremes` are the least and the largest number.
    #[doc(hidden)]
    fn add_block(
        numbers: &[Self],
        weights: &[u64],
        extremes: (Self, Self),
        sum: &mut Self::Sum,
        integral: &mut Self::Sum,
    );

    /// Adds the steps of a counter from `base` on; gives the base of the next one.
    #[doc(hidden)]
    fn count_block(
        numbers: &[Self],
        base: Self,
        extremes: (Self, Self),
        rule: &Rule,
        sum: &mut Self::Sum,
    ) -> (Self, Falls);
}

/// An exact sum: the order of its parts never shows.
pub trait Total<N>: Clone + Default + PartialEq + Eq + Debug {
    /// Adds `number × weight`.
    fn add(&mut self, number: N, weight: u64);

    /// Adds another sum.
    fn merge(&mut self, other: &Self);

    /// The sum divided by this and rounded once, ties to even; `None` for division by zero and beyond
    /// the range of binary64.
    fn divided_by(&self, divisor: u64) -> Option<f64>;
}

impl Number for i64 {
    type Sum = i128;

    fn is_number(self) -> bool {
        true
    }

    fn step(self, base: i64, rule: &Rule) -> Step {
        rule.step(base, self).0
    }

    fn count(self, base: i64, rule: &Rule, sum: &mut i128) -> Step {
        let (step, share) = rule.step(base, self);
        *sum = sum.saturating_add(share);
        step
    }

    fn add_block(numbers: &[i64], weights: &[u64], (least, most): (i64, i64), sum: &mut i128, integral: &mut i128) {
        block::add_integers(numbers, weights, most.unsigned_abs().max(least.unsigned_abs()), sum, integral);
    }

    fn count_block(numbers: &[i64], base: i64, extremes: (i64, i64), rule: &Rule, sum: &mut i128) -> (i64, Falls) {
        block::count_integers(numbers, base, extremes, rule, sum)
    }
}

impl Number for f64 {
    type Sum = ExactSum;

    fn is_number(self) -> bool {
        self.is_finite()
    }

    fn step(self, base: f64, _rule: &Rule) -> Step {
        if self >= base {
            Step::Rise
        } else if self >= 0.9 * base {
            Step::Glitch
        } else {
            Step::Reset
        }
    }

    fn count(self, base: f64, rule: &Rule, sum: &mut ExactSum) -> Step {
        let step = self.step(base, rule);
        match step {
            Step::Rise => {
                sum.add(self, 1);
                sum.subtract(base);
            }
            Step::Reset => sum.add(self.max(0.0), 1),
            Step::Glitch | Step::Rollover => {}
        }
        step
    }

    fn add_block(
        numbers: &[f64],
        weights: &[u64],
        (least, most): (f64, f64),
        sum: &mut ExactSum,
        integral: &mut ExactSum,
    ) {
        block::add_fractions(numbers, weights, most.abs().max(least.abs()), sum, integral);
    }

    fn count_block(numbers: &[f64], base: f64, extremes: (f64, f64), _: &Rule, sum: &mut ExactSum) -> (f64, Falls) {
        block::count_fractions(numbers, base, extremes, sum)
    }
}

/// Times of one series never add up to more than 2^64 ms, numbers are at most 2^63: their sums always fit.
/// Only what is merged with itself again and again could reach the ends, and stays there.
impl Total<i64> for i128 {
    fn add(&mut self, number: i64, weight: u64) {
        // Below 2^127.
        let product = i128::from(number).saturating_mul(weight.into());
        *self = self.saturating_add(product);
    }

    fn merge(&mut self, other: &i128) {
        *self = self.saturating_add(*other);
    }

    fn divided_by(&self, divisor: u64) -> Option<f64> {
        super::scale::quotient(*self, divisor.into(), 0)
    }
}

impl Total<f64> for ExactSum {
    fn add(&mut self, number: f64, weight: u64) {
        ExactSum::add(self, number, weight);
    }

    fn merge(&mut self, other: &ExactSum) {
        ExactSum::merge(self, other);
    }

    fn divided_by(&self, divisor: u64) -> Option<f64> {
        ExactSum::divided_by(self, divisor)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for i64 {}
    impl Sealed for f64 {}
}
