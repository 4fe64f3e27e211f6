//! Sums over blocks of readings in columns: the bits of adding one by one, in loops that a compiler makes wide.

use super::counter::{Rule, Step};
use super::{ExactSum, Number};

/// Most readings of a block.
pub(super) const BLOCK: usize = 512;
/// Bits that so many numbers may need more than one.
const COUNT_BITS: i32 = 9;
/// Weights have no more bits, so that sums of integers fit 128.
pub(super) const WEIGHT_BITS: u32 = 54;
/// What loops do side by side.
const LANES: usize = 8;
const LINES: usize = BLOCK / LANES;
/// How often a number is parted at most.
const LEVELS: usize = 4;

/// How often a counter did not rise.
#[derive(Clone, Copy, Debug, Default)]
pub struct Falls {
    pub(super) rollovers: u64,
    pub(super) glitches: u64,
    pub(super) resets: u64,
}

impl Falls {
    const fn tally(&mut self, step: Step) {
        let tally = match step {
            Step::Rise => return,
            Step::Rollover => &mut self.rollovers,
            Step::Glitch => &mut self.glitches,
            Step::Reset => &mut self.resets,
        };
        *tally = tally.saturating_add(1);
    }
}

/// The least and the largest; `None` of no numbers. Zeros of both signs are alike.
pub(super) fn extremes<N: Number>(numbers: &[N]) -> Option<(N, N)> {
    let first = *numbers.first()?;
    let (mut least, mut most) = ([first; LANES], [first; LANES]);
    let (chunks, rest) = numbers.as_chunks::<LANES>();
    for chunk in chunks {
        for ((least, most), number) in least.iter_mut().zip(&mut most).zip(chunk) {
            *least = if *number < *least { *number } else { *least };
            *most = if *number > *most { *number } else { *most };
        }
    }
    let low = least.iter().chain(rest).fold(first, |low, number| if *number < low { *number } else { low });
    let high = most.iter().chain(rest).fold(first, |high, number| if *number > high { *number } else { high });
    Some((low, high))
}

/// Adds each number once, and each times its weight, of which there may be fewer; `largest` is the largest magnitude.
pub(super) fn add_integers(numbers: &[i64], weights: &[u64], largest: u64, sum: &mut i128, integral: &mut i128) {
    let weight_bits = bits_of(weights.iter().fold(0, |all, weight| all | weight));
    if bits_of(largest).saturating_add(weight_bits.max(1)).saturating_add(COUNT_BITS) < 63 {
        let narrow = numbers.iter().fold(0i64, |sum, number| sum.wrapping_add(*number));
        let product = |(number, weight): (&i64, &u64)| number.wrapping_mul(weight.cast_signed());
        let weighted = numbers.iter().zip(weights).map(product).fold(0, i64::wrapping_add);
        *sum = sum.saturating_add(narrow.into());
        *integral = integral.saturating_add(weighted.into());
        return;
    }
    *sum = sum.saturating_add(numbers.iter().copied().map(i128::from).sum());
    // At most 2^9 products of 63 and 54 bits.
    let product = |(number, weight): (&i64, &u64)| i128::from(*number) * i128::from(weight.cast_signed());
    *integral = integral.saturating_add(numbers.iter().zip(weights).map(product).sum());
}

/// How many bits a number needs.
const fn bits_of(number: u64) -> i32 {
    64u32.saturating_sub(number.leading_zeros()).cast_signed()
}

/// Nine tenths of a counter's base, rounded up: less is no glitch.
const fn least_glitch(base: i64) -> i64 {
    base.wrapping_sub(base.div_euclid(10))
}

/// The steps of a counter from `base` on; gives the base of the next one.
pub(super) fn count_integers(
    numbers: &[i64],
    mut base: i64,
    (least, most): (i64, i64),
    rule: &Rule,
    sum: &mut i128,
) -> (i64, Falls) {
    let mut falls = Falls::default();
    // Steps up add up to the last number less the first one.
    let mut from = base;
    let is_calm = base >= 0 && least >= least_glitch(base.max(most));
    for number in numbers {
        if !is_calm && *number < base && *number < least_glitch(base) {
            let (step, share) = rule.step(base, *number);
            falls.tally(step);
            *sum = sum.saturating_add(i128::from(base).saturating_sub(from.into())).saturating_add(share);
            (base, from) = (*number, *number);
        }
        falls.glitches = falls.glitches.wrapping_add((*number < base).into());
        base = if *number > base { *number } else { base };
    }
    *sum = sum.saturating_add(i128::from(base).saturating_sub(from.into()));
    (base, falls)
}

/// Of exponents that normal numbers have.
const fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits((exponent.saturating_add(1023).cast_unsigned() as u64) << 52)
}

