//! The store as the server uses it: configuration, history across changes, ends without warning.

use parabus_core::modbus::{UnitId, WriteFunction};
use parabus_core::time::Instant;
use parabus_core::value::{Decimal, Lang, Raw};

use super::*;
use crate::model::{Cell, CellError, Connection as Link, Cycle, Device, Net, Org, Param};

fn param(device_id: i64, name: &str, address: u16) -> Param {
    let multiplier = Decimal::parse("0.1").unwrap();
    Param { unit: Some("V".to_owned()), multiplier, ..Param::plain(device_id, name, address) }
}

/// One organization, network and device with two parameters.
pub(crate) fn configured(store: &Store) {
    store
        .configure(true, |edit| {
            let org = edit.put_org(&Org { id: 0, name: "Works".into(), slug: "works".into(), lang: Lang::En })?;
            let net = edit.put_net(&Net {
                id: 0,
                org_id: org,
                name: "Hall".into(),
                slug: "hall".into(),
                description: None,
                created_on: Instant::from_millis(0),
                disabled: None,
                connection: Link::tcp("127.0.0.1", 502),
                sku: None,
                solution: "standalone".into(),
                controller_unit_id: UnitId(111),
                device_passwords: vec!["mypass".into()],
                max_inflight_requests: 1,
                request_gap_ms: 0,
                is_vpn: false,
            })?;
            let device = edit.put_device(&Device {
                id: 0,
                net_id: net,
                name: "Meter".into(),
                slug: "meter".into(),
                description: None,
                unit_id: UnitId(1),
                disabled: None,
                update_period_sec: 1,
                read_group_size: 60,
                read_gap: 0,
                write_function: WriteFunction::Normal,
                timeout_retries: 1,
                timeout_ms: 500,
                template_id: None,
                group: None,
            })?;
            edit.put_param(&param(device, "a", 0))?;
            edit.put_param(&param(device, "b", 1))?;
            Ok(())
        })
        .unwrap();
}

pub(crate) fn cycle(store: &Store, at: i64, raws: [u64; 2]) -> Cycle {
    let directory = store.directory();
    let device = directory.devices.values().next().unwrap();
    let cells = raws.into_iter().map(|raw| Ok(Raw(raw).into())).collect();
    Cycle { device: device.id, group: device.group.as_ref().unwrap().id, at: Instant::from_millis(at), cells }
}

fn texts(store: &Store, param: i64) -> Vec<(i64, Option<String>)> {
    let readings = store.readings(param, None, Instant::from_millis(i64::MAX), 100).unwrap();
    readings.into_iter().map(|(at, value)| (at.as_millis(), value.map(|value| value.to_string()))).collect()
}

#[test]
fn readings_survive_a_process_that_just_ends() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    configured(&store);
    store.append(&cycle(&store, 1000, [2300, 1])).unwrap();
    store.seal().unwrap();
    store.append(&cycle(&store, 2000, [2310, 2])).unwrap();
    let mut failed = cycle(&store, 3000, [0, 3]);
    failed.cells[0] = Err(CellError::Timeout);
    store.append(&failed).unwrap();
    let want = vec![(3000, None), (2000, Some("231.0".to_owned())), (1000, Some("230.0".to_owned()))];
    assert_eq!(texts(&store, 1), want);
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(texts(&store, 1), want);
    let last = store.last_values().unwrap();
    assert_eq!(last[&1].0.as_millis(), 2000, "the last good reading, not the failed one");
    assert_eq!(last[&2].1.to_string(), "0.3");
}

#[test]
fn the_last_good_value_is_known_after_any_number_of_failures() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    configured(&store);
    let mut first = cycle(&store, 1000, [2300, 0]);
    first.cells[1] = Err(CellError::NoValue);
    store.append(&first).unwrap();
    store.seal().unwrap();
    let begun = std::time::Instant::now();
    for n in 1..=10_000 {
        let mut failed = cycle(&store, 1000 + n, [0, 0]);
        failed.cells.fill(Err(CellError::Timeout));
        store.append(&failed).unwrap();
    }
    store.seal().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(10), "10,000 cycles took {:?}", begun.elapsed());
    drop(store);
    let last = Store::open(folder.path()).unwrap().last_values().unwrap();
    assert_eq!((last[&1].0.as_millis(), last[&1].1.to_string()), (1000, "230.0".to_owned()));
    assert!(!last.contains_key(&2), "what never was read has no last value");
}

