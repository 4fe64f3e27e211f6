// Our addon beside jsmodbus: frames of 125 registers, in one run, as ratios.
// node peers.mjs --addon FOLDER
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { options } from "../run/options.mjs";

const require = createRequire(new URL("../run/", import.meta.url));
const inner = (file) => require(`jsmodbus/dist/${file}.js`).default;
const [ReadRequest, ReadResponse, TcpRequest, TcpResponse, RtuRequest, RtuResponse] = [
  "request/read-holding-registers", "response/read-holding-registers", "tcp-request", "tcp-response", "rtu-request", "rtu-response",
].map(inner);
const api = await import(pathToFileURL(`${resolve(options().addon)}/index.js`));

const SAMPLES = 21, REPEAT = 500;
const values = Array.from({ length: 125 }, (_, index) => (index * 771 + 9) % 65536);
const out = new Uint16Array(125);

function race(title, contestants) {
  for (const [name, run, isRight] of contestants) assert.ok(isRight(run()), name);
  const times = contestants.map(() => []);
  for (let sample = 0; sample < SAMPLES; sample++) {
    contestants.forEach(([, run], index) => {
      const started = performance.now();
      for (let repeat = 0; repeat < REPEAT; repeat++) run();
      times[index].push(((performance.now() - started) * 1e6) / REPEAT);
    });
  }
  console.log(`\n  Node: ${title}`);
  const medians = times.map((each) => each.sort((a, b) => a - b)[(SAMPLES - 1) / 2]);
  contestants.forEach(([name], index) => console.log(`  ${name.padEnd(34)}${medians[index].toFixed(0).padStart(9)} ns  ${(medians[index] / medians[0]).toFixed(1).padStart(6)}x`));
}

const request = { transactionId: 1, unitId: 17, functionCode: 3, address: 107, quantity: 125 };
for (const [transport, Request, Response] of [["rtu", RtuRequest, RtuResponse], ["tcp", TcpRequest, TcpResponse]]) {
  const ask = { transport, direction: "request" }, give = { transport, direction: "response" };
  const built = Buffer.from(api.encodeFrame(request, ask));
  const reply = Buffer.from(api.encodeFrame({ ...request, quantity: undefined, address: undefined, values }, give));
  const isSame = (bytes) => built.equals(Buffer.from(bytes));
  const theirs = () => new Request(1, 0, 6, 17, new ReadRequest(107, 125)).createPayload();
  // Its serial request takes a checksum that its client computes elsewhere.
  const contestants = [["parabus.encodeFrame", () => api.encodeFrame(request, ask), isSame]];
  if (transport === "tcp") contestants.push(["jsmodbus 5.0", theirs, isSame]);
  race(`${transport.toUpperCase()} request built`, contestants);
  const isRight = (found) => Array.from(found).every((value, index) => value === values[index]) && found.length === 125;
  race(`${transport.toUpperCase()} response of 125 registers, to values`, [
    ["parabus.decodeFrame, to an array", () => api.decodeFrame(reply, { ...give, out }).values, isRight],
    ["parabus.decodeFrame, to a list", () => api.decodeFrame(reply, give).values, isRight],
    ["jsmodbus 5.0", () => Response.fromBuffer(reply).body.valuesAsArray, isRight],
  ]);
}
