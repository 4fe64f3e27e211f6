//! What a plant file says of alerts, and of where an organization is reached.

use std::collections::BTreeSet;

use parabus_core::alert::{Logic, Rule, Stage};
use parabus_core::value::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::check::{distinct, distinct_slugs};
use super::model::{File, Organization};
use super::read::Fault;
use super::schema;
use super::values::{Exact, MINUTES, Name, Spanned, by_code, codes, slug, within};
use crate::alarm::message::Channel;
use crate::alarm::model::{ConditionKind, Level, MOST_CONDITIONS, MOST_DESCRIPTION, Recipient, check_address};

/// Where an organization is reached when an alert says `-`.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Contact {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Spanned<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Alert {
    pub name: Name,
    /// What links call it, where that is not made from the name.
    #[serde(default, deserialize_with = "slug", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::slug")]
    pub slug: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether all conditions have to hold or any of them.
    #[serde(default = "all", deserialize_with = "logic", serialize_with = "codes::always")]
    #[schemars(schema_with = "schema::logic")]
    pub condition_logic: Logic,
    #[serde(deserialize_with = "level", serialize_with = "codes::always")]
    #[schemars(schema_with = "schema::level")]
    pub log_as: Level,
    pub conditions: Vec<Condition>,
    /// What is done while it lasts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follow_ups: Vec<FollowUp>,
}

/// A condition on a parameter, named by its network, its device and its own name.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Condition {
    pub network: String,
    pub device: String,
    pub parameter: Spanned<String>,
    #[schemars(schema_with = "schema::condition")]
    pub kind: String,
    /// What is compared with; nothing for a reading error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Exact>,
}

/// Without a type it stands in the log alone.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Action {
    #[serde(default, deserialize_with = "minutes")]
    #[schemars(schema_with = "schema::minutes")]
    pub timeout_minutes: u32,
    #[serde(
        rename = "type",
        default,
        deserialize_with = "some_channel",
        serialize_with = "codes::optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(schema_with = "schema::channel")]
    pub channel: Option<Channel>,
    /// An address of the type; without one the organization's own, which is `-`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Spanned<String>>,
}

/// What is done so many minutes after a stage has begun.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FollowUp {
    #[serde(deserialize_with = "stage", serialize_with = "codes::always")]
    #[schemars(schema_with = "schema::stage")]
    pub stage: Stage,
    #[serde(default, deserialize_with = "minutes")]
    #[schemars(schema_with = "schema::minutes")]
    pub timeout_minutes: u32,
    #[serde(rename = "type", deserialize_with = "channel", serialize_with = "codes::always")]
    #[schemars(schema_with = "schema::channel")]
    pub channel: Channel,
    /// An address of the type; without one the organization's own, which is `-`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Spanned<String>>,
}

impl Condition {
    /// `None` where the value is missing or the kind is unknown, which is told when the file is read.
    pub fn kind(&self) -> Option<ConditionKind> {
        ConditionKind::of(&self.kind, self.value.map(|value| value.0))
    }
}

/// The recipient of a type, `-` where none is said.
fn recipient(channel: Channel, address: Option<&Spanned<String>>) -> Result<Recipient, &'static str> {
    Recipient::new(channel, address.map_or(Recipient::DEFAULT, |address| &address.value))
}

impl Action {
    /// Whom it tells; nobody, where it stands in the log alone.
    pub fn recipient(&self) -> Option<Recipient> {
        recipient(self.channel?, self.recipient.as_ref()).ok()
    }
}

impl FollowUp {
    /// Whom it tells; `None` for an address that cannot be one, which is told when the file is read.
    pub fn recipient(&self) -> Option<Recipient> {
        recipient(self.channel, self.recipient.as_ref()).ok()
    }
}

impl File {
    /// Rules of an organization's alerts that concern more than one field.
    pub(super) fn check_alerts(&self, org: &Organization, faults: &mut Vec<Fault>) {
        distinct(faults, "alerts of one organization", org.alerts.iter().map(|alert| &alert.name));
        distinct_slugs(faults, org.alerts.iter().map(|alert| (&alert.name, alert.slug.as_ref())));
        let contact = org.contact.iter();
        let addresses = contact.flat_map(|Contact { email, phone }| {
            [(Channel::Email, "email", email.as_ref()), (Channel::Sms, "phone", phone.as_ref())]
        });
        for (channel, field, address) in addresses {
            let Some(address) = address else { continue };
            if let Err(expected) = check_address(channel, &address.value) {
                faults.push((Some(address.place), format!("contact: {field}: `{}`: {expected}", address.value)));
            }
        }
        for alert in &org.alerts {
            self.check_alert(org, alert, faults);
        }
    }