#[test]
fn a_segment_replayed_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    configured(&store);
    store.append(&cycle(&store, 1000, [2300, 1])).unwrap();
    store.append(&cycle(&store, 2000, [2310, 2])).unwrap();
    let segment = folder.path().join("readings-00000001.log");
    let bytes = std::fs::read(&segment).unwrap();
    store.seal().unwrap();
    assert!(!segment.exists(), "sealed, so deleted");
    let want = texts(&store, 1);
    assert_eq!(want.len(), 2);
    drop(store);
    // As if the process had ended between the transaction and the deletion.
    std::fs::write(&segment, bytes).unwrap();
    assert_eq!(texts(&Store::open(folder.path()).unwrap(), 1), want);
}

#[test]
fn a_torn_tail_is_cut_and_the_rest_kept() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    configured(&store);
    for at in 1..=3 {
        store.append(&cycle(&store, at * 1000, [2300, 1])).unwrap();
    }
    drop(store);
    let segment = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let segment = segment.into_iter().find(|path| path.extension().is_some_and(|end| end == "log")).unwrap();
    let length = std::fs::metadata(&segment).unwrap().len();
    std::fs::OpenOptions::new().write(true).open(&segment).unwrap().set_len(length - 1).unwrap();
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(texts(&store, 1).len(), 2);
}

#[test]
fn a_changed_scale_opens_a_group_and_history_keeps_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    configured(&store);
    store.append(&cycle(&store, 1000, [2300, 1])).unwrap();
    let group = cycle(&store, 0, [0, 0]).group;
    store
        .configure(true, |edit| {
            let mut param = edit.before().params[&1].clone();
            param.multiplier = Decimal::ONE;
            edit.put_param(&param).map(drop)
        })
        .unwrap();
    assert_ne!(cycle(&store, 0, [0, 0]).group, group);
    store.append(&cycle(&store, 2000, [231, 1])).unwrap();
    assert_eq!(texts(&store, 1), [(2000, Some("231".to_owned())), (1000, Some("230.0".to_owned()))]);
}

#[test]
fn a_deleted_parameter_takes_no_history_of_others_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    configured(&store);
    store.append(&cycle(&store, 1000, [2300, 1])).unwrap();
    store.seal().unwrap();
    let old = cycle(&store, 2000, [2310, 2]);
    store.append(&old).unwrap();
    store.configure(true, |edit| edit.delete_param(1)).unwrap();
    let group = store.directory().devices[&1].group.clone().unwrap();
    assert_eq!(group.params, [2]);
    assert_ne!(group.id, old.group);
    // A cycle that was under way when the parameter went.
    store.append(&Cycle { at: Instant::from_millis(3000), ..old }).unwrap();
    let cells = vec![Ok(Raw(4).into())];
    store.append(&Cycle { device: 1, group: group.id, at: Instant::from_millis(4000), cells }).unwrap();
    let want: Vec<_> = [(4000, "0.4"), (3000, "0.2"), (2000, "0.2"), (1000, "0.1")]
        .map(|(at, text)| (at, Some(text.to_owned())))
        .to_vec();
    assert_eq!(texts(&store, 2), want);
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(texts(&store, 2), want);
    let last = store.last_values().unwrap();
    assert_eq!((last.len(), last[&2].0.as_millis()), (1, 4000));
}

