//! `parabus alert`: what an operator does with alerts and their messages.

use std::fmt::Write as _;

use parabus_core::value::Lang;
use uuid::Uuid;

use super::{find_org, refuse};
use crate::alarm::deliver::{Outcome, Post as _, Providers};
use crate::alarm::message::{Channel, Message, Purpose};
use crate::alarm::model::{Alert, MOST_NAME, check_address};
use crate::clock;
use crate::config::Config;
use crate::model::{Directory, is_line};
use crate::storage::{AuditEntry, COMMAND_LINE, MOST_SHELF_MIN, Shelf, Store, StoreError};
use crate::words;

/// An alert by its number, or by a name or slug that no other has.
fn find_alert<'d>(directory: &'d Directory, text: &str) -> Result<&'d Alert, StoreError> {
    let by_id = text.parse().ok().and_then(|id: i64| directory.alerts.get(&id));
    if let Some(alert) = by_id {
        return Ok(alert);
    }
    let named: Vec<&Alert> =
        directory.alerts.values().filter(|alert| alert.name == text || alert.slug == text).collect();
    match named.as_slice() {
        [alert] => Ok(alert),
        [] => refuse(format!("no alert `{text}`, see `parabus alert list`")),
        several => {
            let ids: Vec<String> = several.iter().map(|alert| alert.id.to_string()).collect();
            refuse(format!("several alerts are called `{text}`, name one by its number: {}", ids.join(", ")))
        }
    }
}

/// One alert a line: number, state, since when, level, organization and name, and what it is shelved for.
pub fn list(store: &Store, org: Option<&str>) -> Result<String, StoreError> {
    let directory = store.directory();
    let org = org.map(|name| find_org(&directory, name)).transpose()?.map(|org| org.id);
    let now = clock::now();
    let mut text = String::new();
    for alert in directory.alerts.values().filter(|alert| org.is_none_or(|org| org == alert.org_id)) {
        let record = store.last_record(alert.id)?;
        let (state, at) = match &record {
            None => ("quiet", None),
            Some(record) => match (record.resolved, record.confirmed) {
                (None, None) => ("active", Some(record.started)),
                (None, Some(_)) => ("confirmed", Some(record.started)),
                (Some(at), None) => ("unconfirmed", Some(at)),
                (Some(at), Some(_)) => ("resolved", Some(at)),
            },
        };
        let at = at.map_or_else(|| "-".to_owned(), |at| at.display_short().to_string());
        let of = directory.orgs.get(&alert.org_id).map_or("?", |org| org.name.as_str());
        write!(text, "{}  {state}  {at}  {}  {of} / {}", alert.id, alert.level.code(), alert.name).ok();
        if let Some(Shelf { until, reason, actor }) = store.alert_shelf(alert.id, now)? {
            write!(text, "  shelved until {} by {actor}: {reason}", until.display_short()).ok();
        }
        text.push('\n');
    }
    Ok(text)
}

fn entry(directory: &Directory, alert: &Alert, action: &str, new: Option<String>) -> AuditEntry {
    let org = directory.orgs.get(&alert.org_id).map_or("?", |org| org.name.as_str());
    AuditEntry {
        at: clock::now(),
        actor: COMMAND_LINE.to_owned(),
        org: Some(alert.org_id),
        action: action.to_owned(),
        object: format!("{org} / {}", alert.name),
        old: None,
        new,
        result: "ok".to_owned(),
    }
}

/// Somebody has seen the last event of an alert. The server that runs takes it up within a second, or the next
/// one when it starts.
pub fn confirm(store: &Store, alert: &str, by: Option<&str>) -> Result<String, StoreError> {
    let directory = store.directory();
    let alert = find_alert(&directory, alert)?;
    let Some(record) = store.last_record(alert.id)? else {
        return refuse(format!("the alert `{}` has had no event yet", alert.name));
    };
    if let (Some(at), by) = (record.confirmed, record.confirmed_by.as_deref().unwrap_or("?")) {
        return Ok(format!("confirmed before, {} by {by}\n", at.display_short()));
    }
    let by = by.unwrap_or(COMMAND_LINE).trim();
    if !is_line(by) || by.chars().count() > MOST_NAME {
        return refuse(format!("who confirms has to be 1 to {MOST_NAME} characters on one line"));
    }
    store.wish_confirm(alert.id, by, &entry(&directory, alert, "confirm alert", Some(format!("by {by}"))))?;
    Ok(format!("the event of {} will be confirmed by {by}\n", record.started.display_short()))
}

/// Holds the messages of an alert back for a time. Its events go on and stand in the log.
pub fn shelve(store: &Store, alert: &str, time: &str, reason: &str) -> Result<String, StoreError> {
    let directory = store.directory();
    let alert = find_alert(&directory, alert)?;
    let minutes = minutes_of(time)?;
    let shelf = Shelf::new(minutes, reason, COMMAND_LINE, clock::now()).or_else(refuse)?;
    let told = format!("until {}: {}", shelf.until.display_short(), shelf.reason);
    store.shelve_alert(alert.id, Some(&shelf), &entry(&directory, alert, "shelve alert", Some(told.clone())))?;
    Ok(format!("messages of `{}` are held back {told}\n", alert.name))
}

