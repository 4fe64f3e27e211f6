//! Alerts: `Alert` and `simulate`.
//!
//! A rule is the body with which the API creates an alert, in its own spelling or with `_` between words,
//! and besides `periodMs`, `resolveDelayMs`, `holdMs` and of a condition `deadband`, `holdMs` and `failures`.
//! Instants are milliseconds since 1970 UTC, or ISO 8601 text with a zone.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde::de::{self, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::Error;
use crate::alert::{
    Action, AlertError, Comparison, Condition, ConditionState, Effect, Event, FollowUp, Logic, Phase, Rule, Stage,
    State, Truth, effect_id, emit_state, next_deadline, parse_state, step, stored_length,
};
use crate::error::ErrorKind;
use crate::time::Instant;
use crate::value::Decimal;

/// Milliseconds from one reading to the next, where a rule does not say.
const PERIOD_MS: u64 = 10_000;
/// The shortest hold limit that a period brings (AGGREGATION.md 4.1).
const LEAST_HOLD_MS: u64 = 60_000;

/// An instant.
#[derive(Clone, Debug)]
pub enum At {
    /// Milliseconds since 1970 UTC.
    Ms(i64),
    /// ISO 8601 with a zone.
    Text(String),
}

impl At {
    fn ms(&self) -> Result<i64, Error> {
        match self {
            At::Ms(ms) => Ok(*ms),
            At::Text(text) => Instant::parse(text).map(Instant::as_millis).map_err(|error| Error {
                kind: error.kind(),
                message: format!("`{text}`: {error}"),
                offset: Some(error.offset()),
            }),
        }
    }
}

/// A number, exact as text.
#[derive(Clone, Debug)]
pub enum Num {
    /// A whole one.
    Int(i64),
    /// A whole one from 2^63 on.
    Large(u64),
    /// A fraction, which stands for the shortest decimal that reads back as it.
    Float(f64),
    /// Decimal text.
    Text(String),
}

impl Num {
    /// None for NaN and infinities.
    fn decimal(&self) -> Result<Option<Decimal>, Error> {
        match self {
            Num::Int(int) => Ok(Some(Decimal::from(*int))),
            Num::Large(int) => Ok(Some(Decimal::from(*int))),
            Num::Float(float) => Ok(Decimal::from_f64(*float)),
            Num::Text(text) => Ok(Some(Decimal::parse(text)?)),
        }
    }

    fn number(&self, what: &str) -> Result<Decimal, Error> {
        self.decimal()?.ok_or_else(|| refused(format!("{what} is no number, expected a decimal number")))
    }
}

// By hand: an untagged enum tries one variant after the other, and each miss of millions makes an error.
struct AtVisitor;

impl Visitor<'_> for AtVisitor {
    type Value = At;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an instant in milliseconds since 1970 UTC, or as ISO 8601 text")
    }

    fn visit_i64<E: de::Error>(self, ms: i64) -> Result<At, E> {
        Ok(At::Ms(ms))
    }

    fn visit_u64<E: de::Error>(self, ms: u64) -> Result<At, E> {
        i64::try_from(ms).map(At::Ms).map_err(|_| E::invalid_value(Unexpected::Unsigned(ms), &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<At, E> {
        Ok(At::Text(text.into()))
    }
}

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<At, D::Error> {
        deserializer.deserialize_any(AtVisitor)
    }
}

struct NumVisitor;

impl Visitor<'_> for NumVisitor {
    type Value = Num;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or decimal text")
    }

    fn visit_i64<E: de::Error>(self, int: i64) -> Result<Num, E> {
        Ok(Num::Int(int))
    }

    fn visit_u64<E: de::Error>(self, int: u64) -> Result<Num, E> {
        Ok(i64::try_from(int).map_or(Num::Large(int), Num::Int))
    }

    fn visit_f64<E: de::Error>(self, float: f64) -> Result<Num, E> {
        Ok(Num::Float(float))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Num, E> {
        Ok(Num::Text(text.into()))
    }
}

impl<'de> Deserialize<'de> for Num {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Num, D::Error> {
        deserializer.deserialize_any(NumVisitor)
    }
}

