//! The demo: a simulated plant, the server with an embedded store, the page; on demand an emulated
//! gateway between a part of the plant and the server.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::steps::{LINTED, Result, attempt, cargo, free_ports, linting_cargo, program, root, step, target};
use crate::{firmware, setup, wasm};

/// Ports that the demo's plant file names, the page's, and that of the gateway's uplink.
const PLANT_PORTS: [u16; 4] = [5020, 5021, 5022, 5023];
const PAGE_PORT: u16 = 8080;
const UPLINK_PORT: u16 = 5029;

/// The network that the gateway polls, and its port.
const GATEWAY_NETWORK: (&str, u16) = ("Main switchboard", PLANT_PORTS[0]);

/// Seconds until every parameter must have a fresh value.
const FRESH_WITHIN: Duration = Duration::from_secs(60);

/// Builds what the demo needs: wasm core, page, server.
pub fn build() -> Result<PathBuf> {
    let wasm = wasm::build()?;
    page(&wasm)?;
    let mend = "look at the compiler's message";
    let mut cargo = if std::env::var_os(LINTED).is_some() { linting_cargo() } else { cargo() };
    step("server", mend, cargo.args(["build", "--locked", "--package", "parabus"]))?;
    Ok(target().join("debug/parabus"))
}

/// The page's files, embedded by the server's build.
pub fn page(wasm: &Path) -> Result {
    let folder = root().join("server/dashboard");
    let mut npm = program("npm");
    npm.args(["run", "build"]).current_dir(&folder).env("PARABUS_WASM", wasm);
    step("page", "look at the message; `cargo xtask setup` installs the page's packages", &mut npm).map(drop)
}

/// Runs until Ctrl-C.
pub fn run(with_gateway: bool) -> Result {
    let (demo, children) = start(false, with_gateway)?;
    demo.welcome(children)
}

/// Runs without a person. The last line is a summary in JSON, whatever happens.
pub fn check(with_gateway: bool) -> Result {
    let started = Instant::now();
    let mut fresh = r#""params":0,"fresh":0"#.to_owned();
    let result = start(true, with_gateway).and_then(|(demo, _children)| demo.check(&mut fresh));
    if let Err(error) = &result {
        eprintln!("\n{error}\n");
    }
    println!(r#"{{{fresh},"page":{},"seconds":{}}}"#, result.is_ok(), started.elapsed().as_secs());
    result.map_err(|_| String::new())
}

/// Sets up, builds and starts plant and server.
fn start(on_free_ports: bool, with_gateway: bool) -> Result<(Demo, Vec<Running>)> {
    setup::run()?;
    println!("build");
    let parabus = build()?;
    let gateway = if with_gateway { Some(firmware::gateway()?) } else { None };
    let mut name = String::from(if on_free_ports { "demo-check" } else { "demo" });
    name.push_str(if with_gateway { "-gateway" } else { "" });
    let demo = Demo::prepare(&parabus, &target().join(name), on_free_ports, with_gateway)?;
    println!("start");
    let mut children = vec![demo.start_parabus("plant", &["simulate"], &demo.field)?];
    if let Some(elf) = gateway {
        let mut emulator = firmware::emulate(&elf, &demo.image, Some(demo.bus_port), demo.uplink_port);
        children.push(demo.start("gateway", &mut emulator)?);
    }
    children.push(demo.start_parabus("server", &["serve", "--config"], &demo.config)?);
    demo.wait_for_health()?;
    Ok((demo, children))
}

struct Demo {
    parabus: PathBuf,
    folder: PathBuf,
    /// What the server is told.
    plant: PathBuf,
    /// What is played: the same, but for the network behind the gateway.
    field: PathBuf,
    config: PathBuf,
    image: PathBuf,
    /// Of the plant's networks, in the order of `PLANT_PORTS`.
    ports: [u16; 4],
    bus_port: u16,
    uplink_port: u16,
    url: String,
    key: String,
    password: String,
}

/// A child that ends with the demo, whichever way that ends: it stops when its standard input
/// closes, and that is held open by this process alone.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // The server seals its readings when it is asked to stop.
        let asked = Command::new("kill").arg(self.0.id().to_string()).status().is_ok_and(|status| status.success());
        for _ in 0..60 {
            if !asked || matches!(self.0.try_wait(), Ok(Some(_))) {
                break;
            }
            thread::sleep(Duration::from_millis(50));
        }
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Text of random bytes from the system.
fn random_hex(bytes: usize) -> Result<String> {
    use std::io::Read;
    let mut buffer = vec![0; bytes];
    let source = fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut buffer));
    source.map_err(|error| format!("/dev/urandom: {error}"))?;
    Ok(buffer.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A random UUID, version 4.
fn random_uuid() -> Result<String> {
    let hex = random_hex(16)?;
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or("").to_owned();
    Ok(format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32)))
}

