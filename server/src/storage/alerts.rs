//! Alerts as they run: engine states, records, their log, and what the command line wishes.
//!
//! A transition, its line in the log and its messages are one transaction. The state that is stored
//! with them says up to which reading of each parameter it goes; readings after that are in the store, and
//! are handed to the engine again when it starts.

use std::collections::BTreeMap;

use parabus_core::time::Instant;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use super::audit::{self, AuditEntry};
use super::{Store, StoreError, outbox};
use crate::alarm::happening::{Happening, RecordChange};
use crate::alarm::model::{AlertId, Level, MOST_NAME};
use crate::alarm::told::Told;
use crate::model::{NetId, OrgId, ParamId, is_line};

/// Bytes of the secret that signs links.
const SECRET: usize = 32;

/// A state as it is kept; the rule and the state are the engine's own forms.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptState {
    pub alert: AlertId,
    pub org: OrgId,
    /// The record that an earlier rule owes follow-ups; 0 of the alert itself.
    pub tail: u32,
    pub rule: String,
    pub state: Vec<u8>,
}

/// What is to be stored of alerts at once.
#[derive(Default)]
pub struct AlertChanges {
    pub states: Vec<KeptState>,
    /// States that are no more, by alert and tail.
    pub gone: Vec<(AlertId, u32)>,
    pub happenings: Vec<Happening>,
    /// Alerts whose messages are not sent any more.
    pub deleted: Vec<AlertId>,
    /// Wishes that have been granted.
    pub wishes: Vec<i64>,
    pub audit: Vec<AuditEntry>,
}

impl AlertChanges {
    pub fn is_empty(&self) -> bool {
        let AlertChanges { states, gone, happenings, deleted, wishes, audit } = self;
        let is_silent = happenings.is_empty() && deleted.is_empty() && wishes.is_empty() && audit.is_empty();
        is_silent && states.is_empty() && gone.is_empty()
    }
}

/// One event of an alert.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertRecord {
    pub id: i64,
    pub alert: AlertId,
    /// Within its alert.
    pub number: u32,
    pub org: OrgId,
    /// As it was called when it began, and how grave it was.
    pub name: String,
    pub level: Level,
    pub started: Instant,
    pub resolved: Option<Instant>,
    pub confirmed: Option<Instant>,
    pub confirmed_by: Option<String>,
    pub params: Vec<ParamId>,
}

/// What was told at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    pub at: Instant,
    pub texts: Vec<Told>,
    /// What sent a message, if it did.
    pub effect_id: Option<u64>,
}

/// Which records are asked for.
#[derive(Clone, Debug)]
pub enum Records {
    Of(AlertId),
    OfOrg(OrgId),
    /// Of which a parameter belonged to this network of the organization when they began.
    OnNet(OrgId, NetId),
}

/// Longest time that messages are held back, minutes: 30 days.
pub const MOST_SHELF_MIN: i64 = 30 * 24 * 60;

/// Until when the messages of an alert are held back, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelf {
    pub until: Instant,
    pub reason: String,
    pub actor: String,
}

impl Shelf {
    /// From now on for so many minutes, up to 30 days; what is wrong with them or the reason, otherwise.
    pub fn new(minutes: i64, reason: &str, actor: &str, now: Instant) -> Result<Shelf, String> {
        let reason = reason.trim();
        if !(1..=MOST_SHELF_MIN).contains(&minutes) {
            return Err(format!("`{minutes}` minutes, expected 1 to {MOST_SHELF_MIN}"));
        }
        if !is_line(reason) || reason.chars().count() > MOST_NAME {
            return Err(format!("the reason has to be 1 to {MOST_NAME} characters on one line"));
        }
        let until = Instant::from_millis(now.as_millis().saturating_add(minutes * 60_000));
        Ok(Shelf { until, reason: reason.to_owned(), actor: actor.to_owned() })
    }
}

/// Somebody on the command line has seen the last record of an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub id: i64,
    pub alert: AlertId,
    pub at: Instant,
    pub by: String,
}

const COLUMNS: &str = "id, alert_id, number, org_id, name, level, started, resolved, confirmed, confirmed_by, params";

fn json<T: serde::de::DeserializeOwned>(field: &'static str, text: String) -> Result<T, StoreError> {
    serde_json::from_str(&text).map_err(|_| StoreError::Content { field, text })
}

