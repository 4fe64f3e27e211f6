//! Readings: into the log and the head in memory, from there into chunks, and out again.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::time::Duration;

use parabus_core::aggregate::Rule;
use parabus_core::chunk::{Kind, Layout};
use parabus_core::time::Instant;
use parabus_core::value::{Codec, Decimal, Raw};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::cells;
use super::chunks::{ChunkStore as _, GroupLayout, Look, Order, SqliteChunks, Waiting, merge, walk};
use super::head::Which;
use super::log::{Log, Record};
use super::{Store, StoreError, open_for_reading};
use crate::model::{Cell, CellError, Cycle, GroupId, Held, ParamId, Parts, codec};

/// How long the log's open segment is written to: a segment goes as a whole.
const SEGMENT_AGE: Duration = Duration::from_secs(60);

/// Cycles of an earlier version's store that are moved at once.
const MOVED_AT_ONCE: usize = 16 * 256;

/// Where a parameter stands in a group, and how its cells read there.
#[derive(Clone)]
pub struct Column {
    param: ParamId,
    group: GroupId,
    position: usize,
    columns: usize,
    codec: Option<Codec>,
    /// Its cells in the log, in order of time, once they were taken.
    waiting: Vec<Waiting>,
}

/// The fields of a `Column`, in the order that `Column::from_row` reads them.
const COLUMN: &str = "c.param_id, c.group_id, c.position, c.value_type, c.bit, c.multiplier, c.shift,
    c.bits, c.length, c.not_available, (SELECT count(*) FROM group_column WHERE group_id = c.group_id)";

impl Column {
    fn from_row(row: &Row<'_>) -> Result<Column, StoreError> {
        let decimal =
            |text: String| Decimal::parse(&text).map_err(|_| StoreError::Content { field: "a decimal number", text });
        let (multiplier, shift) = (decimal(row.get(5)?)?, decimal(row.get(6)?)?);
        let parts = Parts { bit: row.get(4)?, bits: row.get(7)?, length: row.get(8)? };
        let not_available = super::configuration::raw_codes(row.get(9)?)?;
        Ok(Column {
            param: row.get(0)?,
            group: row.get(1)?,
            position: row.get::<_, u32>(2)? as usize,
            columns: row.get::<_, u32>(10)? as usize,
            codec: codec(&row.get::<_, String>(3)?, parts, &not_available, multiplier, shift),
            waiting: Vec::new(),
        })
    }

    /// The columns that meet a condition with one key.
    fn find(connection: &Connection, condition: &str, key: i64) -> Result<Vec<Column>, StoreError> {
        let mut rows = connection.prepare_cached(&format!("SELECT {COLUMN} FROM group_column c WHERE {condition}"))?;
        let mut rows = rows.query([key])?;
        let mut columns = Vec::new();
        while let Some(row) = rows.next()? {
            columns.push(Column::from_row(row)?);
        }
        Ok(columns)
    }

    /// The part of the log's cells with `from ≤ at ≤ till`.
    pub(super) fn waiting(&self, (from, till): (i64, i64)) -> &[Waiting] {
        let start = self.waiting.partition_point(|(at, _)| *at < from);
        let end = self.waiting.partition_point(|(at, _)| *at <= till);
        self.waiting.get(start..end).unwrap_or_default()
    }

    pub const fn group(&self) -> GroupId {
        self.group
    }

    /// Where its cells stand in the group's.
    pub const fn place(&self) -> (GroupId, usize) {
        (self.group, self.position)
    }

    pub const fn codec(&self) -> Option<&Codec> {
        self.codec.as_ref()
    }

    /// The cell among packed ones and the value it makes; `None` where nothing good was read.
    fn good(&self, cells: &[u8]) -> Option<(Cell, Held)> {
        let cell = cells::unpack(cells, self.columns, self.position)?.ok()?;
        let value = cell.value(self.codec.as_ref()?)?;
        Some((cell, value))
    }

    /// The value of a cell; `None` where nothing good was read.
    pub fn value(&self, cell: &Result<Cell, CellError>) -> Option<Held> {
        cell.as_ref().ok()?.value(self.codec.as_ref()?)
    }
}

