//! The one evaluator: it hears of every device cycle once, of time and of the configuration, and stores what
//! happens.
//!
//! Guarantees:
//! - Readings are in the store before the evaluator hears of them. It stores its states with each transition
//!   and once a minute; after a crash, or when it fell behind, it reads from the store what came since.
//! - A transition whose transaction fails has not happened: states are read again, and it happens anew.
//! - A record runs by the rule that it began with. One that an edit leaves closed but with follow-ups to come
//!   goes on as a tail beside the new rule. If a parameter of its rule is deleted it closes without messages.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use parabus_core::alert::{AlertError, Effect, Event, Kind, effect_id};
use parabus_core::time::Instant;
use parabus_core::value::Decimal;
use parking_lot::Mutex;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::happening::{Happening, RecordChange, Teller};
use super::link::Links;
use super::model::AlertId;
use super::running::{Read, Running};
use super::snapshot::{About, Snapshot};
use super::told::Told;
use crate::clock;
use crate::live::{Live, LiveCycle};
use crate::model::{DeviceId, Directory, Held, ParamId};
use crate::storage::{AlertChanges, AuditEntry, KeptState, Store, StoreError};

/// How often states without transitions are stored: so much is read again after a crash.
const CHECKPOINT_MS: u64 = 60_000;
/// So much of what was missed is in memory at once.
pub(super) const CATCH_UP_MS: i64 = 86_400_000;
/// How often wishes of the command line are looked for.
const WISHES_EVERY: Duration = Duration::from_secs(1);
/// Cycles that are taken at once.
const BATCH: usize = 1024;

/// The alerts of a server.
pub struct Alarm {
    store: Store,
    links: Links,
    inner: Mutex<Inner>,
}

type Key = (AlertId, u32);

#[derive(Default)]
struct Inner {
    all: BTreeMap<Key, Running>,
    by_param: HashMap<ParamId, BTreeSet<AlertId>>,
    /// Of the configuration that the rules come from; none before states were read.
    revision: Option<i64>,
    /// A turn has begun and not ended well: states may be ahead of what is stored.
    is_amid: bool,
    /// Whether the engine was told that the program runs again.
    is_restarted: bool,
    checkpoint_ms: u64,
}

/// What came of a confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmed {
    Now,
    /// Somebody was first.
    Before,
    /// There is no such record.
    Absent,
}

/// What is stored is not what this version writes.
fn unreadable(error: AlertError) -> StoreError {
    StoreError::Content { field: "an alert", text: error.to_string() }
}

impl Alarm {
    /// Nothing runs until the first work.
    pub fn new(store: Store, public_url: Option<&str>) -> Result<Alarm, StoreError> {
        let links = Links::new(&store.link_secret()?, public_url);
        Ok(Alarm { store, links, inner: Mutex::default() })
    }

    pub const fn links(&self) -> &Links {
        &self.links
    }

    /// Takes cycles and everything that is due. If it fails, all is taken from the store next time.
    pub fn work(&self, cycles: &[Arc<LiveCycle>], is_behind: bool, now: Instant) -> Result<(), StoreError> {
        self.turn(now, |mut work, inner| {
            work.all(inner, cycles, is_behind)?;
            work.keep(inner)
        })
    }

