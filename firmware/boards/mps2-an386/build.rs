//! Memory map for the linker, and the vectors as a table: a microcontroller has no files.

use std::fs;
use std::path::{Path, PathBuf};

mod alert_table;
mod table;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let own = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    if std::env::var("CARGO_CFG_TARGET_OS")? == "none" {
        for script in ["memory.x", "device.x"] {
            fs::copy(own.join(script), out.join(script))?;
            println!("cargo:rerun-if-changed={script}");
        }
        println!("cargo:rustc-link-search={}", out.display());
        println!("cargo:rustc-link-arg-bins=-Tlink.x");
        // cortex-m-rt aligns sections less than lld's pages.
        println!("cargo:rustc-link-arg-bins=--nmagic");
    }
    let vectors = own.join("../../../tests/vectors");
    println!("cargo:rerun-if-changed={}", vectors.display());
    fs::write(out.join("vectors.rs"), table::of(Path::new(&vectors))?)?;
    Ok(())
}