    fn check_alert(&self, org: &Organization, alert: &Alert, faults: &mut Vec<Fault>) {
        let mut fault = |text: String| faults.push((Some(alert.name.place), format!("`{}`: {text}", alert.name.text)));
        let count = alert.conditions.len();
        if !(1..=MOST_CONDITIONS).contains(&count) {
            fault(format!("conditions: {count} of them, expected 1 to {MOST_CONDITIONS}"));
        }
        if alert.name.text.chars().any(char::is_control) {
            fault("name: expected one without control characters".to_owned());
        }
        if alert.description.as_ref().is_some_and(|text| text.chars().count() > MOST_DESCRIPTION) {
            fault(format!("description: too long, expected at most {MOST_DESCRIPTION} characters"));
        }
        for (what, count) in [("actions", alert.actions.len()), ("followUps", alert.follow_ups.len())] {
            if count > Rule::MOST {
                fault(format!("{what}: {count} of them, expected at most {}", Rule::MOST));
            }
        }
        let mut seen = BTreeSet::new();
        for condition in &alert.conditions {
            let Condition { network, device, parameter, kind, value } = condition;
            let mut fault = |text: String| {
                faults.push((Some(parameter.place), format!("`{}`: conditions: {text}", alert.name.text)));
            };
            let name = format!("`{}` of `{device}` of `{network}`", parameter.value);
            match self.find_param(org, [network, device, &parameter.value]) {
                None => fault(format!("no parameter {name} in this organization")),
                Some(param) if !param.value_type.0.is_numeric() => fault(format!("{name} is no number")),
                Some(_) => {}
            }
            if condition.kind().is_none() {
                fault(match ConditionKind::of(kind, Some(Decimal::ZERO)) {
                    Some(_) => format!("{name}: value: missing, expected a number"),
                    None => format!("{name}: kind: unknown `{kind}`, expected g, ge, l, le, eq, neq or reading-error"),
                });
            }
            if kind == ConditionKind::READING_ERROR && value.is_some() {
                fault(format!("{name}: value: a reading error is compared with nothing"));
            }
            if !seen.insert((network, device, &parameter.value, kind, value.map(|value| value.0.to_string()))) {
                fault(format!("the same condition on {name} stands twice"));
            }
        }
        for action in &alert.actions {
            match (action.channel, &action.recipient) {
                (Some(channel), address) => check_recipient(alert, "actions", channel, address.as_ref(), faults),
                (None, Some(address)) => {
                    let text = format!("`{}`: actions: recipient: only with a type", alert.name.text);
                    faults.push((Some(address.place), text));
                }
                (None, None) => {}
            }
        }
        for follow_up in &alert.follow_ups {
            check_recipient(alert, "followUps", follow_up.channel, follow_up.recipient.as_ref(), faults);
        }
    }
}

fn check_recipient(
    alert: &Alert,
    what: &str,
    channel: Channel,
    address: Option<&Spanned<String>>,
    faults: &mut Vec<Fault>,
) {
    if let (Some(address), Err(expected)) = (address, recipient(channel, address)) {
        let text = format!("`{}`: {what}: recipient: `{}`: {expected}", alert.name.text, address.value);
        faults.push((Some(address.place), text));
    }
}

const fn all() -> Logic {
    Logic::All
}

fn logic<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Logic, D::Error> {
    by_code(deserializer, |code| Logic::from_code(code).ok(), "all or any")
}

fn level<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Level, D::Error> {
    by_code(deserializer, Level::from_code, &Level::ALL.map(Level::code).join(", "))
}

fn stage<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Stage, D::Error> {
    by_code(deserializer, |code| Stage::from_code(code).ok(), "confirmed, not-confirmed or resolved")
}

fn channel<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Channel, D::Error> {
    by_code(deserializer, Channel::from_code, &Channel::ALL.map(Channel::code).join(", "))
}

fn some_channel<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Channel>, D::Error> {
    channel(deserializer).map(Some)
}

fn minutes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    within(deserializer, MINUTES)
}
