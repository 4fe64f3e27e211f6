//! API keys and sessions: only hashes are kept.

use parabus_core::time::Instant;
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

use super::{Store, StoreError};
use crate::model::{ApiKey, Session, SessionKind, UserId};

fn code(kind: SessionKind) -> &'static str {
    match kind {
        SessionKind::Api => "api",
        SessionKind::Page => "page",
    }
}

impl Store {
    pub fn find_key(&self, id: Uuid) -> Result<Option<ApiKey>, StoreError> {
        let access = self.shared.access.lock();
        let mut rows = access.prepare_cached("SELECT user_id, password_hash FROM api_key WHERE id = ?")?;
        let key =
            rows.query_row([id.to_string()], |row| Ok(ApiKey { id, user: row.get(0)?, password_hash: row.get(1)? }));
        Ok(key.optional()?)
    }

    /// Every API key with its user, without the hashes.
    pub fn keys(&self) -> Result<Vec<(String, UserId)>, StoreError> {
        let access = self.shared.access.lock();
        let mut rows = access.prepare_cached("SELECT id, user_id FROM api_key ORDER BY user_id, id")?;
        let keys = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        Ok(keys)
    }

    /// Keeps a session; those that have ended go.
    pub fn insert_session(&self, session: &Session) -> Result<(), StoreError> {
        let writer = self.shared.writer.lock();
        writer.execute("DELETE FROM session WHERE expires < ?", [crate::clock::now().as_millis()])?;
        writer.execute(
            "INSERT INTO session (hash, kind, user_id, key_id, expires) VALUES (?, ?, ?, ?, ?)",
            params![
                session.hash,
                code(session.kind),
                session.user,
                session.key.to_string(),
                session.expires.as_millis()
            ],
        )?;
        Ok(())
    }

    pub fn find_session(&self, hash: &[u8; 32]) -> Result<Option<Session>, StoreError> {
        let access = self.shared.access.lock();
        let mut rows = access.prepare_cached("SELECT kind, user_id, key_id, expires FROM session WHERE hash = ?")?;
        let session = rows.query_row([hash], |row| {
            let kind: String = row.get(0)?;
            let kind = if kind == "page" { SessionKind::Page } else { SessionKind::Api };
            let key: String = row.get(2)?;
            let expires = Instant::from_millis(row.get(3)?);
            Ok((kind, row.get(1)?, key, expires))
        });
        let Some((kind, user, key, expires)) = session.optional()? else { return Ok(None) };
        let key = Uuid::parse_str(&key).map_err(|_| StoreError::Content { field: "an API key", text: key })?;
        Ok(Some(Session { hash: *hash, kind, user, key, expires }))
    }

    pub fn extend_session(&self, hash: &[u8; 32], expires: Instant) -> Result<(), StoreError> {
        let writer = self.shared.writer.lock();
        writer.execute("UPDATE session SET expires = ? WHERE hash = ?", params![expires.as_millis(), hash])?;
        Ok(())
    }

    pub fn delete_session(&self, hash: &[u8; 32]) -> Result<(), StoreError> {
        self.shared.writer.lock().execute("DELETE FROM session WHERE hash = ?", [hash])?;
        Ok(())
    }
}
