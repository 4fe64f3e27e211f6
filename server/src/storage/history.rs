//! Questions about the past, each answered in memory of the size of its answer.
//!
//! Sealed cycles and those in the log, of every type and scale that a parameter has had, are one row of time
//! here, whichever way they are kept: all questions go through [`Past`].

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::ControlFlow;

use parabus_core::aggregate::{Carry, Extremes, Number, Reading, Rule, Scale, Segments};
use parabus_core::time::Instant;
use parabus_core::value::{Decimal, Sample};
use rusqlite::{Connection, Row};

use super::readings::Column;
use super::{Store, StoreError, open_for_reading};
use crate::model::{Cell, Held, ParamId};

/// The least and the largest value of a range, each with its earliest instant.
pub type MinMax = ((Instant, Decimal), (Instant, Decimal));

/// In which order cycles are looked at.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    Ascending,
    Descending,
}

/// The cycles of a parameter in a range of time.
struct Past {
    /// Of its own, so that a long look keeps no other waiting.
    connection: Connection,
    /// The newest last.
    columns: Vec<Column>,
    /// Cycles that are not in the database, or not yet, with their columns.
    head: BTreeMap<i64, (usize, Vec<u8>)>,
}

impl Past {
    fn open(store: &Store, param: ParamId, (from, till): (i64, i64)) -> Result<Past, StoreError> {
        let connection = open_for_reading(&store.shared.database)?;
        let columns = Past::columns(&connection, store, param)?;
        let mut head = BTreeMap::new();
        if from <= till {
            // The head first: what is sealed in between is then found in the database as well. Newer arrivals
            // and newer columns replace older ones.
            let parts = store.shared.head.read();
            for (index, column) in columns.iter().enumerate() {
                for part in parts.parts() {
                    let inside = part.get(&column.group()).into_iter().flat_map(|part| part.range(from..=till));
                    head.extend(inside.map(|(at, cells)| (*at, (index, cells.clone()))));
                }
            }
        }
        Ok(Past { connection, columns, head })
    }

    /// Columns of which there is a reading. Each edit of a parameter makes one, and most of them stay empty.
    fn columns(connection: &Connection, store: &Store, param: ParamId) -> Result<Vec<Column>, StoreError> {
        let mut columns = Vec::new();
        for column in Column::of_param(connection, param)? {
            let is_in_head = store.shared.head.read().parts().iter().any(|part| part.contains_key(&column.group()));
            let mut any = connection.prepare_cached("SELECT 1 FROM cycle WHERE group_id = ? LIMIT 1")?;
            if is_in_head || any.exists([column.group()])? {
                columns.push(column);
            }
        }
        columns.sort_by_key(Column::group);
        Ok(columns)
    }

