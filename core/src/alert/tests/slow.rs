//! The definition once more, long-hand: every instant of a coarse clock is looked at, and everything is sought
//! in lists of what was.

use std::vec;
use std::vec::Vec;

use super::laws::{Happening, Plan, PlanTest, What};
use crate::alert::{Comparison, Effect, Kind, Logic, Stage, Truth};

const TEN_MINUTES: i64 = 600_000;

struct Reading {
    at: i64,
    value: Option<i64>,
}

struct Watched {
    readings: Vec<Reading>,
    /// Since when a reading is waited for, readings before it left out.
    waiting: Option<i64>,
    enabled: i64,
    is_lost: bool,
    is_error: bool,
    is_polled: bool,
}

struct Record {
    number: u32,
    started: i64,
    since: i64,
    /// Instant and truth from there on, the first entry being its start.
    truths: Vec<(i64, Truth)>,
    is_renewed: bool,
    closed: Option<i64>,
    confirmed: Option<i64>,
    is_flapping: bool,
    actions: Vec<bool>,
    follow_ups: Vec<bool>,
    is_again: bool,
    was_flapping: bool,
}

pub(super) struct Slow<'a> {
    plan: &'a Plan,
    now: i64,
    watched: Vec<Watched>,
    records: Vec<Record>,
    is_ended: bool,
    pub(super) effects: Vec<Effect>,
}

