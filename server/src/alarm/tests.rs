//! From cycles in the store to records, log and outbox: once, and with an end without warning at any instant.

use parabus_core::alert::{Comparison, Logic, Stage};
use parabus_core::modbus::{UnitId, WriteFunction};
use parabus_core::value::{Lang, Raw};

use super::evaluator::CATCH_UP_MS;
use super::message::Channel;
use super::model::{
    Alert, AlertAction, AlertCondition, AlertFollowUp, AlertId, ConditionKind, Contact, Level, Recipient,
};
use super::told::Told;
use super::*;
use crate::model::{CellError, Connection, Cycle, Device, Disabled, Net, Org, Param};
use crate::storage::outbox::{Outgoing, State};
use crate::storage::tests_crash::{KILLS, Random, image, restored, times};
use crate::storage::{AlertRecord, AuditEntry, COMMAND_LINE, Records, Shelf, Store};

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use parabus_core::time::Instant;
use parabus_core::value::Decimal;

use crate::live::Live;

/// Where the tests' time begins.
const START: i64 = 1_800_000_000_000;
const MINUTE: i64 = 60_000;

fn at(ms: i64) -> Instant {
    Instant::from_millis(START + ms)
}

fn param(id: i64, device_id: i64, name: &str) -> Param {
    let plain = Param::plain(device_id, name, u16::try_from(id).unwrap());
    Param { id, unit: Some("°C".to_owned()), multiplier: Decimal::parse("0.1").unwrap(), ..plain }
}

fn device(id: i64, name: &str) -> Device {
    Device {
        id,
        net_id: 1,
        name: name.to_owned(),
        slug: name.to_lowercase(),
        description: None,
        unit_id: UnitId(u8::try_from(id).unwrap()),
        disabled: None,
        update_period_sec: 10,
        read_group_size: 60,
        read_gap: 0,
        write_function: WriteFunction::Normal,
        timeout_retries: 1,
        timeout_ms: 500,
        template_id: None,
        group: None,
    }
}

/// Two devices of two parameters each: 1 and 2, 3 and 4.
pub(crate) fn configured(store: &Store) {
    store
        .configure(true, |edit| {
            edit.put_org(&Org { id: 1, name: "Works".into(), slug: "works".into(), lang: Lang::En })?;
            edit.put_contact(1, &Contact { email: Some("duty@works.example".into()), phone: None })?;
            edit.put_net(&Net {
                id: 1,
                org_id: 1,
                name: "Net A".into(),
                slug: "net-a".into(),
                description: None,
                created_on: Instant::from_millis(0),
                disabled: None,
                connection: Connection::tcp("127.0.0.1", 502),
                sku: None,
                solution: "standalone".into(),
                controller_unit_id: UnitId(111),
                device_passwords: Vec::new(),
                max_inflight_requests: 1,
                request_gap_ms: 0,
                is_vpn: false,
            })?;
            for id in [1, 2] {
                edit.put_device(&device(id, if id == 1 { "Device A" } else { "Device B" }))?;
                edit.put_param(&param(2 * id - 1, id, "Room Temp"))?;
                edit.put_param(&param(2 * id, id, "Pressure"))?;
            }
            Ok(())
        })
        .unwrap();
}

fn to(address: &str) -> Recipient {
    Recipient { channel: Channel::Email, address: address.to_owned() }
}

fn action(minutes: u32, recipient: Option<Recipient>) -> AlertAction {
    AlertAction { id: 0, timeout_minutes: minutes, recipient }
}

fn follow_up(stage: Stage, minutes: u32, recipient: Recipient) -> AlertFollowUp {
    AlertFollowUp { id: 0, stage, timeout_minutes: minutes, recipient }
}

pub(crate) fn above(param: i64, degrees: i64) -> AlertCondition {
    let kind = ConditionKind::Compare(Comparison::Greater, Decimal::from(degrees));
    AlertCondition { id: 0, param: Some(param), kind }
}

/// Above 80 °C: at once one by mail, after five minutes the duty, when it is over the first again.
pub(crate) fn hot() -> Alert {
    Alert {
        id: 0,
        org_id: 1,
        name: "High Temperature".into(),
        slug: "high-temperature".into(),
        description: None,
        logic: Logic::All,
        level: Level::Warning,
        conditions: vec![above(1, 80)],
        actions: vec![action(0, Some(to("ann@works.example"))), action(5, Some(to("-")))],
        follow_ups: vec![follow_up(Stage::Resolved, 0, to("ann@works.example"))],
    }
}

