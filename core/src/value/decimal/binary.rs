//! From binary floating point to the shortest decimal, and from a quotient of decimals to the nearest
//! binary number. Both exact, without the formatting of `core`, which can panic and takes flash.

use core::cmp::Ordering;

/// A binary floating-point format (IEEE 754): numbers `mantissa × 2^exponent`.
#[derive(Clone, Copy)]
pub(super) struct Format {
    /// Bits of the mantissa, the leading one included.
    precision: u32,
    /// Exponent of the least subnormal number.
    min_exponent: i32,
    /// Exponent of the largest numbers.
    max_exponent: i32,
}

pub(super) const BINARY32: Format = Format { precision: 24, min_exponent: -149, max_exponent: 104 };
pub(super) const BINARY64: Format = Format { precision: 53, min_exponent: -1074, max_exponent: 971 };

impl Format {
    /// Mantissa and exponent of the bits of a finite number, sign ignored.
    fn unpack(self, bits: u64) -> (u64, i32) {
        let stored = self.precision.saturating_sub(1);
        let fraction = bits & ((1 << stored) - 1);
        let biased = bits >> stored & ((1 << self.exponent_bits()) - 1);
        let exponent = i32::try_from(biased).unwrap_or(0).saturating_sub(1).max(0);
        let hidden = if biased == 0 { 0 } else { 1 << stored };
        (fraction | hidden, exponent.saturating_add(self.min_exponent))
    }

    /// The bits of a number, infinite if it is too large.
    fn pack(self, mantissa: u64, exponent: i32) -> u64 {
        let stored = self.precision.saturating_sub(1);
        let infinity = ((1 << self.exponent_bits()) - 1) << stored;
        if exponent > self.max_exponent {
            return infinity;
        }
        // A mantissa with its leading bit adds one to the exponent's field by itself.
        let biased = u64::try_from(exponent.saturating_sub(self.min_exponent)).unwrap_or(0);
        (biased << stored).saturating_add(mantissa)
    }

    const fn exponent_bits(self) -> u32 {
        if self.precision == 24 { 8 } else { 11 }
    }
}

/// The shortest `digits × 10^exponent` that reads back as this finite number, sign ignored; of several
/// the nearest, and of two as near the even one, as ECMAScript's engines and NumPy do. The free-format algorithm of Steele and White (1990).
pub(super) fn shortest(bits: u64, format: Format) -> (u64, i16) {
    let (mantissa, exponent) = format.unpack(bits);
    if mantissa == 0 {
        return (0, 0);
    }
    // Below a power of two the neighbour is half as far.
    let is_boundary = mantissa == 1 << (format.precision - 1) && exponent > format.min_exponent;
    // Everything fits 128 bits for the numbers that are met.
    if (-60..=55).contains(&exponent) {
        digits::<u128>(mantissa, exponent, is_boundary)
    } else {
        digits::<Big<40>>(mantissa, exponent, is_boundary)
    }
}

fn digits<N: Natural>(mantissa: u64, exponent: i32, is_boundary: bool) -> (u64, i16) {
    // The number is value / scale; what lies nearer than above / scale or below / scale reads as it.
    let is_even = mantissa.is_multiple_of(2);
    let extra = if is_boundary { 2 } else { 1 };
    let (mut value, mut scale) = (N::from(mantissa), N::from(1));
    let (mut above, mut below) = (N::from(if is_boundary { 2 } else { 1 }), N::from(1));
    value.shift(extra + exponent.max(0).unsigned_abs());
    above.shift(exponent.max(0).unsigned_abs());
    below.shift(exponent.max(0).unsigned_abs());
    scale.shift(extra + exponent.min(0).unsigned_abs());

    // The power of ten above the number is this one, or the next.
    let log2 = exponent + 63_i32.saturating_sub_unsigned(mantissa.leading_zeros());
    let mut power = (log2 * 30_103).div_euclid(100_000) + 1;
    scale.scale(power.max(0).unsigned_abs());
    [&mut value, &mut above, &mut below].into_iter().for_each(|n| n.scale(power.min(0).unsigned_abs()));
    let reaches = |value: &N, above: &N, scale: &N| match value.plus(above).compare(scale) {
        Ordering::Equal => is_even,
        order => order.is_gt(),
    };
    if reaches(&value, &above, &scale) {
        power += 1;
    } else {
        [&mut value, &mut above, &mut below].into_iter().for_each(|n| n.times(10));
    }

    let (mut digits, mut count) = (0u64, 0);
    loop {
        let mut digit = 0;
        while value.compare(&scale).is_ge() {
            value.subtract(&scale);
            digit += 1;
        }
        digits = digits.wrapping_mul(10).wrapping_add(digit);
        count += 1;
        let down = match value.compare(&below) {
            Ordering::Equal => is_even,
            order => order.is_lt(),
        };
        let up = reaches(&value, &above, &scale);
        if down || up {
            value.times(2);
            let is_nearer_above = match value.compare(&scale) {
                Ordering::Equal => !digits.is_multiple_of(2),
                order => order.is_gt(),
            };
            if up && (!down || is_nearer_above) {
                digits = digits.wrapping_add(1);
            }
            // 17 digits hold every number of the two formats; i16 every power.
            return (digits, i16::try_from(power - count).unwrap_or(i16::MAX));
        }
        [&mut value, &mut above, &mut below].into_iter().for_each(|n| n.times(10));
    }
}

