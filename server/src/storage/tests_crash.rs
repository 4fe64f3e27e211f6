//! Ends without warning: power cuts at any byte, killed processes, flipped bytes, full disks.
//!
//! What a run tries is bounded; `cargo xtask tough store` tries more.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use parabus_core::time::Instant;
use parabus_core::value::Decimal;

use super::tests::{configured, cycle};
use super::*;
use crate::model::CellError;

/// How often something is tried, unless the environment says otherwise.
pub(crate) fn times(name: &str, count: u32) -> u32 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(count)
}

/// Crash images, half of them of the log and half of the database.
const IMAGES: &str = "PARABUS_IMAGES";
pub(crate) const KILLS: &str = "PARABUS_KILLS";
/// Kills after which a new store is begun: all readings of a store are looked at after each.
const KILLS_OF_A_STORE: u32 = 50;
const ROUNDS: u32 = 8;

/// SplitMix64.
pub(crate) struct Random(pub u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ mixed >> 31) as usize % limit.max(1)
    }
}

/// The files of a store.
pub(crate) fn image(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        if name != "server.lock" && !name.ends_with("-shm") {
            files.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
    files
}

pub(crate) fn restored(files: &BTreeMap<String, Vec<u8>>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// Every reading of both parameters, by instant.
fn everything(store: &Store) -> BTreeMap<i64, [Option<String>; 2]> {
    let mut found: BTreeMap<i64, [Option<String>; 2]> = BTreeMap::new();
    for (place, param) in [1, 2].into_iter().enumerate() {
        for (at, value) in store.readings(param, None, Instant::from_millis(i64::MAX), usize::MAX).unwrap() {
            found.entry(at.as_millis()).or_default()[place] = value.map(|value| value.to_string());
        }
    }
    found
}

/// Moves what was committed into the database's file, and forces it to the medium.
fn checkpoint(store: &Store) {
    store.shared.writer.lock().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
}

fn told(raw: u64) -> Option<String> {
    Some(Decimal::new(raw.into(), -1).unwrap().to_string())
}

#[test]
fn a_power_cut_at_any_byte_loses_nothing_that_was_forced_to_the_medium() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    configured(&store);
    checkpoint(&store);
    let mut random = Random(11);
    let (mut model, mut tried, mut at) = (BTreeMap::new(), 0, 0);
    let images = times(IMAGES, 192).div_ceil(2 * ROUNDS);
    for round in 0..ROUNDS {
        for _ in 0..40 + random.below(300) {
            at += 1000;
            let late = if random.below(20) == 0 { at - random.below(60_000) as i64 } else { at };
            let raw = random.below(60_000) as u64;
            let mut own = cycle(&store, late, [raw, 5]);
            let mut want = [told(raw), told(5)];
            if random.below(9) == 0 {
                own.cells[0] = Err(CellError::Timeout);
                want[0] = None;
            }
            store.append(&own).unwrap();
            model.insert(late, want);
        }
        store.sync().unwrap();
        let forced = image(folder.path());
        let log_of = |files: &BTreeMap<String, Vec<u8>>| -> Vec<String> {
            files.keys().filter(|name| name.ends_with(".log")).cloned().collect()
        };
        // Behind what was forced, any part of what was not.
        let before = model.clone();
        for _ in 0..5 {
            at += 1000;
            store.append(&cycle(&store, at, [7, 8])).unwrap();
            model.insert(at, [told(7), told(8)]);
        }
        let open = log_of(&forced).pop().unwrap();
        let written = image(folder.path());
        for _ in 0..images {
            let mut files = forced.clone();
            let (from, until) = (forced[&open].len(), written[&open].len());
            files.insert(open.clone(), written[&open][..from + random.below(until - from + 1)].to_vec());
            let other = restored(&files);
            let found = everything(&Store::open(other.path()).unwrap());
            assert!(before.iter().all(|(at, values)| found.get(at) == Some(values)), "round {round}");
            assert!(found.iter().all(|(at, values)| model.get(at) == Some(values)), "nothing is made up");
            tried += 1;
        }
        // While readings move into chunks the log stays, until the database has them.
        let logs = image(folder.path());
        store.seal().unwrap();
        let sealed = image(folder.path());
        let wal = &sealed["parabus.sqlite-wal"];
        for _ in 0..images {
            let mut files = sealed.clone();
            files.extend(log_of(&logs).into_iter().map(|name| (name.clone(), logs[&name].clone())));
            let mut part = wal[..random.below(wal.len() + 1)].to_vec();
            if let Some(place) = part.len().checked_sub(1 + random.below(4096)).filter(|_| random.below(3) == 0) {
                // A sector that was not written.
                part[place..].fill(0);
            }
            files.insert("parabus.sqlite-wal".to_owned(), part);
            // What earlier rounds sealed was forced long ago: it stands in the database's file.
            let other = restored(&files);
            let found = everything(&Store::open(other.path()).unwrap());
            assert_eq!(found, model, "round {round}");
            tried += 1;
        }
        assert_eq!(everything(&store), model);
        checkpoint(&store);
    }
    println!("crash images opened: {tried}");
}

#[test]
fn a_flipped_byte_is_told_or_harmless_and_never_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    configured(&store);
    let mut model = BTreeMap::new();
    for n in 0..700 {
        store.append(&cycle(&store, n * 1000, [n as u64, 5])).unwrap();
        model.insert(n * 1000, [told(n as u64), told(5)]);
    }
    store.seal().unwrap();
    checkpoint(&store);
    let files = image(folder.path());
    drop(store);
    let mut random = Random(13);
    let (mut whole, mut partly, mut refused) = (0, 0, 0);
    for _ in 0..times(IMAGES, 250) {
        let mut damaged = files.clone();
        let bytes = damaged.get_mut("parabus.sqlite").unwrap();
        // As often in a chunk as anywhere else.
        let starts: Vec<usize> =
            bytes.windows(4).enumerate().filter(|(_, four)| four == b"PBC\x01").map(|(at, _)| at).collect();
        let place = match random.below(2) {
            0 => random.below(bytes.len()),
            _ => starts[random.below(starts.len())] + random.below(900),
        };
        let place = place.min(bytes.len() - 1);
        bytes[place] ^= 1 << random.below(8);
        let other = restored(&damaged);
        let read = |param| {
            let store = Store::open(other.path())?;
            store.readings(param, None, Instant::from_millis(i64::MAX), usize::MAX)
        };
        match (read(1), read(2)) {
            (Ok(one), Ok(_)) => {
                // Rows of whole chunks at a time; none of them another than was written.
                let told = |value: Option<crate::model::Held>| value.map(|value| value.to_string());
                let count = one.len();
                let wrong = one
                    .into_iter()
                    .filter(|(at, value)| model.get(&at.as_millis()).is_none_or(|want| want[0] != told(value.clone())));
                // A flip in the configuration can change a scale, which no checksum guards.
                let is_scaled = wrong.count() == count;
                assert!(is_scaled || count.is_multiple_of(4), "{count} readings at byte {place}");
                if count == model.len() { whole += 1 } else { partly += 1 }
            }
            _ => refused += 1,
        }
    }
    println!("flipped bytes: {whole} harmless, {partly} cost a chunk, {refused} refused");
    assert!(whole > 0 && partly > 0);
}

