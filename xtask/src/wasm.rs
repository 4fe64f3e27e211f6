//! The wasm package: core compiled, glue written, put into `target/dist/wasm/`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::compiler;
use crate::steps::{Result, cargo, root, step, target};

const PACKAGE: &str = r#"{
  "name": "parabus-wasm",
  "version": "VERSION",
  "description": "Parabus core for browsers and Node",
  "license": "MIT OR Apache-2.0",
  "type": "module",
  "exports": { ".": { "types": "./index.d.ts", "default": "./index.js" }, "./parabus_wasm_bg.wasm": "./parabus_wasm_bg.wasm" },
  "sideEffects": false
}
"#;

/// Where the package is.
pub fn folder() -> PathBuf {
    target().join("dist/wasm")
}

/// Builds it; gives its folder.
pub fn build() -> Result<PathBuf> {
    let products = compiler::build(
        "wasm32-unknown-unknown",
        "wasm",
        "std,panic_abort",
        &["--package", "parabus-wasm"],
        "wasm core",
    )?;
    let folder = folder();
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mend = "look at the message; the glue's version must be that of wasm-bindgen in Cargo.toml";
    let mut glue = cargo();
    glue.args(["run", "--locked", "--quiet", "--package", "xtask-glue", "--"]);
    step("wasm glue", mend, glue.arg(products.join("parabus_wasm.wasm")).arg(&folder))?;
    let own = root().join("bindings-wasm");
    for file in ["js/index.js", "js/index.d.ts", "README.md"] {
        let name = Path::new(file).file_name().unwrap_or_default();
        copy(&own.join(file), &folder.join(name))?;
    }
    let package = PACKAGE.replace("VERSION", env!("CARGO_PKG_VERSION"));
    fs::write(folder.join("package.json"), package).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

fn copy(from: &Path, to: &Path) -> Result {
    fs::copy(from, to).map(drop).map_err(|error| format!("{}: {error}", from.display()))
}