/// The bits of the number of this format that is nearest to `numerator / denominator × 10^exponent`,
/// ties to even; infinity beyond its range. The denominator is not 0.
pub(super) fn nearest(numerator: u128, denominator: u128, exponent: i32, format: Format) -> u64 {
    // Far beyond every number of the two formats, whatever the quotient.
    if numerator == 0 || exponent < -500 {
        return 0;
    }
    if exponent > 400 {
        return format.pack(0, i32::MAX);
    }
    let (mut dividend, mut divisor) = (Big::<64>::of(numerator), Big::<64>::of(denominator));
    dividend.scale(exponent.max(0).unsigned_abs());
    divisor.scale(exponent.min(0).unsigned_abs());
    // The exponent at which the quotient has one or two bits more than the format keeps.
    let log2 = i32::try_from(dividend.bits()).unwrap_or(0) - i32::try_from(divisor.bits()).unwrap_or(0);
    let precision = i32::try_from(format.precision).unwrap_or(0);
    let mut binary = (log2 - precision).max(format.min_exponent) - 1;
    dividend.shift(binary.min(0).unsigned_abs());
    divisor.shift(binary.max(0).unsigned_abs());
    let quotient_bits = format.precision + 2;
    divisor.shift(quotient_bits - 1);
    let mut quotient = 0u64;
    for _ in 0..quotient_bits {
        quotient <<= 1;
        if dividend.compare(&divisor).is_ge() {
            dividend.subtract(&divisor);
            quotient |= 1;
        }
        dividend.times(2);
    }

    let length = u64::BITS - quotient.leading_zeros();
    let dropped = length.saturating_sub(format.precision).max(1);
    let rest = quotient & ((1 << dropped) - 1);
    let half = 1 << (dropped - 1);
    let mut mantissa = quotient >> dropped;
    binary += i32::try_from(dropped).unwrap_or(0);
    let is_up = match rest.cmp(&half) {
        Ordering::Equal => !dividend.is_zero() || mantissa % 2 == 1,
        order => order.is_gt(),
    };
    mantissa += u64::from(is_up);
    if mantissa >> format.precision == 1 {
        mantissa >>= 1;
        binary += 1;
    }
    // A subnormal number has the exponent of the least normal ones, and a field of 0 for it.
    format.pack(mantissa, binary)
}

/// A natural number that is large enough for what is done with it.
trait Natural: From<u64> {
    fn times(&mut self, factor: u32);
    fn compare(&self, other: &Self) -> Ordering;
    /// Takes away a number that is not larger.
    fn subtract(&mut self, other: &Self);
    fn plus(&self, other: &Self) -> Self;

    /// Times 2^bits.
    fn shift(&mut self, mut bits: u32) {
        while bits > 0 {
            let step = bits.min(31);
            self.times(1 << step);
            bits -= step;
        }
    }

    /// Times 10^power.
    fn scale(&mut self, mut power: u32) {
        while power >= 9 {
            self.times(1_000_000_000);
            power -= 9;
        }
        (0..power).for_each(|_| self.times(10));
    }
}

impl Natural for u128 {
    fn times(&mut self, factor: u32) {
        *self = self.wrapping_mul(factor.into());
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }

    fn subtract(&mut self, other: &Self) {
        *self = self.wrapping_sub(*other);
    }

