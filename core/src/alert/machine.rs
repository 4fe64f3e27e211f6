use super::rule::QUIET_MS;
use super::{AlertError, ConditionState, Effect, Kind, Phase, Rule, Stage, State, Truth};
use crate::value::Decimal;

/// What happens to an alert.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event<'a> {
    /// A device was read. Conditions on other parameters are left alone.
    Cycle {
        /// When.
        at_ms: i64,
        /// Parameter and value; none if its reading failed or is no number.
        readings: &'a [(u64, Option<Decimal>)],
    },
    /// Time passes.
    Tick {
        /// Until when.
        at_ms: i64,
    },
    /// Somebody has seen the last record; the first time counts, also after it closed.
    Confirm {
        /// When.
        at_ms: i64,
    },
    /// Polling of these parameters begins or ends: their device is enabled or disabled.
    Polling {
        /// When.
        at_ms: i64,
        /// Which.
        params: &'a [u64],
        /// It begins.
        is_on: bool,
    },
    /// The program runs again. Nothing is known of the time since the last event: what fell due then is done
    /// now, or when the logic is true again.
    Restart {
        /// When.
        at_ms: i64,
    },
    /// The alert is deleted: an open record closes, nothing is sent any more.
    Close {
        /// When.
        at_ms: i64,
    },
}

impl Event<'_> {
    /// When it happens.
    pub const fn at_ms(&self) -> i64 {
        match self {
            Event::Cycle { at_ms, .. }
            | Event::Tick { at_ms }
            | Event::Confirm { at_ms }
            | Event::Polling { at_ms, .. }
            | Event::Restart { at_ms }
            | Event::Close { at_ms } => *at_ms,
        }
    }
}

/// Takes an alert one event further. The states of the conditions stand in the order of the rule's.
///
/// # Errors
/// [`AlertError::Conditions`] if there are not as many states as conditions. Nothing has changed then.
pub fn step(
    rule: &Rule<'_>,
    state: &mut State,
    conditions: &mut [ConditionState],
    event: &Event<'_>,
    effect: &mut dyn FnMut(Effect),
) -> Result<(), AlertError> {
    let expected = rule.conditions().len();
    if conditions.len() != expected {
        return Err(AlertError::Conditions { found: conditions.len(), expected });
    }
    if state.phase == Phase::Ended {
        return Ok(());
    }
    let mut machine = Machine { rule, state, conditions, effect };
    let now_ms = event.at_ms().max(machine.state.now_ms);
    if !matches!(event, Event::Restart { .. }) {
        machine.advance(now_ms);
    }
    match event {
        Event::Tick { .. } => return Ok(()),
        Event::Cycle { at_ms, readings } => machine.read(*at_ms, readings),
        Event::Confirm { .. } => {
            if machine.state.confirm(now_ms) {
                machine.tell(Kind::Confirm, now_ms);
            }
        }
        Event::Polling { params, is_on, .. } => machine.poll(params, *is_on),
        Event::Restart { .. } => machine.restart(now_ms),
        Event::Close { .. } => {
            if machine.state.is_active() {
                machine.tell(Kind::Resolve, now_ms);
            }
            machine.state.phase = Phase::Ended;
            return Ok(());
        }
    }
    machine.advance(now_ms);
    Ok(())
}

/// When [`step`] has something to do without any reading: the instant of the next [`Event::Tick`].
pub fn next_deadline(rule: &Rule<'_>, state: &State, conditions: &[ConditionState]) -> Option<i64> {
    if state.phase == Phase::Ended {
        return None;
    }
    let holds = conditions.iter().zip(rule.conditions()).filter_map(|(own, condition)| own.deadline(condition));
    let is_ready = is_announced(rule, state);
    let actions = numbered(rule.actions()).filter_map(|(index, _)| action_due(rule, state, index));
    let follow_ups =
        numbered(rule.follow_ups()).filter_map(|(index, _)| follow_up_due(rule, state, index)).filter(|_| is_ready);
    holds.chain(closing(rule, state)).chain(calming(state)).chain(actions).chain(follow_ups).min()
}

fn numbered<T>(items: &[T]) -> impl Iterator<Item = (u8, &T)> {
    (0..).zip(items)
}

const fn bit(index: u8) -> u16 {
    1u16.wrapping_shl(index as u32)
}

/// When an open record closes.
fn closing(rule: &Rule<'_>, state: &State) -> Option<i64> {
    let is_closing = state.is_active() && state.truth == Truth::False && !state.is_flapping();
    is_closing.then(|| state.edge_ms.checked_add_unsigned(rule.delay_ms())).flatten()
}

/// When a mark of flapping ends.
fn calming(state: &State) -> Option<i64> {
    state.is_flapping().then(|| state.edge_ms.checked_add_unsigned(QUIET_MS)).flatten()
}

/// When an action that nothing holds back is due.
fn action_due(rule: &Rule<'_>, state: &State, index: u8) -> Option<i64> {
    let is_free = state.is_active() && state.truth == Truth::True && state.actions & bit(index) == 0;
    let action = rule.actions().get(usize::from(index)).filter(|_| is_free)?;
    state.since_ms.checked_add_unsigned(action.timeout_ms)
}

