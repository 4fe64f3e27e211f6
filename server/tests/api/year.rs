//! A plant of 200 sensors over a year of outages, resets, late and double readings, beside plain arithmetic in whole
//! numbers.
//!
//! With `PARABUS_YEAR` a folder, readings of a counter and what its report says of each day are left there for others
//! to reckon again (`tests/python/test_year.py`).

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use parabus_core::aggregate::{Rate, Rule};
use parabus_core::modbus::RegisterKind;
use parabus_core::time::Instant;
use parabus_core::value::{Decimal, Raw};
use parabus_server::energy::{EnergyBranch, EnergyTree, Figures, Quantities, Sensor, Tariff, figures};
use parabus_server::model::{CellError, Cycle, ParamId};
use parabus_server::report::{Branch, BranchValue, Report};
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Api, ORG, device, param, start};

const DEVICES: i64 = 25;
/// Sensors of a device: 0 to 3 count their energy, 7 has three phases.
const SENSORS: u8 = 8;
const HALLS: i64 = 5;
const DAYS: i64 = 365;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const ZONE: &str = "Europe/Warsaw";
/// Zones whose days a report is asked for: with one that turns its clocks at midnight, and one that turns them by half
/// an hour.
const ZONES: [&str; 5] = [ZONE, "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu"];
/// Watt-milliseconds of a kilowatt hour, and of the hundredth of one that the counters count.
const KWH: i128 = 3_600_000_000;
const COUNT: i128 = KWH / 100;

fn id(number: i64) -> Uuid {
    Uuid::from_u128(0x5EA5_0000_0000 + u128::from(number.unsigned_abs()))
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ mixed >> 31) % limit.unsigned_abs()).cast_signed()
    }

    fn once_in(&mut self, times: i64) -> bool {
        self.below(times) == 0
    }
}

/// A register of a sensor: what it is, and where it stands among the sensor's.
#[derive(Clone, Copy, PartialEq)]
enum Quantity {
    Power(u16),
    Current(u16),
    Energy,
}

/// The registers of a device, in the order of their parameters.
fn registers() -> Vec<(u8, Quantity)> {
    let mut registers = Vec::new();
    for sensor in 0..SENSORS {
        for phase in 0..if sensor == 7 { 3 } else { 1 } {
            registers.extend([(sensor, Quantity::Power(phase)), (sensor, Quantity::Current(phase))]);
        }
        registers.extend((sensor < 4).then_some((sensor, Quantity::Energy)));
    }
    registers
}

fn param_id(device: i64, place: usize) -> ParamId {
    100_000 + 100 * device + place as i64
}

/// The raw numbers of one device by instant, `None` where a register was not read.
type Truth = BTreeMap<i64, Vec<Option<i64>>>;