fn record(row: &Row<'_>) -> Result<AlertRecord, StoreError> {
    let level: String = row.get("level")?;
    let instant = |at: Option<i64>| at.map(Instant::from_millis);
    Ok(AlertRecord {
        id: row.get("id")?,
        alert: row.get("alert_id")?,
        number: row.get("number")?,
        org: row.get("org_id")?,
        name: row.get("name")?,
        level: Level::from_code(&level).ok_or(StoreError::Content { field: "a level", text: level })?,
        started: Instant::from_millis(row.get("started")?),
        resolved: instant(row.get("resolved")?),
        confirmed: instant(row.get("confirmed")?),
        confirmed_by: row.get("confirmed_by")?,
        params: json("parameters of a record", row.get("params")?)?,
    })
}

fn select(connection: &Connection, rest: &str, values: impl rusqlite::Params) -> Result<Vec<AlertRecord>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM alert_record {rest}"))?;
    let mut rows = statement.query(values)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(record(row)?);
    }
    Ok(all)
}

fn shelf(connection: &Connection, alert: AlertId, now: Instant) -> Result<Option<Shelf>, StoreError> {
    let mut rows =
        connection.prepare_cached("SELECT until, reason, actor FROM alert_shelf WHERE alert_id = ?1 AND until > ?2")?;
    let found = rows.query_row(params![alert, now.as_millis()], |row| {
        Ok(Shelf { until: Instant::from_millis(row.get(0)?), reason: row.get(1)?, actor: row.get(2)? })
    });
    Ok(found.optional()?)
}

/// One effect: the record, the log, the messages. One that is there already changes nothing.
fn happen(transaction: &Transaction<'_>, happening: &Happening, now: Instant) -> Result<(), StoreError> {
    let Happening { alert, org, record, effect_id, at_ms, change, lines, message } = happening;
    let effect = effect_id.cast_signed();
    if transaction.prepare_cached("SELECT 1 FROM alert_log WHERE effect = ?")?.exists([effect])? {
        return Ok(());
    }
    if let RecordChange::Open { name, level, params: of, .. } = change {
        transaction
            .prepare_cached(
                "INSERT INTO alert_record (alert_id, number, org_id, name, level, started, params)
                 VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (alert_id, number) DO NOTHING",
            )?
            .execute(params![alert, record, org, name, level, at_ms, serde_json::to_string(of).unwrap_or_default()])?;
    }
    let id: Option<i64> = transaction
        .prepare_cached("SELECT id FROM alert_record WHERE alert_id = ? AND number = ?")?
        .query_row(params![alert, record], |row| row.get(0))
        .optional()?;
    // Without its organization, which is gone.
    let Some(id) = id else { return Ok(()) };
    match change {
        RecordChange::Nothing => {}
        RecordChange::Open { nets, .. } => {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO alert_record_net (net_id, record_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
            )?;
            for net in nets {
                insert.execute(params![net, id])?;
            }
        }
        RecordChange::Resolve => {
            transaction
                .prepare_cached("UPDATE alert_record SET resolved = ? WHERE id = ? AND resolved IS NULL")?
                .execute(params![at_ms, id])?;
        }
        RecordChange::Confirm { by } => {
            transaction
                .prepare_cached(
                    "UPDATE alert_record SET confirmed = ?, confirmed_by = ? WHERE id = ? AND confirmed IS NULL",
                )?
                .execute(params![at_ms, by, id])?;
        }
    }
    let mut lines = lines.clone();
    if let Some(message) = message {
        let (channel, to) = (message.channel.code().to_owned(), message.recipient.clone());
        match shelf(transaction, *alert, now)? {
            None => {
                outbox::queue(transaction, message)?;
                lines.insert(0, Told::Queued { channel, to });
            }
            Some(Shelf { until, reason, .. }) => {
                outbox::queue_suppressed(transaction, message, &format!("shelved: {reason}"), now)?;
                lines.insert(0, Told::Shelved { channel, to, until_ms: until.as_millis(), reason });
            }
        }
    }
    transaction
        .prepare_cached("INSERT INTO alert_log (record_id, effect, at, lines) VALUES (?, ?, ?, ?)")?
        .execute(params![id, effect, at_ms, serde_json::to_string(&lines).unwrap_or_default()])?;
    Ok(())
}

