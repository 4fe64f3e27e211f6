//! Laws that hold whatever the rule and whatever happens.

use std::collections::BTreeSet;
use std::vec;
use std::vec::Vec;

use super::slow::Slow;
use crate::aggregate::Random;
use crate::alert::{
    Action, Comparison, Condition, ConditionState, Effect, Event, FollowUp, Kind, Logic, Rule, Stage, State,
    emit_state, next_deadline, parse_state, step, stored_length,
};
use crate::value::Decimal;

/// A rule in plain numbers.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) logic: Logic,
    pub(super) conditions: Vec<PlanCondition>,
    pub(super) actions: Vec<(i64, bool)>,
    pub(super) follow_ups: Vec<(Stage, i64)>,
    pub(super) period: i64,
    pub(super) delay: i64,
}

#[derive(Debug)]
pub(super) struct PlanCondition {
    pub(super) param: u64,
    pub(super) test: PlanTest,
    pub(super) hold: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum PlanTest {
    /// With threshold and deadband.
    Compare(Comparison, i64, i64),
    ReadingError(u16),
}

#[derive(Clone, Debug)]
pub(super) struct Happening {
    pub(super) at: i64,
    pub(super) what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    Cycle(Vec<(u64, Option<i64>)>),
    Tick,
    Confirm,
    Polling(Vec<u64>, bool),
    Restart,
    Close,
}

/// All times are multiples of it, so that much falls on one instant.
const BUCKET: i64 = 10_000;

struct Made {
    conditions: Vec<Condition>,
    actions: Vec<Action>,
    follow_ups: Vec<FollowUp>,
}

impl Plan {
    fn random(random: &mut Random) -> Plan {
        let mut time = |most: u64| random.below(most) as i64 * BUCKET;
        let (period, delay) = (BUCKET + time(6), time(8) * time(2) / BUCKET);
        let late = time(90);
        let pick = |random: &mut Random, most: u64| random.below(most) as usize;
        let conditions = (0..pick(random, 4)).map(|_| {
            let threshold = random.below(3) as i64;
            let test = match pick(random, 7) {
                6 => PlanTest::ReadingError(1 + random.below(3) as u16),
                index => PlanTest::Compare(Comparison::ALL[index], threshold, random.below(3) as i64),
            };
            let hold = (random.below(5) > 0).then(|| (1 + random.below(8) as i64) * BUCKET);
            PlanCondition { param: 1 + random.below(3), test, hold }
        });
        let conditions = conditions.collect();
        let times = |random: &mut Random| match random.below(3) {
            0 => 0,
            1 => random.below(12) as i64 * BUCKET,
            _ => late + random.below(20) as i64 * BUCKET,
        };
        let actions = (0..pick(random, 4)).map(|_| (times(random), random.below(3) > 0)).collect();
        let follow_ups = (0..pick(random, 4)).map(|_| (Stage::ALL[pick(random, 3)], times(random))).collect();
        Plan { logic: Logic::ALL[pick(random, 2)], conditions, actions, follow_ups, period, delay }
    }