#[test]
fn the_last_reading_outlives_the_tracking() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    configured(&store);
    store.append(&cycle(&store, 1000, [2300, 1])).unwrap();
    store
        .configure(true, |edit| {
            for param in edit.before().params.clone().into_values() {
                edit.put_param(&Param { is_tracked: false, ..param })?;
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(store.directory().devices[&1].group, None);
    drop(store);
    let last = Store::open(folder.path()).unwrap().last_values().unwrap();
    assert_eq!(last[&1].1.to_string(), "230.0");
}

#[test]
fn readings_of_texts_stand_beside_those_of_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    configured(&store);
    let text = |length| {
        store
            .configure(true, |edit| {
                let param = edit.before().params[&1].clone();
                edit.put_param(&Param { value_type: "str2".into(), length: Some(length), ..param })
            })
            .unwrap();
    };
    let read = |at, registers: &[u16], raw| {
        let mut cycle = cycle(&store, at, [0, raw]);
        cycle.cells[0] = Ok(Cell::Registers(registers.into()));
        store.append(&cycle).unwrap();
    };
    store.append(&cycle(&store, 1000, [2300, 1])).unwrap();
    text(2);
    read(2000, &[0x4F4B, 0], 2);
    store.seal().unwrap();
    read(3000, &[0xC5BB, 0x6C65], 3);
    // Fewer registers from here on: what was read before keeps its own length.
    text(1);
    read(4000, &[0x4142], 4);
    let want: Vec<_> = [(4000, "AB"), (3000, "Żle"), (2000, "OK"), (1000, "230.0")]
        .map(|(at, text)| (at, Some(text.to_owned())))
        .into();
    assert_eq!(texts(&store, 1), want);
    assert_eq!(texts(&store, 2)[0], (4000, Some("0.4".to_owned())));
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(texts(&store, 1), want);
    let last = store.last_values().unwrap();
    assert_eq!((last[&1].1.to_string(), last[&2].1.to_string()), ("AB".to_owned(), "0.4".to_owned()));
}

#[test]
fn the_later_arrival_replaces_and_ranges_are_inclusive() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    configured(&store);
    store.append(&cycle(&store, 1000, [1, 1])).unwrap();
    store.seal().unwrap();
    store.append(&cycle(&store, 1000, [2, 1])).unwrap();
    store.append(&cycle(&store, 2000, [3, 1])).unwrap();
    let read = |from, till| {
        let readings = store.readings(1, Some(Instant::from_millis(from)), Instant::from_millis(till), 100).unwrap();
        readings.into_iter().map(|(_, value)| value.unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(read(1000, 2000), ["0.3", "0.2"]);
    assert_eq!(read(1001, 1999), Vec::<String>::new());
    assert_eq!(read(3000, 2000), Vec::<String>::new());
    store.seal().unwrap();
    assert_eq!(read(1000, 2000), ["0.3", "0.2"]);
}

#[test]
fn configuration_changes_whole_or_not_at_all_and_others_notice() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let other = Store::open_configuration(folder.path()).unwrap();
    configured(&other);
    assert!(store.directory().nets.is_empty());
    assert!(store.reload().unwrap());
    assert_eq!(store.directory().nets.len(), 1);
    assert!(!store.reload().unwrap());

    let org = |name: &str| Org { id: 0, name: name.into(), slug: name.to_lowercase(), lang: Lang::Pl };
    let refused = store.configure(true, |edit| {
        edit.put_org(&org("First"))?;
        edit.put_org(&org("First"))
    });
    assert!(refused.is_err());
    store.configure(false, |edit| edit.put_org(&org("Dry"))).unwrap();
    assert_eq!(store.directory().orgs.len(), 1);
}

#[test]
fn a_store_of_a_newer_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(Store::open(folder.path()).unwrap());
    let connection = Connection::open(database_of(folder.path())).unwrap();
    connection.pragma_update(None, "user_version", 999).unwrap();
    let error = Store::open(folder.path()).err().unwrap().to_string();
    assert!(error.contains("newer version (schema 999"), "{error}");
}

