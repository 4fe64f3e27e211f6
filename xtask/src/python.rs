//! The Python package: a wheel in `target/dist/python/` that is installed into `.venv/`, and the
//! source distribution beside it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::setup::venv_python;
use crate::steps::{Result, program, root, step, target};

const MEND: &str = "look at the message; `cargo xtask setup` installs maturin";

fn maturin(command: &str, folder: &Path) -> std::process::Command {
    let mut maturin = program(root().join(".venv/bin/maturin"));
    maturin.args([command, "--manifest-path", "bindings-python/Cargo.toml", "--out"]).arg(folder);
    maturin
}

/// The one file in a folder; the name of a wheel says the platform.
fn only_file(folder: &Path) -> Result<PathBuf> {
    let mut files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    files.next().ok_or_else(|| format!("nothing in {}", folder.display()))
}

fn emptied(name: &str) -> PathBuf {
    let folder = target().join("dist/python").join(name);
    fs::remove_dir_all(&folder).ok();
    folder
}

/// Builds the wheel and installs it; gives its path.
pub fn build() -> Result<PathBuf> {
    let folder = emptied("wheel");
    let mut build = maturin("build", &folder);
    build.args(["--release", "--locked", "--interpreter"]).arg(venv_python());
    step("Python wheel", MEND, &mut build)?;
    let wheel = only_file(&folder)?;
    let mut install = program(venv_python());
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]);
    step("Python package into .venv", MEND, install.arg("--force-reinstall").arg(&wheel))?;
    Ok(wheel)
}

/// Packs the source that the package needs; gives its path.
pub fn sdist() -> Result<PathBuf> {
    let folder = emptied("source");
    step("Python source distribution", MEND, &mut maturin("sdist", &folder))?;
    only_file(&folder)
}

/// Installs into an environment that has nothing else, and runs the README's example there.
pub fn try_out(name: &str, package: &str) -> Result {
    let folder = target().join("xtask").join("empty-python");
    fs::remove_dir_all(&folder).ok();
    step("empty Python environment", MEND, program("python3").args(["-m", "venv"]).arg(&folder))?;
    let python = folder.join("bin/python");
    let mut install = program(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", package]);
    // Crates that are compiled already need not be once more.
    install.env("CARGO_TARGET_DIR", target());
    step(&format!("{name} into it"), "look at the message; often the network is away", &mut install)?;
    step("README of Python there", "look at the message", &mut readme(&python)).map(drop)
}

/// Where [`readme`] puts the example.
pub fn example() -> PathBuf {
    target().join("xtask/example.py")
}

/// Runs the README's example.
pub fn readme(python: &Path) -> std::process::Command {
    let mut readme = program(python);
    readme.args(["tests/python/readme.py", "bindings-python/README.md"]).arg(example());
    readme
}
