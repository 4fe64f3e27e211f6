//! Many values at once: registers of one type after another, to binary64 numbers or to integers.
//!
//! The numbers are those nearest to the exact decimals that [`Codec::decode`] gives. Where numerator and
//! power of ten are integers that binary64 holds, one division of the processor rounds once and finds
//! them (Clinger 1990); everything else goes the exact way.

use super::codec::{bcd_fault, bcd_number, mask, sign_extend};
use super::decimal::EXACT_POWERS;
use super::{Codec, DataType, Decimal, Number, Raw, ValueError, WordOrder};

/// Registers of an array.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// As they came in a frame: the high byte of each register first.
    Bytes(&'a [u8]),
    /// Registers of this machine.
    Registers(&'a [u16]),
}

/// What an array held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ArrayDecoded {
    /// Values.
    pub values: usize,
    /// Those of them that are none, and NaN in the result.
    pub missing: usize,
}

/// The greatest integer below which binary64 has all.
const MOST_EXACT: u64 = 1 << 53;

/// Values that are decoded before they are scaled: they stay in the nearest cache.
const BLOCK: usize = 512;

impl Codec {
    /// Values in so many bytes of registers.
    ///
    /// # Errors
    /// [`ValueError::ArrayLength`] if the last one is cut off, [`ValueError::NotNumeric`] for types without
    /// numbers.
    pub fn array_length(&self, byte_count: usize) -> Result<usize, ValueError> {
        if !self.data_type().is_numeric() {
            return Err(ValueError::NotNumeric { data_type: self.data_type() });
        }
        let (expected, found) = (self.register_count().saturating_mul(2), byte_count);
        match (found.checked_rem(expected), found.checked_div(expected)) {
            (Some(0), Some(length)) => Ok(length),
            _ => Err(ValueError::ArrayLength { expected, found }),
        }
    }

    /// Registers to the nearest binary64 numbers, infinite beyond their range: those that
    /// `parse::<f64>()` makes of the exact decimal text. Values that [`decode`](Self::decode) refuses, such
    /// as NaN or a code for "no value", are NaN, and counted.
    ///
    /// # Errors
    /// Those of [`array_length`](Self::array_length), and [`ValueError::OutLength`] if `out` is too short.
    /// Places of it that are not needed stay as they are.
    pub fn decode_array(&self, source: Source<'_>, out: &mut [f64]) -> Result<ArrayDecoded, ValueError> {
        let out = self.room(source, out)?;
        let scale = Scale::of(self);
        let mut decoded = ArrayDecoded { values: out.len(), missing: 0 };
        let step = BLOCK.saturating_mul(self.register_count());
        let plain = scale.and_then(|scale| self.plain(&scale));
        for (block, out) in source.blocks(step).zip(out.chunks_mut(BLOCK)) {
            let missing = match (&plain, &scale) {
                (Some(plain), _) => {
                    self.raws(block, plain.is_signed, out);
                    plain.scale(out)
                }
                (None, scale) => {
                    self.each_raw(block, out, |raw| self.nearest(raw, scale.as_ref()));
                    out.iter().filter(|value| value.is_nan()).count()
                }
            };
            decoded.missing = decoded.missing.saturating_add(missing);
        }
        Ok(decoded)
    }

    /// Registers to integers; gives their number.
    ///
    /// # Errors
    /// [`ValueError::NotInteger`] unless [`is_integer`](Self::is_integer); those of
    /// [`decode_array`](Self::decode_array); and the first value that is none: a code for "no value", 2^63
    /// or more (DOMAIN.md A-6), a BCD digit above 9. Of `out`, nothing is to be used then.
    pub fn decode_array_integers(&self, source: Source<'_>, out: &mut [i64]) -> Result<usize, ValueError> {
        if !self.is_integer() {
            return Err(ValueError::NotInteger { data_type: self.data_type() });
        }
        let out = self.room(source, out)?;
        let (is_signed, bits) = self.integer();
        let integer = |raw: u64| if is_signed { sign_extend(raw, bits) } else { raw.cast_signed() };
        self.each_raw(source, out, integer);
        let codes = self.codes().map(|code| code.filter(|code| *code <= mask(bits)).map(integer));
        let is_wide = bits == 64 && !is_signed;
        let is_bcd = matches!(self.data_type(), DataType::Bcd { .. });
        if codes == [None; 2] && !is_wide && !is_bcd {
            return Ok(out.len());
        }
        for (index, value) in out.iter_mut().enumerate() {
            if codes.contains(&Some(*value)) {
                return Err(ValueError::NotAvailable { index });
            }
            if is_wide && *value < 0 {
                return Err(ValueError::IntegerRange { index });
            }
            if is_bcd {
                let raw = value.cast_unsigned();
                self.check(raw).map_err(|error| match error {
                    ValueError::BcdDigit { register } => {
                        let before = index.saturating_mul(self.register_count());
                        ValueError::BcdDigit { register: before.saturating_add(register) }
                    }
                    other => other,
                })?;
                *value = bcd_number(raw).cast_signed();
            }
        }
        Ok(out.len())
    }

