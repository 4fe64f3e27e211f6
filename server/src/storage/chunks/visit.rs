use std::ops::{ControlFlow, Range};

use parabus_core::chunk::{self, Cells, Chunk, ChunkError, MAX_COLUMNS, Times};

use super::{ChunkStore, Info, Order};
use crate::model::{Cell, CellError, GroupId};
use crate::storage::{StoreError, cells};

/// A cell that is not sealed yet.
pub type Waiting = (i64, Result<Cell, CellError>);

/// Looks at a cell and says whether to go on.
pub type Look<'l> = &'l mut dyn FnMut(i64, &Result<Cell, CellError>) -> ControlFlow<()>;

/// Shows the cells of a column with `from ≤ at ≤ till`, sealed ones and those that wait as one row of time; of two at
/// one instant the one that waits, which came later. A damaged chunk is told of and left out: the rest stays
/// readable.
pub fn walk(
    store: &dyn ChunkStore,
    (group, position): (GroupId, usize),
    (from, till): (i64, i64),
    order: Order,
    waiting: &[Waiting],
    visit: Look<'_>,
) -> Result<(), StoreError> {
    let is_before = |one: i64, other: i64| if order == Order::Ascending { one < other } else { one > other };
    let (mut rising, mut falling) = (waiting.iter(), waiting.iter().rev());
    let next = || if order == Order::Ascending { rising.next() } else { falling.next() };
    let mut waiting = std::iter::from_fn(next).peekable();
    let mut is_done = false;
    pieces(store, (group, position), (from, till), order, &mut |piece| {
        piece.show(order, &mut |at, cell| {
            while let Some((early, cell)) = waiting.next_if(|(early, _)| !is_done && is_before(*early, at)) {
                is_done = visit(*early, cell).is_break();
            }
            if !is_done {
                let newer = waiting.next_if(|(same, _)| *same == at);
                is_done = visit(at, newer.map_or(&cell, |(_, newer)| newer)).is_break();
            }
            if is_done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    })?;
    while let Some((at, cell)) = waiting.next().filter(|_| !is_done) {
        is_done = visit(*at, cell).is_break();
    }
    Ok(())
}

/// The rows of a column that one chunk has in a range: at least one.
pub struct Piece<'c> {
    chunk: Chunk<'c>,
    column: chunk::Column<'c>,
    rows: Range<usize>,
}

/// Looks at a piece and says whether to go on.
pub type LookAtPiece<'l> = &'l mut dyn FnMut(&Piece<'_>) -> Result<ControlFlow<()>, ChunkError>;

/// Shows what the chunks of a column have with `from ≤ at ≤ till`. A damaged one is told of and left out.
pub fn pieces(
    store: &dyn ChunkStore,
    (group, position): (GroupId, usize),
    (from, till): (i64, i64),
    order: Order,
    visit: LookAtPiece<'_>,
) -> Result<(), StoreError> {
    let Ok(part) = u16::try_from(position / MAX_COLUMNS) else { return Ok(()) };
    store.range(group, part, (from, till), order, &mut |info, data| {
        // Whatever was written is as its checksums say.
        let shown = Chunk::open(data).and_then(|chunk| {
            let rows = chunk.rows(from, till);
            match chunk.column(position % MAX_COLUMNS).filter(|_| !rows.is_empty()) {
                Some(column) => visit(&Piece { chunk, column, rows }),
                None => Ok(ControlFlow::Continue(())),
            }
        });
        shown.unwrap_or_else(|error| {
            report(info, error);
            ControlFlow::Continue(())
        })
    })
}

impl<'c> Piece<'c> {
    /// Instants, ascending.
    pub fn times(&self) -> Times<'c> {
        self.chunk.times(self.rows.clone())
    }

    /// The cells of these instants.
    pub fn cells(&self) -> Result<Cells<'c>, ChunkError> {
        self.chunk.body()?.cells(&self.column, self.rows.clone())
    }

    /// One cell after the other; ascending ones are read as far as they are wanted.
    fn show(
        &self,
        order: Order,
        visit: &mut dyn FnMut(i64, Result<Cell, CellError>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, ChunkError> {
        let mut cells = self.times().zip(self.cells()?);
        if order == Order::Descending {
            let found = cells.map(|(at, cell)| Ok((at, cells::of_chunk(cell?)))).collect::<Result<Vec<_>, _>>()?;
            return Ok(found.into_iter().rev().try_for_each(|(at, cell)| visit(at, cell)));
        }
        cells
            .try_for_each(|(at, cell)| match cell {
                Ok(cell) => match visit(at, cells::of_chunk(cell)) {
                    ControlFlow::Continue(()) => ControlFlow::Continue(()),
                    ControlFlow::Break(()) => ControlFlow::Break(Ok(ControlFlow::Break(()))),
                },
                Err(error) => ControlFlow::Break(Err(error)),
            })
            .break_value()
            .unwrap_or(Ok(ControlFlow::Continue(())))
    }
}

/// Tells of a chunk that cannot be read.
pub(super) fn report(info: &Info, error: ChunkError) {
    let name = info.name;
    tracing::error!(group = name.group, part = name.part, first = name.first_at, %error, "readings are damaged");
    metrics::counter!("parabus_store_damaged_chunks").increment(1);
}
