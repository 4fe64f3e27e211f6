//! What applying a file changes: shown before it is done, with old and new, and never a secret.

use std::fmt;

use serde::Serialize;

use crate::energy::{Tariff, rates_text};
use crate::model::{
    ConnectCode, Connection, Device, Disabled, Net, Notification, Org, Param, SmsSettings, Template, Vis,
};

/// What applying a file did, or would do.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    changes: Vec<Change>,
    created: usize,
    changed: usize,
    removed: usize,
    kept: usize,
    /// Whether nothing was done yet.
    is_plan: bool,
}

/// An object that is added, changed or removed.
#[derive(Debug, PartialEq, Serialize)]
struct Change {
    action: Action,
    object: String,
    fields: Vec<FieldChange>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Action {
    Add,
    Change,
    Remove,
}

#[derive(Debug, PartialEq, Serialize)]
struct FieldChange {
    field: &'static str,
    /// Without text: there is none.
    old: Option<String>,
    new: Option<String>,
}

/// How an object compares with the one that is there.
pub enum Outcome {
    Created,
    /// Its fields before and after.
    Changed(Vec<Field>, Vec<Field>),
    Kept,
}

impl Outcome {
    pub fn of<T: PartialEq + Shown>(before: Option<&T>, after: &T) -> Outcome {
        match before {
            None => Outcome::Created,
            Some(before) if before != after => Outcome::Changed(before.shown(), after.shown()),
            Some(_) => Outcome::Kept,
        }
    }

    pub fn is_kept(&self) -> bool {
        matches!(self, Outcome::Kept)
    }
}

impl Report {
    pub fn new(is_plan: bool) -> Self {
        Report { is_plan, ..Report::default() }
    }

    pub fn note(&mut self, outcome: Outcome, object: &str) {
        let (action, fields) = match outcome {
            Outcome::Kept => {
                self.kept += 1;
                return;
            }
            Outcome::Created => {
                self.created += 1;
                (Action::Add, Vec::new())
            }
            Outcome::Changed(before, after) => {
                self.changed += 1;
                let pairs = before.into_iter().zip(after);
                (Action::Change, pairs.filter_map(|(before, after)| before.change(after)).collect())
            }
        };
        self.changes.push(Change { action, object: object.to_owned(), fields });
    }

    pub fn note_removed(&mut self, object: String) {
        self.removed += 1;
        self.changes.push(Change { action: Action::Remove, object, fields: Vec::new() });
    }

    pub fn has_changes(&self) -> bool {
        !self.changes.is_empty()
    }

    /// How many objects are removed.
    pub fn removed(&self) -> usize {
        self.removed
    }

    /// Whether it does what a plan said.
    pub fn is_same(&self, plan: &Report) -> bool {
        self.changes == plan.changes
    }

    /// The changes alone, a line each and a line a field.
    pub fn changes(&self) -> impl fmt::Display + '_ {
        Changes(&self.changes)
    }

    /// The counts alone.
    pub fn summary(&self) -> String {
        let verb = if self.is_plan { "would be " } else { "" };
        let Report { created, changed, removed, kept, .. } = self;
        let removed = if *removed == 0 { String::new() } else { format!("{removed} {verb}removed, ") };
        format!("{created} {verb}created, {changed} {verb}changed, {removed}{kept} as they were")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.changes())?;
        writeln!(f, "{}", self.summary())
    }
}

struct Changes<'c>(&'c [Change]);

impl fmt::Display for Changes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Change { action, object, fields } in self.0 {
            let sign = match action {
                Action::Add => '+',
                Action::Change => '~',
                Action::Remove => '-',
            };
            writeln!(f, "{sign} {object}")?;
            for FieldChange { field, old, new } in fields {
                let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
                writeln!(f, "    {field}: {} → {}", text(old), text(new))?;
            }
        }
        Ok(())
    }
}

/// A field of an object, as the plant file spells it.
#[derive(Debug)]
pub struct Field {
    name: &'static str,
    text: Option<String>,
    /// What people see instead of the text.
    instead: Option<String>,
}

impl Field {
    fn change(self, after: Field) -> Option<FieldChange> {
        if self.text == after.text {
            return None;
        }
        let shown = |field: &Field| field.text.as_ref().map(|text| field.instead.as_ref().unwrap_or(text).clone());
        let (old, mut new) = (shown(&self), shown(&after));
        if old == new {
            new = new.map(|new| format!("{new}, others"));
        }
        Some(FieldChange { field: self.name, old, new })
    }
}

pub(super) fn field(name: &'static str, value: impl fmt::Display) -> Field {
    Field { name, text: Some(value.to_string()), instead: None }
}

pub(super) fn optional(name: &'static str, value: Option<impl fmt::Display>) -> Field {
    Field { name, text: value.map(|value| value.to_string()), instead: None }
}

/// A field of which people see something else than the text.
pub(super) fn instead(name: &'static str, value: &impl Serialize, shown: String) -> Field {
    Field { name, text: serde_json::to_string(value).ok(), instead: Some(shown) }
}

fn passwords(passwords: &[String]) -> Field {
    instead("devicePasswords", &passwords, format!("{} not shown", passwords.len()))
}

/// Texts of more than one language or value.
fn texts(name: &'static str, value: &impl Serialize) -> Field {
    Field { name, text: serde_json::to_string(value).ok(), instead: None }
}

fn disabled(disabled: Option<&Disabled>) -> [Field; 3] {
    [
        field("disabled", disabled.is_some()),
        optional("disabledBy", disabled.map(|disabled| disabled.by.code())),
        optional("disableNote", disabled.and_then(|disabled| disabled.note.as_ref())),
    ]
}

