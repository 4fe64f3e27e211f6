use std::ops::ControlFlow;

use parabus_core::aggregate::Rule;
use parabus_core::chunk::{Chunk, ChunkError, MAX_COLUMNS, Summary};

use super::{ChunkStore, Info, Order};
use crate::model::{Cell, CellError, GroupId};
use crate::storage::{StoreError, cells};

/// Shows the sealed cells of a column with `from ≤ at ≤ till`. A damaged chunk is told of and left out: the rest
/// stays readable.
pub fn visit_cells(
    store: &dyn ChunkStore,
    (group, position): (GroupId, usize),
    (from, till): (i64, i64),
    order: Order,
    visit: &mut dyn FnMut(i64, Result<Cell, CellError>) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let Ok(part) = u16::try_from(position / MAX_COLUMNS) else { return Ok(()) };
    store.range(group, part, (from, till), order, &mut |info, data| match window(
        data,
        position % MAX_COLUMNS,
        (from, till),
        order,
        visit,
    ) {
        Ok(step) => step,
        Err(error) => {
            report(info, error);
            ControlFlow::Continue(())
        }
    })
}

/// Shows the cells of a column of one chunk with `from ≤ at ≤ till`; ascending ones are read as far as they are wanted.
pub fn window(
    data: &[u8],
    column: usize,
    (from, till): (i64, i64),
    order: Order,
    visit: &mut dyn FnMut(i64, Result<Cell, CellError>) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, ChunkError> {
    let chunk = Chunk::parse(data)?;
    let rows = chunk.rows(from, till);
    let Some(column) = chunk.column(column).filter(|_| !rows.is_empty()) else {
        return Ok(ControlFlow::Continue(()));
    };
    let cells = chunk.body()?.cells(&column, rows.clone())?;
    let mut cells = chunk.times(rows).zip(cells);
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

/// What is known of a column's numbers without unpacking one, and by which rule; `None` of a chunk that cannot be
/// read.
pub fn known(data: &[u8], column: usize) -> Option<(Rule, Summary)> {
    let column = Chunk::parse(data).ok()?.column(column)?;
    Some((column.rule(), column.summary().ok()?))
}

/// Tells of a chunk that cannot be read.
pub fn report(info: &Info, error: ChunkError) {
    let name = info.name;
    tracing::error!(group = name.group, part = name.part, first = name.first_at, %error, "readings are damaged");
    metrics::counter!("parabus_store_damaged_chunks").increment(1);
}