/// What is watched and who is told.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuleCall {
    /// The alert's number in identifiers of effects; 0 without it.
    #[serde(default)]
    pub id: u64,
    /// Not looked at, as are `slug`, `description` and `logAs`.
    pub name: Option<String>,
    /// Not looked at.
    pub slug: Option<String>,
    /// Not looked at.
    pub description: Option<String>,
    /// Not looked at.
    #[serde(alias = "log_as")]
    pub log_as: Option<String>,
    /// `all` or `any`.
    #[serde(alias = "condition_logic")]
    pub condition_logic: String,
    /// What has to hold.
    pub conditions: Vec<ConditionCall>,
    /// What is done then.
    #[serde(default)]
    pub actions: Vec<ActionCall>,
    /// What is done at its stages.
    #[serde(default, alias = "follow_ups")]
    pub follow_ups: Vec<FollowUpCall>,
    /// From one reading to the next; 10 s without it.
    #[serde(alias = "period_ms")]
    pub period_ms: Option<u64>,
    /// For how long the conditions have to be false until a record closes; a period without it.
    #[serde(alias = "resolve_delay_ms")]
    pub resolve_delay_ms: Option<u64>,
    /// For how long a reading holds; without it three periods, or a minute if that is longer.
    #[serde(alias = "hold_ms")]
    pub hold_ms: Option<u32>,
}

/// A condition.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConditionCall {
    /// The parameter.
    #[serde(alias = "param_id")]
    pub param_id: Option<u64>,
    /// Not looked at: the parameter's reference, as the API gives it.
    pub param: Option<String>,
    /// `g`, `ge`, `l`, `le`, `eq`, `neq` or `reading-error`.
    pub kind: String,
    /// The threshold; a reading error has none.
    pub value: Option<Num>,
    /// How far past the threshold a value has to be until the condition no longer holds; 0 without it.
    pub deadband: Option<Num>,
    /// As that of the rule.
    #[serde(alias = "hold_ms")]
    pub hold_ms: Option<u32>,
    /// Readings in a row that fail until they are a reading error; 3 without it.
    pub failures: Option<u16>,
}

/// An action.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActionCall {
    /// After how long.
    #[serde(alias = "timeout_minutes")]
    pub timeout_minutes: Num,
    /// `sms`, `email`, `voice-call`; none or empty stands in the log alone.
    #[serde(rename = "type")]
    pub channel: Option<String>,
    /// Who is told.
    pub recepient: Option<String>,
}

/// A follow-up.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FollowUpCall {
    /// `confirmed`, `not-confirmed` or `resolved`.
    pub stage: String,
    /// After how long.
    #[serde(alias = "timeout_minutes")]
    pub timeout_minutes: Num,
    /// `sms`, `email` or `voice-call`.
    #[serde(rename = "type")]
    pub channel: String,
    /// Who is told.
    pub recepient: Option<String>,
}

/// Call of [`Alert::new`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAlert {
    /// The rule.
    pub rule: RuleCall,
    /// When the alert is enabled; 1970 without it.
    pub at: Option<At>,
    /// Number of its last record; 0 without it.
    pub last_record: Option<u32>,
    /// Or what [`Alert::state`] gave of an alert with this rule.
    pub state: Option<StateCall>,
}

/// What is read of a state; the rest of it is for people.
#[derive(Clone, Debug, Deserialize)]
pub struct StateCall {
    /// As [`StateAnswer::stored`].
    pub stored: String,
}

/// What happens to an alert.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum EventCall {
    /// A device was read.
    Cycle {
        /// When.
        at: At,
        /// Values by parameter; none of a reading that failed.
        readings: BTreeMap<String, Option<Num>>,
    },
    /// Time passes.
    Tick {
        /// Until when.
        at: At,
    },
    /// Somebody has seen the last record.
    Confirm {
        /// When.
        at: At,
    },
    /// Polling of parameters begins or ends.
    Polling {
        /// When.
        at: At,
        /// Which.
        params: Vec<u64>,
        /// It begins.
        on: bool,
    },
    /// The program runs again; what was meanwhile is not known.
    Restart {
        /// When.
        at: At,
    },
    /// The alert is deleted.
    Close {
        /// When.
        at: At,
    },
}

/// An effect.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EffectAnswer {
    /// By which it is known, however often it is delivered: 16 hexadecimal digits.
    pub id: String,
    /// `open`, `resolve`, `confirm`, `flapping`, `action` or `follow-up`.
    pub kind: &'static str,
    /// Number of the record.
    pub record: u32,
    /// When it was due; of `resolve`, when the record closed.
    pub due: i64,
    /// When it happens.
    pub at: i64,
    /// Place of the action or follow-up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u8>,
    /// Who is told, if anybody is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send: Option<Send>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Send {
    /// `sms`, `email` or `voice-call`.
    #[serde(rename = "type")]
    pub channel: String,
    /// To whom; nothing if the rule does not say.
    pub recepient: String,
}

