//! Cycles become chunks, or part of those that are there.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use parabus_core::chunk::{self, Chunk, ChunkError, Header, Layout, MAX_COLUMNS, most_bytes};

use super::visit::report;
use super::{ChunkStore, Info, Name, Order, Row, Stored};
use crate::model::{Cell, CellError, GroupId};
use crate::storage::{StoreError, cells};

/// Cycles of a chunk: 1.05 bytes a reading, where 1024 take 0.92 and are written again four times as often
/// while they fill (STACK.md 2.3).
pub const ROWS: usize = 256;

/// What the cells of a group stand for.
#[derive(Clone, Debug)]
pub struct GroupLayout {
    pub id: GroupId,
    pub layouts: Vec<Layout>,
    /// Milliseconds for which a value holds.
    pub hold_ms: Option<u64>,
}

/// The parts of one chunk, of which the first has the others' name but for the part.
struct Whole {
    info: Info,
    parts: Vec<Vec<u8>>,
}

/// Puts cycles into the chunks of their time; a cycle replaces the one at its instant. Nothing but the chunk
/// that a late cycle falls into is written again; cycles behind the last chunk fill it up, unless values hold for
/// another time since.
pub fn merge(store: &mut dyn ChunkStore, group: &GroupLayout, rows: BTreeMap<i64, Row>) -> Result<(), StoreError> {
    let (Some((first, _)), Some((last, _))) = (rows.first_key_value(), rows.last_key_value()) else { return Ok(()) };
    if group.layouts.is_empty() {
        return Ok(());
    }
    let there = wholes(store, group, (*first, *last))?;
    // By the chunk in whose time they are: the last that begins before them.
    let mut by_chunk: BTreeMap<Option<usize>, BTreeMap<i64, Row>> = BTreeMap::new();
    for (at, row) in rows {
        let index = there.partition_point(|whole| whole.info.name.first_at <= at).checked_sub(1);
        by_chunk.entry(index).or_default().insert(at, row);
    }
    let mut chunks = Vec::new();
    for (index, mut rows) in by_chunk {
        let Some(whole) = index.and_then(|index| there.get(index)) else {
            write(group, group.hold_ms, 1, pieces(rows, true), &mut chunks)?;
            continue;
        };
        let is_full = whole.info.rows as usize >= ROWS;
        let is_behind = |rows: &Rows| rows.first_key_value().is_none_or(|(at, _)| *at > whole.info.last_at);
        if is_full && is_behind(&rows) {
            write(group, group.hold_ms, 1, pieces(rows, true), &mut chunks)?;
            continue;
        }
        let revision = whole.info.revision.saturating_add(1);
        let (hold_ms, mut old) = match read(whole, group.layouts.len()) {
            Ok(read) => read,
            Err(error) => {
                // It stays as it is, for whoever can mend it, unless a row has its very instant.
                report(&whole.info, error);
                write(group, group.hold_ms, revision, pieces(rows, true), &mut chunks)?;
                continue;
            }
        };
        // The log is played again from its oldest segment on: most of that is here.
        rows.retain(|at, row| old.get(at) != Some(row));
        let is_behind = is_behind(&rows);
        if is_behind && (is_full || hold_ms != group.hold_ms) {
            write(group, group.hold_ms, 1, pieces(rows, true), &mut chunks)?;
        } else if !rows.is_empty() {
            old.extend(rows);
            write(group, hold_ms, revision, pieces(old, is_behind), &mut chunks)?;
        }
    }
    store.put(&chunks)
}

/// The chunks in whose time cycles of a range can be.
fn wholes(store: &dyn ChunkStore, group: &GroupLayout, range: (i64, i64)) -> Result<Vec<Whole>, StoreError> {
    let mut wholes: Vec<Whole> = Vec::new();
    for (part, _) in (0u16..).zip(group.layouts.chunks(MAX_COLUMNS)) {
        store.range(group.id, part, range, Order::Ascending, &mut |info, data| {
            if part == 0 {
                wholes.push(Whole { info: *info, parts: vec![data.to_vec()] });
            } else if let Some(whole) = wholes.iter_mut().find(|whole| whole.info.name.first_at == info.name.first_at) {
                whole.parts.push(data.to_vec());
            }
            ControlFlow::Continue(())
        })?;
    }
    Ok(wholes)
}

