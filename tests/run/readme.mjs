// The example of the wasm package's README, run as it stands, beside an installed package.
// node readme.mjs --wasm FOLDER
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { options } from "./options.mjs";

const wasm = resolve(options().wasm);
const text = readFileSync(join(wasm, "README.md"), "utf8");
const [, example] = text.match(/```js\n([\s\S]*?)```/);
const wanted = [...example.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, comment]) => comment);
const folder = mkdtempSync(join(tmpdir(), "parabus-"));
try {
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(wasm, join(folder, "node_modules/parabus-wasm"));
  writeFileSync(join(folder, "example.mjs"), example);
  const printed = execFileSync("node", ["example.mjs"], { cwd: folder, encoding: "utf8" }).trim().split("\n");
  if (wanted.length === 0 || JSON.stringify(printed) !== JSON.stringify(wanted)) throw new Error(`the example printed ${JSON.stringify(printed)}, its comments say ${JSON.stringify(wanted)}`);
  console.log(`the README's example printed its ${wanted.length} comments`);
} finally {
  rmSync(folder, { recursive: true });
}