pub(crate) fn put(store: &Store, alert: &Alert) -> AlertId {
    store.configure(true, |edit| edit.put_alert(alert)).unwrap()
}

/// A bench that has heard of the hot alert, and the alert's number.
fn watched(folder: &std::path::Path) -> (Bench, AlertId) {
    let mut bench = Bench::open(folder);
    configured(&bench.store);
    let alert = put(&bench.store, &hot());
    bench.work(0);
    (bench, alert)
}

/// A server's parts that alerts need, on a store that can be opened again.
pub(crate) struct Bench {
    pub store: Store,
    pub live: Live,
    pub alarm: Alarm,
    feed: tokio::sync::broadcast::Receiver<Arc<crate::live::LiveCycle>>,
}

impl Bench {
    pub fn open(folder: &std::path::Path) -> Bench {
        let store = Store::open(folder).unwrap();
        let live = Live::new(store.clone()).unwrap();
        let alarm = Alarm::new(store.clone(), Some("https://plant.example")).unwrap();
        let feed = live.listen();
        Bench { store, live, alarm, feed }
    }

    /// A device's first parameter in tenths of a degree, or an error; its second stays at 1.
    fn store_cycle(&self, device: i64, ms: i64, raw: Option<u64>) {
        let group = self.store.directory().devices[&device].group.clone().unwrap();
        let first = raw.map_or(Err(CellError::Timeout), |raw| Ok(Raw(raw).into()));
        let second = raw.map_or(Err(CellError::Timeout), |_| Ok(Raw(10).into()));
        let cycle = Cycle { device, group: group.id, at: at(ms), cells: vec![first, second] };
        self.live.accept(&cycle).unwrap();
    }

    /// The evaluator's turn.
    pub fn work(&mut self, ms: i64) {
        let mut cycles = Vec::new();
        while let Ok(cycle) = self.feed.try_recv() {
            cycles.push(cycle);
        }
        self.alarm.work(&cycles, false, at(ms)).unwrap();
    }

    pub fn cycle(&mut self, device: i64, ms: i64, raw: Option<u64>) {
        self.store_cycle(device, ms, raw);
        self.work(ms);
    }

    fn records(&self) -> Vec<AlertRecord> {
        let mut records = self.store.alert_records(&Records::OfOrg(1), (0, 10_000)).unwrap().0;
        records.reverse();
        records
    }

    fn texts(&self, record: i64) -> Vec<(i64, Vec<String>)> {
        let directory = self.store.directory();
        let lines = self.store.record_log(record).unwrap().into_iter();
        let texts = |texts: Vec<Told>| texts.iter().map(|told| told.text(&directory, Lang::En)).collect();
        lines.map(|line| (line.at.as_millis() - START, texts(line.texts))).collect()
    }

    /// Recipients and first lines, in the order of their queueing.
    fn mail(&self) -> Vec<(String, String)> {
        let mut all = self.store.messages(None, 10_000).unwrap();
        all.reverse();
        let first = |text: &str| text.lines().next().unwrap_or_default().to_owned();
        all.into_iter().map(|each: Outgoing| (each.message.recipient, first(&each.message.text))).collect()
    }
}