type Rows = BTreeMap<i64, Row>;

/// The cycles of a chunk, and for how long their values hold.
fn read(whole: &Whole, columns: usize) -> Result<(Option<u64>, Rows), ChunkError> {
    let mut rows = Rows::new();
    let mut hold_ms = None;
    for data in &whole.parts {
        let chunk = Chunk::parse(data)?;
        let body = chunk.body()?;
        hold_ms = chunk.header().hold_ms;
        let first = usize::from(chunk.header().first_column);
        for (position, column) in chunk.columns().enumerate() {
            for (at, cell) in chunk.times(0..ROWS.max(chunk.row_count())).zip(body.cells(&column, 0..usize::MAX)?) {
                let row = rows.entry(at).or_insert_with(|| vec![Err(CellError::NoValue); columns]);
                if let Some(place) = row.get_mut(first + position) {
                    *place = cells::of_chunk(cell?);
                }
            }
        }
    }
    Ok((hold_ms, rows))
}

/// Cuts cycles into chunks: one filled after the other where more are to come behind them, else all alike.
fn pieces(rows: Rows, fills: bool) -> Vec<Vec<(i64, Row)>> {
    let count = rows.len().div_ceil(ROWS).max(1);
    let size = if fills { ROWS } else { rows.len().div_ceil(count).max(1) };
    let mut pieces = Vec::new();
    let mut piece = Vec::new();
    for row in rows {
        piece.push(row);
        if piece.len() == size {
            pieces.push(std::mem::take(&mut piece));
        }
    }
    pieces.extend((!piece.is_empty()).then_some(piece));
    pieces
}

fn write(
    group: &GroupLayout,
    hold_ms: Option<u64>,
    revision: u32,
    pieces: Vec<Vec<(i64, Row)>>,
    chunks: &mut Vec<Stored>,
) -> Result<(), StoreError> {
    for piece in pieces {
        let times: Vec<i64> = piece.iter().map(|(at, _)| *at).collect();
        let (Some(first_at), Some(last_at)) = (times.first().copied(), times.last().copied()) else { continue };
        for (part, layouts) in (0u16..).zip(group.layouts.chunks(MAX_COLUMNS)) {
            let first = usize::from(part) * MAX_COLUMNS;
            let cell = |column: usize, row: usize| {
                let cell = piece.get(row).and_then(|(_, row)| row.get(first + column));
                let cell = cells::for_chunk(cell.unwrap_or(&Err(CellError::NoValue)));
                // What the column's type cannot hold has no value in it.
                let fits = layouts.get(column).is_some_and(|layout| layout.kind().holds(&cell));
                if fits { cell } else { cells::for_chunk(&Err(CellError::NoValue)) }
            };
            let header = Header {
                group: group.id.cast_unsigned(),
                revision,
                hold_ms,
                first_column: part.saturating_mul(MAX_COLUMNS as u16),
            };
            let registers = |cell: &Result<Cell, CellError>| match cell {
                Ok(Cell::Registers(registers)) => 3 + 2 * registers.len(),
                _ => 0,
            };
            let texts: usize = piece.iter().flat_map(|(_, row)| row).map(registers).sum();
            let mut data = vec![0; most_bytes(layouts.len(), times.len()) + texts];
            let length = chunk::emit(&header, layouts, &times, cell, &mut data)
                .map_err(|error| StoreError::Refused(format!("readings of group {}: {error}", group.id)))?;
            data.truncate(length);
            let name = Name { group: group.id, part, first_at };
            let info = Info { name, last_at, rows: u32::try_from(times.len()).unwrap_or(u32::MAX), revision };
            chunks.push(Stored { info, data });
        }
    }
    Ok(())
}
