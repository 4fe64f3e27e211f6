//! The gateway's firmware and the board that QEMU emulates.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::compiler;
use crate::steps::{Result, cargo, free_ports, program, step, target};

/// Emulator of the board.
pub const QEMU: &str = "qemu-system-arm";

/// The board's processor.
const CORTEX_M: &str = "thumbv7em-none-eabihf";

const BOARD: &str = "parabus-board-mps2-an386";

/// Where the board's program looks for its image.
const IMAGE_ADDRESS: u32 = 0x0030_0000;

/// Processors that core and portable firmware are built for: the smallest, the usual, one with
/// TrustZone, one that is not Arm's.
pub const PROCESSORS: [&str; 4] =
    ["thumbv6m-none-eabi", CORTEX_M, "thumbv8m.main-none-eabihf", "riscv32imc-unknown-none-elf"];

/// Seconds that a program without an end of its own may take.
const LONGEST_RUN: u32 = 60;

/// Builds the gateway's program; it lies in `target/dist/firmware/`.
pub fn gateway() -> Result<PathBuf> {
    let arguments = ["--package", BOARD, "--bin", "gateway"];
    let products = compiler::build(CORTEX_M, "firmware", "core", &arguments, "gateway for Cortex-M")?;
    let folder = target().join("dist/firmware");
    let (from, to) = (products.join("gateway"), folder.join("gateway-mps2-an386.elf"));
    let copied = fs::create_dir_all(&folder).and_then(|()| fs::copy(&from, &to));
    copied.map_err(|error| format!("{}: {error}", from.display()))?;
    Ok(to)
}

/// Builds the program that measures what a condition of an alert costs.
pub fn measure() -> Result<PathBuf> {
    let arguments = ["--package", BOARD, "--bin", "measure"];
    Ok(compiler::build(CORTEX_M, "firmware", "core", &arguments, "measure for Cortex-M")?.join("measure"))
}

/// A run in which each instruction takes a nanosecond.
pub fn counted(elf: &Path) -> Command {
    let mut run = run(elf);
    run.args(["-icount", "shift=0,sleep=off"]);
    run
}

/// Builds the program that runs the vectors.
pub fn vectors() -> Result<PathBuf> {
    let arguments = ["--package", BOARD, "--bin", "vectors", "--features", "vectors"];
    Ok(compiler::build(CORTEX_M, "firmware", "core,alloc", &arguments, "vectors for Cortex-M")?.join("vectors"))
}

/// The board with a program; semihosting is its console and ends the emulator.
fn board(elf: &Path) -> Command {
    let mut qemu = program(QEMU);
    qemu.args(["-M", "mps2-an386", "-nographic", "-monitor", "none"]);
    qemu.args(["-semihosting-config", "enable=on,target=native", "-kernel"]).arg(elf);
    qemu
}

/// Checks the portable firmware for a processor.
pub fn check(triple: &str) -> Result {
    let name = format!("firmware for {triple}");
    compiler::build(triple, "firmware", "core", &["--package", "parabus-gateway"], &name).map(drop)
}

/// A run that ends by itself.
pub fn run(elf: &Path) -> Command {
    let board = board(elf);
    let mut limited = program("timeout");
    limited.arg(LONGEST_RUN.to_string()).arg(board.get_program()).args(board.get_args());
    limited.args(["-serial", "null", "-serial", "null"]);
    limited
}

/// Runs a command until its own end or that of its standard input: an emulator does not look at it.
const UNTIL_STDIN_CLOSES: &str = r#"exec 3<&0; "$@" </dev/null & own=$!; trap 'kill $own' TERM
(cat <&3 >/dev/null; kill $own) 2>/dev/null & wait $own"#;

/// The gateway between a bus (a listening port, or none) and an uplink that is to listen on a port.
pub fn emulate(elf: &Path, image: &Path, bus: Option<u16>, uplink: u16) -> Command {
    let mut qemu = board(elf);
    qemu.arg("-device").arg(format!("loader,file={},addr={IMAGE_ADDRESS:#x},force-raw=on", image.display()));
    qemu.arg("-serial").arg(bus.map_or("null".to_owned(), |port| format!("tcp:127.0.0.1:{port},nodelay=on")));
    qemu.arg("-serial").arg(format!("tcp:127.0.0.1:{uplink},server=on,wait=off,nodelay=on"));
    let mut shell = program("sh");
    shell.args(["-c", UNTIL_STDIN_CLOSES, "gateway"]).arg(qemu.get_program()).args(qemu.get_args());
    shell
}

/// What the meter on the bus plays.
const COOL: u8 = 0;
const HOT: u8 = 1;
const SILENT: u8 = 2;

/// Replies of unit 1 to the reading of one input register: 20.0 and 30.0 in tenths.
const PLAYED: [[u8; 7]; 2] = [[1, 4, 2, 0, 200, 0xB8, 0xA6], [1, 4, 2, 1, 44, 0xB9, 0x7D]];

/// Asks the gateway itself for its relay; the replies of one that is open and of one that is closed.
const RELAY_ASKED: [u8; 8] = [247, 4, 0, 2, 0, 1, 0x84, 0x9C];
const RELAYS: [[u8; 7]; 2] = [[247, 4, 2, 0, 0, 0x71, 0x25], [247, 4, 2, 0, 1, 0xB0, 0xE5]];

