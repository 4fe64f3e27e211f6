// The vectors on wasm in Chromium. node chromium.mjs --wasm FOLDER
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { launch } from "./browser.mjs";
import { broken, load, report } from "./files.mjs";
import { options } from "./options.mjs";

const folder = resolve(options().wasm);
const kinds = { js: "text/javascript", mjs: "text/javascript", wasm: "application/wasm", html: "text/html" };
const server = createServer((request, response) => {
  const name = request.url.slice(1) || "index.html";
  const file = name === "vectors.mjs" ? new URL("vectors.mjs", import.meta.url) : `${folder}/${name}`;
  try {
    const body = name === "index.html" ? "<!doctype html><title>vectors</title>" : readFileSync(file);
    response.writeHead(200, { "Content-Type": kinds[name.split(".").pop()] ?? "text/plain" }).end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const browser = await launch();
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const inPage = (files) =>
    page.evaluate(async (files) => {
      const { default: init, ...api } = await import("/index.js");
      const { run } = await import("/vectors.mjs");
      await init();
      return run(api, files);
    }, files);
  const files = load();
  report("wasm in Chromium", await inPage(files), await inPage(broken(files)));
} finally {
  await browser.close();
  server.close();
}
