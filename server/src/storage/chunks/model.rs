//! Histories as plants make them, late, doubled, failed and with gaps, beside a map of all their cycles.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use parabus_core::chunk::{Kind, Layout};
use parabus_core::modbus::ExceptionCode;
use parabus_core::value::{Packing, Raw};

use super::seal::ROWS;
use super::tests::on_each;
use super::*;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ mixed >> 31) % limit
    }
}

fn cell(random: &mut Random, kind: Kind) -> Result<Cell, CellError> {
    match (random.below(20), kind) {
        (0, _) => Err(CellError::Timeout),
        (1, _) => Err(CellError::Exception(ExceptionCode(random.below(12) as u8))),
        (2, _) => Err(CellError::Unreachable),
        (_, Kind::Text(_)) => Ok(Cell::Registers(vec![random.below(3) as u16; random.below(3) as usize].into())),
        (_, Kind::Bit) => Ok(Raw(random.below(2)).into()),
        (3, Kind::Float64) => Ok(Raw(u64::MAX).into()),
        _ => Ok(Raw(2300 + random.below(40)).into()),
    }
}

fn group(id: GroupId, columns: usize) -> GroupLayout {
    let kinds =
        [Kind::Unsigned { bits: 16 }, Kind::Float64, Kind::Text(Packing::Pairs), Kind::Bit, Kind::Signed { bits: 32 }];
    let layouts = kinds.into_iter().cycle().take(columns).map(Layout::new).collect();
    GroupLayout { id, layouts, hold_ms: Some(60_000) }
}

fn all(store: &dyn ChunkStore, group: &GroupLayout, range: (i64, i64), order: Order) -> Vec<(i64, Row)> {
    let mut rows: BTreeMap<i64, Row> = BTreeMap::new();
    for position in 0..group.layouts.len() {
        let mut last = None;
        let visit = &mut |at, cell: &Result<Cell, CellError>| {
            let is_next = last.is_none_or(|last| if order == Order::Ascending { last < at } else { last > at });
            assert!(is_next, "{at} behind {last:?}");
            last = Some(at);
            rows.entry(at).or_default().push(cell.clone());
            ControlFlow::Continue(())
        };
        walk(store, (group.id, position), range, order, &[], visit).unwrap();
    }
    rows.into_iter().collect()
}

/// Chunks of a part do not overlap, and all parts have the same ones.
fn check(store: &dyn ChunkStore, group: &GroupLayout, rows: usize) {
    let list = store.list(group.id).unwrap();
    let parts = group.layouts.len().div_ceil(64);
    let of_part = |part: u16| list.iter().filter(move |info| info.name.part == part).collect::<Vec<_>>();
    let first = of_part(0);
    assert_eq!(first.iter().map(|info| info.rows as usize).sum::<usize>(), rows);
    for pair in first.windows(2) {
        assert!(pair[0].last_at < pair[1].name.first_at, "{pair:?}");
    }
    assert!(first.iter().all(|info| info.rows as usize <= ROWS));
    for part in 1..parts {
        let spans = |infos: &[&Info]| infos.iter().map(|info| (info.name.first_at, info.last_at)).collect::<Vec<_>>();
        assert_eq!(spans(&of_part(part as u16)), spans(&first));
    }
}

#[test]
fn any_history_comes_back_in_any_window() {
    for seed in 0..6 {
        on_each(|store| {
            let mut random = Random(seed);
            let (columns, most) = [(1, 700), (5, 120), (66, 40)][seed as usize % 3];
            let mut group = group(1, columns);
            let mut model: BTreeMap<i64, Row> = BTreeMap::new();
            let mut now = 1_000_000;
            for step in 0..16 {
                let mut batch = BTreeMap::new();
                for _ in 0..random.below(most) {
                    now += match random.below(60) {
                        0 => 3_600_000,
                        _ => 1000 + random.below(3) as i64,
                    };
                    let at = match random.below(25) {
                        0 => now - random.below(400_000) as i64,
                        1 => model.keys().nth(random.below(model.len().max(1) as u64) as usize).copied().unwrap_or(now),
                        2 => 900_000 - random.below(5000) as i64,
                        _ => now,
                    };
                    let row: Row = group.layouts.iter().map(|layout| cell(&mut random, layout.kind())).collect();
                    batch.insert(at, row);
                }
                if random.below(10) == 0 {
                    group.hold_ms = Some(60_000 + random.below(2) * 30_000);
                }
                model.extend(batch.clone());
                merge(store, &group, batch.clone()).unwrap();
                if random.below(4) == 0 {
                    // What was written before a crash is put in again.
                    merge(store, &group, batch).unwrap();
                }
                check(store, &group, model.len());
                if random.below(15) == 0 {
                    let before = now - 2_000_000;
                    let kept: Vec<Info> = store.list(1).unwrap();
                    let gone = kept.iter().filter(|info| info.name.part == 0 && info.last_at < before);
                    let spans: Vec<(i64, i64)> = gone.map(|info| (info.name.first_at, info.last_at)).collect();
                    model.retain(|at, _| !spans.iter().any(|(first, last)| (first..=last).contains(&at)));
                    store.drop_before(before).unwrap();
                }
                let (one, other) = (random.below(400_000) as i64, random.below(400_000) as i64);
                let window = (now - one.max(other), now - one.min(other));
                let whole = (step % 8 == 7).then_some((i64::MIN, i64::MAX));
                for range in whole.into_iter().chain([window]) {
                    let want: Vec<(i64, Row)> =
                        model.range(range.0..=range.1).map(|(at, row)| (*at, row.clone())).collect();
                    assert_eq!(all(store, &group, range, Order::Ascending), want);
                    assert_eq!(all(store, &group, range, Order::Descending), want);
                }
            }
        });
    }
}

