//! The gateway's firmware and the board that QEMU emulates.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::compiler;
use crate::steps::{Result, program, target};

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

/// The gateway between a bus that listens on one port and an uplink that is to listen on another.
pub fn emulate(elf: &Path, image: &Path, bus: u16, uplink: u16) -> Command {
    let mut qemu = board(elf);
    qemu.arg("-device").arg(format!("loader,file={},addr={IMAGE_ADDRESS:#x},force-raw=on", image.display()));
    qemu.arg("-serial").arg(format!("tcp:127.0.0.1:{bus}"));
    qemu.arg("-serial").arg(format!("tcp:127.0.0.1:{uplink},server=on,wait=off"));
    let mut shell = program("sh");
    shell.args(["-c", UNTIL_STDIN_CLOSES, "gateway"]).arg(qemu.get_program()).args(qemu.get_args());
    shell
}
