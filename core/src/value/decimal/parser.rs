//! Decimal text.

use super::{Decimal, MANTISSA_LIMIT, power_of_ten};
use crate::value::ValueError;

pub(super) struct Parser<'a> {
    bytes: &'a [u8],
    offset: usize,
    mantissa: i128,
    /// Zeros read since the last other digit: they count only if a digit follows, or if they fit.
    zeros: u32,
    digits: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Parser { bytes: text.as_bytes(), offset: 0, mantissa: 0, zeros: 0, digits: 0 }
    }

    pub(super) fn decimal(mut self) -> Result<Decimal, ValueError> {
        let negative = self.sign();
        self.digits()?;
        let mut exponent = 0i32;
        if self.take(b'.') {
            let whole = self.digits;
            self.digits()?;
            let fraction = i32::try_from(self.digits.saturating_sub(whole)).map_err(|_| ValueError::NumberTooLong)?;
            exponent = fraction.saturating_neg();
        }
        if self.digits == 0 {
            return Err(self.syntax());
        }
        if self.take(b'e') || self.take(b'E') {
            exponent = exponent.saturating_add(self.exponent()?);
        }
        if self.offset != self.bytes.len() {
            return Err(self.syntax());
        }
        match power_of_ten(self.zeros).and_then(|power| self.mantissa.checked_mul(power)) {
            Some(mantissa) if mantissa.unsigned_abs() < MANTISSA_LIMIT => self.mantissa = mantissa,
            _ => exponent = exponent.saturating_add_unsigned(self.zeros),
        }
        let exponent = i16::try_from(exponent).map_err(|_| ValueError::NumberTooLong)?;
        Decimal::new(if negative { self.mantissa.saturating_neg() } else { self.mantissa }, exponent)
    }

    fn digits(&mut self) -> Result<(), ValueError> {
        while let Some(digit) = self.digit() {
            self.digits = self.digits.saturating_add(1);
            if digit == 0 {
                self.zeros = if self.mantissa == 0 { 0 } else { self.zeros.saturating_add(1) };
                continue;
            }
            self.mantissa = power_of_ten(self.zeros.saturating_add(1))
                .and_then(|power| self.mantissa.checked_mul(power))
                .and_then(|mantissa| mantissa.checked_add(digit.into()))
                .filter(|mantissa| mantissa.unsigned_abs() < MANTISSA_LIMIT)
                .or(if self.mantissa == 0 { Some(digit.into()) } else { None })
                .ok_or(ValueError::NumberTooLong)?;
            self.zeros = 0;
        }
        Ok(())
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