    fn plus(&self, other: &Self) -> Self {
        self.wrapping_add(*other)
    }
}

/// Words of 32 bits, the lowest first; those from `length` on are 0.
#[derive(Clone, Copy)]
struct Big<const WORDS: usize> {
    words: [u32; WORDS],
    length: usize,
}

impl<const WORDS: usize> Big<WORDS> {
    fn of(number: u128) -> Self {
        let mut big = Big { words: [0; WORDS], length: 0 };
        let mut rest = number;
        for word in &mut big.words {
            if rest == 0 {
                break;
            }
            *word = low_word(rest);
            big.length += 1;
            rest >>= 32;
        }
        big
    }

    fn is_zero(&self) -> bool {
        self.length == 0
    }

    fn bits(&self) -> usize {
        let top = self.length.checked_sub(1).and_then(|top| self.words.get(top)).copied().unwrap_or(0);
        (self.length * 32).saturating_sub(usize::try_from(top.leading_zeros()).unwrap_or(0))
    }

    fn push(&mut self, word: u32) {
        if word != 0
            && let Some(place) = self.words.get_mut(self.length)
        {
            *place = word;
            self.length += 1;
        }
    }
}

impl<const WORDS: usize> From<u64> for Big<WORDS> {
    fn from(number: u64) -> Self {
        Big::of(number.into())
    }
}

impl<const WORDS: usize> Natural for Big<WORDS> {
    fn times(&mut self, factor: u32) {
        let mut carry = 0;
        for word in self.words.iter_mut().take(self.length) {
            let product = u64::from(*word) * u64::from(factor) + carry;
            *word = low_word(product.into());
            carry = product >> 32;
        }
        self.push(low_word(carry.into()));
    }

    fn compare(&self, other: &Self) -> Ordering {
        let words = |big: &Self| big.words.into_iter().take(big.length);
        let by_length = self.length.cmp(&other.length);
        let mut last = Ordering::Equal;
        for (own, others) in words(self).zip(words(other)) {
            last = own.cmp(&others).then(last);
        }
        by_length.then(last)
    }

    fn subtract(&mut self, other: &Self) {
        let mut borrow = false;
        for (own, others) in self.words.iter_mut().zip(other.words).take(self.length) {
            let (rest, first) = own.overflowing_sub(others);
            let (rest, second) = rest.overflowing_sub(u32::from(borrow));
            *own = rest;
            borrow = first || second;
        }
        while let Some(top) = self.length.checked_sub(1).filter(|top| self.words.get(*top) == Some(&0)) {
            self.length = top;
        }
    }

    fn plus(&self, other: &Self) -> Self {
        let mut sum = *self;
        let mut carry = 0;
        let length = self.length.max(other.length);
        for (own, others) in sum.words.iter_mut().zip(other.words).take(length) {
            let total = u64::from(*own) + u64::from(others) + carry;
            *own = low_word(total.into());
            carry = total >> 32;
        }
        sum.length = length;
        sum.push(low_word(carry.into()));
        sum
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the low word is what is wanted")]
const fn low_word(number: u128) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::string::String;

    fn random() -> impl FnMut() -> u64 {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        }
    }

    /// As `{:e}` prints it.
    fn exponential(digits: u64, exponent: i16) -> String {
        let text = digits.to_string();
        let (first, rest) = text.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        format!("{first}{point}{rest}e{}", i32::from(exponent) + rest.len() as i32)
    }

    /// Of two as near Rust's shortest takes the upper one; its rounding to as many places takes the even one.
    fn even(shortest: &str, to_places: &dyn Fn(usize) -> String) -> String {
        let digits = shortest.split('e').next().unwrap_or_default();
        to_places(digits.len().saturating_sub(2))
    }

    #[test]
    fn of_two_as_near_the_even_one_is_taken() {
        // 522038.125, and two numbers between 2^50 and 2^51 that end in .25 and .75.
        assert_eq!(shortest(0x48FE_E6C4, BINARY32), (52_203_812, -2));
        assert_eq!(shortest(0x4319_9999_9999_9999, BINARY64), (18_014_398_509_481_982, -1));
        assert_eq!(shortest(0x4319_9999_9999_999B, BINARY64), (18_014_398_509_481_988, -1));
    }

