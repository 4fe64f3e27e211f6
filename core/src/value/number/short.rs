//! Numbers of at most 64 bits, printed from the last digit to the first in one pass.

use core::fmt;

use super::Symbols;
use crate::value::Decimal;

/// Sign, 20 digits, 6 groups of two bytes, point, and zeros to fill up.
const ROOM: usize = 64;

/// Digits behind the point at most.
const MOST_DECIMALS: u16 = 19;

/// `None` if the number is longer.
pub(super) fn print(
    number: Decimal,
    symbols: &Symbols,
    min: u16,
    max: Option<u16>,
    out: &mut dyn fmt::Write,
) -> Option<fmt::Result> {
    let mut rest = u64::try_from(number.mantissa().unsigned_abs()).ok()?;
    let mut decimals = number.decimals();
    if number.exponent() > 0 || decimals > MOST_DECIMALS || min > MOST_DECIMALS {
        return None;
    }
    if let Some(max) = max {
        if decimals > max {
            let power = 10u64.checked_pow(decimals.saturating_sub(max).into())?;
            let (quotient, remainder) = (rest.checked_div(power)?, rest.checked_rem(power)?);
            rest = quotient.saturating_add((remainder >= power / 2).into());
            decimals = max;
        }
        while decimals > min && rest.is_multiple_of(10) {
            rest /= 10;
            decimals = decimals.saturating_sub(1);
        }
    }
    let has_minus = number.mantissa() < 0 && rest != 0;

    let mut room = [0; ROOM];
    let mut line = Line(&mut room);
    for _ in decimals..min {
        line.put([b'0']);
    }
    for _ in 0..decimals {
        line.put([digit(rest)]);
        rest /= 10;
    }
    if decimals > 0 || min > 0 {
        line.put([symbols.point]);
    }
    let least = u32::try_from(symbols.grouped_from.saturating_sub(1)).ok().and_then(|power| 10u64.checked_pow(power));
    let group = least.filter(|least| rest >= *least).map_or(&[][..], |_| symbols.group);
    while rest >= 1000 {
        // The three do not wait for each other.
        let three = rest % 1000;
        rest /= 1000;
        line.put([digit(three / 100), digit(three / 10), digit(three)]);
        match group {
            [] => {}
            [one] => line.put([*one]),
            [one, two] => line.put([*one, *two]),
            // A separator of three bytes, should a language have one.
            bytes => bytes.iter().rev().for_each(|byte| line.put([*byte])),
        }
    }
    let [hundreds, tens, ones] = [digit(rest / 100), digit(rest / 10), digit(rest)];
    match rest {
        0..10 => line.put([ones]),
        10..100 => line.put([tens, ones]),
        _ => line.put([hundreds, tens, ones]),
    }
    if has_minus {
        line.put([b'-']);
    }
    let start = line.0.len();
    let text = room.get(start..).and_then(|bytes| core::str::from_utf8(bytes).ok());
    Some(out.write_str(text.unwrap_or_default()))
}

/// What is left of it, filled from its end.
struct Line<'a>(&'a mut [u8]);

impl Line<'_> {
    fn put<const COUNT: usize>(&mut self, bytes: [u8; COUNT]) {
        if let Some((left, place)) = core::mem::take(&mut self.0).split_last_chunk_mut() {
            *place = bytes;
            self.0 = left;
        }
    }
}

/// The last digit.
const fn digit(number: u64) -> u8 {
    b'0' | (number % 10) as u8
}
