//! Flash and transfer sizes.

use std::fs;
use std::path::{Path, PathBuf};

use crate::steps::{Result, has, output, program, step, target};
use crate::{compiler, setup, wasm};

const CORTEX_M: &str = "thumbv7em-none-eabihf";

/// Areas of core by the function of `xtask/size` that uses them.
const AREAS: [(&str, &str); 4] = [
    ("reference", "size_reference"),
    ("value", "size_value"),
    ("client", "size_client"),
    ("schedule", "size_schedule"),
];

pub fn run() -> Result {
    setup::run()?;
    println!("size");
    let arguments = ["--package", "parabus-core", "--no-default-features"];
    compiler::build(CORTEX_M, "firmware", "core", &arguments, "core without alloc for Cortex-M")?;
    let folder = compiler::build(CORTEX_M, "firmware", "core", &["--package", "xtask-size"], "core in use")?;
    flash(&folder.join("libxtask_size.a"))?;
    transfer(&wasm::build()?)
}

/// A tool of LLVM or GNU under one of its names.
fn tool(names: &[&str]) -> Option<PathBuf> {
    let numbered = names.iter().flat_map(|name| (14..40).rev().map(move |version| format!("{name}-{version}")));
    let plain = names.iter().map(|name| (*name).to_owned());
    numbered.chain(plain).find(|name| has(name)).map(PathBuf::from)
}

/// Links each area alone, so that its size is all that it needs and nothing else.
fn flash(library: &Path) -> Result {
    let missing = "to mend it: cargo xtask setup, or install lld and llvm";
    let linker = tool(&["ld.lld"]).ok_or_else(|| format!("no ld.lld on this machine\n{missing}"))?;
    let size = tool(&["llvm-size", "size"]).ok_or_else(|| format!("no llvm-size on this machine\n{missing}"))?;
    println!("\n  flash on {CORTEX_M}, bytes, without alloc\n  {:<12}{:>8}{:>8}{:>8}", "area", "text", "data", "bss");
    let all: Vec<&str> = AREAS.iter().map(|(_, symbol)| *symbol).collect();
    let rows = AREAS.iter().map(|(area, symbol)| (*area, vec![*symbol])).chain([("all", all)]);
    for (area, symbols) in rows {
        let image = target().join("xtask").join(format!("size-{area}.elf"));
        let mut link = program(&linker);
        link.args(["--gc-sections", "-e", "0", "-o"]).arg(&image);
        link.args(symbols.iter().map(|symbol| format!("--undefined={symbol}"))).arg(library);
        if output(&mut link).is_none() {
            step(&format!("link {area}"), "look at the linker's message", &mut link)?;
        }
        let printed = output(program(&size).arg(&image)).unwrap_or_default();
        let numbers: Vec<&str> = printed.lines().nth(1).unwrap_or_default().split_whitespace().take(3).collect();
        if let [text, data, bss] = numbers.as_slice() {
            println!("  {area:<12}{text:>8}{data:>8}{bss:>8}");
        }
    }
    Ok(())
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
