//! Registers to values and back: order, scale, bits.

use super::data_type::{DataType, Number, WordOrder};
use super::text::{self, Text};
use super::{Decimal, Value, ValueError};
use crate::reference::parse_mac;

/// The bits of a number in its natural order, zero-extended; of a bit, 0 or 1; of an address, its bytes
/// with the first one highest. This is what is stored: type and scale stand beside it (DOMAIN.md A-5).
/// A text has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Raw(pub u64);

/// How the registers of one parameter become its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Codec {
    data_type: DataType,
    multiplier: Decimal,
    shift: Decimal,
    precision: Option<u8>,
    bit: u8,
    /// Bits of a part, or registers of a text.
    count: Option<u8>,
    not_available: [Option<u64>; 2],
}

/// Most registers of a text: what one request reads (Modbus Application Protocol V1.1b3, 6.3).
const MOST_REGISTERS: u8 = 125;

impl Codec {
    /// A codec without scale: multiplier 1, shift 0.
    pub const fn new(data_type: DataType) -> Self {
        let (multiplier, shift, not_available) = (Decimal::ONE, Decimal::ZERO, [None; 2]);
        Codec { data_type, multiplier, shift, precision: None, bit: 0, count: None, not_available }
    }

    /// Sets the multiplier; trailing zeros do not count.
    #[must_use]
    pub fn multiplier(self, multiplier: Decimal) -> Self {
        Codec { multiplier: multiplier.trimmed(), ..self }
    }

    /// Sets what is added after the multiplication.
    #[must_use]
    pub fn shift(self, shift: Decimal) -> Self {
        Codec { shift: shift.trimmed(), ..self }
    }

    /// Sets the decimals shown to people; `None` follows the scale.
    #[must_use]
    pub const fn precision(self, precision: Option<u8>) -> Self {
        Codec { precision, ..self }
    }

    /// Sets the bit of the register that a `bit` reads, or at which `bits` or an `enum` begin: 0 (least
    /// significant) to 15.
    pub const fn bit(self, bit: u8) -> Result<Self, ValueError> {
        match (bit, self.count) {
            (16.., _) => Err(ValueError::BitPosition { bit }),
            (_, Some(count)) if self.data_type.is_part() && count > 16 - bit => {
                Err(ValueError::BitCount { bit, count })
            }
            _ => Ok(Codec { bit, ..self }),
        }
    }

    /// Sets the number of bits of `bits` or an `enum`, all up to bit 15 without it; of a text, the length
    /// in registers. A `bit` is one bit.
    pub const fn bits(self, count: u8) -> Result<Self, ValueError> {
        let most = match self.data_type {
            DataType::Text(_) if count == 0 || count > MOST_REGISTERS => {
                return Err(ValueError::TextLength { length: count });
            }
            DataType::Text(_) => MOST_REGISTERS,
            DataType::Bit => 1,
            DataType::Bits | DataType::Enum => 16 - self.bit,
            _ => 0,
        };
        if count == 0 || count > most {
            return Err(ValueError::BitCount { bit: self.bit, count });
        }
        Ok(Codec { count: Some(count), ..self })
    }

    /// Sets raw bits that stand for "no value", such as 0x8000: they decode to
    /// [`ValueError::NotAvailable`].
    #[must_use]
    pub const fn not_available(self, codes: [Option<u64>; 2]) -> Self {
        Codec { not_available: codes, ..self }
    }

    /// All bits that raw values can have; a code for "no value" beyond them never comes.
    #[must_use]
    pub fn raw_bits(&self) -> u64 {
        match self.data_type {
            DataType::Bit | DataType::Bits | DataType::Enum => mask(self.width()),
            DataType::Number { bits, .. } | DataType::Bcd { bits, .. } => mask(bits),
            DataType::Ipv4 => mask(32),
            DataType::Mac => mask(48),
            DataType::Text(_) => 0,
        }
    }

    /// Type of the registers.
    pub const fn data_type(&self) -> DataType {
        self.data_type
    }

    /// Registers that hold the value, 1 to 6; of a text its length, 1 to 125.
    pub const fn register_count(&self) -> usize {
        match (self.data_type, self.count) {
            (DataType::Text(_), Some(length)) => length as usize,
            _ => self.data_type.register_count(),
        }
    }

