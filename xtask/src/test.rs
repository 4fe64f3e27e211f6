//! Every test of every target, and a table of the vectors at the end.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::setup::{self, venv_python};
use crate::steps::{
    LINTED, Result, attempt, attempt_all, attempt_some, beside, cargo, linting_cargo, program, root, target,
};
use crate::{demo, firmware, node, python, size, wasm};

const MEND: &str = "look at the message: it names the test and what differed";

/// TypeScript is a package of the page.
const TSC: &str = "server/dashboard/node_modules/.bin/tsc";

/// Tests in Python that look at no time, so that other steps may run beside them.
const TIMELESS: [&str; 7] = [
    "test_files.py",
    "test_generated.py",
    "test_openapi.py",
    "test_provision.py",
    "test_templates.py",
    "test_values.py",
    "test_year.py",
];

/// Feature sets of core that must stand alone.
const FEATURE_SETS: [&str; 4] = ["", "alloc", "std", "serde"];

/// Packages whose tests are built at once.
const TESTED: [&str; 4] = ["parabus", "parabus-gateway", "parabus-tests", "xtask"];

/// Platforms that run the vectors.
const RUNNERS: usize = 6;

/// What can be tested alone.
const AREAS: [&str; 9] = ["core", "server", "vectors", "wasm", "python", "node", "firmware", "page", "devices"];

/// What the steps found.
#[derive(Default)]
struct Report {
    passed: usize,
    failed: usize,
    vectors: Vec<(String, String, String)>,
    endpoints: Option<String>,
    /// Every runner was to have its turn.
    has_all_runners: bool,
}

impl Report {
    /// One step; what it says of vectors, endpoints and numbers of tests is kept. A failure is shown
    /// and counted, and the next step has its turn.
    fn step(&mut self, name: &str, command: &mut Command) {
        let (printed, result) = attempt(name, MEND, command).unwrap_or_else(|error| (String::new(), Err(error)));
        self.take(&printed, result);
    }

    /// Several at once.
    fn steps(&mut self, steps: Vec<(&str, &mut Command)>) {
        for ended in attempt_all(MEND, steps) {
            let (printed, result) = ended.unwrap_or_else(|error| (String::new(), Err(error)));
            self.take(&printed, result);
        }
    }

    /// Several that compute, two at a time.
    fn some(&mut self, steps: Vec<(&str, Command)>) {
        for ended in attempt_some(MEND, 2, steps) {
            let (printed, result) = ended.unwrap_or_else(|error| (String::new(), Err(error)));
            self.take(&printed, result);
        }
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
    // From a minute on, pytest says the time twice: `in 68.23s (0:01:08)`.
    let is_pytest = line.ends_with(['s', ')']) && line.contains(" in ") && !line.starts_with("test ");
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
    let has_all_runners = matches!(area, None | Some("vectors"));
    let mut report = Report { has_all_runners, ..Report::default() };
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
            // One linker works on one core, and what is built here is built for other machines than what is built there.
            let (boards, packages) = beside(boards, packages)?;
            let ((wasm, addon), (vectors, gateway, processors)) = (packages?, boards?);
            processors.into_iter().for_each(|result| report.take("", result));
            // The longest first.
            let steps = [board_steps(&vectors), python_steps(), wasm_steps(&wasm), node_steps(&addon)];
            report.some(steps.into_iter().flatten().collect());
            python_types(report);
            report.take("", firmware::relay(&gateway));
            page(report, &wasm)?;
            devices(report);
        }
        Some("core") => core(report),
        Some("server") => server(report),
        Some("vectors") => {
            let mut host = linting_cargo();
            host.args(["test", "--locked", "-p", "parabus-tests", "--", "--nocapture"]);
            report.step("vectors on the Rust host", &mut host);
            report.some(wasm_steps(&wasm::build()?));
            python::build()?;
            report.some(python_steps());
            report.some(node_steps(&node::build()?));
            board(report)?;
        }
        Some("wasm") => report.some(wasm_steps(&wasm::build()?)),
        Some("python") => {
            python::build()?;
            report.some(python_steps());
            python_types(report);
        }
        Some("node") => report.some(node_steps(&node::build()?)),
        Some("firmware") => {
            report.step("gateway on fake ports", linting_cargo().args(["test", "--locked", "-p", "parabus-gateway"]));
            board(report)?;
            processors().into_iter().for_each(|result| report.take("", result));
        }
        Some("page") => {
            let wasm = wasm::build()?;
            page(report, &wasm)?;
        }
        // Of `AREAS`, devices is left.
        Some(_) => {
            demo::build()?;
            firmware::gateway()?;
            python::build()?;
            node::build()?;
            report.step("API by its description, files, provisioning", &mut timeless());
            devices(report);
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
        "core tests, with lints",
        linting_cargo().args(["test", "--locked", "-p", "parabus-core", "--all-features", "--no-fail-fast"]),
    );
}

