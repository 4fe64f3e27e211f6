//! The store beside rows in SQLite: `cargo xtask bench store` calls it by words, and each answers with one line of
//! numbers.
//!
//! - `kinds`: bytes a reading of the eight kinds of signals that a plant has.
//! - `ingest ours|rows TICKS`: so many ticks of 1000 readings, each forced to the medium.
//! - `window`: 1000 readings of a parameter, of the store and of rows.
//! - `year`: 1000 values out of a year of seconds.
//! - `tree`: energy of a tree of 200 sensors that are read every minute of a year, and a year of a report by day.

#![allow(missing_docs)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant as Clock};

use parabus_core::aggregate::{Rule, points};
use parabus_core::chunk::Layout;
use parabus_core::modbus::{RegisterKind, UnitId, WriteFunction};
use parabus_core::time::Instant;
use parabus_core::value::{Decimal, Lang, Raw};
use parabus_server::energy::{EnergyBranch, EnergyTree, Figures, Quantities, Sensor, figures, map_of};
use parabus_server::model::{Connection as Link, Cycle, Device, Net, Org, Param};
use parabus_server::storage::chunks::{GroupLayout, Row, SqliteChunks, merge};
use parabus_server::storage::{Counts, Store, StoreError};
use rusqlite::Connection;

type Failure = Box<dyn std::error::Error>;
type Outcome<T = ()> = Result<T, Failure>;

/// Parameters of a device, and devices, of the ingest.
const PARAMS: usize = 20;
const DEVICES: usize = 50;
/// Cycles that fill a chunk.
const CHUNK: usize = 256;
const START_MS: i64 = 1_767_225_600_000;
const YEAR_S: i64 = 31_536_000;

fn main() -> Outcome {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["kinds"] => kinds(),
        ["ingest", "ours", ticks] => ingest_ours(ticks.parse()?),
        ["ingest", "rows", ticks] => ingest_rows(ticks.parse()?),
        ["window"] => window(),
        ["year"] => year(),
        ["tree"] => tree(),
        // As `cargo bench` alone would.
        _ => {
            println!("run it by `cargo xtask bench store`");
            Ok(())
        }
    }
}

/// SplitMix64, and what is made of it.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// Between -1 and 1, around 0.
    fn bell(&mut self) -> f64 {
        (0..4).map(|_| (self.next() >> 11) as f64 / (1u64 << 53) as f64 - 0.5).sum::<f64>() / 2.0
    }
}

/// One kind of signal: type and scale, and its next raw bits.
struct Signal {
    code: &'static str,
    multiplier: &'static str,
    next: fn(&mut State, i64) -> u64,
}

struct State {
    noise: Noise,
    level: f64,
}

fn day(second: i64) -> f64 {
    (second as f64 / 86_400.0 * std::f64::consts::TAU).sin()
}

/// The eight kinds, a reading a second.
const SIGNALS: [Signal; 8] = [
    Signal {
        code: "u16-be",
        multiplier: "0.1",
        next: |state, at| (2300.0 + 15.0 * day(at) + 4.0 * state.noise.bell()) as u64,
    },
    Signal {
        code: "i16-be",
        multiplier: "0.1",
        next: |state, at| {
            state.level += 0.02 * (215.0 + 40.0 * day(at) - state.level) + 0.3 * state.noise.bell();
            (state.level as i16).cast_unsigned().into()
        },
    },
    Signal {
        code: "f32-be",
        multiplier: "1",
        next: |state, _| {
            state.level = (state.level + 60.0 * state.noise.bell()).clamp(200.0, 9000.0);
            (state.level as f32).to_bits().into()
        },
    },
    Signal {
        code: "u32-be",
        multiplier: "0.01",
        next: |state, at| {
            state.level += 1.1 + 0.5 * day(at) + 0.4 * state.noise.bell();
            state.level as u64
        },
    },
    Signal {
        code: "bit",
        multiplier: "1",
        next: |state, _| {
            state.level = if state.noise.next() % 300 == 0 { 1.0 - state.level } else { state.level };
            u64::from(state.level > 0.5)
        },
    },
    Signal { code: "u16-be", multiplier: "0.01", next: |state, _| (5000.0 + 2.5 * state.noise.bell()).round() as u64 },
    Signal {
        code: "i32-be",
        multiplier: "0.001",
        next: |state, at| ((5200.0 + 900.0 * day(at) + 80.0 * state.noise.bell()) as i32).cast_unsigned().into(),
    },
    Signal { code: "u16-be", multiplier: "1", next: |state, _| state.noise.next() & 0xFFFF },
];

