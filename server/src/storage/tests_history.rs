//! Questions about the past beside plain arithmetic, over random histories: readings late, twice, failed, in the
//! log and in the database, with restarts and with a parameter that is scaled anew on the way.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use parabus_core::aggregate::{Rule, Step, points};
use parabus_core::time::Instant;
use parabus_core::value::{Decimal, Raw};

use super::chunks::{ChunkStore as _, Info, Order, SqliteChunks, Stored};
use super::tests::{configured, cycle};
use super::*;
use crate::model::{CellError, Cycle, Held};

/// A linear congruential generator.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit.unsigned_abs()).cast_signed()
    }
}

/// Values of parameter 1 in tenths, `None` where the reading failed.
type Truth = BTreeMap<i64, Option<i64>>;

fn history(folder: &Path, random: &mut Random) -> (Store, Truth) {
    let mut store = Store::open(folder).unwrap();
    configured(&store);
    let mut truth = Truth::new();
    let mut now = 1_000_000;
    let mut tenths = 1;
    for step in 0..400 {
        now += 1 + random.below(9000);
        // Every tenth comes late, some at an instant that has a reading.
        let at = match random.below(10) {
            0 => now - random.below(200_000),
            1 => truth.keys().nth(random.below(truth.len().max(1) as i64) as usize).copied().unwrap_or(now),
            _ => now,
        };
        let raw = random.below(60_000);
        let mut reading = cycle(&store, at, [raw.unsigned_abs(), 7]);
        let value = (random.below(4) > 0).then_some(raw * tenths);
        if value.is_none() {
            reading.cells[0] = Err([CellError::Timeout, CellError::NoValue][random.below(2) as usize]);
        }
        store.append(&reading).unwrap();
        truth.insert(at, value);
        match random.below(60) {
            0 => store.seal().unwrap(),
            1 => {
                drop(store);
                store = Store::open(folder).unwrap();
            }
            _ => {}
        }
        if step == 200 {
            // Readings that are there keep the scale that they were taken with.
            tenths = 10;
            let mut scaled = store.directory().params[&1].clone();
            scaled.multiplier = Decimal::ONE;
            store.configure(true, |edit| edit.put_param(&scaled)).unwrap();
        }
    }
    (store, truth)
}

fn tenths(number: Decimal) -> i64 {
    number.checked_mul(Decimal::from(10_i64)).unwrap().to_string().trim_end_matches(".0").parse().unwrap()
}

fn of_held(held: &Held) -> i64 {
    tenths(held.value().decimal().unwrap())
}

/// Time-weighted mean by the steps of the value (AGGREGATION.md 4.1).
fn mean(truth: &Truth, (start, end): (i64, i64), hold_ms: i64) -> Option<f64> {
    let (mut integral, mut cover) = (0i128, 0i128);
    let nexts = truth.keys().skip(1).copied().chain([i64::MAX]);
    for ((at, value), next) in truth.iter().zip(nexts) {
        let (from, until) = (start.max(*at), end.min(next).min(at + hold_ms));
        if let Some(value) = value.filter(|_| from < until) {
            integral += i128::from(value) * i128::from(until - from);
            cover += i128::from(until - from);
        }
    }
    (cover > 0).then(|| integral as f64 / (10 * cover) as f64)
}

