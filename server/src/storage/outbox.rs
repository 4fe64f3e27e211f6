//! The outbox: messages from the transaction that decided on them to the provider's answer.
//!
//! Guarantees:
//! - A message is known by effect and recipient: a second queueing of it is nothing.
//! - It waits until the provider took it, refused it for good, or something forbids it; what became of
//!   it stays beside it.

use parabus_core::time::Instant;
use parabus_core::value::Lang;
use rusqlite::{Connection, Row, Transaction, TransactionBehavior, params};

use super::{Store, StoreError};
use crate::alarm::message::{Channel, Message, Purpose};
use crate::alarm::model::{AlertId, MOST_MINUTES};
use crate::model::OrgId;

/// Number of a row.
pub type OutboxId = i64;

/// Most characters of an answer that are kept.
const MOST_ANSWER: usize = 300;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is sent as soon as it can be.
    Waiting,
    /// The provider took it.
    Sent,
    /// It was not to be sent.
    Suppressed,
    /// It cannot be sent.
    Failed,
}

impl State {
    const ALL: [State; 4] = [State::Waiting, State::Sent, State::Suppressed, State::Failed];

    pub const fn code(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Sent => "sent",
            State::Suppressed => "suppressed",
            State::Failed => "failed",
        }
    }

    fn from_code(code: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// A message with what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    pub id: OutboxId,
    pub message: Message,
    pub state: State,
    /// Tries so far.
    pub attempts: u32,
    /// The next try of a waiting message.
    pub next: Instant,
    /// What the provider answered last, or why it was not sent.
    pub answer: Option<String>,
    /// When it stopped waiting.
    pub ended: Option<Instant>,
}

/// Why the next try waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Something about this message, or a time that the provider named.
    Message,
    /// The provider could not be reached: once it can, the message is sent at once.
    Provider,
}

/// Most money for short messages in a month, and what one costs, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spending {
    /// From when the month counts.
    pub since: Instant,
    pub limit: i64,
}

const COLUMNS: &str = "id, effect_id, recipient, alert_id, org_id, record, purpose, channel, lang, subject, body, due_at, state, attempts, next_at, answer,
     ended_at";

/// Queues a message in the transaction that decides on it; `false` if it was queued before.
pub fn queue(transaction: &Transaction<'_>, message: &Message) -> Result<bool, StoreError> {
    insert(transaction, message, State::Waiting, None, None)
}

/// What waits of an alert that is gone is not sent any more (AGGREGATION.md 4.11).
pub fn suppress_alert(transaction: &Transaction<'_>, alert: AlertId, now: Instant) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "UPDATE outbox SET state = 'suppressed', answer = 'the alert was deleted', ended_at = ?2, cost = NULL, is_held = 0
             WHERE alert_id = ?1 AND state = 'waiting'",
        )?
        .execute(params![alert, now.as_millis()])?;
    Ok(())
}

/// Records a message that is not to be sent, and why; `false` if it was queued before.
pub fn queue_suppressed(
    transaction: &Transaction<'_>,
    message: &Message,
    reason: &str,
    now: Instant,
) -> Result<bool, StoreError> {
    insert(transaction, message, State::Suppressed, Some(reason), Some(now))
}

fn insert(
    transaction: &Transaction<'_>,
    message: &Message,
    state: State,
    answer: Option<&str>,
    ended: Option<Instant>,
) -> Result<bool, StoreError> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO outbox (effect_id, recipient, alert_id, org_id, channel, lang, subject, body, due_at, state, next_at, answer,
             ended_at, record, purpose) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?9, ?11, ?12, ?13, ?14)
         ON CONFLICT (effect_id, recipient) DO NOTHING",
    )?;
    let inserted = insert.execute(params![
        message.effect_id.cast_signed(),
        message.recipient,
        message.alert,
        message.org,
        message.channel.code(),
        message.lang.code(),
        message.subject,
        message.text,
        message.due_ms,
        state.code(),
        answer,
        ended.map(Instant::as_millis),
        message.record,
        message.purpose.code(),
    ])?;
    Ok(inserted > 0)
}

