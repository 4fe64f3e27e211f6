//! Every test of every target, and a table of the vectors at the end.

use crate::setup::{self, venv_python};
use crate::steps::{Result, attempt, cargo, program, root, target};
use crate::{demo, wasm};

const MEND: &str = "look at the message: it names the test and what differed";

/// Feature sets of core that must stand alone.
const FEATURE_SETS: [&str; 4] = ["", "alloc", "std", "serde"];

/// What can be tested alone.
const AREAS: [&str; 6] = ["core", "server", "vectors", "wasm", "page", "python"];

/// What the steps found.
#[derive(Default)]
struct Report {
    passed: usize,
    failed: usize,
    vectors: Vec<(String, String, String)>,
    endpoints: Option<String>,
}

impl Report {
    /// One step; what it says of vectors, endpoints and numbers of tests is kept. A failure is shown
    /// and counted, and the next step has its turn.
    fn step(&mut self, name: &str, command: &mut std::process::Command) {
        let (printed, result) = attempt(name, MEND, command).unwrap_or_else(|error| (String::new(), Err(error)));
        self.take(&printed, result);
    }

    fn take(&mut self, printed: &str, result: Result) {
        let (mut passed, mut failed) = (0, 0);
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
            let counts = counts_in(line);
            passed += counts.0;
            failed += counts.1;
        }
        // A step that counts nothing is one test itself.
        match result {
            Ok(()) => self.passed += passed.max(1),
            Err(error) => {
                self.passed += passed;
                self.fail(&error, failed.max(1));
            }
        }
    }

    fn fail(&mut self, error: &str, tests: usize) {
        eprintln!("\n{error}\n");
        self.failed += tests;
    }
}

/// Tests that passed and failed, by a closing line of cargo or pytest.
fn counts_in(line: &str) -> (usize, usize) {
    let is_cargo = line.starts_with("test result:");
    let is_pytest = line.ends_with('s') && line.contains(" in ") && !line.starts_with("test ");
    let before = |word: &str| {
        let number = line.split(word).next().filter(|text| text.len() < line.len())?;
        number.rsplit([' ', '=']).next()?.parse().ok()
    };
    if is_cargo || is_pytest { (before(" passed").unwrap_or(0), before(" failed").unwrap_or(0)) } else { (0, 0) }
}

pub fn run(area: Option<&str>) -> Result {
    if let Some(area) = area.filter(|area| !AREAS.contains(area)) {
        return Err(format!("unknown area `{area}`, expected one of: {}", AREAS.join(" ")));
    }
    setup::run()?;
    println!("test");
    let mut report = Report::default();
    if let Err(error) = areas(area, &mut report) {
        report.fail(&error, 1);
    }
    close(&report)
}

/// An error is that of a build without which the rest makes no sense.
fn areas(area: Option<&str>, report: &mut Report) -> Result {
    match area {
        None => {
            core(report);
            workspace(report);
            let wasm = vectors(report)?;
            page(report, &wasm)?;
            python(report);
        }
        Some("core") => core(report),
        Some("server") => server(report),
        Some("vectors") => {
            let mut host = cargo();
            host.args(["test", "--locked", "-p", "parabus-tests", "--", "--nocapture"]);
            report.step("vectors on the Rust host", &mut host);
            vectors(report)?;
        }
        Some("wasm") => vectors(report).map(drop)?,
        Some("page") => {
            let wasm = wasm::build()?;
            page(report, &wasm)?;
        }
        // Of `AREAS`, python is left.
        Some(_) => {
            demo::build()?;
            python(report);
        }
    }
    Ok(())
}

/// Core with each set of features, and its lints.
fn core(report: &mut Report) {
    for features in FEATURE_SETS {
        let name = if features.is_empty() { "none" } else { features };
        let mut check = cargo();
        check.args(["check", "--locked", "-p", "parabus-core", "--no-default-features", "--features", features]);
        report.step(&format!("core with features: {name}"), &mut check);
    }
    report.step(
        "core tests",
        cargo().args(["test", "--locked", "-p", "parabus-core", "--all-features", "--no-fail-fast"]),
    );
}

fn server(report: &mut Report) {
    report.step("server tests", cargo().args(["test", "--locked", "-p", "parabus", "--", "--nocapture"]));
}

/// Format, lints, every Rust test, the documentation.
fn workspace(report: &mut Report) {
    report.step("format", cargo().args(["fmt", "--all", "--check"]));
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
    report.step("lints", &mut clippy);
    let mut tests = cargo();
    tests.args(["test", "--locked", "--no-fail-fast", "-p", "parabus", "-p", "parabus-tests", "-p", "xtask"]);
    report.step("server, vectors and tools", tests.args(["--", "--nocapture"]));
    let mut documents = cargo();
    documents.args(["doc", "--locked", "--no-deps", "-p", "parabus-core"]).env("RUSTDOCFLAGS", "-D warnings");
    report.step("documentation", &mut documents);
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
        report.step(name, node.arg(root().join("tests/run").join(script)).arg("--wasm").arg(&wasm));
    }
    Ok(wasm)
}

/// The page's types and build; its behaviour is part of the demo's check.
fn page(report: &mut Report, wasm: &std::path::Path) -> Result {
    let mut check = program("npm");
    check.args(["run", "check"]).current_dir(root().join("server/dashboard"));
    report.step("types of the page", &mut check);
    demo::page(wasm)?;
    let mut xtask = program(std::env::current_exe().map_err(|error| error.to_string())?);
    report.step("demo --check", xtask.args(["demo", "--check"]));
    Ok(())
}

/// Against devices of pymodbus and devices that misbehave.
fn python(report: &mut Report) {
    let mut pytest = program(venv_python());
    pytest.args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/python"]);
    report.step("pymodbus and stub devices", pytest.env("PARABUS_BIN", target().join("debug/parabus")));
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
    println!("{} passed, {} failed", report.passed, report.failed);
    if report.failed == 0 { Ok(()) } else { Err(String::new()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_counted_and_others_are_not() {
        assert_eq!(counts_in("test result: ok. 46 passed; 0 failed; 0 ignored; finished in 0.20s"), (46, 0));
        assert_eq!(counts_in("test result: FAILED. 3 passed; 1 failed; 0 ignored; finished in 0.01s"), (3, 1));
        assert_eq!(counts_in("14 passed in 54.97s"), (14, 0));
        assert_eq!(counts_in("1 failed, 13 passed in 3.20s"), (13, 1));
        assert_eq!(counts_in("2 failed in 3.20s"), (0, 2));
        for line in ["test examples::all_passed ... ok", "18/90 endpoints", "  page in Chromium … ok, 17.2 s"] {
            assert_eq!(counts_in(line), (0, 0), "{line}");
        }
    }

    #[test]
    fn a_failed_step_is_counted_with_what_it_printed() {
        let mut report = Report::default();
        report.take(r#"vectors: {"runner":"none","passed":1,"total":2}"#, Err(String::new()));
        report.take("", Ok(()));
        assert_eq!((report.passed, report.failed), (1, 1));
        assert_eq!(report.vectors, [("none".to_owned(), "1".to_owned(), "2".to_owned())]);
    }
}