/// How an alert stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StateAnswer {
    /// Everything until here is worked off.
    pub now: i64,
    /// Number of the last record; 0 of none.
    pub record: u32,
    /// `quiet`, `active`, `resolved` or `ended`.
    pub phase: &'static str,
    /// When the last record opened.
    pub started: Option<i64>,
    /// From when the actions of an open record count.
    pub since: Option<i64>,
    /// When the last record closed.
    pub closed: Option<i64>,
    /// When the last record was confirmed.
    pub confirmed: Option<i64>,
    /// The open record would close and open too often.
    pub flapping: bool,
    /// When time alone changes something: the next `tick`.
    pub next: Option<i64>,
    /// In the order of the rule.
    pub conditions: Vec<ConditionAnswer>,
    /// Everything, in hexadecimal digits: the bytes of [`emit_state`].
    pub stored: String,
}

/// How a condition stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConditionAnswer {
    /// The parameter.
    pub param: u64,
    /// It holds; none if that is not known.
    pub triggered: Option<bool>,
}

/// Call of [`simulate`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimulateCall {
    /// The rule.
    pub rule: RuleCall,
    /// Readings by parameter; those of one instant are one cycle.
    pub series: BTreeMap<String, Points>,
    /// When the alert is enabled; at the first reading without it.
    pub start: Option<At>,
    /// Until when time passes; until the last reading without it.
    pub end: Option<At>,
}

/// Readings of a parameter.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Points {
    /// When each was.
    pub times: Vec<At>,
    /// Its value; none if it failed.
    pub values: Vec<Option<Num>>,
}

/// What an alert would have done.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Timeline {
    /// In order.
    pub effects: Vec<EffectAnswer>,
    /// At the end.
    pub state: StateAnswer,
}

/// An alert with its state.
#[derive(Clone, Debug)]
pub struct Alert {
    id: u64,
    logic: Logic,
    conditions: Vec<Condition>,
    actions: Vec<(Action, Option<Send>)>,
    follow_ups: Vec<(FollowUp, Option<Send>)>,
    period_ms: u64,
    resolve_delay_ms: u64,
    state: State,
    states: Vec<ConditionState>,
}

impl Alert {
    /// An alert that is enabled, or goes on from a state.
    ///
    /// # Errors
    /// `alert-rule` with the place of the condition, action or follow-up; `alert-state`, `number-syntax`,
    /// `number-too-long`, `instant-syntax`.
    pub fn new(call: &NewAlert) -> Result<Alert, Error> {
        let at_ms = call.at.as_ref().map_or(Ok(0), At::ms)?;
        let mut alert = Alert::of_rule(&call.rule, at_ms, call.last_record.unwrap_or(0))?;
        if let Some(state) = &call.state {
            let bytes = bytes_of(&state.stored)?;
            alert.state = parse_state(&bytes, &mut alert.states)?;
        }
        Ok(alert)
    }

    fn of_rule(rule: &RuleCall, at_ms: i64, last_record: u32) -> Result<Alert, Error> {
        let period_ms = rule.period_ms.unwrap_or(PERIOD_MS);
        let hold_ms = rule
            .hold_ms
            .unwrap_or_else(|| u32::try_from(period_ms.saturating_mul(3).max(LEAST_HOLD_MS)).unwrap_or(u32::MAX));
        let each = |(index, call)| condition(call, hold_ms).map_err(|error| of_item("condition", index, error));
        let conditions = rule.conditions.iter().enumerate().map(each).collect::<Result<Vec<_>, _>>()?;
        let each = |(index, call)| action(call).map_err(|error| of_item("action", index, error));
        let actions = rule.actions.iter().enumerate().map(each).collect::<Result<Vec<_>, _>>()?;
        let each = |(index, call)| follow_up(call).map_err(|error| of_item("follow-up", index, error));
        let follow_ups = rule.follow_ups.iter().enumerate().map(each).collect::<Result<Vec<_>, _>>()?;
        let alert = Alert {
            id: rule.id,
            logic: Logic::from_code(&rule.condition_logic)?,
            state: State::new(at_ms, last_record),
            states: conditions.iter().map(|_| ConditionState::new(at_ms)).collect(),
            conditions,
            actions,
            follow_ups,
            period_ms,
            resolve_delay_ms: rule.resolve_delay_ms.unwrap_or(period_ms),
        };
        alert.with_rule(|_| ())?;
        Ok(alert)
    }