#[test]
fn a_backup_beside_a_server_holds_log_and_database_and_can_be_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    configured(&store);
    store.append(&cycle(&store, 1000, [1, 2])).unwrap();
    store.seal().unwrap();
    store.append(&cycle(&store, 2000, [3, 4])).unwrap();
    let file = folder.path().join("copy.sqlite");
    let copied = backup(folder.path(), &file).unwrap();
    assert_eq!((copied.logged, copied.torn), (1, 0));
    assert!(backup(folder.path(), &file).unwrap_err().to_string().contains("exists already"));
    let param = *store.directory().params.keys().next().unwrap();
    let before = texts(&store, param);
    assert_eq!(before.len(), 2);
    store.append(&cycle(&store, 3000, [5, 6])).unwrap();
    assert!(matches!(restore(folder.path(), &file, Damaged::Refuse), Err(StoreError::InUse { .. })));
    drop(store);

    let aside = restore(folder.path(), &file, Damaged::Refuse).unwrap().unwrap();
    assert!(aside.join("parabus.sqlite").exists());
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(texts(&store, param), before, "what came after the backup is aside");
    drop(store);
    let other = tempfile::tempdir().unwrap();
    assert_eq!(restore(other.path(), &file, Damaged::Refuse).unwrap(), None);
    assert_eq!(texts(&Store::open(other.path()).unwrap(), param), before);
}

#[test]
fn a_folder_that_is_half_restored_is_no_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("restored.partial"), b"cut off").unwrap();
    for opened in [Store::open, Store::open_configuration, Store::open_readings] {
        let told = opened(folder.path()).err().unwrap().to_string();
        assert!(told.contains("repeat `parabus restore`"), "{told}");
    }
    assert!(!database_of(folder.path()).exists());
}

#[test]
fn a_damaged_or_foreign_file_is_not_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    configured(&store);
    for at in 1..200 {
        store.append(&cycle(&store, 1000 * at, [1, 2])).unwrap();
    }
    store.seal().unwrap();
    let file = folder.path().join("copy.sqlite");
    backup(folder.path(), &file).unwrap();
    let live = restore(folder.path(), &database_of(folder.path()), Damaged::Refuse).unwrap_err().to_string();
    assert!(live.contains("`parabus backup`"), "{live}");
    drop(store);
    let touched = folder.path().join("touched.sqlite");
    std::fs::copy(&file, &touched).unwrap();
    let connection = Connection::open(&touched).unwrap();
    connection.execute("UPDATE chunk SET data = substr(data, 1, 40) || x'ff' || substr(data, 42)", []).unwrap();
    drop(connection);
    let told = restore(folder.path(), &touched, Damaged::Refuse).unwrap_err().to_string();
    assert!(told.contains("touched.sqlite: is damaged: readings of group"), "{told}");
    let other = tempfile::tempdir().unwrap();
    assert_eq!(restore(other.path(), &touched, Damaged::Accept).unwrap(), None);
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0x5a);
    let damaged = folder.path().join("damaged.sqlite");
    std::fs::write(&damaged, bytes).unwrap();
    assert!(restore(folder.path(), &damaged, Damaged::Refuse).is_err());
    std::fs::write(&damaged, b"no database at all, though long enough to be read as one".repeat(20)).unwrap();
    assert!(restore(folder.path(), &damaged, Damaged::Refuse).is_err());
    std::fs::write(&damaged, b"").unwrap();
    assert!(restore(folder.path(), &damaged, Damaged::Refuse).unwrap_err().to_string().contains("is no backup"));
    assert_eq!(inspect(folder.path()).unwrap().logged, 0);
}