fn configure(api: &Api) {
    let registers = registers();
    let sensor_id = |device: i64, sensor: u8| id(1000 + 100 * device + i64::from(sensor));
    api.app
        .store
        .configure(true, |edit| {
            for number in 0..DEVICES {
                let mut meter = device(1000 + number, 1, 100 + number as u8);
                meter.update_period_sec = 3600;
                edit.put_device(&meter)?;
                for (place, (sensor, quantity)) in registers.iter().enumerate() {
                    let (offset, code, decimals) = match quantity {
                        Quantity::Power(phase) => (2 * phase, "i32-be", 0),
                        Quantity::Current(phase) => (6 + phase, "u16-be", -1),
                        Quantity::Energy => (9, "u32-be", -2),
                    };
                    let mut each =
                        param(param_id(number, place), meter.id, 1000 + 20 * u16::from(*sensor) + offset, true);
                    each.kind = RegisterKind::Input;
                    each.value_type = code.into();
                    each.multiplier = Decimal::new(1, decimals).unwrap();
                    edit.put_param(&each)?;
                }
                for index in 0..SENSORS {
                    edit.put_sensor(&Sensor {
                        id: sensor_id(number, index),
                        device_id: meter.id,
                        index,
                        name: format!("S{number}.{index}"),
                        description: None,
                        is_three_phase: index == 7,
                        serial_number: None,
                    })?;
                }
            }
            let mut branches = Vec::new();
            for hall in 0..HALLS {
                // One sensor of the next hall is looked at here, too.
                let sensors = vec![sensor_id((hall + 1) % HALLS * 5, 0)];
                branches.push(EnergyBranch { id: id(hall), parent: None, name: format!("Hall {hall}"), sensors });
                for number in 5 * hall..5 * hall + 5 {
                    let sensors = (0..SENSORS).map(|index| sensor_id(number, index)).collect();
                    let name = format!("Line {number}");
                    branches.push(EnergyBranch { id: id(100 + number), parent: Some(id(hall)), name, sensors });
                }
            }
            edit.put_tree(&EnergyTree { id: id(0), org_id: ORG, name: "Works".into(), description: None, branches })?;
            let branch = |number: i64, parent: Option<Uuid>, value| Branch {
                id: id(500 + number),
                parent,
                name: format!("B{number}"),
                borders: None,
                category: None,
                value,
            };
            let energy = |nth: usize| {
                registers.iter().enumerate().filter(|(_, (_, what))| *what == Quantity::Energy).nth(nth).unwrap().0
            };
            let mut branches = vec![branch(0, None, None)];
            branches.extend((1..=4).map(|number| {
                let value = BranchValue::Param(param_id(number, energy(number as usize - 1)));
                branch(number, Some(id(500)), Some(value))
            }));
            edit.put_report(&Report { id: id(499), org_id: ORG, name: "Year".into(), branches, turn: 0 })?;
            edit.put_tariff(ORG, &tariff())
        })
        .unwrap();
}

/// Cheap nights, dear working days, and a price for the rest.
fn tariff() -> Tariff {
    let rate = |days, from_hour: u16, until_hour: u16, micro_eur_per_kwh| Rate {
        days,
        from_minute: 60 * from_hour,
        until_minute: 60 * until_hour,
        micro_eur_per_kwh,
    };
    let rates = vec![rate(0x7F, 0, 6, 87_300), rate(0b001_1111, 8, 20, 214_001), rate(0x7F, 0, 24, 150_000)];
    Tariff { time_zone: ZONE.to_owned(), rates }
}

/// The price in the hour that begins at an instant; where this zone turns its clocks, hours of UTC are whole there.
fn price(zone: &TimeZone, hour: i64) -> i128 {
    let local = Timestamp::from_millisecond(hour).unwrap().to_zoned(zone.clone());
    let is_working_day = local.weekday().to_monday_zero_offset() < 5;
    match local.hour() {
        0..6 => 87_300,
        8..20 if is_working_day => 214_001,
        _ => 150_000,
    }
}