/// The folder in which this process is to be a server that ends without warning.
const CHILD: &str = "PARABUS_CRASH_CHILD";

/// Tells every instant whose reading was acknowledged, until it is killed or can do no more.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let folder = PathBuf::from(folder);
    let store = Store::open(&folder).unwrap();
    let begun = everything(&store).last_key_value().map_or(0, |(at, _)| *at);
    store.keep(Duration::from_millis(1));
    let is_full_test = std::env::var_os("PARABUS_CRASH_FULL").is_some();
    let mut failures = 0;
    for n in 1..200_000 {
        let at = begun + n * 1000;
        match store.append(&cycle(&store, at, [at as u64 / 1000 % 60_000, 5])) {
            Ok(()) => println!("kept {at}"),
            Err(_) if is_full_test => {
                failures += 1;
                // Readings are shown and nothing breaks while the disk is full.
                assert!(store.readings(1, None, Instant::from_millis(i64::MAX), 10).unwrap().len() == 10);
                if failures == 20 {
                    let lifted = Command::new("prlimit")
                        .args(["--pid", &std::process::id().to_string(), "--fsize=unlimited:unlimited"])
                        .status();
                    println!("full lifted={}", lifted.is_ok_and(|status| status.success()));
                }
                if failures > 20 {
                    println!("full again");
                    return;
                }
            }
            Err(error) => panic!("{error}"),
        }
        if n % 64 == 0 && (!is_full_test || failures > 0) {
            let sealed = store.seal();
            assert!(is_full_test || sealed.is_ok(), "{sealed:?}");
        }
        if is_full_test && failures == 20 && n % 500 == 0 {
            store.seal().unwrap();
            println!("recovered");
            return;
        }
    }
}

