//! Up to 64 numbers packed bit by bit, apart from a few that are larger than the rest (PFOR).
//!
//! | bytes | content |
//! |---|---|
//! | 1 | bits 0, 1: how residuals are made; 2 to 7: number of patches |
//! | 1 | width: bits of each residual, 0 to 64 |
//! | number | with patches: bytes that they take |
//! | signed number | base, less what is expected |
//! | signed number | `Rise` alone: the least step |
//! | | residuals, bit after bit, the lowest first |
//! | | patches: index (1), the bits above the width (number) |

use super::ChunkError;
use super::bytes::{In, Out, fold_sign, number_length, unfold_sign};

/// Numbers in a block at most.
pub(super) const BLOCK: usize = 64;
/// Patches of a block at most: what six bits count.
const MOST_PATCHES: u32 = 63;

/// How residuals are made of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// Less the least one, which is the base.
    Offset,
    /// Less the number before it, the sign folded in; the first is the base.
    Step,
    /// Less the number before it and the least such step; the first is the base.
    Rise,
}

/// A block's first bytes.
#[derive(Clone, Copy)]
struct Head {
    manner: Manner,
    patches: usize,
    width: u32,
    patch_bytes: usize,
    base: u64,
    least: u64,
    /// Residuals.
    count: usize,
}

/// Residuals, what they cost, and how wide they are packed.
struct Plan {
    manner: Manner,
    residuals: [u64; BLOCK],
    count: usize,
    width: u32,
    patches: u32,
    cost: u32,
    base: u64,
    least: u64,
}

impl Plan {
    fn new(manner: Manner, numbers: &[u64], expected: u64) -> Plan {
        let first = numbers.first().copied().unwrap_or(0);
        let mut residuals = [0; BLOCK];
        let steps = || numbers.iter().zip(numbers.iter().skip(1)).map(|(before, own)| own.wrapping_sub(*before));
        let (mut base, mut least, mut count) = (first, 0u64, numbers.len().saturating_sub(1));
        match manner {
            Manner::Offset => {
                base = numbers.iter().copied().min().unwrap_or(0);
                count = numbers.len();
                let offsets = numbers.iter().map(|number| number.wrapping_sub(base));
                residuals.iter_mut().zip(offsets).for_each(|(own, offset)| *own = offset);
            }
            Manner::Step => {
                residuals.iter_mut().zip(steps()).for_each(|(own, step)| *own = fold_sign(step.cast_signed()));
            }
            Manner::Rise => {
                least = steps().map(u64::cast_signed).min().unwrap_or(0).cast_unsigned();
                residuals.iter_mut().zip(steps()).for_each(|(own, step)| *own = step.wrapping_sub(least));
            }
        }
        let (width, patches, cost) = narrowest(residuals.get(..count).unwrap_or_default());
        let base_cost = number_length(fold_sign(base.wrapping_sub(expected).cast_signed()));
        let least_cost = if manner == Manner::Rise { number_length(fold_sign(least.cast_signed())) } else { 0 };
        let cost = cost.saturating_add(base_cost).saturating_add(least_cost);
        Plan { manner, residuals, count, width, patches, cost, base, least }
    }
}

/// The width that takes the fewest bytes, the number of residuals beyond it, and about how many bytes.
fn narrowest(residuals: &[u64]) -> (u32, u32, u32) {
    let bits_of = |residual: u64| 64u32.wrapping_sub(residual.leading_zeros());
    let most = bits_of(residuals.iter().fold(0, |all, residual| all | residual));
    let count = u32::try_from(residuals.len()).unwrap_or(0);
    let packed = |width: u32| count.wrapping_mul(width).div_ceil(8);
    let mut best = (most, 0, packed(most));
    if most == 0 {
        return best;
    }
    // Tallies by bits; 127 is beyond any, so that no look-up can fail.
    let mut of_bits = [0u8; 128];
    for residual in residuals {
        if let Some(count) = of_bits.get_mut((bits_of(*residual) & 127) as usize) {
            *count = count.wrapping_add(1);
        }
    }
    let mut beyond = 0u32;
    for width in (0..most).rev() {
        let here = of_bits.get((width.wrapping_add(1) & 127) as usize).copied().unwrap_or(0);
        beyond = beyond.wrapping_add(here.into());
        if beyond > MOST_PATCHES {
            break;
        }
        let each = 1u32.wrapping_add(most.wrapping_sub(width).div_ceil(7));
        let patches = beyond.wrapping_mul(each);
        let cost = packed(width).wrapping_add(patches).wrapping_add(1);
        if cost < best.2 {
            best = (width, beyond, cost);
        }
        // Narrower ones only have more.
        if patches >= best.2 {
            break;
        }
    }
    best
}