/// The columns of parameters that were looked for, as long as the configuration stays.
#[derive(Default)]
pub struct Columns {
    revision: i64,
    of: HashMap<ParamId, Vec<Column>>,
}

impl Columns {
    fn of(&self, revision: i64, param: ParamId) -> Option<Vec<Column>> {
        self.of.get(&param).filter(|_| self.revision == revision).cloned()
    }

    /// `revision` was asked before the columns were.
    fn keep(&mut self, revision: i64, param: ParamId, columns: &[Column]) {
        if self.revision < revision {
            *self = Columns { revision, of: HashMap::new() };
        }
        if self.revision == revision {
            self.of.insert(param, columns.to_vec());
        }
    }
}

/// Raw bits are a number in the database, registers a blob.
impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Cell::Raw(raw) => raw.0.cast_signed().into(),
            Cell::Registers(registers) => cells::register_bytes(registers).collect::<Vec<u8>>().into(),
        })
    }
}

fn cell_of(column: ValueRef<'_>) -> Option<Cell> {
    match column {
        ValueRef::Integer(raw) => Some(Raw(raw.cast_unsigned()).into()),
        ValueRef::Blob(bytes) => Some(Cell::Registers(cells::registers_of(bytes))),
        _ => None,
    }
}

impl Store {
    /// Keeps a cycle. When this returns, it survives the end of the process.
    pub fn append(&self, cycle: &Cycle) -> Result<(), StoreError> {
        let record = Record { group: cycle.group, at: cycle.at.as_millis(), cells: cells::pack(&cycle.cells) };
        let log = self.shared.log.as_ref().ok_or(StoreError::Refused("the store is open without its log".into()))?;
        let mut log = log.lock();
        let segment = log.append(&record)?;
        self.shared.head.write().insert(record, segment);
        Ok(())
    }

    /// Forces the log to the medium.
    pub fn sync(&self) -> Result<(), StoreError> {
        let Some(log) = &self.shared.log else { return Ok(()) };
        let unsynced = log.lock().unsynced()?;
        match unsynced {
            Some(file) => file.sync_data().map_err(|error| {
                log.lock().sync_failed();
                StoreError::io(&self.shared.database)(error)
            }),
            None => Ok(()),
        }
    }

    /// Moves what the log holds into chunks.
    pub fn seal(&self) -> Result<(), StoreError> {
        self.seal_some(Which::All)
    }

    /// The same of groups whose chunk is full, or that have waited long.
    pub(super) fn seal_due(&self) -> Result<(), StoreError> {
        self.seal_some(Which::Due)
    }

    fn seal_some(&self, which: Which) -> Result<(), StoreError> {
        let Some(log) = &self.shared.log else { return Ok(()) };
        let _alone = self.shared.sealing.lock();
        // Most of the medium's work is done before appends have to wait.
        self.sync()?;
        let age = if which == Which::All { Duration::ZERO } else { SEGMENT_AGE };
        log.lock().rotate(age)?;
        let records = self.shared.head.read().to_seal(which);
        if !records.is_empty() {
            let changing = self.shared.runs.changing();
            insert(&mut self.shared.writer.lock(), &records)?;
            let mut firsts: HashMap<GroupId, i64> = HashMap::new();
            for record in &records {
                let first = firsts.entry(record.group).or_insert(record.at);
                *first = record.at.min(*first);
            }
            firsts.into_iter().for_each(|(group, first)| changing.of(group, first));
            self.shared.head.write().sealed(&records);
        }
        // Nothing is appended between the two: what has no cycle waiting is older than the open segment.
        let (folder, first) = {
            let log = log.lock();
            let oldest = self.shared.head.read().oldest_segment();
            (log.folder(), oldest.map_or(log.segment(), |oldest| oldest.min(log.segment())))
        };
        Log::delete_before(&folder, first)
    }