fn entry() -> AuditEntry {
    AuditEntry {
        at: at(0),
        actor: COMMAND_LINE.to_owned(),
        org: Some(1),
        action: "test".to_owned(),
        object: String::new(),
        old: None,
        new: None,
        result: "ok".to_owned(),
    }
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(to, text)| ((*to).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn cycles_become_a_record_its_log_and_messages() {
    let folder = tempfile::tempdir().unwrap();
    let (mut bench, alert) = watched(folder.path());
    bench.cycle(1, 10_000, Some(790));
    assert_eq!(bench.records(), []);
    bench.cycle(1, 20_000, Some(850));
    assert_eq!(bench.alarm.holding(alert).len(), 1);
    for ms in (30_000..=330_000).step_by(10_000) {
        bench.cycle(1, ms, Some(851));
    }
    let record = bench.records().pop().unwrap();
    assert_eq!((record.started, record.resolved, record.level), (at(20_000), None, Level::Warning));
    bench.cycle(1, 340_000, Some(700));
    bench.cycle(1, 350_000, Some(700));
    let record = bench.records().pop().unwrap();
    assert_eq!(record.resolved, Some(at(340_000)), "from the first reading that was not above");
    let value = |value: &str| format!("Room Temp (Device A > Net A) = {value} °C");
    let texts = bench.texts(record.id);
    let want = [
        (20_000, vec!["Event started.".to_owned(), value("85.0")]),
        (20_000, vec!["E-mail: ann@works.example".to_owned()]),
        (320_000, vec!["E-mail: duty@works.example".to_owned()]),
        (340_000, vec!["Event resolved.".to_owned()]),
        (350_000, vec!["E-mail: ann@works.example".to_owned()]),
    ];
    assert_eq!(texts, want);
    let started = "Event started.";
    let want =
        [("ann@works.example", started), ("duty@works.example", started), ("ann@works.example", "Event resolved.")];
    assert_eq!(bench.mail(), pairs(&want));
    let first = bench.store.messages(None, 10).unwrap().pop().unwrap();
    assert_eq!(first.message.subject, "[Warning] High Temperature");
    assert!(first.message.text.contains(&value("85.0")), "{}", first.message.text);
    assert!(first.message.text.contains("https://plant.example/confirm/"), "{}", first.message.text);
}

#[test]
fn an_edit_changes_no_word_of_an_event_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    let (mut bench, id) = watched(folder.path());
    bench.cycle(1, 10_000, Some(850));
    put(&bench.store, &Alert { id, name: "Renamed".into(), level: Level::Critical, ..hot() });
    bench.work(11_000);
    drop(bench);
    let mut bench = Bench::open(folder.path());
    bench.work(12_000);
    for (ms, raw) in [(20_000, 700), (30_000, 700), (40_000, 700), (50_000, 850)] {
        bench.cycle(1, ms, Some(raw));
    }
    let mut subjects: Vec<String> =
        bench.store.messages(None, 10).unwrap().into_iter().map(|each| each.message.subject).collect();
    subjects.reverse();
    let (before, after) = ("[Warning] High Temperature", "[Critical] Renamed");
    assert_eq!(subjects, [before, before, after]);
    let kept: Vec<_> = bench.records().into_iter().map(|record| (record.name, record.level)).collect();
    let want = [("High Temperature", Level::Warning), ("Renamed", Level::Critical)];
    assert_eq!(kept, want.map(|(name, level)| (name.to_owned(), level)));
}

#[test]
fn a_deleted_alert_sends_nothing_more_and_its_record_stays_with_its_network() {
    let folder = tempfile::tempdir().unwrap();
    let (mut bench, id) = watched(folder.path());
    bench.cycle(1, 10_000, Some(850));
    bench.store.configure(true, |edit| edit.delete_alert(id)).unwrap();
    bench.work(11_000);
    let messages = bench.store.messages(None, 10).unwrap();
    let ends: Vec<_> = messages.iter().map(|each| (each.state, each.answer.as_deref())).collect();
    assert_eq!(ends, [(State::Suppressed, Some("the alert was deleted"))]);
    bench.store.configure(true, |edit| edit.delete_param(1)).unwrap();
    let of = |net| bench.store.alert_records(&Records::OnNet(1, net), (0, 10)).unwrap().1;
    assert_eq!((of(1), of(2)), (1, 0));
}

#[test]
fn what_was_missed_for_days_is_told_at_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let (bench, _) = watched(folder.path());
    let days = CATCH_UP_MS * 5 / 2;
    for (ms, raw) in [(10_000, 850), (20_000, 700), (CATCH_UP_MS, 850), (CATCH_UP_MS + 9_000, 700), (days, 850)] {
        bench.store_cycle(1, ms, Some(raw));
    }
    drop(bench);
    let bench = Bench::open(folder.path());
    bench.alarm.work(&[], false, at(days + 1)).unwrap();
    let started: Vec<Instant> = bench.records().into_iter().map(|record| record.started).collect();
    assert_eq!(started, [10_000, CATCH_UP_MS, days].map(at));
}

