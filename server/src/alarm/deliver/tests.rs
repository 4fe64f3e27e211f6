//! Delivery on a clock that the tests move.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use parabus_core::value::{Decimal, Lang};
use parking_lot::Mutex;

use super::*;
use crate::alarm::message::Purpose;
use crate::model::{Org, SmsSettings};
use crate::storage::outbox::State;

/// A provider that does as it is told, and writes down who asked when.
#[derive(Default)]
struct Fake {
    outcome: Mutex<Option<Outcome>>,
    /// A channel that never answers.
    stuck: Option<Channel>,
    tries: Mutex<Vec<(String, i64)>>,
    under_way: AtomicUsize,
    most: AtomicUsize,
}

impl Post for Fake {
    fn closed(&self, channel: Channel) -> Option<&'static str> {
        (channel == Channel::Voice).then_some("nobody calls")
    }

    fn cost(&self, _: &Message) -> i64 {
        400_000
    }

    async fn post(&self, message: &Message) -> Outcome {
        self.tries.lock().push((message.recipient.clone(), clock::now().as_millis()));
        let now = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        if self.stuck == Some(message.channel) {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        self.outcome.lock().clone().unwrap_or(Outcome::Sent("250 taken".to_owned()))
    }
}

fn down() -> Outcome {
    Outcome::Retry { answer: "no route".to_owned(), after: None, held: Held::Provider }
}

