//! Pages of records with their logs.

use parabus_core::value::Lang;
use serde::Serialize;
use utoipa::ToSchema;

use crate::alarm::told::{Told, outcome};
use crate::api::endpoint::Context;
use crate::api::error::ApiError;
use crate::api::types::Date;
use crate::model::OrgId;
use crate::storage::outbox::Outgoing;
use crate::storage::{AlertRecord, LogLine, Records, Store, StoreError};

/// Items on a page where nothing is said, and at most (seed: alert log).
const ITEMS: u64 = 25;
const MOST_ITEMS: u64 = 100;

/// One page of an alert log.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JournalReply {
    records: Vec<JournalRecord>,
    total_records: u64,
    current_page: u64,
    items_on_page: u64,
}

/// An event.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JournalRecord {
    /// Of the alert when the event started.
    name: String,
    started_on: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved_on: Option<Date>,
    log_as: &'static str,
    log_as_text: &'static str,
    /// `active`, `confirmed` or `resolved`.
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmed_on: Option<Date>,
    details: Vec<JournalLine>,
}

/// What happened at an instant.
#[derive(Serialize, ToSchema)]
pub struct JournalLine {
    date: Date,
    texts: Vec<String>,
}

/// Which page of which records.
pub struct Wanted {
    pub org: OrgId,
    pub records: Records,
    pub page: Option<u64>,
    pub items_on_page: Option<u64>,
    pub lang: Option<Lang>,
}

/// Whether it lasts, and whether somebody has seen that it does (D-25).
const fn status(record: &AlertRecord) -> &'static str {
    match (record.resolved, record.confirmed) {
        (Some(_), _) => "resolved",
        (None, Some(_)) => "confirmed",
        (None, None) => "active",
    }
}

/// The log of a record; of lines with a message what became of it.
fn details(store: &Store, record: i64) -> Result<Vec<(LogLine, Vec<Outgoing>)>, StoreError> {
    let lines = store.record_log(record)?.into_iter().map(|line| {
        let has_message = line.texts.iter().any(Told::is_message);
        let effect = line.effect_id.filter(|_| has_message);
        Ok((line, effect.map_or(Ok(Vec::new()), |effect| store.messages_of_effect(effect))?))
    });
    lines.collect()
}

pub async fn page(context: &Context, wanted: Wanted) -> Result<JournalReply, ApiError> {
    let Wanted { org, records, page, items_on_page, lang } = wanted;
    let (page, items) = (page.unwrap_or(1), items_on_page.unwrap_or(ITEMS));
    if page == 0 {
        return Err(ApiError::incorrect_request("query: page: 0, expected 1 or more"));
    }
    if !(1..=MOST_ITEMS).contains(&items) {
        return Err(ApiError::incorrect_request(format!("query: itemsOnPage: {items}, expected 1 to {MOST_ITEMS}")));
    }
    let offset = (page - 1).saturating_mul(items);
    let found = context.stored(move |store| {
        let (records, total) = store.alert_records(&records, (offset, items))?;
        let with_log = records.into_iter().map(|record| Ok((details(store, record.id)?, record)));
        Ok((with_log.collect::<Result<Vec<_>, StoreError>>()?, total))
    });
    let (found, total) = found.await?;
    //
    let lang = lang.unwrap_or_else(|| context.lang(Some(org)));
    let shows_values = context.role(org).is_some_and(|role| role.sees_values());
    let told = |(line, messages): (LogLine, Vec<Outgoing>)| {
        let texts = line.texts.iter().filter(|told| shows_values || !told.shows_value());
        let texts = texts.map(|told| {
            let text = told.text(&context.directory, lang);
            match messages.first().filter(|_| told.is_message()) {
                Some(message) => format!("{text}: {}", outcome(message, lang)),
                None => text,
            }
        });
        JournalLine { date: Date(line.at), texts: texts.collect() }
    };
    let records = found.into_iter().map(|(lines, record)| JournalRecord {
        status: status(&record),
        started_on: Date(record.started),
        resolved_on: record.resolved.map(Date),
        log_as: record.level.code(),
        log_as_text: record.level.word().text(lang),
        confirmed_on: record.confirmed.map(Date),
        details: lines.into_iter().map(told).collect(),
        name: record.name,
    });
    Ok(JournalReply { records: records.collect(), total_records: total, current_page: page, items_on_page: items })
}
