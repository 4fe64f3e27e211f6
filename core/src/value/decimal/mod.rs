//! Exact decimal numbers.

mod binary;
mod division;
mod parser;
#[cfg(test)]
mod tests;

use core::cmp::Ordering;
use core::fmt;

use self::binary::{BINARY32, BINARY64, Format, nearest, shortest};
use self::division::Division;
pub(super) use self::parser::{Parser, Scanned};
use super::{ValueError, number};

/// An exact decimal number, `mantissa × 10^exponent`, with at most [`Decimal::MAX_DIGITS`] digits.
///
/// Equality and order are those of the number, while printing keeps the decimals it was made
/// with: `25.0 == 25`, yet each prints as written. There is no negative zero.
///
/// `Display` never uses an exponent. With a precision (`{:.2}`) it rounds half away from zero
/// and fills up with zeros.
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    mantissa: i128,
    exponent: i16,
}

/// Mantissas stay below it, so that a remainder times ten still fits 128 bits.
const MANTISSA_LIMIT: u128 = 10u128.pow(Decimal::MAX_DIGITS);

/// The powers of ten that binary64 holds exactly.
pub(super) static EXACT_POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// The powers of ten by which 63 bits still fit 128.
static SHORT_POWERS: [i64; 19] = {
    let mut powers = [1; 19];
    let mut rest = powers.as_mut_slice();
    let mut power: i64 = 1;
    while let Some((first, behind)) = rest.split_first_mut() {
        *first = power;
        power = power.wrapping_mul(10);
        rest = behind;
    }
    powers
};

impl Decimal {
    /// 0.
    pub const ZERO: Decimal = Decimal { mantissa: 0, exponent: 0 };
    /// 1.
    pub const ONE: Decimal = Decimal { mantissa: 1, exponent: 0 };
    /// Digits of the mantissa at most.
    pub const MAX_DIGITS: u32 = 37;
    /// Largest magnitude of the exponent. Far beyond binary64's own -324..=308.
    pub const MAX_EXPONENT: i16 = 1000;

    /// `mantissa × 10^exponent`.
    ///
    /// # Errors
    /// [`ValueError::NumberTooLong`] beyond [`Decimal::MAX_DIGITS`] or [`Decimal::MAX_EXPONENT`].
    pub const fn new(mantissa: i128, exponent: i16) -> Result<Decimal, ValueError> {
        if mantissa.unsigned_abs() >= MANTISSA_LIMIT || exponent > Self::MAX_EXPONENT || exponent < -Self::MAX_EXPONENT
        {
            return Err(ValueError::NumberTooLong);
        }
        // Zero has decimals, but no zeros before the point.
        let exponent = if mantissa == 0 && exponent > 0 { 0 } else { exponent };
        Ok(Decimal { mantissa, exponent })
    }

    /// Reads decimal text: `22`, `-0.5`, `+1`, `.5`, `1e-3`. No spaces, no comma.
    ///
    /// # Errors
    /// [`ValueError::NumberSyntax`] with the byte where a digit or the end was expected;
    /// [`ValueError::NumberTooLong`] if it has too many digits.
    pub fn parse(text: &str) -> Result<Decimal, ValueError> {
        Parser::new(text).decimal()
    }

    /// The shortest decimal that reads back as this binary32 number; `None` for NaN and
    /// infinities.
    #[must_use]
    pub fn from_f32(number: f32) -> Option<Decimal> {
        number.is_finite().then(|| Self::from_binary(number.to_bits().into(), number < 0.0, BINARY32))
    }

    /// The shortest decimal that reads back as this binary64 number; `None` for NaN and
    /// infinities.
    #[must_use]
    pub fn from_f64(number: f64) -> Option<Decimal> {
        number.is_finite().then(|| Self::from_binary(number.to_bits(), number < 0.0, BINARY64))
    }

    fn from_binary(bits: u64, is_negative: bool, format: Format) -> Decimal {
        let (digits, exponent) = shortest(bits, format);
        let digits = i128::from(digits);
        Decimal { mantissa: if is_negative { digits.saturating_neg() } else { digits }, exponent }
    }