    /// Takes the alert one event further.
    ///
    /// # Errors
    /// `number-syntax`, `number-too-long`, `instant-syntax`, `reference-range` for a parameter that is no number.
    /// Nothing has changed then.
    pub fn step(&mut self, call: &EventCall) -> Result<Vec<EffectAnswer>, Error> {
        let read: Vec<(u64, Option<Decimal>)>;
        let event = match call {
            EventCall::Cycle { at, readings } => {
                let each = |(param, value): (&String, &Option<Num>)| {
                    let value = value.as_ref().map(Num::decimal).transpose()?.flatten();
                    Ok::<_, Error>((param_id(param)?, value))
                };
                read = readings.iter().map(each).collect::<Result<_, _>>()?;
                Event::Cycle { at_ms: at.ms()?, readings: &read }
            }
            EventCall::Tick { at } => Event::Tick { at_ms: at.ms()? },
            EventCall::Confirm { at } => Event::Confirm { at_ms: at.ms()? },
            EventCall::Polling { at, params, on } => Event::Polling { at_ms: at.ms()?, params, is_on: *on },
            EventCall::Restart { at } => Event::Restart { at_ms: at.ms()? },
            EventCall::Close { at } => Event::Close { at_ms: at.ms()? },
        };
        self.take(&event)
    }

    fn take(&mut self, event: &Event<'_>) -> Result<Vec<EffectAnswer>, Error> {
        let (mut state, mut states) = (self.state, self.states.clone());
        let mut effects = Vec::new();
        self.with_rule(|rule| step(rule, &mut state, &mut states, event, &mut |effect| effects.push(effect)))??;
        (self.state, self.states) = (state, states);
        Ok(effects.into_iter().map(|effect| self.answer(effect)).collect())
    }

    /// How it stands.
    #[must_use]
    pub fn state(&self) -> StateAnswer {
        let next = self.with_rule(|rule| next_deadline(rule, &self.state, &self.states)).ok().flatten();
        let each = |(own, condition): (&ConditionState, &Condition)| ConditionAnswer {
            param: condition.param(),
            triggered: match own.truth(condition) {
                Truth::False => Some(false),
                Truth::Unknown => None,
                Truth::True => Some(true),
            },
        };
        let mut bytes = alloc::vec![0; stored_length(self.states.len())];
        let length = emit_state(&self.state, &self.states, &mut bytes).unwrap_or(0);
        StateAnswer {
            now: self.state.now_ms(),
            record: self.state.record(),
            phase: match self.state.phase() {
                Phase::Quiet => "quiet",
                Phase::Active => "active",
                Phase::Resolved => "resolved",
                Phase::Ended => "ended",
            },
            started: self.state.started_ms(),
            since: self.state.since_ms(),
            closed: self.state.closed_ms(),
            confirmed: self.state.confirmed_ms(),
            flapping: self.state.is_flapping(),
            next,
            conditions: self.states.iter().zip(&self.conditions).map(each).collect(),
            stored: bytes.iter().take(length).map(|byte| format!("{byte:02x}")).collect(),
        }
    }