fn read<T>(field: &'static str, text: String, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, StoreError> {
    parse(&text).ok_or(StoreError::Content { field, text })
}

fn outgoing(row: &Row<'_>) -> Result<Outgoing, StoreError> {
    let message = Message {
        effect_id: row.get::<_, i64>("effect_id")?.cast_unsigned(),
        alert: row.get("alert_id")?,
        org: row.get("org_id")?,
        record: row.get("record")?,
        purpose: read("the purpose of a message", row.get("purpose")?, Purpose::from_code)?,
        channel: read("a channel", row.get("channel")?, Channel::from_code)?,
        recipient: row.get("recipient")?,
        lang: read("a language", row.get("lang")?, |text| Lang::from_code(text).ok())?,
        subject: row.get("subject")?,
        text: row.get("body")?,
        due_ms: row.get("due_at")?,
    };
    Ok(Outgoing {
        id: row.get("id")?,
        message,
        state: read("a message's state", row.get("state")?, State::from_code)?,
        attempts: row.get("attempts")?,
        next: Instant::from_millis(row.get("next_at")?),
        answer: row.get("answer")?,
        ended: row.get::<_, Option<i64>>("ended_at")?.map(Instant::from_millis),
    })
}

fn select(connection: &Connection, rest: &str, values: impl rusqlite::Params) -> Result<Vec<Outgoing>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM outbox {rest}"))?;
    let mut rows = statement.query(values)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(outgoing(row)?);
    }
    Ok(all)
}

fn cut(answer: &str) -> String {
    answer.replace(char::is_control, " ").chars().take(MOST_ANSWER).collect()
}

impl Store {
    /// Queues a message on its own; `false` if it was queued before.
    pub fn queue(&self, message: &Message) -> Result<bool, StoreError> {
        let mut writer = self.shared.writer.lock();
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let is_new = queue(&transaction, message)?;
        transaction.commit()?;
        Ok(is_new)
    }

