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

mod array;
mod codec;
mod data_type;
mod decimal;
mod digits;
mod format;
mod number;
mod plural;
mod sample;
mod text;

use core::fmt;

pub use array::{ArrayDecoded, Source};
pub use codec::{Codec, Raw};
pub(crate) use codec::{bcd_digits, bcd_fault, bcd_number, mask, sign_extend};
pub use data_type::{DataType, Number, Packing, WordOrder};
pub use decimal::Decimal;
pub use digits::Digits;
pub use format::{Format, Formatted, Lang, Numbers};
pub use number::{FormattedNumber, Grouping, NumberFormat};
pub use plural::PluralCategory;
pub use sample::Sample;
pub use text::Text;

use crate::error::ErrorKind;

/// A decoded value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// A coil, discrete input, or one bit of a register.
    Bit(bool),
    /// A number, exact.
    Number(Decimal),
    /// A text, where it stands in the registers.
    Text(Text<'a>),
    /// An IPv4 address.
    Ipv4([u8; 4]),
    /// A hardware address.
    Mac([u8; 6]),
}

impl<'a> Value<'a> {
    /// The value as a decimal; a bit is 0 or 1, a text or an address has none.
    pub fn decimal(&self) -> Option<Decimal> {
        match self {
            Value::Bit(bit) => Some(Decimal::from(u64::from(*bit))),
            Value::Number(number) => Some(*number),
            Value::Text(_) | Value::Ipv4(_) | Value::Mac(_) => None,
        }
    }