    fn with_rule<T>(&self, work: impl FnOnce(&Rule<'_>) -> T) -> Result<T, Error> {
        let actions: Vec<Action> = self.actions.iter().map(|(action, _)| *action).collect();
        let follow_ups: Vec<FollowUp> = self.follow_ups.iter().map(|(follow_up, _)| *follow_up).collect();
        let rule = Rule::new(self.logic, &self.conditions, &actions, &follow_ups, self.period_ms)?;
        Ok(work(&rule.resolve_delay_ms(self.resolve_delay_ms)))
    }

    fn answer(&self, effect: Effect) -> EffectAnswer {
        use crate::alert::Kind;
        let send = match effect.kind {
            Kind::Action(index) => self.actions.get(usize::from(index)).and_then(|(_, send)| send.clone()),
            Kind::FollowUp(index) => self.follow_ups.get(usize::from(index)).and_then(|(_, send)| send.clone()),
            Kind::Open | Kind::Resolve | Kind::Confirm | Kind::Flapping => None,
        };
        EffectAnswer {
            id: format!("{:016x}", effect_id(self.id, effect.record, effect.kind)),
            kind: effect.kind.code(),
            record: effect.record,
            due: effect.due_ms,
            at: effect.at_ms,
            index: effect.kind.index(),
            send,
        }
    }
}

/// What an alert would have done with these readings.
///
/// # Errors
/// Those of [`Alert::new`] and [`Alert::step`]; `point-count` if there are not as many times as values.
pub fn simulate(call: &SimulateCall) -> Result<Timeline, Error> {
    let mut cycles: BTreeMap<i64, BTreeMap<u64, Option<Decimal>>> = BTreeMap::new();
    for (param, Points { times, values }) in &call.series {
        if times.len() != values.len() {
            let message = format!("{} times and {} values, expected as many", times.len(), values.len());
            return Err(Error { kind: ErrorKind::PointCount, message, offset: None });
        }
        let param = param_id(param)?;
        for (at, value) in times.iter().zip(values) {
            let value = value.as_ref().map(Num::decimal).transpose()?.flatten();
            cycles.entry(at.ms()?).or_default().insert(param, value);
        }
    }
    let first_ms = cycles.first_key_value().map_or(0, |(at_ms, _)| *at_ms);
    let mut alert = Alert::of_rule(&call.rule, call.start.as_ref().map_or(Ok(first_ms), At::ms)?, 0)?;
    let mut effects = Vec::new();
    for (at_ms, readings) in cycles {
        let readings: Vec<_> = readings.into_iter().collect();
        effects.extend(alert.take(&Event::Cycle { at_ms, readings: &readings })?);
    }
    if let Some(end) = &call.end {
        effects.extend(alert.take(&Event::Tick { at_ms: end.ms()? })?);
    }
    Ok(Timeline { effects, state: alert.state() })
}

fn condition(call: &ConditionCall, hold_ms: u32) -> Result<Condition, Error> {
    let param = call.param_id.ok_or_else(|| refused("no `paramId`, expected a parameter".into()))?;
    let made = if call.kind == "reading-error" {
        Condition::reading_error(param, call.failures.unwrap_or(Condition::FAILURES))?
    } else {
        let comparison = Comparison::from_code(&call.kind)?;
        let value = call.value.as_ref().ok_or_else(|| refused("no `value`, expected a threshold".into()))?;
        let deadband = call.deadband.as_ref().map_or(Ok(Decimal::ZERO), |width| width.number("deadband"))?;
        Condition::compare(param, comparison, value.number("value")?, deadband)?
    };
    Ok(made.hold_ms(call.hold_ms.unwrap_or(hold_ms))?)
}

fn action(call: &ActionCall) -> Result<(Action, Option<Send>), Error> {
    let send = channel(call.channel.as_deref().unwrap_or_default(), call.recepient.as_deref())?;
    Ok((Action { timeout_ms: timeout_ms(&call.timeout_minutes)?, has_channel: send.is_some() }, send))
}

fn follow_up(call: &FollowUpCall) -> Result<(FollowUp, Option<Send>), Error> {
    let send = channel(&call.channel, call.recepient.as_deref())?;
    if send.is_none() {
        return Err(refused("no `type`, expected sms, email or voice-call".into()));
    }
    Ok((FollowUp { stage: Stage::from_code(&call.stage)?, timeout_ms: timeout_ms(&call.timeout_minutes)? }, send))
}

fn channel(code: &str, recepient: Option<&str>) -> Result<Option<Send>, Error> {
    match code {
        "" => Ok(None),
        "sms" | "email" | "voice-call" => {
            Ok(Some(Send { channel: code.into(), recepient: recepient.unwrap_or_default().into() }))
        }
        _ => Err(refused(format!("type `{code}`, expected sms, email or voice-call"))),
    }
}

/// Whole milliseconds of minutes.
fn timeout_ms(minutes: &Num) -> Result<u64, Error> {
    let product = minutes.number("timeoutMinutes")?.checked_mul(Decimal::from(60_000_i64));
    product
        .and_then(|ms| ms.to_i128())
        .and_then(|ms| u64::try_from(ms).ok())
        .ok_or_else(|| refused("`timeoutMinutes` is no time of whole milliseconds, expected 0 or more".into()))
}

fn param_id(text: &str) -> Result<u64, Error> {
    let refused = |_| Error {
        kind: ErrorKind::ReferenceRange,
        message: format!("parameter `{text}`, expected its number"),
        offset: None,
    };
    text.parse().map_err(refused)
}

fn bytes_of(hex: &str) -> Result<Vec<u8>, Error> {
    let pair = |(index, pair): (usize, &[u8])| {
        let digits = core::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2 && !pair.starts_with('+'));
        let byte = digits.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        byte.ok_or(AlertError::Stored { offset: index, expected: "two hexadecimal digits" })
    };
    Ok(hex.as_bytes().chunks(2).enumerate().map(pair).collect::<Result<_, _>>()?)
}

fn refused(message: String) -> Error {
    Error { kind: ErrorKind::AlertRule, message, offset: None }
}

/// Says which one is wrong.
fn of_item(what: &str, index: usize, error: Error) -> Error {
    Error { message: format!("{what} {index}: {}", error.message), offset: error.offset.or(Some(index)), ..error }
}

impl From<AlertError> for Error {
    fn from(error: AlertError) -> Self {
        Error { kind: error.kind(), message: error.to_string(), offset: error.offset() }
    }
}