/// When a follow-up that nothing but the want of an action holds back is due.
fn follow_up_due(rule: &Rule<'_>, state: &State, index: u8) -> Option<i64> {
    let follow_up = rule.follow_ups().get(usize::from(index)).filter(|_| state.follow_ups & bit(index) == 0)?;
    let from_ms = match follow_up.stage {
        Stage::Confirmed => state.confirmed_ms(),
        Stage::NotConfirmed => {
            let is_held = state.confirmed_ms().is_some() || state.truth == Truth::False;
            state.started_ms().filter(|_| state.is_active() && !is_held)
        }
        Stage::Resolved => state.closed_ms(),
    };
    from_ms?.checked_add_unsigned(follow_up.timeout_ms)
}

/// Somebody was told of the record, or nobody ever is (DOMAIN.md A-15).
fn is_announced(rule: &Rule<'_>, state: &State) -> bool {
    let mut has_channel = false;
    for (index, action) in numbered(rule.actions()) {
        if action.has_channel && state.actions & bit(index) != 0 {
            return true;
        }
        has_channel |= action.has_channel;
    }
    !has_channel
}

struct Machine<'a> {
    rule: &'a Rule<'a>,
    state: &'a mut State,
    conditions: &'a mut [ConditionState],
    effect: &'a mut dyn FnMut(Effect),
}

impl Machine<'_> {
    fn tell(&mut self, kind: Kind, due_ms: i64) {
        (self.effect)(Effect { kind, record: self.state.record, due_ms, at_ms: self.state.now_ms });
    }

    /// Works off what is due until an instant.
    fn advance(&mut self, until_ms: i64) {
        while let Some(due_ms) = next_deadline(self.rule, self.state, self.conditions).filter(|due| *due <= until_ms) {
            // What an outage or a false truth held back is past already.
            self.state.now_ms = self.state.now_ms.max(due_ms);
            if self.expire() {
                self.evaluate();
            }
            self.resolve();
            self.act();
            self.follow_up();
            if calming(self.state).is_some_and(|due_ms| due_ms <= self.state.now_ms) {
                self.state.calm();
            }
        }
        self.state.now_ms = self.state.now_ms.max(until_ms);
    }

    /// Hold limits that have passed; whether there are any.
    fn expire(&mut self) -> bool {
        let now_ms = self.state.now_ms;
        let mut is_over = false;
        for (own, condition) in self.conditions.iter_mut().zip(self.rule.conditions()) {
            is_over |= own.expire(condition, now_ms);
        }
        is_over
    }

    fn evaluate(&mut self) {
        let truths = self.conditions.iter().zip(self.rule.conditions()).map(|(own, condition)| own.truth(condition));
        let truth = self.rule.truth(truths);
        let now_ms = self.state.now_ms;
        if self.state.is_active() {
            self.state.note(truth, now_ms, self.rule.longest_unknown_ms());
        } else if truth == Truth::True {
            let is_flapping = self.state.open(now_ms);
            self.tell(Kind::Open, now_ms);
            if is_flapping {
                self.tell(Kind::Flapping, now_ms);
            }
        }
    }

    fn resolve(&mut self) {
        if closing(self.rule, self.state).is_some_and(|due_ms| due_ms <= self.state.now_ms) {
            self.tell(Kind::Resolve, self.state.edge_ms);
            self.state.phase = Phase::Resolved;
        }
    }

    fn act(&mut self) {
        for (index, _) in numbered(self.rule.actions()) {
            if let Some(due_ms) = action_due(self.rule, self.state, index).filter(|due| *due <= self.state.now_ms) {
                self.state.actions |= bit(index);
                self.tell(Kind::Action(index), due_ms);
            }
        }
    }

    fn follow_up(&mut self) {
        if !is_announced(self.rule, self.state) {
            return;
        }
        for (index, _) in numbered(self.rule.follow_ups()) {
            if let Some(due_ms) = follow_up_due(self.rule, self.state, index).filter(|due| *due <= self.state.now_ms) {
                self.state.follow_ups |= bit(index);
                self.tell(Kind::FollowUp(index), due_ms);
            }
        }
    }

    fn read(&mut self, at_ms: i64, readings: &[(u64, Option<Decimal>)]) {
        let mut is_read = false;
        for (own, condition) in self.conditions.iter_mut().zip(self.rule.conditions()) {
            if let Some((_, value)) = readings.iter().find(|(param, _)| *param == condition.param()) {
                own.read(condition, at_ms, *value);
                is_read = true;
            }
        }
        if is_read {
            // What came late may be too old already.
            self.expire();
            self.evaluate();
        }
    }

    fn poll(&mut self, params: &[u64], is_on: bool) {
        for (own, condition) in self.conditions.iter_mut().zip(self.rule.conditions()) {
            if params.contains(&condition.param()) {
                own.poll(condition, self.state.now_ms, is_on);
            }
        }
        self.evaluate();
    }

    fn restart(&mut self, now_ms: i64) {
        if self.state.is_active() {
            self.state.note(Truth::Unknown, self.state.now_ms, self.rule.longest_unknown_ms());
        }
        for (own, condition) in self.conditions.iter_mut().zip(self.rule.conditions()) {
            own.restart(condition, now_ms);
        }
        self.state.now_ms = now_ms;
        self.evaluate();
    }
}
