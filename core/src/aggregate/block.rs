//! Sums over blocks of readings in columns: the bits of adding one by one, in loops that a compiler makes wide.

use super::counter::{Rule, Step};
use super::{ExactSum, Number};

/// Most readings of a block.
pub(super) const BLOCK: usize = 256;
/// Bits that so many numbers may need more than one.
const COUNT_BITS: i32 = 8;
/// Weights have fewer bits, so that sums of integers fit 128.
pub(super) const WEIGHT_BITS: u32 = 55;
const LANES: usize = 4;

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
        let is_rise = *number >= base;
        // Nine tenths of the base, rounded up.
        if !is_rise && *number < base.wrapping_sub(base.div_euclid(10)) {
            let (step, share) = rule.step(base, *number);
            falls.tally(step);
            *sum = sum.saturating_add(i128::from(base).saturating_sub(from.into())).saturating_add(share);
            (base, from) = (*number, *number);
            continue;
        }
        falls.glitches = falls.glitches.wrapping_add((!is_rise).into());
        base = if is_rise { *number } else { base };
    }
    *sum = sum.saturating_add(i128::from(base).saturating_sub(from.into()));
    (base, falls)
}

/// Adds fractions, and fractions times weights, by parting each into pieces of so few bits that sums of pieces
/// lose none: adding a large number and taking it away rounds to a multiple of the large one's last bit.
struct Pieces<const LEVELS: usize> {
    /// A number whose last bit is the unit of the level's pieces.
    large: [f64; LEVELS],
    once: [[f64; LANES]; LEVELS],
    weighted: [[f64; LANES]; LEVELS],
    /// What no level took.
    left: [f64; LANES],
}

impl<const LEVELS: usize> Pieces<LEVELS> {
    /// Pieces of `bits` bits of numbers below `2^exponent`.
    fn new(exponent: i32, bits: i32) -> Self {
        let mut unit = exponent;
        let large = core::array::from_fn(|_| {
            unit = unit.saturating_sub(bits);
            1.5 * power_of_two(unit.saturating_add(52))
        });
        let nothing = [[0.0; LANES]; LEVELS];
        Pieces { large, once: nothing, weighted: nothing, left: [0.0; LANES] }
    }

    fn add(&mut self, numbers: &[f64; LANES], weights: &[f64; LANES]) {
        let mut rest = *numbers;
        for ((large, once), weighted) in self.large.iter().zip(&mut self.once).zip(&mut self.weighted) {
            let lanes = rest.iter_mut().zip(weights).zip(once.iter_mut().zip(weighted));
            for ((rest, weight), (once, weighted)) in lanes {
                let piece = (*rest + large) - large;
                *rest -= piece;
                *once += piece;
                *weighted += piece * weight;
            }
        }
        for (left, rest) in self.left.iter_mut().zip(rest) {
            *left += rest.abs();
        }
    }

    /// Adds everything; `false`, and nothing added, if there were bits that no level took.
    fn finish(&self, sum: &mut ExactSum, integral: &mut ExactSum) -> bool {
        let is_whole = self.left.iter().all(|left| *left == 0.0);
        if is_whole {
            self.once.iter().for_each(|level| sum.add(level.iter().sum(), 1));
            self.weighted.iter().for_each(|level| integral.add(level.iter().sum(), 1));
        }
        is_whole
    }
}

/// Of exponents that normal numbers have.
const fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits((exponent.saturating_add(1023).cast_unsigned() as u64) << 52)
}

/// As [`add_integers`].
pub(super) fn add_fractions(numbers: &[f64], weights: &[u64], sum: &mut ExactSum, integral: &mut ExactSum) {
    let is_added = if weights.is_empty() {
        pieces::<2>(numbers, weights, sum, integral)
    } else {
        pieces::<2>(numbers, weights, sum, integral) || pieces::<4>(numbers, weights, sum, integral)
    };
    if !is_added {
        numbers.iter().for_each(|number| sum.add(*number, 1));
        numbers.iter().zip(weights).for_each(|(number, weight)| integral.add(*number, *weight));
    }
}

