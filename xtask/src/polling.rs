//! What background reading costs: the server on one core beside a bare loop of tokio-modbus, both reading
//! the same simulated devices once a second.

use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::steps::{Result, cargo, free_ports, step, target};

/// Units of each network, with ten registers each: `tests/bench/src/bare.rs` reads the same.
const UNITS: usize = 10;
const NETWORKS: usize = 100;

/// Connections need time to come about.
const SETTLE: Duration = Duration::from_secs(15);

/// Jiffies of `/proc`, on every Linux that we know.
const JIFFIES: f64 = 100.0;

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        for _ in 0..100 {
            if matches!(self.0.try_wait(), Ok(Some(_))) {
                return;
            }
            sleep(Duration::from_millis(50));
        }
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn start(command: &mut Command) -> Result<Running> {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    child.map(Running).map_err(|error| format!("{command:?}: {error}"))
}

/// The program bound to one core, as a small box would run it.
fn on_core(core: u8, program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", &core.to_string()]).arg(program);
    command
}

/// Seconds of CPU and resident kilobytes of a process.
fn used(id: u32) -> Result<(f64, u64)> {
    let read = |name: &str| fs::read_to_string(format!("/proc/{id}/{name}")).map_err(|error| error.to_string());
    let stat = read("stat")?;
    // The name may hold blanks; the times are the 14th and 15th field.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let jiffies: f64 = [11, 12].iter().filter_map(|place| fields.get(*place)?.parse::<f64>().ok()).sum();
    let status = read("status")?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok());
    Ok((jiffies / JIFFIES, resident.unwrap_or(0)))
}

/// Sums of the server's metrics by name.
fn metrics(port: u16) -> Result<impl Fn(&str) -> f64> {
    let fail = |error: std::io::Error| format!("metrics: {error}");
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(fail)?;
    let request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).map_err(fail)?;
    let mut text = String::new();
    stream.read_to_string(&mut text).map_err(fail)?;
    Ok(move |name: &str| {
        let lines = text.lines().filter_map(|line| line.strip_prefix(name));
        lines
            .filter(|rest| rest.starts_with([' ', '{']))
            .filter_map(|rest| rest.rsplit(' ').next()?.parse::<f64>().ok())
            .sum()
    })
}

/// Reads every device for `seconds` with both.
pub fn run(bare: &Path, seconds: u64) -> Result {
    let mut build = cargo();
    step(
        "server, optimized",
        "look at the compiler's message",
        build.args(["build", "--release", "--locked", "-p", "parabus"]),
    )?;
    let parabus = target().join("release/parabus");
    let folder = target().join("bench/polling");
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let [http, ports @ ..] = free_ports::<{ NETWORKS + 1 }>()?;
    let (plant, config) = (folder.join("plant.yaml"), folder.join("parabus.toml"));
    write(&plant, &plant_of(&ports))?;
    write(
        &config,
        &format!("[server]\nlisten = \"127.0.0.1:{http}\"\n[storage]\npath = \"{}\"\n", folder.join("data").display()),
    )?;
    let mut apply = Command::new(&parabus);
    step("plant set up", "look at the message", apply.arg("apply").arg(&plant).arg("--config").arg(&config))?;
    let _played = start(on_core(1, &parabus).arg("simulate").arg(&plant).arg("--until-stdin-closes"))?;
    sleep(Duration::from_secs(2));

    let server = start(on_core(0, &parabus).arg("serve").arg("--config").arg(&config).arg("--until-stdin-closes"))?;
    sleep(SETTLE);
    let (before, (cpu, _)) = (metrics(http)?, used(server.0.id())?);
    let begun = Instant::now();
    sleep(Duration::from_secs(seconds));
    let (after, (cpu_after, resident)) = (metrics(http)?, used(server.0.id())?);
    let wall = begun.elapsed().as_secs_f64();
    drop(server);
    let grown = |name: &str| after(name) - before(name);
    let (reads, missed) = (grown("parabus_modbus_requests"), grown("parabus_poll_missed"));
    let (failed, spent) = (grown("parabus_poll_failures"), cpu_after - cpu);
    let late = grown("parabus_poll_lateness_seconds_sum") / grown("parabus_poll_lateness_seconds_count").max(1.0);

    let mut words = vec!["bare".to_owned(), (seconds + 5).to_string()];
    words.extend(ports.iter().map(u16::to_string));
    let mut alone = on_core(0, bare);
    let alone = alone.args(words).stdout(Stdio::piped()).spawn().map_err(|error| format!("bare loop: {error}"))?;
    let id = alone.id();
    sleep(Duration::from_secs(seconds + 4));
    let (bare_spent, bare_resident) = used(id)?;
    let output = alone.wait_with_output().map_err(|error| error.to_string())?;
    let bare_reads: f64 =
        String::from_utf8_lossy(&output.stdout).trim().parse().map_err(|_| "the bare loop failed".to_owned())?;
    // It went on for a second after the last look.
    let bare_reads = bare_reads * (seconds + 4) as f64 / (seconds + 5) as f64;

    let (own, other) = (spent / reads * 1e6, bare_spent / bare_reads * 1e6);
    println!("\n{} devices once a second for {wall:.0} s, on one core", NETWORKS * UNITS);
    println!(
        "  server    {reads:.0} reads, {missed:.0} polls missed, {failed:.0} failed, {:.2} ms late on average",
        late * 1e3
    );
    println!(
        "            {:.1} % of the core, {:.1} MB resident, {own:.1} µs of CPU a read, stored",
        spent / wall * 100.0,
        resident as f64 / 1024.0
    );
    println!(
        "  bare loop {bare_reads:.0} reads, {:.1} MB resident, {other:.1} µs of CPU a read, thrown away",
        bare_resident as f64 / 1024.0
    );
    println!("  ratio     {:.2}", own / other);
    Ok(())
}

fn write(path: &PathBuf, text: &str) -> Result {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn plant_of(ports: &[u16]) -> String {
    let mut text = "organizations:\n  - name: Load\n    networks:\n".to_owned();
    for port in ports {
        writeln!(text, "      - name: net {port}").ok();
        writeln!(text, "        connection: {{ kind: direct, ip: 127.0.0.1, port: {port} }}\n        devices:").ok();
        for unit in 1..=UNITS {
            writeln!(
                text,
                "          - {{ name: unit {unit}, modbusUnitId: {unit}, updatePeriodSec: 1, template: unit }}"
            )
            .ok();
        }
    }
    text.push_str("templates:\n  - id: unit\n    name: Unit\n    readGroupSize: 10\n    parameters:\n");
    for address in 0..10 {
        writeln!(text, "      - {{ name: at {address}, registerKind: holding, address: {address}, type: u16-be }}")
            .ok();
    }
    text
}
