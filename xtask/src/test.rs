//! Every test of every target, and a table of the vectors at the end.

use crate::setup::{self, venv_python};
use crate::steps::{Result, cargo, program, root, step, target};
use crate::{demo, wasm};

const MEND: &str = "look at the message: it names the test and what differed";

/// Feature sets of core that must stand alone.
const FEATURE_SETS: [&str; 4] = ["", "alloc", "std", "serde"];

/// What the steps found.
#[derive(Default)]
struct Report {
    passed: usize,
    vectors: Vec<(String, String, String)>,
    endpoints: Option<String>,
}

impl Report {
    /// One step; what it says of vectors, endpoints and numbers of tests is kept.
    fn step(&mut self, name: &str, command: &mut std::process::Command) -> Result {
        let printed = step(name, MEND, command)?;
        let mut tests = 0;
        for line in printed.lines() {
            if let Some(result) = line.split("vectors: ").nth(1) {
                let field = |name: &str| {
                    let rest = result.split(&format!("\"{name}\":")).nth(1)?;
                    Some(rest.split(['}', ',']).next()?.trim_matches('"').to_owned())
                };
                let row = (field("runner"), field("passed"), field("total"));
                if let (Some(runner), Some(passed), Some(total)) = row {
                    self.vectors.push((runner, passed, total));
                }
            }
            if line.ends_with("/90 endpoints") {
                self.endpoints = Some(line.trim().to_owned());
            }
            tests += passed_in(line);
        }
        self.passed += tests.max(1);
        Ok(())
    }
}

/// Tests that passed, by the closing lines of cargo and pytest.
fn passed_in(line: &str) -> usize {
    let number = |text: &str| text.split(' ').next_back().and_then(|word| word.parse().ok());
    if let Some((before, _)) = line.split_once(" passed") {
        let is_summary = line.starts_with("test result:") || line.starts_with("=") || line.ends_with("s");
        return if is_summary { number(before).unwrap_or(0) } else { 0 };
    }
    0
}

pub fn run(area: Option<&str>) -> Result {
    setup::run()?;
    println!("test");
    let mut report = Report::default();
    match area {
        None => {
            core(&mut report)?;
            workspace(&mut report)?;
            let wasm = vectors(&mut report)?;
            page(&mut report, &wasm)?;
            python(&mut report)?;
        }
        Some("core") => core(&mut report)?,
        Some("server") => server(&mut report)?,
        Some("vectors") => {
            let mut host = cargo();
            report.step(
                "vectors on the Rust host",
                host.args(["test", "--locked", "-p", "parabus-tests", "--", "--nocapture"]),
            )?;
            vectors(&mut report)?;
        }
        Some("wasm") => vectors(&mut report).map(drop)?,
        Some("page") => {
            let wasm = wasm::build()?;
            page(&mut report, &wasm)?;
        }
        Some("python") => {
            demo::build()?;
            python(&mut report)?;
        }
        Some(other) => {
            return Err(format!("unknown area `{other}`, expected core, server, vectors, wasm, page or python"));
        }
    }
    close(&report)
}

/// Core with each set of features, and its lints.
fn core(report: &mut Report) -> Result {
    for features in FEATURE_SETS {
        let name = if features.is_empty() { "none" } else { features };
        let mut check = cargo();
        check.args(["check", "--locked", "-p", "parabus-core", "--no-default-features", "--features", features]);
        report.step(&format!("core with features: {name}"), &mut check)?;
    }
    report.step("core tests", cargo().args(["test", "--locked", "-p", "parabus-core", "--all-features"]))
}

fn server(report: &mut Report) -> Result {
    report.step("server tests", cargo().args(["test", "--locked", "-p", "parabus", "--", "--nocapture"]))
}

/// Format, lints, every Rust test, the documentation.
fn workspace(report: &mut Report) -> Result {
    report.step("format", cargo().args(["fmt", "--all", "--check"]))?;
    let mut clippy = cargo();
    clippy.args([
        "clippy",
        "--locked",
        "--workspace",
        "--exclude",
        "xtask-glue",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]);
    report.step("lints", &mut clippy)?;
    let mut tests = cargo();
    tests.args(["test", "--locked", "--no-fail-fast", "-p", "parabus", "-p", "parabus-tests", "-p", "xtask"]);
    report.step("server, vectors and tools", tests.args(["--", "--nocapture"]))?;
    let mut documents = cargo();
    documents.args(["doc", "--locked", "--no-deps", "-p", "parabus-core"]).env("RUSTDOCFLAGS", "-D warnings");
    report.step("documentation", &mut documents)
}

/// The vectors on wasm in Node and in Chromium, and the README's example.
fn vectors(report: &mut Report) -> Result<std::path::PathBuf> {
    let wasm = wasm::build()?;
    for (name, script) in [
        ("vectors on wasm in Node", "node.mjs"),
        ("vectors on wasm in Chromium", "chromium.mjs"),
        ("README of wasm", "readme.mjs"),
    ] {
        let mut node = program("node");
        report.step(name, node.arg(root().join("tests/run").join(script)).arg("--wasm").arg(&wasm))?;
    }
    Ok(wasm)
}

/// The page's types and build; its behaviour is part of the demo's check.
fn page(report: &mut Report, wasm: &std::path::Path) -> Result {
    let mut check = program("npm");
    check.args(["run", "check"]).current_dir(root().join("server/dashboard"));
    report.step("types of the page", &mut check)?;
    demo::page(wasm)?;
    let mut xtask = program(std::env::current_exe().map_err(|error| error.to_string())?);
    report.step("demo --check", xtask.args(["demo", "--check"]))
}

/// Against devices of pymodbus and devices that misbehave.
fn python(report: &mut Report) -> Result {
    let mut pytest = program(venv_python());
    pytest.args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/python"]);
    report.step("pymodbus and stub devices", pytest.env("PARABUS_BIN", target().join("debug/parabus")))
}

fn close(report: &Report) -> Result {
    println!();
    if !report.vectors.is_empty() {
        println!("  {:<20}{:>16}", "runner", "vectors passed");
        for (runner, passed, total) in &report.vectors {
            println!("  {runner:<20}{:>16}", format!("{passed} of {total}"));
        }
    }
    if let Some(endpoints) = &report.endpoints {
        println!("  {endpoints}");
    }
    println!("{} passed, 0 failed", report.passed);
    Ok(())
}