    fn check32(bits: u32) {
        let number = f32::from_bits(bits & 0x7FFF_FFFF);
        if number.is_finite() {
            let (digits, exponent) = shortest(bits.into(), BINARY32);
            let (ours, rusts) = (exponential(digits, exponent), format!("{number:e}"));
            assert!(
                ours == rusts || ours == even(&rusts, &|places| format!("{number:.places$e}")),
                "{bits:#x}: {ours}, not {rusts}"
            );
            assert_eq!(nearest(digits.into(), 1, exponent.into(), BINARY32), u64::from(bits & 0x7FFF_FFFF));
        }
    }

    fn check64(bits: u64) {
        let number = f64::from_bits(bits & u64::MAX >> 1);
        if number.is_finite() {
            let (digits, exponent) = shortest(bits, BINARY64);
            let (ours, rusts) = (exponential(digits, exponent), format!("{number:e}"));
            assert!(
                ours == rusts || ours == even(&rusts, &|places| format!("{number:.places$e}")),
                "{bits:#x}: {ours}, not {rusts}"
            );
            assert_eq!(nearest(digits.into(), 1, exponent.into(), BINARY64), bits & u64::MAX >> 1);
        }
    }

    #[test]
    fn shortest_digits_are_those_of_rust_and_read_back() {
        let mut next = random();
        for _ in 0..8_000 {
            check32(next() as u32);
            check64(next());
        }
        // Both sides of every power of two, and the extremes.
        for exponent in 0..255u32 {
            [0, 1, 0x7F_FFFF].into_iter().for_each(|fraction| check32(exponent << 23 | fraction));
        }
        for exponent in 0..2047u64 {
            [0, 1, (1 << 52) - 1].into_iter().for_each(|fraction| check64(exponent << 52 | fraction));
        }
        for power in -45..39 {
            check32(format!("1e{power}").parse::<f32>().unwrap().to_bits());
        }
        for power in -324..309 {
            check64(format!("1e{power}").parse::<f64>().unwrap().to_bits());
        }
    }

    #[test]
    fn the_nearest_number_is_that_of_rusts_parser() {
        let mut next = random();
        for _ in 0..8_000 {
            let (mantissa, exponent) =
                (u128::from(next()) << 59 | u128::from(next() >> 5), (next() % 800) as i32 - 420);
            let mantissa = mantissa >> (next() % 120);
            let text = format!("{mantissa}e{exponent}");
            let want = text.parse::<f64>().unwrap().to_bits();
            assert_eq!(nearest(mantissa, 1, exponent, BINARY64), want, "{text}");
            let exponent = exponent / 8;
            let text = format!("{mantissa}e{exponent}");
            let want = text.parse::<f32>().unwrap().to_bits();
            assert_eq!(nearest(mantissa, 1, exponent, BINARY32), want.into(), "{text}");
        }
        // The longest of all that is reckoned with.
        for (numerator, denominator) in [(u128::MAX, 1), (1, u128::MAX), (u128::MAX, u128::MAX - 1)] {
            for exponent in [-500, -400, -300, 0, 300, 400] {
                let text = format!("{}e{exponent}", numerator as f64 / denominator as f64);
                let got = f64::from_bits(nearest(numerator, denominator, exponent, BINARY64));
                let want = text.parse::<f64>().unwrap();
                assert!(got == want || (got / want - 1.0).abs() < 1e-15, "{text}: {got:e}, {want:e}");
            }
        }
        assert_eq!(nearest(1, 1, 2000, BINARY64), f64::INFINITY.to_bits());
        assert_eq!(nearest(1, 1, -2000, BINARY64), 0);
    }

    #[test]
    fn halfway_goes_to_the_even_neighbour() {
        for (numerator, exponent) in [((1u128 << 54) + 1, 0), ((1 << 54) + 3, 0), ((1 << 53) + 1, 0), (1, -400)] {
            let want = format!("{numerator}e{exponent}").parse::<f64>().unwrap();
            assert_eq!(nearest(numerator, 1, exponent, BINARY64), want.to_bits(), "{numerator}");
        }
        // Quotients of integers are rounded once, as the processor does it.
        let mut next = random();
        for _ in 0..8_000 {
            let (dividend, divisor) = (next() >> 11, next() % 1_000_000 + 1);
            let want = dividend as f64 / divisor as f64;
            assert_eq!(nearest(dividend.into(), divisor.into(), 0, BINARY64), want.to_bits(), "{dividend}/{divisor}");
        }
    }
}
