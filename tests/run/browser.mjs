// The browser of the tests: the Chromium on the path, headless, with a fresh profile.
import { chromium } from "playwright-core";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const folders = process.env.PATH.split(delimiter);
const candidates = ["chromium", "chromium-browser", "google-chrome"].flatMap((name) => folders.map((folder) => join(folder, name)));

export async function launch() {
  const executablePath = candidates.find((path) => existsSync(path));
  if (!executablePath) throw new Error("no Chromium on this machine: run `cargo xtask setup`");
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath, args, headless: true });
}

/** Tries until it holds or the time is over. */
export async function until(what, seconds, check) {
  for (const end = Date.now() + seconds * 1000; ; ) {
    const result = await check();
    if (result) return result;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
