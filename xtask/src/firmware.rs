//! The gateway's firmware and the board that QEMU emulates.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::compiler;
use crate::steps::{Result, free_ports, program, step, target};

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
        let mut reply = [0; 5];
        let asked = TcpStream::connect(("127.0.0.1", port)).and_then(|mut stream| {
            stream.set_read_timeout(Some(Duration::from_secs(3)))?;
            stream.write_all(&ASKED)?;
            stream.read_exact(&mut reply)
        });
        match asked {
            Ok(()) => return Ok(reply),
            Err(error) => last = error,
        }
    }
    Err(last)
}