struct Desk {
    store: Store,
    fake: Arc<Fake>,
    stop: CancellationToken,
    org: i64,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new(fake: Fake) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let org = Org { id: 0, name: "Works".into(), slug: "works".into(), lang: Lang::En };
        let org = store.configure(true, |edit| edit.put_org(&org)).unwrap();
        Desk { store, fake: Arc::new(fake), stop: CancellationToken::new(), org, _folder: folder }
    }

    fn queue(&self, effect_id: u64, channel: Channel) -> bool {
        self.queue_of(1, Purpose::Tell, effect_id, channel)
    }

    fn queue_of(&self, record: u32, purpose: Purpose, effect_id: u64, channel: Channel) -> bool {
        let message = Message {
            effect_id,
            alert: 1,
            org: self.org,
            record,
            purpose,
            channel,
            recipient: format!("{effect_id}"),
            lang: Lang::En,
            subject: "Alert".to_owned(),
            text: "Temperature".to_owned(),
            due_ms: clock::now().as_millis(),
        };
        self.store.queue(&message).unwrap()
    }

    fn run(&self) {
        tokio::spawn(run(self.store.clone(), self.fake.clone(), self.stop.clone()));
    }

    fn states(&self) -> BTreeMap<&'static str, usize> {
        let mut states = BTreeMap::new();
        for outgoing in self.store.messages(None, 10_000).unwrap() {
            *states.entry(outgoing.state.code()).or_default() += 1;
        }
        states
    }

    /// Until nothing waits.
    async fn emptied(&self) {
        while self.states().contains_key(State::Waiting.code()) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_down_for_a_day_loses_nothing() {
    let desk = Desk::new(Fake::default());
    *desk.fake.outcome.lock() = Some(down());
    assert!(desk.queue(1, Channel::Email) && !desk.queue(1, Channel::Email));
    (2..=6).for_each(|id| assert!(desk.queue(id, Channel::Email)));
    desk.run();
    tokio::time::sleep(Duration::from_secs(86_400)).await;
    assert_eq!(desk.states(), BTreeMap::from([("waiting", 6)]));
    let tries: Vec<i64> = desk.fake.tries.lock().iter().filter(|(to, _)| to == "1").map(|(_, at)| *at).collect();
    let pauses: Vec<i64> = tries.windows(2).map(|two| (two[1] - two[0]) / 1000).collect();
    for (pause, want) in pauses.iter().zip([1, 5, 30, 120, 600, 3600, 3600]) {
        assert!((want..=want + want / 4 + 6).contains(pause), "{pauses:?}");
    }
    assert!((20..=32).contains(&tries.len()), "{pauses:?}");
    *desk.fake.outcome.lock() = None;
    let before = clock::now();
    // One that gets through tells that the provider is back: the others wait for no pause of theirs.
    assert!(desk.queue(7, Channel::Email));
    desk.emptied().await;
    assert!(clock::now().as_millis() - before.as_millis() < 15_000);
    assert_eq!(desk.states(), BTreeMap::from([("sent", 7)]));
    assert!(desk.fake.most.load(Ordering::SeqCst) <= AT_ONCE);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_stuck_holds_no_other() {
    let desk = Desk::new(Fake { stuck: Some(Channel::Email), ..Fake::default() });
    (0..50).for_each(|id| assert!(desk.queue(id, Channel::Email)));
    (50..100).for_each(|id| assert!(desk.queue(id, Channel::Sms)));
    desk.run();
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(desk.states(), BTreeMap::from([("sent", 50), ("waiting", 50)]));
}

#[tokio::test(start_paused = true)]
async fn refusals_are_for_good_and_named_times_are_kept() {
    let desk = Desk::new(Fake::default());
    *desk.fake.outcome.lock() = Some(Outcome::Failed("550 no such user".to_owned()));
    desk.queue(1, Channel::Email);
    desk.run();
    desk.emptied().await;
    let failed = &desk.store.messages_of_effect(1).unwrap()[0];
    assert_eq!((failed.state, failed.attempts, failed.answer.as_deref()), (State::Failed, 1, Some("550 no such user")));
    let after = Some(Duration::from_secs(900));
    *desk.fake.outcome.lock() = Some(Outcome::Retry { answer: "429".to_owned(), after, held: Held::Message });
    desk.queue(2, Channel::Email);
    tokio::time::sleep(Duration::from_secs(20)).await;
    *desk.fake.outcome.lock() = None;
    desk.queue(3, Channel::Email);
    desk.emptied().await;
    let tries: Vec<i64> = desk.fake.tries.lock().iter().filter(|(to, _)| to == "2").map(|(_, at)| *at).collect();
    assert!(tries.len() == 2 && tries[1] - tries[0] >= 900_000, "{tries:?}");
}

#[tokio::test(start_paused = true)]
async fn a_conclusion_is_for_those_who_were_told() {
    let desk = Desk::new(Fake::default());
    let settings = SmsSettings { is_disabled: true, monthly_limit: None };
    desk.store.configure(true, |edit| edit.put_sms_settings(desk.org, &settings)).unwrap();
    desk.run();
    let state = |id: u64| desk.store.messages_of_effect(id).unwrap()[0].state;
    // Switched off: nobody was told, and nothing escalates.
    desk.queue_of(1, Purpose::Conclude, 2, Channel::Email);
    desk.queue_of(1, Purpose::Tell, 1, Channel::Sms);
    desk.emptied().await;
    desk.queue_of(1, Purpose::Escalate, 3, Channel::Email);
    desk.emptied().await;
    assert_eq!([1, 2, 3].map(state), [State::Suppressed; 3]);
    let reason = desk.store.messages_of_effect(2).unwrap()[0].answer.clone();
    assert_eq!(reason.as_deref(), Some("nobody was told of the event"));
    // Refused: somebody else has to hear of it, and of its end.
    *desk.fake.outcome.lock() = Some(Outcome::Failed("550 no such user".to_owned()));
    desk.queue_of(2, Purpose::Tell, 11, Channel::Email);
    desk.emptied().await;
    desk.queue_of(2, Purpose::Conclude, 12, Channel::Email);
    desk.emptied().await;
    *desk.fake.outcome.lock() = None;
    desk.queue_of(2, Purpose::Escalate, 13, Channel::Email);
    desk.emptied().await;
    desk.queue_of(2, Purpose::Conclude, 14, Channel::Email);
    desk.emptied().await;
    assert_eq!([11, 12, 13, 14].map(state), [State::Failed, State::Suppressed, State::Sent, State::Sent]);
    // Not told yet: the end waits for the beginning.
    *desk.fake.outcome.lock() = Some(down());
    desk.queue_of(3, Purpose::Tell, 21, Channel::Email);
    desk.queue_of(3, Purpose::Conclude, 22, Channel::Email);
    tokio::time::sleep(Duration::from_secs(60)).await;
    *desk.fake.outcome.lock() = None;
    desk.emptied().await;
    let tries: Vec<String> = desk.fake.tries.lock().iter().map(|(to, _)| to.clone()).collect();
    let (tells, last) = tries.split_at(tries.len() - 1);
    assert_eq!((tells.iter().filter(|to| *to == "22").count(), last), (0, ["22".to_owned()].as_slice()));
    assert_eq!([21, 22].map(state), [State::Sent; 2]);
}

#[tokio::test(start_paused = true)]
async fn a_message_is_given_up_at_last() {
    let desk = Desk::new(Fake::default());
    *desk.fake.outcome.lock() = Some(down());
    desk.queue(1, Channel::Email);
    let id = desk.store.messages_of_effect(1).unwrap()[0].id;
    for _ in 2..MOST_TRIES {
        desk.store.retry_message(id, "no route", clock::now(), Held::Provider).unwrap();
    }
    desk.run();
    tokio::time::sleep(Duration::from_secs(3 * 3600)).await;
    assert_eq!(desk.states(), BTreeMap::from([("failed", 1)]));
    assert_eq!(desk.fake.tries.lock().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn short_messages_keep_to_the_months_limit() {
    let desk = Desk::new(Fake::default());
    let set = |is_disabled, limit: Option<&str>| {
        let monthly_limit = limit.map(|limit| Decimal::parse(limit).unwrap());
        let settings = SmsSettings { is_disabled, monthly_limit };
        desk.store.configure(true, |edit| edit.put_sms_settings(desk.org, &settings)).unwrap();
    };
    set(false, Some("1"));
    desk.run();
    for id in 0..5 {
        desk.queue(id, Channel::Sms);
        desk.emptied().await;
    }
    desk.queue(5, Channel::Voice);
    desk.queue(6, Channel::Email);
    desk.emptied().await;
    // 0.4 each: two fit into 1.
    assert_eq!(desk.states(), BTreeMap::from([("sent", 3), ("suppressed", 4)]));
    let reason = |id| desk.store.messages_of_effect(id).unwrap()[0].answer.clone().unwrap();
    assert_eq!(reason(4), "the month's limit of 1 for short messages is reached");
    assert_eq!(reason(5), "nobody calls");
    set(true, None);
    desk.queue(7, Channel::Sms);
    desk.emptied().await;
    assert_eq!(reason(7), "short messages are switched off in the organization");
    set(false, Some("1"));
    desk.queue(8, Channel::Sms);
    desk.emptied().await;
    assert_eq!(desk.store.messages_of_effect(8).unwrap()[0].state, State::Suppressed);
    desk.stop.cancel();
    // Another month.
    let (before, mut days) = (month_of(clock::now()), 0);
    while month_of(clock::now()) == before {
        tokio::time::advance(Duration::from_secs(86_400)).await;
        days += 1;
    }
    assert!(days <= 31);
    tokio::spawn(run(desk.store.clone(), desk.fake.clone(), CancellationToken::new()));
    desk.queue(9, Channel::Sms);
    desk.emptied().await;
    assert_eq!(desk.store.messages_of_effect(9).unwrap()[0].state, State::Sent);
}

#[tokio::test(start_paused = true)]
async fn a_short_message_that_fails_costs_nothing() {
    let desk = Desk::new(Fake::default());
    let settings = SmsSettings { is_disabled: false, monthly_limit: Some(Decimal::parse("0.4").unwrap()) };
    desk.store.configure(true, |edit| edit.put_sms_settings(desk.org, &settings)).unwrap();
    *desk.fake.outcome.lock() = Some(Outcome::Failed("no such number".to_owned()));
    desk.queue(1, Channel::Sms);
    desk.run();
    desk.emptied().await;
    // Tries of one message count once.
    *desk.fake.outcome.lock() = Some(down());
    desk.queue(2, Channel::Sms);
    tokio::time::sleep(Duration::from_secs(60)).await;
    *desk.fake.outcome.lock() = None;
    desk.emptied().await;
    assert_eq!(desk.states(), BTreeMap::from([("failed", 1), ("sent", 1)]));
}

#[tokio::test(start_paused = true)]
async fn a_stop_waits_for_what_is_under_way() {
    let desk = Desk::new(Fake::default());
    (0..10).for_each(|id| assert!(desk.queue(id, Channel::Email)));
    let running = tokio::spawn(run(desk.store.clone(), desk.fake.clone(), desk.stop.clone()));
    while desk.fake.tries.lock().len() < AT_ONCE {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    desk.stop.cancel();
    running.await.unwrap();
    let tried = desk.fake.tries.lock().len();
    assert_eq!(desk.states(), BTreeMap::from([("sent", tried), ("waiting", 10 - tried)]));
}