    fn room<'a, T>(&self, source: Source<'_>, out: &'a mut [T]) -> Result<&'a mut [T], ValueError> {
        let (expected, found) = (self.array_length(source.byte_count())?, out.len());
        out.get_mut(..expected).ok_or(ValueError::OutLength { expected, found })
    }

    /// Whether the bits of an integer have a sign, and how many they are.
    const fn integer(&self) -> (bool, u8) {
        match self.data_type() {
            DataType::Number { number, bits, .. } => (matches!(number, Number::Signed), bits),
            DataType::Bcd { bits, .. } => (false, bits),
            _ => (false, self.width()),
        }
    }

    /// The way without exceptions, if no value of the type needs one.
    fn plain(&self, scale: &Scale) -> Option<Plain> {
        let (is_signed, bits) = self.integer();
        let is_number = !self.data_type().is_float() && !matches!(self.data_type(), DataType::Bcd { .. });
        if !is_number || bits > 48 {
            return None;
        }
        let most = u128::from(mask(bits)).saturating_mul(scale.factor.unsigned_abs().into());
        if most.saturating_add(scale.offset.unsigned_abs().into()) > MOST_EXACT.into() {
            return None;
        }
        let power = *EXACT_POWERS.get(usize::try_from(scale.power).ok()?)?;
        // NaN is equal to nothing.
        let codes = self.codes().map(|code| match code {
            Some(code) if code <= mask(bits) && is_signed => sign_extend(code, bits) as f64,
            Some(code) if code <= mask(bits) => code as f64,
            _ => f64::NAN,
        });
        let has_codes = codes.iter().any(|code| !code.is_nan());
        Some(Plain { is_signed, factor: scale.factor as f64, offset: scale.offset as f64, power, codes, has_codes })
    }

    /// Integers of at most 48 bits as they stand in the registers.
    fn raws(&self, source: Source<'_>, is_signed: bool, out: &mut [f64]) {
        match (self.data_type(), is_signed) {
            (DataType::Number { bits: 16, order, .. }, false) => words(source, order, out, f64::from),
            (DataType::Number { bits: 16, order, .. }, true) => {
                words(source, order, out, |word| f64::from(word.cast_signed()))
            }
            (DataType::Number { bits: 32, order, .. }, false) => double_words(source, order, out, f64::from),
            (DataType::Number { bits: 32, order, .. }, true) => {
                double_words(source, order, out, |word| f64::from(word.cast_signed()))
            }
            (DataType::Number { bits, .. }, true) => self.each_raw(source, out, |raw| sign_extend(raw, bits) as f64),
            _ => self.each_raw(source, out, |raw| raw.cast_signed() as f64),
        }
    }

    /// The bits of every value, in their natural order.
    fn each_raw<T>(&self, source: Source<'_>, out: &mut [T], mut value: impl FnMut(u64) -> T) {
        match self.data_type() {
            DataType::Number { bits: 16, order, .. } | DataType::Bcd { bits: 16, order } => {
                words(source, order, out, |word| value(word.into()));
            }
            DataType::Number { bits: 32, order, .. } | DataType::Bcd { order, .. } => {
                double_words(source, order, out, |word| value(word.into()));
            }
            DataType::Number { bits: 8, order, .. } => words(source, order, out, |word| value((word & 0xFF).into())),
            DataType::Number { bits: 48, order, .. } => source.fill(out, |bytes: [u8; 6]| value(natural(bytes, order))),
            DataType::Number { order, .. } => source.fill(out, |bytes: [u8; 8]| value(natural(bytes, order))),
            _ => {
                let (bit, mask) = (self.first_bit(), mask(self.width()));
                words(source, WordOrder::Be, out, |word| value(u64::from(word >> bit) & mask));
            }
        }
    }

