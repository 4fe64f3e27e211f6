//! Decimal text.

use super::{Decimal, MANTISSA_LIMIT, power_of_ten};
use crate::value::ValueError;

/// The grammar: what it finds goes to whoever makes a number of it.
pub(in crate::value) struct Parser<'a> {
    bytes: &'a [u8],
    offset: usize,
    digits: usize,
}

/// What stands around the digits.
pub(in crate::value) struct Scanned {
    pub(in crate::value) negative: bool,
    /// Power of ten of the last digit.
    pub(in crate::value) exponent: i32,
}

impl<'a> Parser<'a> {
    pub(in crate::value) fn new(text: &'a str) -> Self {
        Parser { bytes: text.as_bytes(), offset: 0, digits: 0 }
    }

    pub(super) fn decimal(self) -> Result<Decimal, ValueError> {
        let mut mantissa = 0i128;
        // Zeros read since the last other digit: they count only if a digit follows, or if they fit.
        let mut zeros = 0u32;
        let Scanned { negative, mut exponent } = self.number(|digit| {
            if digit == 0 {
                zeros = if mantissa == 0 { 0 } else { zeros.saturating_add(1) };
                return Ok(());
            }
            mantissa = power_of_ten(zeros.saturating_add(1))
                .and_then(|power| mantissa.checked_mul(power))
                .and_then(|mantissa| mantissa.checked_add(digit.into()))
                .filter(|mantissa| mantissa.unsigned_abs() < MANTISSA_LIMIT)
                .or(if mantissa == 0 { Some(digit.into()) } else { None })
                .ok_or(ValueError::NumberTooLong)?;
            zeros = 0;
            Ok(())
        })?;
        match power_of_ten(zeros).and_then(|power| mantissa.checked_mul(power)) {
            Some(whole) if whole.unsigned_abs() < MANTISSA_LIMIT => mantissa = whole,
            _ => exponent = exponent.saturating_add_unsigned(zeros),
        }
        let exponent = i16::try_from(exponent).map_err(|_| ValueError::NumberTooLong)?;
        Decimal::new(if negative { mantissa.saturating_neg() } else { mantissa }, exponent)
    }

    /// Hands over each digit.
    pub(in crate::value) fn number(
        mut self,
        mut each: impl FnMut(u8) -> Result<(), ValueError>,
    ) -> Result<Scanned, ValueError> {
        let negative = self.sign();
        let mut whole = None;
        loop {
            while let Some(digit) = self.digit() {
                self.digits = self.digits.saturating_add(1);
                each(digit)?;
            }
            if whole.is_some() || !self.take(b'.') {
                break;
            }
            whole = Some(self.digits);
        }
        let fraction = self.digits.saturating_sub(whole.unwrap_or(self.digits));
        let fraction = i32::try_from(fraction).map_err(|_| ValueError::NumberTooLong)?;
        let mut exponent = fraction.saturating_neg();
        if self.digits == 0 {
            return Err(self.syntax());
        }
        if self.take(b'e') || self.take(b'E') {
            exponent = exponent.saturating_add(self.exponent()?);
        }
        if self.offset != self.bytes.len() {
            return Err(self.syntax());
        }
        Ok(Scanned { negative, exponent })
    }

    fn exponent(&mut self) -> Result<i32, ValueError> {
        let negative = self.sign();
        let mut exponent = i32::from(self.digit().ok_or(self.syntax())?);
        while let Some(digit) = self.digit() {
            exponent = exponent.saturating_mul(10).saturating_add(digit.into());
        }
        Ok(if negative { exponent.saturating_neg() } else { exponent })
    }

    fn sign(&mut self) -> bool {
        let negative = self.take(b'-');
        if !negative {
            self.take(b'+');
        }
        negative
    }

    fn digit(&mut self) -> Option<u8> {
        let digit = self.bytes.get(self.offset).filter(|byte| byte.is_ascii_digit())?;
        self.offset = self.offset.saturating_add(1);
        Some(digit & 0x0f)
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.bytes.get(self.offset) == Some(&byte);
        if found {
            self.offset = self.offset.saturating_add(1);
        }
        found
    }

    const fn syntax(&self) -> ValueError {
        ValueError::NumberSyntax { offset: self.offset }
    }
}