fn states(count: usize) -> Vec<State> {
    let levels = [0.0, 215.0, 4000.0, 1_234_567.0, 0.0, 0.0, 0.0, 0.0];
    (0..count).map(|place| State { noise: Noise(place as u64), level: levels[place % levels.len()] }).collect()
}

fn param(device_id: i64, place: usize, signal: &Signal) -> Outcome<Param> {
    Ok(Param {
        kind: if signal.code == "bit" { RegisterKind::Coil } else { RegisterKind::Holding },
        value_type: signal.code.to_owned(),
        multiplier: Decimal::parse(signal.multiplier)?,
        ..Param::plain(device_id, &format!("p{place}"), u16::try_from(4 * place)?)
    })
}

/// Devices with a parameter for each of these signals; gives each device with its group.
fn configure(store: &Store, devices: usize, signals: &[&Signal]) -> Outcome<Vec<(i64, i64)>> {
    put_devices(store, devices, 1, signals)?;
    let directory = store.directory();
    let groups = directory.devices.values().map(|device| Some((device.id, device.group.as_ref()?.id)));
    groups.collect::<Option<_>>().ok_or_else(|| "a device without a group".into())
}

fn put_devices(store: &Store, devices: usize, update_period_sec: u32, signals: &[&Signal]) -> Outcome {
    let refused = |error: Failure| StoreError::Refused(error.to_string());
    store.configure(true, |edit| {
        let org = Org { id: 0, name: "Works".into(), slug: "works".into(), lang: Lang::En };
        let org_id = edit.put_org(&org)?;
        let net_id = edit.put_net(&Net {
            id: 0,
            org_id,
            name: "Hall".into(),
            slug: "hall".into(),
            description: None,
            created_on: Instant::from_millis(0),
            disabled: None,
            connection: Link::tcp("127.0.0.1", 502),
            sku: None,
            solution: "standalone".into(),
            controller_unit_id: UnitId(111),
            device_passwords: Vec::new(),
            max_inflight_requests: 1,
            request_gap_ms: 0,
            is_vpn: false,
        })?;
        for number in 0..devices {
            let device = edit.put_device(&Device {
                id: 0,
                net_id,
                name: format!("d{number}"),
                slug: format!("d{number}"),
                description: None,
                unit_id: UnitId(1 + number as u8),
                disabled: None,
                update_period_sec,
                read_group_size: 120,
                read_gap: 0,
                write_function: WriteFunction::Normal,
                timeout_retries: 1,
                timeout_ms: 500,
                template_id: None,
                group: None,
            })?;
            for (place, signal) in signals.iter().enumerate() {
                edit.put_param(&param(device, place, signal).map_err(refused)?)?;
            }
        }
        Ok(())
    })?;
    Ok(())
}

fn cycle(device: i64, group: i64, at: i64, raws: impl Iterator<Item = u64>) -> Cycle {
    let cells = raws.map(|raw| Ok(Raw(raw).into())).collect();
    Cycle { device, group, at: Instant::from_millis(at), cells }
}

/// Instants a second apart, as late as a poll is.
fn at(second: i64) -> i64 {
    START_MS + 1000 * second + second * 7 % 3
}

fn bytes_of(folder: &Path) -> Outcome<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes)
}

/// Bytes of all files once everything is in the database's own.
fn at_rest(folder: &Path) -> Outcome<u64> {
    let connection = Connection::open(folder.join("parabus.sqlite"))?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    bytes_of(folder)
}

fn kinds() -> Outcome {
    const ROWS: usize = 131_072;
    let folder = tempfile::tempdir()?;
    let store = Store::open(folder.path())?;
    let signals: Vec<&Signal> = SIGNALS.iter().collect();
    let groups = configure(&store, 1, &signals)?;
    let empty = at_rest(folder.path())?;
    let (device, group) = *groups.first().ok_or("no group")?;
    let mut states = states(signals.len());
    for second in 0..ROWS as i64 {
        let raws = signals.iter().zip(&mut states).map(|(signal, state)| (signal.next)(state, second));
        store.append(&cycle(device, group, at(second), raws))?;
        if second as usize % 4096 == 4095 {
            store.seal()?;
        }
    }
    let connection = Connection::open(folder.path().join("parabus.sqlite"))?;
    let chunks: i64 = connection.query_row("SELECT sum(length(data)) FROM chunk", [], |row| row.get(0))?;
    let readings = (ROWS * signals.len()) as f64;
    let files = at_rest(folder.path())?;
    println!("chunks={:.4} files={:.4}", chunks as f64 / readings, (files - empty) as f64 / readings);
    Ok(())
}

