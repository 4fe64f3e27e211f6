//! Core beside its peers, measured in one run and told as ratios. `cargo xtask bench [AREA]`.

mod modbus;
mod race;
mod reference;
mod streams;
mod value;

fn main() {
    // A peer that panics is told of in its row.
    std::panic::set_hook(Box::new(|_| {}));
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let areas: [(&str, fn()); 4] =
        [("modbus", modbus::run), ("modbus", streams::run), ("value", value::run), ("reference", reference::run)];
    for (name, run) in areas {
        if wanted.is_empty() || wanted.iter().any(|area| area == name) {
            run();
        }
    }
}
