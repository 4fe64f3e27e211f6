//! Alerts of any rule, led through anything: ticks in between change nothing, nor does a state that is
//! stored and loaded; nothing happens twice.

use std::collections::BTreeSet;

use parabus_core::alert::{
    Action, Comparison, Condition, ConditionState, Effect, Event, FollowUp, Kind, Logic, Rule, Stage, State,
    emit_state, next_deadline, parse_state, step, stored_length,
};
use parabus_core::value::Decimal;

use super::input::Input;

const MOST_EVENTS: usize = 200;

fn condition(input: &mut Input<'_>) -> Condition {
    let (param, kind) = (u64::from(input.byte() % 3), usize::from(input.byte()));
    let made = match Comparison::ALL.get(kind % 8) {
        Some(comparison) => {
            let deadband = Decimal::new(i128::from(input.byte() % 4), -1).expect("a short number");
            Condition::compare(param, *comparison, Decimal::from(i64::from(input.byte() % 4)), deadband)
        }
        None => Condition::reading_error(param, 1 + u16::from(input.byte() % 4)),
    };
    let made = made.expect("a condition");
    match input.byte() {
        0 => made,
        hold => made.hold_ms(u32::from(hold) * 1000).expect("a hold limit"),
    }
}

/// Mostly minutes, now and then for ever.
fn time_ms(input: &mut Input<'_>) -> u64 {
    match input.byte() {
        255 => u64::MAX - u64::from(input.byte()),
        byte => u64::from(byte) * 5000,
    }
}

enum Happening {
    Cycle(Vec<(u64, Option<Decimal>)>),
    Tick,
    Confirm,
    Polling(Vec<u64>, bool),
    Restart,
    Close,
}

fn happenings(input: &mut Input<'_>) -> Vec<(i64, Happening)> {
    let mut at_ms = 0i64;
    let mut happenings = Vec::new();
    while !input.is_done() && happenings.len() < MOST_EVENTS {
        let (kind, pause) = (input.byte(), i64::from(input.byte()));
        at_ms = match kind >> 5 {
            0 => at_ms.saturating_add(pause * 60_000),
            1 => at_ms.saturating_sub(pause * 100),
            7 if pause > 250 => i64::MAX - pause,
            _ => at_ms.saturating_add(pause * 100),
        };
        let bits = input.byte();
        let params = (0..3).filter(|param| bits >> param & 1 == 1);
        let what = match kind & 31 {
            0 => Happening::Confirm,
            1 => Happening::Polling(params.collect(), bits > 127),
            // A program ticks until it ends.
            2 => {
                happenings.push((at_ms, Happening::Tick));
                at_ms = at_ms.saturating_add(pause * 3000);
                Happening::Restart
            }
            3 if bits > 250 => Happening::Close,
            4..=6 => Happening::Tick,
            _ => {
                let value = Decimal::new(i128::from(bits >> 3), -1).ok().filter(|_| bits < 200);
                Happening::Cycle(params.map(|param| (param, value)).collect())
            }
        };
        happenings.push((at_ms, what));
    }
    happenings
}

struct Alert<'a> {
    rule: &'a Rule<'a>,
    state: State,
    states: Vec<ConditionState>,
    effects: Vec<Effect>,
}

