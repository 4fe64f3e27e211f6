// What the vectors do not say of the packages for JavaScript: names that have types, the class of
// errors, wrong arguments, arrays of the caller, `require`. node calls.mjs --wasm FOLDER | --addon FOLDER
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { options } from "./options.mjs";

const { wasm, addon } = options();
const path = wasm ? `${resolve(wasm)}/index.js` : `${resolve(addon)}/index.js`;
const api = await import(path);
if (wasm) await api.default({ module_or_path: readFileSync(`${resolve(wasm)}/parabus_wasm_bg.wasm`) });

const files = ["../../bindings-js/contract.d.ts", ...(addon ? ["../../bindings-node/js/session.d.ts"] : [])];
const types = files.map((file) => readFileSync(new URL(file, import.meta.url), "utf8")).join("");
const typed = new Set([...types.matchAll(/^export (?:function|class) (\w+)/gm)].map(([, name]) => name));
const { default: init, ...named } = api;
assert.deepEqual(Object.keys(named).sort(), [...typed].sort());

const response = { transport: "tcp", direction: "response" };
const reply = Uint8Array.from([0, 1, 0, 0, 0, 7, 7, 3, 4, 0x43, 0x66, 0x80, 0]);

// Registers and bytes are anything with items.
for (const registers of [[0x4366, 0x8000], Uint16Array.of(0x4366, 0x8000)]) assert.equal(api.decodeValue(registers, "f32-be").number, 230.5);
for (const data of [reply, Buffer.from(reply), [...reply]]) assert.deepEqual(api.decodeFrame(data, response).values, [0x4366, 0x8000]);
assert.equal(api.decodeValue([0xffff, 0xffff, 0xffff, 0xffff], "u64-be").int, 2n ** 64n - 1n);

// An array of the caller is filled.
const out = new Uint16Array(5).fill(9);
const frame = api.decodeFrame(reply, { ...response, out });
assert.equal(frame.values.buffer, out.buffer);
assert.deepEqual([...frame.values], [0x4366, 0x8000]);
assert.deepEqual([...out], [0x4366, 0x8000, 9, 9, 9]);
assert.deepEqual(api.encodeFrame(frame, response), reply);
const refused = (kind, offset) => (error) => error instanceof api.ParabusError && error instanceof Error && error.name === "ParabusError" && error.kind === kind && error.offset === offset && error.message !== "";
assert.throws(() => api.decodeFrame(reply, { ...response, out: new Uint16Array(1) }), refused("buffer-too-small"));
assert.throws(() => api.decodeFrame(reply, { ...response, out: [] }), TypeError);

// Many values at once, into a new array or the caller's, even where the bytes come from.
const wire = Uint8Array.of(0, 250, 0xff, 0xff);
assert.deepEqual(api.decodeArray(wire, "u16-be", { multiplier: "0.1" }), Float64Array.of(25, 6553.5));
assert.deepEqual(api.decodeArray(Uint16Array.of(250, 0xffff), "i16-be"), BigInt64Array.of(250n, -1n));
const places = new Float64Array(3).fill(9);
assert.equal(api.decodeArray(wire, "u16-be", { notAvailable: [0xffffn], out: places }).buffer, places.buffer);
assert.deepEqual(places, Float64Array.of(250, NaN, 9));
const shared = new ArrayBuffer(16);
new Uint8Array(shared).set(wire, 4);
assert.deepEqual(api.decodeArray(new Uint8Array(shared, 4, 4), "u16-be", { out: new Float64Array(shared) }), Float64Array.of(250, 65535));
assert.throws(() => api.decodeArray(wire, "u16-be", { out: new Float64Array(1) }), refused("buffer-too-small"));
assert.throws(() => api.decodeArray(wire, "u16-be", { multiplier: "0.1", out: new BigInt64Array(2) }), refused("not-numeric"));
assert.throws(() => api.decodeArray(wire, "u16-be", { notAvailable: [250], out: new BigInt64Array(2) }), refused("not-available", 0));
assert.throws(() => api.decodeArray([1, 2], "u16-be"), TypeError);
assert.throws(() => api.decodeArray(wire, "u16-be", { out: [] }), TypeError);
assert.deepEqual(api.decodeValue([0x70, 0x31, 0], "str"), { text: "p1", number: null, int: null });

// What core refuses, and what it does not understand.
assert.throws(() => api.parseReference("boiler>holding>70000"), refused("reference-range", 15));
assert.throws(() => api.decodeValue([0x7fc0, 0], "f32-be"), refused("not-finite", 0));
assert.throws(() => api.parseReference(5), refused("arguments"));
assert.throws(() => api.decodeValue([70000], "u16-be"), refused("arguments"));
assert.throws(() => api.decodeValue([1.5], "u16-be"), refused("arguments"));
assert.throws(() => api.decodeFrame(undefined, response), TypeError);

