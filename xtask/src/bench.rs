//! Speed, side by side with peers in one run, as ratios.
//!
//! The Rust peers are compiled in a workspace of their own, `tests/bench`, and only here. The codec of
//! tokio-modbus is private: a copy of its source is opened and patched in. It stands for the crate in
//! that workspace alone; no test and no product ever sees it.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::{Path, PathBuf};

use crate::setup::{self, venv_python};
use crate::steps::{Result, attempt, cargo, output, program, step, target};
use crate::{alert, node, polling, python, wasm};

/// What can be raced alone.
const AREAS: [&str; 8] = ["modbus", "values", "reference", "chunk", "aggregate", "store", "polling", "alert"];

/// What is opened in the copy of tokio-modbus: file, text, and what takes its place wherever it stands.
const OPENED: [(&str, &str, &str); 8] = [
    ("src/lib.rs", "\nmod codec;", "\npub mod codec;"),
    ("src/lib.rs", "\nmod frame;", "\npub mod frame;"),
    ("src/codec/mod.rs", "pub(crate) mod", "pub mod"),
    ("src/codec/rtu.rs", "pub(crate)", "pub"),
    ("src/codec/tcp.rs", "pub(crate)", "pub"),
    ("src/frame/mod.rs", "pub(crate)", "pub"),
    ("src/frame/rtu.rs", "pub(crate)", "pub"),
    ("src/frame/tcp.rs", "pub(crate)", "pub"),
];

pub fn run(area: Option<&str>) -> Result {
    if let Some(area) = area.filter(|area| !AREAS.contains(area)) {
        return Err(format!("unknown area `{area}`, expected one of: {}", AREAS.join(" ")));
    }
    let is_in = |name: &str| area.is_none_or(|area| area == name);
    let (with_frames, with_values, with_sums) = (is_in("modbus"), is_in("values"), is_in("aggregate"));
    let with_bindings = with_frames || with_values || with_sums;
    if with_bindings || is_in("store") {
        setup::run()?;
    }
    if with_sums || is_in("store") {
        setup::peers()?;
    }
    println!("bench (a few minutes; other work on the machine shows in the numbers)");
    if area == Some("store") {
        return store();
    }
    if area == Some("alert") {
        return alert::run();
    }
    let peers = build()?;
    if area == Some("polling") {
        return polling::run(&peers, 60);
    }
    race("Rust peers", program(peers).args(area))?;
    if with_bindings {
        python::build()?;
    }
    if with_frames {
        race("pymodbus", program(venv_python()).arg("tests/bench/peers.py"))?;
        let addon = node::build()?;
        race("jsmodbus", program("node").args(["tests/bench/peers.mjs", "--addon"]).arg(addon))?;
    }
    if with_values {
        race("NumPy and pymodbus", program(venv_python()).arg("tests/bench/values.py"))?;
        let addon = node::build()?;
        race("Intl", program("node").args(["tests/bench/values.mjs", "--addon"]).arg(addon))?;
    }
    if with_sums {
        race("pandas, polars, DuckDB", program(venv_python()).arg("tests/bench/sums.py"))?;
        let (addon, wasm) = (node::build()?, wasm::build()?);
        let mut sums = program("node");
        race("loops of JavaScript", sums.args(["tests/bench/sums.mjs", "--addon"]).arg(addon).arg("--wasm").arg(wasm))?;
    }
    if is_in("store") {
        store()?;
    }
    if is_in("alert") { alert::run() } else { Ok(()) }
}

/// The store beside rows in other engines.
fn store() -> Result {
    let mut build = cargo();
    build.args(["bench", "--locked", "-p", "parabus", "--bench", "store", "--no-run", "--message-format", "json"]);
    let mend = "look at the compiler's message";
    let printed = step("store, optimized", mend, &mut build)?;
    let built = executable_of(&printed, "store").ok_or("cargo does not say where the bench of the store is")?;
    race("rows in other engines", program(venv_python()).arg("tests/bench/store.py").arg(built))
}

/// The program of a target, as `--message-format json` tells of it.
fn executable_of<'p>(printed: &'p str, target: &str) -> Option<&'p str> {
    let name = format!("\"name\":\"{target}\"");
    let mut lines = printed.lines().filter(|line| line.contains("compiler-artifact") && line.contains(&name));
    lines.find_map(|line| line.split_once("\"executable\":\"")?.1.split('"').next())
}

