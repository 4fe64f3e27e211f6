//! Questions about the past, each answered in memory of the size of its answer.
//!
//! Sealed cycles and those in the log, of every type and scale that a parameter has had, are one row of time
//! here, whichever way they are kept: all questions go through [`Past`].

use std::cell::OnceCell;
use std::collections::VecDeque;
use std::ops::{ControlFlow, Deref};
use std::sync::Arc;

use parabus_core::aggregate::{Extremes, Number, Partial, Reading, Standing};
use parabus_core::time::Instant;
use parabus_core::value::{Decimal, Sample};
use rusqlite::Connection;

use super::chunks::{LookAtPiece, Order, SqliteChunks, pieces};
use super::known::{ChunkRun, ColumnRuns, Mark, Numbers};
use super::pool::Reader;
use super::readings::Column;
use super::sums::Sums;
use super::{Store, StoreError, cells};
use crate::model::{Cell, CellError, Held, ParamId};

/// The least and the largest value of a range, each with its earliest instant.
pub type MinMax = ((Instant, Decimal), (Instant, Decimal));

/// Cells of a column that are gathered at once where several columns are looked at side by side.
const PAGE: usize = 1024;

/// Looks at a parameter's cell and says whether to go on.
type LookAt<'l> = &'l mut dyn FnMut(i64, &Column, &Result<Cell, CellError>) -> ControlFlow<()>;

/// The cells of a parameter, of every type and scale that it has had.
pub(super) struct Past<'s> {
    store: &'s Store,
    /// Of its own, so that a long look keeps no other waiting; none while all is in memory.
    reader: OnceCell<Reader<'s>>,
    /// Whether it shows one state of the database already.
    is_begun: std::cell::Cell<bool>,
    /// How often chunks had changed before.
    turn: u64,
    /// The newest last.
    columns: Vec<Column>,
}

/// Cells of one column, and where the next ones begin; `None` behind the last.
struct Page {
    cells: VecDeque<(i64, Result<Cell, CellError>)>,
    next: Option<i64>,
}

impl<'s> Past<'s> {
    pub(super) fn open(store: &'s Store, param: ParamId) -> Result<Past<'s>, StoreError> {
        let turn = store.shared.runs.turn();
        let mut past =
            Past { store, reader: OnceCell::new(), is_begun: std::cell::Cell::new(false), turn, columns: Vec::new() };
        let mut columns = store.columns(|| past.reader().map(Deref::deref), param)?;
        columns.sort_by_key(Column::group);
        past.columns = columns;
        Ok(past)
    }

    fn reader(&self) -> Result<&Reader<'s>, StoreError> {
        if let Some(reader) = self.reader.get() {
            return Ok(reader);
        }
        let reader = self.store.shared.readers.take(&self.store.shared.database)?;
        Ok(self.reader.get_or_init(|| reader))
    }

    /// Behind the look into the log: what is sealed in between is there then.
    fn connection(&self) -> Result<&Connection, StoreError> {
        let reader = self.reader()?;
        if !self.is_begun.replace(true) {
            reader.begin()?;
        }
        Ok(reader)
    }

    /// The only column, if there is but one.
    pub(super) fn only(&self) -> Option<&Column> {
        if let [column] = self.columns.as_slice() { Some(column) } else { None }
    }

    /// The newest column, and those before it.
    pub(super) fn newest(&self) -> Option<(&Column, &[Column])> {
        self.columns.split_last()
    }

