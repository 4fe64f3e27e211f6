//! Alerts on the microcontroller: calls of the contract made of constants, as there are many.

use alloc::string::ToString;
use alloc::vec::Vec;

use parabus_core::contract::Error;
use parabus_core::contract::alert::{
    ActionCall, Alert, At, ConditionAnswer, ConditionCall, EffectAnswer, EventCall, FollowUpCall, NewAlert, Num,
    Points, RuleCall, Send, SimulateCall, StateAnswer, StateCall, simulate,
};

/// An instant.
#[derive(Clone, Copy)]
pub enum When {
    Ms(i64),
    Text(&'static str),
}

/// A number; fractions by their bits.
#[derive(Clone, Copy)]
pub enum Value {
    Int(i64),
    Float(u64),
    Text(&'static str),
}

/// Parameter, kind, value, deadband, hold limit, failures.
pub type Condition = (Option<u64>, &'static str, Option<Value>, Option<Value>, Option<u32>, Option<u16>);
/// Minutes, type and recepient; of a follow-up after its stage.
pub type Action = (Value, Option<&'static str>, Option<&'static str>);

pub struct Rule {
    pub id: u64,
    pub logic: &'static str,
    pub conditions: &'static [Condition],
    pub actions: &'static [Action],
    pub follow_ups: &'static [(&'static str, Action)],
    /// Period, resolve delay, hold limit.
    pub times: (Option<u64>, Option<u64>, Option<u32>),
}

pub type Readings = &'static [(&'static str, Option<Value>)];

pub enum Event {
    Cycle(When, Readings),
    Tick(When),
    Confirm(When),
    Polling(When, &'static [u64], bool),
    Restart(When),
    Close(When),
}

pub struct Case {
    pub rule: Rule,
    pub at: Option<When>,
    pub last_record: Option<u32>,
    pub stored: Option<&'static str>,
    pub is_restored: bool,
    pub events: &'static [Event],
}

pub struct Timeline {
    pub rule: Rule,
    pub series: &'static [(&'static str, &'static [When], &'static [Option<Value>])],
    pub start: Option<When>,
    pub end: Option<When>,
}

/// Identifier, kind, record, due, at, index, message.
pub type Told = (&'static str, &'static str, u32, i64, i64, Option<u8>, Option<(&'static str, &'static str)>);

pub struct State {
    pub now: i64,
    pub record: u32,
    pub phase: &'static str,
    pub started: Option<i64>,
    pub since: Option<i64>,
    pub closed: Option<i64>,
    pub confirmed: Option<i64>,
    pub flapping: bool,
    pub conditions: &'static [(u64, Option<bool>)],
}

/// What the files say: effects of each event, and the state without its bytes and the next tick.
pub type Answer = (Vec<Vec<EffectAnswer>>, StateAnswer);

pub fn want(effects: &[&[Told]], state: &State) -> Answer {
    let effect = |(id, kind, record, due, at, index, send): &Told| EffectAnswer {
        id: (*id).into(),
        kind,
        record: *record,
        due: *due,
        at: *at,
        index: *index,
        send: send.map(|(channel, recepient)| Send { channel: channel.into(), recepient: recepient.into() }),
    };
    let State { now, record, phase, started, since, closed, confirmed, flapping, conditions } = *state;
    let each = |(param, triggered): &(u64, Option<bool>)| ConditionAnswer { param: *param, triggered: *triggered };
    let conditions = conditions.iter().map(each).collect();
    let (next, stored) = (None, "".into());
    let state =
        StateAnswer { now, record, phase, started, since, closed, confirmed, flapping, next, conditions, stored };
    (effects.iter().map(|effects| effects.iter().map(effect).collect()).collect(), state)
}

/// With `is_restored`, the state is stored and loaded before each event.
pub fn alert(case: &Case) -> Result<Answer, Error> {
    let new = |state| NewAlert {
        rule: rule_call(&case.rule),
        at: case.at.map(at_call),
        last_record: case.last_record,
        state,
    };
    let mut alert = Alert::new(&new(case.stored.map(|stored| StateCall { stored: stored.into() })))?;
    let mut effects = Vec::new();
    for event in case.events {
        if case.is_restored {
            alert = Alert::new(&new(Some(StateCall { stored: alert.state().stored })))?;
        }
        effects.push(alert.step(&event_call(event))?);
    }
    Ok((effects, bare(alert.state())))
}

pub fn timeline(timeline: &Timeline) -> Result<Answer, Error> {
    let series = timeline.series.iter().map(|(param, times, values)| {
        let values = values.iter().map(|value| value.map(num)).collect();
        ((*param).into(), Points { times: times.iter().copied().map(at_call).collect(), values })
    });
    let found = simulate(&SimulateCall {
        rule: rule_call(&timeline.rule),
        series: series.collect(),
        start: timeline.start.map(at_call),
        end: timeline.end.map(at_call),
    })?;
    Ok((alloc::vec![found.effects], bare(found.state)))
}

fn bare(state: StateAnswer) -> StateAnswer {
    StateAnswer { next: None, stored: "".into(), ..state }
}

fn at_call(at: When) -> At {
    match at {
        When::Ms(ms) => At::Ms(ms),
        When::Text(text) => At::Text(text.into()),
    }
}

fn num(value: Value) -> Num {
    match value {
        Value::Int(int) => Num::Int(int),
        Value::Float(bits) => Num::Float(f64::from_bits(bits)),
        Value::Text(text) => Num::Text(text.into()),
    }
}

fn text(text: Option<&str>) -> Option<alloc::string::String> {
    text.map(ToString::to_string)
}

fn rule_call(rule: &Rule) -> RuleCall {
    let condition = |(param_id, kind, value, deadband, hold_ms, failures): &Condition| ConditionCall {
        param_id: *param_id,
        param: None,
        kind: (*kind).into(),
        value: value.map(num),
        deadband: deadband.map(num),
        hold_ms: *hold_ms,
        failures: *failures,
    };
    let action = |(minutes, channel, recepient): &Action| ActionCall {
        timeout_minutes: num(*minutes),
        channel: text(*channel),
        recepient: text(*recepient),
    };
    let follow_up = |(stage, (minutes, channel, recepient)): &(&str, Action)| FollowUpCall {
        stage: (*stage).into(),
        timeout_minutes: num(*minutes),
        channel: channel.unwrap_or_default().into(),
        recepient: text(*recepient),
    };
    RuleCall {
        id: rule.id,
        name: None,
        slug: None,
        description: None,
        log_as: None,
        condition_logic: rule.logic.into(),
        conditions: rule.conditions.iter().map(condition).collect(),
        actions: rule.actions.iter().map(action).collect(),
        follow_ups: rule.follow_ups.iter().map(follow_up).collect(),
        period_ms: rule.times.0,
        resolve_delay_ms: rule.times.1,
        hold_ms: rule.times.2,
    }
}

fn event_call(event: &Event) -> EventCall {
    match event {
        Event::Cycle(at, readings) => {
            let readings = readings.iter().map(|(param, value)| ((*param).into(), value.map(num)));
            EventCall::Cycle { at: at_call(*at), readings: readings.collect() }
        }
        Event::Tick(at) => EventCall::Tick { at: at_call(*at) },
        Event::Confirm(at) => EventCall::Confirm { at: at_call(*at) },
        Event::Polling(at, params, on) => EventCall::Polling { at: at_call(*at), params: params.to_vec(), on: *on },
        Event::Restart(at) => EventCall::Restart { at: at_call(*at) },
        Event::Close(at) => EventCall::Close { at: at_call(*at) },
    }
}