fn ingest_ours(ticks: usize) -> Outcome {
    let folder = tempfile::tempdir()?;
    let store = Store::open(folder.path())?;
    let signals: Vec<&Signal> = SIGNALS.iter().cycle().take(PARAMS).collect();
    let groups = configure(&store, DEVICES, &signals)?;
    let mut states = states(DEVICES * PARAMS);
    let mut spent = Duration::ZERO;
    for tick in 0..ticks {
        let second = tick as i64;
        let cycles: Vec<Cycle> = groups
            .iter()
            .zip(states.chunks_mut(PARAMS))
            .map(|((device, group), states)| {
                let raws = signals.iter().zip(states).map(|(signal, state)| (signal.next)(state, second));
                cycle(*device, *group, at(second), raws)
            })
            .collect();
        let begun = Clock::now();
        cycles.iter().try_for_each(|cycle| store.append(cycle))?;
        store.sync()?;
        if (tick + 1) % CHUNK == 0 || tick + 1 == ticks {
            store.seal()?;
        }
        spent += begun.elapsed();
    }
    report_ingest(spent, ticks, at_rest(folder.path())?);
    Ok(())
}

fn report_ingest(spent: Duration, ticks: usize, bytes: u64) {
    let readings = (ticks * PARAMS * DEVICES) as f64;
    println!("ns={:.1} bytes={:.3}", spent.as_nanos() as f64 / readings, bytes as f64 / readings);
}

fn rows_of(path: &Path) -> Outcome<Connection> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // Each tick is on the medium when it is acknowledged, as ours is.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "CREATE TABLE reading (param INTEGER, at INTEGER, value REAL, PRIMARY KEY (param, at)) WITHOUT ROWID",
    )?;
    Ok(connection)
}

fn ingest_rows(ticks: usize) -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("rows.sqlite");
    let mut connection = rows_of(&path)?;
    let mut states = states(DEVICES * PARAMS);
    let mut spent = Duration::ZERO;
    for tick in 0..ticks {
        let second = tick as i64;
        let values: Vec<f64> = states
            .iter_mut()
            .zip(SIGNALS.iter().cycle())
            .map(|(state, signal)| (signal.next)(state, second) as f64 / 10.0)
            .collect();
        let begun = Clock::now();
        let transaction = connection.transaction()?;
        let mut insert = transaction.prepare_cached("INSERT OR REPLACE INTO reading VALUES (?, ?, ?)")?;
        for (param, value) in (1i64..).zip(&values) {
            insert.execute((param, at(second), value))?;
        }
        drop(insert);
        transaction.commit()?;
        spent += begun.elapsed();
    }
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    report_ingest(spent, ticks, bytes_of(folder.path())?);
    Ok(())
}

/// Medians in microseconds, taken in turn.
fn in_turn(mut one: impl FnMut(i64) -> Outcome, mut other: impl FnMut(i64) -> Outcome) -> Outcome<(f64, f64)> {
    let (mut ones, mut others) = (Vec::new(), Vec::new());
    for round in 0..401 {
        let begun = Clock::now();
        one(round)?;
        ones.push(begun.elapsed());
        let begun = Clock::now();
        other(round)?;
        others.push(begun.elapsed());
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times[times.len() / 2].as_nanos() as f64 / 1e3
    };
    Ok((median(&mut ones), median(&mut others)))
}