    /// One turn; after one that failed, or broke off, states are read again.
    fn turn<T>(
        &self,
        now: Instant,
        work: impl FnOnce(Work<'_>, &mut Inner) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut inner = self.inner.lock();
        if std::mem::replace(&mut inner.is_amid, true) {
            inner.revision = None;
        }
        let result = work(Work::new(self, now), &mut inner);
        inner.is_amid = result.is_err();
        result
    }

    /// As after a fault of the store: states and readings are read again, the program did not stand still.
    #[cfg(test)]
    pub fn work_without_restart(&self, now: Instant) {
        self.inner.lock().is_restarted = true;
        self.work(&[], false, now).unwrap();
    }

    /// Stores all states, so that nothing has to be read again.
    pub fn checkpoint(&self, now: Instant) -> Result<(), StoreError> {
        self.turn(now, |work, inner| {
            if inner.revision.is_none() {
                return Ok(());
            }
            inner.checkpoint_ms = 0;
            work.keep(inner)
        })
    }

    /// The next instant at which something is due without a reading.
    pub fn deadline(&self) -> Option<Instant> {
        self.inner.lock().all.values().filter_map(Running::deadline).min().map(Instant::from_millis)
    }

    /// Somebody has seen a record; the first time counts.
    pub fn confirm(
        &self,
        alert: AlertId,
        record: u32,
        by: &str,
        entry: &AuditEntry,
        now: Instant,
    ) -> Result<Confirmed, StoreError> {
        self.turn(now, |mut work, inner| {
            work.all(inner, &[], false)?;
            let confirmed = work.confirm(inner, alert, record, by, now)?;
            if confirmed == Confirmed::Now {
                work.changes.audit.push(entry.clone());
            }
            work.keep(inner)?;
            Ok(confirmed)
        })
    }

    /// Conditions of an alert that hold by themselves, by their ids.
    pub fn holding(&self, alert: AlertId) -> BTreeSet<i64> {
        let inner = self.inner.lock();
        let running = inner.all.get(&(alert, 0));
        running.into_iter().flat_map(Running::holding).map(|(condition, _)| condition.id).collect()
    }
}

/// One turn: what it changes is gathered, and stored at once.
struct Work<'a> {
    alarm: &'a Alarm,
    directory: Arc<Directory>,
    now: Instant,
    changes: AlertChanges,
    /// A state that must not wait for the next transition.
    is_urgent: bool,
}

