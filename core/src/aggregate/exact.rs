//! Sums of binary fractions without rounding.

use super::block::{BLOCK, add_fractions, largest};

/// Words of the sum: binary64 numbers span 2,098 bits, the rest is room for weights and carries.
const WORDS: usize = 36;
/// The unit of the lowest bit is 2^-1074, the least subnormal number.
const UNIT_BITS: u32 = 1074;
/// Bits of a mantissa behind the leading one.
const STORED_BITS: u32 = 52;

/// A sum of binary64 numbers, each times a whole weight, that is rounded once: when it is asked for.
///
/// Equal sums have equal bits, whatever the order of the parts. The fixed-point accumulator of Kulisch.
/// Magnitudes up to 2^1229 fit, so that 2^64 numbers with weights up to 2^64 never leave it.
///
/// ```
/// use parabus_core::aggregate::ExactSum;
///
/// let mut sum = ExactSum::default();
/// (0..10).for_each(|_| sum.add(0.1, 1));
/// assert_eq!(sum.to_f64(), Some(1.0)); // one after the other gives 0.9999999999999999
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExactSum {
    /// Two's complement, the lowest word first.
    words: [u64; WORDS],
}

impl Default for ExactSum {
    fn default() -> Self {
        ExactSum { words: [0; WORDS] }
    }
}

impl ExactSum {
    pub(crate) const BYTES: usize = WORDS * 8;

    /// Adds `number × weight`. NaN and infinities are no numbers: they add nothing.
    pub fn add(&mut self, number: f64, weight: u64) {
        self.add_signed(number, weight, number.is_sign_negative());
    }

    /// Takes the number away.
    pub fn subtract(&mut self, number: f64) {
        self.add_signed(number, 1, number.is_sign_positive());
    }

    /// Adds a whole number.
    pub fn add_integer(&mut self, number: i128) {
        self.add_shifted(number.unsigned_abs(), UNIT_BITS, number < 0);
    }

    /// Adds all numbers of a slice.
    pub fn add_all(&mut self, numbers: &[f64]) {
        let mut nothing = ExactSum::default();
        for block in numbers.chunks(BLOCK) {
            let is_good = block.iter().fold(true, |is_good, number| is_good & number.is_finite());
            if is_good {
                add_fractions(block, &[], largest(block), self, &mut nothing);
            } else {
                block.iter().for_each(|number| self.add(*number, 1));
            }
        }
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &ExactSum) {
        let mut carry = false;
        for (own, others) in self.words.iter_mut().zip(other.words) {
            (*own, carry) = carrying_add(*own, others, carry);
        }
    }

    /// Times a whole number; `None` beyond what fits.
    #[must_use]
    pub fn times(&self, factor: i64) -> Option<ExactSum> {
        let mut product = self.magnitude();
        let mut carry = 0u64;
        for word in &mut product {
            let wide = u128::from(*word) * u128::from(factor.unsigned_abs()) + u128::from(carry);
            (*word, carry) = (low(wide), high(wide));
        }
        let fits = carry == 0 && product.last().is_some_and(|top| top >> 63 == 0);
        let product = ExactSum { words: product };
        fits.then(|| if self.is_negative() != (factor < 0) { product.negated() } else { product })
    }

    /// The nearest number, ties to even; `None` beyond the range of binary64.
    #[must_use]
    pub fn to_f64(&self) -> Option<f64> {
        self.divided_by(1)
    }

    /// The nearest number to the sum divided by this, rounded once, ties to even; `None` for division
    /// by zero and beyond the range of binary64.
    #[must_use]
    pub fn divided_by(&self, divisor: u64) -> Option<f64> {
        let mut quotient = self.magnitude();
        let mut rest = 0u128;
        for word in quotient.iter_mut().rev() {
            let dividend = rest << 64 | u128::from(*word);
            *word = low(dividend.checked_div(divisor.into())?);
            rest = dividend.checked_rem(divisor.into())?;
        }
        let magnitude = f64::from_bits(rounded(&quotient, rest, divisor)?);
        Some(if self.is_negative() { -magnitude } else { magnitude })
    }