/// As [`add_integers`].
pub(super) fn add_fractions(
    numbers: &[f64],
    weights: &[u64],
    largest: f64,
    sum: &mut ExactSum,
    integral: &mut ExactSum,
) {
    let weight_bits = bits_of(weights.iter().fold(0, |all, weight| all | weight));
    // Sums of pieces times weights keep below 2^53 units.
    let bits = 53i32.saturating_sub(COUNT_BITS).saturating_sub(weight_bits);
    let mut rests = [[0.0; LANES]; LINES];
    rests.as_flattened_mut().iter_mut().zip(numbers).for_each(|(rest, number)| *rest = *number);
    let rests = rests.get_mut(..numbers.len().div_ceil(LANES)).unwrap_or_default();
    let is_parted = if weights.is_empty() {
        parted::<false>(rests, &[[0.0; LANES]; LINES], exponent(largest), bits, sum, integral)
    } else {
        let mut factors = [[0.0; LANES]; LINES];
        factors.as_flattened_mut().iter_mut().zip(weights).for_each(|(factor, weight)| *factor = fraction(*weight));
        parted::<true>(rests, &factors, exponent(largest), bits, sum, integral)
    };
    if !is_parted {
        numbers.iter().for_each(|number| sum.add(*number, 1));
        numbers.iter().zip(weights).for_each(|(number, weight)| integral.add(*number, *weight));
    }
}

/// Parts numbers below `2^exponent` into pieces of so few bits that sums of pieces lose none, those with the largest
/// bits first: adding a large number and taking it away rounds to a multiple of the large one's last bit. `false`,
/// and nothing added, of numbers too far from each other, and too large or too small ones.
fn parted<const IS_WEIGHTED: bool>(
    rests: &mut [[f64; LANES]],
    factors: &[[f64; LANES]],
    exponent: i32,
    bits: i32,
    sum: &mut ExactSum,
    integral: &mut ExactSum,
) -> bool {
    if bits < 12 || !(-600..900).contains(&exponent) {
        return false;
    }
    let mut sums = [(0.0, 0.0); LEVELS];
    let mut unit = exponent;
    for (once, weighted) in &mut sums {
        unit = unit.saturating_sub(bits);
        let large = 1.5 * power_of_two(unit.saturating_add(52));
        let (mut onces, mut weighteds, mut left) = ([0.0; LANES], [0.0; LANES], [0; LANES]);
        for (rests, factors) in rests.iter_mut().zip(factors) {
            let lanes = rests.iter_mut().zip(factors).zip(onces.iter_mut().zip(&mut weighteds).zip(&mut left));
            for ((rest, factor), ((once, weighted), left)) in lanes {
                let piece = (*rest + large) - large;
                *rest -= piece;
                *once += piece;
                if IS_WEIGHTED {
                    *weighted += piece * factor;
                }
                *left |= rest.to_bits();
            }
        }
        (*once, *weighted) = (onces.iter().sum(), weighteds.iter().sum());
        if left.iter().all(|left| *left == 0) {
            sums.iter().for_each(|(once, weighted)| {
                sum.add(*once, 1);
                integral.add(*weighted, 1);
            });
            return true;
        }
    }
    false
}

/// A whole number below 2^52, without a conversion that many processors have for single ones alone.
fn fraction(whole: u64) -> f64 {
    let two_to_52 = power_of_two(52);
    f64::from_bits(whole | two_to_52.to_bits()) - two_to_52
}

/// The power of two above a number.
const fn exponent(number: f64) -> i32 {
    ((number.to_bits() >> 52) as i32 & 0x7FF).saturating_sub(1022)
}

/// The largest magnitude.
pub(super) fn largest(numbers: &[f64]) -> f64 {
    extremes(numbers).map_or(0.0, |(least, most)| most.abs().max(least.abs()))
}

/// As [`count_integers`].
pub(super) fn count_fractions(
    numbers: &[f64],
    base: f64,
    (least, most): (f64, f64),
    sum: &mut ExactSum,
) -> (f64, Falls) {
    if base < 0.0 || least < 0.9 * base.max(most) {
        return count_restless(numbers, base, sum);
    }
    let (mut top, mut glitches) = (base, 0u64);
    for number in numbers {
        glitches = glitches.wrapping_add((*number < top).into());
        top = if *number > top { *number } else { top };
    }
    // Steps up add up to the last number less the first one.
    sum.add(top, 1);
    sum.subtract(base);
    (top, Falls { glitches, ..Falls::default() })
}

/// Where a reading may be a new beginning: every step by itself, without branches that nobody could foretell.
fn count_restless(numbers: &[f64], mut base: f64, sum: &mut ExactSum) -> (f64, Falls) {
    let (mut glitches, mut resets) = (0u64, 0u64);
    let (mut counted, mut bases) = ([0.0; BLOCK], [0.0; BLOCK]);
    for (number, (counted, from)) in numbers.iter().zip(counted.iter_mut().zip(&mut bases)) {
        let is_rise = *number >= base;
        let is_glitch = !is_rise & (*number >= 0.9 * base);
        let share = if is_rise { *number } else { number.max(0.0) };
        *counted = if is_glitch { 0.0 } else { share };
        *from = if is_rise { -base } else { 0.0 };
        glitches = glitches.wrapping_add(is_glitch.into());
        resets = resets.wrapping_add((!is_rise & !is_glitch).into());
        base = if is_glitch { base } else { *number };
    }
    for terms in [&counted, &bases] {
        let terms = terms.get(..numbers.len()).unwrap_or_default();
        add_fractions(terms, &[], largest(terms), sum, &mut ExactSum::default());
    }
    (base, Falls { glitches, resets, ..Falls::default() })
}