impl Store {
    /// Stores what happened to alerts, all of it or nothing.
    pub fn keep_alerts(&self, changes: &AlertChanges, now: Instant) -> Result<(), StoreError> {
        let mut writer = self.shared.writer.lock();
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (alert, tail) in &changes.gone {
            transaction.execute("DELETE FROM alert_state WHERE alert_id = ? AND tail = ?", params![alert, tail])?;
        }
        for KeptState { alert, org, tail, rule, state } in &changes.states {
            transaction
                .prepare_cached(
                    "INSERT INTO alert_state (alert_id, tail, org_id, rule, state) SELECT ?1, ?2, ?3, ?4, ?5
                     WHERE EXISTS (SELECT 1 FROM org WHERE id = ?3)
                     ON CONFLICT DO UPDATE SET rule = ?4, state = ?5",
                )?
                .execute(params![alert, tail, org, rule, state])?;
        }
        for happening in &changes.happenings {
            happen(&transaction, happening, now)?;
        }
        for alert in &changes.deleted {
            outbox::suppress_alert(&transaction, *alert, now)?;
        }
        for wish in &changes.wishes {
            transaction.execute("DELETE FROM alert_wish WHERE id = ?", [wish])?;
        }
        for entry in &changes.audit {
            audit::insert(&transaction, entry)?;
        }
        Ok(transaction.commit()?)
    }

    /// Every state that is kept, by alert.
    pub fn alert_states(&self) -> Result<Vec<KeptState>, StoreError> {
        let writer = self.shared.writer.lock();
        let mut rows = writer.prepare_cached("SELECT alert_id, org_id, tail, rule, state FROM alert_state")?;
        let states = rows.query_map([], |row| {
            Ok(KeptState {
                alert: row.get(0)?,
                org: row.get(1)?,
                tail: row.get(2)?,
                rule: row.get(3)?,
                state: row.get(4)?,
            })
        })?;
        Ok(states.collect::<Result<_, _>>()?)
    }

    /// The number of each alert's last record.
    pub fn last_alert_numbers(&self) -> Result<BTreeMap<AlertId, u32>, StoreError> {
        let access = self.shared.access.lock();
        let mut rows = access.prepare_cached("SELECT alert_id, max(number) FROM alert_record GROUP BY alert_id")?;
        let numbers = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(numbers.collect::<Result<_, _>>()?)
    }

    /// What the command line wishes, in order.
    pub fn alert_wishes(&self) -> Result<Vec<Wish>, StoreError> {
        let access = self.shared.access.lock();
        let mut rows = access.prepare_cached("SELECT id, alert_id, at, actor FROM alert_wish ORDER BY id")?;
        let wishes = rows.query_map([], |row| {
            Ok(Wish { id: row.get(0)?, alert: row.get(1)?, at: Instant::from_millis(row.get(2)?), by: row.get(3)? })
        })?;
        Ok(wishes.collect::<Result<_, _>>()?)
    }

