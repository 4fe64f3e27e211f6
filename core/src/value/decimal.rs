//! Exact decimal numbers of up to 38 digits.

use core::cmp::Ordering;
use core::fmt;

use super::ValueError;

/// An exact decimal: `mantissa × 10^-scale`.
///
/// Trailing zeros are kept (`25.0` is not printed as `25`) but do not count in comparisons.
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    mantissa: i128,
    scale: i16,
}

impl From<i128> for Decimal {
    fn from(number: i128) -> Self {
        Decimal { mantissa: number, scale: 0 }
    }
}

/// `10^exponent`, `None` above 38.
fn power(exponent: u32) -> Option<u128> {
    10u128.checked_pow(exponent)
}

/// Decimal digits of a number; 0 has one.
fn digits(number: u128) -> u32 {
    number.checked_ilog10().map_or(1, |log| log + 1)
}

impl Decimal {
    /// 0.
    pub const ZERO: Decimal = Decimal { mantissa: 0, scale: 0 };
    /// 1.
    pub const ONE: Decimal = Decimal { mantissa: 1, scale: 0 };

    /// `mantissa × 10^-scale`, within ±10^±2000 so that sums of scales stay in range.
    pub(super) fn new(mantissa: i128, scale: i16) -> Option<Self> {
        (-2000..=2000).contains(&scale).then_some(Decimal { mantissa, scale })
    }

