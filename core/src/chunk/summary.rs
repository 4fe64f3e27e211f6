//! What is known of a column's numbers, beside them.
//!
//! | bytes | content |
//! |---|---|
//! | number | readings with a number; nothing follows 0 |
//! | 1 | flags |
//! | number, number | instants: the first after the chunk's first, the last before the chunk's last |
//! | signed | the first number less the column's first cell |
//! | signed, number, number | last less first, first less least, most less first (not of `FLAT`) |
//! | number, number | instants of the least and the most after the first (not of `FLAT`) |
//! | number | `UNCOVERED`: milliseconds without a value |
//! | sum, sum | sum and integral, less the first times their weights (not of `FLAT`) |
//! | sum | `COUNTED`: increase, less that of the last over the first |
//! | numbers | resets, rollovers, glitches, gaps, each if its flag is set |
//! | number | `BASED`: the base less the last |

use super::bytes::{In, Out};
use super::kind::Sort;
use super::{ChunkError, Kind};
use crate::aggregate::{Carry, ExactSum, Number, Partial, Reading, Rule, Run, Total};

/// What is known of a column.
#[expect(clippy::large_enum_variant, reason = "nothing is boxed without an allocator")]
#[derive(Clone, Debug, PartialEq)]
pub enum Summary {
    /// Of whole numbers: those of the registers, before scaling.
    Whole(Run<i64>),
    /// Of binary fractions, before scaling. NaN and infinities count as errors.
    Fraction(Run<f64>),
    /// Texts and addresses are not summed.
    None,
}

/// Most bytes of a summary: three sums of 288 bytes, and twenty numbers.
pub(super) const MOST: usize = 1120;

const FLAT: u8 = 0x10;
const UNCOVERED: u8 = 0x20;
const COUNTED: u8 = 0x40;
const BASED: u8 = 0x80;

/// When a chunk's rows were read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) first_ms: i64,
    pub(super) last_ms: i64,
    pub(super) rows: usize,
}

