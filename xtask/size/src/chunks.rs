//! Chunks of readings: cycles gathered and written, read back in a window.

use core::hint::black_box;

use parabus_core::chunk::{Cell, Chunk, Gather, Header, Kind, Layout, Registers, Summary, emit};
use parabus_core::value::{Decimal, Packing};

/// Any kinds, as the compiler cannot know which.
fn layouts() -> [Layout; 4] {
    let kinds = [
        Kind::Unsigned { bits: black_box(16) },
        Kind::Signed { bits: black_box(32) },
        Kind::Float32,
        Kind::Bcd { bits: black_box(16) },
    ];
    kinds.map(|kind| {
        let scaled = Layout::new(black_box(kind)).scale(black_box(Decimal::ONE), black_box(Decimal::ZERO));
        scaled.counter(black_box(Some(16))).unwrap_or(Layout::new(kind))
    })
}

/// A cycle is gathered, and a full chunk written.
///
/// # Safety
/// `buffer` points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn size_gather(
    gather: &mut Gather<4, 32>,
    at_ms: i64,
    raws: &[u64; 4],
    buffer: *mut u8,
    length: usize,
) -> u32 {
    // SAFETY: promised by the caller.
    let buffer = unsafe { core::slice::from_raw_parts_mut(buffer, length) };
    let pushed = gather.push(at_ms, raws.map(|raw| if raw == u64::MAX { Err(1) } else { Ok(raw) }));
    if !gather.is_full() {
        return pushed.map_or_else(|error| error.kind() as u32, |()| 1);
    }
    let header = Header { hold_ms: black_box(Some(60_000)), ..Header::new(black_box(7)) };
    let written = gather.emit(&header, &layouts(), buffer);
    gather.clear();
    let text = [black_box(0x4F4B)];
    let texts = [Layout::new(Kind::Text(black_box(Packing::Pairs)))];
    let cell =
        |_, row: usize| if row == black_box(1) { Cell::Error(2) } else { Cell::Registers(Registers::new(&text)) };
    let texts = emit(&header, &texts, &[black_box(1), black_box(2)], cell, buffer);
    written.and(texts).map_or_else(|error| error.kind() as u32, |length| length as u32)
}

/// What is known of a chunk's columns, and the cells of a window.
///
/// # Safety
/// `data` points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn size_chunk(data: *const u8, length: usize, from_ms: i64, till_ms: i64) -> u32 {
    // SAFETY: promised by the caller.
    let bytes = unsafe { core::slice::from_raw_parts(data, length) };
    let Ok(chunk) = Chunk::parse(bytes) else { return 0 };
    let Ok(body) = chunk.body() else { return 1 };
    let rows = chunk.rows(from_ms, till_ms);
    let mut total = chunk.times(rows.clone()).fold(0, |sum: i64, at_ms| sum.wrapping_add(at_ms)) as u32;
    for column in chunk.columns() {
        total ^= match column.summary() {
            Ok(Summary::Whole(run)) => run.partial().mean().map_or(0, |mean| mean as u32),
            Ok(Summary::Fraction(run)) => run.partial().mean().map_or(0, |mean| mean as u32),
            Ok(Summary::None) | Err(_) => 0,
        };
        for cell in body.cells(&column, rows.clone()).into_iter().flatten().flatten() {
            total ^= match cell {
                Cell::Raw(raw) => raw as u32,
                Cell::Error(code) => code.into(),
                Cell::Registers(registers) => registers.iter().map(u32::from).sum(),
            };
        }
    }
    total
}
