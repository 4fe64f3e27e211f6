//! Registers to values and back: order, scale, bits.

use super::data_type::{DataType, Number, WordOrder};
use super::{Decimal, Value, ValueError};

/// The bits of a number in its natural order, zero-extended; of a bit, 0 or 1. This is what is
/// stored: type and scale stand beside it (DOMAIN.md A-5).
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
}

impl Codec {
    /// A codec without scale: multiplier 1, shift 0.
    pub const fn new(data_type: DataType) -> Self {
        Codec { data_type, multiplier: Decimal::ONE, shift: Decimal::ZERO, precision: None, bit: 0 }
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

    /// Sets the bit of the register that a `bit` reads, 0 (least significant) to 15.
    pub const fn bit(self, bit: u8) -> Result<Self, ValueError> {
        if bit > 15 { Err(ValueError::BitPosition { bit }) } else { Ok(Codec { bit, ..self }) }
    }

    /// Type of the registers.
    pub const fn data_type(&self) -> DataType {
        self.data_type
    }

    /// Registers that hold the value, 1 to 4.
    pub const fn register_count(&self) -> usize {
        self.data_type.register_count()
    }

    /// Decimals shown to people (D-15): the precision if set, else those of multiplier and shift,
    /// else 0 for integers; `None` for a float shown by its shortest digits.
    pub fn decimals(&self) -> Option<u8> {
        let scale = self.multiplier.decimals().max(self.shift.decimals());
        let scale = u8::try_from(scale).unwrap_or(u8::MAX);
        self.precision.or((scale > 0 || !self.data_type.is_float()).then_some(scale))
    }

    /// Puts the bits of the registers in their natural order. NaN and infinities are errors.
    pub fn raw(&self, registers: &[u16]) -> Result<Raw, ValueError> {
        let expected = self.register_count();
        if registers.len() != expected {
            return Err(ValueError::RegisterCount { expected, found: registers.len() });
        }
        match self.data_type {
            DataType::Bit => {
                let register = registers.first().copied().unwrap_or_default();
                Ok(Raw(u64::from(register >> self.bit & 1)))
            }
            DataType::Number { number, bits, order } => {
                let gather = |bits: u64, register: &u16| bits << 16 | u64::from(ordered(*register, order));
                let gathered = if order.reverses_registers() {
                    registers.iter().rev().fold(0, gather)
                } else {
                    registers.iter().fold(0, gather)
                };
                let raw = gathered & mask(bits);
                if number == Number::Float && !is_finite(raw, bits) {
                    return Err(self.not_finite());
                }
                Ok(Raw(raw))
            }
        }
    }

    /// Scales raw bits to the value.
    pub fn value(&self, Raw(raw): Raw) -> Result<Value, ValueError> {
        let number = match self.data_type {
            DataType::Bit => return Ok(Value::Bit(raw != 0)),
            DataType::Number { number: Number::Unsigned, .. } => Decimal::from(raw),
            DataType::Number { number: Number::Signed, bits, .. } => Decimal::from(sign_extend(raw, bits)),
            DataType::Number { number: Number::Float, bits: 32, .. } => {
                Decimal::from_f32(f32::from_bits(low_half(raw))).ok_or(self.not_finite())?
            }
            DataType::Number { number: Number::Float, .. } => {
                Decimal::from_f64(f64::from_bits(raw)).ok_or(self.not_finite())?
            }
        };
        let scaled = number.checked_mul(self.multiplier).and_then(|product| product.checked_add(self.shift));
        scaled.map(Value::Number).ok_or(ValueError::NumberTooLong)
    }

    /// Registers to value.
    pub fn decode(&self, registers: &[u16]) -> Result<Value, ValueError> {
        self.value(self.raw(registers)?)
    }

    /// Writes raw bits to the registers, which hold the device's present content: a bit changes
    /// its own bit, a number of 8 bits its own byte. Gives the number of registers.
    pub fn emit(&self, Raw(raw): Raw, registers: &mut [u16]) -> Result<usize, ValueError> {
        let (expected, found) = (self.register_count(), registers.len());
        let registers = registers.get_mut(..expected).ok_or(ValueError::RegisterCount { expected, found })?;
        match self.data_type {
            DataType::Bit => {
                for register in registers {
                    *register = *register & !(1 << self.bit) | u16::from(raw != 0) << self.bit;
                }
            }
            DataType::Number { bits, order, .. } => {
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
        }
        Ok(expected)
    }

    /// The inverse of [`decode`](Self::decode): text to registers, which hold the device's present
    /// content. Integers are truncated toward zero (D-15). Gives the number of registers.
    pub fn encode(&self, text: &str, registers: &mut [u16]) -> Result<usize, ValueError> {
        self.emit(self.raw_of(text)?, registers)
    }

    /// The register that holds the exponent is the most significant one.
    fn not_finite(&self) -> ValueError {
        let register = match self.data_type {
            DataType::Number { order, .. } if order.reverses_registers() => self.register_count().saturating_sub(1),
            _ => 0,
        };
        ValueError::NotFinite { register }
    }

    fn raw_of(&self, text: &str) -> Result<Raw, ValueError> {
        let DataType::Number { number, bits, .. } = self.data_type else {
            return match text {
                "0" | "false" => Ok(Raw(0)),
                "1" | "true" => Ok(Raw(1)),
                _ => Err(ValueError::BitSyntax),
            };
        };
        let range = ValueError::ValueRange { data_type: self.data_type };
        if self.multiplier.is_zero() {
            return Err(ValueError::ZeroMultiplier);
        }
        let unshifted = Decimal::parse(text)?.checked_sub(self.shift).ok_or(ValueError::NumberTooLong)?;
        if number == Number::Float {
            let raw = match bits {
                32 => unshifted.div_f32(self.multiplier).map(|float| float.to_bits().into()),
                _ => unshifted.div_f64(self.multiplier).map(f64::to_bits),
            };
            return raw.filter(|raw| is_finite(*raw, bits)).map(Raw).ok_or(range);
        }
        let whole = unshifted.div_truncated(self.multiplier).ok_or(range)?;
        let (low, high) = match number {
            Number::Signed => (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1),
            _ => (0, (1i128 << bits) - 1),
        };
        if !(low..=high).contains(&whole) {
            return Err(range);
        }
        // Two's complement: the low bits of a negative number are those of the register.
        let bytes = whole.to_le_bytes();
        let low_bytes = bytes.first_chunk::<8>().copied().unwrap_or_default();
        Ok(Raw(u64::from_le_bytes(low_bytes) & mask(bits)))
    }
}

const fn ordered(register: u16, order: WordOrder) -> u16 {
    if order.swaps_bytes() { register.swap_bytes() } else { register }
}

/// The low `bits` bits, 1 to 64.
const fn mask(bits: u8) -> u64 {
    u64::MAX >> (64 - bits as u32 % 65)
}

const fn sign_extend(raw: u64, bits: u8) -> i64 {
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
