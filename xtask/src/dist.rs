//! What users install, into `target/dist/`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::steps::{Result, cargo, program, root, step, target};
use crate::{debian, demo, firmware, node, python, setup, wasm};

pub fn run() -> Result {
    setup::run()?;
    println!("dist");
    let wasm = wasm::build()?;
    demo::page(&wasm)?;
    let mend = "look at the compiler's message";
    step("release server", mend, cargo().args(["build", "--locked", "--release", "--package", "parabus"]))?;
    let dist = target().join("dist");
    let (from, to) = (target().join("release/parabus"), dist.join("parabus"));
    fs::copy(&from, &to).map_err(|error| format!("{}: {error}", from.display()))?;
    debian::try_out(&debian::build(&to, &dist)?)?;
    let container = dist.join("Containerfile");
    fs::copy(root().join("server/dist/Containerfile"), &container)
        .map_err(|error| format!("{}: {error}", container.display()))?;
    pack(&wasm, &dist)?;
    pack(&node::build()?, &dist)?;
    // Without NumPy and with it.
    python::try_out("wheel", &python::build()?.display().to_string())?;
    python::try_out("source distribution", &format!("{}[numpy]", python::sdist()?.display()))?;
    firmware::try_out(&to, &firmware::gateway()?)?;
    let mut files = files_in(&dist);
    files.extend(["firmware", "python/wheel", "python/source"].iter().flat_map(|folder| files_in(&dist.join(folder))));
    for path in files {
        let size = path.metadata().map_or(0, |data| data.len());
        println!("  {:>10} bytes  {}", size, path.display());
    }
    Ok(())
}

/// Packs an npm package, installs it into an empty folder and runs its README's example there.
fn pack(package: &Path, dist: &Path) -> Result {
    let name = package.file_name().unwrap_or_default().display();
    let mut pack = program("npm");
    pack.args(["pack", "--silent", "--pack-destination"]).arg(dist).current_dir(package);
    let printed = step(&format!("npm package of {name}"), "look at the message", &mut pack)?;
    let tarball = dist.join(printed.trim());
    let mut readme = program("node");
    readme.arg("tests/run/readme.mjs").arg("--package").arg(&tarball);
    step(&format!("README of {name} in an empty folder"), "look at the message", &mut readme).map(drop)
}

/// The files in a folder by name; folders are left out.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}
