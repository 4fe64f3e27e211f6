//! Which compiler builds for targets other than this machine.
//!
//! In this order: the present one if it has the target's `core`; the present one if it has the
//! library's source; Debian's, which has it in a package. rustup is never asked for anything: a
//! tool chain replaced behind the back of a build is worse than a missing one.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::firmware;
use crate::steps::{Result, cargo, output, program, step, target};

const WASM: &str = "wasm32-unknown-unknown";

/// Where Debian keeps its compiler, whatever stands before it on the path.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

enum Way {
    /// The target is installed.
    Plain,
    /// The library is built with it, from the present compiler's own source.
    BuildStd,
    /// The same with Debian's compiler.
    Debian,
}

fn has_target(triple: &str) -> bool {
    let folder = output(program("rustc").args(["--print", "target-libdir", "--target", triple]));
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok());
    entries.is_some_and(|entries| entries.flatten().any(|e| e.file_name().to_string_lossy().starts_with("libcore-")))
}

fn has_source(rustc: &str) -> bool {
    let sysroot = output(without_rustup(rustc).args(["--print", "sysroot"]));
    sysroot.is_some_and(|root| Path::new(&root).join("lib/rustlib/src/rust/library/Cargo.lock").exists())
}

fn without_rustup(name: &str) -> Command {
    let mut command = program(name);
    if name == DEBIAN_RUSTC {
        command.env_remove("RUSTUP_TOOLCHAIN").env_remove("LD_LIBRARY_PATH");
    }
    command
}

fn way(triple: &str) -> Option<Way> {
    if has_target(triple) {
        Some(Way::Plain)
    } else if has_source("rustc") {
        Some(Way::BuildStd)
    } else if Path::new(DEBIAN_RUSTC).exists() && has_source(DEBIAN_RUSTC) {
        Some(Way::Debian)
    } else {
        None
    }
}

/// Whether Debian's compiler has to be installed to build for other targets.
pub fn needs_debian() -> bool {
    firmware::PROCESSORS.iter().chain([&WASM]).any(|triple| way(triple).is_none())
}

/// Builds a package for a target in a profile; `library` names the crates of the library that it
/// needs (`core`, or `std,panic_abort`). Gives the folder of the products.
pub fn build(triple: &str, profile: &str, library: &str, arguments: &[&str], name: &str) -> Result<PathBuf> {
    let way = way(triple).ok_or_else(|| {
        format!(
            "no compiler here builds for {triple}\nto mend it: rustup target add {triple}, or on Debian\n  \
             apt-get install rustc-web cargo-web rust-web-src rust-web-llvm lld (the version that matches its LLVM)"
        )
    })?;
    // Products of different compilers do not mix.
    let (mut command, folder) = match way {
        Way::Plain => (cargo(), target()),
        Way::BuildStd => (cargo(), target()),
        Way::Debian => {
            let mut cargo = without_rustup("/usr/bin/cargo");
            cargo.env_remove("RUSTUP_TOOLCHAIN").env_remove("LD_LIBRARY_PATH").env_remove("CARGO");
            cargo.env("RUSTC", DEBIAN_RUSTC).env("RUSTDOC", "/usr/bin/rustdoc");
            (cargo, target().join("cross"))
        }
    };
    command.arg("build").args(["--locked", "--target", triple, "--profile", profile]).args(arguments);
    command.env("CARGO_TARGET_DIR", &folder);
    if !matches!(way, Way::Plain) {
        // Building the library is not stable yet; its own dependencies need the same permission.
        command.arg(format!("-Zbuild-std={library}")).env("RUSTC_BOOTSTRAP", "1");
    }
    let mend = "look at the message; `cargo xtask setup` installs the compiler for this target";
    step(name, mend, &mut command)?;
    Ok(folder.join(triple).join(profile))
}
