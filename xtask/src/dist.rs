//! What users install, into `target/dist/`.

use std::fs;

use crate::steps::{Result, cargo, program, step, target};
use crate::{demo, setup, wasm};

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
    let mut pack = program("npm");
    pack.args(["pack", "--pack-destination"]).arg(&dist).current_dir(&wasm);
    step("wasm package", "look at the message", &mut pack)?;
    let mut names: Vec<_> = fs::read_dir(&dist).into_iter().flatten().flatten().collect();
    names.sort_by_key(std::fs::DirEntry::file_name);
    for entry in names {
        let size = entry.metadata().map_or(0, |data| data.len());
        println!("  {:>10} bytes  {}", size, entry.path().display());
    }
    Ok(())
}