    /// Reads `[+-]digits[.digits]` with at least one digit and at most 38 that count.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let bytes = text.as_bytes();
        let negative = bytes.first() == Some(&b'-');
        let start = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
        let (mut mantissa, mut scale, mut point, mut seen) = (0i128, 0i16, false, false);
        for (offset, byte) in bytes.iter().enumerate().skip(start) {
            match byte {
                b'0'..=b'9' => {
                    let digit = i128::from(byte - b'0');
                    mantissa = mantissa
                        .checked_mul(10)
                        .and_then(|m| m.checked_add(digit))
                        .filter(|m| digits(m.unsigned_abs()) <= 38)
                        .ok_or(ValueError::NumberTooLong)?;
                    seen = true;
                    if point {
                        scale = scale.checked_add(1).filter(|s| *s <= 1000).ok_or(ValueError::NumberTooLong)?;
                    }
                }
                b'.' if !point => point = true,
                _ => return Err(ValueError::NumberSyntax { offset }),
            }
        }
        if !seen {
            return Err(ValueError::NumberSyntax { offset: bytes.len() });
        }
        Ok(Decimal { mantissa: if negative { -mantissa } else { mantissa }, scale })
    }

    /// Digits behind the point; 0 for a whole number.
    pub fn decimals(&self) -> u16 {
        u16::try_from(self.scale).unwrap_or(0)
    }

    /// Whether it is 0.
    pub const fn is_zero(&self) -> bool {
        self.mantissa == 0
    }

    /// The same number without trailing zeros behind the point.
    #[must_use]
    pub fn trimmed(self) -> Self {
        let Decimal { mut mantissa, mut scale } = self;
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        Decimal { mantissa, scale }
    }

    /// The product with the decimals of both; `None` beyond 38 digits.
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        let mantissa = self.mantissa.checked_mul(other.mantissa)?;
        Decimal::new(mantissa, self.scale.checked_add(other.scale)?)
    }

    /// The sum with the decimals of the longer one; `None` beyond 38 digits.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        if other.is_zero() && other.scale <= self.scale {
            return Some(self);
        }
        let scale = self.scale.max(other.scale);
        let mantissa = self.rescaled(scale)?.checked_add(other.rescaled(scale)?)?;
        Decimal::new(mantissa, scale)
    }

    /// The number with the other sign.
    #[must_use]
    pub fn negated(self) -> Self {
        Decimal { mantissa: self.mantissa.saturating_neg(), ..self }
    }

    /// Mantissa at a larger scale.
    fn rescaled(self, scale: i16) -> Option<i128> {
        if self.is_zero() {
            return Some(0);
        }
        let up = u32::try_from(scale.checked_sub(self.scale)?).ok()?;
        self.mantissa.checked_mul(i128::try_from(power(up)?).ok()?)
    }

    /// `self / divisor` as numerator and denominator of whole numbers.
    fn ratio(self, divisor: Self) -> Option<(i128, i128)> {
        let shift = divisor.scale.checked_sub(self.scale)?;
        let up = |mantissa: i128, by: i16| mantissa.checked_mul(i128::try_from(power(u32::try_from(by).ok()?)?).ok()?);
        if shift >= 0 {
            Some((up(self.mantissa, shift)?, divisor.mantissa))
        } else {
            Some((self.mantissa, up(divisor.mantissa, shift.checked_neg()?)?))
        }
    }

    /// The quotient's whole part, toward zero; `None` for a divisor of 0 or beyond 38 digits.
    pub fn div_truncated(self, divisor: Self) -> Option<i128> {
        if self.is_zero() && !divisor.is_zero() {
            return Some(0);
        }
        let (numerator, denominator) = self.ratio(divisor)?;
        numerator.checked_div(denominator)
    }

    /// The quotient cut off behind at least 20 digits, the last of them not 0 where something was
    /// cut: it then rounds to the same float as the quotient itself.
    pub(super) fn div_for_float(self, divisor: Self) -> Option<Self> {
        let (numerator, denominator) = self.ratio(divisor)?;
        let (mut numerator, mut scale) = (numerator, 0i16);
        let negative = (numerator < 0) != (denominator < 0);
        let denominator = denominator.unsigned_abs();
        let mut rest = numerator.unsigned_abs();
        let mut quotient = rest.checked_div(denominator)?;
        rest %= denominator;
        while rest != 0 && quotient < 1_000_000_000_000_000_000_000 && scale < 400 {
            rest = rest.checked_mul(10)?;
            quotient = quotient.checked_mul(10)?.checked_add(rest / denominator)?;
            rest %= denominator;
            scale += 1;
        }
        if rest != 0 && quotient % 5 == 0 {
            quotient = quotient.checked_add(1)?;
        }
        numerator = i128::try_from(quotient).ok()?;
        Decimal::new(if negative { -numerator } else { numerator }, scale)
    }

    /// Rounded half away from zero to this many decimals, and padded to them.
    #[must_use]
    pub fn rounded(self, decimals: u8) -> Self {
        let wanted = i16::from(decimals);
        if self.scale <= wanted {
            // A number too long to be padded keeps the digits that it has.
            return self.rescaled(wanted).map_or(self, |mantissa| Decimal { mantissa, scale: wanted });
        }
        let cut = u32::try_from(self.scale - wanted).ok().and_then(power).and_then(|power| i128::try_from(power).ok());
        let mantissa = cut.map_or(0, |cut| {
            let (whole, rest) = (self.mantissa / cut, self.mantissa % cut);
            let away = rest.unsigned_abs() >= cut.unsigned_abs().div_ceil(2);
            if away { whole + self.mantissa.signum() } else { whole }
        });
        Decimal { mantissa, scale: wanted }
    }

    /// The whole number that it is, `None` with a fraction that is not 0 or beyond 38 digits.
    pub fn to_i128(self) -> Option<i128> {
        let trimmed = self.trimmed();
        if trimmed.scale > 0 { None } else { trimmed.rescaled(0) }
    }

    /// The nearest binary fraction; infinite beyond its range.
    pub fn to_f64(self) -> f64 {
        self.to_float()
    }

    pub(super) fn to_float<F: core::str::FromStr + Default>(self) -> F {
        let mut text = super::float::Text::default();
        // 41 characters of mantissa and 6 of exponent always fit.
        let _ = fmt::Write::write_fmt(&mut text, format_args!("{}e{}", self.mantissa, -i32::from(self.scale)));
        text.as_str().parse().unwrap_or_default()
    }
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
        let sign = self.mantissa.signum();
        if sign != other.mantissa.signum() || sign == 0 {
            return sign.cmp(&other.mantissa.signum());
        }
        let (a, b) = (self.mantissa.unsigned_abs(), other.mantissa.unsigned_abs());
        let place = |mantissa: u128, scale: i16| i64::from(digits(mantissa)) - i64::from(scale);
        let magnitude = place(a, self.scale).cmp(&place(b, other.scale)).then_with(|| {
            // The same number of digits before the point: aligning adds at most 38 zeros, and an
            // overflow then means the larger number.
            let up =
                |mantissa: u128, by: i32| u32::try_from(by).ok().and_then(power).and_then(|p| mantissa.checked_mul(p));
            let shift = i32::from(other.scale) - i32::from(self.scale);
            if shift >= 0 {
                up(a, shift).map_or(Ordering::Greater, |a| a.cmp(&b))
            } else {
                up(b, -shift).map_or(Ordering::Less, |b| a.cmp(&b))
            }
        });
        if sign < 0 { magnitude.reverse() } else { magnitude }
    }
}