    /// Messages of a channel to be tried now, longest due first. A conclusion waits as long as it is open
    /// whether anybody is told of the event.
    pub fn due_messages(&self, channel: Channel, now: Instant, most: usize) -> Result<Vec<Outgoing>, StoreError> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let access = self.shared.access.lock();
        let rest = "WHERE state = 'waiting' AND channel = ?1 AND next_at <= ?2
             AND (purpose <> 'conclude' OR (SELECT max(tells.state = 'sent') OR NOT max(tells.state = 'waiting') FROM outbox AS tells
                  WHERE tells.alert_id = outbox.alert_id AND tells.record = outbox.record AND tells.purpose <> 'conclude') IS NOT FALSE)
             ORDER BY next_at, id LIMIT ?3";
        select(&access, rest, params![channel.code(), now.as_millis(), most])
    }

    /// Whether a message would come out of the blue: nobody was told of its record, or was to be.
    pub fn is_pointless(&self, message: &Message) -> Result<bool, StoreError> {
        let told = match message.purpose {
            Purpose::Tell => return Ok(false),
            Purpose::Escalate => "purpose = 'tell' AND state <> 'suppressed'",
            Purpose::Conclude => "purpose <> 'conclude' AND state = 'sent'",
        };
        let access = self.shared.access.lock();
        let of_record = format!("SELECT 1 FROM outbox WHERE alert_id = ? AND record = ? AND {told}");
        Ok(!access.prepare_cached(&of_record)?.exists(params![message.alert, message.record])?)
    }

    /// The newest messages of an organization or of all, newest first, for an operator.
    pub fn messages(&self, org: Option<OrgId>, most: usize) -> Result<Vec<Outgoing>, StoreError> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let access = self.shared.access.lock();
        select(&access, "WHERE ?1 IS NULL OR org_id = ?1 ORDER BY id DESC LIMIT ?2", params![org, most])
    }

    /// Messages of one effect, for the alert's log.
    pub fn messages_of_effect(&self, effect_id: u64) -> Result<Vec<Outgoing>, StoreError> {
        let access = self.shared.access.lock();
        select(&access, "WHERE effect_id = ? ORDER BY id", [effect_id.cast_signed()])
    }

    /// The provider took it. The messages of the channel that waited for the provider are due at once.
    pub fn message_sent(&self, id: OutboxId, answer: &str, now: Instant) -> Result<(), StoreError> {
        let mut writer = self.shared.writer.lock();
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "UPDATE outbox SET state = 'sent', attempts = attempts + 1, answer = ?2, ended_at = ?3, is_held = 0
             WHERE id = ?1 AND state <> 'sent'",
            params![id, cut(answer), now.as_millis()],
        )?;
        transaction.execute(
            "UPDATE outbox SET next_at = min(next_at, ?2), is_held = 0
             WHERE state = 'waiting' AND is_held AND channel = (SELECT channel FROM outbox WHERE id = ?1)",
            params![id, now.as_millis()],
        )?;
        Ok(transaction.commit()?)
    }

    /// It is to be tried again.
    pub fn retry_message(&self, id: OutboxId, answer: &str, next: Instant, held: Held) -> Result<(), StoreError> {
        self.shared.writer.lock().execute(
            "UPDATE outbox SET attempts = attempts + 1, answer = ?2, next_at = ?3, is_held = ?4
             WHERE id = ?1 AND state = 'waiting'",
            params![id, cut(answer), next.as_millis(), held == Held::Provider],
        )?;
        Ok(())
    }

    /// It is not to be sent, and why.
    pub fn suppress_message(&self, id: OutboxId, reason: &str, now: Instant) -> Result<(), StoreError> {
        self.shared.writer.lock().execute(
            "UPDATE outbox SET state = 'suppressed', answer = ?2, ended_at = ?3, cost = NULL, is_held = 0
             WHERE id = ?1 AND state = 'waiting'",
            params![id, cut(reason), now.as_millis()],
        )?;
        Ok(())
    }

    /// It cannot be sent; it costs nothing then.
    pub fn message_failed(&self, id: OutboxId, answer: &str, now: Instant) -> Result<(), StoreError> {
        self.shared.writer.lock().execute(
            "UPDATE outbox SET state = 'failed', attempts = attempts + 1, answer = ?2, ended_at = ?3, cost = NULL, is_held = 0
             WHERE id = ?1 AND state = 'waiting'",
            params![id, cut(answer), now.as_millis()],
        )?;
        Ok(())
    }

    /// Puts a message's cost, in millionths, on the organization's account before it is sent; `false` if
    /// the limit forbids it. A message counts once, in the month of its first try.
    pub fn charge_message(
        &self,
        id: OutboxId,
        cost: i64,
        limit: Option<Spending>,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let since = limit.map_or(now, |limit| limit.since);
        let most = limit.map_or(i64::MAX, |limit| limit.limit);
        let charged = self.shared.writer.lock().execute(
            "UPDATE outbox SET cost = ifnull(cost, ?2), charged_at = ifnull(charged_at, ?3) WHERE id = ?1 AND (cost IS NOT NULL OR ?2 + (
                 SELECT ifnull(sum(other.cost), 0) FROM outbox AS other WHERE other.org_id = outbox.org_id
                 AND other.channel = outbox.channel AND other.charged_at >= ?4) <= ?5)",
            params![id, cost, now.as_millis(), since.as_millis(), most],
        )?;
        Ok(charged > 0)
    }

    /// Lets go of messages that ended before an instant, and whose record was over for as long as a follow-up waits.
    pub fn trim_outbox(&self, before: Instant) -> Result<usize, StoreError> {
        let writer = self.shared.writer.lock();
        let last_word = i64::from(MOST_MINUTES) * 60_000;
        let trimmed = writer.execute(
            "DELETE FROM outbox WHERE ended_at < ?1 AND NOT EXISTS (
                 SELECT 1 FROM alert_record WHERE alert_record.alert_id = outbox.alert_id AND number = outbox.record
                 AND (resolved IS NULL OR resolved >= ?1 - ?2))",
            params![before.as_millis(), last_word],
        )?;
        Ok(trimmed)
    }
}
