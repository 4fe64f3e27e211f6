// Our addon beside jsmodbus: frames of 125 registers, in one run, as ratios.
// node peers.mjs --addon FOLDER
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { options } from "../run/options.mjs";
import { compare, finish } from "./race.mjs";

const require = createRequire(new URL("../run/", import.meta.url));
const inner = (file) => require(`jsmodbus/dist/${file}.js`).default;
const [ReadRequest, ReadResponse, TcpRequest, TcpResponse, RtuRequest, RtuResponse] = [
  "request/read-holding-registers", "response/read-holding-registers", "tcp-request", "tcp-response", "rtu-request", "rtu-response",
].map(inner);
// The checksum that jsmodbus itself depends on.
const { crc16modbus } = createRequire(require.resolve("jsmodbus"))("crc");
const api = await import(pathToFileURL(`${resolve(options().addon)}/index.js`));

const PEER = "jsmodbus 5.0";
const values = Array.from({ length: 125 }, (_, index) => (index * 771 + 9) % 65536);
const array = Uint16Array.from(values);

/** Beside a copy of the frame. */
function race(title, frame, contestants) {
  const copy = Buffer.alloc(frame.length);
  compare(title, ["copy of its bytes", () => frame.copy(copy)], contestants, PEER);
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

finish();