/// Runs a race and shows its table, also that of a race in which somebody was wrong.
fn race(name: &str, command: &mut std::process::Command) -> Result {
    let (printed, result) = attempt(name, "look at the message: whoever is wrong is told there", command)?;
    println!("{}\n", printed.trim_end());
    result
}

/// Compiles the Rust contestants; gives their program.
fn build() -> Result<PathBuf> {
    let folder = target().join("bench");
    let opened = folder.join("tokio-modbus");
    open_codec(&opened)?;
    let mut build = cargo();
    build.args(["build", "--release", "--locked", "--manifest-path", "tests/bench/Cargo.toml", "--config"]);
    build.arg(format!("patch.crates-io.tokio-modbus.path='{}'", opened.display()));
    let products = folder.join("target");
    step("Rust peers, compiled", "look at the compiler's message", build.env("CARGO_TARGET_DIR", &products))?;
    Ok(products.join(format!("release/parabus-bench{EXE_SUFFIX}")))
}

/// Copies the source of tokio-modbus and opens it.
fn open_codec(copy: &Path) -> Result {
    let mut metadata = cargo();
    metadata.args(["metadata", "--locked", "--format-version", "1"]);
    let listed = output(&mut metadata).ok_or("`cargo metadata --locked` fails")?;
    let source = source_of(&listed, "tokio-modbus").ok_or("tokio-modbus is no dependency of tests/ any more")?;
    copy_all(&source, copy).map_err(|error| format!("{}: {error}", copy.display()))?;
    for (file, _, _) in OPENED {
        let opened = opened(&source, file)?;
        write_changed(&copy.join(file), opened.as_bytes()).map_err(|error| format!("{file}: {error}"))?;
    }
    Ok(())
}

/// A file of tokio-modbus with everything in it opened.
fn opened(source: &Path, file: &str) -> Result<String> {
    let path = source.join(file);
    let mut text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    for (_, closed, open) in OPENED.iter().filter(|(name, _, _)| *name == file) {
        if !text.contains(closed) {
            let mend = "to mend it: look at the new version, and at OPENED in xtask/src/bench.rs";
            return Err(format!("{}: no `{}` to open\n{mend}", path.display(), closed.trim()));
        }
        text = text.replace(closed, open);
    }
    Ok(text)
}

/// Where a package's source lies, as `cargo metadata` lists it.
fn source_of(listed: &str, package: &str) -> Option<PathBuf> {
    // Only a package has its version behind its name; a dependency has its source there.
    let (_, entry) = listed.split_once(&format!("{{\"name\":\"{package}\",\"version\":\""))?;
    let (_, manifest) = entry.split_once("\"manifest_path\":\"")?;
    let (manifest, _) = manifest.split_once('"')?;
    Path::new(&manifest.replace("\\\\", "\\")).parent().map(Path::to_owned)
}

/// Copies a folder, but for the files that are opened.
fn copy_all(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_all(&path, &copy)?;
        } else if !OPENED.iter().any(|(file, _, _)| path.ends_with(file)) {
            write_changed(&copy, &fs::read(&path)?)?;
        }
    }
    Ok(())
}

/// Writes a file unless it holds this already: cargo compiles again what is newer.
fn write_changed(path: &Path, content: &[u8]) -> std::io::Result<()> {
    if fs::read(path).is_ok_and(|found| found == content) { Ok(()) } else { fs::write(path, content) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_of_a_bench_is_found() {
        let printed = r#"{"reason":"compiler-artifact","target":{"kind":["lib"],"name":"store"},"executable":null}
{"reason":"compiler-artifact","target":{"kind":["bench"],"name":"store"},"executable":"/t/store-1"}"#;
        assert_eq!(executable_of(printed, "store"), Some("/t/store-1"));
        assert_eq!(executable_of(printed, "other"), None);
    }

    #[test]
    fn a_package_is_told_from_a_dependency() {
        let listed = r#"{"packages":[{"name":"a","version":"1.0.0","dependencies":[{"name":"b","source":"x"}],
            "manifest_path":"/a/Cargo.toml"},{"name":"b","version":"2.0.0","manifest_path":"/b-2/Cargo.toml"}]}"#;
        assert_eq!(source_of(listed, "b"), Some(PathBuf::from("/b-2")));
        assert_eq!(source_of(listed, "c"), None);
    }
}
