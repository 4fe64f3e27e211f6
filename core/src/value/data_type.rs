//! Type codes (DOMAIN.md D-14) and the orders of bytes and words.

use core::fmt;

use super::ValueError;
use crate::text::split_once;

/// Order of the bytes of a number in its registers, named by where `A`, the most significant of
/// four bytes, stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WordOrder {
    /// `ABCD`: most significant first, as the standard has it.
    Be,
    /// `DCBA`: registers reversed, and the bytes of each swapped.
    Le,
    /// `BADC`: the bytes of each register swapped.
    Mbe,
    /// `CDAB`: registers reversed.
    Mle,
}

impl WordOrder {
    const ALL: [(WordOrder, &'static str); 4] =
        [(WordOrder::Be, "be"), (WordOrder::Le, "le"), (WordOrder::Mbe, "mbe"), (WordOrder::Mle, "mle")];

    /// Whether the least significant register comes first.
    pub const fn reverses_registers(self) -> bool {
        matches!(self, WordOrder::Le | WordOrder::Mle)
    }

    /// Whether the bytes of each register are swapped.
    pub const fn swaps_bytes(self) -> bool {
        matches!(self, WordOrder::Le | WordOrder::Mbe)
    }
}

/// What the bits of a number mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Number {
    /// Whole, from 0.
    Unsigned,
    /// Whole, two's complement.
    Signed,
    /// IEEE 754.
    Float,
}

/// Type of a parameter's registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DataType {
    /// A coil or discrete input, or one bit of a register.
    Bit,
    /// A number of 8, 16, 32, 48 or 64 bits (floats 32 or 64).
    Number {
        /// What the bits mean.
        number: Number,
        /// 8, 16, 32, 48 or 64.
        bits: u8,
        /// Where the bytes stand. Of 8 bits, `be` is the register's low byte and `le` its high one.
        order: WordOrder,
    },
}

/// Every sort of number with its code.
const NUMBERS: [(&str, Number, u8); 12] = [
    ("u8", Number::Unsigned, 8),
    ("u16", Number::Unsigned, 16),
    ("u32", Number::Unsigned, 32),
    ("u48", Number::Unsigned, 48),
    ("u64", Number::Unsigned, 64),
    ("i8", Number::Signed, 8),
    ("i16", Number::Signed, 16),
    ("i32", Number::Signed, 32),
    ("i48", Number::Signed, 48),
    ("i64", Number::Signed, 64),
    ("f32", Number::Float, 32),
    ("f64", Number::Float, 64),
];

impl DataType {
    /// Reads a code such as `bit`, `u16-be`, `f32-mle`. A number without an order is big-endian.
    pub fn from_code(code: &str) -> Result<Self, ValueError> {
        if code == "bit" {
            return Ok(DataType::Bit);
        }
        let (name, order) = split_once(code, b'-').unwrap_or((code, "be"));
        let number = NUMBERS.iter().find(|(each, ..)| *each == name);
        let order = WordOrder::ALL.iter().find(|(_, each)| *each == order);
        match (number, order) {
            (Some((_, number, bits)), Some((order, _))) => {
                Ok(DataType::Number { number: *number, bits: *bits, order: *order })
            }
            _ => Err(ValueError::UnknownDataType),
        }
    }

    /// Every type.
    pub fn all() -> impl Iterator<Item = DataType> {
        let of = |(_, number, bits): &(_, Number, u8), order| DataType::Number { number: *number, bits: *bits, order };
        let numbers =
            NUMBERS.iter().flat_map(move |each| WordOrder::ALL.iter().map(move |(order, _)| of(each, *order)));
        core::iter::once(DataType::Bit).chain(numbers)
    }

    /// Registers that hold it, 1 to 4. A coil counts as one.
    pub const fn register_count(self) -> usize {
        match self {
            DataType::Bit => 1,
            DataType::Number { bits, .. } => bits.div_ceil(16) as usize,
        }
    }

    /// Whether it is a binary fraction.
    pub const fn is_float(self) -> bool {
        matches!(self, DataType::Number { number: Number::Float, .. })
    }
}

/// The code.
impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DataType::Bit => f.write_str("bit"),
            DataType::Number { number, bits, order } => {
                let name = NUMBERS.iter().find(|(_, n, b)| n == number && b == bits).map_or("", |(name, ..)| *name);
                let order = WordOrder::ALL.iter().find(|(each, _)| each == order).map_or("", |(_, code)| *code);
                write!(f, "{name}-{order}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn codes_read_and_print() {
        for code in ["bit", "u16-be", "i32-mle", "f64-mbe", "u48-le"] {
            assert_eq!(DataType::from_code(code).unwrap().to_string(), code);
        }
        assert_eq!(DataType::from_code("u16").unwrap().to_string(), "u16-be");
        for code in ["", "u17-be", "f16-be", "u16-xx", "U16-be", "bit-be"] {
            assert_eq!(DataType::from_code(code), Err(ValueError::UnknownDataType), "{code}");
        }
    }
}
