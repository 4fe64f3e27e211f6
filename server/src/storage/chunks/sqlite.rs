use rusqlite::{Connection, Row, params};

use super::{ChunkStore, Info, Name, Order, Stored, Visitor};
use crate::model::GroupId;
use crate::storage::StoreError;

/// Chunks as blobs of the database. What is put belongs to the transaction of whoever has the connection.
pub struct SqliteChunks<'c>(pub &'c Connection);

/// The columns of an `Info` but for its group, in the order that `info` reads them.
const INFO: &str = "part, first_at, last_at, row_count, revision";

fn info(group: GroupId, row: &Row<'_>) -> rusqlite::Result<Info> {
    let name = Name { group, part: row.get(0)?, first_at: row.get(1)? };
    Ok(Info { name, last_at: row.get(2)?, rows: row.get(3)?, revision: row.get(4)? })
}

impl ChunkStore for SqliteChunks<'_> {
    fn put(&mut self, chunks: &[Stored]) -> Result<(), StoreError> {
        let mut put = self.0.prepare_cached(
            "INSERT INTO chunk (group_id, part, first_at, last_at, row_count, revision, data)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE EXISTS (SELECT 1 FROM read_group WHERE id = ?1)
             ON CONFLICT DO UPDATE SET last_at = ?4, row_count = ?5, revision = ?6, data = ?7 WHERE ?6 > revision",
        )?;
        for Stored { info: Info { name, last_at, rows, revision }, data } in chunks {
            put.execute(params![name.group, name.part, name.first_at, last_at, rows, revision, data])?;
        }
        Ok(())
    }

    fn range(
        &self,
        group: GroupId,
        part: u16,
        (from, till): (i64, i64),
        order: Order,
        visit: Visitor<'_>,
    ) -> Result<(), StoreError> {
        if from > till {
            return Ok(());
        }
        let direction = if order == Order::Ascending { "ASC" } else { "DESC" };
        let mut rows = self.0.prepare_cached(&format!(
            "SELECT {INFO}, data FROM chunk WHERE group_id = ?1 AND part = ?2 AND first_at <= ?4 AND first_at >=
                 ifnull((SELECT max(first_at) FROM chunk WHERE group_id = ?1 AND part = ?2 AND first_at <= ?3), ?3)
             ORDER BY first_at {direction}"
        ))?;
        let mut rows = rows.query(params![group, part, from, till])?;
        while let Some(row) = rows.next()? {
            if visit(&info(group, row)?, row.get_ref(5)?.as_blob().unwrap_or_default()).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn drop_before(&mut self, before: i64) -> Result<usize, StoreError> {
        Ok(self.0.execute("DELETE FROM chunk WHERE last_at < ?", [before])?)
    }

    fn list(&self, group: GroupId) -> Result<Vec<Info>, StoreError> {
        let mut rows =
            self.0.prepare_cached(&format!("SELECT {INFO} FROM chunk WHERE group_id = ? ORDER BY part, first_at"))?;
        let rows = rows.query_map([group], |row| info(group, row))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