    /// Wishes that the last record of an alert be confirmed: by the server that runs, or starts next.
    pub fn wish_confirm(&self, alert: AlertId, by: &str, entry: &AuditEntry) -> Result<(), StoreError> {
        let mut writer = self.shared.writer.lock();
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "INSERT INTO alert_wish (alert_id, at, actor) VALUES (?, ?, ?)",
            params![alert, entry.at.as_millis(), by],
        )?;
        audit::insert(&transaction, entry)?;
        Ok(transaction.commit()?)
    }

    /// Holds the messages of an alert back, or lets them go again.
    pub fn shelve_alert(&self, alert: AlertId, shelf: Option<&Shelf>, entry: &AuditEntry) -> Result<(), StoreError> {
        let mut writer = self.shared.writer.lock();
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        match shelf {
            Some(Shelf { until, reason, actor }) => transaction.execute(
                "INSERT INTO alert_shelf (alert_id, until, reason, actor) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET until = ?2, reason = ?3, actor = ?4",
                params![alert, until.as_millis(), reason, actor],
            )?,
            None => transaction.execute("DELETE FROM alert_shelf WHERE alert_id = ?", [alert])?,
        };
        audit::insert(&transaction, entry)?;
        Ok(transaction.commit()?)
    }

    /// Whether the messages of an alert are held back.
    pub fn alert_shelf(&self, alert: AlertId, now: Instant) -> Result<Option<Shelf>, StoreError> {
        shelf(&self.shared.access.lock(), alert, now)
    }

    /// The newest record of an alert.
    pub fn last_record(&self, alert: AlertId) -> Result<Option<AlertRecord>, StoreError> {
        let access = self.shared.access.lock();
        Ok(select(&access, "WHERE alert_id = ? ORDER BY number DESC LIMIT 1", [alert])?.pop())
    }

    /// The record that an effect belongs to, and to whom the effect was told.
    pub fn record_of_effect(&self, effect_id: u64) -> Result<Option<(AlertRecord, Option<String>)>, StoreError> {
        let access = self.shared.access.lock();
        let effect = effect_id.cast_signed();
        let found = select(&access, "WHERE id = (SELECT record_id FROM alert_log WHERE effect = ?)", [effect])?.pop();
        let to = access
            .prepare_cached("SELECT recipient FROM outbox WHERE effect_id = ? ORDER BY id LIMIT 1")?
            .query_row([effect], |row| row.get(0))
            .optional()?;
        Ok(found.map(|record| (record, to)))
    }

    /// One page of records, newest first, and how many there are. A level of none is in no log.
    pub fn alert_records(
        &self,
        which: &Records,
        (offset, most): (u64, u64),
    ) -> Result<(Vec<AlertRecord>, u64), StoreError> {
        let (org, alert, net) = match which {
            Records::Of(alert) => (None, Some(*alert), None),
            Records::OfOrg(org) => (Some(*org), None, None),
            Records::OnNet(org, net) => (Some(*org), None, Some(*net)),
        };
        let access = self.shared.access.lock();
        let condition = "WHERE level <> 'none' AND (?1 IS NULL OR org_id = ?1)
             AND (?2 IS NULL OR alert_id = ?2)
             AND (?3 IS NULL OR id IN (SELECT record_id FROM alert_record_net WHERE net_id = ?3))";
        let mut count = access.prepare_cached(&format!("SELECT count(*) FROM alert_record {condition}"))?;
        let total: i64 = count.query_row(params![org, alert, net], |row| row.get(0))?;
        let (offset, most) = (i64::try_from(offset).unwrap_or(i64::MAX), i64::try_from(most).unwrap_or(i64::MAX));
        let rest = format!("{condition} ORDER BY started DESC, id DESC LIMIT ?4 OFFSET ?5");
        let records = select(&access, &rest, params![org, alert, net, most, offset])?;
        Ok((records, total.unsigned_abs()))
    }

    /// Records for a dashboard, newest first: those that are open, and those that nobody has confirmed yet.
    pub fn present_records(&self, org: OrgId, only_open: bool, most: u32) -> Result<Vec<AlertRecord>, StoreError> {
        let access = self.shared.access.lock();
        select(
            &access,
            "WHERE org_id = ?1 AND level <> 'none' AND (resolved IS NULL OR (NOT ?2 AND confirmed IS NULL))
             ORDER BY resolved IS NOT NULL, started DESC, id DESC LIMIT ?3",
            params![org, only_open, most],
        )
    }

    /// The log of a record, oldest first.
    pub fn record_log(&self, record: i64) -> Result<Vec<LogLine>, StoreError> {
        let access = self.shared.access.lock();
        let mut rows =
            access.prepare_cached("SELECT at, lines, effect FROM alert_log WHERE record_id = ? ORDER BY at, id")?;
        let mut rows = rows.query([record])?;
        let mut lines = Vec::new();
        while let Some(row) = rows.next()? {
            lines.push(LogLine {
                at: Instant::from_millis(row.get(0)?),
                texts: json("a line of an alert's log", row.get(1)?)?,
                effect_id: row.get::<_, Option<i64>>(2)?.map(i64::cast_unsigned),
            });
        }
        Ok(lines)
    }

    /// The secret that signs links; made when it is first asked for.
    pub fn link_secret(&self) -> Result<Vec<u8>, StoreError> {
        let writer = self.shared.writer.lock();
        let mut fresh = [0u8; SECRET];
        getrandom::fill(&mut fresh).map_err(|error| StoreError::Refused(format!("no random numbers: {error}")))?;
        writer.execute(
            "INSERT INTO secret (name, bytes) VALUES ('links', ?) ON CONFLICT DO NOTHING",
            [fresh.as_slice()],
        )?;
        Ok(writer.query_row("SELECT bytes FROM secret WHERE name = 'links'", [], |row| row.get(0))?)
    }
}