fn child_command(folder: &Path, before: &str) -> Command {
    let mut command = Command::new("sh");
    let program = std::env::current_exe().unwrap();
    command.arg("-c").arg(format!("{before} exec \"$0\" --exact storage::tests_crash::child --nocapture")).arg(program);
    command.env(CHILD, folder).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// The instants that a line tells of, also behind what the test runner says on it.
fn kept(line: &str) -> Option<i64> {
    line.split("kept ").nth(1)?.trim().parse().ok()
}

#[test]
fn a_killed_process_loses_nothing_that_was_acknowledged() {
    let kills = times(KILLS, 12);
    let mut random = Random(17);
    let mut acknowledged = 0;
    let mut left = kills;
    while left > 0 {
        let own = left.min(KILLS_OF_A_STORE);
        acknowledged += killed(own, &mut random);
        left -= own;
    }
    println!("kills survived: {kills}, readings acknowledged: {acknowledged}");
}

/// Kills the process on one store so many times; gives how many readings were acknowledged.
fn killed(kills: u32, random: &mut Random) -> usize {
    let folder = tempfile::tempdir().unwrap();
    configured(&Store::open(folder.path()).unwrap());
    let mut acknowledged = 0;
    for _ in 0..kills {
        let mut child = child_command(folder.path(), "").spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut last = None;
        let mut left = 1 + random.below(400);
        let mut is_killed = false;
        for line in lines {
            last = kept(&line).or(last);
            left = left.saturating_sub(1);
            if left == 0 && !is_killed {
                child.kill().unwrap();
                is_killed = true;
            }
        }
        child.wait().unwrap();
        // One that is killed at once has acknowledged nothing new.
        let last = last.unwrap_or(acknowledged as i64 * 1000);
        let found = everything(&Store::open(folder.path()).unwrap());
        let want: Vec<i64> = (1..=last / 1000).map(|n| n * 1000).collect();
        let got: Vec<i64> = found.keys().copied().filter(|at| *at <= last).collect();
        assert!(got == want, "{} of {} are there", got.len(), want.len());
        assert!(found.iter().all(|(at, values)| *values == [told(*at as u64 / 1000 % 60_000), told(5)]));
        acknowledged = want.len();
    }
    acknowledged
}

#[test]
fn a_full_disk_refuses_readings_shows_the_rest_and_is_left_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    configured(&Store::open(folder.path()).unwrap());
    // No file beyond 256 KiB, of which the database has most already.
    let before = "trap '' XFSZ; ulimit -Sf 512;";
    let output = child_command(folder.path(), before).env("PARABUS_CRASH_FULL", "1").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("full lifted=true"), "the limit was not met: {}", &said[said.len().saturating_sub(300)..]);
    assert!(said.contains("recovered"), "{}", &said[said.len().saturating_sub(300)..]);
    let found = everything(&Store::open(folder.path()).unwrap());
    let acknowledged: Vec<i64> = said.lines().filter_map(kept).collect();
    assert!(acknowledged.len() > 500);
    assert!(acknowledged.iter().all(|at| found.contains_key(at)));
    assert!(found.len() <= acknowledged.len() + 1, "what was refused is not there");
}
