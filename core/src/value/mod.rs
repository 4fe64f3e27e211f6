//! Values: registers to numbers and texts and back, exactly.
//!
//! `value = number in the registers × multiplier + shift` in decimal arithmetic (DOMAIN.md D-15,
//! A-6): 64-bit integers never pass through a binary fraction, and `255 × 0.1` is `25.5`.
//!
//! ```
//! use parabus_core::value::{Codec, DataType, Decimal, Format, Lang};
//!
//! let codec = Codec::new(DataType::from_code("u16-be").unwrap()).multiplier(Decimal::parse("0.1").unwrap());
//! let value = codec.decode(&[255]).unwrap();
//! assert_eq!(value.to_string(), "25.5");
//! let format = Format { unit: Some("°C"), ..Format::new(Lang::En) };
//! assert_eq!(value.format(&format).to_string(), "25.5 °C");
//!
//! let mut registers = [0];
//! codec.encode("25.0", &mut registers).unwrap();
//! assert_eq!(registers, [250]);
//! ```

mod codec;
mod data_type;
mod decimal;
mod digits;
mod format;
mod number;
mod plural;

use core::fmt;

pub use codec::{Codec, Raw};
pub use data_type::{DataType, Number, WordOrder};
pub use decimal::Decimal;
pub use digits::Digits;
pub use format::{Format, Formatted, Lang, Numbers};
pub use number::{FormattedNumber, Grouping, NumberFormat};
pub use plural::PluralCategory;

use crate::error::ErrorKind;

/// A decoded value. More kinds (texts, addresses) may join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// A coil, discrete input, or one bit of a register.
    Bit(bool),
    /// A number, exact.
    Number(Decimal),
}

impl Value {
    /// The value as a decimal; a bit is 0 or 1.
    pub fn decimal(&self) -> Decimal {
        match self {
            Value::Bit(bit) => Decimal::from(u64::from(*bit)),
            Value::Number(number) => *number,
        }
    }

    /// The value with unit and words, for people.
    pub fn format<'a>(&self, format: &Format<'a>) -> Formatted<'a> {
        Formatted::new(*self, *format)
    }
}

/// The exact plain text: a bit is `0` or `1`, a number has a decimal point and no exponent.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.decimal().fmt(f)
    }
}

/// Why registers are not a value, or text cannot be written to registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueError {
    /// Not a type code that this version decodes.
    UnknownDataType,
    /// The type takes another number of registers.
    RegisterCount {
        /// Registers that the type takes.
        expected: usize,
        /// Registers given.
        found: usize,
    },
    /// NaN or an infinity stands in the registers.
    NotFinite {
        /// Index of the register that holds the exponent.
        register: usize,
    },
    /// Text stops being a decimal number.
    NumberSyntax {
        /// Byte of the text.
        offset: usize,
    },
    /// The exact result has more than 37 digits, or text that is only printed more than 100.
    NumberTooLong,
    /// The number does not fit the registers.
    ValueRange {
        /// The type that cannot hold it.
        data_type: DataType,
    },
    /// Text is not a bit.
    BitSyntax,
    /// A register has bits 0 to 15.
    BitPosition {
        /// The position asked for.
        bit: u8,
    },
    /// Nothing can be written through a multiplier of zero.
    ZeroMultiplier,
    /// Not a language of the API.
    UnknownLanguage,
    /// Not a way of writing numbers.
    UnknownNumbers,
    /// Not a way of grouping digits.
    UnknownGrouping,
    /// More than 100 digits behind the point, or at least more than at most.
    FractionDigits,
}

impl ValueError {
    /// Stable kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            ValueError::UnknownDataType => ErrorKind::UnknownDataType,
            ValueError::RegisterCount { .. } => ErrorKind::RegisterCount,
            ValueError::NotFinite { .. } => ErrorKind::NotFinite,
            ValueError::NumberSyntax { .. } => ErrorKind::NumberSyntax,
            ValueError::NumberTooLong => ErrorKind::NumberTooLong,
            ValueError::ValueRange { .. } => ErrorKind::ValueRange,
            ValueError::BitSyntax => ErrorKind::BitSyntax,
            ValueError::BitPosition { .. } => ErrorKind::BitPosition,
            ValueError::ZeroMultiplier => ErrorKind::ZeroMultiplier,
            ValueError::UnknownLanguage => ErrorKind::UnknownLanguage,
            ValueError::UnknownNumbers | ValueError::UnknownGrouping => ErrorKind::UnknownNumberStyle,
            ValueError::FractionDigits => ErrorKind::FractionDigits,
        }
    }

    /// Where it went wrong: byte of a text, or index of a register.
    pub const fn offset(&self) -> Option<usize> {
        match self {
            ValueError::NumberSyntax { offset } => Some(*offset),
            ValueError::NotFinite { register } => Some(*register),
            _ => None,
        }
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ValueError::UnknownDataType => {
                f.write_str("unknown data type, expected bit, or u8 u16 u32 u48 u64 i8 i16 i32 i48 i64 f32 f64 with -be -le -mbe or -mle")
            }
            ValueError::RegisterCount { expected, found } => {
                write!(f, "{found} registers, expected {expected}")
            }
            ValueError::NotFinite { register } => {
                write!(f, "NaN or an infinity by register {register}, expected a finite number")
            }
            ValueError::NumberSyntax { offset } => {
                write!(f, "not a decimal number at offset {offset}, expected digits such as `-12.5`")
            }
            ValueError::NumberTooLong => f.write_str("too many digits, expected a shorter number"),
            ValueError::ValueRange { data_type } => write!(f, "does not fit the registers of a {data_type}"),
            ValueError::BitSyntax => f.write_str("not a bit, expected 0, 1, true or false"),
            ValueError::BitPosition { bit } => write!(f, "bit {bit} of a register, expected 0 to 15"),
            ValueError::ZeroMultiplier => f.write_str("the multiplier is 0, expected another number"),
            ValueError::UnknownLanguage => f.write_str("unknown language, expected en, pl, ru or ua"),
            ValueError::UnknownNumbers => f.write_str("unknown way of writing numbers, expected plain or cldr"),
            ValueError::UnknownGrouping => f.write_str("unknown grouping, expected auto, always, min2 or never"),
            ValueError::FractionDigits => {
                f.write_str("digits behind the point, expected 0 to 100, and no more at least than at most")
            }
        }
    }
}

impl core::error::Error for ValueError {}