    /// Shows the cells with `from ≤ at ≤ till`, one for each instant, until the visitor has seen enough.
    pub(super) fn visit(
        &self,
        range: (i64, i64),
        order: Order,
        mut visit: impl FnMut(i64, &Column, &Result<Cell, CellError>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.visit_in(&self.inside(range)?, range, order, &mut visit)
    }

    /// The columns that have cells with `from ≤ at ≤ till`.
    pub(super) fn inside(&self, range: (i64, i64)) -> Result<Vec<&Column>, StoreError> {
        let mut inside = Vec::new();
        for column in &self.columns {
            let mut is_inside = !column.waiting(range).is_empty();
            if !is_inside {
                self.pieces(column, range, Order::Ascending, &mut |_| {
                    is_inside = true;
                    Ok(ControlFlow::Break(()))
                })?;
            }
            if is_inside {
                inside.push(column);
            }
        }
        Ok(inside)
    }

    /// What is known of a column's chunks that begin within `from ≤ at ≤ till` and of the one before, and perhaps of
    /// others.
    pub(super) fn runs(&self, column: &Column, (from, till): (i64, i64)) -> Result<Arc<ColumnRuns>, StoreError> {
        let range = (from, till.saturating_add(1));
        self.store.shared.runs.of(|| self.connection(), self.turn, column.place(), range)
    }

    /// How a counter stood at an instant within a chunk, if that is known.
    pub(super) fn mark(&self, column: &Column, run: &ChunkRun, at: i64) -> Option<Standing> {
        self.store.shared.runs.mark(column.place(), run, at)
    }

    pub(super) fn keep_mark(&self, column: &Column, at: i64, mark: Mark) {
        self.store.shared.runs.keep_mark(self.turn, column.place(), at, mark);
    }

    /// The whole numbers of a column in a chunk; nothing if that was written anew since, or cannot be read.
    pub(super) fn numbers(&self, column: &Column, run: &ChunkRun) -> Result<Option<Arc<Numbers>>, StoreError> {
        let (runs, place) = (&self.store.shared.runs, column.place());
        if let Some(known) = runs.unpacked(place, run) {
            return Ok(Some(known));
        }
        let (mut times, mut values) = (Vec::with_capacity(run.rows), Vec::with_capacity(run.rows));
        self.pieces(column, (run.first_at, run.last_at), Order::Ascending, &mut |piece| {
            times.extend(piece.times());
            for cell in piece.cells()? {
                values.push(column.whole(&cells::of_chunk(cell?)));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        let numbers = Numbers::new(times, values, &run.rule);
        if !numbers.are_of(run) || numbers.values.len() != run.rows {
            return Ok(None);
        }
        let numbers = Arc::new(numbers);
        runs.keep_unpacked(self.turn, place, run.first_at, &numbers);
        Ok(Some(numbers))
    }

    /// Shows what the chunks of a column have with `from ≤ at ≤ till`; nothing that waits.
    pub(super) fn pieces(
        &self,
        column: &Column,
        range: (i64, i64),
        order: Order,
        visit: LookAtPiece<'_>,
    ) -> Result<(), StoreError> {
        pieces(&SqliteChunks(self.connection()?), column.place(), range, order, visit)
    }

    /// The same of these columns alone, in which all cells of the range are.
    pub(super) fn visit_in(
        &self,
        columns: &[&Column],
        range: (i64, i64),
        order: Order,
        visit: LookAt<'_>,
    ) -> Result<(), StoreError> {
        if let [column] = columns {
            return self.store.visit(self.connection()?, column, range, order, &mut |at, cell| visit(at, column, cell));
        }
        self.visit_side_by_side(columns, range, order, visit)
    }

    fn visit_side_by_side(
        &self,
        columns: &[&Column],
        (from, till): (i64, i64),
        order: Order,
        visit: LookAt<'_>,
    ) -> Result<(), StoreError> {
        let first = if order == Order::Ascending { from } else { till };
        let mut pages: Vec<Page> = columns.iter().map(|_| Page { cells: VecDeque::new(), next: Some(first) }).collect();
        loop {
            for (page, column) in pages.iter_mut().zip(columns) {
                if let Some(next) = page.next.filter(|_| page.cells.is_empty()) {
                    let rest = if order == Order::Ascending { (next, till) } else { (from, next) };
                    *page = self.page(column, rest, order)?;
                }
            }
            let heads = pages.iter().filter_map(|page| page.cells.front().map(|(at, _)| *at));
            let Some(at) = (if order == Order::Ascending { heads.min() } else { heads.max() }) else { return Ok(()) };
            // Of two at one instant that of the newer column came later.
            let mut newest = None;
            for (page, column) in pages.iter_mut().zip(columns) {
                if let Some((_, cell)) = page.cells.pop_front_if(|(other, _)| *other == at) {
                    newest = Some((column, cell));
                }
            }
            if newest.is_some_and(|(column, cell)| visit(at, column, &cell).is_break()) {
                return Ok(());
            }
        }
    }

    fn page(&self, column: &Column, range: (i64, i64), order: Order) -> Result<Page, StoreError> {
        let mut page = Page { cells: VecDeque::new(), next: None };
        self.store.visit(self.connection()?, column, range, order, &mut |at, cell| {
            if page.cells.len() == PAGE {
                page.next = Some(at);
                return ControlFlow::Break(());
            }
            page.cells.push_back((at, cell.clone()));
            ControlFlow::Continue(())
        })?;
        Ok(page)
    }

    /// The first good reading in this order.
    fn first_good(&self, range: (i64, i64), order: Order) -> Result<Option<(i64, Held)>, StoreError> {
        self.first_good_in(&self.inside(range)?, range, order)
    }

    fn first_good_in(
        &self,
        columns: &[&Column],
        range: (i64, i64),
        order: Order,
    ) -> Result<Option<(i64, Held)>, StoreError> {
        let mut found = None;
        self.visit_in(columns, range, order, &mut |at, column, cell| match column.value(cell) {
            Some(value) => {
                found = Some((at, value));
                ControlFlow::Break(())
            }
            None => ControlFlow::Continue(()),
        })?;
        Ok(found)
    }
}

impl Store {
    /// The first good reading in each of a row of spans `[start, end)`, which come in order of time.
    pub fn first_in_each(&self, param: ParamId, spans: &[(i64, i64)]) -> Result<Vec<Option<Held>>, StoreError> {
        let mut found = Vec::with_capacity(spans.len());
        let (Some((from, _)), Some((_, until))) = (spans.first(), spans.last()) else { return Ok(found) };
        let till = until.saturating_sub(1);
        let past = Past::open(self, param)?;
        let columns = past.inside((*from, till))?;
        // No good reading stands before this instant any more.
        let mut next_at = *from;
        for (start, end) in spans {
            let mut first = None;
            if next_at < *end {
                // Within the span first: what waits in the log behind it would be gathered for each of them.
                let within = (next_at.max(*start), end.saturating_sub(1));
                first = past.first_good_in(&columns, within, Order::Ascending)?;
                if first.is_none() {
                    let later = past.first_good_in(&columns, (*end, till), Order::Ascending)?;
                    next_at = later.map_or(i64::MAX, |(at, _)| at);
                }
            }
            found.push(first.map(|(_, value)| value));
        }
        Ok(found)
    }

    /// The extremes of the readings with `from ≤ at ≤ till`; `None` if no number is among them.
    pub fn min_max(&self, param: ParamId, from: Instant, till: Instant) -> Result<Option<MinMax>, StoreError> {
        let range = (from.as_millis(), till.as_millis());
        let mut extremes = Extremes::default();
        Past::open(self, param)?.visit(range, Order::Ascending, |at, column, cell| {
            if let (Some(_), Some(value)) = (column.sample(cell), column.number(cell)) {
                extremes.take(at, value);
            }
            ControlFlow::Continue(())
        })?;
        let instant = |(at, value)| (Instant::from_millis(at), value);
        Ok(extremes.found().map(|(least, most)| (instant(least), instant(most))))
    }

    /// The last good reading at `till` or before, however old.
    pub fn last_good_at(&self, param: ParamId, till: Instant) -> Result<Option<(Instant, Held)>, StoreError> {
        let range = (i64::MIN, till.as_millis());
        let found = Past::open(self, param)?.first_good(range, Order::Descending)?;
        Ok(found.map(|(at, value)| (Instant::from_millis(at), value)))
    }

    /// The instants of the first and the last good reading of all these parameters together.
    pub fn date_range(&self, params: &[ParamId]) -> Result<Option<(Instant, Instant)>, StoreError> {
        let all = (i64::MIN, i64::MAX);
        let mut found: Option<(i64, i64)> = None;
        for param in params {
            let past = Past::open(self, *param)?;
            let first = past.first_good(all, Order::Ascending)?;
            if let (Some((first, _)), Some((last, _))) = (first, past.first_good(all, Order::Descending)?) {
                let (least, most) = found.unwrap_or((first, last));
                found = Some((least.min(first), most.max(last)));
            }
        }
        Ok(found.map(|(first, last)| (Instant::from_millis(first), Instant::from_millis(last))))
    }

    /// The time-weighted mean of each of a row of spans `[start, end)`, which come in order of time and do not
    /// overlap; `None` where nothing held.
    pub fn means(
        &self,
        param: ParamId,
        hold_ms: Option<u64>,
        spans: &[(i64, i64)],
    ) -> Result<Vec<Option<f64>>, StoreError> {
        Ok(match self.sums(param, hold_ms, spans)? {
            // A sum beyond 128 bits has no mean that could be told.
            Sums::Whole(partials, scale) => partials.iter().map(|partial| scale.mean(partial).ok().flatten()).collect(),
            Sums::Fraction(partials) => partials.iter().map(Partial::mean).collect(),
        })
    }
}

pub(super) fn reading<N: Number>(at: i64, value: Option<N>) -> Reading<N> {
    value.map_or(Reading::error(at), |value| Reading::new(at, value))
}

impl Column {
    /// The value as sums take it.
    pub(super) fn sample(&self, cell: &Result<Cell, CellError>) -> Option<Sample> {
        match cell.as_ref().ok()? {
            Cell::Raw(raw) => self.codec()?.sample(*raw).ok(),
            Cell::Registers(_) => None,
        }
    }

    /// The registers' number, of a type that is summed as it is.
    pub(super) fn whole(&self, cell: &Result<Cell, CellError>) -> Option<i64> {
        if let Some(Sample::Whole(whole)) = self.sample(cell) { Some(whole) } else { None }
    }

    /// The exact number.
    fn number(&self, cell: &Result<Cell, CellError>) -> Option<Decimal> {
        self.value(cell)?.value().decimal()
    }
}