#[test]
fn every_answer_is_that_of_plain_arithmetic() {
    for seed in 1..=12 {
        let mut random = Random(seed);
        let folder = tempfile::tempdir().unwrap();
        let (store, truth) = history(folder.path(), &mut random);
        let (first, last) = (*truth.keys().next().unwrap(), *truth.keys().next_back().unwrap());
        let good: BTreeMap<i64, i64> = truth.iter().filter_map(|(at, value)| Some((*at, (*value)?))).collect();
        let ends = |good: &BTreeMap<i64, i64>| Some((*good.keys().next()?, *good.keys().next_back()?));
        let range = store.date_range(&[1, 99]).unwrap().map(|(min, max)| (min.as_millis(), max.as_millis()));
        assert_eq!(range, ends(&good), "seed {seed}");
        assert_eq!(store.date_range(&[99]).unwrap(), None);
        for _ in 0..60 {
            let from = first - 5000 + random.below(last - first + 10_000);
            let longest = 1 + 400_000 * random.below(6);
            let till = from + 1 + random.below(longest);
            let count = 1 + random.below(40) as usize;
            let spans: Vec<_> = points(from, till, count).unwrap().collect();
            let got = store.first_in_each(1, &spans).unwrap();
            for ((start, end), got) in spans.iter().zip(got) {
                let want = good.range(start..end).next().map(|(_, value)| *value);
                assert_eq!(got.as_ref().map(of_held), want, "seed {seed}: {start} to {end}");
            }
            let inside: Vec<(i64, i64)> = good.range(from..=till).map(|(at, value)| (*at, *value)).collect();
            let least = inside.iter().copied().min_by_key(|(at, value)| (*value, *at));
            let most = inside.iter().copied().min_by_key(|(at, value)| (-value, *at));
            let got = store.min_max(1, Instant::from_millis(from), Instant::from_millis(till)).unwrap();
            let plain = |(at, value): (Instant, Decimal)| (at.as_millis(), tenths(value));
            assert_eq!(got.map(|(min, max)| (plain(min), plain(max))), least.zip(most), "seed {seed}");
            let got = store.last_good_at(1, Instant::from_millis(till)).unwrap();
            let want = good.range(..=till).next_back().map(|(at, value)| (*at, *value));
            assert_eq!(got.map(|(at, value)| (at.as_millis(), of_held(&value))), want, "seed {seed}");
            let hold_ms = [1, 20_000, 60_000, 3_000_000][random.below(4) as usize];
            let got = store.means(1, Some(hold_ms), &spans).unwrap();
            for (span, got) in spans.iter().zip(got) {
                let want = mean(&truth, *span, hold_ms.cast_signed());
                // The sums are exact where one scale holds, and divided once.
                let is_same = match (got, want) {
                    (Some(got), Some(want)) => (got - want).abs() <= want.abs() * 1e-15,
                    (got, want) => got == want,
                };
                assert!(is_same, "seed {seed}: {span:?} held {hold_ms} ms: {got:?}, expected {want:?}");
            }
        }
        assert_eq!(store.first_in_each(1, &[]).unwrap(), []);
        assert_eq!(store.first_in_each(99, &[(0, i64::MAX)]).unwrap(), [None]);
    }
}

/// What is kept in memory of chunks follows every seal, late readings among them: questions are asked all along.
#[test]
fn what_is_known_of_chunks_follows_every_change() {
    for seed in 1..=3 {
        let mut random = Random(100 + seed);
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        configured(&store);
        // The limit that chunks are made by, so that whole ones are taken.
        let hold_ms = Rule::of_period(store.directory().devices[&1].update_period_sec).hold_ms().unwrap();
        let (mut truth, mut now) = (Truth::new(), 0);
        for step in 0..3000 {
            now += 1 + random.below(3000);
            let at = if random.below(60) == 0 { now - random.below(now) } else { now };
            let raw = random.below(60_000);
            let mut reading = cycle(&store, at, [raw.unsigned_abs(), 7]);
            let value = (random.below(9) > 0).then_some(raw);
            if value.is_none() {
                reading.cells[0] = Err(CellError::Timeout);
            }
            store.append(&reading).unwrap();
            truth.insert(at, value);
            if random.below(150) == 0 {
                store.seal().unwrap();
            }
            if random.below(60) > 0 {
                continue;
            }
            let from = random.below(now) / [1, 8, 1000][step % 3];
            let spans: Vec<_> = points(from, now - random.below(2) * random.below(now - from), 4).unwrap().collect();
            for (span, got) in spans.iter().zip(store.means(1, Some(hold_ms), &spans).unwrap()) {
                let want = mean(&truth, *span, hold_ms.cast_signed());
                let is_same = match (got, want) {
                    (Some(got), Some(want)) => (got - want).abs() <= want.abs() * 1e-15,
                    (got, want) => got == want,
                };
                assert!(is_same, "seed {seed}, step {step}: {span:?}: {got:?}, expected {want:?}");
            }
        }
    }
}

/// A counter of 16 bits that is read every ten seconds and fails now and then, once for long; with dips or without.
fn counter(random: &mut Random, dips: bool) -> Truth {
    let mut truth = Truth::new();
    let mut count = 60_000;
    let outage = 300 + random.below(300);
    for step in 0..1800 {
        count = match random.below(40) {
            0 => random.below(100),
            1 if dips => (count - count / 20).max(0),
            _ => (count + random.below(300)) % 65_536,
        };
        let is_read = random.below(12) > 0 && !(outage..outage + 700).contains(&step);
        truth.insert(10_000 * step + random.below(9000), is_read.then_some(count));
    }
    truth
}

/// The instants in the order in which they come: some are late.
fn order(truth: &Truth, random: &mut Random) -> Vec<i64> {
    let mut order: Vec<i64> = truth.keys().copied().collect();
    for place in 0..order.len() {
        if random.below(20) == 0 {
            let other = (place + random.below(200) as usize).min(order.len() - 1);
            order.swap(place, other);
        }
    }
    order
}

fn read(store: &Store, at: i64, value: Option<i64>) {
    let mut reading = cycle(store, at, [value.unwrap_or(0).unsigned_abs(), 7]);
    if value.is_none() {
        reading.cells[0] = Err(CellError::Timeout);
    }
    store.append(&reading).unwrap();
}

