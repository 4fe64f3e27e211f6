//! One alert as it runs: its rule, core's state of it, the last values for its texts.

use parabus_core::alert::{
    AlertError, Condition, ConditionState, Effect, Event, Phase, State, Truth, emit_state, next_deadline, parse_state,
    step, stored_length,
};
use parabus_core::value::Decimal;

use super::model::AlertId;
use super::snapshot::{Compiled, KeptCondition, Snapshot};
use crate::model::{Held, OrgId, ParamId};

/// What a cycle brought of one parameter.
#[derive(Clone, Debug)]
pub struct Read {
    pub param: ParamId,
    /// None if the reading failed or is no number that alerts compare.
    pub number: Option<Decimal>,
    pub value: Option<Held>,
}

/// One alert under the rule that its record began with.
#[derive(Clone, Debug)]
pub struct Running {
    pub alert: AlertId,
    pub org: OrgId,
    /// The record that an edited rule still owes follow-ups; 0 of the alert itself.
    pub tail: u32,
    pub snapshot: Snapshot,
    /// The rule as it is configured by now, where a record is open under an earlier one.
    pub next: Option<Snapshot>,
    compiled: Compiled,
    state: State,
    states: Vec<ConditionState>,
    values: Vec<Option<Held>>,
    /// Whether readings come, as the engine was told.
    pub polled: Vec<bool>,
    /// It differs from what is stored.
    pub is_dirty: bool,
}

impl Running {
    /// From an instant on, after so many records.
    pub fn begin(
        (alert, org): (AlertId, OrgId),
        snapshot: Snapshot,
        at_ms: i64,
        last_record: u32,
    ) -> Result<Running, AlertError> {
        let states = vec![ConditionState::new(at_ms); snapshot.conditions.len()];
        Running::of((alert, org, 0), snapshot, State::new(at_ms, last_record), states)
    }

    /// From what was stored.
    pub fn restore(key: (AlertId, OrgId, u32), snapshot: Snapshot, bytes: &[u8]) -> Result<Running, AlertError> {
        let mut states = vec![ConditionState::new(0); snapshot.conditions.len()];
        let state = parse_state(bytes, &mut states)?;
        Running::of(key, snapshot, state, states)
    }

    fn of(
        (alert, org, tail): (AlertId, OrgId, u32),
        snapshot: Snapshot,
        state: State,
        states: Vec<ConditionState>,
    ) -> Result<Running, AlertError> {
        let compiled = snapshot.compile()?;
        let values = vec![None; states.len()];
        // What the engine takes for granted until it hears otherwise.
        let polled = vec![true; states.len()];
        let next = None;
        Ok(Running { alert, org, tail, snapshot, next, compiled, state, states, values, polled, is_dirty: true })
    }

    /// As bytes to store.
    pub fn emit(&self) -> Vec<u8> {
        let mut bytes = vec![0; stored_length(self.states.len())];
        // The room is right, and conditions are few.
        let length = emit_state(&self.state, &self.states, &mut bytes).unwrap_or(0);
        bytes.truncate(length);
        bytes
    }

    pub const fn state(&self) -> &State {
        &self.state
    }

    pub fn conditions(&self) -> impl Iterator<Item = (&KeptCondition, &Condition, &ConditionState)> {
        let both = self.snapshot.conditions.iter().zip(&self.compiled.conditions);
        both.zip(&self.states).map(|((kept, condition), state)| (kept, condition, state))
    }

    /// Conditions that hold by themselves, with what was read last.
    pub fn holding(&self) -> impl Iterator<Item = (&KeptCondition, Option<&Held>)> {
        let all = self.conditions().zip(&self.values);
        let holding = all.filter(|((_, condition, state), _)| state.truth(condition) == Truth::True);
        holding.map(|((kept, _, _), value)| (kept, value.as_ref()))
    }

    /// What happens by an event, in order.
    pub fn step(&mut self, event: &Event<'_>) -> Result<Vec<Effect>, AlertError> {
        let mut effects = Vec::new();
        let rule = self.compiled.rule()?;
        step(&rule, &mut self.state, &mut self.states, event, &mut |effect| effects.push(effect))?;
        self.is_dirty = true;
        Ok(effects)
    }

    /// A device was read.
    pub fn read(&mut self, at_ms: i64, reads: &[Read]) -> Result<Vec<Effect>, AlertError> {
        let of_param = |param: Option<ParamId>| reads.iter().find(|read| Some(read.param) == param);
        for (condition, value) in self.snapshot.conditions.iter().zip(&mut self.values) {
            if let Some(read) = of_param(condition.param) {
                value.clone_from(&read.value);
            }
        }
        let readings: Vec<_> = reads.iter().map(|read| (read.param.cast_unsigned(), read.number)).collect();
        self.step(&Event::Cycle { at_ms, readings: &readings })
    }

    /// The next instant at which something happens without a reading.
    pub fn deadline(&self) -> Option<i64> {
        next_deadline(&self.compiled.rule().ok()?, &self.state, &self.states)
    }

    /// Everything that is due until an instant, each at its own.
    pub fn tick(&mut self, now_ms: i64) -> Result<Vec<Effect>, AlertError> {
        let mut effects = Vec::new();
        while let Some(due_ms) = self.deadline().filter(|due_ms| *due_ms <= now_ms) {
            effects.extend(self.step(&Event::Tick { at_ms: due_ms })?);
        }
        Ok(effects)
    }

    pub fn is_open(&self) -> bool {
        self.state.is_active()
    }

    /// What a closed record still has to come. It has no conditions: nothing opens it again.
    pub fn tail(&self) -> Result<Option<Running>, AlertError> {
        if !self.is_owing() {
            return Ok(None);
        }
        let snapshot = self.snapshot.without_conditions();
        let key = (self.alert, self.org, self.state.record());
        Running::of(key, snapshot, self.state, Vec::new()).map(Some)
    }

    /// Whether a closed record still has follow-ups to come.
    pub fn is_owing(&self) -> bool {
        let rule = self.compiled.rule().ok();
        self.state.phase() == Phase::Resolved && rule.and_then(|rule| next_deadline(&rule, &self.state, &[])).is_some()
    }
}