impl Demo {
    /// Writes plant file and configuration, and applies the plant.
    fn prepare(parabus: &Path, folder: &Path, on_free_ports: bool, with_gateway: bool) -> Result<Demo> {
        let write =
            |path: &Path, text: &str| fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()));
        if on_free_ports {
            fs::remove_dir_all(folder).ok();
        }
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let source = root().join("server/demo/plant.yaml");
        let mut plant_text = fs::read_to_string(&source).map_err(|error| format!("{}: {error}", source.display()))?;
        let (mut page_port, mut bus_port, mut uplink_port) = (PAGE_PORT, GATEWAY_NETWORK.1, UPLINK_PORT);
        let mut ports = PLANT_PORTS;
        if on_free_ports {
            let [free_page_port, free_uplink_port, free_ports @ ..] = free_ports::<{ PLANT_PORTS.len() + 2 }>()?;
            (page_port, uplink_port, ports) = (free_page_port, free_uplink_port, free_ports);
            for (port, free) in PLANT_PORTS.into_iter().zip(ports) {
                plant_text = plant_text.replace(&format!("port: {port} "), &format!("port: {free} "));
                bus_port = if port == GATEWAY_NETWORK.1 { free } else { bus_port };
            }
        }
        let (plant, field) = (folder.join("plant.yaml"), folder.join("field.yaml"));
        let (config, image) = (folder.join("parabus.toml"), folder.join("gateway.bin"));
        let with_port = |port: u16| {
            let from = format!("port: {bus_port} ");
            if with_gateway {
                plant_text.replace(&from, &format!("port: {port}, framing: rtu "))
            } else {
                plant_text.clone()
            }
        };
        write(&plant, &with_port(uplink_port))?;
        write(&field, &with_port(bus_port))?;
        let listen = format!("127.0.0.1:{page_port}");
        write(&config, &format!("[server]\nlisten = \"{listen}\"\n\n[access]\nallow_loopback = true\n"))?;
        let credentials = folder.join("credentials");
        let known = fs::read_to_string(&credentials).ok().and_then(|text| {
            let (key, password) = text.trim().split_once(' ')?;
            Some((key.to_owned(), password.to_owned()))
        });
        let (key, password) = match known {
            Some(known) => known,
            None => (random_uuid()?, random_hex(12)?),
        };
        write(&credentials, &format!("{key} {password}\n"))?;
        let demo = Demo {
            parabus: parabus.to_owned(),
            folder: folder.to_owned(),
            plant,
            field,
            config,
            image,
            ports,
            bus_port,
            uplink_port,
            url: format!("http://{listen}"),
            key,
            password,
        };
        let mut apply = demo.program();
        apply.arg("apply").arg(&demo.plant).arg("--config").arg(&demo.config);
        let mend = "look at the message; it names file, line and field";
        step("parabus apply", mend, &mut apply)?;
        if with_gateway {
            let mut pack = demo.program();
            pack.args(["gateway", "pack"]).arg(&demo.plant).args(["--network", GATEWAY_NETWORK.0, "--output"]);
            step("parabus gateway pack", mend, pack.arg(&demo.image))?;
        }
        Ok(demo)
    }

    fn program(&self) -> Command {
        let mut command = program(&self.parabus);
        command.env("PARABUS_DEMO_KEY", &self.key).env("PARABUS_DEMO_PASSWORD", &self.password);
        command
    }

    /// Starts a command of the server's program; the file that it works on comes last.
    fn start_parabus(&self, name: &str, words: &[&str], file: &Path) -> Result<Running> {
        self.start(name, self.program().args(words).arg(file).arg("--until-stdin-closes"))
    }

    /// Starts what runs until its standard input closes.
    fn start(&self, name: &str, command: &mut Command) -> Result<Running> {
        let path = self.folder.join(format!("{name}.log"));
        let log = fs::File::create(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let copy = log.try_clone().map_err(|error| format!("{}: {error}", path.display()))?;
        command.stdin(Stdio::piped()).stdout(log).stderr(copy);
        let mut child = command.spawn().map_err(|error| format!("{name}: {error}"))?;
        thread::sleep(Duration::from_millis(300));
        if let Ok(Some(status)) = child.try_wait() {
            let said = fs::read_to_string(&path).unwrap_or_default();
            return Err(format!(
                "the {name} ended at once ({status}):\n{said}\nto mend it: stop what uses its port, often another demo"
            ));
        }
        println!("  {name}: {}", path.display());
        Ok(Running(child))
    }

    fn wait_for_health(&self) -> Result {
        let address = self.url.trim_start_matches("http://");
        for _ in 0..100 {
            let answer = std::net::TcpStream::connect(address).and_then(|mut stream| {
                stream.write_all(
                    format!("GET /health/ HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes(),
                )?;
                let mut line = String::new();
                BufReader::new(stream).read_line(&mut line).map(|_| line)
            });
            if answer.is_ok_and(|line| line.contains(" 200 ")) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(100));
        }
        Err(format!("the server does not answer at {}; see {}", self.url, self.folder.join("server.log").display()))
    }

    /// What a person needs, then waits for Ctrl-C.
    fn welcome(&self, mut children: Vec<Running>) -> Result {
        let Demo { url, key, password, .. } = self;
        println!(
            "\nThe plant runs. Open {url}/ and log in with\n  API key   {key}\n  password  {password}\n\n\
             Or ask the API:\n  TOKEN=$(curl -s -H 'Content-Type: application/json' -d '{{\"apiKey\":\"{key}\",\"password\":\"{password}\"}}' \
             {url}/api/v1/authenticate/ | sed 's/.*\"token\":\"\\([^\"]*\\).*/\\1/')\n  \
             curl -s -H 'Content-Type: application/json' -H \"Authorization: token $TOKEN\" \
             '{url}/api/v1/params/last-readings/?paramIds=1,10,27,42&lang=en'\n\nCtrl-C stops everything."
        );
        loop {
            thread::sleep(Duration::from_millis(500));
            if let Some(status) = children.iter_mut().find_map(|child| child.0.try_wait().ok().flatten()) {
                return Err(format!("a part of the demo ended ({status}); its log is in {}", self.folder.display()));
            }
        }
    }

    /// Every parameter fresh through the API, and the page shows them. `counts` takes the numbers
    /// for the summary, also when some are missing.
    fn check(&self, counts: &mut String) -> Result {
        println!("check");
        let run = |script: &str, more: &[&str]| {
            let mut node = program("node");
            node.arg(root().join("tests/run").join(script));
            node.args(["--url", &self.url, "--key", &self.key, "--password", &self.password]).args(more);
            node
        };
        let mend = format!("look at the message and at the logs in {}", self.folder.display());
        let seconds = FRESH_WITHIN.as_secs().to_string();
        let (printed, result) = attempt("fresh values", &mend, &mut run("fresh.mjs", &["--seconds", &seconds]))?;
        if let Some(found) = counts_of(&printed) {
            *counts = found;
        }
        result?;
        if self.is_through_gateway() {
            // The page is the same; where its values come from was just looked at.
            return Ok(());
        }
        let (guest, watch) = (random_uuid()?, random_uuid()?);
        for name in ["hilltop.yaml", "guest.yaml"] {
            let mut apply = self.program();
            apply.env("PARABUS_WALK_GUEST_KEY", &guest).env("PARABUS_WALK_WATCH_KEY", &watch);
            step("parabus apply", &mend, apply.arg("apply").arg(self.people(name)?).arg("--config").arg(&self.config))?;
        }
        let pictures = target().join("page").display().to_string();
        let more = ["--out", &pictures, "--guest", &guest, "--watch", &watch];
        step("page in Chromium", &mend, &mut run("page.mjs", &more)).map(drop)
    }

    fn is_through_gateway(&self) -> bool {
        self.image.exists()
    }

    /// A file with people beside the demo's own, that knows the ports of this demo.
    fn people(&self, name: &str) -> Result<PathBuf> {
        let (source, path) = (root().join("tests/run").join(name), self.folder.join(name));
        let mut text = fs::read_to_string(&source).map_err(|error| format!("{}: {error}", source.display()))?;
        for (port, own) in PLANT_PORTS.into_iter().zip(self.ports) {
            text = text.replace(&format!("port: {port} "), &format!("port: {own} "));
        }
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(path)
    }
}

/// `"params":N,"fresh":N` of the line that `fresh.mjs` prints.
fn counts_of(printed: &str) -> Option<String> {
    let line = printed.lines().rfind(|line| line.starts_with(r#"{"params":"#))?;
    Some(line.trim_start_matches('{').trim_end_matches('}').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_found_beside_complaints() {
        let printed = "{\"params\":56,\"fresh\":55}\nno fresh value of the parameters 7\n";
        assert_eq!(counts_of(printed).as_deref(), Some(r#""params":56,"fresh":55"#));
        assert_eq!(counts_of("no connection\n"), None);
    }
}