    /// Registers that a text takes when it is written: those of the type, but of a text without a
    /// length as many as it needs.
    pub fn written_count(&self, text: &str) -> usize {
        match (self.data_type, self.count) {
            (DataType::Text(packing), None) => text::needed(text, packing),
            _ => self.register_count(),
        }
    }

    /// Whether every value is an integer: neither a fraction nor a scale.
    pub fn is_integer(&self) -> bool {
        let is_scaled = self.multiplier != Decimal::ONE || !self.shift.is_zero();
        let is_whole = self.data_type.is_numeric() && !self.data_type.is_float();
        is_whole && (!is_scaled || self.data_type == DataType::Bit)
    }

    /// Decimals shown to people (D-15): the precision if set, else those of multiplier and shift,
    /// else 0 for integers; `None` for a float shown by its shortest digits.
    pub fn decimals(&self) -> Option<u8> {
        let scale = self.multiplier.decimals().max(self.shift.decimals());
        let scale = u8::try_from(scale).unwrap_or(u8::MAX);
        self.precision.or((scale > 0 || !self.data_type.is_float()).then_some(scale))
    }

    /// Puts the bits of the registers in their natural order. What stands for no value is an error.
    pub fn raw(&self, registers: &[u16]) -> Result<Raw, ValueError> {
        let expected = self.register_count();
        if registers.len() != expected {
            return Err(ValueError::RegisterCount { expected, found: registers.len() });
        }
        let raw = match self.data_type {
            DataType::Bit | DataType::Bits | DataType::Enum => {
                let register = registers.first().copied().unwrap_or_default();
                u64::from(register >> self.bit) & mask(self.width())
            }
            DataType::Number { bits, order, .. } | DataType::Bcd { bits, order } => {
                let gather = |bits: u64, register: &u16| bits << 16 | u64::from(ordered(*register, order));
                let gathered = if order.reverses_registers() {
                    registers.iter().rev().fold(0, gather)
                } else {
                    registers.iter().fold(0, gather)
                };
                gathered & mask(bits)
            }
            DataType::Ipv4 | DataType::Mac => {
                if let Some(register) = registers.iter().position(|register| *register > 0xFF) {
                    return Err(ValueError::RegisterByte { register });
                }
                registers.iter().fold(0, |bytes, register| bytes << 8 | u64::from(*register))
            }
            DataType::Text(_) => return Err(ValueError::NotNumeric { data_type: self.data_type }),
        };
        self.check(raw)?;
        Ok(Raw(raw))
    }

    /// The lowest bit of its register and the number of bits of a value that is a part of one.
    #[must_use]
    pub fn part(&self) -> Option<(u8, u8)> {
        (self.data_type.is_part() && self.width() < 16).then(|| (self.bit, self.width()))
    }