    fn made(&self) -> Made {
        let condition = |plan: &PlanCondition| {
            let made = match plan.test {
                PlanTest::Compare(comparison, threshold, deadband) => {
                    Condition::compare(plan.param, comparison, Decimal::from(threshold), Decimal::from(deadband))
                }
                PlanTest::ReadingError(failures) => Condition::reading_error(plan.param, failures),
            };
            plan.hold.map_or(made, |hold| made.unwrap().hold_ms(hold as u32)).unwrap()
        };
        Made {
            conditions: self.conditions.iter().map(condition).collect(),
            actions: (self.actions.iter())
                .map(|(timeout, has_channel)| Action { timeout_ms: *timeout as u64, has_channel: *has_channel })
                .collect(),
            follow_ups: (self.follow_ups.iter())
                .map(|(stage, timeout)| FollowUp { stage: *stage, timeout_ms: *timeout as u64 })
                .collect(),
        }
    }
}

fn story(random: &mut Random, count: usize) -> Vec<Happening> {
    let mut now = 0;
    let mut story = Vec::new();
    // Calm and wild times, so that records of all lengths come.
    let mut bias = 0;
    for _ in 0..count {
        now += match random.below(40) {
            0 => random.below(120) as i64 * BUCKET,
            1..=6 => random.below(12) as i64 * BUCKET,
            _ => random.below(3) as i64 * BUCKET,
        };
        if random.below(3) == 0 {
            bias = random.below(4) as i64 - 1;
        }
        let params = |random: &mut Random| (1..=3).filter(|_| random.below(2) == 0).collect::<Vec<u64>>();
        let cycle = |random: &mut Random| {
            let value = |random: &mut Random| (random.below(8) > 0).then(|| bias + random.below(3) as i64);
            let params: Vec<u64> = (1..=3).filter(|_| random.below(4) > 0).collect();
            What::Cycle(params.into_iter().map(|param| (param, value(random))).collect())
        };
        let (at, what) = match random.below(60) {
            0 => (now, What::Confirm),
            1 | 2 => (now, What::Polling(params(random), random.below(2) == 0)),
            3 => {
                story.push(Happening { at: now, what: What::Tick });
                now += random.below(90) as i64 * BUCKET;
                (now, What::Restart)
            }
            4 | 5 => (now - random.below(6) as i64 * BUCKET, cycle(random)),
            6..=9 => (now, What::Tick),
            10 if random.below(20) == 0 => (now, What::Close),
            _ => (now, cycle(random)),
        };
        story.push(Happening { at, what });
    }
    story.push(Happening { at: now + 200 * BUCKET, what: What::Tick });
    story
}

/// How a story is told besides its events.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Plain,
    /// With ticks in between.
    Ticks,
    /// With a tick at every deadline, as a program would.
    Deadlines,
    /// With the state stored and loaded after each event.
    Stored,
}

fn engine(plan: &Plan, story: &[Happening], way: Way, random: &mut Random) -> Vec<Effect> {
    let made = plan.made();
    let rule = Rule::new(plan.logic, &made.conditions, &made.actions, &made.follow_ups, plan.period as u64).unwrap();
    let rule = rule.resolve_delay_ms(plan.delay as u64);
    let (mut state, mut states) = (State::new(0, 0), vec![ConditionState::new(0); made.conditions.len()]);
    let mut effects = Vec::new();
    for Happening { at, what } in story {
        let mut play = |state: &mut State, states: &mut [ConditionState], event: &Event<'_>| {
            step(&rule, state, states, event, &mut |effect| effects.push(effect)).unwrap();
        };
        let outage = matches!(what, What::Restart);
        if way == Way::Ticks && !outage {
            while random.below(3) > 0 && state.now_ms() < *at {
                let at_ms = state.now_ms() + random.below((at - state.now_ms()) as u64 + 1) as i64;
                play(&mut state, &mut states, &Event::Tick { at_ms });
            }
        }
        if way == Way::Deadlines && !outage {
            while let Some(at_ms) = next_deadline(&rule, &state, &states).filter(|deadline| deadline <= at) {
                assert!(at_ms > state.now_ms(), "a deadline that has passed");
                play(&mut state, &mut states, &Event::Tick { at_ms });
            }
        }
        let decimals = |readings: &Vec<(u64, Option<i64>)>| -> Vec<_> {
            readings.iter().map(|(param, value)| (*param, value.map(Decimal::from))).collect()
        };
        let at_ms = *at;
        match what {
            What::Cycle(readings) => {
                play(&mut state, &mut states, &Event::Cycle { at_ms, readings: &decimals(readings) });
            }
            What::Tick => play(&mut state, &mut states, &Event::Tick { at_ms }),
            What::Confirm => play(&mut state, &mut states, &Event::Confirm { at_ms }),
            What::Polling(params, is_on) => {
                play(&mut state, &mut states, &Event::Polling { at_ms, params, is_on: *is_on });
            }
            What::Restart => play(&mut state, &mut states, &Event::Restart { at_ms }),
            What::Close => play(&mut state, &mut states, &Event::Close { at_ms }),
        }
        if way == Way::Stored {
            let mut bytes = vec![0; stored_length(states.len())];
            emit_state(&state, &states, &mut bytes).unwrap();
            states = vec![ConditionState::new(77); states.len()];
            state = parse_state(&bytes, &mut states).unwrap();
        }
    }
    effects
}

