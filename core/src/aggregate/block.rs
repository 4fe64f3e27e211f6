//! Sums over blocks of readings in columns: the bits of adding one by one, in loops that a compiler makes wide.

use super::counter::{Rule, Step};
use super::{ExactSum, Number};

/// Most readings of a block.
pub(super) const BLOCK: usize = 256;
/// Bits that so many numbers may need more than one.
const COUNT_BITS: u32 = 8;
/// Weights have fewer bits, so that sums of integers fit 128.
pub(super) const WEIGHT_BITS: u32 = 55;
const LANES: usize = 8;

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

/// The least and the largest, each the earliest of alike ones, with their places; `None` of no numbers.
pub(super) fn extremes<N: Number>(numbers: &[N]) -> Option<[(usize, N); 2]> {
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
    // Zeros of both signs are alike: the one that stands there counts.
    let find = |wanted: N| numbers.iter().copied().enumerate().find(|(_, number)| *number == wanted);
    Some([find(low)?, find(high)?])
}

/// Adds each number once, and each times its weight, of which there may be fewer.
pub(super) fn add_integers(numbers: &[i64], weights: &[u64], sum: &mut i128, integral: &mut i128) {
    *sum = sum.saturating_add(numbers.iter().copied().map(i128::from).sum());
    // At most 2^8 products of 63 and 55 bits.
    let product = |(number, weight): (&i64, &u64)| i128::from(*number) * i128::from(weight.cast_signed());
    *integral = integral.saturating_add(numbers.iter().zip(weights).map(product).sum());
}

/// The steps of a counter from `base` on; gives the base of the next one.
pub(super) fn count_integers(numbers: &[i64], mut base: i64, rule: &Rule, sum: &mut i128) -> (i64, Falls) {
    let mut falls = Falls::default();
    // Steps up add up to the last number less the first one.
    let mut from = base;
    for number in numbers {
        if *number >= base {
            base = *number;
            continue;
        }
        let (step, share) = rule.step(base, *number);
        falls.tally(step);
        if step != Step::Glitch {
            *sum = sum.saturating_add(i128::from(base).saturating_sub(from.into())).saturating_add(share);
            (base, from) = (*number, *number);
        }
    }
    *sum = sum.saturating_add(i128::from(base).saturating_sub(from.into()));
    (base, falls)
}

/// Where the bits of numbers lie: exponents as they are stored, zeros apart.
struct Exponents {
    least: u32,
    most: u32,
}

impl Exponents {
    fn of(numbers: &[f64]) -> Exponents {
        let (mut least, mut most) = ([0x7FF; LANES], [0; LANES]);
        let (chunks, rest) = numbers.as_chunks::<LANES>();
        for chunk in chunks {
            for ((least, most), number) in least.iter_mut().zip(&mut most).zip(chunk) {
                let exponent = exponent(*number);
                let of_some = if *number == 0.0 { 0x7FF } else { exponent };
                *least = if of_some < *least { of_some } else { *least };
                *most = if exponent > *most { exponent } else { *most };
            }
        }
        let some = rest.iter().filter(|number| **number != 0.0).map(|number| exponent(*number));
        let low = least.into_iter().chain(some).min().unwrap_or(0x7FF);
        let high = most.into_iter().chain(rest.iter().map(|number| exponent(*number))).max().unwrap_or(0);
        Exponents { least: low.cast_unsigned().min(0x7FE), most: high.cast_unsigned() }
    }
}

/// As it is stored; that of subnormal numbers is the least of others.
#[expect(clippy::cast_possible_truncation, reason = "eleven bits")]
const fn exponent(number: f64) -> i32 {
    let stored = (number.to_bits() >> 52) as i32 & 0x7FF;
    if stored == 0 { 1 } else { stored }
}

/// The whole number and how far it stands to the left of the least bit.
const fn parts(number: f64, least: u32) -> (i64, u32) {
    let bits = number.to_bits();
    let leading = if bits >> 52 & 0x7FF == 0 { 0 } else { 1 << 52 };
    let mantissa = (bits & ((1 << 52) - 1) | leading).cast_signed();
    let sign = bits.cast_signed() >> 63;
    ((mantissa ^ sign).wrapping_sub(sign), exponent(number).cast_unsigned().saturating_sub(least))
}

/// As [`add_integers`]. Numbers whose exponents are not too far from each other are whole numbers of one unit.
pub(super) fn add_fractions(numbers: &[f64], weights: &[u64], sum: &mut ExactSum, integral: &mut ExactSum) {
    let Exponents { least, most } = Exponents::of(numbers);
    let widest = weights.iter().fold(1, |all, weight| all | weight).ilog2().saturating_add(1);
    let shift = most.saturating_sub(least);
    if shift.saturating_add(53 + COUNT_BITS + 1).saturating_add(widest) > 127 {
        numbers.iter().for_each(|number| sum.add(*number, 1));
        numbers.iter().zip(weights).for_each(|(number, weight)| integral.add(*number, *weight));
        return;
    }
    let (mut once, mut weighted) = (0i128, 0i128);
    let mut weights = weights.iter();
    for number in numbers {
        let (mantissa, shift) = parts(*number, least);
        once = once.wrapping_add(i128::from(mantissa) << shift);
        let weight = weights.next().map_or(0, |weight| weight.cast_signed());
        weighted = weighted.wrapping_add((i128::from(mantissa) * i128::from(weight)) << shift);
    }
    sum.add_units(once, least);
    integral.add_units(weighted, least);
}

/// As [`count_integers`].
pub(super) fn count_fractions(numbers: &[f64], mut base: f64, sum: &mut ExactSum) -> (f64, Falls) {
    let mut falls = Falls::default();
    let mut from = base;
    for number in numbers {
        let is_rise = *number >= base;
        if !is_rise && *number < 0.9 * base {
            falls.tally(Step::Reset);
            sum.add(base, 1);
            sum.subtract(from);
            sum.add(number.max(0.0), 1);
            (base, from) = (*number, *number);
            continue;
        }
        falls.glitches = falls.glitches.saturating_add((!is_rise).into());
        base = if is_rise { *number } else { base };
    }
    sum.add(base, 1);
    sum.subtract(from);
    (base, falls)
}
