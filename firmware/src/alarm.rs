//! Alerts: core's engine on what is polled, by the board's clock.

use heapless::Vec;
use parabus_core::alert::{
    Action, Condition, ConditionState, Effect, Event, FollowUp, Logic, Phase, Rule, State, next_deadline, step,
};
use parabus_core::gateway::{Image, Relay, Watched};
use parabus_core::modbus::rtu::crc16;
use parabus_core::modbus::{RegisterKind, UnitId};
use parabus_core::value::{Codec, Decimal};

use crate::CapacityError;
use crate::memory::{MOST_CONDITIONS, Memory, RECORD, Stored};
use crate::points::{Points, Taken};

/// Actions of one alert at most, and follow-ups.
pub const MOST_ACTIONS: usize = 4;
/// The last transitions that are kept.
pub const TRANSITIONS: usize = 32;

/// Registers of the longest number.
const LONGEST: usize = 4;

/// What happened to an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// Number of the alert.
    pub alert: u32,
    /// What.
    pub effect: Effect,
}

/// The last transitions.
#[derive(Debug)]
pub(crate) struct Ring {
    items: [Option<Transition>; TRANSITIONS],
    /// How many there were.
    pub count: u32,
}

impl Ring {
    fn push(&mut self, transition: Transition) {
        let place = usize::try_from(self.count).unwrap_or(0) % TRANSITIONS;
        if let Some(item) = self.items.get_mut(place) {
            *item = Some(transition);
        }
        self.count = self.count.wrapping_add(1);
    }

    /// Those that are kept with their numbers, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (u32, Transition)> + '_ {
        let kept = u32::try_from(TRANSITIONS).unwrap_or(u32::MAX).min(self.count);
        (self.count - kept..self.count).filter_map(|before| {
            let place = usize::try_from(before).ok()? % TRANSITIONS;
            Some((before.wrapping_add(1), self.items.get(place).copied().flatten()?))
        })
    }

    /// The one at a place, with its number.
    pub fn at(&self, place: usize) -> Option<(u32, Transition)> {
        self.iter().find(|(number, _)| usize::try_from(number - 1).is_ok_and(|before| before % TRANSITIONS == place))
    }
}

#[derive(Clone, Copy, Debug)]
struct Number {
    unit_id: UnitId,
    kind: RegisterKind,
    address: u16,
    codec: Codec,
}

