//! Readings: into the log and the head in memory, from there into the database, and out again.

use std::collections::{BTreeMap, HashMap};

use parabus_core::time::Instant;
use parabus_core::value::{Codec, Decimal, Value};
use rusqlite::{Connection, params};

use super::cells;
use super::log::{Log, Record};
use super::{Store, StoreError};
use crate::model::{Cycle, GroupId, ParamId, codec};

/// Cycles looked through for a parameter's last good value when the server starts.
const LOOK_BACK: usize = 1000;

type Cycles = HashMap<GroupId, BTreeMap<i64, Vec<u8>>>;

/// Readings that are in the log and not yet in the database.
#[derive(Default)]
pub struct Head {
    open: Cycles,
    /// Being sealed: they stay readable until the transaction has ended.
    sealing: Cycles,
}

/// Where a parameter stands in a group, and how its raw bits read there.
struct Column {
    group: GroupId,
    position: usize,
    columns: usize,
    codec: Option<Codec>,
}

impl Column {
    fn value(&self, cells: &[u8]) -> Option<Value> {
        let raw = cells::unpack(cells, self.columns, self.position)?.ok()?;
        self.codec?.value(raw).ok()
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
            Some(file) => file.sync_data().map_err(StoreError::io(&self.shared.database)),
            None => Ok(()),
        }
    }

    /// Moves what the log holds into the database.
    pub fn seal(&self) -> Result<(), StoreError> {
        let Some(log) = &self.shared.log else { return Ok(()) };
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
    ) -> Result<Vec<(Instant, Option<Value>)>, StoreError> {
        let (from, till) = (from.map_or(i64::MIN, Instant::as_millis), till.as_millis());
        if from > till {
            return Ok(Vec::new());
        }
        let reader = self.shared.reader.lock();
        let mut found = Vec::new();
        for column in columns_of(&reader, param)? {
            // The head first: what is sealed in between is then found in the database as well.
            let mut cycles = BTreeMap::new();
            {
                let head = self.shared.head.read();
                for part in [&head.sealing, &head.open] {
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
            found.extend(cycles.iter().map(|(at, cells)| (Instant::from_millis(*at), column.value(cells))));
        }
        found.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        found.truncate(limit);
        Ok(found)
    }

    /// The last good reading of every tracked parameter, for the start of the server.
    pub fn last_values(&self) -> Result<HashMap<ParamId, (Instant, Value)>, StoreError> {
        let directory = self.directory();
        let mut last = HashMap::new();
        for param in directory.params.values().filter(|param| param.is_tracked) {
            // The newest cycle has nearly always a value; only a failing parameter is looked for further back.
            for limit in [1, LOOK_BACK] {
                let readings = self.readings(param.id, None, Instant::from_millis(i64::MAX), limit)?;
                if let Some(good) = readings.into_iter().find_map(|(at, value)| Some((at, value?))) {
                    last.insert(param.id, good);
                    break;
                }
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
    Ok(transaction.commit()?)
}

fn columns_of(connection: &Connection, param: ParamId) -> Result<Vec<Column>, StoreError> {
    let mut rows = connection.prepare_cached(
        "SELECT c.group_id, c.position, c.value_type, c.bit, c.multiplier, c.shift,
                (SELECT count(*) FROM group_column WHERE group_id = c.group_id)
         FROM group_column c WHERE c.param_id = ?",
    )?;
    let columns = rows.query_map([param], |row| {
        let decimal = |text: String| Decimal::parse(&text).unwrap_or(Decimal::ONE);
        let (multiplier, shift) = (decimal(row.get(4)?), decimal(row.get(5)?));
        Ok(Column {
            group: row.get(0)?,
            position: row.get::<_, u32>(1)? as usize,
            columns: row.get::<_, u32>(6)? as usize,
            codec: codec(&row.get::<_, String>(2)?, row.get(3)?, multiplier, shift),
        })
    })?;
    Ok(columns.collect::<Result<_, _>>()?)
}