    /// One value; NaN if it is none.
    fn nearest(&self, raw: u64, scale: Option<&Scale>) -> f64 {
        let exact = || {
            let decimal = self.value(Raw(raw)).ok().and_then(|value| value.decimal());
            decimal.map_or(f64::NAN, |decimal| decimal.to_f64())
        };
        let Some(scale) = scale else { return exact() };
        if self.codes().contains(&Some(raw)) {
            return f64::NAN;
        }
        let quick = match self.data_type() {
            DataType::Number { number: Number::Float, bits: 32, .. } => {
                let number = f32::from_bits(u32::try_from(raw).unwrap_or_default());
                short_decimal(number).and_then(|(whole, decimals)| scale.apply(whole, decimals))
            }
            DataType::Number { number: Number::Float, .. } => {
                let number = f64::from_bits(raw);
                if scale.is_none() && number.is_finite() {
                    // Minus zero becomes zero, as decimals have it.
                    Some(number + 0.0)
                } else {
                    whole(number).and_then(|whole| scale.apply(whole, 0))
                }
            }
            DataType::Number { number: Number::Unsigned, .. } if scale.is_none() => Some(raw as f64),
            DataType::Number { number: Number::Signed, bits, .. } => scale.apply(sign_extend(raw, bits), 0),
            DataType::Bcd { .. } if bcd_fault(raw).is_some() => return f64::NAN,
            DataType::Bcd { .. } => scale.apply(bcd_number(raw).cast_signed(), 0),
            _ => i64::try_from(raw).ok().and_then(|whole| scale.apply(whole, 0)),
        };
        quick.unwrap_or_else(exact)
    }
}

/// The scale in integers: `value = (raw × factor + offset) / 10^power`.
#[derive(Clone, Copy)]
struct Scale {
    factor: i64,
    offset: i64,
    power: u32,
}

impl Scale {
    /// `None` where a number is too long.
    fn of(codec: &Codec) -> Option<Scale> {
        let (multiplier, shift) = codec.sample_scale();
        let least = multiplier.exponent().min(shift.exponent()).min(0);
        let at_least = |number: Decimal| {
            let power = 10i128.checked_pow(u32::from(number.exponent().checked_sub(least)?.unsigned_abs()))?;
            i64::try_from(number.mantissa().checked_mul(power)?).ok()
        };
        let (factor, offset) = (at_least(multiplier)?, at_least(shift)?);
        Some(Scale { factor, offset, power: least.unsigned_abs().into() })
    }

    const fn is_none(&self) -> bool {
        self.factor == 1 && self.offset == 0 && self.power == 0
    }

    /// `whole / 10^decimals`, scaled, if one division of exact integers gives it.
    fn apply(&self, whole: i64, decimals: u32) -> Option<f64> {
        let power = EXACT_POWERS.get(usize::try_from(self.power.saturating_add(decimals)).ok()?)?;
        let offset = i128::from(self.offset).checked_mul(10i128.checked_pow(decimals)?)?;
        // 63 bits by 63 bits: the product fits.
        let numerator = i128::from(whole).wrapping_mul(self.factor.into()).checked_add(offset)?;
        (numerator.unsigned_abs() <= MOST_EXACT.into()).then(|| numerator as f64 / power)
    }
}

/// A scale that is exact for every value of the type.
struct Plain {
    is_signed: bool,
    factor: f64,
    offset: f64,
    power: f64,
    codes: [f64; 2],
    has_codes: bool,
}

impl Plain {
    /// Scales raw values; gives the number of those that stand for no value.
    fn scale(&self, values: &mut [f64]) -> usize {
        let Plain { factor, offset, power, codes: [first, second], .. } = *self;
        if !self.has_codes {
            for value in values {
                *value = (*value * factor + offset) / power;
            }
            return 0;
        }
        let mut missing = 0usize;
        for value in values {
            let is_missing = *value == first || *value == second;
            missing = missing.wrapping_add(usize::from(is_missing));
            let scaled = (*value * factor + offset) / power;
            *value = if is_missing { f64::NAN } else { scaled };
        }
        missing
    }
}

