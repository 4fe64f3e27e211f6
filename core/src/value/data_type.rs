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

/// How the characters of a text stand in its registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Packing {
    /// One character in each register, its code below 256 (ISO 8859-1).
    Single,
    /// Two bytes of UTF-8 in each register, the first one in the high byte.
    Pairs,
    /// Two bytes of UTF-8 in each register, the first one in the low byte.
    SwappedPairs,
}

/// Type of a parameter's registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DataType {
    /// A coil or discrete input, or one bit of a register.
    Bit,
    /// Several bits of one register.
    Bits,
    /// A whole number in one register, or a part of it, whose texts are the parameter's.
    Enum,
    /// A number of 8, 16, 32, 48 or 64 bits (floats 32 or 64).
    Number {
        /// What the bits mean.
        number: Number,
        /// 8, 16, 32, 48 or 64.
        bits: u8,
        /// Where the bytes stand. Of 8 bits, `be` is the register's low byte and `le` its high one.
        order: WordOrder,
    },
    /// A whole number of 4 or 8 decimal digits, four bits each.
    Bcd {
        /// 16 or 32.
        bits: u8,
        /// Where the bytes stand.
        order: WordOrder,
    },
    /// A text; its length in registers is the parameter's.
    Text(Packing),
    /// An IPv4 address, one byte in each of 4 registers.
    Ipv4,
    /// A hardware address, one byte in each of 6 registers.
    Mac,
}

/// Types without an order, with their codes.
const NAMED: [(&str, DataType); 8] = [
    ("bit", DataType::Bit),
    ("bits", DataType::Bits),
    ("enum", DataType::Enum),
    ("str", DataType::Text(Packing::Single)),
    ("str2", DataType::Text(Packing::Pairs)),
    ("str2-le", DataType::Text(Packing::SwappedPairs)),
    ("ipv4", DataType::Ipv4),
    ("mac", DataType::Mac),
];

/// Decimal numbers of four bits a digit, with their codes.
const BCDS: [(&str, u8); 2] = [("bcd16", 16), ("bcd32", 32)];

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
        if let Some((_, named)) = NAMED.iter().find(|(each, _)| *each == code) {
            return Ok(*named);
        }
        let (name, order) = split_once(code, b'-').unwrap_or((code, "be"));
        let order = WordOrder::ALL.iter().find(|(_, each)| *each == order).map(|(order, _)| *order);
        let order = order.ok_or(ValueError::UnknownDataType)?;
        if let Some((_, bits)) = BCDS.iter().find(|(each, _)| *each == name) {
            return Ok(DataType::Bcd { bits: *bits, order });
        }
        let number = NUMBERS.iter().find(|(each, ..)| *each == name).ok_or(ValueError::UnknownDataType)?;
        Ok(DataType::Number { number: number.1, bits: number.2, order })
    }

    /// Every type.
    pub fn all() -> impl Iterator<Item = DataType> {
        let orders = || WordOrder::ALL.iter().map(|(order, _)| *order);
        let bcds = BCDS.iter().flat_map(move |(_, bits)| orders().map(|order| DataType::Bcd { bits: *bits, order }));
        let numbers = NUMBERS.iter().flat_map(move |(_, number, bits)| {
            orders().map(|order| DataType::Number { number: *number, bits: *bits, order })
        });
        NAMED.iter().map(|(_, named)| *named).chain(bcds).chain(numbers)
    }

    /// Registers that hold it, 1 to 6; of a text the least, 1. A coil counts as one.
    pub const fn register_count(self) -> usize {
        match self {
            DataType::Bit | DataType::Bits | DataType::Enum | DataType::Text(_) => 1,
            DataType::Number { bits, .. } | DataType::Bcd { bits, .. } => bits.div_ceil(16) as usize,
            DataType::Ipv4 => 4,
            DataType::Mac => 6,
        }
    }

    /// Whether it is a binary fraction.
    pub const fn is_float(self) -> bool {
        matches!(self, DataType::Number { number: Number::Float, .. })
    }

    /// Whether its values are numbers; a bit is one, texts and addresses are none.
    pub const fn is_numeric(self) -> bool {
        !matches!(self, DataType::Text(_) | DataType::Ipv4 | DataType::Mac)
    }

    /// Whether it can be a part of its register: of these the bit and the number of bits say which.
    pub const fn is_part(self) -> bool {
        matches!(self, DataType::Bit | DataType::Bits | DataType::Enum)
    }

    pub(super) const fn order(self) -> WordOrder {
        match self {
            DataType::Number { order, .. } | DataType::Bcd { order, .. } => order,
            _ => WordOrder::Be,
        }
    }
}

/// The code.
impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = WordOrder::ALL.iter().find(|(each, _)| *each == self.order()).map_or("", |(_, code)| *code);
        match self {
            DataType::Number { number, bits, .. } => {
                let name = NUMBERS.iter().find(|(_, n, b)| n == number && b == bits).map_or("", |(name, ..)| *name);
                write!(f, "{name}-{order}")
            }
            DataType::Bcd { bits, order: each } => {
                f.write_str(BCDS.iter().find(|(_, b)| b == bits).map_or("", |(name, _)| *name))?;
                if *each == WordOrder::Be { Ok(()) } else { write!(f, "-{order}") }
            }
            _ => f.write_str(NAMED.iter().find(|(_, each)| each == self).map_or("", |(name, _)| *name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn codes_read_and_print() {
        for data_type in DataType::all() {
            assert_eq!(DataType::from_code(&data_type.to_string()), Ok(data_type));
        }
        for code in ["bit", "bits", "enum", "u16-be", "i32-mle", "f64-mbe", "u48-le", "bcd16", "bcd32-mle", "str2-le"] {
            assert_eq!(DataType::from_code(code).unwrap().to_string(), code);
        }
        assert_eq!(DataType::from_code("bcd32-be").unwrap().to_string(), "bcd32");
        assert_eq!(DataType::from_code("u16").unwrap().to_string(), "u16-be");
        for code in ["", "u17-be", "f16-be", "u16-xx", "U16-be", "bit-be", "str-le", "str3", "bcd8", "ipv6"] {
            assert_eq!(DataType::from_code(code), Err(ValueError::UnknownDataType), "{code}");
        }
    }
}
