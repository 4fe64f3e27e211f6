//! What people leave behind while they use the server: texts of visualizations, dismissed
//! notifications. It is no configuration, and makes no new snapshot of it.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, TransactionBehavior, params};
use uuid::Uuid;

use super::audit::{self, AuditEntry};
use super::{Store, StoreError};
use crate::model::{UserId, VisId};

/// Texts by their codes.
pub type VisData = BTreeMap<String, String>;

impl Store {
    /// What a visualization is drawn from.
    pub fn vis_source(&self, vis: VisId) -> Result<Option<String>, StoreError> {
        let access = self.shared.access.lock();
        let mut rows = access.prepare_cached("SELECT source FROM vis WHERE id = ?")?;
        Ok(rows.query_row([vis], |row| row.get(0)).optional()?)
    }

    pub fn vis_data(&self, vis: VisId) -> Result<VisData, StoreError> {
        let access = self.shared.access.lock();
        let mut rows = access.prepare_cached("SELECT code, value FROM vis_data WHERE vis_id = ?")?;
        let data = rows.query_map([vis], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(data.collect::<Result<_, _>>()?)
    }

    /// Sets one text; `false` if it would be one more than `most`. The trail's line tells the text before.
    pub fn save_vis_data(
        &self,
        vis: VisId,
        code: &str,
        value: &str,
        most: u32,
        entry: &AuditEntry,
    ) -> Result<bool, StoreError> {
        let mut writer = self.shared.writer.lock();
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let old = transaction.query_row(
            "SELECT value FROM vis_data WHERE vis_id = ? AND code = ?",
            params![vis, code],
            |row| row.get::<_, String>(0),
        );
        let old = old.optional()?.map(|old| format!("{code}={old}"));
        let saved = transaction.execute(
            "INSERT INTO vis_data (vis_id, code, value) SELECT ?1, ?2, ?3
             WHERE (SELECT count(*) FROM vis_data WHERE vis_id = ?1 AND code <> ?2) < ?4
             ON CONFLICT DO UPDATE SET value = ?3",
            params![vis, code, value, most],
        )?;
        if saved > 0 {
            audit::insert(&transaction, &AuditEntry { old, ..entry.clone() })?;
        }
        transaction.commit()?;
        Ok(saved > 0)
    }

    /// Remembers that a user needs to see a notification no more; `false` if it was known.
    pub fn dismiss(&self, user: UserId, notification: Uuid, entry: &AuditEntry) -> Result<bool, StoreError> {
        let mut writer = self.shared.writer.lock();
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let inserted = transaction.execute(
            "INSERT INTO dismissal (user_id, notification_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
            params![user, notification.to_string()],
        )?;
        if inserted > 0 {
            audit::insert(&transaction, entry)?;
        }
        transaction.commit()?;
        Ok(inserted > 0)
    }

    /// Whether a user has dismissed a notification.
    pub fn is_dismissed(&self, user: UserId, notification: Uuid) -> Result<bool, StoreError> {
        let access = self.shared.access.lock();
        let mut rows = access.prepare_cached("SELECT 1 FROM dismissal WHERE user_id = ? AND notification_id = ?")?;
        Ok(rows.exists(params![user, notification.to_string()])?)
    }
}
