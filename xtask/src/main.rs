//! One entry for everything that the repository does: `cargo xtask COMMAND`.
//!
//! It depends on nothing but the standard library, so that it is there in seconds on a bare machine.

mod alert;
mod bench;
mod compiler;
mod debian;
mod demo;
mod dist;
mod firmware;
mod node;
mod polling;
mod python;
mod setup;
mod size;
mod steps;
mod test;
mod tough;
mod wasm;

use std::process::ExitCode;

use steps::Result;

const HELP: &str = "\
cargo xtask COMMAND

  setup          find what is missing on this machine and install it
  demo           start a simulated plant and the server, print the page's address and a key
  demo --check   the same without a person: wait for fresh values and the page, then stop
  demo --gateway with an emulated gateway between a part of the plant and the server; also with --check
  test [AREA]    every test, or one of: core server vectors wasm python node firmware page devices
  bench [AREA]   speed, side by side with peers, or one of: modbus values aggregate (Rust, Python, Node)
                 reference chunk store (beside rows in SQLite, DuckDB, PostgreSQL) polling (the server
                 beside a bare loop) alert (beside promtool; on Cortex-M)
  tough line [TRANSACTIONS]
                 core's machines on noisy lines, 1,000,000 without a number
  tough fuzz [TARGET] [--inputs N] [--guided SECONDS]
                 every parser and machine with inputs that follow from seeds, or led by libFuzzer
  tough zoo [SEEDS]
                 background reading among devices that misbehave, 100 seeds without a number
  tough store [--images N] [--kills N]
                 the store after power cuts, flipped bytes and kills: 10,000 images and 1,000 kills without
                 numbers
  tough alert [--torn N] [--kills N]
                 alerts after torn writes and kills: 100,000 and 1,000 without numbers
  size           flash and transfer sizes
  dist           what users install, into target/dist/
  ci             what CI runs: test
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !error.is_empty() {
                eprintln!("\n{error}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result {
    match words {
        ["setup"] => setup::run(),
        ["demo", options @ ..] if options.iter().all(|option| ["--check", "--gateway"].contains(option)) => {
            let with_gateway = options.contains(&"--gateway");
            if options.contains(&"--check") { demo::check(with_gateway) } else { demo::run(with_gateway) }
        }
        ["test" | "ci"] => test::run(None),
        ["test", area] => test::run(Some(area)),
        ["bench"] => bench::run(None),
        ["bench", area] => bench::run(Some(area)),
        ["tough", rest @ ..] => tough::run(rest),
        ["size"] => size::run(),
        ["dist"] => dist::run(),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("unknown command `{}`\n\n{HELP}", other.join(" "))),
    }
}
