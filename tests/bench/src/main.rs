//! Core beside its peers, measured in one run and told as ratios. `cargo xtask bench [AREA]`.

mod bare;
mod chunk;
mod modbus;
mod peers;
mod race;
mod reference;
mod streams;
mod sums;
mod values;

use std::process::ExitCode;

fn main() -> ExitCode {
    // A peer that panics is told of in its row.
    std::panic::set_hook(Box::new(|_| {}));
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let [area, seconds, ports @ ..] = &wanted[..]
        && area == "bare"
    {
        return bare::run(seconds, ports);
    }
    let areas: [(&str, fn()); 6] = [
        ("modbus", modbus::run),
        ("modbus", streams::run),
        ("values", values::run),
        ("reference", reference::run),
        ("chunk", chunk::run),
        ("aggregate", sums::run),
    ];
    if let Some(unknown) = wanted.iter().find(|area| areas.iter().all(|(name, _)| name != area)) {
        eprintln!("unknown area `{unknown}`");
        return ExitCode::FAILURE;
    }
    for (name, run) in areas {
        if wanted.is_empty() || wanted.iter().any(|area| area == name) {
            run();
        }
    }
    if race::is_anyone_wrong() {
        eprintln!("a contestant is wrong, its row says how");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
