// Our addon beside jsmodbus: frames of 125 registers, in one run, as ratios.
// node peers.mjs --addon FOLDER
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { options } from "../run/options.mjs";

const require = createRequire(new URL("../run/", import.meta.url));
const inner = (file) => require(`jsmodbus/dist/${file}.js`).default;
const [ReadRequest, ReadResponse, TcpRequest, TcpResponse, RtuRequest, RtuResponse] = [
  "request/read-holding-registers", "response/read-holding-registers", "tcp-request", "tcp-response", "rtu-request", "rtu-response",
].map(inner);
// The checksum that jsmodbus itself depends on.
const { crc16modbus } = createRequire(require.resolve("jsmodbus"))("crc");
const api = await import(pathToFileURL(`${resolve(options().addon)}/index.js`));

const SAMPLES = 21, SAMPLE_NS = 4_000_000n;
const PEER = "jsmodbus 5.0";
const values = Array.from({ length: 125 }, (_, index) => (index * 771 + 9) % 65536);
const array = Uint16Array.from(values);
const wrong = [];
let sink;

function timed(run, count) {
  const started = process.hrtime.bigint();
  for (let repeat = 0; repeat < count; repeat++) sink = run();
  return process.hrtime.bigint() - started;
}

/** So many that the clock's own steps vanish; by then the code is compiled. */
function repetitions(run) {
  let count = 1;
  while (timed(run, count) < SAMPLE_NS) count *= 2;
  return count;
}

/** Medians, interleaved; the ratio to a copy of the frame. Who makes something wrong is told, not timed. */
function race(title, frame, contestants) {
  console.log(`\n  Node: ${title}`);
  const copy = Buffer.alloc(frame.length);
  const fit = [["copy of its bytes", () => frame.copy(copy)]];
  for (const [name, run, isRight] of contestants) {
    let failure;
    try {
      const made = run();
      failure = isRight(made) ? undefined : `wrong: ${String(made)}`;
    } catch (error) {
      // A peer may fail; it is told in its row.
      failure = `throws: ${error}`;
    }
    if (failure === undefined) {
      fit.push([name, run]);
      continue;
    }
    console.log(`  ${name.padEnd(42)}${failure.slice(0, 200)}`);
    if (name !== PEER || failure.startsWith("wrong")) wrong.push(name);
  }
  const counts = fit.map(([, run]) => repetitions(run));
  const times = fit.map(() => []);
  for (let sample = 0; sample < SAMPLES; sample++) {
    fit.forEach(([, run], index) => times[index].push(Number(timed(run, counts[index])) / counts[index]));
  }
  const medians = times.map((each) => each.sort((a, b) => a - b)[(SAMPLES - 1) / 2]);
  fit.forEach(([name], index) => {
    const [time, ratio] = [medians[index].toFixed(1), (medians[index] / medians[0]).toFixed(2)];
    console.log(`  ${name.padEnd(42)}${time.padStart(12)} ns ${ratio.padStart(10)}x`);
  });
  const best = Math.min(...medians.filter((_, index) => fit[index][0].startsWith("parabus")));
  const median = medians[fit.findIndex(([name]) => name === PEER)];
  if (median !== undefined && Number.isFinite(best)) {
    const ahead = median / best;
    console.log(`  ${ahead >= 1 ? `ahead of ${PEER} by ${ahead.toFixed(2)}x` : `BEHIND ${PEER} by ${(1 / ahead).toFixed(2)}x`}`);
  }
}

/** What jsmodbus's client does with a serial reply: its parser leaves the checksum to the handler. */
function serialResponse(bytes) {
  const response = RtuResponse.fromBuffer(bytes);
  const checked = Buffer.concat([Buffer.from([response.address]), response.body.createPayload()]);
  if (crc16modbus(checked) !== response.crc) throw new Error("checksum");
  return response;
}

const theirs = {
  rtu: {
    ask: () => new RtuRequest(17, new ReadRequest(107, 125)).createPayload(),
    asked: (bytes) => RtuRequest.fromBuffer(bytes),
    give: () => new RtuResponse(17, undefined, new ReadResponse(250, values)).createPayload(),
    given: serialResponse,
  },
  tcp: {
    ask: () => new TcpRequest(1, 0, 6, 17, new ReadRequest(107, 125)).createPayload(),
    asked: (bytes) => TcpRequest.fromBuffer(bytes),
    give: () => new TcpResponse(1, 0, 253, 17, new ReadResponse(250, values)).createPayload(),
    given: (bytes) => TcpResponse.fromBuffer(bytes),
  },
};

// Written out as a program writes it: spreading an object costs more than a frame.
const ours = {
  rtu: {
    request: () => ({ unitId: 17, functionCode: 3, address: 107, quantity: 125 }),
    response: (values) => ({ unitId: 17, functionCode: 3, values }),
  },
  tcp: {
    request: () => ({ transactionId: 1, unitId: 17, functionCode: 3, address: 107, quantity: 125 }),
    response: (values) => ({ transactionId: 1, unitId: 17, functionCode: 3, values }),
  },
};

for (const transport of ["rtu", "tcp"]) {
  const peer = theirs[transport], own = ours[transport], name = transport.toUpperCase();
  const ask = { transport, direction: "request" }, give = { transport, direction: "response" };
  const built = Buffer.from(api.encodeFrame(own.request(), ask)), reply = Buffer.from(api.encodeFrame(own.response(values), give));
  const intoArray = { transport, direction: "response", out: new Uint16Array(125) };
  const isBuilt = (bytes) => built.equals(Buffer.from(bytes)), isReply = (bytes) => reply.equals(Buffer.from(bytes));
  const isValues = (found) => found.length === 125 && Array.from(found).every((value, index) => value === values[index]);
  race(`${name} request built`, built, [
    ["parabus.encodeFrame", () => api.encodeFrame(own.request(), ask), isBuilt],
    [PEER, peer.ask, isBuilt],
  ]);
  race(`${name} request, checked and taken apart`, built, [
    ["parabus.decodeFrame", () => api.decodeFrame(built, ask), (made) => made.address === 107 && made.quantity === 125],
    [PEER, () => peer.asked(built), (made) => made.body.start === 107 && made.body.count === 125 && !made.corrupted],
  ]);
  race(`${name} response of 125 registers, built`, reply, [
    ["parabus.encodeFrame, of an array", () => api.encodeFrame(own.response(array), give), isReply],
    ["parabus.encodeFrame, of a list", () => api.encodeFrame(own.response(values), give), isReply],
    [PEER, peer.give, isReply],
  ]);
  race(`${name} response of 125 registers, to values`, reply, [
    ["parabus.decodeFrame, into an array", () => api.decodeFrame(reply, intoArray).values, isValues],
    ["parabus.decodeFrame, to a list", () => api.decodeFrame(reply, give).values, isValues],
    [PEER, () => peer.given(reply).body.valuesAsArray, isValues],
  ]);
}

if (wrong.length > 0) {
  console.error(`wrong: ${wrong.join(", ")}; the row says how`);
  process.exit(1);
}