impl Number {
    /// Its value, none if its reading failed or is no number; nothing at all if it was not read.
    fn read<const GROUPS: usize, const WORDS: usize>(&self, points: &Points<GROUPS, WORDS>) -> Option<Option<Decimal>> {
        let mut room = [0; LONGEST];
        let registers = room.get_mut(..self.codec.register_count())?;
        match points.take(self.unit_id, self.kind, self.address, registers) {
            Taken::Read => Some(self.codec.decode(registers).ok().and_then(|value| value.decimal())),
            Taken::Failed => Some(None),
            Taken::Nothing => None,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Alert {
    pub number: u32,
    pub state: State,
    relay: Relay,
    logic: Logic,
    period_ms: u32,
    resolve_delay_ms: u32,
    /// Among the conditions of all.
    first: usize,
    count: usize,
    actions: Vec<Action, MOST_ACTIONS>,
    follow_ups: Vec<FollowUp, MOST_ACTIONS>,
    /// Of what the image says of it.
    rule_crc: u16,
    /// How often it was stored.
    sequence: u32,
    is_changed: bool,
}

impl Alert {
    fn new(watched: &Watched<'_>, first: usize, at_ms: i64) -> Result<Self, CapacityError> {
        let (mut actions, mut follow_ups) = (Vec::new(), Vec::new());
        let few = CapacityError::ActionsOfOne(MOST_ACTIONS);
        watched.actions().try_for_each(|action| actions.push(action)).map_err(|_| few)?;
        watched.follow_ups().try_for_each(|follow_up| follow_ups.push(follow_up)).map_err(|_| few)?;
        let count = watched.conditions().count();
        if count > MOST_CONDITIONS {
            return Err(CapacityError::ConditionsOfOne(MOST_CONDITIONS));
        }
        Ok(Alert {
            number: watched.number,
            state: State::new(at_ms, 0),
            relay: watched.relay,
            logic: watched.logic,
            period_ms: watched.period_ms,
            resolve_delay_ms: watched.resolve_delay_ms,
            first,
            count,
            actions,
            follow_ups,
            rule_crc: crc16(watched.bytes()),
            sequence: 0,
            is_changed: false,
        })
    }

    fn range(&self) -> core::ops::Range<usize> {
        self.first..self.first + self.count
    }

    fn closes_relay(&self) -> bool {
        match self.relay {
            Relay::None => false,
            Relay::Follows => self.state.is_active(),
            Relay::Latches => self.state.is_active() || self.is_unconfirmed(),
        }
    }

    /// There is a record that nobody confirmed.
    pub fn is_unconfirmed(&self) -> bool {
        matches!(self.state.phase(), Phase::Active | Phase::Resolved) && self.state.confirmed_ms().is_none()
    }
}

#[derive(Debug)]
pub(crate) struct Alarms<const ALERTS: usize, const CONDITIONS: usize> {
    numbers: Vec<Number, CONDITIONS>,
    conditions: Vec<Condition, CONDITIONS>,
    states: Vec<ConditionState, CONDITIONS>,
    pub alerts: Vec<Alert, ALERTS>,
    pub ring: Ring,
    /// Instant at which the board's clock was 0.
    base_ms: i64,
    next_ms: Option<i64>,
}

impl<const ALERTS: usize, const CONDITIONS: usize> Alarms<ALERTS, CONDITIONS> {
    pub fn new(image: &Image<'_>, now_us: u64) -> Result<Self, CapacityError> {
        let ring = Ring { items: [None; TRANSITIONS], count: 0 };
        let mut alarms = Alarms {
            numbers: Vec::new(),
            conditions: Vec::new(),
            states: Vec::new(),
            alerts: Vec::new(),
            ring,
            base_ms: 0,
            next_ms: None,
        };
        let full = CapacityError::Conditions(CONDITIONS);
        for point in image.points() {
            // The image was checked: its points have codecs.
            let Ok(codec) = point.codec() else { continue };
            let number = Number { unit_id: point.unit_id, kind: point.kind, address: point.address, codec };
            alarms.numbers.push(number).map_err(|_| full)?;
        }
        let at_ms = alarms.at_ms(now_us);
        for watched in image.alerts() {
            let alert = Alert::new(&watched, alarms.conditions.len(), at_ms)?;
            for condition in watched.conditions() {
                alarms.conditions.push(condition).map_err(|_| full)?;
                alarms.states.push(ConditionState::new(at_ms)).map_err(|_| full)?;
            }
            alarms.alerts.push(alert).map_err(|_| CapacityError::Alerts(ALERTS))?;
        }
        alarms.step(&Event::Tick { at_ms });
        Ok(alarms)
    }

    /// The instant that the engine is told.
    pub fn at_ms(&self, now_us: u64) -> i64 {
        self.base_ms.saturating_add_unsigned(now_us / 1000)
    }

    /// A unit had its turn: all of it goes to the alerts at once.
    pub fn cycle<const GROUPS: usize, const WORDS: usize>(
        &mut self,
        unit_id: UnitId,
        points: &Points<GROUPS, WORDS>,
        now_us: u64,
    ) {
        let own = (0..).zip(&self.numbers).filter(|(_, number)| number.unit_id == unit_id);
        let readings: Vec<(u64, Option<Decimal>), CONDITIONS> =
            own.filter_map(|(place, number)| Some((place, number.read(points)?))).collect();
        if !readings.is_empty() {
            self.step(&Event::Cycle { at_ms: self.at_ms(now_us), readings: &readings });
        }
    }

    /// Does what is due.
    pub fn tick(&mut self, now_us: u64) {
        let at_ms = self.at_ms(now_us);
        if self.next_ms.is_some_and(|next_ms| next_ms <= at_ms) {
            self.step(&Event::Tick { at_ms });
        }
    }

    /// When something is due, by the board's clock.
    pub fn wake_us(&self) -> u64 {
        let wait_ms = self.next_ms.map(|next_ms| next_ms.saturating_sub(self.base_ms));
        wait_ms.map_or(u64::MAX, |wait_ms| u64::try_from(wait_ms).unwrap_or(0).saturating_mul(1000))
    }

    pub fn confirm(&mut self, now_us: u64) {
        self.step(&Event::Confirm { at_ms: self.at_ms(now_us) });
    }

    pub fn is_relay_closed(&self) -> bool {
        self.alerts.iter().any(Alert::closes_relay)
    }

    fn step(&mut self, event: &Event<'_>) {
        let mut next_ms: Option<i64> = None;
        for alert in &mut self.alerts {
            let (Some(conditions), Some(states)) =
                (self.conditions.get(alert.range()), self.states.get_mut(alert.range()))
            else {
                continue;
            };
            let (period_ms, delay_ms) = (alert.period_ms.into(), alert.resolve_delay_ms.into());
            let rule = Rule::new(alert.logic, conditions, &alert.actions, &alert.follow_ups, period_ms);
            // Neither of these fails: counts were looked at when the alert was made.
            let Ok(rule) = rule.map(|rule| rule.resolve_delay_ms(delay_ms)) else { continue };
            let (ring, number, is_changed) = (&mut self.ring, alert.number, &mut alert.is_changed);
            let mut tell = |effect: Effect| {
                ring.push(Transition { alert: number, effect });
                *is_changed = true;
            };
            if step(&rule, &mut alert.state, states, event, &mut tell).is_ok() {
                let due_ms = next_deadline(&rule, &alert.state, states);
                next_ms = next_ms.into_iter().chain(due_ms).min();
            }
        }
        self.next_ms = next_ms;
    }

    pub fn restore<M: Memory>(&mut self, memory: &mut M, start_ms: i64, now_us: u64) -> Result<usize, M::Error> {
        let mut result = Ok(0);
        let mut buffer = [0; RECORD];
        for slot in 0..ALERTS.saturating_mul(2) {
            if let Err(error) = memory.read(slot, &mut buffer) {
                result = Err(error);
                continue;
            }
            let Some(stored) = Stored::parse(&buffer) else { continue };
            let place = self.alerts.iter().position(|alert| alert.number == stored.number);
            let Some((place, alert)) = place.and_then(|place| Some((place, self.alerts.get_mut(place)?))) else {
                continue;
            };
            if stored.sequence <= alert.sequence {
                continue;
            }
            let states = self.states.get_mut(alert.range()).unwrap_or_default();
            let is_same = stored.rule_crc == alert.rule_crc;
            let state = is_same.then(|| parabus_core::alert::parse_state(stored.state, states).ok()).flatten();
            alert.sequence = stored.sequence;
            alert.state = state.unwrap_or(State::new(0, stored.record));
            // What lies elsewhere may be overwritten by its neighbour.
            alert.is_changed = state.is_none() || slot != slot_of(place, stored.sequence);
            if state.is_none() {
                states.fill(ConditionState::new(0));
            }
        }
        let latest_ms = self.alerts.iter().map(|alert| alert.state.now_ms()).max().unwrap_or(0);
        let at_ms = start_ms.max(latest_ms);
        self.base_ms = at_ms.saturating_sub_unsigned(now_us / 1000);
        // What begins anew was made at 0.
        for alert in self.alerts.iter_mut().filter(|alert| alert.state.phase() == Phase::Quiet) {
            alert.state = State::new(at_ms, alert.state.record());
            self.states.get_mut(alert.range()).unwrap_or_default().fill(ConditionState::new(at_ms));
        }
        self.step(&Event::Restart { at_ms });
        result.map(|_: usize| self.alerts.iter().filter(|alert| alert.sequence > 0).count())
    }

    pub fn store<M: Memory>(&mut self, memory: &mut M) -> Result<(), M::Error> {
        for (place, alert) in self.alerts.iter_mut().enumerate().filter(|(_, alert)| alert.is_changed) {
            let sequence = alert.sequence.saturating_add(1);
            let mut buffer = [0; RECORD];
            let states = self.states.get(alert.range()).unwrap_or_default();
            let (number, rule_crc) = (alert.number, alert.rule_crc);
            if Stored::emit(number, rule_crc, sequence, &alert.state, states, &mut buffer).is_some() {
                memory.write(slot_of(place, sequence), &buffer)?;
            }
            alert.sequence = sequence;
            alert.is_changed = false;
        }
        Ok(())
    }
}

/// Two slots by turns: a write that power cuts short leaves the one before it.
fn slot_of(place: usize, sequence: u32) -> usize {
    place.saturating_mul(2).saturating_add(usize::from(sequence % 2 == 1))
}
