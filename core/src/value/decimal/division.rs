//! Long division of mantissas.

use super::Decimal;

/// A long division that gives one more digit each time it is asked.
pub(super) struct Division {
    pub(super) negative: bool,
    pub(super) quotient: u128,
    pub(super) remainder: u128,
    divisor: u128,
    /// The quotient so far stands for `quotient × 10^exponent`.
    pub(super) exponent: i32,
}

impl Division {
    pub(super) fn new(dividend: Decimal, divisor: Decimal) -> Option<Division> {
        let (magnitude, by) = (dividend.mantissa.unsigned_abs(), divisor.mantissa.unsigned_abs());
        Some(Division {
            negative: (dividend.mantissa < 0) != (divisor.mantissa < 0),
            quotient: magnitude.checked_div(by)?,
            remainder: magnitude.checked_rem(by)?,
            divisor: by,
            exponent: i32::from(dividend.exponent).checked_sub(divisor.exponent.into())?,
        })
    }

    pub(super) fn next_digit(&mut self) -> Option<u128> {
        let dividend = self.remainder.checked_mul(10)?;
        self.remainder = dividend.checked_rem(self.divisor)?;
        self.exponent = self.exponent.checked_sub(1)?;
        dividend.checked_div(self.divisor)
    }
}
