/**
 * Replays every example of the API reference against a server that it starts, and names what differs.
 *
 *     node tests/client/replay.mjs target/debug/parabus [--reference FILE]
 *
 * With the reference at hand it also checks that the examples here are those of its text.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { careful } from "./careful.mjs";
import { ABSENT, check, compare, generic, named, parse } from "./compare.mjs";
import { endpoints } from "./endpoints.mjs";
import alerts from "./examples/alerts.mjs";
import controllers from "./examples/controllers.mjs";
import dashboard from "./examples/dashboard.mjs";
import devices from "./examples/devices.mjs";
import gsense from "./examples/gsense.mjs";
import networks from "./examples/networks.mjs";
import params from "./examples/params.mjs";
import raw from "./examples/raw.mjs";
import readings from "./examples/readings.mjs";
import reports from "./examples/reports.mjs";
import rest from "./examples/rest.mjs";
import visualizations from "./examples/visualizations.mjs";
import { KEYS, login, plant as findPlant } from "./plant.mjs";
import { isOf, ourReadings, table } from "./readings.mjs";
import { start } from "./server.mjs";
import { complete, typeErrors } from "./types.mjs";

/** @typedef {import("./compare.mjs").Difference} Difference */
/** @typedef {{ at: string, differences: Difference[], outcome?: string }} Row `outcome`: where the reference leaves it open */

const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { reference: { type: "string" } } });
const binary = positionals[0] ?? process.env.PARABUS;
if (binary === undefined) throw new Error("which program? node tests/client/replay.mjs target/debug/parabus");

const all = [
  alerts, controllers, dashboard, devices, gsense, networks, params, raw, readings, reports, rest, visualizations,
].flat();
const ordered = endpoints.map((name) => {
  const found = all.filter((one) => one.endpoint === name);
  if (found.length !== 1) throw new Error(`${name}: ${found.length} entries`);
  return found[0];
});
if (ordered.length !== all.length) throw new Error("an entry is of no endpoint");

/** A request as it was sent. @type {{ path: string, body: string } | undefined} */
let sent;

/** @param {string} asked */
function split(asked) {
  const [first, ...rest] = asked.replace(/^(GET|POST) /, "").split("\n");
  return first.startsWith("/") ? { path: first, body: rest.join("\n") } : { path: undefined, body: asked };
}

/** Our request against that of the reference. @param {string} asked @param {(value: any) => any} translate @returns {Difference[]} */
function compareRequest(asked, translate) {
  const wanted = split(asked);
  if (sent === undefined) return [{ path: "request", seed: asked, ours: ABSENT }];
  /** @type {Difference[]} */
  const found = [];
  if (wanted.path !== undefined) {
    const [a, b] = [wanted.path, sent.path].map((path) => new URL(path, "http://x"));
    const steps = (/** @type {URL} */ url) => generic(url.pathname.replaceAll("/", "."));
    if (steps(a) !== steps(b)) found.push({ path: "request path", seed: a.pathname, ours: b.pathname });
    const numbers = (/** @type {URL} */ url) =>
      Object.fromEntries([...url.searchParams].map(([key, text]) => [key, /Ids?$/.test(key) ? text.split(",").map(Number) : text]));
    found.push(...compare(numbers(a), numbers(b), { path: "request query" }));
  }
  if (wanted.body !== "") found.push(...compare(parse(wanted.body), translate(JSON.parse(sent.body)), { path: "request body" }));
  return found;
}

/**
 * Puts the addresses of the reference in place of those that stand in for them.
 * @param {Map<string, number>} ports @returns {(value: any) => any}
 */
const translator = (ports) => {
  const addresses = new Map([...ports].map(([address, port]) => [`127.0.0.1:${port}`, address]));
  /** @param {any} value @returns {any} */
  return function translate(value) {
    if (typeof value === "string") return addresses.get(value) ?? value;
    if (Array.isArray(value)) return value.map(translate);
    if (value === null || typeof value !== "object") return value;
    /** @type {any} */
    const out = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, translate(one)]));
    const [ip, port] = addresses.get(`${out.ip}:${out.port}`)?.split(":") ?? [];
    return ip === undefined ? out : { ...out, ip, port: Number(port) };
  };
};

/**
 * @param {import("./example.js").Endpoint} of @param {import("./example.js").Example} example
 * @param {import("./example.js").Api} api @param {import("./example.js").Plant} plant
 * @param {(value: any) => any} translate
 * @returns {Promise<Difference[]>}
 */
async function replay(of, example, api, plant, translate) {
  const made = await example.before?.(api, plant);
  const { data, error, response } = await example.call(api, plant, made);
  const found = example.asked === undefined ? [] : compareRequest(example.asked, translate);
  await example.after?.(api, plant, made);
  if (response.status !== (example.status ?? 200)) {
    return [...found, { path: "status", seed: example.status ?? 200, ours: `${response.status} ${JSON.stringify(error)}` }];
  }
  const type = response.headers.get("content-type");
  if (type !== "application/json") found.push({ path: "header content-type", seed: "application/json", ours: type });
  const ours = translate(data ?? error);
  const fields = example.fields ?? of.fields;
  if (fields !== undefined) found.push(...check(fields, ours));
  if (example.reply !== undefined) {
    const names = example.keys?.(plant);
    const renamed = names && Object.fromEntries(Object.entries(ours).map(([key, one]) => [names[key] ?? key, one]));
    const part = example.part ? example.part(renamed ?? ours, plant) : (renamed ?? ours);
    const allowed = named(fields);
    for (const one of compare(parse(example.reply), part, { allowed })) {
      if (!found.some((other) => other.path === one.path)) found.push(one);
    }
  } else if (example.part !== undefined && example.part(ours, plant) === undefined) {
    found.push({ path: "", seed: "what the example is about", ours: ABSENT });
  }
  return found;
}