/// Plays a year of one device into the store, in the order in which its readings come in.
fn play(api: &Api, number: i64, start: i64, registers: &[(u8, Quantity)]) -> Truth {
    let mut random = Random(number.unsigned_abs());
    let store = &api.app.store;
    let device = 1000 + number;
    let group = store.directory().devices[&device].group.clone().unwrap();
    let places: Vec<usize> = (0..registers.len())
        .map(|place| group.params.iter().position(|param| *param == param_id(number, place)).unwrap())
        .collect();
    let mut truth = Truth::new();
    let mut keep = |at: i64, row: Vec<Option<i64>>| {
        let mut cells = vec![Err(CellError::Timeout); group.params.len()];
        for (place, raw) in places.iter().zip(&row) {
            if let Some(raw) = raw {
                cells[*place] = Ok(Raw(raw.cast_unsigned() & 0xFFFF_FFFF).into());
            }
        }
        store.append(&Cycle { device, group: group.id, at: Instant::from_millis(at), cells }).unwrap();
        truth.insert(at, row);
    };
    // One of the counters is about to run over its 32 bits.
    let mut counters: Vec<i64> = (0..4).map(|nth| [4_294_900_000, 12, 900_000, 0][nth] + random.below(1000)).collect();
    let mut late: Vec<(i64, i64, Vec<Option<i64>>)> = Vec::new();
    let mut away_until = 0;
    for hour in 0..DAYS * 24 {
        let at = start + hour * HOUR + random.below(2 * MINUTE);
        if random.once_in(400) {
            away_until = at + (1 + random.below(72)) * HOUR;
        }
        let level = 1 + random.below(40);
        let mut row: Vec<Option<i64>> = Vec::new();
        for (sensor, quantity) in registers {
            let raw = match quantity {
                Quantity::Power(_) => level * random.below(300) - 50,
                Quantity::Current(_) => random.below(2000),
                Quantity::Energy => {
                    let counter = &mut counters[usize::from(*sensor)];
                    *counter = (*counter + random.below(3000)) % (1 << 32);
                    *counter = if random.once_in(3000) { random.below(50) } else { *counter };
                    // Now and then a device tells less than it has counted.
                    if random.once_in(1500) { *counter - *counter / 20 } else { *counter }
                }
            };
            row.push((!random.once_in(200)).then_some(raw));
        }
        if at < away_until {
            if random.once_in(2) {
                keep(at, vec![None; registers.len()]);
            }
        } else if random.once_in(50) {
            late.push((hour + 1 + random.below(40), at, row));
        } else {
            if random.once_in(300) {
                keep(at, vec![Some(7); registers.len()]);
            }
            keep(at, row);
        }
        for (_, at, row) in late.extract_if(.., |(due, ..)| *due <= hour) {
            keep(at, row);
        }
        if hour % 3000 == 2999 {
            store.seal().unwrap();
        }
    }
    late.into_iter().for_each(|(_, at, row)| keep(at, row));
    truth
}

fn column(truth: &Truth, place: usize) -> Vec<(i64, Option<i64>)> {
    truth.iter().map(|(at, row)| (*at, row[place])).collect()
}

/// Watt-milliseconds and the time that is known, in each span: a value holds to the next reading, three periods at most.
fn integrals(column: &[(i64, Option<i64>)], spans: &[(i64, i64)]) -> Vec<(i128, i64)> {
    let hold = Rule::of_period(3600).hold_ms().unwrap().cast_signed();
    let mut sums = vec![(0, 0); spans.len()];
    let nexts = column.iter().skip(1).map(|(at, _)| *at).chain([i64::MAX]);
    for ((at, value), next) in column.iter().zip(nexts) {
        let Some(value) = value else { continue };
        let until = next.min(at + hold);
        let first = spans.partition_point(|(_, end)| end <= at);
        for (place, (start, end)) in spans.iter().enumerate().skip(first).take_while(|(_, (start, _))| *start < until) {
            let known = until.min(*end) - (*at).max(*start);
            sums[place].0 += i128::from(*value) * i128::from(known);
            sums[place].1 += known;
        }
    }
    sums
}

/// What a counter of 32 bits counted from one good reading to the next (AGGREGATION.md 4.7), at the latter's instant.
fn steps(column: &[(i64, Option<i64>)]) -> Vec<(i64, i64)> {
    let mut steps = Vec::new();
    let mut base: Option<i64> = None;
    for (at, value) in column.iter().filter_map(|(at, value)| Some((*at, (*value)?))) {
        let Some(known) = base else {
            base = Some(value);
            continue;
        };
        let step = if value >= known {
            value - known
        } else if known * 10 > (1 << 32) * 9 && value * 10 < 1 << 32 {
            value + (1 << 32) - known
        } else if value * 10 >= known * 9 {
            steps.push((at, 0));
            continue;
        } else {
            value
        };
        base = Some(value);
        steps.push((at, step));
    }
    steps
}

fn counted(steps: &[(i64, i64)], (start, end): (i64, i64)) -> Option<i128> {
    let inside = &steps[steps.partition_point(|(at, _)| *at < start)..steps.partition_point(|(at, _)| *at < end)];
    (!inside.is_empty()).then(|| inside.iter().map(|(_, step)| i128::from(*step)).sum())
}

