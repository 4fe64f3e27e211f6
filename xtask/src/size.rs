//! Flash and transfer sizes, and the proof that no code of core can panic.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::steps::{Result, has, output, program, target};
use crate::{compiler, firmware, setup, wasm};

const CORTEX_M: &str = "thumbv7em-none-eabihf";

/// Areas of core; `xtask/size` has a function `size_…` for each.
const AREAS: [&str; 25] = [
    "reference",
    "value",
    "number",
    "time",
    "frame",
    "tcp_client",
    "rtu_client",
    "ascii_client",
    "tcp_server",
    "rtu_server",
    "ascii_server",
    "scanner",
    "relay",
    "identity",
    "new",
    "plan",
    "image",
    "schedule",
    "track",
    "aggregate",
    "exact",
    "formula",
    "gather",
    "chunk",
    "alert",
];

/// What the panic handler of `xtask/size` calls.
const PANIC: &str = "a_panic_can_be_reached";

pub fn run() -> Result {
    setup::run()?;
    println!("size");
    let library = library()?;
    let size = tool(&["llvm-size", "size"])?;
    println!("\n  flash on {CORTEX_M}, bytes, without alloc\n  {:<24}{:>8}{:>8}{:>8}", "area", "text", "data", "bss");
    let row = |name: &str, image: &Path| {
        let printed = output(program(&size).arg(image)).unwrap_or_default();
        let numbers: Vec<&str> = printed.lines().nth(1).unwrap_or_default().split_whitespace().take(3).collect();
        if let [text, data, bss] = numbers.as_slice() {
            println!("  {name:<24}{text:>8}{data:>8}{bss:>8}");
        }
    };
    for area in AREAS {
        row(area, &link(&library, area, &[area])?);
    }
    row("all", &link(&library, "all", &AREAS)?);
    row("gateway, mps2-an386", &firmware::gateway()?);
    transfer(&wasm::build()?)
}

/// Fails if an area's code can reach a panic, and names what calls one.
pub fn check() -> Result {
    let library = library()?;
    AREAS.iter().try_for_each(|area| link(&library, area, &[area]).map(drop))
}

fn library() -> Result<PathBuf> {
    let arguments = ["--package", "parabus-core", "--no-default-features"];
    compiler::build(CORTEX_M, "firmware", "core", &arguments, "core without alloc for Cortex-M")?;
    let folder = compiler::build(CORTEX_M, "firmware", "core", &["--package", "xtask-size"], "core in use")?;
    Ok(folder.join("libxtask_size.a"))
}

/// A tool of LLVM or GNU under one of its names.
pub fn tool(names: &[&str]) -> Result<PathBuf> {
    let numbered = names.iter().flat_map(|name| (14..40).rev().map(move |version| format!("{name}-{version}")));
    let plain = names.iter().map(|name| (*name).to_owned());
    let found = numbered.chain(plain).find(|name| has(name)).map(PathBuf::from);
    let missing =
        || format!("no {} on this machine\nto mend it: cargo xtask setup, or install lld and llvm", names.join(" or "));
    found.ok_or_else(missing)
}

fn linker(library: &Path, areas: &[&str], image: &Path) -> Result<Command> {
    let mut link = program(tool(&["ld.lld"])?);
    link.args(["--gc-sections", "-e", "0", "-o"]).arg(image);
    link.args(areas.iter().map(|area| format!("--undefined=size_{area}"))).arg(library);
    Ok(link)
}

/// Links areas with all that they need and nothing else.
fn link(library: &Path, name: &str, areas: &[&str]) -> Result<PathBuf> {
    let image = target().join("xtask").join(format!("size-{name}.elf"));
    fs::create_dir_all(target().join("xtask")).ok();
    let linked = linker(library, areas, &image)?.output().map_err(|error| format!("ld.lld: {error}"))?;
    if linked.status.success() {
        return Ok(image);
    }
    let said = String::from_utf8_lossy(&linked.stderr).into_owned();
    if !said.contains(PANIC) {
        return Err(format!("{name} does not link:\n{said}"));
    }
    output(linker(library, areas, &image)?.arg("--unresolved-symbols=ignore-all"));
    let listing =
        output(program(tool(&["llvm-objdump", "objdump"])?).args(["-d", "-C"]).arg(&image)).unwrap_or_default();
    let callers = callers_of_panics(&listing).into_iter().collect::<Vec<_>>().join("\n  ");
    Err(format!(
        "the code of `{name}` can reach a panic. These functions call one:\n  {callers}\n\
         to mend it: look there for an index, a slice of unproved length, a division, or text searched by char"
    ))
}

/// Functions with a call into the library's panicking code.
fn callers_of_panics(listing: &str) -> BTreeSet<String> {
    let panics = ["<core::panicking::", "_fail>", "::unwrap_failed>", "::expect_failed>"];
    let mut function = "";
    let mut callers = BTreeSet::new();
    for line in listing.lines() {
        if let Some((_, name)) = line.split_once(" <").filter(|_| line.ends_with(">:")) {
            function = name.trim_end_matches(">:");
        } else if panics.iter().any(|panic| line.contains(panic)) && !function.starts_with("core::panicking") {
            callers.insert(function.to_owned());
        }
    }
    callers
}

fn transfer(folder: &Path) -> Result {
    let path = folder.join("parabus_wasm_bg.wasm");
    let raw = fs::metadata(&path).map_err(|error| format!("{}: {error}", path.display()))?.len();
    let script = "const {gzipSync,brotliCompressSync}=require('zlib');const b=require('fs').readFileSync(process.argv[1]);\
                  console.log(gzipSync(b,{level:9}).length,brotliCompressSync(b).length)";
    let packed = output(program("node").args(["-e", script]).arg(&path)).unwrap_or_default();
    let (gzip, brotli) = packed.split_once(' ').unwrap_or(("?", "?"));
    println!("\n  wasm core, bytes: {raw} raw, {gzip} gzip, {brotli} brotli");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_of_panics_are_named() {
        let listing = "000204be <parabus_core::schedule::next>:\n   20584: bl 0x204b6 <core::panicking::panic_fmt>\n\
                       000204c0 <core::panicking::panic_fmt>:\n   204c4: bl 0x204b6 <core::panicking::other>\n\
                       000204d0 <calm>:\n   204d4: bl 0x204b6 <memcpy>\n";
        assert_eq!(callers_of_panics(listing).into_iter().collect::<Vec<_>>(), ["parabus_core::schedule::next"]);
    }
}
