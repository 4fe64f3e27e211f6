use super::bytes::{fold_sign, unfold_sign};
use super::cell::Cell;
use crate::value::{Codec, DataType, Number, Packing, WordOrder, bcd_digits, bcd_fault, bcd_number, mask, sign_extend};

/// What the bits of a column's cells are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A coil, discrete input, or one bit of a register.
    Bit,
    /// A whole number from 0.
    Unsigned {
        /// 1 to 64.
        bits: u8,
    },
    /// A whole number in two's complement.
    Signed {
        /// 1 to 64.
        bits: u8,
    },
    /// A binary fraction of 32 bits (IEEE 754), NaN and infinities among them.
    Float32,
    /// One of 64 bits.
    Float64,
    /// A whole number of decimal digits, four bits each.
    Bcd {
        /// 16 or 32.
        bits: u8,
    },
    /// An IPv4 address.
    Ipv4,
    /// A hardware address.
    Mac,
    /// A text, kept as its registers.
    Text(Packing),
}

/// What sums are made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Whole,
    Fraction,
    None,
}

const SIGN: u64 = 1 << 63;
const SIGN32: u64 = 1 << 31;

impl Kind {
    /// Of what a codec reads.
    pub fn of(codec: &Codec) -> Kind {
        match codec.data_type() {
            DataType::Bit => Kind::Bit,
            DataType::Bits | DataType::Enum => Kind::Unsigned { bits: codec.width() },
            DataType::Number { number: Number::Unsigned, bits, .. } => Kind::Unsigned { bits },
            DataType::Number { number: Number::Signed, bits, .. } => Kind::Signed { bits },
            DataType::Number { number: Number::Float, bits: 32, .. } => Kind::Float32,
            DataType::Number { number: Number::Float, .. } => Kind::Float64,
            DataType::Bcd { bits, .. } => Kind::Bcd { bits },
            DataType::Ipv4 => Kind::Ipv4,
            DataType::Mac => Kind::Mac,
            DataType::Text(packing) => Kind::Text(packing),
        }
    }

    /// A type whose values these bits are. A text is as long as its registers.
    pub const fn data_type(self) -> DataType {
        let order = WordOrder::Be;
        match self {
            Kind::Bit => DataType::Bit,
            Kind::Unsigned { bits: bits @ (8 | 16 | 32 | 48 | 64) } => {
                DataType::Number { number: Number::Unsigned, bits, order }
            }
            Kind::Unsigned { bits: ..=16 } => DataType::Bits,
            Kind::Unsigned { .. } => DataType::Number { number: Number::Unsigned, bits: 64, order },
            Kind::Signed { bits } => DataType::Number { number: Number::Signed, bits, order },
            Kind::Float32 => DataType::Number { number: Number::Float, bits: 32, order },
            Kind::Float64 => DataType::Number { number: Number::Float, bits: 64, order },
            Kind::Bcd { bits } => DataType::Bcd { bits, order },
            Kind::Ipv4 => DataType::Ipv4,
            Kind::Mac => DataType::Mac,
            Kind::Text(packing) => DataType::Text(packing),
        }
    }

    /// Whether raw bits or registers are of this kind; an error is of any.
    pub fn holds(self, cell: &Cell<'_>) -> bool {
        match cell {
            Cell::Raw(raw) => self.key(*raw).is_some(),
            Cell::Registers(_) => matches!(self, Kind::Text(_)),
            Cell::Error(_) => true,
        }
    }

    pub(super) const fn sort(self) -> Sort {
        match self {
            Kind::Bit | Kind::Unsigned { .. } | Kind::Signed { .. } | Kind::Bcd { .. } => Sort::Whole,
            Kind::Float32 | Kind::Float64 => Sort::Fraction,
            Kind::Ipv4 | Kind::Mac | Kind::Text(_) => Sort::None,
        }
    }

    /// Code and bits in a chunk.
    pub(super) const fn code(self) -> (u8, Option<u8>) {
        match self {
            Kind::Bit => (0, None),
            Kind::Unsigned { bits } => (1, Some(bits)),
            Kind::Signed { bits } => (2, Some(bits)),
            Kind::Float32 => (3, None),
            Kind::Float64 => (4, None),
            Kind::Bcd { bits } => (5, Some(bits)),
            Kind::Ipv4 => (6, None),
            Kind::Mac => (7, None),
            Kind::Text(Packing::Single) => (8, None),
            Kind::Text(Packing::Pairs) => (9, None),
            Kind::Text(Packing::SwappedPairs) => (10, None),
        }
    }

    /// Whether bits follow a code.
    pub(super) const fn has_bits(code: u8) -> bool {
        matches!(code, 1 | 2 | 5)
    }

    pub(super) const fn of_code(code: u8, bits: u8) -> Option<Kind> {
        let kind = match code {
            0 => Kind::Bit,
            1 => Kind::Unsigned { bits },
            2 => Kind::Signed { bits },
            3 => Kind::Float32,
            4 => Kind::Float64,
            5 => Kind::Bcd { bits },
            6 => Kind::Ipv4,
            7 => Kind::Mac,
            8 => Kind::Text(Packing::Single),
            9 => Kind::Text(Packing::Pairs),
            10 => Kind::Text(Packing::SwappedPairs),
            _ => return None,
        };
        if kind.is_sound() { Some(kind) } else { None }
    }

    /// Whether its number of bits is one that there is.
    pub(super) const fn is_sound(self) -> bool {
        match self {
            Kind::Unsigned { bits } => 1 <= bits && bits <= 64,
            Kind::Signed { bits } => matches!(bits, 8 | 16 | 32 | 48 | 64),
            Kind::Bcd { bits } => matches!(bits, 16 | 32),
            _ => true,
        }
    }