impl<'a> Slow<'a> {
    pub(super) fn new(plan: &'a Plan) -> Slow<'a> {
        let watched = plan.conditions.iter().map(|_| Watched {
            readings: Vec::new(),
            waiting: None,
            enabled: 0,
            is_lost: false,
            is_error: false,
            is_polled: true,
        });
        Slow { plan, now: 0, watched: watched.collect(), records: Vec::new(), is_ended: false, effects: Vec::new() }
    }

    pub(super) fn play(&mut self, happenings: &[Happening], bucket: i64) {
        for happening in happenings {
            if self.is_ended {
                return;
            }
            if let What::Restart = happening.what {
                self.restart(happening.at.max(self.now));
                self.settle();
                continue;
            }
            while self.now < happening.at {
                self.now = (self.now + bucket).min(happening.at);
                self.settle();
            }
            self.happen(happening);
            if !self.is_ended {
                self.settle();
            }
        }
    }

    fn happen(&mut self, happening: &Happening) {
        match &happening.what {
            What::Tick | What::Restart => {}
            What::Cycle(readings) => {
                for index in 0..self.plan.conditions.len() {
                    let param = self.plan.conditions[index].param;
                    if let Some((_, value)) = readings.iter().find(|(read, _)| *read == param) {
                        self.read(index, happening.at, *value);
                    }
                }
                self.expire();
                self.look();
            }
            What::Confirm => {
                let now = self.now;
                if let Some(record) = self.records.last_mut()
                    && record.confirmed.is_none()
                {
                    record.confirmed = Some(now);
                    self.tell(Kind::Confirm, now);
                }
            }
            What::Polling(params, is_on) => {
                for index in 0..self.plan.conditions.len() {
                    let watched = &mut self.watched[index];
                    if params.contains(&self.plan.conditions[index].param) && watched.is_polled != *is_on {
                        watched.is_polled = *is_on;
                        if *is_on {
                            watched.is_error = false;
                            self.wait(index, self.now);
                        }
                    }
                }
                self.look();
            }
            What::Close => {
                if self.records.last().is_some_and(|record| record.closed.is_none()) {
                    self.tell(Kind::Resolve, self.now);
                }
                self.is_ended = true;
            }
        }
    }

    fn is_value(&self, index: usize) -> bool {
        matches!(self.plan.conditions[index].test, PlanTest::Compare(..))
    }

    fn wait(&mut self, index: usize, from: i64) {
        if !self.is_value(index) {
            let latest = self.watched[index].readings.iter().map(|reading| reading.at).max();
            let before = latest.max(self.watched[index].waiting).unwrap_or(self.watched[index].enabled);
            self.watched[index].waiting = Some(from.max(before));
        }
    }

    fn read(&mut self, index: usize, at: i64, value: Option<i64>) {
        let is_value = self.is_value(index);
        let watched = &mut self.watched[index];
        let latest = watched.readings.iter().map(|reading| reading.at).max();
        if latest.is_some_and(|latest| at <= latest && watched.waiting.is_none_or(|from| latest >= from)) {
            return;
        }
        if !is_value && at < watched.waiting.unwrap_or(watched.enabled) {
            return;
        }
        if !is_value && latest.is_some_and(|latest| at < latest) {
            return;
        }
        watched.readings.push(Reading { at, value });
        watched.is_lost = false;
        if let PlanTest::ReadingError(failures) = self.plan.conditions[index].test {
            if value.is_some() {
                watched.is_error = false;
            } else {
                // Those since the last good one, and since waiting began.
                let from = watched.waiting.unwrap_or(i64::MIN);
                let start = watched.started_waiting();
                let row = watched.readings[start..].iter().rev().take_while(|reading| reading.value.is_none());
                let row = row.filter(|reading| reading.at >= from).count();
                if row >= usize::from(failures) && watched.is_polled {
                    watched.is_error = true;
                }
            }
        }
    }

    /// Whether a reading error came by silence; for values nothing is to be noted.
    fn expire(&mut self) {
        for index in 0..self.plan.conditions.len() {
            if self.is_value(index) || !self.watched[index].is_polled {
                continue;
            }
            let Some(hold) = self.plan.conditions[index].hold else { continue };
            let watched = &self.watched[index];
            let good =
                watched.readings[watched.started_waiting()..].iter().rev().find(|reading| reading.value.is_some());
            let from = good.map(|reading| reading.at).or(watched.waiting).unwrap_or(watched.enabled);
            if self.now >= from + hold {
                self.watched[index].is_error = true;
            }
        }
    }

    fn truth(&self, index: usize) -> Truth {
        let condition = &self.plan.conditions[index];
        let watched = &self.watched[index];
        let of = |holds: bool| if holds { Truth::True } else { Truth::False };
        match condition.test {
            PlanTest::ReadingError(_) => of(watched.is_polled && watched.is_error),
            PlanTest::Compare(comparison, threshold, deadband) => {
                let Some(last) = watched.readings.last() else { return Truth::Unknown };
                let is_old = condition.hold.is_some_and(|hold| self.now >= last.at + hold);
                if watched.is_lost || is_old || last.value.is_none() {
                    return Truth::Unknown;
                }
                let mut is_on = false;
                for value in watched.readings.iter().filter_map(|reading| reading.value) {
                    let slack = if is_on { deadband } else { 0 };
                    is_on = match comparison {
                        Comparison::Greater => value > threshold - slack,
                        Comparison::GreaterOrEqual => value >= threshold - slack,
                        Comparison::Less => value < threshold + slack,
                        Comparison::LessOrEqual => value <= threshold + slack,
                        Comparison::Equal => (value - threshold).abs() <= slack,
                        Comparison::NotEqual => value != threshold,
                    };
                }
                of(is_on)
            }
        }
    }

    fn logic(&self) -> Truth {
        let truths: Vec<Truth> = (0..self.plan.conditions.len()).map(|index| self.truth(index)).collect();
        if truths.is_empty() {
            return Truth::False;
        }
        match self.plan.logic {
            Logic::All if truths.contains(&Truth::False) => Truth::False,
            Logic::All if truths.contains(&Truth::Unknown) => Truth::Unknown,
            Logic::All => Truth::True,
            Logic::Any if truths.contains(&Truth::True) => Truth::True,
            Logic::Any if truths.contains(&Truth::Unknown) => Truth::Unknown,
            Logic::Any => Truth::False,
        }
    }

    fn tell(&mut self, kind: Kind, due_ms: i64) {
        let record = self.records.last().unwrap().number;
        self.effects.push(Effect { kind, record, due_ms, at_ms: self.now });
    }

    fn note(&mut self, truth: Truth) {
        let longest = (3 * self.plan.period).max(TEN_MINUTES);
        let now = self.now;
        let record = self.records.last_mut().unwrap();
        let (from, before) = *record.truths.last().unwrap();
        if before == truth {
            return;
        }
        if before == Truth::Unknown && now - from > longest {
            record.is_renewed = true;
        }
        if truth == Truth::True && record.is_renewed {
            record.is_renewed = false;
            record.since = now;
        }
        record.truths.push((now, truth));
    }

    /// Compares the logic with the record.
    fn look(&mut self) {
        let truth = self.logic();
        let now = self.now;
        if self.records.last().is_some_and(|record| record.closed.is_none()) {
            self.note(truth);
            return;
        }
        if truth != Truth::True {
            return;
        }
        let closed = self.records.last().and_then(|record| record.closed);
        let is_again = closed.is_some_and(|closed| now - closed <= TEN_MINUTES);
        // After a mark of flapping counting begins from nothing.
        let first = self.records.iter().rposition(|record| record.was_flapping).map_or(0, |marked| marked + 1);
        let again =
            self.records[first..].iter().filter(|record| record.is_again && now - record.started <= TEN_MINUTES);
        let is_flapping = is_again && again.count() >= 3;
        self.records.push(Record {
            number: u32::try_from(self.records.len() + 1).unwrap(),
            started: now,
            since: now,
            truths: vec![(now, Truth::True)],
            is_renewed: false,
            closed: None,
            confirmed: None,
            is_flapping,
            actions: vec![false; self.plan.actions.len()],
            follow_ups: vec![false; self.plan.follow_ups.len()],
            is_again,
            was_flapping: is_flapping,
        });
        self.tell(Kind::Open, now);
        if is_flapping {
            self.tell(Kind::Flapping, now);
        }
    }

    /// All that is due at this instant, until nothing more is.
    fn settle(&mut self) {
        loop {
            let before =
                (self.effects.len(), self.logic(), self.records.last().is_some_and(|record| record.is_flapping));
            self.expire();
            self.look();
            self.close();
            self.act();
            self.follow_up();
            self.calm();
            let after =
                (self.effects.len(), self.logic(), self.records.last().is_some_and(|record| record.is_flapping));
            if before == after {
                return;
            }
        }
    }

    fn close(&mut self) {
        let (now, delay) = (self.now, self.plan.delay);
        let Some(record) = self.records.last_mut() else { return };
        let (from, truth) = *record.truths.last().unwrap();
        if record.closed.is_none() && !record.is_flapping && truth == Truth::False && now - from >= delay {
            record.closed = Some(from);
            self.tell(Kind::Resolve, from);
        }
    }

    fn act(&mut self) {
        for index in 0..self.plan.actions.len() {
            let Some(record) = self.records.last_mut() else { return };
            let due = record.since + self.plan.actions[index].0;
            let is_true = record.truths.last().unwrap().1 == Truth::True;
            if record.closed.is_none() && is_true && !record.actions[index] && self.now >= due {
                record.actions[index] = true;
                self.tell(Kind::Action(u8::try_from(index).unwrap()), due);
            }
        }
    }

    fn follow_up(&mut self) {
        for index in 0..self.plan.follow_ups.len() {
            let Some(record) = self.records.last_mut() else { return };
            let (stage, timeout) = self.plan.follow_ups[index];
            let speaks = self.plan.actions.iter().any(|(_, has_channel)| *has_channel);
            let spoke =
                self.plan.actions.iter().zip(&record.actions).any(|((_, has_channel), done)| *has_channel && *done);
            if record.follow_ups[index] || speaks && !spoke {
                continue;
            }
            let truth = record.truths.last().unwrap().1;
            let from = match stage {
                Stage::Confirmed => record.confirmed,
                Stage::NotConfirmed if record.closed.is_some() || record.confirmed.is_some() => None,
                Stage::NotConfirmed if truth == Truth::False => None,
                Stage::NotConfirmed => Some(record.started),
                Stage::Resolved => record.closed,
            };
            if let Some(due) = from.map(|from| from + timeout).filter(|due| self.now >= *due) {
                record.follow_ups[index] = true;
                self.tell(Kind::FollowUp(u8::try_from(index).unwrap()), due);
            }
        }
    }

    fn calm(&mut self) {
        let now = self.now;
        if let Some(record) = self.records.last_mut()
            && record.is_flapping
            && now - record.truths.last().unwrap().0 >= TEN_MINUTES
        {
            record.is_flapping = false;
        }
    }

    fn restart(&mut self, at: i64) {
        if self.records.last().is_some_and(|record| record.closed.is_none()) {
            self.note(Truth::Unknown);
        }
        self.now = at;
        for index in 0..self.plan.conditions.len() {
            if self.is_value(index) {
                self.watched[index].is_lost = true;
            } else if self.watched[index].is_polled && !self.watched[index].is_error {
                self.wait(index, at);
            }
        }
        self.look();
    }
}

impl Watched {
    /// The first of the readings that came since waiting began.
    fn started_waiting(&self) -> usize {
        let from = self.waiting.unwrap_or(i64::MIN);
        self.readings.iter().position(|reading| reading.at >= from).unwrap_or(self.readings.len())
    }
}
