//! Readings: into the log and the head in memory, from there into the database, and out again.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use parabus_core::time::Instant;
use parabus_core::value::{Codec, Decimal, Raw};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Row, params};

use super::cells;
use super::log::{Log, Record};
use super::{Store, StoreError};
use crate::model::{Cell, Cycle, GroupId, Held, ParamId, Parts, codec};

type Cycles = HashMap<GroupId, BTreeMap<i64, Vec<u8>>>;

/// Readings that are in the log and not yet in the database.
#[derive(Default)]
pub struct Head {
    open: Cycles,
    /// Being sealed: they stay readable until the transaction has ended.
    sealing: Cycles,
}

impl Head {
    /// Both parts, the newer arrivals last.
    pub fn parts(&self) -> [&Cycles; 2] {
        [&self.sealing, &self.open]
    }
}

/// Where a parameter stands in a group, and how its cells read there.
pub struct Column {
    param: ParamId,
    group: GroupId,
    position: usize,
    columns: usize,
    codec: Option<Codec>,
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

    /// Every column that a parameter has had.
    pub fn of_param(connection: &Connection, param: ParamId) -> Result<Vec<Column>, StoreError> {
        Column::find(connection, "c.param_id = ?", param)
    }

    pub const fn group(&self) -> GroupId {
        self.group
    }

    pub const fn codec(&self) -> Option<&Codec> {
        self.codec.as_ref()
    }

    /// The cell among packed ones, if something was read.
    pub fn cell(&self, cells: &[u8]) -> Option<Cell> {
        cells::unpack(cells, self.columns, self.position)?.ok()
    }

    /// The cell and the value it makes; `None` where nothing good was read.
    pub fn good(&self, cells: &[u8]) -> Option<(Cell, Held)> {
        let cell = self.cell(cells)?;
        let value = cell.value(self.codec.as_ref()?)?;
        Some((cell, value))
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
        log.append(&record)?;
        self.shared.head.write().open.entry(record.group).or_default().insert(record.at, record.cells);
        Ok(())
    }

    /// Forces the log to the medium.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
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

    /// Moves what the log holds into the database.
    pub fn seal(&self) -> Result<(), StoreError> {
        let Some(log) = &self.shared.log else { return Ok(()) };
        let _alone = self.shared.sealing.lock();
        // Most of the medium's work is done before appends have to wait.
        self.sync()?;
        let (folder, last, records) = {
            let mut log = log.lock();
            let mut head = self.shared.head.write();
            let Some(last) = log.rotate()? else { return Ok(()) };
            let open = std::mem::take(&mut head.open);
            // Readings that a failed attempt left behind are sealed with the new ones.
            for (group, cycles) in open {
                head.sealing.entry(group).or_default().extend(cycles);
            }
            let records = head.sealing.iter().flat_map(|(group, cycles)| {
                cycles.iter().map(|(at, cells)| Record { group: *group, at: *at, cells: cells.clone() })
            });
            (log.folder(), last, records.collect::<Vec<_>>())
        };
        insert(&mut self.shared.writer.lock(), &records)?;
        self.shared.head.write().sealing.clear();
        Log::delete_up_to(&folder, last)
    }

    /// Readings of a parameter with `from ≤ at ≤ till`, newest first, failed ones as `None`.
    pub fn readings(
        &self,
        param: ParamId,
        from: Option<Instant>,
        till: Instant,
        limit: usize,
    ) -> Result<Vec<(Instant, Option<Held>)>, StoreError> {
        let (from, till) = (from.map_or(i64::MIN, Instant::as_millis), till.as_millis());
        if from > till {
            return Ok(Vec::new());
        }
        let reader = self.shared.reader.lock();
        let mut found = Vec::new();
        for column in Column::of_param(&reader, param)? {
            // The head first: what is sealed in between is then found in the database as well.
            let mut cycles = BTreeMap::new();
            {
                let head = self.shared.head.read();
                for part in head.parts() {
                    let newest = part.get(&column.group).into_iter().flat_map(|part| part.range(from..=till).rev());
                    cycles.extend(newest.take(limit).map(|(at, cells)| (*at, cells.clone())));
                }
            }
            let mut rows = reader.prepare_cached(
                "SELECT at, cells FROM cycle WHERE group_id = ? AND at BETWEEN ? AND ? ORDER BY at DESC LIMIT ?",
            )?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = rows.query_map(params![column.group, from, till, limit], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
            })?;
            for row in rows {
                let (at, cells) = row?;
                cycles.entry(at).or_insert(cells);
            }
            found.extend(
                cycles
                    .iter()
                    .map(|(at, cells)| (Instant::from_millis(*at), column.good(cells).map(|(_, value)| value))),
            );
        }
        found.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        found.truncate(limit);
        Ok(found)
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

/// Puts cycles into the database; one of the same group and instant replaces the earlier.
/// Cycles of a device that has been deleted are dropped with it.
pub fn insert(connection: &mut Connection, records: &[Record]) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    {
        let mut insert = transaction.prepare_cached(
            "INSERT OR REPLACE INTO cycle (group_id, at, cells)
             SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM read_group WHERE id = ?1)",
        )?;
        for record in records {
            insert.execute(params![record.group, record.at, record.cells])?;
        }
    }
    keep_last_good(&transaction, records)?;
    Ok(transaction.commit()?)
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
