//! Delivery: empties the outbox through the providers of e-mail, short messages and calls.
//!
//! Guarantees:
//! - At least once: a message leaves the outbox when its provider has taken it, in a transaction of its
//!   own at once. A server that dies in between sends it again, with the same identifier.
//! - A provider that is slow or down holds no other channel, and loses nothing.
//! - Each channel sends a bounded number at once.

mod backoff;
mod hook;
mod http;
mod post;
mod sms;
mod smtp;
#[cfg(test)]
mod tests;
mod twilio;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Datelike as _};
use parabus_core::time::Instant;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::message::{Channel, Message};
use crate::clock;
use crate::config::to_millionths;
use crate::storage::outbox::{Held, OutboxId, Outgoing, Spending};
use crate::storage::{Store, StoreError};
pub use post::{Providers, key};

/// Messages of a channel that are sent at once.
const AT_ONCE: usize = 4;

/// How often it is looked whether something is due; in tests a day is soon over.
const LOOK_EVERY: Duration = Duration::from_millis(if cfg!(test) { 5_000 } else { 500 });

/// Pause after a fault of the store.
const AFTER_FAULT: Duration = Duration::from_secs(1);

/// Tries until a message is given up: about four days at one an hour.
const MOST_TRIES: u32 = 100;

/// What a provider said to a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It took it.
    Sent(String),
    /// Later: not before what it named, if it named something.
    Retry { answer: String, after: Option<Duration>, held: Held },
    /// Never.
    Failed(String),
}

/// Who takes messages: the providers, or what a test puts in their place.
pub trait Post: Send + Sync + 'static {
    /// Why a channel can take none.
    fn closed(&self, channel: Channel) -> Option<&'static str>;

    /// What one message costs, in millionths.
    fn cost(&self, message: &Message) -> i64;

    fn post(&self, message: &Message) -> impl Future<Output = Outcome> + Send;
}

/// Delivers until `stop`; what is under way then is waited for.
pub async fn run(store: Store, post: Arc<impl Post>, stop: CancellationToken) {
    let mut channels = JoinSet::new();
    for channel in Channel::ALL {
        channels.spawn(empty(store.clone(), post.clone(), channel, stop.clone()));
    }
    while channels.join_next().await.is_some() {}
}

/// Empties one channel's part of the outbox.
async fn empty(store: Store, post: Arc<impl Post>, channel: Channel, stop: CancellationToken) {
    let mut under_way = JoinSet::new();
    let mut ids = HashSet::new();
    while !stop.is_cancelled() {
        let due = in_store(&store, move |store| store.due_messages(channel, clock::now(), 2 * AT_ONCE)).await;
        match due {
            Ok(due) => {
                for outgoing in due.into_iter().filter(|outgoing| !ids.contains(&outgoing.id)).collect::<Vec<_>>() {
                    if under_way.len() == AT_ONCE {
                        break;
                    }
                    ids.insert(outgoing.id);
                    under_way.spawn(deliver(store.clone(), post.clone(), outgoing));
                }
            }
            Err(error) => fault(&error).await,
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            Some(ended) = under_way.join_next() => match ended {
                Ok(id) => {
                    ids.remove(&id);
                }
                // Nobody knows which it was: those still under way may be sent twice, none is left behind.
                Err(error) => {
                    tracing::error!(%error, "a message was dropped in the midst and will be tried again");
                    ids.clear();
                }
            },
        }
    }
    while under_way.join_next().await.is_some() {}
}