impl Work<'_> {
    fn new(alarm: &Alarm, now: Instant) -> Work<'_> {
        let directory = alarm.store.directory();
        Work { alarm, directory, now, changes: AlertChanges::default(), is_urgent: false }
    }

    fn all(&mut self, inner: &mut Inner, cycles: &[Arc<LiveCycle>], is_behind: bool) -> Result<(), StoreError> {
        let is_first = inner.revision.is_none();
        if is_first {
            self.load(inner)?;
        }
        if is_first || is_behind {
            self.catch_up(inner)?;
        }
        if inner.revision != Some(self.directory.revision) {
            // A new alert hears of the cycles that came with it.
            let first = cycles.iter().map(|cycle| cycle.at.as_millis().saturating_sub(1)).min();
            let now_ms = self.now.as_millis();
            self.follow(inner, first.filter(|_| !is_first).map_or(now_ms, |first_ms| first_ms.min(now_ms)))?;
        }
        self.wishes(inner)?;
        if !inner.is_restarted {
            let keys: Vec<Key> = inner.all.keys().copied().collect();
            for key in keys {
                self.step(inner, key, |running, now| running.step(&Event::Restart { at_ms: now }))?;
            }
            self.is_urgent = true;
        }
        for cycle in cycles {
            let reads = self.reads(cycle);
            self.read(inner, cycle.at.as_millis(), &reads)?;
        }
        let now_ms = self.now.as_millis();
        let is_due = |running: &Running| running.deadline().is_some_and(|due_ms| due_ms <= now_ms);
        let due: Vec<Key> = inner.all.iter().filter(|(_, running)| is_due(running)).map(|(key, _)| *key).collect();
        for key in due {
            self.step(inner, key, |running, now| running.tick(now))?;
        }
        Ok(())
    }

    /// Reads the states that are stored.
    fn load(&mut self, inner: &mut Inner) -> Result<(), StoreError> {
        inner.all.clear();
        for KeptState { alert, org, tail, rule, state } in self.alarm.store.alert_states()? {
            let snapshot: Result<Snapshot, _> = serde_json::from_str(&rule);
            let running =
                snapshot.ok().and_then(|snapshot| Running::restore((alert, org, tail), snapshot, &state).ok());
            match running {
                Some(mut running) => {
                    running.is_dirty = false;
                    if running.snapshot.about == About::default() {
                        running.snapshot.about = self.directory.alerts.get(&alert).map(About::of).unwrap_or_default();
                    }
                    inner.all.insert((alert, tail), running);
                }
                // The alert begins anew; what it had told stays told.
                None => {
                    tracing::error!(alert, "the state of an alert cannot be read, it begins anew");
                    self.changes.gone.push((alert, tail));
                    self.is_urgent = true;
                }
            }
        }
        inner.index();
        Ok(())
    }

    /// Hands out the readings that are stored and that alerts have not heard of.
    fn catch_up(&mut self, inner: &mut Inner) -> Result<(), StoreError> {
        let mut since: BTreeMap<ParamId, i64> = BTreeMap::new();
        for running in inner.all.values().filter(|running| running.tail == 0) {
            for (condition, _, state) in running.conditions() {
                if let Some(param) = condition.param.filter(|param| self.directory.params.contains_key(param)) {
                    let seen_ms = since.entry(param).or_insert(i64::MAX);
                    *seen_ms = (*seen_ms).min(state.seen_ms());
                }
            }
        }
        let now_ms = self.now.as_millis();
        let mut from_ms = since.values().min().map_or(i64::MAX, |seen_ms| seen_ms.saturating_add(1));
        while from_ms < i64::MAX {
            // A clock that was set back leaves readings after now.
            let till_ms = from_ms.checked_add(CATCH_UP_MS).filter(|till_ms| *till_ms < now_ms).unwrap_or(i64::MAX);
            for ((at_ms, _), reads) in self.cycles_between(&since, (from_ms, till_ms))? {
                self.read(inner, at_ms, &reads)?;
            }
            from_ms = till_ms;
        }
        Ok(())
    }

    /// Cycles of parameters, each from after what was seen of it, in a range whose end is not in it.
    fn cycles_between(
        &self,
        since: &BTreeMap<ParamId, i64>,
        (from_ms, till_ms): (i64, i64),
    ) -> Result<BTreeMap<(i64, DeviceId), Vec<Read>>, StoreError> {
        let mut cycles: BTreeMap<(i64, DeviceId), Vec<Read>> = BTreeMap::new();
        for (&param, seen_ms) in since {
            let Some(device) = self.directory.params.get(&param).map(|param| param.device_id) else { continue };
            let first_ms = seen_ms.saturating_add(1).max(from_ms);
            if first_ms >= till_ms {
                continue;
            }
            let range = (Instant::from_millis(first_ms), Instant::from_millis(till_ms.saturating_sub(1)));
            self.alarm.store.each_reading(param, range, &mut |at, value| {
                let value = value.ok();
                let number = value.as_ref().and_then(compared);
                cycles.entry((at.as_millis(), device)).or_default().push(Read { param, number, value });
                ControlFlow::Continue(())
            })?;
        }
        Ok(cycles)
    }

    /// What a cycle brought, in the types and scales that its device has now.
    fn reads(&self, cycle: &LiveCycle) -> Vec<Read> {
        let read =
            |param: ParamId, value: Option<Held>| Read { param, number: value.as_ref().and_then(compared), value };
        let readings = cycle.readings.iter().map(|reading| {
            let codec = self.directory.params.get(&reading.param).and_then(|param| param.codec());
            let value = codec.and_then(|codec| reading.result.as_ref().ok()?.value(&codec));
            read(reading.param, value)
        });
        readings.collect()
    }

    fn read(&mut self, inner: &mut Inner, at_ms: i64, reads: &[Read]) -> Result<(), StoreError> {
        let of = |read: &Read| inner.by_param.get(&read.param).into_iter().flatten().copied();
        let alerts: BTreeSet<AlertId> = reads.iter().flat_map(of).collect();
        for alert in alerts {
            // Of what was seen already, or is older, nothing is heard.
            let seen = inner.all.get(&(alert, 0)).map(|running| {
                let conditions = running.conditions();
                let seen = conditions.filter_map(|(kept, _, state)| Some((kept.param?, state.seen_ms())));
                seen.collect::<Vec<_>>()
            });
            let seen = seen.unwrap_or_default();
            let is_new = |read: &&Read| seen.iter().any(|(param, seen_ms)| *param == read.param && *seen_ms < at_ms);
            let fresh: Vec<Read> = reads.iter().filter(is_new).cloned().collect();
            if !fresh.is_empty() {
                self.step(inner, (alert, 0), |running, _| running.read(at_ms, &fresh))?;
            }
        }
        Ok(())
    }

    /// Takes up the configuration: new, edited and deleted alerts, parameters that are polled no more.
    fn follow(&mut self, inner: &mut Inner, at_ms: i64) -> Result<(), StoreError> {
        let directory = self.directory.clone();
        let numbers = self.alarm.store.last_alert_numbers()?;
        let gone: Vec<Key> = inner.all.keys().copied().filter(|(id, _)| !directory.alerts.contains_key(id)).collect();
        for key in gone {
            self.close(inner, key, at_ms)?;
            self.changes.deleted.push(key.0);
        }
        for alert in directory.alerts.values() {
            let wanted = Snapshot::of(alert, &directory);
            let key = (alert.id, 0);
            let lost = inner
                .all
                .get(&key)
                .is_some_and(|running| running.snapshot.params().any(|param| !directory.params.contains_key(&param)));
            let mut last = numbers.get(&alert.id).copied().unwrap_or(0);
            if lost {
                last = inner.all.get(&key).map_or(last, |running| running.state().record());
                self.close(inner, key, at_ms)?;
            }
            match inner.all.get_mut(&key) {
                None => match Running::begin((alert.id, alert.org_id), wanted, at_ms, last) {
                    Ok(running) => {
                        inner.all.insert(key, running);
                        self.is_urgent = true;
                    }
                    // The others go on.
                    Err(error) => tracing::error!(alert = alert.id, %error, "an alert's rule cannot be evaluated"),
                },
                // Nothing is said of the last record any more: another name needs no new beginning.
                Some(running)
                    if !running.is_open() && !running.is_owing() && running.snapshot.is_same_rule(&wanted) =>
                {
                    running.is_dirty |= running.snapshot != wanted;
                    running.snapshot = wanted;
                    running.next = None;
                }
                Some(running) => running.next = Some(wanted).filter(|wanted| *wanted != running.snapshot),
            }
            self.turn_over(inner, alert.id, at_ms)?;
        }
        inner.index();
        let keys: Vec<Key> = inner.all.keys().copied().filter(|(_, tail)| *tail == 0).collect();
        for key in keys {
            self.polling(inner, key, at_ms)?;
        }
        inner.revision = Some(directory.revision);
        Ok(())
    }

    /// Tells an alert which of its parameters are read from now on, and which no more.
    fn polling(&mut self, inner: &mut Inner, key: Key, at_ms: i64) -> Result<(), StoreError> {
        let Some(running) = inner.all.get_mut(&key) else { return Ok(()) };
        let is_polled = |param: Option<ParamId>| param.is_none_or(|param| self.directory.is_polled(param));
        let polled: Vec<bool> = running.snapshot.conditions.iter().map(|each| is_polled(each.param)).collect();
        // A state that was just read may think otherwise than the default.
        let of = |is_on: bool| -> Vec<u64> {
            let conditions = running.snapshot.conditions.iter().zip(&polled).filter(|(_, polled)| **polled == is_on);
            conditions.filter_map(|(condition, _)| condition.param.map(i64::cast_unsigned)).collect()
        };
        let (on, off) = (of(true), of(false));
        let is_changed = running.polled != polled;
        let is_told = inner.revision.is_some();
        if is_told && !is_changed {
            return Ok(());
        }
        running.polled = polled;
        self.is_urgent |= is_changed;
        self.step(inner, key, |running, _| {
            let mut effects = running.step(&Event::Polling { at_ms, params: &on, is_on: true })?;
            effects.extend(running.step(&Event::Polling { at_ms, params: &off, is_on: false })?);
            Ok(effects)
        })
    }

    /// An alert that is gone: its record closes, nothing is sent.
    fn close(&mut self, inner: &mut Inner, key: Key, at_ms: i64) -> Result<(), StoreError> {
        let Some(mut running) = inner.all.remove(&key) else { return Ok(()) };
        let effects = running.step(&Event::Close { at_ms }).map_err(unreadable)?;
        // What was due until then has come in the same step.
        let count = effects.len();
        for (effect, place) in effects.iter().zip(1..) {
            self.tell(&running, effect, None, place == count && effect.kind == Kind::Resolve);
        }
        self.changes.gone.push(key);
        Ok(())
    }

    /// Puts the edited rule in the place of one whose record is closed.
    fn turn_over(&mut self, inner: &mut Inner, alert: AlertId, at_ms: i64) -> Result<(), StoreError> {
        let key = (alert, 0);
        let Some(running) = inner.all.get(&key).filter(|running| !running.is_open()) else { return Ok(()) };
        let Some(next) = running.next.clone() else { return Ok(()) };
        let record = running.state().record();
        let begun = match Running::begin((alert, running.org), next, at_ms, record) {
            Ok(begun) => begun,
            Err(error) => {
                tracing::error!(alert, %error, "an alert's new rule cannot be evaluated, the old one goes on");
                return Ok(());
            }
        };
        if let Some(tail) = running.tail().map_err(unreadable)? {
            inner.all.insert((alert, record), tail);
        }
        inner.all.insert(key, begun);
        inner.index();
        self.is_urgent = true;
        // It is told by the next change of the configuration otherwise.
        if inner.revision.is_some() {
            self.polling(inner, key, at_ms)?;
        }
        Ok(())
    }

    /// What the command line wishes.
    fn wishes(&mut self, inner: &mut Inner) -> Result<(), StoreError> {
        for wish in self.alarm.store.alert_wishes()? {
            let record = inner.all.get(&(wish.alert, 0)).map(|running| running.state().record());
            if let Some(record) = record.filter(|record| *record > 0) {
                self.confirm(inner, wish.alert, record, &wish.by, wish.at)?;
            }
            self.changes.wishes.push(wish.id);
        }
        Ok(())
    }

    fn confirm(
        &mut self,
        inner: &mut Inner,
        alert: AlertId,
        record: u32,
        by: &str,
        at: Instant,
    ) -> Result<Confirmed, StoreError> {
        let keys = [(alert, record), (alert, 0)];
        let mut running = keys.into_iter().filter_map(|key| inner.all.get(&key).map(|running| (key, running)));
        if let Some((key, running)) = running.find(|(_, running)| running.state().record() == record)
            && running.state().started_ms().is_some()
        {
            if running.state().confirmed_ms().is_some() {
                return Ok(Confirmed::Before);
            }
            self.step_by(inner, key, Some(by), |running, _| running.step(&Event::Confirm { at_ms: at.as_millis() }))?;
            return Ok(Confirmed::Now);
        }
        // A record of an earlier rule, or one that another followed: it is done but for this.
        let of_record = effect_id(alert.cast_unsigned(), record, Kind::Open);
        let Some((kept, _)) = self.alarm.store.record_of_effect(of_record)? else { return Ok(Confirmed::Absent) };
        if kept.confirmed.is_some() {
            return Ok(Confirmed::Before);
        }
        self.changes.happenings.push(Happening {
            alert,
            org: kept.org,
            record,
            effect_id: effect_id(alert.cast_unsigned(), record, Kind::Confirm),
            at_ms: at.as_millis(),
            change: RecordChange::Confirm { by: by.to_owned() },
            lines: vec![Told::Confirmed { by: by.to_owned() }],
            message: None,
        });
        Ok(Confirmed::Now)
    }

    fn step(
        &mut self,
        inner: &mut Inner,
        key: Key,
        event: impl FnOnce(&mut Running, i64) -> Result<Vec<Effect>, AlertError>,
    ) -> Result<(), StoreError> {
        self.step_by(inner, key, None, event)
    }

    /// One event of one alert: its effects are told, and what follows from them is done.
    fn step_by(
        &mut self,
        inner: &mut Inner,
        key: Key,
        by: Option<&str>,
        event: impl FnOnce(&mut Running, i64) -> Result<Vec<Effect>, AlertError>,
    ) -> Result<(), StoreError> {
        let Some(running) = inner.all.get_mut(&key) else { return Ok(()) };
        let effects = event(running, self.now.as_millis()).map_err(unreadable)?;
        let Some(running) = inner.all.get(&key) else { return Ok(()) };
        for effect in &effects {
            self.tell(running, effect, by, false);
        }
        if key.1 != 0 && !running.is_owing() {
            inner.all.remove(&key);
            self.changes.gone.push(key);
        } else if running.next.is_some() && !running.is_open() {
            let at_ms = running.state().now_ms();
            self.turn_over(inner, key.0, at_ms)?;
        }
        Ok(())
    }

    fn tell(&mut self, running: &Running, effect: &Effect, by: Option<&str>, is_closed: bool) {
        let teller = Teller { directory: &self.directory, links: &self.alarm.links, by, is_closed };
        self.changes.happenings.push(teller.tell(running, effect));
    }

    /// Stores what happened with the states after it; those of other alerts once a minute.
    fn keep(mut self, inner: &mut Inner) -> Result<(), StoreError> {
        let told: BTreeSet<AlertId> = self.changes.happenings.iter().map(|happening| happening.alert).collect();
        let is_checkpoint = clock::monotonic_ms().saturating_sub(inner.checkpoint_ms) >= CHECKPOINT_MS;
        let all = is_checkpoint || inner.checkpoint_ms == 0 || self.is_urgent;
        let is_kept = |running: &Running| running.is_dirty && (all || told.contains(&running.alert));
        let kept = inner.all.values().filter(|running| is_kept(running));
        self.changes.states.extend(kept.map(|running| KeptState {
            alert: running.alert,
            org: running.org,
            tail: running.tail,
            rule: serde_json::to_string(&running.snapshot).unwrap_or_default(),
            state: running.emit(),
        }));
        if !self.changes.is_empty() {
            self.alarm.store.keep_alerts(&self.changes, self.now)?;
        }
        // Not before: states that are read again after a fault have not heard of it.
        inner.is_restarted = true;
        for KeptState { alert, tail, .. } in &self.changes.states {
            if let Some(running) = inner.all.get_mut(&(*alert, *tail)) {
                running.is_dirty = false;
            }
        }
        if all {
            inner.checkpoint_ms = clock::monotonic_ms();
        }
        let count = self.changes.happenings.len() as u64;
        metrics::counter!("parabus_alert_effects").increment(count);
        Ok(())
    }
}

