// The vectors on wasm in Node. node node.mjs --wasm FOLDER
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { broken, load, report } from "./files.mjs";
import { options } from "./options.mjs";
import { run } from "./vectors.mjs";

const folder = resolve(options().wasm);
const { default: init, ...api } = await import(pathToFileURL(`${folder}/index.js`));
await init({ module_or_path: readFileSync(`${folder}/parabus_wasm_bg.wasm`) });
const files = load();
report("wasm in Node", run(api, files), run(api, broken(files)));