/// Records, their texts, and mail.
type Outcome = (Vec<AlertRecord>, Vec<Vec<(i64, Vec<String>)>>, Vec<(String, String)>);

/// Alerts that both devices' readings take in and out of their conditions.
fn many_alerts(store: &Store) {
    configured(store);
    put(store, &hot());
    let both = Alert { logic: Logic::Any, conditions: vec![above(1, 90), above(3, 50)], slug: "any".into(), ..hot() };
    put(store, &both);
    for step in 0..10 {
        put(store, &Alert { conditions: vec![above(1, 71 + 2 * step)], slug: format!("step-{step}"), ..hot() });
    }
}

/// The readings of one turn, stored and not yet heard of; when they are over.
fn store_turn(bench: &Bench, turn: i64) -> i64 {
    // Up and down in 13 minutes: no record is one too many, and each threshold is met at another turn.
    let (ms, phase) = (turn * 10_000, (turn % 80).unsigned_abs());
    let raw = 700 + 7 * phase.min(80 - phase);
    bench.store_cycle(1, ms, Some(raw));
    bench.store_cycle(2, ms + 3, Some(raw - 250));
    ms + 5
}

fn told(bench: &Bench) -> Outcome {
    let records = bench.records();
    let texts = records.iter().map(|record| bench.texts(record.id)).collect();
    (records, texts, bench.mail())
}

/// What a history brings if the process ends in these turns, when readings are stored that alerts have not heard of.
fn played(turns: i64, ends: &[i64], is_sealed: bool) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::open(folder.path());
    many_alerts(&bench.store);
    bench.work(0);
    for turn in 1..=turns {
        let over_ms = store_turn(&bench, turn);
        if ends.contains(&turn) {
            if is_sealed {
                bench.store.seal().unwrap();
            }
            drop(bench);
            bench = Bench::open(folder.path());
            bench.alarm.work_without_restart(at(over_ms));
        } else {
            bench.work(over_ms);
        }
    }
    told(&bench)
}

#[test]
fn a_process_that_ends_at_any_cycle_brings_the_same_effects() {
    let whole = played(60, &[], false);
    assert!(whole.0.len() > 4, "{} records", whole.0.len());
    for first in [1, 2, 9, 17, 30, 44] {
        assert_eq!(played(60, &[first, first + 1, (first * 3) % 60 + 1], first % 2 == 0), whole, "{first}");
    }
}

/// The folder in which this process is to be a server that ends without warning.
const CHILD: &str = "PARABUS_ALERT_CHILD";

/// Turns of the history that is played with kills, longer than they take: each ends a process after four on average.
fn turns() -> i64 {
    6 * i64::from(times(KILLS, 50))
}

/// Plays on from where the store stands, until it is killed or all is played.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let mut bench = Bench::open(std::path::Path::new(&folder));
    // The turn that the kill cut off is played again: what is there changes nothing.
    let last = bench.live.last(4).map_or(0, |(last, _)| (last.as_millis() - START) / 10_000);
    bench.alarm.work_without_restart(at(last * 10_000 + 5));
    for turn in last + 1..=turns() {
        let over_ms = store_turn(&bench, turn);
        println!("stored {turn}");
        bench.work(over_ms);
        println!("worked {turn}");
    }
    println!("all is played");
}

/// What a power cut leaves of the writes between two states of files: of what was written behind the end of a file, each
/// keeps a part of its own; what was written over the rest is there as it was before.
fn torn(
    before: &BTreeMap<String, Vec<u8>>,
    after: &BTreeMap<String, Vec<u8>>,
    mut below: impl FnMut(usize) -> usize,
) -> BTreeMap<String, Vec<u8>> {
    let tear = |(name, new): (&String, &Vec<u8>)| {
        let old = before.get(name).map(Vec::as_slice).unwrap_or_default();
        let tail = new.get(old.len()..).unwrap_or_default();
        let kept = if new.starts_with(old) { &tail[..below(tail.len() + 1)] } else { &[] };
        (name.clone(), [old, kept].concat())
    };
    after.iter().map(tear).collect()
}

/// Turns of which one is torn: up over all thresholds and down again.
const TORN_TURNS: i64 = 80;

