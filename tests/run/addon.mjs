// The vectors on the Node addon. node addon.mjs --addon FOLDER
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { broken, load, report } from "./files.mjs";
import { options } from "./options.mjs";
import { run } from "./vectors.mjs";

const api = await import(pathToFileURL(`${resolve(options().addon)}/index.js`));
const files = load();
report("Node addon", run(api, files), run(api, broken(files)));