impl<'a> Source<'a> {
    /// Bytes of its registers.
    pub const fn byte_count(&self) -> usize {
        match self {
            Source::Bytes(bytes) => bytes.len(),
            Source::Registers(registers) => registers.len().saturating_mul(2),
        }
    }

    /// Parts of so many registers.
    fn blocks(self, registers: usize) -> impl Iterator<Item = Source<'a>> {
        let (bytes, words) = match self {
            Source::Bytes(bytes) => (bytes, &[][..]),
            Source::Registers(words) => (&[][..], words),
        };
        let registers = registers.max(1);
        let of_bytes = bytes.chunks(registers.saturating_mul(2)).map(Source::Bytes);
        of_bytes.chain(words.chunks(registers).map(Source::Registers))
    }

    /// Makes a value of each so many bytes.
    fn fill<const BYTES: usize, T>(self, out: &mut [T], mut value: impl FnMut([u8; BYTES]) -> T) {
        match self {
            Source::Bytes(bytes) => {
                for (place, bytes) in out.iter_mut().zip(bytes.as_chunks::<BYTES>().0) {
                    *place = value(*bytes);
                }
            }
            Source::Registers(registers) => {
                for (place, registers) in out.iter_mut().zip(registers.chunks_exact((BYTES / 2).max(1))) {
                    let mut bytes = [0; BYTES];
                    for (pair, register) in bytes.as_chunks_mut().0.iter_mut().zip(registers) {
                        *pair = register.to_be_bytes();
                    }
                    *place = value(bytes);
                }
            }
        }
    }
}

/// One register each. The order is chosen once, so that the loop has none.
fn words<T>(source: Source<'_>, order: WordOrder, out: &mut [T], mut value: impl FnMut(u16) -> T) {
    if order.swaps_bytes() {
        source.fill(out, |bytes| value(u16::from_le_bytes(bytes)));
    } else {
        source.fill(out, |bytes| value(u16::from_be_bytes(bytes)));
    }
}

/// Two registers each.
fn double_words<T>(source: Source<'_>, order: WordOrder, out: &mut [T], mut value: impl FnMut(u32) -> T) {
    match order {
        WordOrder::Be => source.fill(out, |bytes| value(u32::from_be_bytes(bytes))),
        WordOrder::Le => source.fill(out, |bytes| value(u32::from_le_bytes(bytes))),
        WordOrder::Mbe => source.fill(out, |[b, a, d, c]| value(u32::from_be_bytes([a, b, c, d]))),
        WordOrder::Mle => source.fill(out, |[c, d, a, b]| value(u32::from_be_bytes([a, b, c, d]))),
    }
}

/// The bits of three or four registers.
fn natural<const BYTES: usize>(bytes: [u8; BYTES], order: WordOrder) -> u64 {
    let mut all = [0; 8];
    if let Some(last) = all.last_chunk_mut::<BYTES>() {
        *last = bytes;
    }
    let bits = u64::from_be_bytes(all);
    let unused = 8u32.saturating_sub(u32::try_from(BYTES).unwrap_or(8)).saturating_mul(8) % 64;
    let bits = if order.reverses_registers() { bits.swap_bytes() >> unused } else { bits };
    // Turning all bytes round has turned those of each register round, too.
    if order.reverses_registers() == order.swaps_bytes() {
        bits
    } else {
        (bits & 0x00FF_00FF_00FF_00FF) << 8 | bits >> 8 & 0x00FF_00FF_00FF_00FF
    }
}

/// The integer that a number is, below 2^53.
fn whole(number: f64) -> Option<i64> {
    let is_small = number > -(MOST_EXACT as f64) && number < MOST_EXACT as f64;
    let whole = truncated(number);
    (is_small && whole as f64 == number).then_some(whole)
}

