//! The audit trail for people and machines.

use parabus_core::time::Instant;
use serde::Serialize;

use super::{find_org, refuse};
use crate::storage::{AuditEntry, AuditFilter, Store, StoreError};

/// What to show of the trail, and how.
pub struct Show<'s> {
    pub org: Option<&'s str>,
    /// An instant of ISO 8601, or a day.
    pub since: Option<&'s str>,
    pub limit: usize,
    pub json: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'e> {
    at: String,
    user: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    org_id: Option<i64>,
    action: &'e str,
    object: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<&'e str>,
    result: &'e str,
}

pub(super) fn instant(field: &str, text: &str) -> Result<Instant, StoreError> {
    let day = format!("{text}T00:00:00Z");
    Instant::parse(text).or_else(|_| Instant::parse(&day)).or_else(|_| {
        refuse(format!("{field}: `{text}` is no instant, expected one such as 2026-01-31 or 2026-01-31T08:00:00Z"))
    })
}

/// The newest lines, oldest first, one an entry.
pub fn show(store: &Store, what: &Show<'_>) -> Result<String, StoreError> {
    let directory = store.directory();
    let org = what.org.map(|name| find_org(&directory, name)).transpose()?.map(|org| org.id);
    let since = what.since.map(|text| instant("since", text)).transpose()?;
    let entries = store.audit(AuditFilter { org, since, limit: what.limit })?;
    Ok(entries.iter().map(|entry| if what.json { json(entry) } else { words(entry) }).collect())
}

fn json(entry: &AuditEntry) -> String {
    let line = Line {
        at: entry.at.display_millis().to_string(),
        user: &entry.actor,
        org_id: entry.org,
        action: &entry.action,
        object: &entry.object,
        old: entry.old.as_deref(),
        new: entry.new.as_deref(),
        result: &entry.result,
    };
    serde_json::to_string(&line).map(|line| line + "\n").unwrap_or_default()
}

fn words(entry: &AuditEntry) -> String {
    let change = match (&entry.old, &entry.new) {
        (Some(old), Some(new)) => format!(": {old} -> {new}"),
        (None, Some(new)) => format!(": {new}"),
        (Some(old), None) => format!(": was {old}"),
        (None, None) => String::new(),
    };
    let AuditEntry { at, actor, action, object, result, .. } = entry;
    // Names come from users: a line break in one must not forge a line of the trail.
    let line = format!("{actor}  {action} `{object}`{change}  {result}").replace(char::is_control, " ");
    format!("{}  {line}\n", at.display_millis())
}
