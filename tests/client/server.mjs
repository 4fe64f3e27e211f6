/** Starts a server with the plant of this folder and the simulated devices, in a folder of its own. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PLANT = new URL("plant.yaml", import.meta.url);

/** Ports that differ: each is held until all are found. @param {number} count @returns {Promise<number[]>} */
async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, () => new Promise((/** @type {(server: import("node:net").Server) => void} */ done, failed) => {
      const server = createServer().once("error", failed);
      server.listen(0, "127.0.0.1", () => done(server));
    })),
  );
  const ports = servers.map((one) => {
    const address = one.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((one) => new Promise((done) => one.close(done))));
  return ports;
}

/** @param {() => Promise<boolean>} there @param {string} what */
export async function waitFor(there, what, seconds = 30) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    if (await there()) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${what}: not within ${seconds} seconds`);
}

/** @param {string} binary */
export async function start(binary) {
  const folder = mkdtempSync(join(tmpdir(), "parabus-client-"));
  const [listen, controllers, some, foreign, main, warehouse] = await freePorts(6);
  const at = new Map([
    ["127.0.0.1:502", some], ["127.0.0.1:504", foreign], ["127.0.0.1:55502", main], ["192.168.1.10:502", warehouse],
  ]);
  const plant = readFileSync(PLANT, "utf8")
    .replace(/port: 502\b/, `port: ${some}`).replace(/port: 504\b/, `port: ${foreign}`)
    .replace(/port: 55502\b/, `port: ${main}`).replace(/port: 55503\b/, `port: ${warehouse}`);
  const [config, file] = [join(folder, "parabus.toml"), join(folder, "plant.yaml")];
  writeFileSync(file, plant);
  writeFileSync(config, [
    `[server]`, `listen = "127.0.0.1:${listen}"`, `[storage]`, `path = "data"`, `[access]`, `allow_loopback = true`, `[backward]`, `listen = "127.0.0.1:${controllers}"`,
  ].join("\n"));
  execFileSync(binary, ["apply", file, "--config", config], { stdio: ["ignore", "ignore", "inherit"] });
  const log = openSync(join(folder, "log"), "a");
  const run = (/** @type {string[]} */ ...args) =>
    spawn(binary, [...args, "--until-stdin-closes"], { stdio: ["pipe", log, log] });
  const running = [run("serve", "--config", config), run("simulate", file, "--backward", `127.0.0.1:${controllers}`)];
  const origin = `http://127.0.0.1:${listen}`;
  const stop = async () => {
    const ends = running.map((one) => one.exitCode ?? new Promise((done) => one.once("exit", done)));
    for (const one of running) one.stdin?.end();
    await Promise.all(ends);
    rmSync(folder, { recursive: true });
  };
  const alive = () => running.every((one) => one.exitCode === null);
  try {
    const healthy = () => fetch(`${origin}/health/`).then((reply) => reply.ok, () => false);
    await waitFor(async () => !alive() || (await healthy()), "the server");
    if (!alive()) throw new Error("the server or the simulation has ended");
  } catch (error) {
    process.stderr.write(readFileSync(join(folder, "log")));
    await stop();
    throw error;
  }
  return { origin, folder, at, stop, alive, log: () => readFileSync(join(folder, "log"), "utf8") };
}