/// The shortest decimal of a number as `digits / 10^decimals`, where at most 8 decimals have it.
fn short_decimal(number: f32) -> Option<(i64, u32)> {
    const MOST_DECIMALS: usize = 8;
    let magnitude = f64::from(number).abs();
    // Above, the shortest decimal of an integer may be another one.
    if magnitude >= f64::from(1u32 << 24) || magnitude.is_nan() {
        return None;
    }
    // Below a power of two the neighbour is half as far: its nearest decimal need not be the shortest.
    let is_boundary = number.to_bits().trailing_zeros() >= 23;
    for (decimals, power) in (0u32..).zip(EXACT_POWERS.iter().take(MOST_DECIMALS + 1)) {
        // 24 bits and 5^8, which has 19, fit the 53 of binary64: exact, and so is what is left.
        let scaled = magnitude * power;
        let below = truncated(scaled);
        let rest = scaled - below as f64;
        if rest == 0.0 && (decimals == 0 || !is_boundary) {
            return Some((if number < 0.0 { below.saturating_neg() } else { below }, decimals));
        }
        if is_boundary || rest == 0.5 {
            return None;
        }
        let digits = if rest > 0.5 { below.saturating_add(1) } else { below };
        // No decimal this short lies so near to the middle of two binary32 numbers that the rounding to
        // binary64 could move it there: that takes more than 2^-25 × 10^-8 of the number.
        #[expect(clippy::cast_possible_truncation, reason = "the nearest binary32 number is what is wanted")]
        let read_back = (digits as f64 / power) as f32;
        if read_back == number.abs() {
            return Some((if number < 0.0 { digits.saturating_neg() } else { digits }, decimals));
        }
    }
    None
}

