//! The audit trail: who changed or wrote what, when, from which value to which, and what came of it.
//!
//! Changes of the configuration are found by comparing it before and after, inside their own
//! transaction: none can be forgotten, none is told that did not happen. Secrets are never part of it.

use parabus_core::time::Instant;
use rusqlite::{Connection, params};

use super::{Store, StoreError};
use crate::model::OrgId;

/// Who works without logging in: `apply` and its sisters.
pub const COMMAND_LINE: &str = "command line";

/// Most characters of one text: a raw write may have 1968 values.
const MOST_TEXT: usize = 1000;

/// One line of the trail.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    pub at: Instant,
    /// Name of the user, or [`COMMAND_LINE`].
    pub actor: String,
    /// The organization that it concerns, if it is one alone.
    pub org: Option<OrgId>,
    /// `change network`, `write parameter`.
    pub action: String,
    pub object: String,
    pub old: Option<String>,
    pub new: Option<String>,
    /// `ok`, or why not.
    pub result: String,
}

/// Which lines are asked for.
#[derive(Clone, Copy, Debug)]
pub struct AuditFilter {
    pub org: Option<OrgId>,
    pub since: Option<Instant>,
    /// Newest lines, at most.
    pub limit: usize,
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MOST_TEXT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

pub(super) fn insert(connection: &Connection, entry: &AuditEntry) -> Result<(), StoreError> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO audit (at, actor, org_id, action, object, old, new, result) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    insert.execute(params![
        entry.at.as_millis(),
        entry.actor,
        entry.org,
        entry.action,
        cut(&entry.object),
        entry.old.as_deref().map(cut),
        entry.new.as_deref().map(cut),
        cut(&entry.result)
    ])?;
    Ok(())
}

impl Store {
    /// Adds a line about something that is no change of the configuration: a write to a device.
    pub fn append_audit(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        insert(&self.shared.writer.lock(), entry)
    }

    /// The newest lines that fit, oldest first.
    pub fn audit(&self, filter: AuditFilter) -> Result<Vec<AuditEntry>, StoreError> {
        let reader = self.shared.reader.lock();
        let mut rows = reader.prepare_cached(
            "SELECT at, actor, org_id, action, object, old, new, result FROM audit
             WHERE (?1 IS NULL OR org_id = ?1) AND at >= ?2 ORDER BY id DESC LIMIT ?3",
        )?;
        let since = filter.since.map_or(i64::MIN, Instant::as_millis);
        let limit = i64::try_from(filter.limit).unwrap_or(i64::MAX);
        let rows = rows.query_map(params![filter.org, since, limit], |row| {
            Ok(AuditEntry {
                at: Instant::from_millis(row.get(0)?),
                actor: row.get(1)?,
                org: row.get(2)?,
                action: row.get(3)?,
                object: row.get(4)?,
                old: row.get(5)?,
                new: row.get(6)?,
                result: row.get(7)?,
            })
        })?;
        let mut entries = rows.collect::<Result<Vec<_>, _>>()?;
        entries.reverse();
        Ok(entries)
    }

    /// Lets go of lines before an instant, and of the oldest beyond a number of lines.
    pub fn trim_audit(&self, before: Instant, most: u32) -> Result<usize, StoreError> {
        let writer = self.shared.writer.lock();
        let gone = writer.execute(
            "DELETE FROM audit WHERE at < ?1 OR id <= (SELECT max(id) FROM audit) - ?2",
            params![before.as_millis(), most],
        )?;
        Ok(gone)
    }
}