/// A turn that a power cut has torn is played again from whatever was left of it: there is no more and no less than if
/// it had gone well.
#[test]
fn torn_writes_lose_no_transition_and_bring_none_twice() {
    let images = times("PARABUS_TORN", 1000);
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::open(folder.path());
    many_alerts(&bench.store);
    bench.work(0);
    let mut states = vec![(image(folder.path()), told(&bench))];
    for turn in 1..=TORN_TURNS {
        let over_ms = store_turn(&bench, turn);
        bench.work(over_ms);
        states.push((image(folder.path()), told(&bench)));
    }
    let transitions = states.windows(2).filter(|pair| pair[0].1 != pair[1].1).count();
    assert!(transitions > 10, "{transitions} turns bring something");
    let tried = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for thread in 0..2 {
            let (tried, states) = (&tried, &states);
            scope.spawn(move || {
                let mut random = Random(thread);
                while tried.fetch_add(1, Ordering::Relaxed) < images {
                    let turn = 1 + random.below(states.len() - 1);
                    let (before, after) = (&states[turn - 1].0, &states[turn].0);
                    let folder = restored(&torn(before, after, |limit| random.below(limit)));
                    let mut bench = Bench::open(folder.path());
                    let turn_before = i64::try_from(turn).unwrap() - 1;
                    bench.alarm.work_without_restart(at(turn_before * 10_000 + 5));
                    let over_ms = store_turn(&bench, turn_before + 1);
                    bench.work(over_ms);
                    assert_eq!(told(&bench), states[turn].1, "turn {turn}");
                }
            });
        }
    });
    println!("{images} torn turns, {transitions} of {TORN_TURNS} with transitions");
}

#[test]
fn kills_lose_no_transition_and_bring_none_twice() {
    use std::io::BufRead as _;
    use std::process::{Command, Stdio};

    let kills = i64::from(times(KILLS, 50));
    let folder = tempfile::tempdir().unwrap();
    many_alerts(&Store::open(folder.path()).unwrap());
    let run = |lines: Option<usize>| {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "alarm::tests::child", "--nocapture"])
            .env(CHILD, folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let said = std::io::BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut heard = 0;
        let mut is_done = false;
        for line in said {
            is_done |= line.contains("all is played");
            heard += usize::from(line.contains("stored") || line.contains("worked"));
            if lines == Some(heard) {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        is_done
    };
    let mut survived = 0;
    for kill in 0..kills {
        // Odd lines end between a reading and its evaluation, even ones behind it.
        survived += i64::from(!run(Some(1 + (kill * 7 % 13) as usize)));
    }
    assert!(run(None), "the history is played to its end");
    let bench = Bench::open(folder.path());
    let (records, texts, mail) = told(&bench);
    let whole = played(turns(), &[], false);
    let ids: std::collections::BTreeSet<u64> =
        bench.store.messages(None, 10_000).unwrap().iter().map(|each| each.message.effect_id).collect();
    assert_eq!(ids.len(), mail.len(), "no effect twice");
    println!("{survived} kills, {} records, {} messages", records.len(), mail.len());
    assert_eq!((records, texts, mail), whole);
    assert!(survived > kills * 9 / 10, "{survived} of {kills}");
}

#[test]
fn an_outage_is_unknown_and_what_was_due_is_sent_once_and_late() {
    let folder = tempfile::tempdir().unwrap();
    let (mut bench, _) = watched(folder.path());
    bench.cycle(1, 10_000, Some(850));
    drop(bench);
    // Stopped before the second action was due, and up again after it.
    let mut bench = Bench::open(folder.path());
    bench.work(8 * MINUTE);
    assert_eq!(bench.mail().len(), 1, "nothing is known yet");
    bench.cycle(1, 8 * MINUTE + 1000, Some(850));
    assert_eq!(bench.mail().len(), 2);
    let record = bench.records().pop().unwrap();
    let last = bench.texts(record.id).pop().unwrap();
    assert_eq!(last.1, ["E-mail: duty@works.example", "Late by: 2 min"]);
    bench.cycle(1, 9 * MINUTE, Some(850));
    assert_eq!((bench.mail().len(), bench.records().len()), (2, 1));
}

#[test]
fn the_first_confirmation_counts_from_whichever_side() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::open(folder.path());
    configured(&bench.store);
    let follow_ups = vec![follow_up(Stage::Confirmed, 0, to("boss@works.example"))];
    let alert = put(&bench.store, &Alert { follow_ups, ..hot() });
    bench.work(0);
    assert_eq!(bench.alarm.confirm(alert, 1, "x", &entry(), at(1)).unwrap(), Confirmed::Absent);
    bench.cycle(1, 10_000, Some(850));
    // The command line's wish waits for the server's next turn.
    bench.store.wish_confirm(alert, "ann", &AuditEntry { at: at(11_000), ..entry() }).unwrap();
    bench.work(12_000);
    let record = bench.records().pop().unwrap();
    assert_eq!((record.confirmed, record.confirmed_by.as_deref()), (Some(at(11_000)), Some("ann")));
    assert_eq!(bench.alarm.confirm(alert, 1, "bob", &entry(), at(13_000)).unwrap(), Confirmed::Before);
    assert_eq!(bench.mail().last().unwrap().0, "boss@works.example");
    // It closes, another follows: the first can be confirmed no more, the second can, also when it is over.
    bench.cycle(1, 20_000, Some(700));
    bench.cycle(1, 30_000, Some(700));
    bench.cycle(1, 40_000, Some(850));
    bench.cycle(1, 50_000, Some(700));
    bench.cycle(1, 60_000, Some(700));
    bench.cycle(1, 70_000, Some(850));
    assert_eq!(bench.alarm.confirm(alert, 2, "bob", &entry(), at(71_000)).unwrap(), Confirmed::Now);
    assert_eq!(bench.alarm.confirm(alert, 2, "eve", &entry(), at(72_000)).unwrap(), Confirmed::Before);
    let by: Vec<_> = bench.records().into_iter().map(|record| record.confirmed_by).collect();
    assert_eq!(by, [Some("ann".to_owned()), Some("bob".to_owned()), None]);
}

