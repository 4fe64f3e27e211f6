//! What a condition of an alert costs: on this machine beside Prometheus, whose `promtool test rules` evaluates the
//! same rules on the same minutes, and on the emulated microcontroller in instructions.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use crate::firmware;
use crate::steps::{Result, cargo, has, program, step, target};

/// Rules of the peer, each with two conditions.
const RULES: usize = 200;

const MEND: &str = "look at the message; `promtool` is part of Debian's package `prometheus`";

pub fn run() -> Result {
    let mut build = cargo();
    build.args(["run", "--quiet", "--release", "--locked", "-p", "parabus-board-mps2-an386", "--bin", "measure"]);
    let said = step("conditions on this machine", "look at the message", &mut build)?;
    let last = said.lines().last().unwrap_or_default();
    let (own_ns, _) = last.split_once(' ').ok_or("no number")?;
    let own_ns: f64 = own_ns.parse().map_err(|error| format!("{last}: {error}"))?;
    let promtool = promtool()?;
    // What starting and reading takes stands in both.
    let (short, long) = (peer(&promtool, 100)?, peer(&promtool, 600)?);
    let peer_ns = (long - short) * 1e9 / (500 * RULES * 2) as f64;
    let measured =
        step("conditions on Cortex-M in QEMU", "look at the message", &mut firmware::counted(&firmware::measure()?))?;
    let line = measured.lines().find(|line| line.starts_with("instructions")).unwrap_or("nothing was measured");
    println!("\n  {:<28}{:>14}{:>16}", "conditions", "ns each", "a second");
    for (name, ns) in [("core", own_ns), ("promtool test rules", peer_ns)] {
        println!("  {name:<28}{ns:>14.1}{:>16.0}", 1e9 / ns);
    }
    println!("  core takes {:.5} of the time of promtool\n  Cortex-M4, opt-level z: {line}", own_ns / peer_ns);
    Ok(())
}

/// The peer's program: the one on the path, else out of Debian's package, without installing it.
fn promtool() -> Result<PathBuf> {
    if has("promtool") {
        return Ok("promtool".into());
    }
    let folder = target().join("xtask/prometheus");
    let unpacked = folder.join("x/usr/bin/promtool");
    if !unpacked.exists() {
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        step("prometheus, downloaded", MEND, program("apt-get").args(["download", "prometheus"]).current_dir(&folder))?;
        let mut unpack = program("sh");
        unpack.args(["-c", "dpkg-deb -x prometheus_*.deb x"]).current_dir(&folder);
        step("prometheus, unpacked", MEND, &mut unpack)?;
    }
    Ok(unpacked)
}

/// Seconds of the peer for so many minutes. Its value climbs from 0 to 99 and falls back, as that of `measure`; at the
/// end, minute 100 × n, it is 0 and nothing fires; at 50 minutes past, every rule has fired for long.
fn peer(promtool: &PathBuf, minutes: usize) -> Result<f64> {
    let folder = target().join("xtask");
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
    };
    let rule = |index: usize| format!("      - {{ alert: a{index}, expr: p > 25 and p < 75, for: 5m }}\n");
    let rules: String = (0..RULES).map(rule).collect();
    write("promtool-rules.yml", &format!("groups:\n  - name: all\n    rules:\n{rules}"))?;
    let values: Vec<String> = (0..=minutes).map(|minute| (minute % 100).to_string()).collect();
    let test = format!(
        "rule_files: [promtool-rules.yml]\nevaluation_interval: 1m\ntests:\n  - interval: 1m\n    input_series:\n      \
         - {{ series: p, values: '{}' }}\n    alert_rule_test:\n      \
         - {{ alertname: a0, eval_time: {}m, exp_alerts: [{{}}] }}\n      \
         - {{ alertname: a{}, eval_time: {minutes}m, exp_alerts: [] }}\n",
        values.join(" "),
        minutes - 50,
        RULES - 1
    );
    write("promtool-test.yml", &test)?;
    let mut fastest = f64::INFINITY;
    for _ in 0..3 {
        let started = Instant::now();
        let mut run = program(promtool);
        run.args(["test", "rules"]).arg(folder.join("promtool-test.yml"));
        step(&format!("promtool, {minutes} minutes"), MEND, &mut run)?;
        fastest = fastest.min(started.elapsed().as_secs_f64());
    }
    Ok(fastest)
}
