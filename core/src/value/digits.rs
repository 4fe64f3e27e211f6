//! Numbers as digits: what is printed, and what plurals depend on.

use super::decimal::{Parser, Scanned};
use super::{Decimal, ValueError};

/// The digits of a decimal number, with the decimals that it was written with. They may be more than
/// those of a [`Decimal`], as nothing is computed with them.
#[derive(Clone, Debug)]
pub struct Digits {
    pub(super) negative: bool,
    /// ASCII, with a place in front that rounding may need.
    room: [u8; Digits::MAX as usize + 1],
    start: usize,
    end: usize,
    /// Digits before the point; negative with zeros behind it.
    point: i32,
    decimals: u16,
}

impl Digits {
    /// Digits at most, from the first to the last that is not 0.
    pub const MAX: u8 = 100;

    const NONE: Digits =
        Digits { negative: false, room: [b'0'; Digits::MAX as usize + 1], start: 1, end: 1, point: 0, decimals: 0 };

    /// Reads decimal text by the grammar of [`Decimal::parse`].
    ///
    /// # Errors
    /// [`ValueError::NumberSyntax`] with the byte where a digit or the end was expected;
    /// [`ValueError::NumberTooLong`] beyond [`Digits::MAX`] digits, or if the last stands further from the
    /// point than [`Decimal::MAX_EXPONENT`].
    pub fn parse(text: &str) -> Result<Digits, ValueError> {
        let mut digits = Digits::NONE;
        let mut zeros = 0usize;
        let Scanned { negative, exponent } = Parser::new(text).number(|digit| {
            if digit == 0 {
                zeros = if digits.end == digits.start { 0 } else { zeros.saturating_add(1) };
                return Ok(());
            }
            digits.end = digits.end.saturating_add(zeros);
            *digits.room.get_mut(digits.end).ok_or(ValueError::NumberTooLong)? = b'0' | digit;
            digits.end = digits.end.saturating_add(1);
            zeros = 0;
            Ok(())
        })?;
        let last = i32::try_from(zeros).unwrap_or(i32::MAX).saturating_add(exponent);
        let limit = i32::from(Decimal::MAX_EXPONENT);
        if exponent < -limit || exponent > limit {
            return Err(ValueError::NumberTooLong);
        }
        digits.negative = negative;
        digits.point = if digits.is_zero() { 0 } else { last.saturating_add(digits.length()) };
        digits.decimals = u16::try_from(exponent.saturating_neg()).unwrap_or(0);
        Ok(digits)
    }

    fn slice(&self) -> &[u8] {
        self.room.get(self.start..self.end).unwrap_or_default()
    }

    fn length(&self) -> i32 {
        i32::try_from(self.slice().len()).unwrap_or(0)
    }

    /// Digits before the point.
    pub(super) const fn point(&self) -> i32 {
        self.point
    }

    /// Digits behind the point, trailing zeros counted.
    pub(super) const fn decimals(&self) -> u16 {
        self.decimals
    }

    pub(super) const fn is_zero(&self) -> bool {
        self.start == self.end
    }

    /// ASCII; beyond both ends are zeros.
    pub(super) fn at(&self, index: i32) -> u8 {
        let digit = usize::try_from(index).ok().and_then(|index| self.slice().get(index));
        digit.copied().unwrap_or(b'0')
    }

    /// Digits behind the point that are needed: trailing zeros are not.
    pub(super) fn needed_decimals(&self) -> u16 {
        if self.is_zero() {
            return 0;
        }
        let zeros = self.slice().iter().rev().take_while(|digit| **digit == b'0').count();
        let needed =
            self.length().saturating_sub(self.point).saturating_sub_unsigned(u32::try_from(zeros).unwrap_or(0));
        u16::try_from(needed).unwrap_or(0)
    }

    /// At most so many digits behind the point, half away from zero.
    pub(super) fn round(&mut self, decimals: u16) {
        self.decimals = self.decimals.min(decimals);
        let kept = self.point.saturating_add(decimals.into());
        if kept >= self.length() {
            return;
        }
        let is_up = kept >= 0 && self.at(kept) >= b'5';
        self.end = self.start.saturating_add(usize::try_from(kept).unwrap_or(0));
        if !is_up {
            return;
        }
        for digit in self.room.get_mut(self.start..self.end).unwrap_or_default().iter_mut().rev() {
            if *digit < b'9' {
                *digit = digit.saturating_add(1);
                return;
            }
            *digit = b'0';
        }
        self.start = self.start.saturating_sub(1);
        self.point = self.point.saturating_add(1);
        if let Some(first) = self.room.get_mut(self.start) {
            *first = b'1';
        }
    }
}

impl From<Decimal> for Digits {
    fn from(number: Decimal) -> Self {
        const HALF: u128 = 10_u128.pow(19);
        let mut digits = Digits { negative: number.mantissa() < 0, decimals: number.decimals(), ..Digits::NONE };
        digits.start = digits.room.len();
        digits.end = digits.start;
        // Two halves that 64 bits hold: dividing those is much faster.
        let magnitude = number.mantissa().unsigned_abs();
        match u64::try_from(magnitude) {
            Ok(small) => digits.put(small),
            Err(_) => {
                let [low, high] = [magnitude % HALF, magnitude / HALF].map(|half| u64::try_from(half).unwrap_or(0));
                digits.put(low);
                digits.start = digits.room.len().saturating_sub(19);
                digits.put(high);
            }
        }
        digits.point = digits.length().saturating_add(number.exponent().into());
        digits
    }
}

impl Digits {
    /// Writes digits in front of those that are there.
    fn put(&mut self, mut number: u64) {
        for place in self.room.get_mut(..self.start).unwrap_or_default().iter_mut().rev() {
            if number == 0 {
                return;
            }
            *place = b'0' | u8::try_from(number % 10).unwrap_or(0);
            number /= 10;
            self.start = self.start.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_a_number_are_those_of_its_text() {
        for text in ["0", "0.00", "-25.0", "18446744073709551615", "18446744073709551616", "1e20", "-1e-30", "0.05"] {
            let (of_text, of_number) = (Digits::parse(text).unwrap(), Digits::from(Decimal::parse(text).unwrap()));
            assert_eq!(of_text.negative, of_number.negative, "{text}");
            assert_eq!(of_text.decimals, of_number.decimals, "{text}");
            assert_eq!(of_text.is_zero(), of_number.is_zero(), "{text}");
            for index in -3..45 {
                let at = |digits: &Digits| digits.at(digits.point() - index);
                assert_eq!(at(&of_text), at(&of_number), "{text}: {index}");
            }
        }
    }

    #[test]
    fn a_hundred_digits_are_enough() {
        let long = "9".repeat(100);
        assert_eq!(Digits::parse(&long).unwrap().slice(), long.as_bytes());
        assert_eq!(Digits::parse(&(long.clone() + "1")).unwrap_err(), ValueError::NumberTooLong);
        assert_eq!(Digits::parse(&(long + "000")).unwrap().point(), 103);
        assert_eq!(Digits::parse("1e1001").unwrap_err(), ValueError::NumberTooLong);
        assert_eq!(Digits::parse("1e-1001").unwrap_err(), ValueError::NumberTooLong);
        assert_eq!(Digits::parse("0.0000").unwrap().decimals(), 4);
    }
}
