//! From sums of whole numbers to values (AGGREGATION.md 4.3): divided once.

use super::{AggregateError, Counted, Partial};
use crate::value::{Codec, Decimal};

/// What a register's number stands for: `raw × multiplier + shift`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    multiplier: Decimal,
    shift: Decimal,
}

impl Default for Scale {
    fn default() -> Self {
        Scale { multiplier: Decimal::ONE, shift: Decimal::ZERO }
    }
}

impl Scale {
    /// As in the parameter's settings.
    pub const fn new(multiplier: Decimal, shift: Decimal) -> Scale {
        Scale { multiplier: multiplier.trimmed(), shift: shift.trimmed() }
    }

    /// That of a parameter.
    #[must_use]
    pub fn of(codec: &Codec) -> Scale {
        let (multiplier, shift) = codec.sample_scale();
        Scale::new(multiplier, shift)
    }

    /// `raw × 10^-decimals`.
    ///
    /// # Errors
    /// [`AggregateError::SumOverflow`] beyond 1000 decimals.
    pub fn of_decimals(decimals: u16) -> Result<Scale, AggregateError> {
        let exponent = i16::try_from(decimals).map_err(|_| AggregateError::SumOverflow)?;
        let multiplier = Decimal::new(1, exponent.saturating_neg()).map_err(|_| AggregateError::SumOverflow)?;
        Ok(Scale::new(multiplier, Decimal::ZERO))
    }

    /// The time-weighted mean, rounded once; `None` without cover.
    ///
    /// # Errors
    /// [`AggregateError::SumOverflow`] if exact arithmetic in 128 bits does not hold it.
    pub fn mean(&self, partial: &Partial<i64>) -> Result<Option<f64>, AggregateError> {
        self.weighted(*partial.integral(), partial.cover_ms(), partial.cover_ms())
    }

    /// The mean of the readings, each counted once.
    ///
    /// # Errors
    /// As [`Scale::mean`].
    pub fn sample_mean(&self, partial: &Partial<i64>) -> Result<Option<f64>, AggregateError> {
        self.weighted(*partial.sum(), partial.count(), partial.count())
    }

    /// The integral over milliseconds, divided by `per_ms` and rounded once: 3,600,000 gives watt hours of
    /// watts.
    ///
    /// # Errors
    /// As [`Scale::mean`].
    pub fn integral(&self, partial: &Partial<i64>, per_ms: u64) -> Result<Option<f64>, AggregateError> {
        self.weighted(*partial.integral(), partial.cover_ms(), per_ms)
    }

    /// What a counter counted, times the multiplier, without shift (DOMAIN.md A-10).
    ///
    /// # Errors
    /// As [`Scale::mean`].
    pub fn increase(&self, partial: &Partial<i64>) -> Result<Option<f64>, AggregateError> {
        let Some(increase) = partial.increase() else {
            return Ok(None);
        };
        Scale { shift: Decimal::ZERO, ..*self }.weighted(*increase, 0, 1)
    }

    /// What a counter counted, times the multiplier, without shift, exact; `None` if nothing was counted, or if it
    /// has too many digits.
    #[must_use]
    pub fn counted(&self, counted: &Counted<i64>) -> Option<Decimal> {
        Decimal::new(*counted.increase()?, 0).ok()?.checked_mul(self.multiplier)
    }

    /// The same as far as it is known: the steps behind the first reading of all, where that lies in the span.
    #[must_use]
    pub fn known_counted(&self, counted: &Counted<i64>) -> Option<Decimal> {
        Decimal::new(*counted.known_increase()?, 0).ok()?.checked_mul(self.multiplier)
    }

    /// A single value, exact; `None` if it has too many digits.
    #[must_use]
    pub fn value(&self, raw: i64) -> Option<Decimal> {
        Decimal::from(raw).checked_mul(self.multiplier)?.checked_add(self.shift)
    }

    /// `(sum × multiplier + weight × shift) × factor × 10^power`, a whole number.
    pub(super) fn units(&self, sum: i128, weight: u64, power: i16, factor: i128) -> Result<i128, AggregateError> {
        let whole = || {
            let (total, exponent) = self.scaled(sum, weight)?;
            let power = u32::try_from(exponent.checked_add(power)?).ok()?;
            total.checked_mul(factor)?.checked_mul(10i128.checked_pow(power)?)
        };
        whole().ok_or(AggregateError::SumOverflow)
    }

    /// `(sum × multiplier + weight × shift) / divisor`.
    fn weighted(&self, sum: i128, weight: u64, divisor: u64) -> Result<Option<f64>, AggregateError> {
        // A common divisor taken out leaves room for the multiplier.
        let common = common_divisor(sum.unsigned_abs(), common_divisor(weight.into(), divisor.into()));
        let reduced = || {
            let weight = u128::from(weight).checked_div(common)?;
            let sum = sum.checked_div(i128::try_from(common).ok()?)?;
            self.scaled(sum, u64::try_from(weight).ok()?)
        };
        if divisor == 0 {
            return Ok(None);
        }
        let (total, exponent) = reduced().ok_or(AggregateError::SumOverflow)?;
        let divisor = u128::from(divisor).checked_div(common).unwrap_or(0);
        Ok(quotient(total, divisor, exponent.into()).filter(|value| value.is_finite()))
    }