#[test]
fn the_trail_tells_what_changed_and_no_secret_and_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    configured(&store);
    let all = AuditFilter { org: None, since: None, limit: 1000 };
    let created = store.audit(all).unwrap();
    let told: Vec<_> = created.iter().map(|entry| (entry.action.as_str(), entry.object.as_str())).collect();
    assert_eq!(told[0], ("create organization", "Works"));
    assert_eq!(told[3], ("create parameter", "Works / Hall / Meter / a"));
    assert!(!format!("{created:?}").contains("mypass"));
    let change = |keep: bool| {
        store.configure_as("ann", keep, |edit| {
            let mut net = edit.before().nets.values().next().unwrap().clone();
            net.connection = Link::tcp("127.0.0.1", 503);
            net.device_passwords = vec!["a".into(), "b".into()];
            edit.put_net(&net).map(drop)
        })
    };
    change(false).unwrap();
    assert_eq!(store.audit(all).unwrap().len(), created.len(), "a dry run changes nothing");
    change(true).unwrap();
    let entries = store.audit(AuditFilter { org: Some(1), since: None, limit: 1 }).unwrap();
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((entry.actor.as_str(), entry.action.as_str()), ("ann", "change network"));
    assert_eq!(entry.old.as_deref(), Some("connection=tcp 127.0.0.1:502, devicePasswords=1 hidden"));
    assert_eq!(entry.new.as_deref(), Some("connection=tcp 127.0.0.1:503, devicePasswords=2 others hidden"));
    let others = store.configure(true, |edit| {
        let net = edit.before().nets.values().next().unwrap().clone();
        edit.put_net(&Net { device_passwords: vec!["c".into(), "d".into()], ..net })
    });
    others.unwrap();
    let last = store.audit(all).unwrap().pop().unwrap();
    assert_eq!(last.new.as_deref(), Some("devicePasswords=2 others hidden"), "as many, yet others");
    assert_eq!(store.trim_audit(Instant::from_millis(0), 2).unwrap(), created.len());
    assert_eq!(store.trim_audit(Instant::from_millis(i64::MAX), 2).unwrap(), 2);
}

/// A chunk's row in the database: its part and first instant, rows and revision.
fn chunks(folder: &Path) -> Vec<(i64, i64, i64)> {
    let database = open_for_reading(&database_of(folder)).unwrap();
    let mut rows =
        database.prepare("SELECT first_at, row_count, revision FROM chunk ORDER BY group_id, first_at").unwrap();
    let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn cycles_wait_until_their_chunk_is_full_and_the_log_keeps_them_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    configured(&store);
    for n in 0..255 {
        store.append(&cycle(&store, n * 1000, [n as u64, 1])).unwrap();
    }
    store.seal_due().unwrap();
    assert_eq!(chunks(folder.path()), []);
    store.append(&cycle(&store, 255_000, [1, 1])).unwrap();
    store.seal_due().unwrap();
    assert_eq!(chunks(folder.path()), [(0, 256, 1)]);
    store.append(&cycle(&store, 256_000, [1, 1])).unwrap();
    store.seal_due().unwrap();
    assert_eq!(texts(&store, 1).len(), 100);
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(chunks(folder.path()), [(0, 256, 1), (256_000, 1, 1)]);
    assert_eq!(texts(&store, 1)[0], (256_000, Some("0.1".to_owned())));
    store.append(&cycle(&store, 257_000, [2, 1])).unwrap();
    store.append(&cycle(&store, 100_500, [3, 1])).unwrap();
    store.seal().unwrap();
    let now = chunks(folder.path());
    assert_eq!(now.iter().map(|(_, rows, _)| rows).sum::<i64>(), 259);
    assert_eq!((now[0].2, *now.last().unwrap()), (2, (256_000, 2, 2)), "written again with a higher revision");
    drop(store);
    drop(Store::open(folder.path()).unwrap());
    assert_eq!(chunks(folder.path()), now, "nothing is written again that is there");
}

#[test]
fn old_readings_are_let_go_of_and_the_rest_stays() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    configured(&store);
    for n in 0..600 {
        store.append(&cycle(&store, n * 1000, [n as u64, 1])).unwrap();
    }
    store.seal().unwrap();
    assert_eq!(store.drop_readings(Instant::from_millis(0)).unwrap(), 0);
    assert_eq!(store.drop_readings(Instant::from_millis(300_000)).unwrap(), 1);
    let readings = store.readings(1, None, Instant::from_millis(i64::MAX), 1000).unwrap();
    assert_eq!((readings.len(), readings.last().unwrap().0.as_millis()), (344, 256_000));
    assert!(store.last_values().unwrap().contains_key(&1));
    assert_eq!(store.drop_readings(Instant::from_millis(i64::MAX)).unwrap(), 2);
    assert_eq!(texts(&store, 1), []);
}

