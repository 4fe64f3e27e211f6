// The vector files by area and name, and one broken on purpose.
import { readdirSync, readFileSync } from "node:fs";

const root = new URL("../vectors/", import.meta.url);

export function load() {
  const files = {};
  // No binding offers chunks yet: their vectors are the Rust host's alone.
  for (const area of readdirSync(root).sort().filter((area) => area !== "chunk"))
    for (const name of readdirSync(new URL(`${area}/`, root)).sort()) files[`${area}/${name}`] = JSON.parse(readFileSync(new URL(`${area}/${name}`, root), "utf8"));
  return files;
}

/** A runner that cannot fail proves nothing: this case must. */
export function broken(files) {
  const [name, { cases }] = Object.entries(files)[0];
  const good = cases.find((each) => each.want !== undefined);
  return { [name]: { cases: [{ ...good, want: "nonsense" }] } };
}

export function report(runner, result, brokenResult) {
  if (brokenResult.passed !== 0) throw new Error(`${runner}: a broken case passed`);
  console.log(`vectors: ${JSON.stringify({ runner, passed: result.passed, total: result.total })}`);
  if (result.failures.length > 0) {
    console.error(result.failures.join("\n"));
    process.exit(1);
  }
}