/** What of the examples is not in the text of the reference. @param {string} file */
function invented(file) {
  const plain = (/** @type {string} */ text) => text.replace(/\s+/g, "");
  const text = plain(readFileSync(file, "utf8"));
  const told = [];
  for (const of of ordered) {
    if (!text.includes(plain(of.endpoint))) told.push(of.endpoint);
    for (const { name, asked, reply, part } of of.examples) {
      const { path = "", body } = split(asked ?? "");
      const shown = name === "example" || name === "success" || name === "error" ? [path, body, part ? "" : (reply ?? "")] : [];
      for (const one of shown) if (!text.includes(plain(one))) told.push(`${of.endpoint} | ${name}: ${one}`);
    }
  }
  return told;
}

/** @param {unknown} value */
const short = (value) => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 160 ? `${text.slice(0, 157)}...` : text;
};

const server = await start(binary);
let failed = false;
const fail = (/** @type {string} */ text) => {
  failed = true;
  console.log(text);
};
try {
  const openapi = await (await fetch(`${server.origin}/openapi.json`)).json();
  const { absent, more } = complete(openapi);
  for (const one of more) fail(`the description has an endpoint that the reference does not have: ${one}`);
  if (options.reference !== undefined) {
    for (const one of invented(options.reference)) fail(`not in the reference: ${one}`);
  }

  const { api } = await login(server.origin, KEYS.owner);
  const plant = await findPlant(server.origin, api, server.at);
  /** @type {import("openapi-fetch").Middleware} */
  const record = {
    onRequest: async ({ request }) => {
      const { pathname, search } = new URL(request.url);
      sent = { path: pathname.replace("/api/v1", "") + decodeURIComponent(search), body: await request.clone().text() };
    },
  };
  api.use(record);
  const { login: another } = plant;
  plant.login = async (apiKey) => {
    const session = await another(apiKey);
    session.use(record);
    return session;
  };
  const translate = translator(server.at);

  /** @type {Row[]} */
  const rows = [];
  for (const of of ordered) {
    if (absent.includes(of.endpoint)) continue;
    for (const example of of.examples) {
      const at = `${of.endpoint} | ${example.name}`;
      sent = undefined;
      try {
        rows.push({ at, differences: await replay(of, example, api, plant, translate) });
      } catch (error) {
        rows.push({ at, differences: [{ path: "", seed: "a reply", ours: String(error) }] });
      }
    }
  }
  rows.push(...(await careful(server, plant, absent)));
  const script = fileURLToPath(new URL("replay.sh", import.meta.url));
  const shell = spawnSync("bash", [script, server.origin], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  if (![0, 1].includes(shell.status ?? -1)) fail("replay.sh did not run");
  for (const line of shell.stdout.trim().split("\n")) {
    const [name, outcome] = line.split("\t");
    rows.push({ at: `curl | ${name}`, differences: outcome === "ok" ? [] : [{ path: "reply", seed: "see replay.sh", ours: outcome }] });
  }

  for (const [file, text] of await typeErrors(openapi, server.folder)) {
    rows.push({ at: `types | ${file}`, differences: [{ path: text, seed: "the type of the reference", ours: "the type of the description" }] });
  }

  const used = new Set();
  for (const { at, differences, outcome } of rows) {
    const ours = ourReadings.filter((one) => isOf(one, at));
    const open = ours.find((one) => one.ours !== undefined);
    if (outcome !== undefined && open?.ours !== outcome) {
      differences.push({ path: "outcome", seed: open?.ours ?? "no reading", ours: outcome });
    } else if (open !== undefined) used.add(open);
    if (differences.length === 0) for (const one of ours) if (one.path === undefined && one.ours === undefined) used.add(one);
    const told = differences.map((one) => {
      const reading = ours.find((each) => each.path === generic(one.path));
      if (reading !== undefined) used.add(reading);
      else failed = true;
      return `${one.path}: reference ${short(one.seed)}, ours ${short(one.ours)}${reading ? (reading.fault ? " (known fault)" : " (our reading)") : ""}`;
    });
    console.log(`${at} | ${told.length === 0 ? "ok" : `differs: ${told.join("; ")}`}`);
  }
  for (const one of ourReadings) {
    const later = absent.some((name) => one.at.some((at) => at.startsWith(`${name} |`)));
    if (!used.has(one) && !later) fail(`readings.json: does not happen any more: ${one.at.join(", ")}`);
  }
  if (!readFileSync(new URL("README.md", import.meta.url), "utf8").includes(table())) {
    fail(`README.md: the table of readings.json is\n${table()}`);
  }
  if (!server.alive()) fail("the server or the simulation has ended");
  if (/panicked/.test(server.log())) fail("the server panicked");

  for (const one of absent) console.log(`${one} | not there`);
  const whole = rows.filter((row) => row.differences.length === 0).length;
  console.log(`${endpoints.length - absent.length}/${endpoints.length} endpoints; ${rows.length} requests of the table, ` +
    `${whole} as the reference, ${rows.length - whole} with differences; ${used.size} readings of ours`);
} finally {
  await server.stop();
}
process.exitCode = failed ? 1 : 0;