    /// The nearest binary64 number, ties to even; infinite beyond its range.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        // Where both are exact, one operation of the processor rounds once (Clinger 1990).
        #[cfg(not(target_os = "none"))]
        if let (Ok(mantissa), Some(power)) =
            (u64::try_from(self.mantissa.unsigned_abs()), EXACT_POWERS.get(usize::from(self.exponent.unsigned_abs())))
            && mantissa <= 1 << 53
        {
            let magnitude = mantissa as f64;
            let magnitude = if self.exponent < 0 { magnitude / power } else { magnitude * power };
            return if self.mantissa < 0 { -magnitude } else { magnitude };
        }
        let bits = nearest(self.mantissa.unsigned_abs(), 1, self.exponent.into(), BINARY64);
        let magnitude = f64::from_bits(bits);
        if self.mantissa < 0 { -magnitude } else { magnitude }
    }

    /// The integer, if it is one and fits 128 bits.
    #[must_use]
    pub fn to_i128(&self) -> Option<i128> {
        let power = power_of_ten(self.exponent.unsigned_abs().into());
        if self.exponent >= 0 {
            return self.mantissa.checked_mul(power?);
        }
        // More decimals than digits: below one, so only zero is integral.
        let Some(power) = power else {
            return (self.mantissa == 0).then_some(0);
        };
        let fraction = self.mantissa.checked_rem(power)?;
        if fraction == 0 { self.mantissa.checked_div(power) } else { None }
    }

    pub(super) const fn mantissa(&self) -> i128 {
        self.mantissa
    }

    pub(super) const fn exponent(&self) -> i16 {
        self.exponent
    }

    /// Digits after the point, trailing zeros counted: 1 for `25.0`.
    #[must_use]
    pub const fn decimals(&self) -> u16 {
        if self.exponent < 0 { self.exponent.unsigned_abs() } else { 0 }
    }

    /// Mantissa and exponent.
    pub(crate) const fn parts(&self) -> (i128, i16) {
        (self.mantissa, self.exponent)
    }

    /// Whether the number is zero.
    #[must_use]
    pub const fn is_zero(&self) -> bool {
        self.mantissa == 0
    }

    /// Prints the plain text, as `Display` does, but for less than the machinery of `format_args!` takes.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        number::print_decimal(*self, &number::PLAIN, 0, None, out)
    }

    /// The same number without trailing zeros: `25.0` becomes `25`.
    #[must_use]
    pub const fn trimmed(self) -> Decimal {
        let Decimal { mut mantissa, mut exponent } = self;
        if mantissa == 0 {
            return Decimal::ZERO;
        }
        while mantissa % 10 == 0 && exponent < Self::MAX_EXPONENT {
            mantissa /= 10;
            exponent = exponent.saturating_add(1);
        }
        Decimal { mantissa, exponent }
    }

    /// At most `decimals` digits after the point, half away from zero.
    #[must_use]
    pub fn rounded(self, decimals: u16) -> Decimal {
        self.rounded_at(0i16.saturating_sub_unsigned(decimals))
    }

    /// Nothing below `10^exponent`, half away from zero.
    fn rounded_at(self, exponent: i16) -> Decimal {
        let Ok(dropped @ 1..) = u32::try_from(exponent.saturating_sub(self.exponent)) else {
            return self;
        };
        let zero = Decimal { mantissa: 0, exponent: exponent.min(0) };
        // A power beyond 128 bits is more than twice any mantissa.
        let Some(power) = power_of_ten(dropped) else {
            return zero;
        };
        let (Some(quotient), Some(rest)) = (self.mantissa.checked_div(power), self.mantissa.checked_rem(power)) else {
            return zero;
        };
        let away = rest.unsigned_abs() >= power.unsigned_abs().div_ceil(2);
        let step = if away { self.mantissa.signum() } else { 0 };
        let mantissa = quotient.saturating_add(step);
        if mantissa == 0 { zero } else { Decimal { mantissa, exponent } }
    }

    /// The sum, exact, with the decimals of the finer operand; `None` if it has too many digits.
    #[must_use]
    pub fn checked_add(self, other: Decimal) -> Option<Decimal> {
        self.add_aligned(other).or_else(|| match (self.trimmed(), other.trimmed()) {
            (sum, zero) | (zero, sum) if zero.is_zero() => Some(sum),
            (left, right) => left.add_aligned(right),
        })
    }

    /// The sum; of one with more digits than there is room for, the first ones.
    pub(super) fn add_rounded(self, other: Decimal) -> Option<Decimal> {
        self.checked_add(other).or_else(|| {
            let magnitude = self.magnitude().max(other.magnitude());
            // One digit is left for a carry.
            let lowest = magnitude.saturating_add(1).saturating_sub_unsigned(Self::MAX_DIGITS);
            let lowest = i16::try_from(lowest).ok()?;
            Some(self.rounded_at(lowest).checked_add(other.rounded_at(lowest))?.trimmed())
        })
    }

    fn add_aligned(self, other: Decimal) -> Option<Decimal> {
        let exponent = self.exponent.min(other.exponent);
        let sum = self.mantissa_at(exponent)?.checked_add(other.mantissa_at(exponent)?)?;
        Decimal::new(sum, exponent).ok()
    }

    /// The difference, exact, with the decimals of the finer operand; `None` if it has too many
    /// digits.
    #[must_use]
    pub fn checked_sub(self, other: Decimal) -> Option<Decimal> {
        self.checked_add(other.negated())
    }

    pub(super) const fn negated(self) -> Decimal {
        Decimal { mantissa: self.mantissa.saturating_neg(), ..self }
    }

    /// The product, exact, with the decimals of both operands, so that `250 × 0.1` is `25.0`;
    /// `None` if it has too many digits.
    #[must_use]
    pub fn checked_mul(self, other: Decimal) -> Option<Decimal> {
        let product = |left: Decimal, right: Decimal| {
            let mantissa = left.mantissa.checked_mul(right.mantissa)?;
            Decimal::new(mantissa, left.exponent.saturating_add(right.exponent)).ok()
        };
        product(self, other).or_else(|| product(self.trimmed(), other.trimmed()))
    }

    /// The quotient, truncated toward zero; `None` for division by zero and beyond 128 bits.
    #[must_use]
    pub fn div_truncated(self, other: Decimal) -> Option<i128> {
        let mut division = Division::new(self, other)?;
        while division.exponent > 0 && division.remainder != 0 {
            let digit = division.next_digit()?;
            division.quotient = division.quotient.checked_mul(10)?.checked_add(digit)?;
        }
        let power = power_of_ten(division.exponent.unsigned_abs());
        let quotient = if division.quotient == 0 {
            0
        } else if division.exponent >= 0 {
            division.quotient.checked_mul(power?.unsigned_abs())?
        } else {
            power.map_or(Some(0), |power| division.quotient.checked_div(power.unsigned_abs()))?
        };
        let quotient = i128::try_from(quotient).ok()?;
        if division.negative { quotient.checked_neg() } else { Some(quotient) }
    }

    /// The quotient rounded once, to the nearest binary32 number, ties to even, infinite beyond its
    /// range; `None` for division by zero.
    pub(super) fn div_f32(self, other: Decimal) -> Option<f32> {
        let bits = u32::try_from(self.div_binary(other, BINARY32)?).ok()?;
        let magnitude = f32::from_bits(bits);
        Some(if (self.mantissa < 0) != (other.mantissa < 0) { -magnitude } else { magnitude })
    }

    /// The same to the nearest binary64 number.
    pub(super) fn div_f64(self, other: Decimal) -> Option<f64> {
        let magnitude = f64::from_bits(self.div_binary(other, BINARY64)?);
        Some(if (self.mantissa < 0) != (other.mantissa < 0) { -magnitude } else { magnitude })
    }

    /// `numerator / denominator × 10^exponent` rounded once, to the nearest binary64 number, ties to
    /// even; infinite beyond its range; `None` for division by zero.
    pub(crate) fn quotient_f64(numerator: i128, denominator: u128, exponent: i32) -> Option<f64> {
        if denominator == 0 {
            return None;
        }
        let magnitude = f64::from_bits(nearest(numerator.unsigned_abs(), denominator, exponent, BINARY64));
        Some(if numerator < 0 { -magnitude } else { magnitude })
    }

    fn div_binary(self, other: Decimal, format: Format) -> Option<u64> {
        if other.is_zero() {
            return None;
        }
        let exponent = i32::from(self.exponent).checked_sub(other.exponent.into())?;
        Some(nearest(self.mantissa.unsigned_abs(), other.mantissa.unsigned_abs(), exponent, format))
    }

    fn mantissa_at(&self, exponent: i16) -> Option<i128> {
        let power = self.exponent.checked_sub(exponent)?;
        self.mantissa.checked_mul(power_of_ten(power.unsigned_abs().into())?)
    }

    /// Power of ten just above the number's first digit.
    fn magnitude(&self) -> i32 {
        let digits = self.mantissa.unsigned_abs().checked_ilog10().map_or(0, |log| log.saturating_add(1));
        i32::from(self.exponent).saturating_add_unsigned(digits)
    }
}