    /// The value with unit and words, for people.
    pub fn format(&self, format: &Format<'a>) -> Formatted<'a> {
        Formatted::new(*self, *format)
    }
}

/// The exact plain text: a bit is `0` or `1`, a number has a decimal point and no exponent, addresses
/// are `192.168.0.1` and `d8:80:39:4e:8d:e9`.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bit(bit) => f.write_str(if *bit { "1" } else { "0" }),
            Value::Number(number) => number.fmt(f),
            Value::Text(text) => text.fmt(f),
            Value::Ipv4([a, b, c, d]) => write!(f, "{a}.{b}.{c}.{d}"),
            Value::Mac([a, b, c, d, e, g]) => write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}"),
        }
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
    /// A code that stands for "no value".
    NotAvailable {
        /// Which value of an array; 0 of a value alone.
        index: usize,
    },
    /// Four bits above 9 in a BCD number.
    BcdDigit {
        /// Index of the register.
        register: usize,
    },
    /// More than one byte where the type has one in each register.
    RegisterByte {
        /// Index of the register.
        register: usize,
    },
    /// Bytes that are no UTF-8.
    TextEncoding {
        /// Index of the register that holds the first of them.
        register: usize,
    },
    /// A character that the registers cannot hold.
    TextCharacter {
        /// Byte of the text.
        offset: usize,
    },
    /// A length that a text in registers cannot have.
    TextLength {
        /// Registers.
        length: u8,
    },
    /// Not an address of the type.
    AddressSyntax {
        /// The type.
        data_type: DataType,
    },
    /// The values of the type are no numbers.
    NotNumeric {
        /// The type.
        data_type: DataType,
    },
    /// The values of the type, or with this scale, are no integers.
    NotInteger {
        /// The type.
        data_type: DataType,
    },
    /// Bytes of an array that are no whole values.
    ArrayLength {
        /// Bytes of one value.
        expected: usize,
        /// Bytes of the array.
        found: usize,
    },
    /// The array for the results is too short.
    OutLength {
        /// Values that there are.
        expected: usize,
        /// Values that it holds.
        found: usize,
    },
    /// A value of an array does not fit a signed integer of 64 bits.
    IntegerRange {
        /// Which one.
        index: usize,
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
    /// More bits than the register has from that bit on, or none.
    BitCount {
        /// The first bit.
        bit: u8,
        /// The bits asked for.
        count: u8,
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
            ValueError::NotAvailable { .. } => ErrorKind::NotAvailable,
            ValueError::BcdDigit { .. } => ErrorKind::BcdDigit,
            ValueError::RegisterByte { .. } => ErrorKind::RegisterByte,
            ValueError::TextEncoding { .. } | ValueError::TextCharacter { .. } => ErrorKind::TextEncoding,
            ValueError::AddressSyntax { .. } => ErrorKind::AddressSyntax,
            ValueError::NotNumeric { .. } | ValueError::NotInteger { .. } => ErrorKind::NotNumeric,
            ValueError::TextLength { .. } | ValueError::ArrayLength { .. } => ErrorKind::RegisterCount,
            ValueError::OutLength { .. } => ErrorKind::BufferTooSmall,
            ValueError::NumberSyntax { .. } => ErrorKind::NumberSyntax,
            ValueError::NumberTooLong => ErrorKind::NumberTooLong,
            ValueError::ValueRange { .. } | ValueError::IntegerRange { .. } => ErrorKind::ValueRange,
            ValueError::BitSyntax => ErrorKind::BitSyntax,
            ValueError::BitPosition { .. } | ValueError::BitCount { .. } => ErrorKind::BitPosition,
            ValueError::ZeroMultiplier => ErrorKind::ZeroMultiplier,
            ValueError::UnknownLanguage => ErrorKind::UnknownLanguage,
            ValueError::UnknownNumbers | ValueError::UnknownGrouping => ErrorKind::UnknownNumberStyle,
            ValueError::FractionDigits => ErrorKind::FractionDigits,
        }
    }

    /// Where it went wrong: byte of a text, index of a register, or of a value of an array.
    pub const fn offset(&self) -> Option<usize> {
        match self {
            ValueError::NumberSyntax { offset } | ValueError::TextCharacter { offset } => Some(*offset),
            ValueError::NotFinite { register }
            | ValueError::BcdDigit { register }
            | ValueError::RegisterByte { register }
            | ValueError::TextEncoding { register } => Some(*register),
            ValueError::NotAvailable { index } | ValueError::IntegerRange { index } => Some(*index),
            _ => None,
        }
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ValueError::UnknownDataType => {
                f.write_str("unknown data type, expected bit bits enum bcd16 bcd32 str str2 str2-le ipv4 mac, or u8 u16 u32 u48 u64 i8 i16 i32 i48 i64 f32 f64 with -be -le -mbe or -mle")
            }
            ValueError::RegisterCount { expected, found } => {
                write!(f, "{found} registers, expected {expected}")
            }
            ValueError::NotFinite { register } => {
                write!(f, "NaN or an infinity by register {register}, expected a finite number")
            }
            ValueError::NotAvailable { .. } => f.write_str("the device gives a code for `no value`"),
            ValueError::BcdDigit { register } => write!(f, "four bits above 9 in register {register}, expected digits"),
            ValueError::RegisterByte { register } => {
                write!(f, "more than one byte in register {register}, expected 0 to 255")
            }
            ValueError::TextEncoding { register } => write!(f, "no UTF-8 from register {register} on"),
            ValueError::TextCharacter { offset } => {
                write!(f, "a character at offset {offset} that the registers cannot hold")
            }
            ValueError::TextLength { length } => write!(f, "a text of {length} registers, expected 1 to 125"),
            ValueError::AddressSyntax { data_type: DataType::Mac } => {
                f.write_str("not a hardware address, expected such as `d8:80:39:4e:8d:e9`")
            }
            ValueError::AddressSyntax { .. } => f.write_str("not an IPv4 address, expected such as `192.168.0.1`"),
            ValueError::NotNumeric { data_type } => write!(f, "values of type {data_type} are no numbers"),
            ValueError::NotInteger { data_type } => {
                write!(f, "values of type {data_type} with this multiplier and shift are no integers")
            }
            ValueError::ArrayLength { expected, found } => {
                write!(f, "{found} bytes, expected a multiple of {expected}")
            }
            ValueError::OutLength { expected, found } => {
                write!(f, "`out` holds {found} values, expected room for {expected}")
            }
            ValueError::IntegerRange { index } => write!(f, "value {index} is above 2^63 - 1"),
            ValueError::NumberSyntax { offset } => {
                write!(f, "not a decimal number at offset {offset}, expected digits such as `-12.5`")
            }
            ValueError::NumberTooLong => f.write_str("too many digits, expected a shorter number"),
            ValueError::ValueRange { data_type } => write!(f, "does not fit the registers of a {data_type}"),
            ValueError::BitSyntax => f.write_str("not a bit, expected 0, 1, true or false"),
            ValueError::BitPosition { bit } => write!(f, "bit {bit} of a register, expected 0 to 15"),
            ValueError::BitCount { bit, count } => {
                write!(f, "{count} bits from bit {bit} on, expected 1 to 16 within the register")
            }
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