    /// `sum × multiplier + weight × shift` as a number and a power of ten; `None` if it does not fit.
    fn scaled(&self, sum: i128, weight: u64) -> Option<(i128, i16)> {
        let (factor, exponent) = self.multiplier.parts();
        let product = sum.checked_mul(factor)?;
        if self.shift.is_zero() || weight == 0 {
            return Some((product, exponent));
        }
        let (shift, shift_exponent) = self.shift.parts();
        let lower = exponent.min(shift_exponent);
        let at = |number: i128, exponent: i16| {
            let power = u32::try_from(exponent.checked_sub(lower)?).ok()?;
            number.checked_mul(10i128.checked_pow(power)?)
        };
        let moved = at(i128::from(weight).checked_mul(shift)?, shift_exponent)?;
        Some((at(product, exponent)?.checked_add(moved)?, lower))
    }
}

/// `numerator / denominator × 10^exponent`, rounded once, ties to even.
pub(super) fn quotient(numerator: i128, denominator: u128, exponent: i32) -> Option<f64> {
    // Where both are whole numbers that binary64 holds, one division rounds once.
    let power = 10u128.checked_pow(exponent.min(0).unsigned_abs());
    let small = |number: u128| u64::try_from(number).ok().filter(|number| *number <= 1 << 53);
    if let (true, Some(magnitude), Some(divisor)) = (
        exponent <= 0 && denominator != 0,
        small(numerator.unsigned_abs()),
        power.and_then(|power| denominator.checked_mul(power)).and_then(small),
    ) {
        let magnitude = magnitude as f64 / divisor as f64;
        return Some(if numerator < 0 { -magnitude } else { magnitude });
    }
    Decimal::quotient_f64(numerator, denominator, exponent)
}

/// The greatest common divisor; the other of the two if one is 0.
fn common_divisor(mut left: u128, mut right: u128) -> u128 {
    while let Some(rest) = left.checked_rem(right) {
        (left, right) = (right, rest);
    }
    left
}

#[cfg(test)]
mod tests {
    use num_bigint::BigInt;

    use super::*;
    use crate::aggregate::random::Random;
    use crate::aggregate::{Reading, Rule, partial};

    #[test]
    fn a_quotient_is_the_nearest_number() {
        let mut random = Random(5);
        for _ in 0..3000 {
            let numerator =
                (i128::from(random.next().cast_signed()) << 64 | i128::from(random.next())) >> random.below(127);
            let denominator = (u128::from(random.next()) << 64 | u128::from(random.next())) >> random.below(127);
            let decimals = random.below(8) as u32;
            let denominator = denominator.max(1);
            let got = quotient(numerator, denominator, -(decimals as i32)).unwrap();
            if numerator == 0 {
                assert_eq!(got, 0.0);
                continue;
            }
            // In units of 2^-400, of which every number met here is a whole count.
            let units = |number: f64| {
                let bits = number.abs().to_bits();
                let magnitude = BigInt::from(bits & ((1 << 52) - 1) | 1 << 52) << ((bits >> 52) + 400 - 1075);
                if number < 0.0 { -magnitude } else { magnitude }
            };
            let scaled = BigInt::from(denominator) * BigInt::from(10).pow(decimals);
            let exact = BigInt::from(numerator) << 400;
            let distance = |number: f64| {
                let distance: BigInt = units(number) * &scaled - &exact;
                distance.magnitude().clone()
            };
            for other in [got.next_up(), got.next_down()] {
                let (own, others) = (distance(got), distance(other));
                assert!(own < others || own == others && got.to_bits().is_multiple_of(2), "{numerator}/{denominator}");
            }
        }
    }

    #[test]
    fn tenths_stay_tenths() {
        // 22.5 °C for 10 s and 23.0 °C for 20 s; registers in tenths, from -40 °C on.
        let readings = [Reading::new(0, 625), Reading::new(10_000, 630)];
        let partial = partial(&readings, 0, 30_000, &Rule::default()).unwrap();
        let scale = Scale::new(Decimal::parse("0.1").unwrap(), Decimal::parse("-40").unwrap());
        assert_eq!(scale.mean(&partial), Ok(Some(22.5 + 1.0 / 3.0)));
        assert_eq!(scale.sample_mean(&partial), Ok(Some(22.75)));
        assert_eq!(scale.integral(&partial, 1000), Ok(Some(685.0)));
        assert_eq!(scale.value(625).unwrap().to_string(), "22.5");
        assert_eq!(Scale::of_decimals(1).unwrap().mean(&partial), Ok(Some(188.5 / 3.0)));
        assert_eq!(scale.mean(&Partial::default()), Ok(None));
        assert_eq!(scale.increase(&partial), Ok(None), "no reading before the span");
        assert!(Scale::of_decimals(u16::MAX).is_err());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let readings = [Reading::new(i64::MIN, i64::MAX), Reading::new(i64::MAX - 4, 3)];
        let partial = partial(&readings, i64::MIN, i64::MAX, &Rule::default()).unwrap();
        assert_eq!(partial.cover_ms(), u64::MAX);
        let scale = Scale::new(Decimal::parse("1234567890.123456789").unwrap(), Decimal::ONE);
        assert_eq!(scale.mean(&partial), Err(AggregateError::SumOverflow));
        assert!(Scale::default().mean(&partial).unwrap().unwrap() > 9.2e18);
    }
}