fn window() -> Outcome {
    const ROWS: i64 = 200_000;
    let folder = tempfile::tempdir()?;
    let store = Store::open(folder.path())?;
    let signals: Vec<&Signal> = SIGNALS.iter().cycle().take(PARAMS).collect();
    let groups = configure(&store, 1, &signals)?;
    let (device, group) = *groups.first().ok_or("no group")?;
    let mut rows = rows_of(&folder.path().join("rows.sqlite"))?;
    let mut states = states(PARAMS);
    let transaction = rows.transaction()?;
    for second in 0..ROWS {
        let raws: Vec<u64> =
            signals.iter().zip(&mut states).map(|(signal, state)| (signal.next)(state, second)).collect();
        let mut insert = transaction.prepare_cached("INSERT INTO reading VALUES (?, ?, ?)")?;
        for (param, raw) in (1i64..).zip(&raws) {
            insert.execute((param, at(second), *raw as f64 / 10.0))?;
        }
        drop(insert);
        store.append(&cycle(device, group, at(second), raws.into_iter()))?;
        if second % 4096 == 4095 {
            store.seal()?;
        }
    }
    transaction.commit()?;
    store.seal()?;
    let from = |round: i64| at(round * 7919 % (ROWS - 1000));
    let (ours, theirs) = in_turn(
        |round| {
            let (from, till) = (Instant::from_millis(from(round)), Instant::from_millis(from(round) + 1_000_500));
            let found = store.readings(1, Some(from), till, 1000)?;
            if black_box(found).len() == 1000 { Ok(()) } else { Err("not 1000 readings".into()) }
        },
        |round| {
            let mut select = rows
                .prepare_cached("SELECT at, value FROM reading WHERE param = 1 AND at >= ? ORDER BY at LIMIT 1000")?;
            let found = select.query_map([from(round)], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let found: Vec<(i64, f64)> = found.collect::<Result<_, _>>()?;
            if black_box(found).len() == 1000 { Ok(()) } else { Err("not 1000 rows".into()) }
        },
    )?;
    println!("ours_us={ours:.1} rows_us={theirs:.1}");
    Ok(())
}

fn year() -> Outcome {
    let folder = tempfile::tempdir()?;
    let store = Store::open(folder.path())?;
    let groups = configure(&store, 1, &[&SIGNALS[0]])?;
    let (_, group) = *groups.first().ok_or("no group")?;
    let codec = store.directory().params.values().next().and_then(|param| param.codec()).ok_or("no codec")?;
    let layouts = vec![Layout::of(&codec)];
    let layout = GroupLayout { id: group, layouts, hold_ms: Rule::of_period(1).hold_ms() };
    // As sealing puts them there, without the log before it.
    let mut connection = Connection::open(folder.path().join("parabus.sqlite"))?;
    let mut states = states(1);
    let mut second = 0;
    while second < YEAR_S {
        let until = YEAR_S.min(second + 200 * CHUNK as i64);
        let row = |second: i64| -> (i64, Row) {
            (at(second), vec![Ok(Raw((SIGNALS[0].next)(&mut states[0], second)).into())])
        };
        let rows: BTreeMap<i64, Row> = (second..until).map(row).collect();
        let transaction = connection.transaction()?;
        merge(&mut SqliteChunks(&transaction), &layout, rows)?;
        transaction.commit()?;
        second = until;
    }
    let bytes = at_rest(folder.path())?;
    let spans: Vec<(i64, i64)> = points(START_MS, START_MS + 1000 * YEAR_S, 1000)?.collect();
    let mut times = Vec::new();
    for _ in 0..21 {
        let begun = Clock::now();
        let found = store.first_in_each(1, &spans)?;
        times.push(begun.elapsed());
        if found.iter().flatten().count() != 1000 {
            return Err("a part of the year has no value".into());
        }
    }
    times.sort();
    let ms = |time: Duration| time.as_nanos() as f64 / 1e6;
    println!("median_ms={:.3} least_ms={:.3} bytes={:.3}", ms(times[10]), ms(times[0]), bytes as f64 / YEAR_S as f64);
    Ok(())
}

/// A tree of 200 sensors, each with its power and a counter, and the year's readings of all.
fn plant_of_meters(store: &Store) -> Outcome<EnergyTree> {
    const SENSORS: usize = 8;
    let map = map_of(None);
    put_devices(store, METERS, PERIOD_S as u32, &[])?;
    let devices: Vec<i64> = store.directory().devices.keys().copied().collect();
    let mut sensors = Vec::new();
    store.configure(true, |edit| {
        let refused = |error: Failure| StoreError::Refused(error.to_string());
        for device in &devices {
            for index in 0..SENSORS as u8 {
                for (place, signal) in [(map.power[0], &SIGNALS[6]), (map.energy, &SIGNALS[3])] {
                    let address = map.address(index, place);
                    let plain = Param::plain(*device, &format!("p{address}"), address);
                    let of_signal = param(*device, 0, signal).map_err(refused)?;
                    let (value_type, multiplier) = (of_signal.value_type, of_signal.multiplier);
                    edit.put_param(&Param { kind: map.kind, value_type, multiplier, ..plain })?;
                }
                let id = uuid::Uuid::from_u128(1 + sensors.len() as u128);
                let (name, description, serial_number) = (format!("S{index}"), None, None);
                let (device_id, is_three_phase) = (*device, false);
                edit.put_sensor(&Sensor { id, device_id, index, name, description, is_three_phase, serial_number })?;
                sensors.push(id);
            }
        }
        Ok(())
    })?;
    let line = |(place, sensors): (usize, &[uuid::Uuid])| EnergyBranch {
        id: uuid::Uuid::from_u128(1000 + place as u128),
        parent: None,
        name: format!("Line {place}"),
        sensors: sensors.to_vec(),
    };
    let branches = sensors.chunks(SENSORS).enumerate().map(line).collect();
    let id = uuid::Uuid::from_u128(999);
    Ok(EnergyTree { id, org_id: 1, name: "Works".into(), description: None, branches })
}

/// Devices with sensors, and how often they are read.
const METERS: usize = 25;
const PERIOD_S: i64 = 60;

fn tree() -> Outcome {
    let folder = tempfile::tempdir()?;
    let store = Store::open(folder.path())?;
    let tree = plant_of_meters(&store)?;
    let directory = store.directory();
    let mut connection = Connection::open(folder.path().join("parabus.sqlite"))?;
    for (place, device) in directory.devices.values().enumerate() {
        let group = device.group.as_ref().ok_or("a device without a group")?;
        let codecs = group.params.iter().map(|param| directory.params.get(param).and_then(|param| param.codec()));
        let layouts = codecs.map(|codec| codec.map(|codec| Layout::of(&codec)).ok_or("no codec"));
        let layout = GroupLayout {
            id: group.id,
            layouts: layouts.collect::<Result<_, _>>()?,
            hold_ms: Rule::of_period(PERIOD_S as u32).hold_ms(),
        };
        let mut states: Vec<State> = (0..layout.layouts.len())
            .map(|at| State { noise: Noise((100 * place + at) as u64), level: 10_000.0 })
            .collect();
        let mut minute = 0;
        while minute < YEAR_S / PERIOD_S {
            let until = (YEAR_S / PERIOD_S).min(minute + 200 * CHUNK as i64);
            let row = |minute: i64| -> (i64, Row) {
                let cells = states.iter_mut().enumerate().map(|(at, state)| {
                    let signal = if at % 2 == 0 { &SIGNALS[6] } else { &SIGNALS[3] };
                    Ok(Raw((signal.next)(state, PERIOD_S * minute)).into())
                });
                (at(PERIOD_S * minute), cells.collect())
            };
            let rows: BTreeMap<i64, Row> = (minute..until).map(row).collect();
            let transaction = connection.transaction()?;
            merge(&mut SqliteChunks(&transaction), &layout, rows)?;
            transaction.commit()?;
            minute = until;
        }
    }
    at_rest(folder.path())?;
    let end = START_MS + 1000 * YEAR_S;
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times[times.len() / 2].as_nanos() as f64 / 1e6
    };
    let mut of_tree = Vec::new();
    for round in 0..11 {
        // The windows of each minute are its own.
        let end = end - 60_000 * (30 + round);
        let cuts = [60, 30, 14, 7, 2, 1, 0].map(|days| end - 86_400_000 * days);
        let spans: Vec<(i64, i64)> = cuts.iter().copied().zip(cuts.into_iter().skip(1)).collect();
        let begun = Clock::now();
        let found = figures(&directory, &store, &tree, Quantities::Energy, &spans)?;
        of_tree.push(begun.elapsed());
        if black_box(found).whole.iter().filter_map(Figures::energy_kwh).count() != spans.len() {
            return Err("a window without energy".into());
        }
    }
    let days: Vec<(i64, i64)> =
        (0..365).map(|day| (START_MS + 86_400_000 * day, START_MS + 86_400_000 * (day + 1))).collect();
    let (mut of_fresh_report, mut of_report) = (Vec::new(), Vec::new());
    for counter in directory.params.values().filter(|param| param.value_type == "u32-be").take(11) {
        // At first of chunks that nobody has asked for, then again.
        for times in [&mut of_fresh_report, &mut of_report] {
            let begun = Clock::now();
            let counts = store.counts(counter.id, &days)?;
            times.push(begun.elapsed());
            if !matches!(black_box(counts), Counts::Whole(days, _) if days.iter().all(|day| day.count() == 1440)) {
                return Err("a day without all its readings".into());
            }
        }
    }
    let first = of_tree[0].as_nanos() as f64 / 1e6;
    let (tree, fresh, report) = (median(&mut of_tree), median(&mut of_fresh_report), median(&mut of_report));
    let least = of_tree[0].as_nanos() as f64 / 1e6;
    println!(
        "tree_ms={tree:.3} least_ms={least:.3} first_ms={first:.3} report_ms={report:.3} first_report_ms={fresh:.3}"
    );
    Ok(())
}
