//! What every store of chunks does.

use std::ops::ControlFlow;

use rusqlite::Connection;

use super::*;

/// A database with groups 1 and 2.
pub(super) fn database() -> Connection {
    let mut database = Connection::open_in_memory().unwrap();
    crate::storage::schema::migrate(&mut database).unwrap();
    database
        .execute_batch("PRAGMA foreign_keys = OFF; INSERT INTO read_group (id, device_id) VALUES (1, 1), (2, 1)")
        .unwrap();
    database
}

/// Runs a test on each store.
pub(super) fn on_each(test: impl Fn(&mut dyn ChunkStore)) {
    test(&mut MemoryChunks::default());
    let database = database();
    test(&mut SqliteChunks(&database));
}

fn chunk(group: GroupId, part: u16, (first_at, last_at): (i64, i64), revision: u32) -> Stored {
    let name = Name { group, part, first_at };
    Stored { info: Info { name, last_at, rows: 2, revision }, data: vec![revision as u8, first_at as u8] }
}

fn seen(store: &dyn ChunkStore, group: GroupId, part: u16, range: (i64, i64), order: Order) -> Vec<i64> {
    let mut seen = Vec::new();
    let visit = &mut |info: &Info, data: &[u8]| {
        assert_eq!(data, [info.revision as u8, info.name.first_at as u8]);
        assert_eq!((info.name.group, info.name.part), (group, part));
        seen.push(info.name.first_at);
        ControlFlow::Continue(())
    };
    store.range(group, part, range, order, visit).unwrap();
    seen
}

#[test]
fn a_range_shows_the_chunks_in_it_and_the_one_before() {
    on_each(|store| {
        store.put(&[chunk(1, 0, (10, 19), 1), chunk(1, 0, (20, 29), 1), chunk(1, 0, (50, 59), 1)]).unwrap();
        store.put(&[chunk(1, 1, (10, 19), 1), chunk(2, 0, (-5, 100), 1)]).unwrap();
        let cases: [((i64, i64), &[i64]); 8] = [
            ((i64::MIN, i64::MAX), &[10, 20, 50]),
            ((20, 20), &[20]),
            ((25, 49), &[20]),
            ((19, 50), &[10, 20, 50]),
            ((0, 9), &[]),
            ((0, 10), &[10]),
            ((1000, 2000), &[50]),
            ((30, 20), &[]),
        ];
        for (range, want) in cases {
            assert_eq!(seen(store, 1, 0, range, Order::Ascending), want, "{range:?}");
            let mut reversed = want.to_vec();
            reversed.reverse();
            assert_eq!(seen(store, 1, 0, range, Order::Descending), reversed, "{range:?}");
        }
        assert_eq!(seen(store, 1, 1, (0, 99), Order::Ascending), [10]);
        let mut count = 0;
        let stop = &mut |_: &Info, _: &[u8]| {
            count += 1;
            ControlFlow::Break(())
        };
        store.range(1, 0, (0, 99), Order::Descending, stop).unwrap();
        assert_eq!(count, 1);
    });
}

#[test]
fn the_higher_revision_stays_whichever_comes_first() {
    on_each(|store| {
        let (old, new) = (chunk(1, 0, (10, 19), 1), chunk(1, 0, (10, 25), 2));
        for chunks in [[&old, &new], [&new, &old], [&new, &new]] {
            chunks.into_iter().for_each(|chunk| store.put(std::slice::from_ref(chunk)).unwrap());
            assert_eq!(store.list(1).unwrap(), [new.info]);
            assert_eq!(seen(store, 1, 0, (0, 99), Order::Ascending), [10]);
        }
    });
}

#[test]
fn what_ends_before_an_instant_can_be_let_go_of() {
    on_each(|store| {
        let chunks = [(1, 0, (10, 19)), (1, 1, (10, 19)), (1, 0, (20, 29)), (2, 0, (0, 20))];
        store.put(&chunks.map(|(group, part, span)| chunk(group, part, span, 1))).unwrap();
        assert_eq!(store.drop_before(10).unwrap(), 0);
        assert_eq!(store.drop_before(20).unwrap(), 2);
        let names: Vec<_> = store.list(1).unwrap().iter().map(|info| (info.name.part, info.name.first_at)).collect();
        assert_eq!(names, [(0, 20)]);
        assert_eq!(store.drop_before(i64::MAX).unwrap(), 2);
        assert!(store.list(2).unwrap().is_empty());
    });
}

#[test]
fn chunks_of_a_group_that_is_gone_are_dropped() {
    let database = database();
    let mut store = SqliteChunks(&database);
    store.put(&[chunk(9, 0, (10, 19), 1)]).unwrap();
    assert!(store.list(9).unwrap().is_empty());
}