if (addon) {
  // serde-wasm-bindgen asks an object for the fields that it knows and does not see others.
  assert.throws(() => api.decodeValue([1], "u16-be", { multiplayer: "1" }), refused("arguments"));
  assert.throws(() => api.encodeFrame({ functionCode: 3, addres: 1 }, response), refused("arguments"));
  const required = createRequire(import.meta.url)(path);
  assert.equal(required.ParabusError, api.ParabusError);
  assert.equal(required.crc16(Buffer.from("123456789")), 0x4b37);
}
console.log("every call answered as it should");

// Machines: times may have fractions, bytes are anything with items, a bank is what the caller has.
const client = new api.ModbusClient("rtu", { baud: 9600, timeoutMs: 100 });
const asked = client.request({ unitId: 1, functionCode: 3, address: 0, quantity: 1 }, 0.5 + 10);
assert.ok(asked.send instanceof Uint8Array && asked.requestId === 1 && asked.deadlineMs > 110);
assert.deepEqual(client.poll(asked.deadlineMs).events, [{ kind: "timeout", requestId: 1 }]);
assert.throws(() => new api.ModbusClient("carrier-pigeon"), refused("unknown-transport"));
assert.throws(() => client.request({ unitId: 1, functionCode: 3, address: 0, quantity: 126 }, 0), refused("quantity", 3));

const read = (functionCode, address, quantity = 1) => api.encodeFrame({ unitId: 9, functionCode, address, quantity }, { transport: "rtu", direction: "request" });
const answer = (bank, request) => {
  const reply = new api.ModbusServer([9], bank).receive(request);
  return reply && api.decodeFrame(reply, { transport: "rtu", direction: "response" });
};
for (const holding of [[7, 8], Uint16Array.of(7, 8), new Map([[0, 7], [1, 8]]), { 0: 7, 1: 8 }]) {
  assert.deepEqual(answer({ holding }, read(3, 0, 2)).values, [7, 8]);
  assert.equal(answer({ holding }, read(3, 1, 2)).exceptionCode, 2);
  assert.equal(answer({ holding }, read(4, 0)).exceptionCode, 1);
  const write = { unitId: 9, functionCode: 16, address: 0, values: [1, 2] };
  answer({ holding }, api.encodeFrame(write, { transport: "rtu", direction: "request" }));
  assert.deepEqual(answer({ holding }, read(3, 0, 2)).values, [1, 2]);
}
assert.deepEqual(answer({ read: (unitId, kind, address, count) => Array(count).fill(unitId + address) }, read(4, 5, 2)).values, [14, 14]);
assert.equal(answer({ read: () => 6 }, read(4, 5)).exceptionCode, 6);
assert.equal(answer({ read: () => null }, read(4, 5)).exceptionCode, 2);
assert.throws(() => answer({ holding: [70000] }, read(3, 0)), /the bank has 70000 in holding 0, expected 0 to 65535/);
assert.throws(() => answer({ read: () => { throw new Error("the pump is gone"); } }, read(3, 0)), /the pump is gone/);

// Sums: times and values in every shape, whole numbers exactly, zones by the host's database or core's.
const times = [0, 1000, 61_000];
const wanted = api.segments(times, [1.5, 2.5, null], { start: 0, end: 120_000, cadence: "1m", holdMs: 9000 });
assert.deepEqual(wanted[0], { start: 0, count: 2, mean: 2.4, min: 1.5, max: 2.5, first: 1.5, last: 2.5, integral: 24_000, increase: null, cover: 10_000 });
for (const shape of [Float64Array.from(times), BigInt64Array.from(times, BigInt), times.map((time) => new Date(time)), times.map((time) => new Date(time).toISOString())])
  for (const values of [[1.5, 2.5, NaN], Float64Array.of(1.5, 2.5, NaN)])
    assert.deepEqual(api.segments(shape, values, { start: new Date(0), end: "1970-01-01T00:02:00Z", cadence: "1m", holdMs: 9000 }), wanted);