    /// The number that is packed: it ascends as the values do, so that those alike are near each other.
    pub(super) fn key(self, raw: u64) -> Option<u64> {
        if !self.is_sound() {
            return None;
        }
        let within = |bits: u8| (raw & mask(bits) == raw).then_some(raw);
        match self {
            Kind::Bit => within(1),
            Kind::Unsigned { bits } => within(bits),
            Kind::Signed { bits } => within(bits).map(|raw| sign_extend(raw, bits).cast_unsigned() ^ SIGN),
            Kind::Float32 => within(32).map(|raw| if raw & SIGN32 == 0 { raw | SIGN32 } else { !raw & mask(32) }),
            Kind::Float64 => Some(if raw & SIGN == 0 { raw | SIGN } else { !raw }),
            Kind::Bcd { bits } => within(bits).filter(|raw| bcd_fault(*raw).is_none()).map(bcd_number),
            Kind::Ipv4 => within(32),
            Kind::Mac => within(48),
            Kind::Text(_) => None,
        }
    }

    /// The raw bits back; `None` of a number that is no key.
    pub(super) fn raw(self, key: u64) -> Option<u64> {
        if !self.is_sound() {
            return None;
        }
        let within = |bits: u8| (key & mask(bits) == key).then_some(key);
        match self {
            Kind::Bit => within(1),
            Kind::Unsigned { bits } => within(bits),
            Kind::Signed { bits } => {
                let raw = (key ^ SIGN) & mask(bits);
                (sign_extend(raw, bits).cast_unsigned() ^ SIGN == key).then_some(raw)
            }
            Kind::Float32 => within(32).map(|key| if key & SIGN32 == 0 { !key & mask(32) } else { key ^ SIGN32 }),
            Kind::Float64 => Some(if key & SIGN == 0 { !key } else { key ^ SIGN }),
            Kind::Bcd { bits } => (key < 10u64.pow(u32::from(bits) / 4)).then(|| bcd_digits(key)),
            Kind::Ipv4 => within(32),
            Kind::Mac => within(48),
            Kind::Text(_) => None,
        }
    }

    /// A key as a small number, where its values are.
    pub(super) const fn short(self, key: u64) -> u64 {
        if let Kind::Signed { .. } = self { fold_sign((key ^ SIGN).cast_signed()) } else { key }
    }

    /// The key back.
    pub(super) const fn long(self, short: u64) -> u64 {
        if let Kind::Signed { .. } = self { unfold_sign(short).cast_unsigned() ^ SIGN } else { short }
    }

    /// The whole number of a key; `None` beyond a signed integer of 64 bits (DOMAIN.md A-6).
    pub(super) fn whole(self, key: u64) -> Option<i64> {
        match self {
            Kind::Signed { .. } => Some((key ^ SIGN).cast_signed()),
            _ => i64::try_from(key).ok(),
        }
    }

    /// The fraction of a key; NaN and infinities are no numbers, which whoever sums them knows.
    pub(super) fn fraction(self, key: u64) -> f64 {
        let raw = self.raw(key).unwrap_or(u64::MAX);
        match self {
            Kind::Float32 => u32::try_from(raw).map_or(f64::NAN, |bits| f64::from(f32::from_bits(bits))),
            _ => f64::from_bits(raw),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::Random;

    const KINDS: [Kind; 12] = [
        Kind::Bit,
        Kind::Unsigned { bits: 3 },
        Kind::Unsigned { bits: 16 },
        Kind::Unsigned { bits: 64 },
        Kind::Signed { bits: 8 },
        Kind::Signed { bits: 64 },
        Kind::Float32,
        Kind::Float64,
        Kind::Bcd { bits: 16 },
        Kind::Bcd { bits: 32 },
        Kind::Ipv4,
        Kind::Mac,
    ];

    #[test]
    fn raw_bits_come_back_and_keys_ascend_as_values_do() {
        let mut random = Random(17);
        for kind in KINDS {
            let (code, bits) = kind.code();
            assert_eq!((Kind::of_code(code, bits.unwrap_or(0)), Kind::has_bits(code)), (Some(kind), bits.is_some()));
            assert_eq!(Kind::of(&Codec::new(kind.data_type())), if kind == KINDS[1] { KINDS[2] } else { kind });
            let mut seen = 0;
            for _ in 0..4000 {
                let raws = [0, 0].map(|_| random.next() >> random.below(64));
                let keys = raws.map(|raw| kind.key(raw));
                for (raw, key) in raws.into_iter().zip(keys) {
                    let Some(key) = key else { continue };
                    assert_eq!(kind.raw(key), Some(raw), "{kind:?}");
                    seen += 1;
                }
                let [Some(left), Some(right)] = keys else { continue };
                match kind.sort() {
                    Sort::Whole => {
                        if let (Some(low), Some(high)) = (kind.whole(left), kind.whole(right)) {
                            assert_eq!(left.cmp(&right), low.cmp(&high));
                        }
                    }
                    Sort::Fraction => {
                        let (low, high) = (kind.fraction(left), kind.fraction(right));
                        assert!(low.is_nan() || high.is_nan() || low.total_cmp(&high) == left.cmp(&right));
                    }
                    Sort::None => {}
                }
            }
            assert!(seen > 20, "{kind:?}");
            assert!(kind.sort() != Sort::Fraction || kind.key(0) > kind.key(1 << 63).or(kind.key(1 << 31)));
        }
        assert_eq!((Kind::Bit.key(2), Kind::Bcd { bits: 16 }.key(0xA), Kind::Bit.raw(2)), (None, None, None));
        assert_eq!((Kind::of_code(1, 65), Kind::of_code(2, 24), Kind::of_code(11, 0)), (None, None, None));
    }
}