/// Lets the messages of an alert go again; those that were held back stay so.
pub fn unshelve(store: &Store, alert: &str) -> Result<String, StoreError> {
    let directory = store.directory();
    let alert = find_alert(&directory, alert)?;
    store.shelve_alert(alert.id, None, &entry(&directory, alert, "unshelve alert", None))?;
    Ok(format!("messages of `{}` are sent again\n", alert.name))
}

/// Takes an alert away. A server that runs closes its open event within a second; its journal stays.
pub fn delete(store: &Store, alert: &str) -> Result<(), StoreError> {
    store.configure(true, |edit| {
        let alert = find_alert(edit.before(), alert)?.id;
        edit.delete_alert(alert)
    })
}

/// `90m`, `2h`, `3d`.
fn minutes_of(time: &str) -> Result<i64, StoreError> {
    let units = [('m', 1), ('h', 60), ('d', 24 * 60)];
    let found = units.into_iter().find_map(|(unit, minutes)| Some((time.strip_suffix(unit)?, minutes)));
    let minutes = found.and_then(|(count, minutes)| count.parse::<i64>().ok()?.checked_mul(minutes));
    let fits = minutes.filter(|minutes| (1..=MOST_SHELF_MIN).contains(minutes));
    fits.map_or_else(|| refuse(format!("`{time}` is no time, expected 1m to 30d such as 90m, 2h or 3d")), Ok)
}

/// To whom a test goes, and how.
pub struct Test<'t> {
    pub to: &'t str,
    /// None: by the look of the recipient.
    pub channel: Option<Channel>,
    pub lang: Lang,
}

/// Sends a test message past the outbox; what the provider answered.
pub async fn test(config: &Config, what: &Test<'_>) -> Result<String, StoreError> {
    let by_look = if what.to.contains('@') { Channel::Email } else { Channel::Sms };
    let channel = what.channel.unwrap_or(by_look);
    if let Err(expected) = check_address(channel, what.to) {
        return refuse(format!("`{}` is no recipient of {}, {expected}", what.to, channel.code()));
    }
    let providers = Providers::open(config).or_else(refuse)?;
    if let Some(reason) = providers.closed(channel) {
        return refuse(format!("nothing was sent: {reason}"));
    }
    let (effect_id, _) = Uuid::new_v4().as_u64_pair();
    let text = words::ALERT_TEST.text(what.lang).to_owned();
    let message = Message {
        effect_id,
        alert: 0,
        org: 0,
        record: 0,
        purpose: Purpose::Tell,
        channel,
        recipient: what.to.to_owned(),
        lang: what.lang,
        subject: text.clone(),
        text,
        due_ms: clock::now().as_millis(),
    };
    match providers.post(&message).await {
        Outcome::Sent(answer) => Ok(format!("{} to {}: {answer}\n", channel.code(), what.to)),
        Outcome::Retry { answer, .. } => refuse(format!("not sent, an alert would be tried again: {answer}")),
        Outcome::Failed(answer) => refuse(format!("not sent, an alert would be given up: {answer}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarm::tests::{Bench, configured, hot, put};

    #[test]
    fn an_operator_lists_confirms_shelves_and_deletes() {
        let folder = tempfile::tempdir().unwrap();
        let mut bench = Bench::open(folder.path());
        configured(&bench.store);
        put(&bench.store, &hot());
        bench.work(0);
        let store = bench.store.clone();
        let shown = || list(&store, Some("Works")).unwrap();
        assert_eq!(shown(), "1  quiet  -  warning  Works / High Temperature\n");
        assert!(confirm(&store, "1", None).is_err(), "there is no event yet");
        bench.cycle(1, 10_000, Some(850));
        assert_eq!(shown(), "1  active  2027-01-15T08:00:10Z  warning  Works / High Temperature\n");
        confirm(&store, "high-temperature", Some("ann")).unwrap();
        bench.work(11_000);
        assert!(shown().starts_with("1  confirmed"), "{}", shown());
        assert!(confirm(&store, "High Temperature", Some("bob")).unwrap().contains("by ann"));
        for (time, reason) in [("2h", ""), ("2h", "a\nb"), ("2", "valve")] {
            assert!(shelve(&store, "1", time, reason).is_err(), "{time} {reason}");
        }
        shelve(&store, "1", "2h", "valve").unwrap();
        assert!(shown().ends_with("by command line: valve\n"), "{}", shown());
        unshelve(&store, "1").unwrap();
        assert!(!shown().contains("shelved"));
        assert!(delete(&store, "2").is_err());
        delete(&store, "1").unwrap();
        bench.work(12_000);
        assert_eq!(shown(), "");
    }

    #[test]
    fn times_are_whole_and_bounded() {
        let minutes = |text| minutes_of(text).ok();
        assert_eq!(
            (minutes("1m"), minutes("90m"), minutes("2h"), minutes("30d")),
            (Some(1), Some(90), Some(120), Some(43_200))
        );
        for bad in ["", "m", "0m", "-5m", "1", "1s", "31d", "1.5h", "99999999999999999999m", "9223372036854775807d"] {
            assert_eq!(minutes(bad), None, "{bad}");
        }
    }
}