    /// The nearest whole number, half away from zero; `None` beyond 128 bits.
    #[must_use]
    pub fn to_i128(&self) -> Option<i128> {
        let magnitude = self.magnitude();
        let half = bits_at(&magnitude, UNIT_BITS - 1) & 1;
        let whole = u128::from(bits_at(&magnitude, UNIT_BITS)) | u128::from(bits_at(&magnitude, UNIT_BITS + 64)) << 64;
        if top_bit(&magnitude).is_some_and(|top| top >= UNIT_BITS + 127) {
            return None;
        }
        let whole = i128::try_from(whole.checked_add(half.into())?).ok()?;
        Some(if self.is_negative() { whole.saturating_neg() } else { whole })
    }

    fn add_signed(&mut self, number: f64, weight: u64, is_negative: bool) {
        let bits = number.to_bits();
        let fraction = bits & ((1 << STORED_BITS) - 1);
        let (exponent, mantissa) = match low(u128::from(bits >> STORED_BITS & 0x7FF)) {
            0 => (0, fraction),
            0x7FF => return,
            biased => (biased.saturating_sub(1), fraction | 1 << STORED_BITS),
        };
        let shift = u32::try_from(exponent).unwrap_or(0);
        self.add_shifted(u128::from(mantissa) * u128::from(weight), shift, is_negative);
    }

    /// Adds or takes away `magnitude × 2^shift` units.
    fn add_shifted(&mut self, magnitude: u128, shift: u32, is_negative: bool) {
        let bit = shift % 64;
        let bottom = u128::from(low(magnitude)) << bit;
        let middle = (u128::from(high(magnitude)) << bit) + u128::from(high(bottom));
        let parts = [low(bottom), low(middle), high(middle)];
        let place = usize::try_from(shift / 64).unwrap_or(WORDS);
        let mut words = self.words.iter_mut().skip(place);
        let mut carry = false;
        let step = |own: &mut u64, part: u64, carry: bool| {
            let (next, carry) =
                if is_negative { borrowing_sub(*own, part, carry) } else { carrying_add(*own, part, carry) };
            *own = next;
            carry
        };
        for (part, own) in parts.into_iter().zip(&mut words) {
            carry = step(own, part, carry);
        }
        for own in words {
            if !carry {
                break;
            }
            carry = step(own, 0, carry);
        }
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.words.last().is_some_and(|top| top >> 63 == 1)
    }

    /// Two's complement, the lowest byte first; what it leaves out on top is the sign.
    pub(crate) fn bytes(&self) -> impl DoubleEndedIterator<Item = u8> + '_ {
        self.words.iter().flat_map(|word| word.to_le_bytes())
    }

    /// The same back; `None` of more bytes than there are.
    pub(crate) fn of_bytes(zeros: usize, significant: &[u8]) -> Option<ExactSum> {
        let sign = if significant.last().is_some_and(|top| top >> 7 == 1) { 0xFF } else { 0 };
        Self::BYTES.checked_sub(zeros.checked_add(significant.len())?)?;
        let low = core::iter::repeat_n(0, zeros).chain(significant.iter().copied());
        let mut bytes = low.chain(core::iter::repeat(sign));
        let mut sum = ExactSum::default();
        for word in &mut sum.words {
            *word = u64::from_le_bytes(core::array::from_fn(|_| bytes.next().unwrap_or(sign)));
        }
        Some(sum)
    }

    fn magnitude(&self) -> [u64; WORDS] {
        if self.is_negative() { self.negated().words } else { self.words }
    }

    fn negated(&self) -> ExactSum {
        let mut negated = self.clone();
        let mut carry = true;
        for word in &mut negated.words {
            (*word, carry) = carrying_add(!*word, 0, carry);
        }
        negated
    }
}