#[test]
fn a_late_cycle_writes_its_own_chunk_again_and_no_other() {
    on_each(|store| {
        let group = group(1, 3);
        let mut random = Random(5);
        let mut row = || -> Row { group.layouts.iter().map(|layout| cell(&mut random, layout.kind())).collect() };
        let cycles: BTreeMap<i64, Row> = (0..1000).map(|n| (n * 1000, row())).collect();
        for (at, cells) in cycles.clone() {
            if at % 97_000 == 0 {
                // Now and then alone, as a slow device's are sealed.
                merge(store, &group, BTreeMap::from([(at, cells)])).unwrap();
            }
        }
        merge(store, &group, cycles).unwrap();
        let before = store.list(1).unwrap();
        assert!(before.len() <= 6, "{before:?}");
        merge(store, &group, BTreeMap::from([(300_500, row())])).unwrap();
        let after = store.list(1).unwrap();
        let changed: Vec<_> = after.iter().filter(|info| !before.contains(info)).collect();
        assert!(changed.iter().all(|info| (200_000..600_000).contains(&info.name.first_at)), "{changed:?}");
        assert!((1..=2).contains(&changed.len()));
        let old = before.iter().find(|info| info.name.first_at == changed[0].name.first_at).unwrap();
        assert_eq!(changed[0].revision, old.revision + 1, "the same first instant, a higher revision");
        // Behind the last one: it alone grows.
        merge(store, &group, BTreeMap::from([(2_000_000, row())])).unwrap();
        let grown = store.list(1).unwrap();
        assert_eq!(grown.iter().filter(|info| !after.contains(info)).count(), 1);
        assert_eq!(grown.len(), after.len());
    });
}

#[test]
fn another_hold_limit_opens_a_chunk() {
    on_each(|store| {
        let mut group = group(1, 1);
        let row = || -> Row { vec![Ok(Raw(7).into())] };
        merge(store, &group, BTreeMap::from([(1000, row()), (2000, row())])).unwrap();
        group.hold_ms = Some(90_000);
        merge(store, &group, BTreeMap::from([(3000, row())])).unwrap();
        merge(store, &group, BTreeMap::from([(1500, row()), (4000, row())])).unwrap();
        let rows: Vec<(i64, u32)> = store.list(1).unwrap().iter().map(|info| (info.name.first_at, info.rows)).collect();
        assert_eq!(rows, [(1000, 3), (3000, 2)], "late ones keep the limit that they were read under");
    });
}

#[test]
fn a_damaged_chunk_is_left_out_and_left_alone() {
    on_each(|store| {
        let group = group(1, 2);
        let row = |n: u64| -> Row { vec![Ok(Raw(n).into()), Ok(Raw(n).into())] };
        merge(store, &group, (0..600).map(|n| (n * 1000, row(n as u64))).collect()).unwrap();
        let mut bad = Vec::new();
        let copy = &mut |info: &Info, data: &[u8]| {
            bad.push(Stored { info: Info { revision: 9, ..*info }, data: data.to_vec() });
            ControlFlow::Continue(())
        };
        store.range(1, 0, (256_000, 256_000), Order::Ascending, copy).unwrap();
        let [bad] = &mut bad[..] else { panic!() };
        let middle = bad.data.len() / 2;
        bad.data[middle] ^= 0x40;
        store.put(std::slice::from_ref(bad)).unwrap();
        let times = |store: &dyn ChunkStore| {
            all(store, &group, (i64::MIN, i64::MAX), Order::Ascending)
                .into_iter()
                .map(|(at, _)| at / 1000)
                .collect::<Vec<_>>()
        };
        let rest: Vec<i64> = (0..256).chain(512..600).collect();
        assert_eq!(times(store), rest);
        merge(store, &group, BTreeMap::from([(300_500, row(1))])).unwrap();
        assert_eq!(times(store), (0..256).chain([300]).chain(512..600).collect::<Vec<_>>());
        assert!(store.list(1).unwrap().contains(&bad.info), "whoever can mend it still has it");
    });
}