#[test]
fn messages_of_a_shelved_alert_are_recorded_and_its_record_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (mut bench, alert) = watched(folder.path());
    let shelf = Shelf { until: at(4 * MINUTE), reason: "valve is replaced".into(), actor: "ann".into() };
    bench.store.shelve_alert(alert, Some(&shelf), &entry()).unwrap();
    for ms in (10_000..=6 * MINUTE).step_by(10_000) {
        bench.cycle(1, ms, Some(850));
    }
    let messages = bench.store.messages(None, 10).unwrap();
    let states: Vec<State> = messages.iter().rev().map(|message| message.state).collect();
    assert_eq!(states, [State::Suppressed, State::Waiting], "the second is due after the time");
    assert_eq!(messages[1].answer.as_deref(), Some("shelved: valve is replaced"));
    let record = bench.records().pop().unwrap();
    assert!(bench.texts(record.id)[1].1[0].ends_with(": valve is replaced"), "{:?}", bench.texts(record.id));
}

#[test]
fn a_running_record_keeps_its_rule_and_an_edit_counts_from_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::open(folder.path());
    configured(&bench.store);
    let late = vec![follow_up(Stage::Resolved, 3, to("ann@works.example"))];
    let alert = put(&bench.store, &Alert { follow_ups: late, ..hot() });
    bench.work(0);
    bench.cycle(1, 10_000, Some(850));
    let now = bench.store.directory().alerts[&alert].clone();
    let edited = Alert {
        conditions: vec![above(1, 60)],
        actions: vec![action(0, Some(to("new@works.example")))],
        follow_ups: vec![],
        ..now
    };
    put(&bench.store, &edited);
    bench.work(15_000);
    bench.cycle(1, 20_000, Some(700));
    assert_eq!(bench.records().len(), 1, "70 is above the new threshold, not above that of the record");
    bench.cycle(1, 30_000, Some(700));
    assert_eq!(bench.records()[0].resolved, Some(at(20_000)));
    bench.cycle(1, 40_000, Some(700));
    assert_eq!(bench.records().len(), 2, "the new rule has begun");
    assert_eq!(bench.mail().last().unwrap().0, "new@works.example");
    // What the old record owes comes in its time, also across a restart.
    drop(bench);
    let mut bench = Bench::open(folder.path());
    bench.work(60_000);
    assert_eq!(bench.mail().len(), 2);
    bench.work(20_000 + 3 * MINUTE);
    assert_eq!(bench.mail().last().unwrap(), &("ann@works.example".to_owned(), "Event resolved.".to_owned()));
    bench.work(30 * MINUTE);
    assert_eq!(bench.mail().len(), 3);
}