/// The emulated gateway drives its relay: a meter is played on its bus, cool, hot, silent and cool again.
pub fn relay(elf: &Path) -> Result {
    let (image, log) = (target().join("xtask/relay.bin"), target().join("xtask/relay-gateway.log"));
    let mut make = cargo();
    make.args(["run", "--quiet", "--locked", "-p", "parabus-gateway", "--example", "image", "--"]).arg(&image);
    step("image of a gateway with an alert", "look at the message", &mut make)?;
    let failed = |error: std::io::Error| format!("relay of the gateway: {error}");
    let bus = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
    let port = bus.local_addr().map_err(failed)?.port();
    let played = Arc::new(AtomicU8::new(COOL));
    let meter = Arc::clone(&played);
    thread::spawn(move || play(&bus, &meter));
    let [uplink] = free_ports()?;
    let said = fs::File::create(&log).map_err(failed)?;
    let mut emulator = emulate(elf, &image, Some(port), uplink)
        .stdin(Stdio::piped())
        .stdout(said.try_clone().map_err(failed)?)
        .stderr(said)
        .spawn()
        .map_err(|error| format!("{QEMU}: {error}"))?;
    let mut tried = wait_for_relay(uplink, false, "cool");
    for (value, is_closed, name) in [(HOT, true, "hot"), (SILENT, true, "silent"), (COOL, false, "cool again")] {
        played.store(value, Ordering::Relaxed);
        if value == SILENT {
            thread::sleep(Duration::from_secs(3));
        }
        tried = tried.and_then(|()| wait_for_relay(uplink, is_closed, name));
    }
    drop(emulator.stdin.take());
    emulator.wait().ok();
    tried?;
    let said = fs::read_to_string(&log).unwrap_or_default();
    let seen: Vec<&str> = said.lines().filter(|line| line.starts_with("relay")).collect();
    if seen != ["relay closed", "relay open"] {
        return Err(format!(
            "the board said {seen:?}, expected that its relay closed and opened; see {}",
            log.display()
        ));
    }
    println!("  gateway in QEMU closes its relay on a hot meter, holds it while that is silent, and opens it");
    Ok(())
}

/// Answers every request on the bus, unless the meter is silent.
fn play(bus: &TcpListener, played: &AtomicU8) {
    let Ok((mut stream, _)) = bus.accept() else { return };
    let mut request = [0; 8];
    while stream.read_exact(&mut request).is_ok() {
        if let Some(reply) = PLAYED.get(usize::from(played.load(Ordering::Relaxed)))
            && stream.write_all(reply).is_err()
        {
            return;
        }
    }
}

/// A unit that was silent is asked again after a while.
fn wait_for_relay(port: u16, is_closed: bool, played: &str) -> Result {
    let (started, mut last) = (Instant::now(), String::from("nothing"));
    while started.elapsed() < Duration::from_secs(30) {
        match exchange(port, &RELAY_ASKED) {
            Ok(reply) if RELAYS.get(usize::from(is_closed)) == Some(&reply) => return Ok(()),
            Ok(reply) => last = format!("{reply:02x?}"),
            Err(error) => last = error.to_string(),
        }
        thread::sleep(Duration::from_millis(200));
    }
    Err(format!("the meter is {played}, and the gateway says of its relay: {last}"))
}

fn exchange<const SIZE: usize>(port: u16, asked: &[u8]) -> std::io::Result<[u8; SIZE]> {
    let mut reply = [0; SIZE];
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(3)))?;
    stream.write_all(asked)?;
    stream.read_exact(&mut reply)?;
    Ok(reply)
}

/// Starts the gateway with an image that the program packs, and asks it for registers of a unit that
/// nobody plays: it has to refuse them by the standard's exception.
pub fn try_out(parabus: &Path, elf: &Path) -> Result {
    let folder = target().join("xtask/empty-gateway");
    fs::remove_dir_all(&folder).ok();
    let (plant, image) = (folder.join("plant.yaml"), folder.join("gateway.bin"));
    let written = fs::create_dir_all(&folder).and_then(|()| fs::write(&plant, TRIAL_PLANT));
    written.map_err(|error| format!("{}: {error}", plant.display()))?;
    let mut pack = program(parabus);
    pack.args(["gateway", "pack"]).arg(&plant).args(["--network", "Trial", "--output"]).arg(&image);
    step("image for the gateway", "look at the message", &mut pack)?;
    let [uplink] = free_ports()?;
    let started =
        emulate(elf, &image, None, uplink).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut emulator = started.map_err(|error| format!("{QEMU}: {error}"))?;
    let answer = ask(uplink);
    drop(emulator.stdin.take());
    emulator.wait().ok();
    match answer {
        Ok(REFUSED) => {
            println!("  gateway in QEMU answers for a unit that is not there: exception 11");
            Ok(())
        }
        Ok(other) => Err(format!("the gateway answered {other:02x?}, expected {REFUSED:02x?}")),
        Err(error) => Err(format!("the gateway does not answer: {error}")),
    }
}

const TRIAL_PLANT: &str = "\
organizations:
  - name: Trial
    networks:
      - name: Trial
        connection: { kind: direct, ip: 127.0.0.1, framing: rtu }
        devices:
          - name: Meter
            modbusUnitId: 1
            updatePeriodSec: 1
            timeoutMs: 100
            modbusTimeoutRetriesNum: 0
            parameters: [{ name: Voltage, registerKind: input, address: 0, type: f32-be }]
";

/// Unit 1, function 4, registers 0 and 1; and exception 11 (the target did not respond), with CRCs.
const ASKED: [u8; 8] = [1, 4, 0, 0, 0, 2, 0x71, 0xCB];
const REFUSED: [u8; 5] = [1, 0x84, 11, 0x02, 0xC7];

fn ask(port: u16) -> std::io::Result<[u8; 5]> {
    let mut last = std::io::Error::other("nothing was tried");
    for _ in 0..20 {
        thread::sleep(Duration::from_millis(200));
        match exchange(port, &ASKED) {
            Ok(reply) => return Ok(reply),
            Err(error) => last = error,
        }
    }
    Err(last)
}