/// What a person is shown of an object when it changes.
pub trait Shown {
    fn shown(&self) -> Vec<Field>;
}

impl Shown for Org {
    fn shown(&self) -> Vec<Field> {
        vec![field("slug", &self.slug), field("language", self.lang.code())]
    }
}

impl Shown for SmsSettings {
    fn shown(&self) -> Vec<Field> {
        vec![field("disabled", self.is_disabled), optional("monthlyLimit", self.monthly_limit)]
    }
}

/// A user's role and language.
impl Shown for (&'static str, Option<&'static str>) {
    fn shown(&self) -> Vec<Field> {
        vec![field("role", self.0), optional("language", self.1)]
    }
}

/// An API key's owner and hash.
impl Shown for (&str, String) {
    fn shown(&self) -> Vec<Field> {
        vec![field("user", self.0), instead("password", &self.1, "not shown".to_owned())]
    }
}

/// The template of a SKU, by its name.
impl Shown for String {
    fn shown(&self) -> Vec<Field> {
        vec![field("template", self)]
    }
}

/// The widgets of a dashboard, by their names.
impl Shown for Vec<String> {
    fn shown(&self) -> Vec<Field> {
        vec![instead("widgets", self, format!("{} widgets", self.len()))]
    }
}

impl Shown for Net {
    fn shown(&self) -> Vec<Field> {
        let connection = match &self.connection {
            Connection::Direct { .. } if self.is_vpn => format!("{} in a tunnel", self.connection),
            connection => connection.to_string(),
        };
        let mut fields = vec![
            field("slug", &self.slug),
            optional("description", self.description.as_ref()),
            field("connection", connection),
            optional("sku", self.sku.as_ref()),
            field("solution", &self.solution),
            field("controllerModbusUnitId", self.controller_unit_id.0),
            passwords(&self.device_passwords),
            field("maxInflightRequestsNum", self.max_inflight_requests),
            field("requestGapMs", self.request_gap_ms),
        ];
        fields.extend(disabled(self.disabled.as_ref()));
        fields
    }
}

impl Shown for Device {
    fn shown(&self) -> Vec<Field> {
        let mut fields = vec![
            field("slug", &self.slug),
            optional("description", self.description.as_ref()),
            field("modbusUnitId", self.unit_id.0),
            field("updatePeriodSec", self.update_period_sec),
            field("readGroupSize", self.read_group_size),
            field("readGap", self.read_gap),
            field("writeFunction", self.write_function.code()),
            field("modbusTimeoutRetriesNum", self.timeout_retries),
            field("timeoutMs", self.timeout_ms),
            instead("template", &self.template_id, "one".to_owned()),
        ];
        fields.extend(disabled(self.disabled.as_ref()));
        fields
    }
}

impl Shown for Param {
    fn shown(&self) -> Vec<Field> {
        vec![
            field("slug", &self.slug),
            optional("label", self.label.as_ref()),
            optional("category", self.category.as_ref()),
            optional("description", self.description.as_ref()),
            field("registerKind", self.kind.code()),
            field("address", self.address),
            field("type", &self.value_type),
            optional("bitPosition", self.bit_position),
            optional("bitsAmount", self.bits_amount),
            optional("length", self.length),
            texts("notAvailable", &self.not_available),
            field("multiplier", self.multiplier),
            field("shift", self.shift),
            optional("precision", self.precision),
            optional("min", self.min),
            optional("max", self.max),
            optional("unit", self.unit.as_ref()),
            field("isTracked", self.is_tracked),
            field("isProgrammable", self.is_programmable),
            field("isDisplayedOnDashboard", self.on_dashboard),
            field("readAsGroup", !self.reads_alone),
            texts("texts", &self.texts),
            texts("translations", &self.translations),
        ]
    }
}

impl Shown for Template {
    fn shown(&self) -> Vec<Field> {
        vec![
            optional("category", self.category.as_ref()),
            optional("description", self.description.as_ref()),
            field("readGroupSize", self.read_group_size),
            field("writeFunction", self.write_function.code()),
            instead("parameters", &self.params, format!("{} parameters", self.params.len())),
        ]
    }
}

impl Shown for Tariff {
    fn shown(&self) -> Vec<Field> {
        let text = |rates: &[_]| if rates.is_empty() { "none".to_owned() } else { rates_text(rates) };
        vec![field("timeZone", &self.time_zone), field("rates", text(&self.rates))]
    }
}

/// A visualization and what it is drawn from.
impl Shown for (Vis, String) {
    fn shown(&self) -> Vec<Field> {
        let (vis, source) = self;
        vec![
            field("slug", &vis.slug),
            optional("description", vis.description.as_ref()),
            field("isDisplayedOnDashboard", vis.on_dashboard),
            instead("source", source, format!("{} bytes", source.len())),
        ]
    }
}

impl Shown for ConnectCode {
    fn shown(&self) -> Vec<Field> {
        vec![
            field("mac", self.mac),
            passwords(&self.device_passwords),
            optional("sku", self.sku.as_ref()),
            optional("vpnIpAddress", self.vpn_ip),
            optional("port", self.port),
            optional("modbusId", self.modbus_id.map(|unit| unit.0)),
        ]
    }
}

impl Shown for Notification {
    fn shown(&self) -> Vec<Field> {
        vec![texts("texts", &self.texts), field("enabled", self.is_enabled)]
    }
}