/// What a sensor used in each span, in watt-milliseconds, if anything is known of it.
fn used(truth: &Truth, registers: &[(u8, Quantity)], sensor: u8, spans: &[(i64, i64)]) -> Vec<Option<i128>> {
    let places = |what: fn(&Quantity) -> bool| {
        registers.iter().enumerate().filter(move |(_, (of, quantity))| *of == sensor && what(quantity))
    };
    if let Some((place, _)) = places(|quantity| *quantity == Quantity::Energy).next() {
        let steps = steps(&column(truth, place));
        return spans.iter().map(|span| Some(counted(&steps, *span)? * COUNT)).collect();
    }
    let mut all = vec![None; spans.len()];
    for (place, _) in places(|quantity| matches!(quantity, Quantity::Power(_))) {
        for (sum, (integral, known)) in all.iter_mut().zip(integrals(&column(truth, place), spans)) {
            if known > 0 {
                *sum = Some(sum.unwrap_or(0) + integral);
            }
        }
    }
    all
}

/// Whether a number is the binary64 nearest to a fraction: no other lies closer.
fn is_nearest(number: f64, numerator: i128, denominator: i128) -> bool {
    if numerator == 0 {
        return number == 0.0;
    }
    let three = [number, number.next_up(), number.next_down()];
    let doubled = |number: f64, times: i32| number * 2f64.powi(times);
    // After so many doublings all of them are whole.
    let is_whole = |times: &i32| three.iter().all(|number| doubled(*number, *times).fract() == 0.0);
    let times = (0..70).find(is_whole).unwrap_or_else(|| panic!("{number} is small"));
    let [own, up, down] =
        three.map(|number| ((doubled(number, times) as i128) * denominator - (numerator << times)).abs());
    own <= up && own <= down
}

/// The sensors of a device below a branch, by device.
fn below(branch: usize) -> Vec<(i64, u8)> {
    // Each hall has five lines behind it.
    let (hall, line) = (branch as i64 / 6, branch as i64 % 6);
    if line > 0 {
        return (0..SENSORS).map(|sensor| (5 * hall + line - 1, sensor)).collect();
    }
    let own = (5 * hall..5 * hall + 5).flat_map(|device| (0..SENSORS).map(move |sensor| (device, sensor)));
    own.chain([((hall + 1) % HALLS * 5, 0)]).collect()
}

/// Days of the last year in a zone, by a calendar that is not ours.
fn days(zone: &TimeZone, now: i64) -> Vec<(i64, i64)> {
    let today = Timestamp::from_millisecond(now).unwrap().to_zoned(zone.clone()).date();
    let midnight = |ago: i64| {
        let date = today.checked_sub(jiff::Span::new().days(ago)).unwrap();
        date.to_zoned(zone.clone()).unwrap().start_of_day().unwrap().timestamp().as_millisecond()
    };
    (1..DAYS).rev().map(|ago| (midnight(ago), midnight(ago - 1))).collect()
}

/// A window, cut at whole hours.
fn hours((start, end): (i64, i64)) -> Vec<(i64, i64)> {
    let first = start.div_euclid(HOUR);
    (first..)
        .map(|hour| (start.max(hour * HOUR), end.min((hour + 1) * HOUR)))
        .take_while(|(from, _)| *from < end)
        .collect()
}

/// What each sensor used in spans, and what that cost in millionths of a euro times watt-milliseconds.
struct Reckoned {
    energy: Vec<BTreeMap<(i64, u8), i128>>,
    cost: Vec<BTreeMap<(i64, u8), i128>>,
}

fn reckon(truths: &[Truth], spans: &[(i64, i64)]) -> Reckoned {
    let zone = TimeZone::get(ZONE).unwrap();
    let registers = registers();
    let cut: Vec<(usize, (i64, i64), i128)> = (0..)
        .zip(spans)
        .flat_map(|(span, window)| hours(*window).into_iter().map(move |part| (span, part)))
        .map(|(span, part)| (span, part, price(&zone, part.0.div_euclid(HOUR) * HOUR)))
        .collect();
    let parts: Vec<(i64, i64)> = cut.iter().map(|(_, part, _)| *part).collect();
    let mut all = Reckoned { energy: vec![BTreeMap::new(); spans.len()], cost: vec![BTreeMap::new(); spans.len()] };
    for (device, truth) in (0..).zip(truths) {
        for sensor in 0..SENSORS {
            for ((span, _, price), used) in cut.iter().zip(used(truth, &registers, sensor, &parts)) {
                if let Some(used) = used {
                    *all.energy[*span].entry((device, sensor)).or_default() += used;
                    *all.cost[*span].entry((device, sensor)).or_default() += used * price;
                }
            }
        }
    }
    all
}

