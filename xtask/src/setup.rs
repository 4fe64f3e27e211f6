//! Finds what the machine lacks and installs it: Debian packages as root on Debian, npm and Python
//! packages into the project's own folders. Anywhere else it prints the one command to run.

use std::fs;
use std::path::{Path, PathBuf};

use crate::steps::{Result, has, output, program, root, step, target};
use crate::{compiler, firmware, size};

/// Oldest compiler that builds this, as `rustc --version` prints it.
const OLDEST_RUSTC: (u32, u32) = (1, 95);

/// Oldest Node that the page's tools run on, and that takes a module by `require`.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// Folders with a `package-lock.json`.
const NPM_FOLDERS: [&str; 2] = ["server/dashboard", "tests"];

pub fn run() -> Result {
    println!("set-up");
    check_rustc()?;
    debian_packages()?;
    check_node()?;
    for folder in NPM_FOLDERS {
        npm(folder)?;
    }
    python()
}

/// Versions come from the compiler itself: the name of a tool chain can lie.
fn check_rustc() -> Result {
    let printed = output(program("rustc").arg("--version")).unwrap_or_default();
    at_least("rustc --version", &printed, printed.split(' ').nth(1).unwrap_or_default(), OLDEST_RUSTC)
}

fn check_node() -> Result {
    let printed = output(program("node").arg("--version")).unwrap_or_default();
    at_least("node --version", &printed, printed.trim_start_matches('v'), OLDEST_NODE)
}

fn at_least(command: &str, printed: &str, version: &str, oldest: (u32, u32)) -> Result {
    let mut parts = version.split(['.', '-']).map(|part| part.parse().unwrap_or(0));
    if (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= oldest {
        return Ok(());
    }
    let (major, minor) = oldest;
    Err(format!("`{command}` says `{printed}`, expected {major}.{minor} or newer: install a newer one"))
}

/// Packages that are missing, by what they are for.
fn missing_packages() -> Vec<String> {
    let mut missing = Vec::new();
    let mut need = |is_there: bool, packages: &[&str]| {
        if !is_there {
            missing.extend(packages.iter().map(|&package| package.to_owned()));
        }
    };
    need(has("cc"), &["gcc", "libc6-dev"]);
    need(chromium().is_some(), &["chromium", "fonts-dejavu-core"]);
    need(has(firmware::QEMU), &["qemu-system-arm"]);
    need(has("npm"), &["nodejs", "npm"]);
    need(has("python3"), &["python3", "python3-venv"]);
    need(output(program("python3").args(["-c", "import ensurepip, venv"])).is_some(), &["python3-venv"]);
    // A peer of the serial tests, loaded by Python.
    let libmodbus = ["-c", "import ctypes; ctypes.CDLL('libmodbus.so.5')"];
    need(output(program("python3").args(libmodbus)).is_some(), &["libmodbus5"]);
    if compiler::needs_debian() {
        need(false, &["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm"]);
    } else {
        need(size::tool(&["ld.lld"]).is_ok(), &["lld", "llvm"]);
    }
    missing.dedup();
    missing
}

/// The browser of the page's tests.
pub fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|name| has(name)).map(PathBuf::from)
}

fn debian_packages() -> Result {
    let mut missing = missing_packages();
    if missing.is_empty() {
        return Ok(());
    }
    let is_root = output(program("id").arg("-u")).as_deref() == Some("0");
    if !Path::new("/etc/debian_version").exists() || !is_root {
        return Err(format!(
            "missing on this machine: {}\nto mend it, on Debian or Ubuntu: sudo apt-get update && sudo apt-get install {}",
            missing.join(" "),
            missing.join(" ")
        ));
    }
    let apt = || {
        let mut apt = program("apt-get");
        apt.args(["-o", "DPkg::Lock::Timeout=500"]).env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    let network = "look at the message; often the network or a package mirror is away";
    step("apt-get update", network, apt().arg("update"))?;
    // The linker of the wasm target is no dependency of its compiler; its version follows LLVM's.
    if missing.iter().any(|package| package == "rust-web-llvm") {
        missing
            .extend(output(program("apt-cache").args(["depends", "rust-web-llvm"])).as_deref().and_then(lld_package));
    }
    let install = format!("apt-get install {}", missing.join(" "));
    step(&install, network, apt().args(["install", "-y", "--no-install-recommends"]).args(&missing)).map(drop)
}

/// `lld-NN` for the `llvm-NN` among the packages that `rust-web-llvm` depends on.
fn lld_package(depends: &str) -> Option<String> {
    let mut versions = depends.match_indices("llvm-").filter_map(|(at, found)| {
        let rest = depends.get(at + found.len()..)?;
        let version = rest.split(|c: char| !c.is_ascii_digit()).next()?;
        (!version.is_empty()).then(|| format!("lld-{version}"))
    });
    versions.next()
}

/// Runs `install` unless the stamp says that this content was installed already.
fn once(stamp: &str, content: &str, is_there: bool, install: impl FnOnce() -> Result) -> Result {
    let path = target().join("xtask").join(stamp);
    if is_there && fs::read_to_string(&path).is_ok_and(|stamped| stamped == content) {
        return Ok(());
    }
    install()?;
    fs::create_dir_all(target().join("xtask")).ok();
    fs::write(&path, content).map_err(|error| format!("{}: {error}", path.display()))
}

fn npm(folder: &str) -> Result {
    let path = root().join(folder);
    let Ok(lock) = fs::read_to_string(path.join("package-lock.json")) else { return Ok(()) };
    let stamp = format!("npm-{}", folder.replace('/', "-"));
    once(&stamp, &lock, path.join("node_modules").exists(), || {
        let mend = "look at the message; often the network is away or Node is older than 20";
        step(&format!("npm ci in {folder}"), mend, program("npm").arg("ci").current_dir(&path)).map(drop)
    })
}

/// The Python of the project's own environment.
pub fn venv_python() -> PathBuf {
    root().join(".venv/bin/python")
}

/// Peers of the benches alone: packages that no test needs.
pub fn peers() -> Result {
    npm("tests/bench")?;
    pip("python-peers", "tests/bench/requirements.txt")
}

fn python() -> Result {
    pip("python", "tests/requirements.txt")
}

fn pip(stamp: &str, requirements: &str) -> Result {
    let file = root().join(requirements);
    let Ok(requirements) = fs::read_to_string(&file) else { return Ok(()) };
    once(stamp, &requirements, venv_python().exists(), || {
        let mend = "look at the message; often the network is away or python3-venv is missing";
        step("python3 -m venv .venv", mend, program("python3").args(["-m", "venv", ".venv"]))?;
        let mut pip = program(venv_python());
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&file);
        step("pip install", mend, &mut pip).map(drop)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_linker_follows_llvm() {
        let depends = "rust-web-llvm\n  Depends: libc6\n  Depends: llvm-22\n  Depends: clang-22\n";
        assert_eq!(lld_package(depends).as_deref(), Some("lld-22"));
        assert_eq!(lld_package("rust-web-llvm\n  Depends: libc6\n"), None);
    }
}