fn carrying_add(left: u64, right: u64, carry: bool) -> (u64, bool) {
    let (sum, first) = left.overflowing_add(right);
    let (sum, second) = sum.overflowing_add(carry.into());
    (sum, first || second)
}

fn borrowing_sub(left: u64, right: u64, borrow: bool) -> (u64, bool) {
    let (rest, first) = left.overflowing_sub(right);
    let (rest, second) = rest.overflowing_sub(borrow.into());
    (rest, first || second)
}

#[expect(clippy::cast_possible_truncation, reason = "the low word is what is wanted")]
const fn low(wide: u128) -> u64 {
    wide as u64
}

const fn high(wide: u128) -> u64 {
    low(wide >> 64)
}

/// The 64 bits from this one on.
fn bits_at(words: &[u64; WORDS], bit: u32) -> u64 {
    let word = |index: usize| words.get(index).copied().unwrap_or(0);
    let place = usize::try_from(bit / 64).unwrap_or(WORDS);
    let wide = u128::from(word(place.saturating_add(1))) << 64 | u128::from(word(place));
    low(wide >> (bit % 64))
}

fn top_bit(words: &[u64; WORDS]) -> Option<u32> {
    let (index, top) = words.iter().enumerate().rev().find(|(_, word)| **word != 0)?;
    Some(u32::try_from(index).ok()? * 64 + top.ilog2())
}

/// Whether there is a bit below this one.
fn any_below(words: &[u64; WORDS], bit: u32) -> bool {
    let whole = usize::try_from(bit / 64).unwrap_or(WORDS);
    let part = words.get(whole).copied().unwrap_or(0) & ((1 << (bit % 64)) - 1);
    part != 0 || words.iter().take(whole).any(|word| *word != 0)
}

/// The bits of the number nearest to `quotient + rest / divisor` units.
fn rounded(quotient: &[u64; WORDS], rest: u128, divisor: u64) -> Option<u64> {
    let shift = top_bit(quotient).unwrap_or(0).saturating_sub(STORED_BITS);
    let mantissa = bits_at(quotient, shift) & ((1 << (STORED_BITS + 1)) - 1);
    let (is_half, is_more) = match shift.checked_sub(1) {
        None => (rest * 2 == u128::from(divisor), rest * 2 > u128::from(divisor)),
        Some(bit) => {
            let is_half = bits_at(quotient, bit) & 1 == 1;
            let is_below = rest != 0 || any_below(quotient, bit);
            (is_half && !is_below, is_half && is_below)
        }
    };
    let is_up = is_more || is_half && mantissa % 2 == 1;
    // A mantissa with its leading bit adds one to the exponent's field by itself, and so does a carry.
    let bits = (u64::from(shift) << STORED_BITS).checked_add(mantissa)?.checked_add(is_up.into())?;
    (shift < 2046 && bits < f64::INFINITY.to_bits()).then_some(bits)
}

#[cfg(test)]
mod tests {
    use num_bigint::BigInt;
    use std::vec::Vec;

    use super::*;
    use crate::aggregate::random::Random;

    fn numbers(random: &mut Random, count: usize, narrow: bool) -> Vec<(f64, u64)> {
        let mut numbers = Vec::new();
        while numbers.len() < count {
            let mut bits = random.next();
            if narrow {
                bits = bits & !(0x7FF << 52) | (1000 + random.below(60)) << 52;
            }
            let number = f64::from_bits(bits);
            if number.is_finite() {
                let weight = if random.below(3) == 0 { 1 } else { random.next() >> random.below(64) };
                numbers.push((number, weight));
            }
        }
        numbers
    }

    /// The number in units of 2^-1074.
    fn units(number: f64) -> BigInt {
        let bits = number.abs().to_bits();
        let (exponent, fraction) = (bits >> 52, bits & ((1 << 52) - 1));
        let magnitude =
            if exponent == 0 { BigInt::from(fraction) } else { BigInt::from(fraction | 1 << 52) << (exponent - 1) };
        if number < 0.0 { -magnitude } else { magnitude }
    }