/// Writes numbers and gives their base; `expected` is about what it is.
pub(super) fn emit(numbers: &[u64], expected: u64, out: &mut Out<'_>) -> Result<u64, ChunkError> {
    let mut plan = Plan::new(Manner::Step, numbers, expected);
    for manner in [Manner::Rise, Manner::Offset] {
        let other = Plan::new(manner, numbers, expected);
        if other.cost < plan.cost {
            plan = other;
        }
    }
    let residuals = plan.residuals.get(..plan.count).unwrap_or_default();
    let manner = match plan.manner {
        Manner::Offset => 0,
        Manner::Step => 1,
        Manner::Rise => 2,
    };
    out.byte(u8::try_from(plan.patches << 2 | manner).unwrap_or(u8::MAX))?;
    out.byte(u8::try_from(plan.width).unwrap_or(u8::MAX))?;
    let beyond = || {
        let high = residuals.iter().map(|residual| residual.checked_shr(plan.width).unwrap_or(0));
        (0u8..).zip(high).filter(|(_, high)| *high != 0)
    };
    if plan.patches > 0 {
        let length = beyond().fold(0u32, |sum, (_, high)| sum.saturating_add(1).saturating_add(number_length(high)));
        out.number(length.into())?;
    }
    out.signed(plan.base.wrapping_sub(expected).cast_signed())?;
    if plan.manner == Manner::Rise {
        out.signed(plan.least.cast_signed())?;
    }
    pack(residuals, plan.width, out)?;
    beyond().try_for_each(|(index, high)| {
        out.byte(index)?;
        out.number(high)
    })?;
    Ok(plan.base)
}

impl Head {
    fn read(input: &mut In<'_>, numbers: usize, expected: u64) -> Result<Head, ChunkError> {
        let error = input.error("a block's first byte");
        let first = input.byte()?;
        let (manner, count) = match first & 3 {
            0 => (Manner::Offset, numbers),
            1 => (Manner::Step, numbers.saturating_sub(1)),
            2 => (Manner::Rise, numbers.saturating_sub(1)),
            _ => return Err(error),
        };
        let error = input.error("a width of at most 64 bits");
        let width = u32::from(input.byte()?);
        let patches = usize::from(first >> 2);
        if width > 64 || patches > count {
            return Err(error);
        }
        let patch_bytes = if patches > 0 { input.count(BLOCK * 11, "the length of the patches")? } else { 0 };
        let base = input.signed()?.cast_unsigned().wrapping_add(expected);
        let least = if manner == Manner::Rise { input.signed()?.cast_unsigned() } else { 0 };
        Ok(Head { manner, patches, width, patch_bytes, base, least, count })
    }

    fn packed_bytes(&self) -> usize {
        self.count.saturating_mul(self.width as usize).div_ceil(8)
    }
}

/// Goes past a block; gives its base: of ascending numbers the first.
pub(super) fn skip(input: &mut In<'_>, count: usize, expected: u64) -> Result<u64, ChunkError> {
    let head = Head::read(input, count, expected)?;
    input.take(head.packed_bytes())?;
    input.take(head.patch_bytes)?;
    Ok(head.base)
}

/// Reads a block of so many numbers; gives its base.
pub(super) fn read(
    input: &mut In<'_>,
    count: usize,
    expected: u64,
    numbers: &mut [u64; BLOCK],
) -> Result<u64, ChunkError> {
    let head = Head::read(input, count, expected)?;
    let packed = input.take(head.packed_bytes())?;
    let mut patches = input.part(head.patch_bytes)?;
    let (first, rest) = numbers.split_at_mut(usize::from(head.manner != Manner::Offset).min(BLOCK));
    first.iter_mut().for_each(|first| *first = head.base);
    let residuals = rest.get_mut(..head.count).ok_or(patches.error("at most 64 numbers"))?;
    unpack(packed, head.width, residuals);
    for _ in 0..head.patches {
        let error = patches.error("a patch of a residual");
        let index = usize::from(patches.byte()?);
        let high = patches.number()?;
        let moved = high.checked_shl(head.width).filter(|moved| moved.checked_shr(head.width) == Some(high));
        let (residual, moved) = residuals.get_mut(index).zip(moved).ok_or(error)?;
        *residual |= moved;
    }
    if !patches.rest().is_empty() {
        return Err(patches.error("no more patches"));
    }
    let mut before = head.base;
    match head.manner {
        Manner::Offset => residuals.iter_mut().for_each(|own| *own = own.wrapping_add(head.base)),
        Manner::Step => residuals.iter_mut().for_each(|own| {
            before = before.wrapping_add(unfold_sign(*own).cast_unsigned());
            *own = before;
        }),
        Manner::Rise => residuals.iter_mut().for_each(|own| {
            before = before.wrapping_add(*own).wrapping_add(head.least);
            *own = before;
        }),
    }
    Ok(head.base)
}

