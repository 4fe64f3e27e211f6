//! Speed, side by side with peers in one run, as ratios.

use crate::steps::{Result, cargo, step};

pub fn run(area: Option<&str>) -> Result {
    println!("bench (about a minute; other work on the machine shows in the numbers)");
    let mut bench = cargo();
    bench.args(["bench", "--locked", "--package", "parabus-tests", "--bench", "peers", "--"]).args(area);
    let printed = step("peers", "look at the compiler's message", &mut bench)?;
    // Cargo's own lines are indented deeper.
    let results = printed.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    results.for_each(|line| println!("{line}"));
    Ok(())
}
