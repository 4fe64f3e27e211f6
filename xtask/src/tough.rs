//! Long runs of what the tests do shortly: core's machines on noisy lines, fuzzing, misbehaving devices, stores that
//! end without warning.

use std::path::PathBuf;
use std::process::Command;

use crate::steps::{Result, cargo, root, step, target};

/// Coverage as libFuzzer reads it, on a stable compiler.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing";

/// `line …` and `fuzz …`, with the words that the program takes; `--guided SECONDS` for libFuzzer; `zoo`; `store`.
pub fn run(words: &[&str]) -> Result {
    let place = words.iter().position(|word| *word == "--guided");
    match (words, place) {
        (["fuzz", rest @ ..], Some(place)) => {
            let seconds = words.get(place + 1).and_then(|word| word.parse::<u32>().ok());
            let name = rest.first().filter(|word| !word.starts_with("--"));
            guided(name.copied(), seconds.ok_or("--guided takes a number of seconds")?)
        }
        (["line" | "fuzz", ..], None) => {
            build("long runs", &[], "tough", None)?;
            let mut tough = Command::new(folder().join("release/tough"));
            finish("tough", tough.args(words))
        }
        (["zoo", rest @ ..], None) => {
            let seeds = rest.first().map_or(Some(100), |word| word.parse::<u32>().ok());
            let seeds = seeds.ok_or("zoo takes a number of seeds")?;
            finish("zoo", tests_of_the_server("tests_zoo").env("PARABUS_SEEDS", seeds.to_string()))
        }
        (["store", rest @ ..], None) => {
            let counts = [("--images", "PARABUS_IMAGES", 10_000), ("--kills", "PARABUS_KILLS", 1000)];
            counted("store", "tests_crash", &counts, rest)
        }
        (["alert", rest @ ..], None) => {
            let counts = [("--torn", "PARABUS_TORN", 100_000), ("--kills", "PARABUS_KILLS", 1000)];
            counted("alert", "alarm::tests", &counts, rest)
        }
        _ => Err("tough takes `line`, `fuzz`, `zoo`, `store` or `alert`".to_owned()),
    }
}

/// Tests of the server that try something as often as these options say, or as they usually do in a long run.
fn counted(name: &str, filter: &str, counts: &[(&str, &str, u32)], words: &[&str]) -> Result {
    let mut tests = tests_of_the_server(filter);
    for (_, variable, usual) in counts {
        tests.env(variable, usual.to_string());
    }
    for pair in words.chunks(2) {
        let known = pair.first().and_then(|word| counts.iter().find(|(option, ..)| option == word));
        let count = pair.last().and_then(|word| word.parse::<u32>().ok());
        let (Some((_, variable, _)), Some(count)) = (known, count) else {
            let options = counts.iter().map(|(option, ..)| format!("`{option}`")).collect::<Vec<_>>().join(" and ");
            return Err(format!("{name} takes {options}, each with a number"));
        };
        tests.env(variable, count.to_string());
    }
    finish(name, &mut tests)
}

/// Some tests of the server, optimized, with what they print.
fn tests_of_the_server(filter: &str) -> Command {
    let mut test = cargo();
    test.args(["test", "--release", "-p", "parabus", "--lib", filter, "--", "--nocapture"]);
    test
}

/// Products of the package, which is no member of the workspace.
fn folder() -> PathBuf {
    target().join("fuzz")
}

fn build(name: &str, features: &[&str], binary: &str, coverage: Option<&str>) -> Result {
    let mut build = cargo();
    build.current_dir(root().join("tests/fuzz")).env("CARGO_TARGET_DIR", folder());
    build.args(["build", "--locked", "--release", "--bin", binary]).args(features);
    if let Some(triple) = coverage {
        // A target of its own, so that build scripts and macros are compiled without it.
        build.env("RUSTFLAGS", COVERAGE).args(["--target", triple]);
    }
    step(name, "look at the compiler's message; libFuzzer needs a C++ compiler", &mut build).map(drop)
}

fn finish(name: &str, command: &mut Command) -> Result {
    let status = command.current_dir(root()).status().map_err(|error| format!("{name}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name}: {status}")) }
}

fn guided(name: Option<&str>, seconds: u32) -> Result {
    let triple = host()?;
    build("long runs", &[], "tough", None)?;
    build("targets with coverage", &["--features", "guided"], "guided", Some(&triple))?;
    let corpus = folder().join("corpus").join(name.unwrap_or("all"));
    std::fs::create_dir_all(&corpus).map_err(|error| format!("{}: {error}", corpus.display()))?;
    let mut guided = Command::new(folder().join(&triple).join("release/guided"));
    if let Some(name) = name {
        let mut inputs = Command::new(folder().join("release/tough"));
        finish("inputs to begin with", inputs.args(["inputs", name]).arg(&corpus))?;
        guided.env("PARABUS_TARGET", name);
    }
    let crashes = format!("-artifact_prefix={}/", folder().display());
    guided.arg(format!("-max_total_time={seconds}")).args(["-max_len=4096", "-print_final_stats=1", &crashes]);
    finish("libFuzzer", guided.arg(&corpus))
}

/// The triple of this machine.
fn host() -> Result<String> {
    let mut rustc = Command::new("rustc");
    let printed = crate::steps::output(rustc.arg("-vV")).ok_or("rustc does not say what it is")?;
    let line = printed.lines().find_map(|line| line.strip_prefix("host: "));
    line.map(str::to_owned).ok_or_else(|| "rustc does not name its host".to_owned())
}