const fn mask(width: u32) -> u64 {
    match 64u32.checked_sub(width) {
        Some(64) | None => 0,
        Some(unused) => u64::MAX >> unused,
    }
}

fn pack(residuals: &[u64], width: u32, out: &mut Out<'_>) -> Result<(), ChunkError> {
    let mask = mask(width);
    let mut words = [0u64; BLOCK];
    let mut places = words.iter_mut();
    let mut place = places.next();
    let (mut waiting, mut bits) = (0u64, 0u32);
    for residual in residuals {
        let own = residual & mask;
        waiting |= own << (bits & 63);
        bits = bits.wrapping_add(width);
        if bits >= 64 {
            if let Some(word) = place {
                *word = waiting;
            }
            place = places.next();
            bits = bits.wrapping_sub(64);
            // What did not fit; nothing if all did.
            waiting = own.checked_shr(width.wrapping_sub(bits)).unwrap_or(0);
        }
    }
    if let Some(word) = place {
        *word = waiting;
    }
    let length = residuals.len().wrapping_mul(width as usize).div_ceil(8);
    let (whole, rest) = (length / 8, length % 8);
    words.iter().take(whole).try_for_each(|word| out.put(&word.to_le_bytes()))?;
    let last = words.get(whole).copied().unwrap_or(0).to_le_bytes();
    out.put(last.get(..rest).unwrap_or_default())
}

fn unpack(packed: &[u8], width: u32, residuals: &mut [u64]) {
    let mask = mask(width);
    let (words, rest) = packed.as_chunks::<8>();
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(own, byte)| *own = *byte);
    let mut words = words.iter().chain(core::iter::once(&last)).map(|word| u64::from_le_bytes(*word));
    let (mut waiting, mut bits) = (0u64, 0u32);
    for residual in residuals {
        let mut own = waiting;
        if bits < width {
            let next = words.next().unwrap_or(0);
            own |= next << (bits & 63);
            let taken = width.wrapping_sub(bits);
            waiting = next.checked_shr(taken).unwrap_or(0);
            bits = bits.wrapping_add(64).wrapping_sub(width);
        } else {
            waiting = waiting.checked_shr(width).unwrap_or(0);
            bits = bits.wrapping_sub(width);
        }
        *residual = own & mask;
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::aggregate::Random;

    fn there_and_back(numbers: &[u64], expected: u64) -> usize {
        let mut bytes = [0; 800];
        let mut out = Out::new(&mut bytes);
        emit(numbers, expected, &mut out).unwrap();
        let length = out.len();
        let mut input = In::new(&bytes[..length], 0);
        let mut read_back = [7; BLOCK];
        read(&mut input, numbers.len(), expected, &mut read_back).unwrap();
        assert_eq!(&read_back[..numbers.len()], numbers);
        assert!(input.rest().is_empty());
        let mut input = In::new(&bytes[..length], 0);
        skip(&mut input, numbers.len(), expected).unwrap();
        assert!(input.rest().is_empty());
        for cut in 0..length {
            assert!(read(&mut In::new(&bytes[..cut], 0), numbers.len(), expected, &mut read_back).is_err());
        }
        length
    }

    #[test]
    fn any_numbers_come_back() {
        let mut random = Random(3);
        for round in 0..20_000 {
            let count = 1 + random.below(64) as usize;
            let (shift, rare) = (random.below(65) as u32, random.below(65) as u32);
            let mut last = random.next();
            let numbers: Vec<u64> = (0..count)
                .map(|_| {
                    let own = random.next().checked_shr(shift).unwrap_or(0);
                    let own = if random.below(20) == 0 { random.next().checked_shr(rare).unwrap_or(0) } else { own };
                    last = if round % 2 == 0 { own } else { last.wrapping_add(own) };
                    last
                })
                .collect();
            there_and_back(&numbers, if round % 3 == 0 { 0 } else { numbers[0] });
        }
    }

    #[test]
    fn a_few_large_numbers_do_not_widen_the_rest() {
        assert_eq!(there_and_back(&[5; 64], 5), 3);
        let grid: Vec<u64> = (0..64).map(|n| n * 1000).collect();
        assert_eq!(there_and_back(&grid, 0), 5);
        let mut toggled = [0u64; 64];
        toggled[20..41].fill(1);
        assert!(there_and_back(&toggled, 0) <= 8);
        let mut grid = grid;
        grid[40..].iter_mut().for_each(|at| *at += 100_000);
        assert!(there_and_back(&grid, 0) <= 12);
        let extremes = [0, u64::MAX, 1 << 63, 0, 1, u64::MAX - 1];
        there_and_back(&extremes, 1 << 62);
    }
}
