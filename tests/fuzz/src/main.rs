//! Long runs: `tough line`, `tough fuzz`.

use std::process::ExitCode;
use std::time::Instant;

use parabus_tests::fuzz::{TARGETS, Target, generate};
use parabus_tests::line::{self, Totals, Transport};
use parabus_tests::random::Random;

const HELP: &str = "\
tough line [TRANSACTIONS] [--seed FIRST]   core's machines on noisy lines
tough line TRANSPORT:RETRIES:SEED          one line again, with what happened on it
tough fuzz [TARGET] [--inputs N] [--seed FIRST]   inputs that follow from seeds; N in all
tough inputs TARGET FOLDER                 a few of them as files, for a guided fuzzer to begin with
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str, usual: u64| {
        let place = words.iter().position(|word| word == name);
        place.and_then(|place| words.get(place + 1)?.parse().ok()).unwrap_or(usual)
    };
    let second = words.get(1).filter(|word| !word.starts_with("--"));
    let is_good = match (words.first().map(String::as_str), second) {
        (Some("line"), Some(name)) if name.contains(':') => replay(name),
        (Some("line"), count) => {
            let transactions = count.and_then(|count| count.parse().ok()).unwrap_or(1_000_000);
            noisy_line(transactions, option("--seed", 1_000_000))
        }
        (Some("fuzz"), name) => {
            let targets = TARGETS.iter().filter(|target| name.is_none_or(|name| name == target.name));
            fuzz(&targets.collect::<Vec<_>>(), option("--inputs", 10_000_000), option("--seed", 1_000_000))
        }
        (Some("inputs"), Some(name)) => words.get(2).is_some_and(|folder| inputs(name, folder)),
        _ => {
            eprint!("{HELP}");
            false
        }
    };
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn replay(name: &str) -> bool {
    let result = line::replay(name);
    match &result {
        Ok(totals) => println!("{totals}"),
        Err(law) => println!("{law}"),
    }
    result.is_ok()
}

/// Shares the transactions between the transports.
fn noisy_line(transactions: u64, first_seed: u64) -> bool {
    let (started, mut all, mut failed) = (Instant::now(), Totals::default(), 0);
    for transport in Transport::ALL {
        let mut totals = Totals::default();
        let failures = line::run_many(transport, first_seed, transactions.div_ceil(3), &mut totals);
        println!("{:<6}{totals}", transport.name());
        failures.iter().for_each(|failure| println!("      {failure}"));
        failed += failures.len();
        all += totals;
    }
    println!("all   {all}");
    println!("{failed} wrong, {:.0} s", started.elapsed().as_secs_f32());
    failed == 0
}

/// Shares the inputs between the targets.
fn fuzz(targets: &[&Target], inputs: u64, first_seed: u64) -> bool {
    if targets.is_empty() {
        eprintln!("no such target, expected one of: {}", TARGETS.map(|target| target.name).join(" "));
        return false;
    }
    let (all, mut broken, mut total) = (Instant::now(), 0, 0);
    let share = inputs.div_ceil(targets.len() as u64);
    for target in targets {
        let started = Instant::now();
        let is_broken = |seed: &u64| {
            let input = generate(target.shape, &mut Random::new(*seed));
            std::panic::catch_unwind(|| (target.run)(&input)).is_err()
        };
        let found = (first_seed..first_seed + share).find(is_broken);
        let done = found.map_or(share, |seed| seed - first_seed + 1);
        let rate = done as f64 / started.elapsed().as_secs_f64();
        println!("{:<16}{done:>12} inputs {rate:>12.0} a second", target.name);
        if let Some(seed) = found {
            println!("                broken: tough fuzz {} --inputs 1 --seed {seed}", target.name);
            broken += 1;
        }
        total += done;
    }
    println!("{total} inputs, {broken} broken, {:.0} s", all.elapsed().as_secs_f32());
    broken == 0
}

fn inputs(name: &str, folder: &str) -> bool {
    let Some(target) = TARGETS.iter().find(|target| target.name == name) else { return false };
    let written = (0..500).map(|seed| {
        let input = generate(target.shape, &mut Random::new(seed));
        std::fs::write(std::path::Path::new(folder).join(format!("seed-{seed}")), input)
    });
    let result: std::io::Result<()> = written.collect();
    result.is_ok()
}