fn sum_of(known: &BTreeMap<(i64, u8), i128>, sensors: &[(i64, u8)]) -> Option<i128> {
    let found: Vec<i128> = sensors.iter().filter_map(|sensor| known.get(sensor)).copied().collect();
    (!found.is_empty()).then(|| found.iter().sum())
}

fn check(figures: &Figures, energy: Option<i128>, cost: Option<i128>, what: &str) {
    let is_known = (figures.energy_kwh().is_some(), figures.cost_eur().is_some());
    assert_eq!(is_known, (energy.is_some(), cost.is_some()), "{what}");
    if let (Some(kwh), Some(energy), Some(eur), Some(cost)) = (figures.energy_kwh(), energy, figures.cost_eur(), cost) {
        assert!(is_nearest(kwh, energy, KWH), "{what}: {kwh} kWh, {energy} W·ms");
        assert!(is_nearest(eur, cost, KWH * 1_000_000), "{what}: {eur} EUR");
    }
}

async fn get(api: &Api, path: &str) -> Value {
    let (status, reply) = api.get(path, &api.token().await).await;
    assert_eq!(status, StatusCode::OK, "{reply}");
    reply
}

#[tokio::test]
async fn every_figure_of_a_year_is_that_of_whole_numbers() {
    let api = start().await;
    configure(&api);
    let registers = registers();
    let now = parabus_server::clock::now().as_millis();
    let start = now.div_euclid(HOUR) * HOUR - DAYS * DAY;
    let truths: Vec<Truth> = (0..DEVICES).map(|number| play(&api, number, start, &registers)).collect();
    let everything: Vec<(i64, u8)> =
        (0..DEVICES).flat_map(|device| (0..SENSORS).map(move |each| (device, each))).collect();

    // Days, of the tree and of each branch.
    let zone = TimeZone::get(ZONE).unwrap();
    let spans = days(&zone, now);
    let reckoned = reckon(&truths, &spans);
    let directory = api.app.store.directory();
    let tree = directory.trees.get(&id(0)).unwrap();
    let found = figures(&directory, &api.app.store, tree, Quantities::All, &spans).unwrap();
    assert_eq!((found.branches.len(), found.whole.len()), (30, spans.len()));
    for (place, span) in spans.iter().enumerate() {
        let (energy, cost) = (&reckoned.energy[place], &reckoned.cost[place]);
        let what = Instant::from_millis(span.0).display_short().to_string();
        check(&found.whole[place], sum_of(energy, &everything), sum_of(cost, &everything), &what);
        for (branch, rows) in found.branches.iter().enumerate() {
            let sensors = below(branch);
            let what = format!("{what}, branch {branch}");
            check(&rows[place], sum_of(energy, &sensors), sum_of(cost, &sensors), &what);
        }
        let mut lines = Figures::default();
        let lines_of = found.branches.iter().enumerate().filter(|(branch, _)| branch % 6 > 0);
        lines_of.for_each(|(_, rows)| lines.merge(&rows[place]));
        assert_eq!(lines.energy_kwh(), found.whole[place].energy_kwh(), "the root is the sum of its leaves: {what}");
    }

    // The windows before now, as the API tells them.
    let energy = |what: &str| format!("/gsense/aggregation/tree/{}/{what}-energy/", id(0));
    let (root, branches) = loop {
        let (root, branches) = (get(&api, &energy("root")).await, get(&api, &energy("branches")).await);
        // They have windows of one minute unless the next one began in between.
        if get(&api, &energy("root")).await["dataOnUtc"] == root["dataOnUtc"] {
            break (root, branches);
        }
    };
    let end = Instant::parse(root["dataOnUtc"].as_str().unwrap()).unwrap().as_millis();
    for (name, days) in [("24h", 1), ("7d", 7), ("30d", 30)] {
        let windows = [(end - 2 * days * DAY, end - days * DAY), (end - days * DAY, end)];
        let reckoned = reckon(&truths, &windows);
        for (place, prefix) in ["Prev", "Last"].iter().enumerate() {
            let kwh = |reply: &Value| reply[format!("energyKwh{prefix}{name}")].as_f64().unwrap();
            let energy = sum_of(&reckoned.energy[place], &everything).unwrap_or(0);
            assert!(is_nearest(kwh(&root), energy, KWH), "{prefix}{name}: {} {energy}", kwh(&root));
            let rows = branches["rows"].as_array().unwrap();
            assert_eq!(rows.len(), 30);
            for (branch, row) in rows.iter().enumerate() {
                let energy = sum_of(&reckoned.energy[place], &below(branch)).unwrap_or(0);
                assert!(is_nearest(kwh(row), energy, KWH), "{prefix}{name}, {row}");
            }
        }
        let eur = root[format!("costEurLast{name}")].as_f64().unwrap();
        let cost = sum_of(&reckoned.cost[1], &everything).unwrap();
        assert!(is_nearest(eur, cost, KWH * 1_000_000), "{name}: {eur} EUR");
    }

    // A report, by days in other zones.
    let place = |nth: usize| {
        registers.iter().enumerate().filter(|(_, (_, what))| *what == Quantity::Energy).nth(nth).unwrap().0
    };
    let all: Vec<Vec<(i64, i64)>> = (1..=4).map(|number| steps(&column(&truths[number], place(number - 1)))).collect();
    let mut left = serde_json::Map::new();
    for name in ZONES {
        let spans = days(&TimeZone::get(name).unwrap(), now);
        let (from, till) = (spans[0].0, spans[spans.len() - 1].1);
        for branch in 0..=4 {
            let body = json!({ "tz": name, "segment": "day",
                "fromDateStr": Instant::from_millis(from).display_millis().to_string(),
                "tillDateStr": Instant::from_millis(till).display_millis().to_string() });
            let path = format!("/resource-report/branch/{}/chart-data/", id(500 + branch));
            let (status, reply) = api.post(&path, &api.token().await, &body.to_string()).await;
            assert_eq!(status, StatusCode::OK, "{reply}");
            let rows = reply["values"].as_array().unwrap();
            assert_eq!(rows.len(), spans.len(), "{name}");
            for (row, span) in rows.iter().zip(&spans) {
                assert_eq!(row[0], Instant::from_millis(span.0).display_millis().to_string(), "{name}");
                let own = |number: i64| counted(&all[number as usize - 1], *span);
                let want = if branch > 0 { own(branch) } else { (1..=4).filter_map(own).reduce(|sum, own| sum + own) };
                assert_eq!(row[1].is_null(), want.is_none(), "{name}: {row}");
                if let (Some(value), Some(want)) = (row[1].as_f64(), want) {
                    assert!(is_nearest(value, want, 100), "{name}: {row}, counted {want}");
                }
            }
            if branch == 1 {
                left.insert(name.to_owned(), reply["values"].clone());
            }
        }
    }
    if let Some(folder) = std::env::var_os("PARABUS_YEAR") {
        let folder = std::path::PathBuf::from(folder);
        std::fs::create_dir_all(&folder).unwrap();
        let line =
            |(at, raw): (i64, Option<i64>)| format!("{at},{}\n", raw.map_or_else(String::new, |raw| raw.to_string()));
        let lines: String = column(&truths[1], place(0)).into_iter().map(line).collect();
        std::fs::write(folder.join("counter.csv"), format!("at_ms,raw\n{lines}")).unwrap();
        std::fs::write(folder.join("days.json"), Value::from(left).to_string()).unwrap();
    }
}
