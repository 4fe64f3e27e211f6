//! The Node package: core as an addon for this platform, put into `target/dist/node/`.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::PathBuf;

use crate::steps::{Result, cargo, copy_all, output, program, step, target};

const PACKAGE: &str = r#"{
  "name": "parabus",
  "version": "VERSION",
  "description": "Telemetry of Modbus equipment: references, exact values and frames",
  "license": "MIT OR Apache-2.0",
  "type": "module",
  "engines": { "node": ">=20.19" },
  "exports": {
    ".": { "types": "./index.d.ts", "default": "./index.js" },
    "./client": { "types": "./client.d.ts", "default": "./client.js" }
  },
  "peerDependencies": { "serialport": ">=12" },
  "peerDependenciesMeta": { "serialport": { "optional": true } }
}
"#;

/// What users get besides the addon.
const FILES: [&str; 13] = [
    "bindings-js/client.js",
    "bindings-js/client.d.ts",
    "bindings-js/client-api.d.ts",
    "bindings-js/contract.js",
    "bindings-js/contract.d.ts",
    "bindings-node/js/core.js",
    "bindings-node/js/index.js",
    "bindings-node/js/index.d.ts",
    "bindings-node/js/session.js",
    "bindings-node/js/session.d.ts",
    "bindings-node/README.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
];

/// Builds it; gives its folder. Addons of other platforms that lie there already stay.
pub fn build() -> Result<PathBuf> {
    let mut addon = cargo();
    addon.args(["rustc", "--locked", "--release", "--package", "parabus-node", "--lib", "--", "-C", "strip=symbols"]);
    step("Node addon", "look at the compiler's message", &mut addon)?;
    let folder = target().join("dist/node");
    copy_all(&FILES, &folder)?;
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
    };
    write("package.json", &PACKAGE.replace("VERSION", env!("CARGO_PKG_VERSION")))?;
    let names = output(program("node").args(["-p", "`${process.platform}-${process.arch}`"]));
    let platform = names.ok_or("node does not say its platform\nto mend it: cargo xtask setup")?;
    let product = target().join("release").join(format!("{DLL_PREFIX}parabus_node{DLL_SUFFIX}"));
    let addon = folder.join(format!("parabus.{platform}.node"));
    // Written beside and moved: a process that has the old one loaded keeps it.
    let fresh = folder.join("fresh.node");
    let copied = fs::copy(&product, &fresh).and_then(|_| fs::rename(&fresh, &addon));
    copied.map_err(|error| format!("{}: {error}", product.display()))?;
    Ok(folder)
}