/// One try of one message.
async fn deliver(store: Store, post: Arc<impl Post>, outgoing: Outgoing) -> OutboxId {
    let (id, attempts, channel) = (outgoing.id, outgoing.attempts, outgoing.message.channel);
    let (known_by, channel_code) = (key(&outgoing.message), channel.code());
    let (closed, cost) = (post.closed(channel), post.cost(&outgoing.message));
    let message = outgoing.message.clone();
    let refused = settle(&store, move |store| match closed {
        _ if store.is_pointless(&message)? => Ok(Some("nobody was told of the event".to_owned())),
        Some(reason) => Ok(Some(reason.to_owned())),
        None if channel == Channel::Sms => forbidden(store, id, message.org, cost),
        None => Ok(None),
    });
    if let Some(reason) = refused.await {
        tracing::info!(channel = channel_code, message = known_by, reason, "message suppressed");
        count(channel, "suppressed");
        settle(&store, move |store| store.suppress_message(id, &reason, clock::now())).await;
        return id;
    }
    match post.post(&outgoing.message).await {
        Outcome::Sent(answer) => {
            settle(&store, move |store| store.message_sent(id, &answer, clock::now())).await;
            tracing::info!(channel = channel_code, message = known_by, "message sent");
            count(channel, "sent");
        }
        Outcome::Retry { answer, after, held } if attempts + 1 < MOST_TRIES => {
            let next = backoff::next(clock::now(), attempts, after, getrandom::u32().unwrap_or(0));
            tracing::warn!(channel = channel_code, message = known_by, answer, "message not sent yet");
            count(channel, "retried");
            settle(&store, move |store| store.retry_message(id, &answer, next, held)).await;
        }
        Outcome::Retry { answer, .. } | Outcome::Failed(answer) => {
            tracing::error!(channel = channel_code, message = known_by, answer, "message cannot be sent");
            count(channel, "failed");
            settle(&store, move |store| store.message_failed(id, &answer, clock::now())).await;
        }
    }
    id
}

fn count(channel: Channel, outcome: &'static str) {
    metrics::counter!("parabus_alert_messages", "channel" => channel.code(), "outcome" => outcome).increment(1);
}

/// Why an organization may not have a short message sent; otherwise its cost is on the account.
fn forbidden(store: &Store, id: OutboxId, org: i64, cost: i64) -> Result<Option<String>, StoreError> {
    let settings = store.directory().sms_settings(org);
    if settings.is_disabled {
        return Ok(Some("short messages are switched off in the organization".to_owned()));
    }
    let now = clock::now();
    let limit = settings.monthly_limit.and_then(|limit| {
        Some((limit, Spending { since: month_of(now)?, limit: to_millionths(limit).unwrap_or(i64::MAX) }))
    });
    let is_charged = store.charge_message(id, cost, limit.as_ref().map(|(_, spending)| *spending), now)?;
    Ok(match limit {
        Some((limit, _)) if !is_charged => Some(format!("the month's limit of {limit} for short messages is reached")),
        _ => None,
    })
}

/// The first instant of the month, UTC.
fn month_of(now: Instant) -> Option<Instant> {
    let day = DateTime::from_timestamp_millis(now.as_millis())?.date_naive();
    let first = day.with_day(1)?.and_hms_opt(0, 0, 0)?;
    Some(Instant::from_millis(first.and_utc().timestamp_millis()))
}

/// Works in the store until it is done: a message must not be sent again because the disk was full.
async fn settle<T: Send + 'static>(
    store: &Store,
    work: impl Fn(&Store) -> Result<T, StoreError> + Clone + Send + 'static,
) -> T {
    loop {
        match in_store(store, work.clone()).await {
            Ok(done) => return done,
            Err(error) => fault(&error).await,
        }
    }
}

async fn in_store<T: Send + 'static>(
    store: &Store,
    work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let store = store.clone();
    match tokio::task::spawn_blocking(move || work(&store)).await {
        Ok(result) => result,
        Err(error) => Err(StoreError::Refused(error.to_string())),
    }
}

async fn fault(error: &StoreError) {
    tracing::error!(%error, "the outbox failed and will be tried again");
    metrics::counter!("parabus_store_errors", "work" => "outbox").increment(1);
    tokio::time::sleep(AFTER_FAULT).await;
}