    /// Every column that a parameter has had, with what the log holds of each. The database is looked into after the
    /// log: what is sealed in between is then found there as well.
    pub(super) fn columns<'c>(
        &self,
        connection: impl FnOnce() -> Result<&'c Connection, StoreError>,
        param: ParamId,
    ) -> Result<Vec<Column>, StoreError> {
        let revision = self.directory().revision;
        let known = self.shared.columns.lock().of(revision, param);
        let mut columns = match known {
            Some(columns) => columns,
            None => {
                let columns = Column::find(connection()?, "c.param_id = ?", param)?;
                self.shared.columns.lock().keep(revision, param, &columns);
                columns
            }
        };
        let head = self.shared.head.read();
        for column in &mut columns {
            let cells = head.range(column.group, (i64::MIN, i64::MAX)).map(|(at, cells)| {
                let cell = cells::unpack(cells, column.columns, column.position);
                (at, cell.unwrap_or(Err(CellError::NoValue)))
            });
            column.waiting = cells.collect();
        }
        Ok(columns)
    }

    /// Shows the cells of a column with `from ≤ at ≤ till`, sealed ones and those that wait as one row of time.
    pub(super) fn visit(
        &self,
        connection: &Connection,
        column: &Column,
        range: (i64, i64),
        order: Order,
        visit: Look<'_>,
    ) -> Result<(), StoreError> {
        let chunks = SqliteChunks(connection);
        walk(&chunks, (column.group, column.position), range, order, column.waiting(range), visit)
    }

    /// Readings of a parameter with `from ≤ at ≤ till`, newest first, failed ones as `None`.
    pub fn readings(
        &self,
        param: ParamId,
        from: Option<Instant>,
        till: Instant,
        limit: usize,
    ) -> Result<Vec<(Instant, Option<Held>)>, StoreError> {
        let range = (from.map_or(i64::MIN, Instant::as_millis), till.as_millis());
        let reader = self.shared.reader.lock();
        let mut found = Vec::new();
        for column in self.columns(|| Ok(&reader), param)? {
            let mut left = limit;
            self.visit(&reader, &column, range, Order::Descending, &mut |at, cell| {
                let Some(fewer) = left.checked_sub(1) else { return ControlFlow::Break(()) };
                left = fewer;
                found.push((Instant::from_millis(at), column.value(cell)));
                ControlFlow::Continue(())
            })?;
        }
        found.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        found.truncate(limit);
        Ok(found)
    }

    /// Shows all readings of a parameter with `from ≤ at ≤ till` in order of time, those of each of its settings
    /// after the other.
    pub fn each_reading(
        &self,
        param: ParamId,
        (from, till): (Instant, Instant),
        visit: &mut dyn FnMut(Instant, Result<Held, CellError>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let connection = open_for_reading(&self.shared.database)?;
        let range = (from.as_millis(), till.as_millis());
        let mut columns = self.columns(|| Ok(&connection), param)?;
        columns.sort_by_key(|column| column.group);
        let mut is_done = false;
        for column in columns {
            self.visit(&connection, &column, range, Order::Ascending, &mut |at, cell| {
                let value = match cell {
                    Ok(_) => column.value(cell).ok_or(CellError::NoValue),
                    Err(error) => Err(*error),
                };
                let step = visit(Instant::from_millis(at), value);
                is_done = step.is_break();
                step
            })?;
            if is_done {
                break;
            }
        }
        Ok(())
    }

    /// Lets go of sealed readings before an instant, chunk by chunk: of a chunk that reaches beyond it all are
    /// kept. Gives how many chunks went.
    pub fn drop_readings(&self, before: Instant) -> Result<usize, StoreError> {
        let writer = self.shared.writer.lock();
        let gone = SqliteChunks(&writer).drop_before(before.as_millis())?;
        if gone > 0 {
            self.shared.runs.forget();
            // The pages go back to the file system, as far as the file was made so.
            writer.query_row("PRAGMA incremental_vacuum", [], |_| Ok(())).optional()?;
        }
        Ok(gone)
    }

    /// The last good sealed reading of every parameter, however long ago it was, also if nothing is read of
    /// it any more. When a store has just been opened, all its readings are sealed.
    pub fn last_values(&self) -> Result<HashMap<ParamId, (Instant, Held)>, StoreError> {
        let directory = self.directory();
        let reader = self.shared.reader.lock();
        let mut rows = reader.prepare_cached(&format!(
            "SELECT {COLUMN}, l.at, l.raw FROM last_good l
             JOIN group_column c ON c.group_id = l.group_id AND c.param_id = l.param_id"
        ))?;
        let mut rows = rows.query([])?;
        let mut last = HashMap::new();
        while let Some(row) = rows.next()? {
            let column = Column::from_row(row)?;
            let value = cell_of(row.get_ref(12)?).and_then(|cell| cell.value(column.codec.as_ref()?));
            if let Some(value) = value.filter(|_| directory.params.contains_key(&column.param)) {
                last.insert(column.param, (Instant::from_millis(row.get(11)?), value));
            }
        }
        Ok(last)
    }
}