    /// Scales raw bits to the value, exactly. Only of a float's product and shift that together have more
    /// digits than [`Decimal::MAX_DIGITS`] the last ones are rounded: 1e-40 less 273.15 is -273.15.
    ///
    /// # Errors
    /// [`ValueError::NumberTooLong`] for other results with so many digits, [`ValueError::NotFinite`],
    /// [`ValueError::NotAvailable`], and those of the type.
    pub fn value(&self, Raw(raw): Raw) -> Result<Value<'static>, ValueError> {
        self.check(raw)?;
        let number = match self.data_type {
            DataType::Bit => return Ok(Value::Bit(raw != 0)),
            DataType::Bits | DataType::Enum | DataType::Number { number: Number::Unsigned, .. } => Decimal::from(raw),
            DataType::Number { number: Number::Signed, bits, .. } => Decimal::from(sign_extend(raw, bits)),
            DataType::Number { number: Number::Float, bits: 32, .. } => {
                Decimal::from_f32(f32::from_bits(low_half(raw))).ok_or(self.not_finite())?
            }
            DataType::Number { number: Number::Float, .. } => {
                Decimal::from_f64(f64::from_bits(raw)).ok_or(self.not_finite())?
            }
            DataType::Bcd { .. } => Decimal::from(bcd_number(raw)),
            DataType::Ipv4 => return Ok(Value::Ipv4(last_bytes(raw))),
            DataType::Mac => return Ok(Value::Mac(last_bytes(raw))),
            DataType::Text(_) => return Err(ValueError::NotNumeric { data_type: self.data_type }),
        };
        let product = number.checked_mul(self.multiplier).ok_or(ValueError::NumberTooLong)?;
        self.sum(product, self.shift).map(Value::Number)
    }

    fn sum(&self, left: Decimal, right: Decimal) -> Result<Decimal, ValueError> {
        let sum = if self.data_type.is_float() { left.add_rounded(right) } else { left.checked_add(right) };
        sum.ok_or(ValueError::NumberTooLong)
    }

    /// Registers to value. Of a text without a length all registers are read.
    pub fn decode<'a>(&self, registers: &'a [u16]) -> Result<Value<'a>, ValueError> {
        let DataType::Text(packing) = self.data_type else { return self.value(self.raw(registers)?) };
        let (expected, found) = (self.register_count(), registers.len());
        if found == 0 || self.count.is_some() && found != expected {
            return Err(ValueError::RegisterCount { expected, found });
        }
        Text::read(registers, packing).map(Value::Text)
    }

    /// Writes raw bits to the registers, which hold the device's present content: bits change
    /// nothing but themselves, a number of 8 bits its own byte. Gives the number of registers.
    pub fn emit(&self, Raw(raw): Raw, registers: &mut [u16]) -> Result<usize, ValueError> {
        let (expected, found) = (self.register_count(), registers.len());
        let registers = registers.get_mut(..expected).ok_or(ValueError::RegisterCount { expected, found })?;
        match self.data_type {
            DataType::Bit | DataType::Bits | DataType::Enum => {
                let raw = if self.data_type == DataType::Bit { u64::from(raw != 0) } else { raw };
                let mask = mask(self.width());
                for register in registers {
                    *register = *register & !low_register(mask << self.bit) | low_register((raw & mask) << self.bit);
                }
            }
            DataType::Number { bits, order, .. } | DataType::Bcd { bits, order } => {
                let kept = if bits == 8 { ordered(0xFF00, order) } else { 0 };
                let mut rest = raw & mask(bits);
                let mut scatter = |register: &mut u16| {
                    *register = *register & kept | ordered(low_register(rest), order);
                    rest >>= 16;
                };
                if order.reverses_registers() {
                    registers.iter_mut().for_each(&mut scatter);
                } else {
                    registers.iter_mut().rev().for_each(&mut scatter);
                }
            }
            DataType::Ipv4 | DataType::Mac => {
                let mut rest = raw;
                for register in registers.iter_mut().rev() {
                    *register = low_register(rest & 0xFF);
                    rest >>= 8;
                }
            }
            DataType::Text(_) => return Err(ValueError::NotNumeric { data_type: self.data_type }),
        }
        Ok(expected)
    }

    /// The inverse of [`decode`](Self::decode): text to registers, which hold the device's present
    /// content. Integers are truncated toward zero (D-15), texts filled up with NUL. Gives the number of
    /// registers.
    pub fn encode(&self, text: &str, registers: &mut [u16]) -> Result<usize, ValueError> {
        let DataType::Text(packing) = self.data_type else {
            return self.emit(self.raw_of(text)?, registers);
        };
        let (expected, found) = (self.written_count(text), registers.len());
        if text::needed(text, packing) > expected || expected > MOST_REGISTERS.into() {
            return Err(ValueError::ValueRange { data_type: self.data_type });
        }
        let registers = registers.get_mut(..expected).ok_or(ValueError::RegisterCount { expected, found })?;
        text::write(text, packing, registers)?;
        Ok(expected)
    }

    /// Refuses raw bits that are no value of the type.
    pub(super) fn check(&self, raw: u64) -> Result<(), ValueError> {
        let [first, second] = self.not_available;
        if first == Some(raw) || second == Some(raw) {
            return Err(ValueError::NotAvailable { index: 0 });
        }
        match self.data_type {
            DataType::Number { number: Number::Float, bits, .. } if !is_finite(raw, bits) => Err(self.not_finite()),
            DataType::Bcd { .. } => match bcd_fault(raw) {
                Some(shift) => Err(ValueError::BcdDigit { register: self.register_from_low(shift / 16) }),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    pub(crate) const fn multiplier_and_shift(&self) -> (Decimal, Decimal) {
        (self.multiplier, self.shift)
    }

    pub(super) const fn codes(&self) -> [Option<u64>; 2] {
        self.not_available
    }

    /// The bit that a part of a register begins at.
    pub(super) const fn first_bit(&self) -> u8 {
        self.bit
    }

    /// Bits of a part of a register, 1 to 16.
    pub(crate) const fn width(&self) -> u8 {
        match (self.data_type, self.count) {
            (DataType::Bit, _) => 1,
            (_, Some(count)) => count,
            _ => 16u8.saturating_sub(self.bit),
        }
    }

    /// The register that holds the exponent is the most significant one.
    fn not_finite(&self) -> ValueError {
        let top = self.register_count().saturating_sub(1);
        ValueError::NotFinite { register: self.register_from_low(top) }
    }

    /// Where the register stands that has so many less significant ones.
    fn register_from_low(&self, place: usize) -> usize {
        if self.data_type.order().reverses_registers() {
            place
        } else {
            self.register_count().saturating_sub(1).saturating_sub(place)
        }
    }

    fn raw_of(&self, text: &str) -> Result<Raw, ValueError> {
        let raw = match self.data_type {
            DataType::Bit => match text {
                "0" | "false" => 0,
                "1" | "true" => 1,
                _ => return Err(ValueError::BitSyntax),
            },
            DataType::Ipv4 => {
                let address: Option<core::net::Ipv4Addr> = text.parse().ok();
                address.ok_or(ValueError::AddressSyntax { data_type: self.data_type })?.to_bits().into()
            }
            DataType::Mac => {
                let bytes = parse_mac(text).ok_or(ValueError::AddressSyntax { data_type: self.data_type })?;
                bytes.into_iter().fold(0, |bits, byte| bits << 8 | u64::from(byte))
            }
            DataType::Text(_) => return Err(ValueError::NotNumeric { data_type: self.data_type }),
            DataType::Number { number: Number::Float, bits, .. } => {
                let (unshifted, range) = (self.unshifted(text)?, ValueError::ValueRange { data_type: self.data_type });
                let raw = match bits {
                    32 => unshifted.div_f32(self.multiplier).map(|float| float.to_bits().into()),
                    _ => unshifted.div_f64(self.multiplier).map(f64::to_bits),
                };
                raw.filter(|raw| is_finite(*raw, bits)).ok_or(range)?
            }
            DataType::Number { number: Number::Signed, bits, .. } => {
                self.whole(text, -(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1)? & mask(bits)
            }
            DataType::Number { bits, .. } => self.whole(text, 0, mask(bits).into())?,
            DataType::Bits | DataType::Enum => self.whole(text, 0, mask(self.width()).into())?,
            DataType::Bcd { bits, .. } => {
                bcd_digits(self.whole(text, 0, if bits == 32 { 99_999_999 } else { 9_999 })?)
            }
        };
        self.check(raw)?;
        Ok(Raw(raw))
    }

    /// The text without the shift; only the multiplier is left to undo.
    fn unshifted(&self, text: &str) -> Result<Decimal, ValueError> {
        if self.multiplier.is_zero() {
            return Err(ValueError::ZeroMultiplier);
        }
        self.sum(Decimal::parse(text)?, self.shift.negated())
    }

    /// The whole number of a text, truncated toward zero, as 64 bits of two's complement.
    fn whole(&self, text: &str, low: i128, high: i128) -> Result<u64, ValueError> {
        let range = ValueError::ValueRange { data_type: self.data_type };
        let whole = self.unshifted(text)?.div_truncated(self.multiplier).ok_or(range)?;
        if !(low..=high).contains(&whole) {
            return Err(range);
        }
        let bytes = whole.to_le_bytes();
        Ok(u64::from_le_bytes(bytes.first_chunk::<8>().copied().unwrap_or_default()))
    }
}

/// The number whose digits the bits are; none is above 9.
pub(crate) fn bcd_number(raw: u64) -> u64 {
    (0..8).rev().fold(0u64, |number, place| number.wrapping_mul(10).wrapping_add(raw >> (4 * place) & 0xF))
}

/// The digits of a number below 10^8, four bits each.
pub(crate) fn bcd_digits(number: u64) -> u64 {
    let mut rest = number;
    (0..8).fold(0, |bits, place| {
        let digit = rest % 10;
        rest /= 10;
        bits | digit << (4 * place)
    })
}

/// Place of the highest four bits that are no digit.
pub(crate) fn bcd_fault(raw: u64) -> Option<usize> {
    (0..8).rev().map(|place| 4 * place).find(|shift| raw >> shift & 0xF > 9)
}

fn last_bytes<const COUNT: usize>(raw: u64) -> [u8; COUNT] {
    raw.to_be_bytes().last_chunk().copied().unwrap_or([0; COUNT])
}

const fn ordered(register: u16, order: WordOrder) -> u16 {
    if order.swaps_bytes() { register.swap_bytes() } else { register }
}

/// The low `bits` bits, 1 to 64.
pub(crate) const fn mask(bits: u8) -> u64 {
    u64::MAX >> (64 - bits as u32 % 65)
}

pub(crate) const fn sign_extend(raw: u64, bits: u8) -> i64 {
    let unused = 64 - bits as u32 % 65;
    (raw << unused).cast_signed() >> unused
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is what is wanted")]
const fn low_half(raw: u64) -> u32 {
    raw as u32
}

#[expect(clippy::cast_possible_truncation, reason = "the low register is what is wanted")]
const fn low_register(raw: u64) -> u16 {
    raw as u16
}

const fn is_finite(raw: u64, bits: u8) -> bool {
    if bits == 32 { f32::from_bits(low_half(raw)).is_finite() } else { f64::from_bits(raw).is_finite() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    fn codec(code: &str) -> Codec {
        Codec::new(DataType::from_code(code).unwrap())
    }

    fn scaled(code: &str, multiplier: &str, shift: &str) -> Codec {
        codec(code).multiplier(Decimal::parse(multiplier).unwrap()).shift(Decimal::parse(shift).unwrap())
    }

    fn text(codec: Codec, registers: &[u16]) -> std::string::String {
        codec.decode(registers).unwrap().to_string()
    }

    #[test]
    fn a_part_says_which_bits_it_is() {
        let bits = |code, bit, count| codec(code).bit(bit).unwrap().bits(count).unwrap().part();
        assert_eq!((codec("bit").part(), bits("bits", 4, 3)), (Some((0, 1)), Some((4, 3))));
        assert_eq!(codec("enum").bit(4).unwrap().part(), Some((4, 12)));
        assert_eq!((codec("enum").part(), codec("u16").part(), codec("u8").part()), (None, None, None));
    }

    #[test]
    fn four_orders_of_two_registers() {
        for (code, registers) in [
            ("u32-be", [0x0102, 0x0304]),
            ("u32-le", [0x0403, 0x0201]),
            ("u32-mbe", [0x0201, 0x0403]),
            ("u32-mle", [0x0304, 0x0102]),
        ] {
            assert_eq!(text(codec(code), &registers), 0x0102_0304.to_string(), "{code}");
        }
        assert_eq!(text(codec("u8-be"), &[0x1234]), "52");
        assert_eq!(text(codec("u8-le"), &[0x1234]), "18");
    }

    #[test]
    fn integers_are_exact_to_the_last_digit() {
        assert_eq!(text(codec("u64-be"), &[0xFFFF; 4]), "18446744073709551615");
        assert_eq!(text(codec("i64-le"), &[0, 0, 0, 0x0080]), "-9223372036854775808");
        assert_eq!(text(scaled("u16-be", "0.10", "0"), &[250]), "25.0");
        assert_eq!(text(scaled("u16-be", "0.1", "-40"), &[655]), "25.5");
        assert_eq!(text(scaled("u64-be", "0.001", "0"), &[0xFFFF; 4]), "18446744073709551.615");
    }

    #[test]
    fn writing_is_the_inverse_truncated_toward_zero() {
        let mut registers = [0; 4];
        let mut write = |codec: Codec, text: &str| codec.encode(text, &mut registers).map(|n| registers[..n].to_vec());
        assert_eq!(write(codec("u16-be"), "22.22"), Ok(std::vec![22]));
        assert_eq!(write(scaled("u16-be", "0.1", "0"), "25.0"), Ok(std::vec![250]));
        assert_eq!(write(codec("i16-be"), "-1.9"), Ok(std::vec![0xFFFF]));
        assert_eq!(write(codec("f32-mle"), "461"), Ok(std::vec![0x8000, 0x43E6]));
        let range = |code| Err(ValueError::ValueRange { data_type: DataType::from_code(code).unwrap() });
        assert_eq!(write(codec("u16-be"), "65536"), range("u16-be"));
        assert_eq!(write(codec("u16-be"), "-1"), range("u16-be"));
        assert_eq!(write(codec("f32-be"), "1".repeat(37).as_str()).unwrap().len(), 2);
        assert_eq!(write(scaled("f32-be", "0.000001", "0"), &"9".repeat(38)), Err(ValueError::NumberTooLong));
        assert_eq!(write(scaled("u16-be", "0", "0"), "1"), Err(ValueError::ZeroMultiplier));
    }

    #[test]
    fn a_float_and_a_shift_too_far_apart_give_the_first_digits_of_their_sum() {
        let celsius = scaled("f32-be", "1", "-273.15");
        assert_eq!(text(celsius, &[0, 1]), "-273.15");
        assert_eq!(text(celsius, &[0x4391, 0x8000]), "17.85");
        // 3e38 K: the shift is beyond the room for digits, no matter of which sign.
        let far = text(celsius, &[0x7F61, 0xB1E6]);
        assert_eq!(far.parse::<f32>().unwrap().to_bits(), 0x7F61_B1E6, "{far}");
        let nearly = scaled("f64-be", "1", "1");
        let tiny = 1e-300_f64.to_bits();
        let registers: std::vec::Vec<u16> = (0..4).rev().map(|n| (tiny >> (16 * n)) as u16).collect();
        assert_eq!(text(nearly, &registers), "1");
    }

    #[test]
    fn bits_and_bytes_leave_their_neighbours_alone() {
        let mut registers = [0b1010_0101];
        let bit = codec("bit").bit(1).unwrap();
        bit.encode("1", &mut registers).unwrap();
        assert_eq!(registers, [0b1010_0111]);
        bit.encode("false", &mut registers).unwrap();
        assert_eq!(registers, [0b1010_0101]);
        let mut registers = [0x1234];
        codec("u8-le").encode("255", &mut registers).unwrap();
        assert_eq!(registers, [0xFF34]);
        assert_eq!(codec("bit").bit(16), Err(ValueError::BitPosition { bit: 16 }));
    }

    #[test]
    fn parts_of_a_register() {
        let part = |code, bit, bits| codec(code).bit(bit).unwrap().bits(bits).unwrap();
        assert_eq!(text(part("bits", 4, 3), &[0b0101_0000]), "5");
        assert_eq!(text(part("enum", 8, 8), &[0x12FF]), "18");
        assert_eq!(text(codec("enum"), &[0xFFFF]), "65535");
        let mut registers = [0xFFFF];
        part("bits", 4, 3).encode("2", &mut registers).unwrap();
        assert_eq!(registers, [0xFFAF]);
        let range = ValueError::ValueRange { data_type: DataType::Bits };
        assert_eq!(part("bits", 4, 3).encode("8", &mut registers), Err(range));
        assert_eq!(codec("bits").bit(10).unwrap().bits(7), Err(ValueError::BitCount { bit: 10, count: 7 }));
        assert_eq!(codec("bits").bits(7).unwrap().bit(10), Err(ValueError::BitCount { bit: 10, count: 7 }));
        assert_eq!(codec("u16-be").bits(1), Err(ValueError::BitCount { bit: 0, count: 1 }));
    }

    #[test]
    fn decimal_digits_of_four_bits() {
        assert_eq!(text(codec("bcd16"), &[0x1234]), "1234");
        assert_eq!(text(codec("bcd32"), &[0x1234, 0x5678]), "12345678");
        assert_eq!(text(codec("bcd32-mle"), &[0x5678, 0x1234]), "12345678");
        assert_eq!(text(scaled("bcd16", "0.01", "0"), &[0x0950]), "9.50");
        for (code, registers, register) in
            [("bcd16", &[0x00A0][..], 0), ("bcd32", &[0x1234, 0x000F], 1), ("bcd32-mle", &[0x00F0, 0x1234], 0)]
        {
            assert_eq!(codec(code).decode(registers), Err(ValueError::BcdDigit { register }), "{code}");
        }
        let mut registers = [0; 2];
        codec("bcd32-le").encode("12345678", &mut registers).unwrap();
        assert_eq!(registers, [0x7856, 0x3412]);
        for text in ["10000", "-1"] {
            let range = ValueError::ValueRange { data_type: codec("bcd16").data_type() };
            assert_eq!(codec("bcd16").encode(text, &mut registers), Err(range));
        }
    }

    #[test]
    fn addresses_have_a_byte_in_each_register() {
        assert_eq!(text(codec("ipv4"), &[192, 168, 0, 10]), "192.168.0.10");
        assert_eq!(text(codec("mac"), &[0xD8, 0x80, 0x39, 0x4E, 0x8D, 0xE9]), "d8:80:39:4e:8d:e9");
        assert_eq!(codec("ipv4").decode(&[192, 256, 0, 1]), Err(ValueError::RegisterByte { register: 1 }));
        let mut registers = [0; 6];
        assert_eq!(codec("mac").encode("D8-80-39-4E-8D-E9", &mut registers), Ok(6));
        assert_eq!(registers, [0xD8, 0x80, 0x39, 0x4E, 0x8D, 0xE9]);
        for text in ["192.168.0", "192.168.0.256", "192.168.00.1", "a"] {
            let syntax = ValueError::AddressSyntax { data_type: DataType::Ipv4 };
            assert_eq!(codec("ipv4").encode(text, &mut registers), Err(syntax));
        }
        assert_eq!(codec("ipv4").decode(&[1; 4]).unwrap().decimal(), None);
    }

    #[test]
    fn texts_have_their_length() {
        let eight = codec("str").bits(8).unwrap();
        let mut registers = [0xFFFF; 8];
        assert_eq!(eight.encode("pump 1", &mut registers), Ok(8));
        assert_eq!(eight.decode(&registers).unwrap().to_string(), "pump 1");
        assert_eq!(
            eight.encode("pump in room 1", &mut registers),
            Err(ValueError::ValueRange { data_type: eight.data_type() })
        );
        assert_eq!(eight.decode(&registers[..6]), Err(ValueError::RegisterCount { expected: 8, found: 6 }));
        assert_eq!(codec("str2").encode("pump", &mut registers), Ok(2));
        assert_eq!(registers[..2], [0x7075, 0x6D70]);
        assert_eq!(
            codec("str2").raw(&registers[..1]),
            Err(ValueError::NotNumeric { data_type: codec("str2").data_type() })
        );
        assert_eq!(codec("str").bits(126), Err(ValueError::TextLength { length: 126 }));
    }

    #[test]
    fn codes_for_no_value() {
        let codec = scaled("i16-be", "0.1", "0").not_available([Some(0x8000), Some(0x7FFF)]);
        let none = Err(ValueError::NotAvailable { index: 0 });
        assert_eq!(codec.decode(&[0x8000]), none);
        assert_eq!(codec.decode(&[0x7FFF]), none);
        assert_eq!(text(codec, &[0x8001]), "-3276.7");
        assert_eq!(codec.value(Raw(0x8000)), none);
        assert_eq!(codec.encode("-3276.8", &mut [0]), Err(ValueError::NotAvailable { index: 0 }));
        // A code is looked for before the number is.
        let bcd = Codec::new(DataType::from_code("bcd16").unwrap()).not_available([Some(0xFFFF), None]);
        assert_eq!(bcd.decode(&[0xFFFF]), none);
    }

    #[test]
    fn not_a_number_is_an_error() {
        for (code, registers, register) in [
            ("f32-be", &[0x7FC0, 0][..], 0),
            ("f32-mle", &[0, 0xFF80], 1),
            ("f64-be", &[0xFFF0, 0, 0, 0], 0),
            ("f64-le", &[0, 0, 0, 0xF87F], 3),
        ] {
            assert_eq!(codec(code).decode(registers), Err(ValueError::NotFinite { register }), "{code}");
        }
        assert_eq!(codec("u32-be").decode(&[1]), Err(ValueError::RegisterCount { expected: 2, found: 1 }));
    }
}