/// Plain digits with a point and no exponent; 0 has no sign.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.mantissa < 0 {
            f.write_str("-")?;
        }
        let mantissa = self.mantissa.unsigned_abs();
        let Ok(scale) = u16::try_from(self.scale) else {
            write!(f, "{mantissa}")?;
            let zeros = if mantissa == 0 { 0 } else { self.scale.unsigned_abs() };
            return (0..zeros).try_for_each(|_| f.write_str("0"));
        };
        if scale == 0 {
            return write!(f, "{mantissa}");
        }
        match power(scale.into()) {
            Some(power) => write!(f, "{}.{:0width$}", mantissa / power, mantissa % power, width = scale.into()),
            None => write!(f, "0.{mantissa:0width$}", width = scale.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn text_goes_in_and_comes_out() {
        for text in ["0", "25.0", "-0.001", "18446744073709551615", "99999999999999999999999999999999999999"] {
            assert_eq!(decimal(text).to_string(), text);
        }
        assert_eq!(decimal("-0").to_string(), "0");
        assert_eq!(decimal("+.5").to_string(), "0.5");
        assert_eq!(decimal("007.").to_string(), "7");
        for (text, offset) in [("", 0), ("-", 1), (".", 1), ("1,5", 1), ("1e3", 1), ("1.2.3", 3), (" 1", 0)] {
            assert_eq!(Decimal::parse(text), Err(ValueError::NumberSyntax { offset }), "{text}");
        }
        assert_eq!(Decimal::parse(&"9".repeat(39)), Err(ValueError::NumberTooLong));
    }

    #[test]
    fn arithmetic_is_exact() {
        let product = decimal("255").checked_mul(decimal("0.1")).unwrap();
        assert_eq!(product.to_string(), "25.5");
        assert_eq!(product.checked_add(decimal("-0.05")).unwrap().to_string(), "25.45");
        assert_eq!(decimal("22.22").div_truncated(Decimal::ONE), Some(22));
        assert_eq!(decimal("-22.99").div_truncated(Decimal::ONE), Some(-22));
        assert_eq!(decimal("25.0").div_truncated(decimal("0.1")), Some(250));
        assert_eq!(decimal("1").div_truncated(Decimal::ZERO), None);
        assert_eq!(decimal("1").div_for_float(decimal("3")).unwrap().to_f64(), 1.0 / 3.0);
    }

    #[test]
    fn order_ignores_trailing_zeros_and_survives_extremes() {
        assert_eq!(decimal("25.0"), decimal("25"));
        assert!(decimal("-1") < decimal("0.5"));
        assert!(decimal("0.30") > decimal("0.299999999999999999999999999999"));
        let huge = Decimal::new(i128::MAX, -2000).unwrap();
        let tiny = Decimal::new(1, 2000).unwrap();
        assert!(tiny < huge && huge.negated() < tiny && Decimal::ZERO < tiny);
        assert!(Decimal::new(i128::MIN, 0).unwrap() < Decimal::new(i128::MIN, 1).unwrap());
    }

    #[test]
    fn rounding_goes_half_away_from_zero() {
        for (text, decimals, want) in [
            ("2.5", 0, "3"),
            ("-2.5", 0, "-3"),
            ("2.49", 0, "2"),
            ("1.005", 2, "1.01"),
            ("5", 2, "5.00"),
            ("-0.4", 0, "0"),
        ] {
            assert_eq!(decimal(text).rounded(decimals).to_string(), want, "{text}");
        }
        assert_eq!(Decimal::new(123, 60).unwrap().rounded(3).to_string(), "0.000");
    }
}
