//! Speed, side by side with peers in one run, as ratios.

use std::fs;
use std::path::{Path, PathBuf};

use crate::setup::{self, venv_python};
use crate::steps::{Result, cargo, output, program, step, target};
use crate::{node, python};

pub fn run(area: Option<&str>) -> Result {
    setup::run()?;
    println!("bench (a few minutes; other work on the machine shows in the numbers)");
    open_codec()?;
    let mut bench = cargo();
    bench.args(["run", "--quiet", "--release", "--locked", "--manifest-path", "tests/bench/Cargo.toml"]);
    bench.env("CARGO_TARGET_DIR", target().join("bench/target")).arg("--").args(area);
    print(&step("Rust peers", "look at the compiler's message", &mut bench)?);
    if matches!(area, None | Some("modbus")) {
        python::build()?;
        let mut pymodbus = program(venv_python());
        print(&step("pymodbus", "look at the message", pymodbus.arg("tests/bench/peers.py"))?);
        let addon = node::build()?;
        let mut jsmodbus = program("node");
        jsmodbus.args(["tests/bench/peers.mjs", "--addon"]).arg(addon);
        print(&step("jsmodbus", "look at the message", &mut jsmodbus)?);
    }
    Ok(())
}

/// The table; cargo's own lines are indented deeper.
fn print(printed: &str) {
    let table = printed.lines().filter(|line| line.is_empty() || line.starts_with("  ") && !line.starts_with("   "));
    table.for_each(|line| println!("{line}"));
}

/// A copy of tokio-modbus whose codec is public, for measuring alone.
fn open_codec() -> Result {
    let copy = target().join("bench/tokio-modbus");
    if copy.join("Cargo.toml").exists() {
        return Ok(());
    }
    let mut metadata = cargo();
    metadata.args(["metadata", "--locked", "--format-version", "1"]);
    let listed = output(&mut metadata).ok_or("cargo metadata says nothing")?;
    let manifest = listed.split('"').find(|word| word.contains("/tokio-modbus-") && word.ends_with("Cargo.toml"));
    let manifest = PathBuf::from(manifest.ok_or("tokio-modbus is no dependency any more")?);
    let source = manifest.parent().ok_or("no folder of tokio-modbus")?;
    copy_opened(source, &copy).map_err(|error| format!("{}: {error}", copy.display()))?;
    let library = fs::read_to_string(copy.join("src/lib.rs")).unwrap_or_default();
    if library.contains("\npub mod codec;") && library.contains("\npub mod frame;") {
        return Ok(());
    }
    fs::remove_dir_all(&copy).ok();
    Err(format!("{}: no `mod codec` to open", source.display()))
}

fn copy_opened(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_opened(&path, &copy)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path)?.replace("pub(crate)", "pub");
            fs::write(
                copy,
                text.replace("\nmod codec;", "\npub mod codec;").replace("\nmod frame;", "\npub mod frame;"),
            )?;
        } else {
            fs::copy(&path, copy)?;
        }
    }
    Ok(())
}