/// Puts cycles into chunks; one of the same group and instant replaces the earlier. Cycles of a device that
/// has been deleted are dropped with it.
pub fn insert(connection: &mut Connection, records: &[Record]) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    insert_into(&transaction, records)?;
    keep_last_good(&transaction, records)?;
    Ok(transaction.commit()?)
}

fn insert_into(connection: &Connection, records: &[Record]) -> Result<(), StoreError> {
    let mut groups: BTreeMap<GroupId, BTreeMap<i64, &[u8]>> = BTreeMap::new();
    for record in records {
        groups.entry(record.group).or_default().insert(record.at, &record.cells);
    }
    for (group, cycles) in groups {
        let Some(layout) = group_layout(connection, group)? else { continue };
        let columns = layout.layouts.len();
        let rows = cycles.into_iter().map(|(at, cells)| (at, cells::unpack_all(cells, columns))).collect();
        merge(&mut SqliteChunks(connection), &layout, rows)?;
    }
    Ok(())
}

/// What a group's cells stand for, with the hold limit of its device's present period; `None` of a group that is
/// gone.
fn group_layout(connection: &Connection, group: GroupId) -> Result<Option<GroupLayout>, StoreError> {
    let mut period = connection.prepare_cached(
        "SELECT d.update_period_sec FROM read_group g JOIN device d ON d.id = g.device_id WHERE g.id = ?",
    )?;
    let Some(period) = period.query_row([group], |row| row.get::<_, u32>(0)).optional()? else { return Ok(None) };
    let mut columns = Column::find(connection, "c.group_id = ?", group)?;
    columns.sort_by_key(|column| column.position);
    // A type that this version cannot decode keeps its bits.
    let layout = |column: &Column| column.codec.as_ref().map_or(Layout::new(Kind::Unsigned { bits: 64 }), Layout::of);
    let layouts = columns.iter().map(layout).collect();
    Ok(Some(GroupLayout { id: group, layouts, hold_ms: Rule::of_period(period).hold_ms() }))
}

/// Moves cycles of stores from before there were chunks into chunks.
pub(super) fn move_cycles(connection: &Connection) -> Result<(), StoreError> {
    let mut cycles = connection.prepare("SELECT group_id, at, cells FROM cycle ORDER BY group_id, at")?;
    let mut cycles = cycles.query([])?;
    let mut records: Vec<Record> = Vec::new();
    while let Some(row) = cycles.next()? {
        let record = Record { group: row.get(0)?, at: row.get(1)?, cells: row.get(2)? };
        if records.len() >= MOVED_AT_ONCE {
            insert_into(connection, &std::mem::take(&mut records))?;
        }
        records.push(record);
    }
    insert_into(connection, &records)
}

/// Remembers the newest good reading of each parameter among these cycles.
fn keep_last_good(connection: &Connection, records: &[Record]) -> Result<(), StoreError> {
    let mut newest_first: Vec<&Record> = records.iter().collect();
    newest_first.sort_by_key(|record| std::cmp::Reverse(record.at));
    let mut missing: HashMap<GroupId, Vec<Column>> = HashMap::new();
    let mut put = connection.prepare_cached(
        "INSERT INTO last_good (param_id, group_id, at, raw)
         SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM read_group WHERE id = ?2)
         ON CONFLICT DO UPDATE SET group_id = ?2, at = ?3, raw = ?4 WHERE ?3 >= at",
    )?;
    for record in newest_first {
        let columns = match missing.entry(record.group) {
            Entry::Occupied(columns) => columns.into_mut(),
            Entry::Vacant(none) => none.insert(Column::find(connection, "c.group_id = ?", record.group)?),
        };
        for column in std::mem::take(columns) {
            match column.good(&record.cells) {
                Some((cell, _)) => {
                    put.execute(params![column.param, column.group, record.at, cell])?;
                }
                None => columns.push(column),
            }
        }
    }
    Ok(())
}