/// A number of a chunk.
pub(super) trait Summed: Number {
    fn of_key(kind: Kind, key: u64) -> Option<Self>;
    fn key(self, kind: Kind) -> u64;
    /// By how much a sum differs from what is expected of it.
    fn put(sum: &Self::Sum, expected: &Self::Sum, out: &mut Out<'_>) -> Result<(), ChunkError>;
    fn take(expected: &Self::Sum, input: &mut In<'_>) -> Result<Self::Sum, ChunkError>;
    /// The step from one to the other, as a counter.
    fn rise(first: Self, last: Self) -> Self::Sum;
}

impl Summed for i64 {
    fn of_key(kind: Kind, key: u64) -> Option<i64> {
        kind.whole(key)
    }

    fn key(self, kind: Kind) -> u64 {
        let sign = if let Kind::Signed { .. } = kind { 1 << 63 } else { 0 };
        self.cast_unsigned() ^ sign
    }

    fn put(sum: &i128, expected: &i128, out: &mut Out<'_>) -> Result<(), ChunkError> {
        out.wide(sum.wrapping_sub(*expected))
    }

    fn take(expected: &i128, input: &mut In<'_>) -> Result<i128, ChunkError> {
        input.wide().map(|difference| difference.wrapping_add(*expected))
    }

    fn rise(first: i64, last: i64) -> i128 {
        i128::from(last).wrapping_sub(i128::from(first))
    }
}

impl Summed for f64 {
    fn of_key(kind: Kind, key: u64) -> Option<f64> {
        Some(kind.fraction(key)).filter(|number| number.is_finite())
    }

    #[expect(clippy::cast_possible_truncation, reason = "it was a number of 32 bits")]
    fn key(self, kind: Kind) -> u64 {
        let bits = if kind == Kind::Float32 { u64::from((self as f32).to_bits()) } else { self.to_bits() };
        kind.key(bits).unwrap_or(0)
    }

    /// The bytes that are neither zeros below nor the sign above, of the sum itself: less what is expected it
    /// would be no shorter.
    fn put(sum: &ExactSum, _expected: &ExactSum, out: &mut Out<'_>) -> Result<(), ChunkError> {
        let zeros = sum.bytes().take_while(|byte| *byte == 0).count();
        let sign = if sum.is_negative() { 0xFF } else { 0 };
        let mut above = sum.bytes().rev().take_while(|byte| *byte == sign).count();
        let top = sum.bytes().rev().nth(above).unwrap_or(sign);
        if (top ^ sign) >> 7 == 1 {
            above = above.saturating_sub(1);
        }
        let length = ExactSum::BYTES.saturating_sub(zeros).saturating_sub(above);
        out.count(length)?;
        if length == 0 {
            return Ok(());
        }
        out.count(zeros)?;
        sum.bytes().skip(zeros).take(length).try_for_each(|byte| out.byte(byte))
    }

    fn take(_expected: &ExactSum, input: &mut In<'_>) -> Result<ExactSum, ChunkError> {
        let error = input.error("a sum of at most 288 bytes");
        let length = input.count(ExactSum::BYTES, "a sum of at most 288 bytes")?;
        if length == 0 {
            return Ok(ExactSum::default());
        }
        let zeros = input.count(ExactSum::BYTES, "a sum of at most 288 bytes")?;
        ExactSum::of_bytes(zeros, input.take(length)?).ok_or(error)
    }

    fn rise(first: f64, last: f64) -> ExactSum {
        let mut rise = ExactSum::default();
        rise.add(last, 1);
        rise.subtract(first);
        rise
    }
}

/// What is known of rows in order.
pub(super) fn run<N: Summed>(
    kind: Kind,
    rule: &Rule,
    rows: impl Iterator<Item = (i64, Option<u64>)>,
) -> Option<Run<N>> {
    let mut rows = rows.map(|(at_ms, key)| match key.and_then(|key| N::of_key(kind, key)) {
        Some(number) => Reading::new(at_ms, number),
        None => Reading::error(at_ms),
    });
    let first = rows.next()?;
    let mut run = Run::start(first.at_ms(), Carry::default());
    run.push(first, rule);
    rows.for_each(|reading| run.push(reading, rule));
    Some(run)
}

pub(super) fn emit<N: Summed>(
    run: &Run<N>,
    kind: Kind,
    column_key: u64,
    span: Span,
    out: &mut Out<'_>,
) -> Result<(), ChunkError> {
    let partial = run.partial();
    let whole = (partial.first(), partial.last(), partial.min(), partial.max(), run.after().base());
    let (Some(first), Some(last), Some(least), Some(most), Some(base)) = whole else {
        return out.number(0);
    };
    let key = |number: N| number.key(kind);
    let (first_key, last_key) = (key(first.1), key(last.1));
    let after = |at_ms: i64, first_ms: i64| at_ms.abs_diff(first_ms);
    let expected = expected(first.1, partial.count(), partial.cover_ms());
    let rise = N::rise(first.1, last.1);
    let uncovered_ms = after(span.last_ms, span.first_ms).saturating_sub(partial.cover_ms());
    let tallies = [partial.resets(), partial.rollovers(), partial.glitches(), partial.gaps()];
    let is_flat = key(least.1) == key(most.1)
        && least.0 == first.0
        && (partial.sum(), partial.integral()) == (&expected.0, &expected.1);
    let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
    let mut flags = flag(is_flat, FLAT)
        | flag(uncovered_ms > 0, UNCOVERED)
        | flag(*partial.counted() != rise, COUNTED)
        | flag(key(base) != last_key, BASED);
    for (place, tally) in tallies.iter().enumerate() {
        flags |= flag(*tally > 0, 1 << place);
    }
    out.number(partial.count())?;
    out.byte(flags)?;
    out.number(after(first.0, span.first_ms))?;
    out.number(after(span.last_ms, last.0))?;
    out.signed(first_key.wrapping_sub(column_key).cast_signed())?;
    if !is_flat {
        out.signed(last_key.wrapping_sub(first_key).cast_signed())?;
        out.number(first_key.wrapping_sub(key(least.1)))?;
        out.number(key(most.1).wrapping_sub(first_key))?;
        out.number(after(least.0, first.0))?;
        out.number(after(most.0, first.0))?;
    }
    if uncovered_ms > 0 {
        out.number(uncovered_ms)?;
    }
    if !is_flat {
        N::put(partial.sum(), &expected.0, out)?;
        N::put(partial.integral(), &expected.1, out)?;
    }
    if flags & COUNTED != 0 {
        N::put(partial.counted(), &rise, out)?;
    }
    for tally in tallies.into_iter().filter(|tally| *tally > 0) {
        out.number(tally)?;
    }
    if flags & BASED != 0 {
        out.number(key(base).wrapping_sub(last_key))?;
    }
    Ok(())
}

/// Sum and integral of numbers that are all alike.
fn expected<N: Summed>(first: N, count: u64, cover_ms: u64) -> (N::Sum, N::Sum) {
    let (mut sum, mut integral) = (N::Sum::default(), N::Sum::default());
    sum.add(first, count);
    integral.add(first, cover_ms);
    (sum, integral)
}

fn read<N: Summed>(kind: Kind, first_key: u64, span: Span, input: &mut In<'_>) -> Result<Run<N>, ChunkError> {
    let error = input.error("what is known of a column");
    let rows = u64::try_from(span.rows).unwrap_or(u64::MAX);
    let count = input.number()?;
    let errors = rows.checked_sub(count).ok_or(error)?;
    if count == 0 {
        return Ok(nothing(span));
    }
    let flags = input.byte()?;
    let first_ms = span.first_ms.checked_add_unsigned(input.number()?).ok_or(error)?;
    let last_ms = span.last_ms.checked_sub_unsigned(input.number()?).ok_or(error)?;
    let number = |key: u64| N::of_key(kind, key).ok_or(error);
    // Cells before the first number may be none that is summed.
    let first_key = first_key.wrapping_add(input.signed()?.cast_unsigned());
    let (mut last_key, mut least_key, mut most_key) = (first_key, first_key, first_key);
    let (mut least_ms, mut most_ms) = (first_ms, first_ms);
    let is_flat = flags & FLAT != 0;
    if !is_flat {
        last_key = first_key.wrapping_add(input.signed()?.cast_unsigned());
        least_key = first_key.wrapping_sub(input.number()?);
        most_key = first_key.wrapping_add(input.number()?);
        least_ms = first_ms.checked_add_unsigned(input.number()?).ok_or(error)?;
        most_ms = first_ms.checked_add_unsigned(input.number()?).ok_or(error)?;
    }
    let uncovered_ms = if flags & UNCOVERED != 0 { input.number()? } else { 0 };
    let cover_ms = span.last_ms.abs_diff(span.first_ms).checked_sub(uncovered_ms).ok_or(error)?;
    let (first, last) = (number(first_key)?, number(last_key)?);
    let (mut sum, mut integral) = expected(first, count, cover_ms);
    if !is_flat {
        (sum, integral) = (N::take(&sum, input)?, N::take(&integral, input)?);
    }
    let mut increase = N::rise(first, last);
    if flags & COUNTED != 0 {
        increase = N::take(&increase, input)?;
    }
    let mut tally = |place: u8| if flags & 1 << place != 0 { input.number() } else { Ok(0) };
    let tallies = [1, tally(0)?, tally(1)?, tally(2)?, tally(3)?];
    let base_key = if flags & BASED != 0 { last_key.wrapping_add(input.number()?) } else { last_key };
    let of = |at_ms: i64, key: u64| number(key).map(|number| Some((at_ms, number)));
    let partial = Partial::of_parts(
        (count, errors),
        (sum, integral, increase),
        cover_ms,
        of(least_ms, least_key)?,
        of(most_ms, most_key)?,
        Some((first_ms, first)),
        Some((last_ms, last)),
        tallies,
    );
    let held = (last_ms == span.last_ms).then_some((last_ms, last));
    let after = Carry::of_parts(held, of(last_ms, base_key)?);
    Ok(Run::of_parts(span.first_ms, span.last_ms, partial, after))
}

/// Of a column without a cell that has anything.
fn nothing<N: Summed>(span: Span) -> Run<N> {
    let sums = (N::Sum::default(), N::Sum::default(), N::Sum::default());
    let errors = u64::try_from(span.rows).unwrap_or(u64::MAX);
    let partial = Partial::of_parts((0, errors), sums, 0, None, None, None, None, [0; 5]);
    Run::of_parts(span.first_ms, span.last_ms, partial, Carry::default())
}

impl Summary {
    pub(super) fn read(kind: Kind, first_key: Option<u64>, span: Span, input: In<'_>) -> Result<Summary, ChunkError> {
        let mut input = input;
        let summary = match (kind.sort(), first_key) {
            (Sort::None, _) => Summary::None,
            (Sort::Whole, Some(first_key)) => Summary::Whole(read(kind, first_key, span, &mut input)?),
            (Sort::Fraction, Some(first_key)) => Summary::Fraction(read(kind, first_key, span, &mut input)?),
            (Sort::Whole, None) => Summary::Whole(nothing(span)),
            (Sort::Fraction, None) => Summary::Fraction(nothing(span)),
        };
        if input.rest().is_empty() { Ok(summary) } else { Err(input.error("the end of what is known")) }
    }
}