/// `10^power`, if it fits.
fn power_of_ten(power: u32) -> Option<i128> {
    10i128.checked_pow(power)
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        // Readings and thresholds: short numbers with about as many decimals.
        if let (Ok(own), Ok(others), Some(power)) = (
            i64::try_from(self.mantissa),
            i64::try_from(other.mantissa),
            SHORT_POWERS.get(usize::from(self.exponent.abs_diff(other.exponent))),
        ) {
            let (own, others, power) = (i128::from(own), i128::from(others), i128::from(*power));
            let is_finer = self.exponent < other.exponent;
            return if is_finer { own.cmp(&(others * power)) } else { (own * power).cmp(&others) };
        }
        let signs = self.mantissa.signum().cmp(&other.mantissa.signum());
        if signs.is_ne() || self.mantissa == 0 {
            return signs;
        }
        let by_magnitude = self.magnitude().cmp(&other.magnitude());
        if by_magnitude.is_ne() {
            return if self.mantissa < 0 { by_magnitude.reverse() } else { by_magnitude };
        }
        // Of one magnitude, so that aligning never needs more than MAX_DIGITS digits.
        let exponent = self.exponent.min(other.exponent);
        self.mantissa_at(exponent).cmp(&other.mantissa_at(exponent))
    }
}

impl core::hash::Hash for Decimal {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        let trimmed = self.trimmed();
        trimmed.mantissa.hash(state);
        trimmed.exponent.hash(state);
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Decimal { mantissa: number.into(), exponent: 0 }
    }
}

impl From<u64> for Decimal {
    fn from(number: u64) -> Self {
        Decimal { mantissa: number.into(), exponent: 0 }
    }
}

impl core::str::FromStr for Decimal {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Decimal::parse(text)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wanted = f.precision().map(|decimals| u16::try_from(decimals).unwrap_or(u16::MAX));
        number::print_decimal(*self, &number::PLAIN, wanted.unwrap_or(0), wanted, f)
    }
}