fn pieces<const LEVELS: usize>(
    numbers: &[f64],
    weights: &[u64],
    sum: &mut ExactSum,
    integral: &mut ExactSum,
) -> bool {
    let weight_bits = weights.iter().fold(0, |all, weight| all | weight).checked_ilog2().map_or(1, |top| top + 1);
    let mut largest = [0.0; LANES];
    let (chunks, rest) = numbers.as_chunks::<LANES>();
    for chunk in chunks {
        for (largest, number) in largest.iter_mut().zip(chunk) {
            *largest = if number.abs() > *largest { number.abs() } else { *largest };
        }
    }
    let largest = largest.iter().chain(rest).fold(0.0, |high, number| if number.abs() > high { number.abs() } else { high });
    let exponent = exponent(largest);
    // Sums of pieces times weights keep below 2^53 units.
    let bits = 53i32.saturating_sub(COUNT_BITS).saturating_sub(weight_bits.cast_signed());
    let is_normal = exponent < 900 && exponent > -600;
    if bits < 12 || !is_normal {
        return false;
    }
    let mut pieces = Pieces::<LEVELS>::new(exponent, bits);
    let (weight_chunks, weights_rest) = weights.as_chunks::<LANES>();
    let mut weights = weight_chunks.iter().copied().map(fractions);
    let tail = |weights: &[u64]| fractions(core::array::from_fn(|lane| weights.get(lane).copied().unwrap_or(0)));
    let mut weights_rest = Some(tail(weights_rest));
    let mut next = || weights.next().or_else(|| weights_rest.take()).unwrap_or_default();
    chunks.iter().for_each(|chunk| pieces.add(chunk, &next()));
    pieces.add(&core::array::from_fn(|lane| rest.get(lane).copied().unwrap_or(0.0)), &next());
    pieces.finish(sum, integral)
}

/// Whole numbers below 2^52, without a conversion that many processors have for single ones alone.
fn fractions(wholes: [u64; LANES]) -> [f64; LANES] {
    let two_to_52 = power_of_two(52);
    wholes.map(|whole| f64::from_bits(whole | two_to_52.to_bits()) - two_to_52)
}

/// The power of two above a number.
#[expect(clippy::cast_possible_truncation, reason = "eleven bits")]
const fn exponent(number: f64) -> i32 {
    ((number.to_bits() >> 52) as i32 & 0x7FF).saturating_sub(1022)
}

/// As [`count_integers`].
pub(super) fn count_fractions(numbers: &[f64], mut base: f64, sum: &mut ExactSum) -> (f64, Falls) {
    let mut falls = Falls::default();
    let mut from = base;
    let mut terms = Terms::default();
    for number in numbers {
        let is_fall = *number < base;
        if is_fall && *number < 0.9 * base {
            falls.tally(Step::Reset);
            terms.take(base, from, sum);
            terms.push(number.max(0.0), sum);
            (base, from) = (*number, *number);
            continue;
        }
        falls.glitches = falls.glitches.wrapping_add(is_fall.into());
        base = if *number > base { *number } else { base };
    }
    terms.take(base, from, sum);
    terms.flush(sum);
    (base, falls)
}

/// Numbers that are added together.
struct Terms {
    numbers: [f64; 64],
    count: usize,
}

impl Default for Terms {
    fn default() -> Self {
        Terms { numbers: [0.0; 64], count: 0 }
    }
}

impl Terms {
    /// One number less another.
    fn take(&mut self, number: f64, less: f64, sum: &mut ExactSum) {
        if number != less {
            self.push(number, sum);
            self.push(-less, sum);
        }
    }

    fn push(&mut self, number: f64, sum: &mut ExactSum) {
        if number == 0.0 {
            return;
        }
        if self.count >= self.numbers.len() {
            self.flush(sum);
        }
        if let Some(place) = self.numbers.get_mut(self.count) {
            *place = number;
            self.count = self.count.saturating_add(1);
        }
    }

    fn flush(&mut self, sum: &mut ExactSum) {
        let numbers = self.numbers.get(..self.count).unwrap_or_default();
        add_fractions(numbers, &[], sum, &mut ExactSum::default());
        self.count = 0;
    }
}