#[test]
fn what_is_deleted_closes_without_messages() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::open(folder.path());
    configured(&bench.store);
    let alert = put(&bench.store, &hot());
    let two = Alert { conditions: vec![above(1, 80), above(3, 80)], logic: Logic::Any, slug: "two".into(), ..hot() };
    let other = put(&bench.store, &two);
    bench.work(0);
    bench.cycle(1, 10_000, Some(850));
    assert_eq!((bench.records().len(), bench.mail().len()), (2, 2));
    bench.store.configure(true, |edit| edit.delete_alert(alert)).unwrap();
    bench.work(15_000);
    bench.store.configure(true, |edit| edit.delete_param(1)).unwrap();
    bench.work(16_000);
    let records = bench.records();
    assert_eq!(records.iter().map(|record| record.resolved).collect::<Vec<_>>(), [Some(at(15_000)), Some(at(16_000))]);
    assert_eq!(bench.mail().len(), 2);
    let kept = bench.store.directory().alerts[&other].clone();
    assert_eq!(kept.conditions.iter().map(|condition| condition.param).collect::<Vec<_>>(), [None, Some(3)]);
    // The other condition still counts, by itself.
    bench.cycle(2, 20_000, Some(850));
    assert_eq!(bench.records().len(), 3);
}

#[test]
fn a_reading_error_is_told_and_a_device_that_is_switched_off_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::open(folder.path());
    configured(&bench.store);
    let error = AlertCondition { id: 0, param: Some(1), kind: ConditionKind::ReadingError };
    put(&bench.store, &Alert { conditions: vec![error], follow_ups: vec![], ..hot() });
    bench.work(0);
    for ms in [10_000, 20_000, 30_000] {
        bench.cycle(1, ms, None);
    }
    let record = bench.records().pop().unwrap();
    assert_eq!(record.started, at(30_000));
    assert_eq!(bench.texts(record.id)[0].1[1], "Room Temp (Device A > Net A): reading error");
    let disable = |is_off: bool| {
        let mut device = bench.store.directory().devices[&1].clone();
        device.disabled = is_off.then(Disabled::by_user);
        bench.store.configure(true, |edit| edit.put_device(&device)).unwrap();
    };
    disable(true);
    bench.work(40_000);
    bench.work(50_000);
    assert_eq!(bench.records()[0].resolved, Some(at(40_000)));
    // Silent for longer than it may be, but nobody asks.
    bench.work(10 * MINUTE);
    assert_eq!(bench.records().len(), 1);
    let mut device = bench.store.directory().devices[&1].clone();
    device.disabled = None;
    bench.store.configure(true, |edit| edit.put_device(&device)).unwrap();
    bench.work(11 * MINUTE);
    bench.work(13 * MINUTE);
    assert_eq!(bench.records().len(), 2, "the hold limit counts from when it was switched on");
}

#[test]
fn what_an_evaluator_missed_it_reads_from_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let (mut bench, _) = watched(folder.path());
    for ms in (10_000..30_000_000).step_by(10_000).take(1500) {
        bench.store_cycle(1, ms, Some(if ms == 5_000_000 { 850 } else { 700 }));
    }
    // More than the feed holds.
    assert!(matches!(bench.feed.try_recv(), Err(tokio::sync::broadcast::error::TryRecvError::Lagged(_))));
    bench.alarm.work(&[], true, at(15_000_000)).unwrap();
    let record = bench.records().pop().unwrap();
    assert_eq!((record.started, record.resolved), (at(5_000_000), Some(at(5_010_000))));
}

#[test]
fn readings_that_come_late_raise_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut bench, _) = watched(folder.path());
    bench.cycle(1, 60_000, Some(700));
    bench.cycle(1, 50_000, Some(990));
    bench.cycle(1, 70_000, Some(700));
    assert_eq!(bench.records(), []);
}
