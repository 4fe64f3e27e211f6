//! The wasm package: core compiled, glue written, put into `target/dist/wasm/`.

use std::fs;
use std::path::PathBuf;

use crate::compiler;
use crate::steps::{Result, cargo, copy_all, step, target};

const PACKAGE: &str = r#"{
  "name": "parabus-wasm",
  "version": "VERSION",
  "description": "Parabus core for browsers and Node",
  "license": "MIT OR Apache-2.0",
  "type": "module",
  "exports": {
    ".": { "types": "./index.d.ts", "default": "./index.js" },
    "./client": { "types": "./client.d.ts", "default": "./client.js" },
    "./parabus_wasm_bg.wasm": "./parabus_wasm_bg.wasm"
  },
  "sideEffects": false
}
"#;

/// What users get besides the module and its glue.
const FILES: [&str; 11] = [
    "bindings-js/client.js",
    "bindings-js/client.d.ts",
    "bindings-js/client-api.d.ts",
    "bindings-js/contract.js",
    "bindings-js/contract.d.ts",
    "bindings-wasm/js/core.js",
    "bindings-wasm/js/index.js",
    "bindings-wasm/js/index.d.ts",
    "bindings-wasm/README.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
];

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
    copy_all(&FILES, &folder)?;
    let package = PACKAGE.replace("VERSION", env!("CARGO_PKG_VERSION"));
    fs::write(folder.join("package.json"), package).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}
