//! Running programs with progress: a line with name, result and seconds for each; what a step
//! printed goes to a file and is shown when it fails.

use std::fs::{self, File};
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Whether steps run side by side now: a line that is begun would be ended by another's.
static IS_BESIDE: AtomicBool = AtomicBool::new(false);

/// The error is what a person reads; empty if it stands on the screen already.
pub type Result<T = ()> = std::result::Result<T, String>;

/// Lines of a failed step's output that are shown.
const TAIL: usize = 40;

/// The repository's root.
pub fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_owned()
}

/// The folder of build products.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A program in the repository's root.
pub fn program(name: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root());
    command
}

/// The cargo that runs this. Where nothing is built a second time, notes for that cost time alone.
pub fn cargo() -> Command {
    let mut cargo = program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    if std::env::var_os("CI").is_some() {
        cargo.env("CARGO_INCREMENTAL", "0");
    }
    cargo
}

/// Set where a program is to be built as the tests built it.
pub const LINTED: &str = "PARABUS_LINTED";

/// Cargo whose compiler finds lints as it compiles, in the way of `cargo clippy`, and with the programs besides:
/// dependencies are then built once, not once more to be looked at.
pub fn linting_cargo() -> Command {
    let mut cargo = cargo();
    // Clippy's command parts its arguments by this word.
    cargo.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver").env("CLIPPY_ARGS", "-D__CLIPPY_HACKERY__warnings");
    cargo
}

/// Runs a step; gives what it printed. `mend` says what helps when it fails.
pub fn step(name: &str, mend: &str, command: &mut Command) -> Result<String> {
    let (printed, result) = attempt(name, mend, command)?;
    result.map(|()| printed)
}

/// The same for those who read what a failed step printed.
pub fn attempt(name: &str, mend: &str, command: &mut Command) -> Result<(String, Result)> {
    let is_alone = !IS_BESIDE.load(Ordering::Relaxed);
    if is_alone {
        print!("  {name} … ");
        std::io::stdout().flush().ok();
    }
    let ended = logged(name, command)?;
    if is_alone {
        println!("{}", ended.word());
    } else {
        println!("  {name} … {}", ended.word());
    }
    ended.told(name, mend)
}

/// Two rows of steps side by side, whose lines come when each step has ended.
pub fn beside<A: Send, B: Send>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> Result<(A, B)> {
    IS_BESIDE.store(true, Ordering::Relaxed);
    let both = std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        one.join().map(|one| (one, other)).map_err(|_| "a row of steps ended early".to_owned())
    });
    IS_BESIDE.store(false, Ordering::Relaxed);
    both
}

/// The same for steps that wait more than they compute, all at once.
pub fn attempt_all(mend: &str, steps: Vec<(&str, &mut Command)>) -> Vec<Result<(String, Result)>> {
    std::thread::scope(|scope| {
        let running: Vec<_> =
            steps.into_iter().map(|(name, command)| (name, scope.spawn(|| logged(name, command)))).collect();
        let ended = running.into_iter().map(|(name, running)| {
            let ended = running.join().map_err(|_| format!("{name}: its thread ended"))??;
            println!("  {name} … {}", ended.word());
            ended.told(name, mend)
        });
        ended.collect()
    })
}

/// The same for steps that compute, so many at a time, in the order in which they end.
pub fn attempt_some(mend: &str, at_once: usize, steps: Vec<(&str, Command)>) -> Vec<Result<(String, Result)>> {
    let (waiting, ended) = (Mutex::new(steps.into_iter()), Mutex::new(Vec::new()));
    let next = || waiting.lock().ok()?.next();
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some((name, mut command)) = next() {
                    let result = logged(name, &mut command).and_then(|done| {
                        println!("  {name} … {}", done.word());
                        done.told(name, mend)
                    });
                    if let Ok(mut all) = ended.lock() {
                        all.push(result);
                    }
                }
            });
        }
    });
    ended.into_inner().unwrap_or_default()
}

/// A program that was started, with what it printed.
struct Ended {
    status: std::io::Result<ExitStatus>,
    program: String,
    printed: String,
    path: PathBuf,
    seconds: f32,
}

/// Runs a program; what it prints goes to a file.
fn logged(name: &str, command: &mut Command) -> Result<Ended> {
    let started = Instant::now();
    let folder = target().join("xtask");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let file_name: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    let path = folder.join(format!("{file_name}.log"));
    let log = File::create(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let copy = log.try_clone().map_err(|error| format!("{}: {error}", path.display()))?;
    let status = command.stdin(Stdio::null()).stdout(log).stderr(copy).status();
    let printed = String::from_utf8_lossy(&fs::read(&path).unwrap_or_default()).into_owned();
    let program = format!("{:?}", command.get_program());
    Ok(Ended { status, program, printed, path, seconds: started.elapsed().as_secs_f32() })
}

impl Ended {
    fn word(&self) -> String {
        match &self.status {
            Ok(status) if status.success() => format!("ok, {:.1} s", self.seconds),
            Ok(_) => format!("failed, {:.1} s", self.seconds),
            Err(_) => "failed".to_owned(),
        }
    }

    /// What it printed, and how it ended.
    fn told(self, name: &str, mend: &str) -> Result<(String, Result)> {
        let Ended { status, program, printed, path, .. } = self;
        match status {
            Ok(status) if status.success() => Ok((printed, Ok(()))),
            Ok(status) => {
                let lines: Vec<&str> = printed.lines().collect();
                let tail = lines.iter().skip(lines.len().saturating_sub(TAIL)).copied().collect::<Vec<_>>().join("\n");
                let error = format!("{tail}\n\n{name}: {status}; all output: {}\nto mend it: {mend}", path.display());
                Ok((printed, Err(error)))
            }
            Err(error) => Err(format!("{name}: {program} cannot be started: {error}\nto mend it: {mend}")),
        }
    }
}

/// Copies files of the repository into a folder, under their own names.
pub fn copy_all(files: &[&str], folder: &Path) -> Result {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for file in files {
        let name = Path::new(file).file_name().unwrap_or_default();
        fs::copy(root().join(file), folder.join(name)).map_err(|error| format!("{file}: {error}"))?;
    }
    Ok(())
}

/// What a program prints, `None` if it fails or is not there.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether a program of this name is on the path.
pub fn has(name: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()))
}

/// Ports that nobody uses now. All are held until all are known, so that none comes twice.
pub fn free_ports<const N: usize>() -> Result<[u16; N]> {
    let mut held = Vec::new();
    let mut ports = [0; N];
    for port in &mut ports {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| format!("no free port: {error}"))?;
        *port = listener.local_addr().map_err(|error| format!("no free port: {error}"))?.port();
        held.push(listener);
    }
    Ok(ports)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_ports_differ() {
        let mut ports = free_ports::<50>().unwrap().to_vec();
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 50);
    }
}