fn server(report: &mut Report) {
    let mut tests = linting_cargo();
    tests.args(["test", "--locked", "-p", "parabus", "--", "--nocapture"]).env("PARABUS_YEAR", year());
    report.step("server tests", &mut tests);
}

/// Where a simulated year is left, for a test in Python that reckons it again.
fn year() -> PathBuf {
    target().join("xtask/year")
}

/// Format, lints, every Rust test, the documentation.
fn workspace(report: &mut Report) {
    report.step("format", cargo().args(["fmt", "--all", "--check"]));
    let mut clippy = cargo();
    clippy.args(["clippy", "--locked", "--workspace", "--all-targets"]);
    // Those are linted where they are tested; glue is generated.
    let tested = TESTED.iter().chain(&["parabus-core", "xtask-glue"]);
    clippy.args(tested.flat_map(|package| ["--exclude", package])).args(["--", "-D", "warnings"]);
    report.step("lints of packages and boards", &mut clippy);
    let mut tests = linting_cargo();
    tests.args(["test", "--locked", "--no-fail-fast"]).args(TESTED.iter().flat_map(|package| ["-p", package]));
    tests.env("PARABUS_YEAR", year());
    report.step("server, gateway, vectors and tools, with lints", tests.args(["--", "--nocapture"]));
    let mut documents = cargo();
    documents.args(["doc", "--locked", "--no-deps", "-p", "parabus-core", "-p", "parabus-gateway"]);
    documents.env("RUSTDOCFLAGS", "-D warnings");
    report.step("documentation", &mut documents);
}

/// A step and its program.
type Step = (&'static str, Command);

/// A script of `tests/run/` on a package.
fn script(name: &'static str, script: &str, option: &str, package: &Path) -> Step {
    let mut node = program("node");
    node.arg(root().join("tests/run").join(script)).arg(option).arg(package);
    (name, node)
}

/// The vectors on wasm in Node and in Chromium, and the README's example.
fn wasm_steps(wasm: &Path) -> Vec<Step> {
    vec![
        script("vectors on wasm in Node", "node.mjs", "--wasm", wasm),
        script("vectors on wasm in Chromium", "chromium.mjs", "--wasm", wasm),
        script("calls of wasm", "calls.mjs", "--wasm", wasm),
        script("README of wasm", "readme.mjs", "--package", wasm),
    ]
}

/// The vectors on the addon, its calls, its README's example and the types of that.
fn node_steps(addon: &Path) -> Vec<Step> {
    let (name, mut readme) = script("README of Node and its types", "readme.mjs", "--package", addon);
    readme.arg("--tsc").arg(root().join(TSC));
    vec![
        script("vectors on the Node addon", "addon.mjs", "--addon", addon),
        script("calls of the Node addon", "calls.mjs", "--addon", addon),
        (name, readme),
    ]
}

/// The vectors on the Python package, its own tests, its README's example and its types.
fn python_steps() -> Vec<Step> {
    let run = |name: &'static str, words: &[&str]| {
        let mut command = program(venv_python());
        command.args(words).env("MYPY_CACHE_DIR", target().join("xtask/mypy").join(name.replace(' ', "-")));
        (name, command)
    };
    vec![
        run("Python package", &["-m", "pytest", "-q", "-p", "no:cacheprovider", "bindings-python/tests"]),
        run("vectors on Python", &["tests/python/vectors.py"]),
        run("types against the module", &["-m", "mypy.stubtest", "parabus"]),
        ("README of Python", python::readme(&venv_python())),
    ]
}

/// The types of the package and of its README's example, which was written when that ran.
fn python_types(report: &mut Report) {
    let mut command = program(venv_python());
    command.args(["-m", "mypy", "--strict", "bindings-python/python/parabus"]).arg(python::example());
    report.step("types of Python", command.env("MYPY_CACHE_DIR", target().join("xtask/mypy/strict")));
}

/// The vectors on an emulated microcontroller, and the gateway's program for it.
fn board(report: &mut Report) -> Result {
    let (vectors, gateway) = (firmware::vectors()?, firmware::gateway()?);
    report.some(board_steps(&vectors));
    report.take("", firmware::relay(&gateway));
    Ok(())
}

fn board_steps(vectors: &Path) -> Vec<Step> {
    vec![("vectors on Cortex-M in QEMU", firmware::run(vectors))]
}

/// The portable firmware, and core with it, for every kind of processor; none of core's code can panic.
fn processors() -> Vec<Result> {
    let no_panic = size::check();
    if no_panic.is_ok() {
        println!("  no panic can be reached on thumbv7em … ok");
    }
    std::iter::once(no_panic).chain(firmware::PROCESSORS.map(firmware::check)).collect()
}