    /// Whether no other number is nearer to `exact / divisor`; of two that are, the even one.
    fn is_nearest(got: f64, exact: &BigInt, divisor: u64) {
        let distance = |number: f64| {
            let distance = units(number) * divisor - exact;
            if distance < BigInt::ZERO { -distance } else { distance }
        };
        for other in [got.next_up(), got.next_down()] {
            let (own, others) = (distance(got), distance(other));
            assert!(own < others || own == others && got.to_bits().is_multiple_of(2), "{got:e}, not {other:e}");
        }
    }

    #[test]
    fn any_order_gives_the_bits_of_rational_arithmetic() {
        let mut random = Random(1);
        for case in 0..400 {
            let count = 1 + random.below(40) as usize;
            let mut parts = numbers(&mut random, count, case % 2 == 0);
            let exact: BigInt = parts.iter().map(|(number, weight)| units(*number) * *weight).sum();
            let mut sum = ExactSum::default();
            parts.iter().for_each(|(number, weight)| sum.add(*number, *weight));
            random.shuffle(&mut parts);
            let (mut left, mut right) = (ExactSum::default(), ExactSum::default());
            for (number, weight) in parts {
                let half = if random.below(2) == 0 { &mut left } else { &mut right };
                half.add(number, weight);
            }
            left.merge(&right);
            assert_eq!(left, sum);
            for divisor in [1, 3, 60_000, random.next() | 1, u64::MAX] {
                match sum.divided_by(divisor) {
                    Some(got) => is_nearest(got, &exact, divisor),
                    None => assert!(exact.bits() >= 2098 + 60 - 64),
                }
            }
            let factor = random.next().cast_signed();
            let product = sum.times(factor).unwrap();
            if let Some(got) = product.divided_by(u64::MAX) {
                is_nearest(got, &(exact * factor), u64::MAX);
            }
        }
    }

    #[test]
    fn the_least_and_the_largest_numbers_are_rounded_once() {
        let mut sum = ExactSum::default();
        sum.add(f64::from_bits(1), 1);
        assert_eq!(sum.divided_by(2), Some(0.0), "a half goes to the even neighbour");
        sum.add(f64::from_bits(1), 2);
        assert_eq!(sum.divided_by(2), Some(f64::from_bits(2)));
        assert_eq!(sum.divided_by(0), None);
        let mut sum = ExactSum::default();
        sum.add(f64::MAX, 2);
        assert_eq!((sum.to_f64(), sum.divided_by(2)), (None, Some(f64::MAX)));
        sum.add(f64::MAX, u64::MAX);
        sum.add(-f64::MAX, u64::MAX);
        sum.subtract(f64::MAX);
        assert_eq!(sum.to_f64(), Some(f64::MAX));
        sum.add(f64::NAN, 1);
        sum.add(f64::NEG_INFINITY, 1);
        assert_eq!(sum.to_f64(), Some(f64::MAX));
        sum.subtract(f64::MAX);
        assert_eq!(sum, ExactSum::default());
    }

    #[test]
    fn whole_numbers_go_in_and_come_out() {
        for number in [0, 1, -1, i128::MAX, -i128::MAX, 1 << 100] {
            let mut sum = ExactSum::default();
            sum.add_integer(number);
            assert_eq!(sum.to_i128(), Some(number));
            sum.add(0.5, 1);
            assert_eq!(sum.to_i128(), number.checked_add(i128::from(number >= 0)), "{number}");
        }
        let mut sum = ExactSum::default();
        sum.add(1e300, 1);
        assert_eq!(sum.to_i128(), None);
        assert!(sum.times(i64::MAX).and_then(|sum| sum.times(i64::MIN)).is_some());
    }

    #[test]
    fn multiplying_beyond_the_room_is_refused() {
        let mut sum = ExactSum::default();
        sum.add(f64::MAX, u64::MAX);
        let product = (0..3).try_fold(sum, |sum, _| sum.times(i64::MIN));
        assert_eq!(product, None);
    }
}