/// Compares with the steps one by one.
fn check_counts(store: &Store, truth: &Truth, spans: &[(i64, i64)]) {
    let rule = Rule::new(None, Some(16)).unwrap();
    let mut steps = BTreeMap::new();
    let mut base = None;
    for (at, value) in truth.iter().filter_map(|(at, value)| Some((*at, (*value)?))) {
        let step = base.map(|base| rule.step(base, value));
        steps.insert(at, step.map(|(_, step)| step));
        if step.is_none_or(|(kind, _)| kind != Step::Glitch) {
            base = Some(value);
        }
    }
    let Counts::Whole(counted, scale) = store.counts(1, spans).unwrap() else { panic!() };
    for ((start, end), counted) in spans.iter().zip(&counted) {
        let inside: Vec<_> = steps.range(start..end).map(|(_, step)| *step).collect();
        let want: Option<i128> = if inside.is_empty() { None } else { inside.into_iter().sum() };
        assert_eq!(counted.increase().copied(), want, "{start} to {end}");
        let shown = scale.counted(counted).map(|number| number.to_string());
        assert_eq!(shown, want.map(|want| Decimal::new(want, -1).unwrap().to_string()));
    }
}

#[test]
fn counters_are_counted_as_step_by_step_whether_chunks_are_looked_into_or_not() {
    for seed in 1..=6 {
        let mut random = Random(seed);
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        configured(&store);
        let truth = counter(&mut random, seed % 2 == 0);
        for at in order(&truth, &mut random) {
            read(&store, at, truth[&at]);
            if random.below(300) == 0 {
                store.seal().unwrap();
            }
        }
        let last = *truth.keys().next_back().unwrap();
        for _ in 0..30 {
            let from = random.below(last) - 100_000;
            let length = 1 + random.below(5_000_000);
            let spans: Vec<_> =
                (0..1 + random.below(20)).map(|k| (from + k * length, from + (k + 1) * length)).collect();
            check_counts(&store, &truth, &spans);
        }
        // Spans that begin and end with chunks, when nothing is kept of them and when all is.
        let group = store.directory().param_place(1).unwrap().1.group.as_ref().unwrap().id;
        let chunks = SqliteChunks(&store.shared.reader.lock()).list(group).unwrap();
        assert!(chunks.len() > 2);
        for info in chunks.iter().filter(|info| info.name.part == 0) {
            store.shared.runs.forget();
            for _ in 0..2 {
                let spans = [(info.name.first_at, info.last_at), (info.last_at, info.last_at + 600_000)];
                check_counts(&store, &truth, &spans);
            }
        }
    }
}

#[test]
fn what_is_kept_of_a_counter_never_outlives_what_it_was_made_of() {
    for seed in 1..=6 {
        let mut random = Random(seed);
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        configured(&store);
        let all = counter(&mut random, seed % 3 == 0);
        let last = *all.keys().next_back().unwrap();
        // The same instants are asked for again and again while readings come: many, and a few.
        let often: Vec<_> = (0..40).map(|k| (k * last / 40, (k + 1) * last / 40)).collect();
        let mut truth = Truth::new();
        for at in order(&all, &mut random) {
            read(&store, at, all[&at]);
            truth.insert(at, all[&at]);
            if truth.len() == 500 {
                // Another parameter of the device is edited: the counter goes on in another column.
                let mut other = store.directory().params[&2].clone();
                other.multiplier = Decimal::new(7, 0).unwrap();
                store.configure(true, |edit| edit.put_param(&other)).unwrap();
            }
            match random.below(60) {
                0 => store.seal().unwrap(),
                1 => {
                    let begin = random.below(40) as usize;
                    check_counts(&store, &truth, &often);
                    check_counts(&store, &truth, &often[begin..(begin + 3).min(40)]);
                }
                2 => {
                    // One that is there is read anew.
                    let other = *truth.keys().nth(random.below(truth.len() as i64) as usize).unwrap();
                    let value = truth[&other].map(|value| (value + 1) % 65_536);
                    read(&store, other, value);
                    truth.insert(other, value);
                }
                _ => {}
            }
        }
        check_counts(&store, &truth, &often);
    }
}

#[test]
fn readings_of_a_former_column_are_counted_wherever_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    configured(&store);
    let mut truth = Truth::new();
    // A poll that was under way when the device was edited brings its reading afterwards, in the columns of before.
    let mut stray = cycle(&store, 1_800_500, [4000, 7]);
    let mut other = store.directory().params[&2].clone();
    other.multiplier = Decimal::new(7, 0).unwrap();
    store.configure(true, |edit| edit.put_param(&other)).unwrap();
    assert_ne!(stray.group, cycle(&store, 0, [0, 0]).group);
    for second in 0..2400 {
        read(&store, second * 1000, Some(second));
        truth.insert(second * 1000, Some(second));
    }
    let spans = [(1_700_000, 1_790_000), (1_790_000, 1_900_000), (1_900_000, 2_390_000)];
    for sealed in [false, true] {
        store.append(&stray).unwrap();
        truth.insert(stray.at.as_millis(), Some(4000));
        if sealed {
            store.seal().unwrap();
        }
        check_counts(&store, &truth, &spans);
        check_counts(&store, &truth, &[(1_800_600, 2_000_000)]);
        check_counts(&store, &truth, &[(2_380_000, 2_390_000)]);
        stray.at = Instant::from_millis(1_850_500);
    }
}