impl<'a> Alert<'a> {
    fn new(rule: &'a Rule<'a>) -> Alert<'a> {
        let states = rule.conditions().iter().map(|_| ConditionState::new(0)).collect();
        Alert { rule, state: State::new(0, 0), states, effects: Vec::new() }
    }

    fn step(&mut self, event: &Event<'_>) {
        let effects = &mut self.effects;
        step(self.rule, &mut self.state, &mut self.states, event, &mut |effect| effects.push(effect)).expect("as many");
    }

    fn happen(&mut self, at_ms: i64, what: &Happening) {
        match what {
            Happening::Cycle(readings) => self.step(&Event::Cycle { at_ms, readings }),
            Happening::Tick => self.step(&Event::Tick { at_ms }),
            Happening::Confirm => self.step(&Event::Confirm { at_ms }),
            Happening::Polling(params, is_on) => self.step(&Event::Polling { at_ms, params, is_on: *is_on }),
            Happening::Restart => self.step(&Event::Restart { at_ms }),
            Happening::Close => self.step(&Event::Close { at_ms }),
        }
    }

    /// Ticks at every deadline until then.
    fn wait(&mut self, until_ms: i64) {
        while let Some(at_ms) = next_deadline(self.rule, &self.state, &self.states).filter(|at_ms| *at_ms <= until_ms) {
            let before = self.state.now_ms();
            assert!(at_ms > before, "a deadline that has passed");
            self.step(&Event::Tick { at_ms });
        }
    }

    fn store(&mut self) {
        let mut bytes = vec![0; stored_length(self.states.len())];
        let length = emit_state(&self.state, &self.states, &mut bytes).expect("room");
        let mut states = vec![ConditionState::new(1); self.states.len()];
        assert_eq!((parse_state(&bytes[..length], &mut states), &states), (Ok(self.state), &self.states));
    }
}

pub fn alert(data: &[u8]) {
    let mut input = Input(data);
    let shape = input.word();
    let logic = Logic::ALL[usize::from(shape & 1)];
    let conditions: Vec<Condition> = (0..shape >> 1 & 3).map(|_| condition(&mut input)).collect();
    let mut action = |_| Action { has_channel: shape >> 15 == 0, timeout_ms: time_ms(&mut input) };
    let actions: Vec<Action> = (0..shape >> 3 & 3).map(&mut action).collect();
    let stage = |input: &mut Input<'_>| Stage::ALL[usize::from(input.byte()) % 3];
    let follow_ups: Vec<FollowUp> =
        (0..shape >> 5 & 3).map(|_| FollowUp { stage: stage(&mut input), timeout_ms: time_ms(&mut input) }).collect();
    let rule = Rule::new(logic, &conditions, &actions, &follow_ups, time_ms(&mut input)).expect("few");
    let rule = if shape >> 7 & 1 == 0 { rule.resolve_delay_ms(time_ms(&mut input)) } else { rule };
    let happenings = happenings(&mut input);

    let (mut plain, mut ticking) = (Alert::new(&rule), Alert::new(&rule));
    for (at_ms, what) in &happenings {
        plain.happen(*at_ms, what);
        plain.store();
        if !matches!(what, Happening::Restart) {
            ticking.wait(*at_ms);
        }
        ticking.happen(*at_ms, what);
    }
    assert_eq!(plain.effects, ticking.effects);
    assert_eq!(plain.state, ticking.state);
    let (mut told, mut open) = (BTreeSet::new(), None);
    for effect in &plain.effects {
        assert!(told.insert((effect.record, effect.kind)), "{effect:?} twice");
        match effect.kind {
            Kind::Open => assert_eq!(open.replace(effect.record), None),
            Kind::Resolve => assert_eq!(open.take(), Some(effect.record)),
            Kind::Flapping | Kind::Action(_) => assert_eq!(open, Some(effect.record)),
            Kind::Confirm | Kind::FollowUp(_) => {}
        }
    }

    // Bytes of a state that no alert was in, followed by anything.
    let mut states = vec![ConditionState::new(0); conditions.len()];
    let mut bytes = vec![0; stored_length(states.len())];
    emit_state(&plain.state, &plain.states, &mut bytes).expect("room");
    bytes.iter_mut().skip(6).zip(data.iter().rev()).for_each(|(byte, other)| *byte ^= other);
    let body = bytes.len() - 2;
    let checksum = parabus_core::modbus::rtu::crc16(&bytes[..body]).to_le_bytes();
    bytes[body..].copy_from_slice(&checksum);
    if let Ok(state) = parse_state(&bytes, &mut states) {
        let mut odd = Alert { rule: &rule, state, states, effects: Vec::new() };
        happenings.iter().for_each(|(at_ms, what)| odd.happen(*at_ms, what));
    }
    parse_state(data, &mut vec![ConditionState::new(0); conditions.len()]).ok();
}
