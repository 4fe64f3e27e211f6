//! Sums of readings and formulas of reports.

use core::hint::black_box;

use parabus_core::aggregate::{
    Calendar, Cost, Energy, ExactSum, Grid, Rate, Reading, Rule, Sampling, Scale, Segments, Tariff, Track, Transitions,
    Unit, dispersed, last_good, min_max,
};
use parabus_core::formula::Formula;

use crate::text;

/// A tracked series: readings in order of time, minutes and what is coarser as they close.
#[unsafe(no_mangle)]
pub extern "C" fn size_track(track: &mut Track, at_ms: i64, value: i64, hold_ms: u64, width_bits: u8) -> u32 {
    let Ok(rule) = Rule::new(Some(hold_ms), Some(width_bits)) else { return 0 };
    let mut total = 0;
    while let Some(closed) = track.close(at_ms, &rule) {
        let coarser = closed.coarser.iter().flatten().fold(0, |sum: i64, coarse| sum.wrapping_add(coarse.integral));
        total += coarser as u32 ^ closed.partial.cover_ms() as u32;
    }
    let reading = if value == i64::MIN { Reading::error(at_ms) } else { Reading::new(at_ms, value) };
    total ^ track.push(reading, &rule).map_or_else(|error| error.kind() as u32, |()| 1)
}

/// Whole numbers over a grid, over local days at a tariff, and single values.
///
/// # Safety
/// `readings` points to `length` readings, `changes` to four changes of clocks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn size_aggregate(
    readings: *const Reading<i64>,
    length: usize,
    changes: *const [(i64, i32); 4],
    from_ms: i64,
    till_ms: i64,
) -> u32 {
    // SAFETY: promised by the caller.
    let (readings, changes) = unsafe { (core::slice::from_raw_parts(readings, length), &*changes) };
    let rule = Rule::of_period(black_box(10));
    let scale = Scale::of_decimals(black_box(1));
    let (Ok(scale), Ok(zone)) = (scale, Transitions::new(black_box(3600), changes)) else { return 0 };
    let mut total = 0.0;
    if let Ok(grid) = Grid::new(from_ms, till_ms, black_box(60_000)) {
        for segment in Segments::new(readings, Default::default(), rule, grid).into_iter().flatten() {
            total += scale.mean(&segment.partial).ok().flatten().unwrap_or(0.0);
            total += scale.increase(&segment.partial).ok().flatten().unwrap_or(0.0);
        }
    }
    if let Ok(days) = Calendar::new(&zone, Unit::Day, from_ms, till_ms) {
        total += days.fold(0, |sum: i64, (start_ms, end_ms)| sum.wrapping_add(end_ms.wrapping_sub(start_ms))) as f64;
    }
    let rates = [Rate { days: 127, from_minute: 0, until_minute: 1440, micro_eur_per_kwh: black_box(200_000) }];
    if let Ok(tariff) = Tariff::new(&rates) {
        let energy = |start_ms, end_ms| {
            let partial = parabus_core::aggregate::partial(readings, start_ms, end_ms, &rule)?;
            Energy::of_watts(&partial, &scale).map(Some)
        };
        let cost = Cost::of_slots(tariff.slots(&zone, from_ms, till_ms), energy);
        total += cost.ok().flatten().and_then(|cost| cost.eur()).unwrap_or(0.0);
    }
    let mut out = [None; 8];
    dispersed(readings, from_ms, till_ms, Sampling::First, &rule, &mut out).ok();
    total += out.iter().flatten().fold(0, |sum: i64, value| sum.wrapping_add(*value)) as f64;
    let found = min_max(readings, from_ms, till_ms).ok().flatten().map_or(0, |(least, _)| least.1);
    total as u32 ^ found as u32 ^ last_good(readings, till_ms).map_or(0, |(_, value)| value as u32)
}

/// Fractions added without an error.
///
/// # Safety
/// `numbers` points to `length` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn size_exact(numbers: *const f64, length: usize) -> f64 {
    // SAFETY: promised by the caller.
    let numbers = unsafe { core::slice::from_raw_parts(numbers, length) };
    let mut sum = ExactSum::default();
    numbers.iter().for_each(|number| sum.add(*number, 1));
    sum.divided_by(length as u64).or(sum.to_f64()).unwrap_or(0.0)
}

/// A formula read and evaluated.
///
/// # Safety
/// `data` points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn size_formula(data: *const u8, length: usize, operand: f64) -> f64 {
    // SAFETY: promised by the caller.
    match Formula::parse(unsafe { text(data, length) }) {
        Ok(formula) => formula.evaluate(|id| (id > 0).then_some(operand)).unwrap_or(0.0),
        Err(error) => error.offset() as f64,
    }
}