#[expect(clippy::cast_possible_truncation, reason = "the whole part is what is wanted")]
const fn truncated(number: f64) -> i64 {
    number as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;
    use std::vec;
    use std::vec::Vec;

    fn random() -> impl FnMut() -> u64 {
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        }
    }

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    /// Registers as bytes and as words, against one value after the other.
    fn check(codec: Codec, registers: &[u16]) {
        let count = codec.register_count();
        let registers = &registers[..registers.len() / count * count];
        let bytes: Vec<u8> = registers.iter().flat_map(|register| register.to_be_bytes()).collect();
        let want: Vec<f64> = registers
            .chunks(count)
            .map(|registers| codec.decode(registers).map_or(f64::NAN, |value| value.to_string().parse().unwrap()))
            .collect();
        let missing = want.iter().filter(|value| value.is_nan()).count();
        for source in [Source::Bytes(&bytes), Source::Registers(registers)] {
            let mut out = vec![7.0; want.len() + 1];
            let decoded = codec.decode_array(source, &mut out);
            assert_eq!(decoded, Ok(ArrayDecoded { values: want.len(), missing }), "{codec:?}");
            assert_eq!(out.pop(), Some(7.0));
            for (index, (got, want)) in out.iter().zip(&want).enumerate() {
                let is_same = got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan();
                assert!(
                    is_same,
                    "{codec:?} {index} {:x?}: {got:?}, not {want:?}",
                    &registers[index * count..][..count]
                );
            }
        }
    }

    const SCALES: [(&str, &str); 12] = [
        ("1", "0"),
        ("0.1", "0"),
        ("-0.01", "0"),
        ("0.1", "-273.15"),
        ("1000", "0"),
        ("1e-22", "0"),
        ("1e-30", "1"),
        ("0.333333333333", "1e-3"),
        ("3.6e6", "0.5"),
        ("123456789.123456789", "0"),
        ("0", "5"),
        ("1e300", "0"),
    ];

    #[test]
    fn an_array_is_its_values_one_after_the_other() {
        let mut next = random();
        let mut registers: Vec<u16> = (0..48).map(|_| next() as u16).collect();
        // Where rounding and codes have their edges.
        registers.extend([0, 0x8000, 0xFFFF, 0x7FFF, 0x7FC0, 0x7F80, 0xFF80, 0x8000, 0, 0, 0, 0x0020, 0, 0, 0, 1]);
        for data_type in DataType::all().filter(|data_type| data_type.is_numeric()) {
            for (multiplier, shift) in SCALES {
                let codec = Codec::new(data_type).multiplier(decimal(multiplier)).shift(decimal(shift));
                check(codec, &registers);
                check(codec.not_available([Some(0x8000), Some(registers[40].into())]), &registers);
            }
        }
        for (bit, bits) in [(0, 16), (3, 5), (15, 1)] {
            let codec = Codec::new(DataType::Bits).bit(bit).unwrap().bits(bits).unwrap().multiplier(decimal("0.5"));
            check(codec, &registers);
        }
    }

    #[test]
    fn floats_enter_by_their_shortest_decimal() {
        let mut next = random();
        let mut registers = Vec::new();
        let mut push = |number: f32| {
            let bits = number.to_bits();
            registers.extend([(bits >> 16) as u16, bits as u16]);
        };
        for power in -12..40 {
            for digits in [1u32, 3, 25, 101, 9_999_999, 2_305] {
                push(std::format!("{digits}e{}", power - 9).parse().unwrap());
            }
        }
        for exponent in 90..155u32 {
            for mantissa in [0, 1, 2, 3, 0x7F_FFFF, 0x40_0000, next() as u32 & 0x7F_FFFF, next() as u32 & 0x7F_FC00] {
                push(f32::from_bits(exponent << 23 | mantissa));
                push(-f32::from_bits(exponent << 23 | mantissa));
            }
        }
        // A tie between two shortest decimals.
        push(8_388_609.0 / 4.0);
        for _ in 0..1_000 {
            push((next() % 2_000_000) as f32 / 100.0);
            push(f32::from_bits(0x4000_0000 | next() as u32 & 0x0FFF_FFFF));
        }
        let f32_be = DataType::from_code("f32-be").unwrap();
        for (multiplier, shift) in SCALES {
            check(Codec::new(f32_be).multiplier(decimal(multiplier)).shift(decimal(shift)), &registers);
        }
    }

    #[test]
    fn integers_are_integers_or_an_error_that_says_which() {
        let codec = |code: &str| Codec::new(DataType::from_code(code).unwrap());
        let mut out = [0; 4];
        assert_eq!(codec("i16-be").decode_array_integers(Source::Bytes(&[0xFF, 0xFE, 0, 7]), &mut out), Ok(2));
        assert_eq!(out, [-2, 7, 0, 0]);
        let most = [0x7FFF, 0xFFFF, 0xFFFF, 0xFFFF];
        assert_eq!(codec("u64-be").decode_array_integers(Source::Registers(&most), &mut out), Ok(1));
        assert_eq!(out[0], i64::MAX);
        let beyond = [0, 0, 0, 1, 0x8000, 0, 0, 0];
        let range = Err(ValueError::IntegerRange { index: 1 });
        assert_eq!(codec("u64-be").decode_array_integers(Source::Registers(&beyond), &mut out), range);
        let none = codec("i16-be").not_available([Some(0x8000), None]);
        let missing = Err(ValueError::NotAvailable { index: 2 });
        assert_eq!(none.decode_array_integers(Source::Registers(&[1, 2, 0x8000]), &mut out), missing);
        assert_eq!(codec("bcd32").decode_array_integers(Source::Registers(&[0x1234, 0x5678]), &mut out), Ok(1));
        assert_eq!(out[0], 12_345_678);
        let digit = Err(ValueError::BcdDigit { register: 3 });
        assert_eq!(codec("bcd32").decode_array_integers(Source::Registers(&[0, 0, 0, 0xA]), &mut out), digit);
        let scaled = codec("u16-be").multiplier(decimal("0.1"));
        assert!(matches!(
            scaled.decode_array_integers(Source::Registers(&[1]), &mut out),
            Err(ValueError::NotInteger { .. })
        ));
    }

    #[test]
    fn lengths_must_fit() {
        let codec = |code: &str| Codec::new(DataType::from_code(code).unwrap());
        let length = |codec: Codec, bytes: &[u8]| codec.array_length(bytes.len());
        assert_eq!(length(codec("u32-be"), &[0; 8]), Ok(2));
        assert_eq!(length(codec("u32-be"), &[0; 6]), Err(ValueError::ArrayLength { expected: 4, found: 6 }));
        assert_eq!(length(codec("u16-be"), &[0; 3]), Err(ValueError::ArrayLength { expected: 2, found: 3 }));
        assert!(matches!(length(codec("str"), &[0; 2]), Err(ValueError::NotNumeric { .. })));
        let short = codec("u16-be").decode_array(Source::Registers(&[1, 2]), &mut [0.0]);
        assert_eq!(short, Err(ValueError::OutLength { expected: 2, found: 1 }));
        assert_eq!(codec("u16-be").decode_array(Source::Bytes(&[]), &mut []), Ok(ArrayDecoded::default()));
    }
}