    /// Shows the cycles with `from ≤ at ≤ till`, one for each instant, until the visitor has seen enough.
    fn visit(
        &self,
        (from, till): (i64, i64),
        order: Order,
        mut visit: impl FnMut(i64, &Column, &[u8]) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        if from > till || self.columns.is_empty() {
            return Ok(());
        }
        let mut show = |at: i64, index: usize, cells: &[u8]| match self.columns.get(index) {
            Some(column) => visit(at, column, cells),
            None => ControlFlow::Continue(()),
        };
        let range = self.head.range(from..=till).map(|(at, (index, cells))| (*at, *index, cells.as_slice()));
        let mut head: Box<dyn Iterator<Item = (i64, usize, &[u8])>> =
            if order == Order::Ascending { Box::new(range) } else { Box::new(range.rev()) };
        let mut next_of_head = head.next();
        let is_before = |one: i64, other: i64| if order == Order::Ascending { one < other } else { one > other };
        let mut statement = self.connection.prepare_cached(&self.statement(order))?;
        let mut rows = statement.query([from, till])?;
        let mut last = None;
        while let Some(row) = rows.next()? {
            let (at, index) = place_of(row)?;
            if last.replace(at) == Some(at) {
                // An older column's reading of the same instant.
                continue;
            }
            while let Some((early, index, cells)) = next_of_head.filter(|(early, ..)| is_before(*early, at)) {
                next_of_head = head.next();
                if show(early, index, cells).is_break() {
                    return Ok(());
                }
            }
            let same = next_of_head.filter(|(same, ..)| *same == at);
            if same.is_some() {
                next_of_head = head.next();
            }
            let flow = match same.filter(|(_, of_head, _)| *of_head >= index) {
                Some((_, index, cells)) => show(at, index, cells),
                None => show(at, index, row.get_ref(2)?.as_blob().unwrap_or_default()),
            };
            if flow.is_break() {
                return Ok(());
            }
        }
        for (at, index, cells) in next_of_head.into_iter().chain(head) {
            if show(at, index, cells).is_break() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Each column's cycles come in order from its index, and the database merges them.
    fn statement(&self, order: Order) -> String {
        let mut statement = String::new();
        for (index, column) in self.columns.iter().enumerate() {
            let union = if index == 0 { "" } else { " UNION ALL " };
            let group = column.group();
            let cycles = "cells FROM cycle WHERE at BETWEEN ?1 AND ?2 AND group_id =";
            // Writing to a string does not fail.
            let _ = write!(statement, "{union}SELECT at, {index} AS place, {cycles} {group}");
        }
        let direction = if order == Order::Ascending { "ASC" } else { "DESC" };
        statement + " ORDER BY at " + direction + ", place DESC"
    }

    /// The first good reading in this order.
    fn first_good(&self, range: (i64, i64), order: Order) -> Result<Option<(i64, Held)>, StoreError> {
        let mut found = None;
        self.visit(range, order, |at, column, cells| match column.good(cells) {
            Some((_, value)) => {
                found = Some((at, value));
                ControlFlow::Break(())
            }
            None => ControlFlow::Continue(()),
        })?;
        Ok(found)
    }
}

fn place_of(row: &Row<'_>) -> Result<(i64, usize), StoreError> {
    Ok((row.get(0)?, row.get::<_, u32>(1)? as usize))
}

/// Readings as samples, and what their numbers stand for.
enum Samples {
    Whole(Vec<Reading<i64>>, Scale),
    Fraction(Vec<Reading<f64>>),
}

impl Store {
    /// The first good reading in each of a row of spans `[start, end)`, which come in order of time.
    pub fn first_in_each(&self, param: ParamId, spans: &[(i64, i64)]) -> Result<Vec<Option<Held>>, StoreError> {
        let mut found = Vec::with_capacity(spans.len());
        let (Some((from, _)), Some((_, until))) = (spans.first(), spans.last()) else { return Ok(found) };
        let till = until.saturating_sub(1);
        let past = Past::open(self, param, (*from, till))?;
        // No good reading stands before this instant any more.
        let mut next_at = *from;
        for (start, end) in spans {
            let mut first = None;
            if next_at < *end {
                // Seen to the end if no later one stops it.
                let from = next_at.max(*start);
                next_at = i64::MAX;
                past.visit((from, till), Order::Ascending, |at, column, cells| {
                    let Some((_, value)) = column.good(cells) else { return ControlFlow::Continue(()) };
                    next_at = at;
                    first = (at < *end).then_some(value);
                    ControlFlow::Break(())
                })?;
            }
            found.push(first);
        }
        Ok(found)
    }

    /// The extremes of the readings with `from ≤ at ≤ till`; `None` if no number is among them.
    pub fn min_max(&self, param: ParamId, from: Instant, till: Instant) -> Result<Option<MinMax>, StoreError> {
        let range = (from.as_millis(), till.as_millis());
        let mut extremes = Extremes::default();
        Past::open(self, param, range)?.visit(range, Order::Ascending, |at, column, cells| {
            if let (Some(_), Some(value)) = (column.sample(cells), column.number(cells)) {
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
        let found = Past::open(self, param, range)?.first_good(range, Order::Descending)?;
        Ok(found.map(|(at, value)| (Instant::from_millis(at), value)))
    }

    /// The instants of the first and the last good reading of all these parameters together.
    pub fn date_range(&self, params: &[ParamId]) -> Result<Option<(Instant, Instant)>, StoreError> {
        let all = (i64::MIN, i64::MAX);
        let mut found: Option<(i64, i64)> = None;
        for param in params {
            let past = Past::open(self, *param, all)?;
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
    pub fn means(&self, param: ParamId, rule: &Rule, spans: &[(i64, i64)]) -> Result<Vec<Option<f64>>, StoreError> {
        let (Some((start, _)), Some((_, end))) = (spans.first(), spans.last()) else { return Ok(Vec::new()) };
        // What holds when the first span begins was read within the hold limit, or is no longer good.
        let before = rule.hold_ms().map_or(i64::MIN, |hold_ms| start.saturating_sub_unsigned(hold_ms));
        let spans = spans.iter().copied();
        let refused = |error: parabus_core::aggregate::AggregateError| StoreError::Refused(error.to_string());
        match self.samples(param, (before, end.saturating_sub(1)))? {
            Samples::Whole(readings, scale) => {
                let segments = Segments::new(&readings, Carry::default(), *rule, spans).map_err(refused)?;
                // A sum beyond 128 bits has no mean that could be told.
                Ok(segments.map(|segment| scale.mean(&segment.partial).ok().flatten()).collect())
            }
            Samples::Fraction(readings) => {
                let segments = Segments::new(&readings, Carry::default(), *rule, spans).map_err(refused)?;
                Ok(segments.map(|segment| segment.partial.mean()).collect())
            }
        }
    }

    /// Readings with `from ≤ at ≤ till` in order of time: whole numbers where all are of one scale.
    fn samples(&self, param: ParamId, range: (i64, i64)) -> Result<Samples, StoreError> {
        let past = Past::open(self, param, range)?;
        let mut wholes = Vec::new();
        let mut scale = None;
        let mut is_whole = true;
        past.visit(range, Order::Ascending, |at, column, cells| {
            let whole = match column.sample(cells) {
                Some(Sample::Whole(whole)) => {
                    let own = column.codec().map(Scale::of);
                    is_whole &= *scale.get_or_insert(own) == own;
                    Some(whole)
                }
                Some(Sample::Fraction(_)) => {
                    is_whole = false;
                    None
                }
                None => None,
            };
            wholes.push(reading(at, whole));
            if is_whole { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        if is_whole {
            return Ok(Samples::Whole(wholes, scale.flatten().unwrap_or_default()));
        }
        let mut fractions = Vec::with_capacity(wholes.len());
        past.visit(range, Order::Ascending, |at, column, cells| {
            let number = column.sample(cells).and_then(|_| column.number(cells));
            fractions.push(reading(at, number.map(|number| number.to_f64())));
            ControlFlow::Continue(())
        })?;
        Ok(Samples::Fraction(fractions))
    }
}

fn reading<N: Number>(at: i64, value: Option<N>) -> Reading<N> {
    value.map_or(Reading::error(at), |value| Reading::new(at, value))
}

impl Column {
    /// The value as sums take it.
    fn sample(&self, cells: &[u8]) -> Option<Sample> {
        match self.cell(cells)? {
            Cell::Raw(raw) => self.codec()?.sample(raw).ok(),
            Cell::Registers(_) => None,
        }
    }

    /// The exact number.
    fn number(&self, cells: &[u8]) -> Option<Decimal> {
        self.good(cells)?.1.value().decimal()
    }
}