#[test]
fn what_comes_late_into_a_damaged_chunk_is_counted_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    configured(&store);
    for second in 0..1000 {
        read(&store, second * 1000, Some(second));
    }
    store.seal().unwrap();
    let group = store.directory().param_place(1).unwrap().1.group.as_ref().unwrap().id;
    {
        let mut bad = None;
        let connection = store.shared.reader.lock();
        let mut copy = |info: &Info, data: &[u8]| {
            bad = Some(Stored { info: Info { revision: 9, ..*info }, data: data.to_vec() });
            ControlFlow::Continue(())
        };
        SqliteChunks(&connection).range(group, 0, (300_000, 300_000), Order::Ascending, &mut copy).unwrap();
        let mut bad = bad.unwrap();
        // Its head stays as it is.
        let last = bad.data.len() - 8;
        bad.data[last] ^= 0x40;
        drop(connection);
        let mut connection = Connection::open(folder.path().join("parabus.sqlite")).unwrap();
        let transaction = connection.transaction().unwrap();
        SqliteChunks(&transaction).put(std::slice::from_ref(&bad)).unwrap();
        transaction.commit().unwrap();
    }
    store.shared.runs.forget();
    read(&store, 300_500, Some(300));
    store.seal().unwrap();
    let chunks = SqliteChunks(&store.shared.reader.lock()).list(group).unwrap();
    assert!(chunks.windows(2).any(|pair| pair[1].name.first_at < pair[0].last_at), "one within another: {chunks:?}");
    let past = store.past_of(1).unwrap();
    let spans = [(0, 290_000), (290_000, 400_000), (500_000, 2_000_000)];
    for spans in [&spans[..], &[(0, 2_000_000)], &[(300_100, 301_000)]] {
        let Sums::Whole(want, _) = store.sums_of(past.as_ref(), None, sums::Meaning::Counter, spans).unwrap() else {
            panic!()
        };
        let Counts::Whole(counted, _) = store.counts(1, spans).unwrap() else { panic!() };
        assert_eq!(counted, want.iter().map(|partial| partial.counts()).collect::<Vec<_>>(), "{spans:?}");
    }
}

#[test]
fn numbers_are_exact_to_the_last_digit_and_texts_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    configured(&store);
    let kind = |value_type: &str| {
        let mut param = store.directory().params[&1].clone();
        param.value_type = value_type.to_owned();
        param.multiplier = Decimal::ONE;
        store.configure(true, |edit| edit.put_param(&param)).unwrap();
    };
    let all = (Instant::from_millis(0), Instant::from_millis(i64::MAX));
    kind("u64-be");
    for (at, raw) in [(1000, 9_007_199_254_740_993), (2000, 9_007_199_254_740_992), (3000, u64::MAX)] {
        store.append(&cycle(&store, at, [raw, 0])).unwrap();
    }
    let ((min_on, min), (max_on, max)) = store.min_max(1, all.0, all.1).unwrap().unwrap();
    assert_eq!((min_on.as_millis(), min.to_string().as_str()), (2000, "9007199254740992"));
    assert_eq!((max_on.as_millis(), max.to_string().as_str()), (1000, "9007199254740993"), "2^63 is no sample (A-6)");
    let last = store.last_good_at(1, all.1).unwrap().unwrap().1;
    assert_eq!(last.to_string(), "18446744073709551615", "but it is a reading");
    kind("f32-be");
    store.append(&cycle(&store, 4000, [u64::from(0.1f32.to_bits()), 0])).unwrap();
    let found = store.min_max(1, Instant::from_millis(4000), all.1).unwrap().unwrap();
    assert_eq!(found.0.1.to_string(), "0.1");
    assert_eq!(store.means(1, Some(1000), &[(4000, 5000), (5000, 6000)]).unwrap(), [Some(0.1), None]);
    kind("mac");
    store.append(&Cycle { cells: vec![Ok(Raw(7).into()); 2], ..cycle(&store, 9000, [0, 0]) }).unwrap();
    assert_eq!(store.min_max(1, Instant::from_millis(9000), all.1).unwrap(), None);
    assert_eq!(store.means(1, Some(1000), &[(9000, 9500)]).unwrap(), [None]);
}