#[test]
fn a_store_without_chunks_is_taken_over_with_its_cycles() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    configured(&store);
    let mut want = Vec::new();
    let group = cycle(&store, 0, [0, 0]).group;
    let mut rows = Vec::new();
    for n in 0..700i64 {
        let mut own = cycle(&store, n * 1000, [n as u64, 1]);
        if n % 50 == 7 {
            own.cells[0] = Err(CellError::Timeout);
        }
        let value = own.cells[0].is_ok().then(|| Decimal::new(n.into(), -1).unwrap().to_string());
        want.push((n * 1000, value));
        rows.push((n * 1000, cells::pack(&own.cells)));
    }
    want.reverse();
    drop(store);
    // As the version before chunks left it.
    let database = Connection::open(database_of(folder.path())).unwrap();
    for table in schema::tables_since(10) {
        database.execute_batch(&format!("DROP TABLE {table}")).unwrap();
    }
    database
        .execute_batch(
            "PRAGMA user_version = 10;
             CREATE TABLE cycle (group_id INTEGER NOT NULL REFERENCES read_group ON DELETE CASCADE, at INTEGER NOT NULL,
                 cells BLOB NOT NULL, PRIMARY KEY (group_id, at)) WITHOUT ROWID;",
        )
        .unwrap();
    for (at, cells) in rows {
        database.execute("INSERT INTO cycle VALUES (?, ?, ?)", rusqlite::params![group, at, cells]).unwrap();
    }
    drop(database);
    let store = Store::open(folder.path()).unwrap();
    let readings = store.readings(1, None, Instant::from_millis(i64::MAX), 1000).unwrap();
    let got: Vec<_> =
        readings.into_iter().map(|(at, value)| (at.as_millis(), value.map(|value| value.to_string()))).collect();
    assert_eq!(got, want.iter().map(|(at, text)| (*at, text.clone())).collect::<Vec<_>>());
    assert_eq!(chunks(folder.path()), [(0, 256, 1), (256_000, 256, 1), (512_000, 188, 1)]);
}

#[test]
fn readings_are_written_as_csv_beside_a_server_sealed_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    configured(&store);
    store
        .configure(true, |edit| {
            let param = edit.before().params[&1].clone();
            edit.put_param(&Param { name: "a, \"b\"".into(), slug: "ab".into(), ..param })
        })
        .unwrap();
    store.append(&cycle(&store, 1000, [2300, 1])).unwrap();
    store.seal().unwrap();
    let mut failed = cycle(&store, 2000, [0, 2]);
    failed.cells[0] = Err(CellError::Timeout);
    store.append(&failed).unwrap();
    let csv = |wanted: crate::admin::Wanted<'_>| {
        let beside = Store::open_readings(folder.path()).unwrap();
        let mut out = Vec::new();
        let count = crate::admin::write_readings(&beside, wanted, crate::admin::Format::Csv, &mut out)?;
        Ok::<_, StoreError>((count, String::from_utf8(out).unwrap()))
    };
    let (count, text) = csv(Default::default()).unwrap();
    let timeout = CellError::Timeout.to_string();
    let want = format!(
        "at,organization,network,device,parameter,unit,value,error\n\
         1970-01-01T00:00:01.000Z,Works,Hall,Meter,\"a, \"\"b\"\"\",V,230.0,\n\
         1970-01-01T00:00:02.000Z,Works,Hall,Meter,\"a, \"\"b\"\"\",V,,{timeout}\n\
         1970-01-01T00:00:01.000Z,Works,Hall,Meter,b,V,0.1,\n\
         1970-01-01T00:00:02.000Z,Works,Hall,Meter,b,V,0.2,\n"
    );
    assert_eq!((count, text), (4, want));
    let from = Some("1970-01-01T00:00:02Z");
    assert_eq!(csv(crate::admin::Wanted { from, ..Default::default() }).unwrap().0, 2);
    assert_eq!(csv(crate::admin::Wanted { till: Some("1970-01-01"), ..Default::default() }).unwrap().0, 0);
    assert!(csv(crate::admin::Wanted { org: Some("Nobody"), ..Default::default() }).is_err());
    assert!(
        csv(crate::admin::Wanted { till: Some("soon"), ..Default::default() })
            .unwrap_err()
            .to_string()
            .starts_with("till: ")
    );
}