/// The programs of the emulated microcontroller, and what was found for every kind of processor.
fn boards() -> Result<(PathBuf, PathBuf, Vec<Result>)> {
    Ok((firmware::vectors()?, firmware::gateway()?, processors()))
}

/// The packages of wasm, Node and Python, the last of them installed.
fn packages() -> Result<(PathBuf, PathBuf)> {
    let (wasm, addon) = (wasm::build()?, node::build()?);
    python::build()?;
    Ok((wasm, addon))
}

/// Tests in Python against the built programs.
fn pytest(words: impl IntoIterator<Item = String>) -> Command {
    let mut pytest = program(venv_python());
    pytest.args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:schemathesis"]).args(words);
    pytest.env("PARABUS_BIN", target().join("debug/parabus"));
    pytest
}

fn timeless() -> Command {
    pytest(TIMELESS.map(|file| format!("tests/python/{file}")))
}

/// The page's types and build; its behaviour is part of the demo's check. Then the server with a client that
/// knows the API's reference alone, beside the demo with the gateway and all that waits for no moment.
fn page(report: &mut Report, wasm: &Path) -> Result {
    let mut check = program("npm");
    check.args(["run", "check"]).current_dir(root().join("server/dashboard"));
    report.step("types of the page", &mut check);
    demo::page(wasm)?;
    let mut xtask = program(std::env::current_exe().map_err(|error| error.to_string())?);
    report.step("demo --check", xtask.args(["demo", "--check"]).env(LINTED, "1"));
    let mut xtask = program(std::env::current_exe().map_err(|error| error.to_string())?);
    let mut comparator = program("node");
    let mut client = program("node");
    let mut timeless = timeless();
    report.steps(vec![
        ("comparator of the client", comparator.args(["--test", "tests/client/compare.test.mjs"])),
        ("client from the reference alone", client.arg("tests/client/replay.mjs").arg(target().join("debug/parabus"))),
        ("demo --gateway --check", xtask.args(["demo", "--gateway", "--check"]).env(LINTED, "1")),
        ("API by its description, files, provisioning", &mut timeless),
    ]);
    Ok(())
}

/// Against pymodbus, libmodbus and devices that misbehave: server, gateway, sessions of Python and Node. Their
/// times are looked at, so nothing runs beside them; they mostly wait, so three files run at once.
fn devices(report: &mut Report) {
    let others = TIMELESS.map(|file| format!("--ignore=tests/python/{file}"));
    let words = ["tests/python", "--numprocesses=3", "--dist=loadfile"].map(str::to_owned).into_iter().chain(others);
    report.step("pymodbus, libmodbus, stub devices", &mut pytest(words));
}

/// What is wrong with the table where all runners had their turn: each has to run every vector.
fn missing_runners(report: &Report) -> String {
    let totals: std::collections::BTreeSet<&str> = report.vectors.iter().map(|(_, _, total)| total.as_str()).collect();
    if totals.len() > 1 {
        return "the runners did not run the same number of vectors".to_owned();
    }
    if report.has_all_runners && report.vectors.len() != RUNNERS {
        return format!("{} runners reported, expected {RUNNERS}", report.vectors.len());
    }
    String::new()
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
    let missing = missing_runners(report);
    if !missing.is_empty() {
        println!("  {missing}");
    }
    println!("{} passed, {} failed", report.passed, report.failed);
    if report.failed == 0 && missing.is_empty() { Ok(()) } else { Err(String::new()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runner_that_is_missing_or_runs_less_is_no_success() {
        let row = |runner: &str, total: &str| (runner.to_owned(), total.to_owned(), total.to_owned());
        let report = |vectors| Report { vectors, has_all_runners: true, ..Report::default() };
        assert!(close(&report(vec![row("one", "2"); RUNNERS])).is_ok());
        assert!(close(&report(vec![row("one", "2"); RUNNERS - 1])).is_err());
        let mut fewer = vec![row("one", "2"); RUNNERS - 1];
        fewer.push(row("other", "1"));
        assert!(close(&report(fewer)).is_err());
    }

    #[test]
    fn closing_lines_are_counted_and_others_are_not() {
        assert_eq!(counts_in("test result: ok. 46 passed; 0 failed; 0 ignored; finished in 0.20s"), (46, 0));
        assert_eq!(counts_in("test result: FAILED. 3 passed; 1 failed; 0 ignored; finished in 0.01s"), (3, 1));
        assert_eq!(counts_in("14 passed in 54.97s"), (14, 0));
        assert_eq!(counts_in("1 failed, 13 passed in 3.20s"), (13, 1));
        assert_eq!(counts_in("2 failed in 3.20s"), (0, 2));
        assert_eq!(counts_in("3 failed, 18 passed in 68.23s (0:01:08)"), (18, 3));
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