fn keeps_order(effects: &[Effect]) {
    let mut told = BTreeSet::new();
    let (mut open, mut last, mut at) = (None, 0, i64::MIN);
    for effect in effects {
        assert!(told.insert((effect.record, effect.kind)), "{effect:?} twice");
        assert!(effect.at_ms >= at && effect.due_ms <= effect.at_ms, "{effect:?}");
        at = effect.at_ms;
        match effect.kind {
            Kind::Open => {
                assert_eq!((open, effect.record), (None, last + 1));
                (open, last) = (Some(effect.record), effect.record);
            }
            Kind::Resolve => assert_eq!(open.take(), Some(effect.record)),
            Kind::Flapping | Kind::Action(_) => assert_eq!(open, Some(effect.record)),
            Kind::Confirm | Kind::FollowUp(_) => assert_eq!(last, effect.record),
        }
    }
}

#[test]
fn effects_are_those_of_the_definition_whatever_ticks_come_between() {
    let mut random = Random(2026);
    let mut count = [0; 6];
    for round in 0..1000 {
        let plan = Plan::random(&mut random);
        let story = story(&mut random, 60);
        let plain = engine(&plan, &story, Way::Plain, &mut random);
        keeps_order(&plain);
        for way in [Way::Ticks, Way::Deadlines, Way::Stored] {
            assert_eq!(engine(&plan, &story, way, &mut random), plain, "{round}: {plan:#?} {story:#?}");
        }
        let mut slow = Slow::new(&plan);
        slow.play(&story, BUCKET);
        assert_eq!(plain, slow.effects, "{round}: {plan:#?} {story:#?}");
        for effect in &plain {
            let place = match effect.kind {
                Kind::Open => 0,
                Kind::Resolve => 1,
                Kind::Confirm => 2,
                Kind::Flapping => 3,
                Kind::Action(_) => 4,
                Kind::FollowUp(_) => 5,
            };
            count[place] += 1;
        }
    }
    assert!(count.iter().all(|count| *count > 40), "too little happened: {count:?}");
}

#[test]
fn nothing_panics_at_the_ends_of_time() {
    let mut random = Random(9);
    let ends = [i64::MIN, i64::MIN + 1, -1, 0, 1, 600_000, i64::MAX - 600_000, i64::MAX - 1, i64::MAX];
    let times = [0, 1, u64::MAX, u64::MAX - 1, 1 << 63, 600_000];
    let mut opened = 0;
    for _ in 0..4000 {
        let at = |random: &mut Random| match random.below(3) {
            0 => random.next().cast_signed(),
            _ => ends[random.below(9) as usize],
        };
        let time = |random: &mut Random| times[random.below(6) as usize];
        let conditions = [
            Condition::compare(1, Comparison::Greater, Decimal::ZERO, Decimal::ONE).unwrap().hold_ms(u32::MAX).unwrap(),
            Condition::reading_error(1, 1 + random.below(3) as u16).unwrap().hold_ms(1).unwrap(),
        ];
        let actions = [Action { timeout_ms: time(&mut random), has_channel: true }];
        let follow_ups = Stage::ALL.map(|stage| FollowUp { stage, timeout_ms: time(&mut random) });
        let rule = Rule::new(Logic::Any, &conditions, &actions, &follow_ups, time(&mut random)).unwrap();
        let rule = rule.resolve_delay_ms(time(&mut random));
        let mut states = [ConditionState::new(at(&mut random)), ConditionState::new(at(&mut random))];
        let mut state = State::new(at(&mut random), u32::MAX);
        let mut effects = Vec::new();
        for _ in 0..20 {
            let at_ms = at(&mut random);
            let value = (random.below(3) > 0).then(|| Decimal::from(random.below(3) as i64 - 1));
            let readings = [(1, value)];
            let event = match random.below(12) {
                0 => Event::Tick { at_ms },
                1 => Event::Confirm { at_ms },
                2 => Event::Restart { at_ms },
                3 => Event::Polling { at_ms, params: &[1], is_on: random.below(2) == 0 },
                _ => Event::Cycle { at_ms, readings: &readings },
            };
            step(&rule, &mut state, &mut states, &event, &mut |effect| effects.push(effect)).unwrap();
        }
        opened += effects.iter().filter(|effect| effect.kind == Kind::Open).count();
        assert!(effects.iter().all(|effect| effect.due_ms <= effect.at_ms));
    }
    assert!(opened > 1000);
}
