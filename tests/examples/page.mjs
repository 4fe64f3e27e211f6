// The client in a page of another origin than the server's, in Chromium. node page.mjs PORT URL API_KEY, with the key's
// password in PARABUS_PASSWORD: what the page read, as JSON
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { launch } from "../run/browser.mjs";

const [port, url, apiKey] = process.argv.slice(2);
const client = readFileSync(new URL("../../bindings-js/client.js", import.meta.url));
const server = createServer((request, response) => {
  const isClient = request.url === "/client.js";
  response.writeHead(200, { "Content-Type": isClient ? "text/javascript" : "text/html" }).end(isClient ? client : "<!doctype html><title>page</title>");
});
await new Promise((listening) => server.listen(Number(port), "127.0.0.1", listening));
const browser = await launch();
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${port}/`);
  const read = await page.evaluate(async (options) => {
    const { ApiError, Client } = await import("/client.js");
    const client = new Client(options);
    const [{ orgId, orgName }] = await client.get("/user/orgs/");
    const { id } = await client.post("/org/{orgId}/params/get-id-by-reference/", { path: { orgId }, body: "[tank]>0i" });
    const { times, values } = await client.readings(id);
    const refused = await client.get("/net/{netId}/", { path: { netId: 999_999 } }).catch((error) => error);
    await client.close();
    return { orgName, count: values.length, isTyped: times instanceof Float64Array, code: refused instanceof ApiError && refused.code };
  }, { url, apiKey, password: process.env.PARABUS_PASSWORD });
  console.log(JSON.stringify(read));
} finally {
  await browser.close();
  server.close();
}