impl Inner {
    fn index(&mut self) {
        self.by_param.clear();
        for running in self.all.values().filter(|running| running.tail == 0) {
            for param in running.snapshot.params() {
                self.by_param.entry(param).or_default().insert(running.alert);
            }
        }
    }
}

/// The number that conditions compare; none of 2^63 and more.
fn compared(value: &Held) -> Option<Decimal> {
    value.value().decimal().filter(|number| *number <= Decimal::from(i64::MAX))
}

/// Evaluates until the task is dropped.
pub async fn run(alarm: Arc<Alarm>, store: Store, live: Arc<Live>) {
    let mut feed = live.listen();
    let mut directories = store.watch();
    let mut is_behind = false;
    let mut cycles: Vec<Arc<LiveCycle>> = Vec::new();
    loop {
        let batch = std::mem::take(&mut cycles);
        let working = alarm.clone();
        let work = tokio::task::spawn_blocking(move || working.work(&batch, is_behind, clock::now())).await;
        is_behind = false;
        match work.map_err(|error| error.to_string()).and_then(|result| result.map_err(|error| error.to_string())) {
            Ok(()) => {}
            Err(error) => {
                metrics::counter!("parabus_store_errors", "work" => "alerts").increment(1);
                tracing::error!(error, "alerts could not be evaluated, which will be tried again");
                tokio::time::sleep(WISHES_EVERY).await;
            }
        }
        let due_ms = alarm.deadline().map(|due| due.as_millis().saturating_sub(clock::now().as_millis()));
        let wait = due_ms.map_or(WISHES_EVERY, |ms| Duration::from_millis(u64::try_from(ms).unwrap_or(0)));
        tokio::select! {
            heard = feed.recv() => match heard {
                Ok(cycle) => cycles.push(cycle),
                // What was missed is in the store.
                Err(RecvError::Lagged(_)) => is_behind = true,
                Err(RecvError::Closed) => return,
            },
            () = tokio::time::sleep(wait.min(WISHES_EVERY)) => {}
            changed = directories.changed() => if changed.is_err() { return },
        }
        while cycles.len() < BATCH {
            match feed.try_recv() {
                Ok(cycle) => cycles.push(cycle),
                Err(TryRecvError::Lagged(_)) => is_behind = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
    }
}