const large = 2n ** 63n - 1n;
assert.deepEqual(api.minMax(times, [large, large - 2n, 5]), { min: 5, minAt: 61_000, max: large, maxAt: 0 });
assert.equal(api.minMax([], []), null);
assert.equal(api.exactSum(BigInt64Array.of(large, large)), 2n * large);
assert.equal(api.exactSum([0.1, 0.2, 0.3, 1e300, -1e300]), 0.6);
assert.equal(api.increase([0, 1, 2], Uint16Array.of(65_530, 5, 7), { start: 1, end: 3, widthBits: 16 }), 13);
assert.equal(api.timeWeightedMean([0], [255], { start: 0, end: 10, decimals: 1 }), 25.5);
assert.equal(api.integrate([0], [2], { start: -9, end: 0 }), null);
assert.deepEqual(api.dispersed([0, 4, 11], [1, null, 3], { start: 0, end: 20, points: 4 }).map(({ value }) => value), [1, null, 3, null]);
const days = (start, end, tz) => api.segments([], [], { segment: "day", tz, start, end }).map((day, index, all) => (index + 1 < all.length ? (all[index + 1].start - day.start) / 3_600_000 : 0));
assert.deepEqual(days("2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z", "Europe/Warsaw"), [24, 23, 0]);
assert.deepEqual(days("2025-10-25T12:00:00Z", "2025-10-27T12:00:00Z", "Europe/Kyiv"), [24, 25, 0]);
assert.deepEqual(days("2026-04-03T18:00:00Z", "2026-04-06T12:00:00Z", "Australia/Lord_Howe"), [24, 24.5, 0]);
const series = new api.Series({ holdMs: 9000 });
series.push(1000, 2.5);
series.push([61_000, 0], [null, 1.5]);
series.merge(series);
assert.deepEqual([series.query({ start: 0, end: 120_000, cadence: "1m" }), series.length], [wanted, 3]);
assert.throws(() => series.push(5, 7), refused("value-range"));
const formula = new api.Formula("(#561 + 10) / 2 + #558");
assert.deepEqual([formula.operands(), formula.evaluate({ 561: 4, 558: 0.5 }), formula.evaluate(new Map([[561, 4]]))], [[561, 558], 7.5, null]);
assert.throws(() => new api.Formula("1 + + 2"), refused("formula-syntax", 4));
assert.throws(() => api.segments([0], [1], { start: 0, end: 1, segment: "day", tz: "Mars/Base" }), refused("unknown-zone"));
assert.throws(() => api.segments([0], [1], { start: 1, end: 1 }), refused("time-range"));
assert.throws(() => api.segments([0], [], { start: 0, end: 1 }), refused("point-count"));
assert.throws(() => api.segments(["2026-01-01T00:00:00"], [1], { start: 0, end: 1 }), TypeError);
assert.throws(() => api.exactSum([2n ** 63n]), RangeError);

// Alerts: instants, parameters and values in every shape; a state goes round by JSON.
const rule = {
  name: "Too hot",
  conditionLogic: "all",
  logAs: "warning",
  conditions: [{ paramId: 542, kind: "g", value: "25.0", deadband: 1 }],
  actions: [{ timeoutMinutes: 5, type: "sms", recepient: "+48 600" }],
};
const alert = new api.Alert(rule, { at: new Date(0), lastRecord: 6 });
const [opened] = alert.step({ cycle: { at: new Date(1000), readings: new Map([[542, 25.1]]) } });
assert.deepEqual({ ...opened, id: opened.id.length }, { id: 16, kind: "open", record: 7, due: 1000, at: 1000 });
const { stored, ...stands } = alert.state();
assert.deepEqual(stands, { now: 1000, record: 7, phase: "active", started: 1000, since: 1000, closed: null, confirmed: null, flapping: false, next: 61_000, conditions: [{ param: 542, triggered: true }] });
const again = new api.Alert(rule, { state: JSON.parse(JSON.stringify(alert.state())) });
assert.deepEqual(again.state(), alert.state());
for (let at = 11_000; at < 301_000; at += 10_000) assert.deepEqual(again.step({ cycle: { at, readings: { 542: "24.5" } } }), []);
const [acted] = again.step({ tick: { at: "1970-01-01T00:05:01Z" } });
assert.deepEqual({ ...acted, id: "" }, { id: "", kind: "action", record: 7, due: 301_000, at: 301_000, index: 0, send: { type: "sms", recepient: "+48 600" } });
for (const value of [26, "26", 26n, 2n ** 63n, 25.5]) assert.equal(new api.Alert(rule).step({ cycle: { at: 1, readings: { 542: value } } }).length, 1);
for (const value of [null, NaN, undefined, Infinity]) {
  const unknown = new api.Alert(rule);
  unknown.step({ cycle: { at: 1, readings: { 542: value } } });
  assert.equal(unknown.state().conditions[0].triggered, null);
}
const instants = Array.from({ length: 60 }, (_, index) => index * 10_000);
const heat = instants.map((at) => (at < 400_000 ? 26.5 : 20));
const lists = api.simulate(rule, { 542: { times: instants, values: heat } }, { end: 600_000 });
assert.deepEqual(lists.effects.map(({ kind }) => kind), ["open", "action", "resolve"]);
const arrays = new Map([[542, { times: instants.map((at) => new Date(at)), values: Float64Array.from(heat) }]]);
assert.deepEqual(api.simulate(rule, arrays, { end: "1970-01-01T00:10:00Z" }), lists);
assert.throws(() => new api.Alert({ ...rule, conditionLogic: "none" }), refused("alert-rule"));
assert.throws(() => new api.Alert(rule, { state: { stored: "00" } }), refused("alert-state", 0));
assert.throws(() => alert.step({}), TypeError);
assert.throws(() => alert.step({ tick: {} }), TypeError);
assert.throws(() => alert.step({ tick: { at: "2026-01-01T00:00:00" } }), refused("instant-syntax", 19));
