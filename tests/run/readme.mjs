// The examples of an npm package's README, run as they stand beside the installed package.
// node readme.mjs --package FOLDER_OR_TARBALL [--tsc PROGRAM]
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { options } from "./options.mjs";

const { package: source, tsc } = options();
const folder = mkdtempSync(join(tmpdir(), "parabus-"));
const run = (program, words, stdout = "pipe") => execFileSync(program, words, { cwd: folder, encoding: "utf8", stdio: ["ignore", stdout, "inherit"] });
try {
  writeFileSync(join(folder, "package.json"), "{}");
  run("npm", ["install", "--offline", "--no-audit", "--no-fund", resolve(source)]);
  const [name] = readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."));
  const text = readFileSync(join(folder, "node_modules", name, "README.md"), "utf8");
  const example = [...text.matchAll(/```js\n([\s\S]*?)```/g)].map(([, block]) => block).join("\n");
  const wanted = [...example.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, comment]) => comment);
  writeFileSync(join(folder, "example.mjs"), example);
  const printed = run("node", ["example.mjs"]).trim().split("\n");
  if (wanted.length === 0 || JSON.stringify(printed) !== JSON.stringify(wanted)) throw new Error(`the example printed ${JSON.stringify(printed)}, its comments say ${JSON.stringify(wanted)}`);
  if (tsc) {
    writeFileSync(join(folder, "example.mts"), example);
    run(tsc, ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2023", "--lib", "es2023,dom", "example.mts"], "inherit");
  }
  console.log(`the README's example printed its ${wanted.length} comments`);
} finally {
  rmSync(folder, { recursive: true });
}
