//! Binary fractions as the shortest decimal that reads back as the same one.

use core::fmt::{self, Write};

use super::Decimal;

/// Text of bounded length on the stack: the longest is a sign, 39 digits and an exponent.
pub struct Text {
    bytes: [u8; 64],
    length: usize,
}

impl Default for Text {
    fn default() -> Self {
        Text { bytes: [0; 64], length: 0 }
    }
}

impl Text {
    pub fn as_str(&self) -> &str {
        self.bytes.get(..self.length).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or("")
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length.checked_add(text.len()).ok_or(fmt::Error)?;
        self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

/// The shortest decimal of a finite float; `None` for NaN and infinities.
///
/// `core`'s scientific format prints exactly those digits.
pub fn shortest(float: impl fmt::LowerExp) -> Option<Decimal> {
    let mut text = Text::default();
    write!(text, "{float:e}").ok()?;
    let (digits, exponent) = text.as_str().split_once('e')?;
    let number = Decimal::parse(digits).ok()?;
    let exponent: i16 = exponent.parse().ok()?;
    number.checked_mul(Decimal::new(1, exponent.checked_neg()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn floats_print_their_shortest_digits_of_their_own_width() {
        for (float, want) in [
            (0.1f32, "0.1"),
            (230.0, "230"),
            (-0.0, "0"),
            (16777216.0, "16777216"),
            (1e-45, "0.000000000000000000000000000000000000000000001"),
        ] {
            assert_eq!(shortest(float).unwrap().to_string(), want);
        }
        assert_eq!(shortest(0.1f64 + 0.2).unwrap().to_string(), "0.30000000000000004");
        assert_eq!(shortest(1e308f64).unwrap().to_string(), std::format!("1{}", "0".repeat(308)));
        assert!(shortest(5e-324f64).unwrap().to_string().ends_with('5'));
        assert_eq!(shortest(f32::NAN), None);
        assert_eq!(shortest(f64::NEG_INFINITY), None);
    }
}
