// Core in JavaScript's spelling: the verbs of the contract, fields in camelCase, one error class.
// Each package brings its own `core.js`: what `default` has there are the contract's functions, which
// take one object and throw [kind, message, offset].
import core from "./core.js";

/** What core refuses: `kind` is a stable code, `offset` says where in the input. */
export class ParabusError extends Error {
  constructor(kind, message, offset) {
    super(message);
    this.name = "ParabusError";
    this.kind = kind;
    this.offset = offset;
  }
}

const snake = (key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camel = (key) => key.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());

/** An object with its own keys renamed; fields that are undefined are left out. */
function renamed(object, rename) {
  const fields = Object.entries(object).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(fields.map(([key, value]) => [rename(key), value]));
}

/** What core throws, as an error. */
function told(work) {
  try {
    return work();
  } catch (error) {
    if (Array.isArray(error)) throw new ParabusError(error[0], error[1], error[2] ?? undefined);
    throw error;
  }
}

const call = (name, fields) => told(() => core[name](renamed(fields, snake)));

export const parseReference = (text) => renamed(call("parse_reference", { text }), camel);
export const printReference = (reference) => call("print_reference", { ref: renamed(reference, snake) });
/** Codes as core takes them: BigInt as text. */
const withCodes = ({ notAvailable, ...options }) => {
  if (notAvailable === undefined || notAvailable === null) return options;
  if (typeof notAvailable !== "object" || !(Symbol.iterator in notAvailable)) throw new TypeError("`notAvailable` is not a list of codes");
  return { ...options, notAvailable: Array.from(notAvailable, (code) => (typeof code === "bigint" ? String(code) : code)) };
};
export const decodeValue = (registers, dataType, options = {}) => {
  const value = call("decode_value", { ...withCodes(options), registers: Array.from(registers), dataType });
  // A number that an integer of JavaScript holds exactly is one; larger ones are BigInt.
  const int = typeof value.int === "bigint" && Number.isSafeInteger(Number(value.int)) ? Number(value.int) : value.int;
  return { ...value, int };
};
export const encodeValue = (text, dataType, options = {}) => call("encode_value", { ...options, text, dataType });
const noBytes = new Uint8Array(0);
const noWords = new Uint16Array(0);
export const decodeArray = (buffer, dataType, { out, ...options } = {}) => {
  if (!(buffer instanceof Uint8Array || buffer instanceof Uint16Array)) throw new TypeError("`buffer` is neither a Uint8Array nor a Uint16Array");
  const fields = renamed({ ...withCodes(options), dataType }, snake);
  const [isInteger, length] = told(() => core.array_shape(fields, buffer.byteLength));
  const into = out ?? (isInteger ? new BigInt64Array(length) : new Float64Array(length));
  if (!(into instanceof Float64Array || into instanceof BigInt64Array)) throw new TypeError("`out` is neither a Float64Array nor a BigInt64Array");
  // What is read must not be what is written. A Buffer's own `slice` is no copy.
  const source = into.buffer === buffer.buffer ? Uint8Array.prototype.slice.call(buffer) : buffer;
  const [bytes, registers] = source instanceof Uint8Array ? [source, noWords] : [noBytes, source];
  const decode = into instanceof Float64Array ? core.decode_array_floats : core.decode_array_integers;
  told(() => decode(fields, bytes, registers, into));
  return into.length === length ? into : into.subarray(0, length);
};
export const formatValue = (value, options) => call("format_value", { ...options, value });
export const formatNumber = (text, options) => call("format_number", { ...options, text });
export const pluralCategory = (text, lang) => call("plural_category", { text, lang });
/** A frame as core gives it, with JavaScript's names and arrays. */
function frameOf(fields) {
  const frame = renamed(fields, camel);
  for (const name of ["data", "events"]) if (frame[name]) frame[name] = Uint8Array.from(frame[name]);
  if (frame.records) frame.records = frame.records.map((record) => renamed(record, camel));
  if (frame.objects) frame.objects = frame.objects.map(({ id, value }) => ({ id, value: Uint8Array.from(value) }));
  return frame;
}
/** Register values into the caller's array; the part that is filled. */
function filled(out, values) {
  const count = values.length;
  if (count > out.length) throw new ParabusError("buffer-too-small", `\`out\` holds ${out.length} registers, the frame has ${count}`);
  out.set(values);
  return out.subarray(0, count);
}

// What most frames are goes past the objects that all others are made of.
const words = new Uint16Array(128);
const bytes = new Uint8Array(260);
const short = bytes.subarray(0, 12);
const isStream = (transport) => transport === "tcp" || transport === "rtu";

/** The first so many registers into the caller's array; views of arrays take longer than their content. */
function filledFromWords(out, count) {
  if (count > out.length) return filled(out, words.subarray(3, 3 + count));
  for (let index = 0; index < count; index++) out[index] = words[3 + index];
  return count === out.length ? out : out.subarray(0, count);
}

/** A list of the first so many registers; `Array.from` takes thirty times as long. */
function listOf(count) {
  const list = new Array(count);
  for (let index = 0; index < count; index++) list[index] = words[3 + index];
  return list;
}

/** The usual request, as the words say it. */
function shortOf(isTcp) {
  const [transactionId, unitId, functionCode, address, word] = [words[0], words[1], words[2], words[3], words[4]];
  const head = isTcp ? { transactionId, unitId, functionCode, address } : { unitId, functionCode, address };
  if (functionCode <= 4) head.quantity = word;
  else head.value = functionCode === 5 ? word === 1 : word;
  return head;
}

export const decodeFrame = (data, options) => {
  const { transport, direction, out } = options;
  if (out !== undefined && !(out instanceof Uint16Array)) throw new TypeError("`out` is not a Uint16Array");
  if (direction === "response" && isStream(transport) && data instanceof Uint8Array) {
    const isTcp = transport === "tcp";
    const count = core.decode_registers(data, isTcp, words);
    if (count > 0) {
      const values = out ? filledFromWords(out, count) : listOf(count);
      const unitId = words[1], functionCode = words[2];
      return isTcp ? { transactionId: words[0], unitId, functionCode, values } : { unitId, functionCode, values };
    }
  }
  if (direction === "request" && isStream(transport) && data instanceof Uint8Array) {
    const isTcp = transport === "tcp";
    if (core.decode_short(data, isTcp, words)) return shortOf(isTcp);
  }
  const { out: _, ...rest } = options;
  const frame = frameOf(call("decode_frame", { ...rest, data: Array.from(data) }));
  if (frame.values && out) frame.values = filled(out, frame.values);
  return frame;
};
const plainRecord = (record) => {
  const fields = renamed(record, snake);
  return fields.values ? { ...fields, values: Array.from(fields.values) } : fields;
};
/** A frame as core takes it. */
function fieldsOf(frame) {
  const fields = renamed(frame, snake);
  for (const name of ["data", "events", "values"]) if (fields[name]) fields[name] = Array.from(fields[name]);
  if (fields.records) fields.records = Array.from(fields.records, plainRecord);
  if (fields.objects) fields.objects = Array.from(fields.objects, ({ id, value }) => ({ id, value: Array.from(value) }));
  return fields;
}
const isWord = (value) => Number.isInteger(value) && value >= 0 && value <= 65535;
const isByte = (value) => Number.isInteger(value) && value >= 0 && value <= 255;

/** The usual request, or nothing. */
function shortFrame(frame, isTcp) {
  const { transactionId = 0, unitId, functionCode, address, quantity, value } = frame;
  const isRead = functionCode <= 4;
  const word = isRead ? quantity : functionCode === 6 ? value : typeof value === "boolean" ? Number(value) : undefined;
  if (!(isWord(transactionId) && isByte(unitId) && isByte(functionCode) && isWord(address) && isWord(word))) return null;
  // Another field is for `encode_frame` to refuse.
  const count = 4 + (isTcp || frame.transactionId !== undefined ? 1 : 0);
  if (Object.keys(frame).length !== count) return null;
  const length = core.encode_short(transactionId, unitId, functionCode, address, word, isTcp, short);
  return length > 0 ? bytes.slice(0, length) : null;
}

/** A response of registers, or nothing. */
function registersFrame(frame, isTcp) {
  const { transactionId = 0, unitId, functionCode, values } = frame;
  if (!(isWord(transactionId) && isByte(unitId) && isByte(functionCode)) || values.length > 125) return null;
  const count = 3 + (isTcp || frame.transactionId !== undefined ? 1 : 0);
  if (Object.keys(frame).length !== count) return null;
  words[0] = transactionId;
  words[1] = unitId;
  words[2] = functionCode;
  if (values instanceof Uint16Array) words.set(values, 3);
  else {
    for (let index = 0; index < values.length; index++) {
      if (!isWord(values[index])) return null;
      words[3 + index] = values[index];
    }
  }
  const length = core.encode_registers(words, 3 + values.length, isTcp, bytes);
  return length > 0 ? bytes.slice(0, length) : null;
}
const isRegisters = ({ values }) => Array.isArray(values) || values instanceof Uint16Array;

export const encodeFrame = (frame, options) => {
  const { transport, direction } = options;
  if (direction === "response" && isStream(transport) && isRegisters(frame) && (transport !== "tcp" || frame.transactionId !== undefined)) {
    const built = registersFrame(frame, transport === "tcp");
    if (built) return built;
  }
  const isUsual = direction === "request" && isStream(transport) && frame.functionCode <= 6 && (transport !== "tcp" || frame.transactionId !== undefined);
  return (isUsual && shortFrame(frame, transport === "tcp")) || Uint8Array.from(call("encode_frame", { ...options, frame: fieldsOf(frame) }));
};
export const crc16 = (data) => call("crc16", { data: Array.from(data) });
export const lrc = (data) => call("lrc", { data: Array.from(data) });

const spans = (list) => Array.from(list, (span) => Array.from(span));
export const planReads = (points, { refused = [], ...options } = {}) =>
  call("plan_reads", { ...options, points: spans(points), refused: spans(refused) }).map((group) => renamed(group, camel));
export const planWrites = (kind, address, values, options = {}) =>
  call("plan_writes", { ...options, kind, address, values: Array.from(values) }).map(frameOf);

export class FrameScanner {
  #machine;
  constructor(transport, direction) {
    this.#machine = told(() => new core.FrameScanner({ transport, direction }));
  }
  push(data, nowMs = 0) {
    return told(() => this.#machine.push({ data: Array.from(data), now_ms: nowMs })).map(frameOf);
  }
}

function eventOf(fields) {
  const event = renamed(fields, camel);
  if (event.frame) event.frame = frameOf(event.frame);
  if (event.identity) event.identity = renamed(event.identity, camel);
  return event;
}
function stepOf({ send, events, deadline_ms, request_id }) {
  const step = { send: Uint8Array.from(send), events: events.map(eventOf), deadlineMs: deadline_ms ?? null };
  return request_id === undefined ? step : { requestId: request_id, ...step };
}

export class ModbusClient {
  #machine;
  constructor(transport, options = {}) {
    this.#machine = told(() => new core.ModbusClient({ transport, options: renamed(options, snake) }));
  }
  request(frame, nowMs) {
    return stepOf(told(() => this.#machine.request({ frame: fieldsOf(frame), now_ms: nowMs })));
  }
  receive(data, nowMs) {
    return stepOf(told(() => this.#machine.receive({ data: Array.from(data), now_ms: nowMs })));
  }
  poll(nowMs) {
    return stepOf(told(() => this.#machine.poll({ now_ms: nowMs })));
  }
  reset(nowMs) {
    return stepOf(told(() => this.#machine.reset({ now_ms: nowMs })));
  }
}

const ILLEGAL_FUNCTION = 1, ILLEGAL_DATA_ADDRESS = 2, SERVER_DEVICE_FAILURE = 4;

/** The items of a table, or the number of an exception. */
function readTable(table, kind, address, count) {
  if (table === undefined || table === null) return ILLEGAL_FUNCTION;
  const items = Array.from({ length: count }, (_, index) => (table instanceof Map ? table.get(address + index) : table[address + index]));
  return items.some((item) => item === undefined) ? ILLEGAL_DATA_ADDRESS : itemsOf(items, kind, address);
}

/** Items as core takes them: bits are 0 and 1. */
function itemsOf(items, kind, address) {
  if (kind === "coil" || kind === "discrete-input") return Array.from(items, (item) => (item ? 1 : 0));
  return Array.from(items, (item, index) => {
    if (!Number.isInteger(item) || item < 0 || item > 65535) throw new RangeError(`the bank has ${String(item)} in ${kind} ${address + index}, expected 0 to 65535`);
    return item;
  });
}

/** Writes all items or none. */
function writeTable(table, kind, address, values) {
  const has = readTable(table, kind, address, values.length);
  if (typeof has === "number") return has;
  values.forEach((item, index) => {
    if (table instanceof Map) table.set(address + index, item);
    else table[address + index] = item;
  });
  return [];
}

/** Asks the caller's bank: an object with `read` and `write`, or tables by kind. */
function ask(bank, unitId, kind, address, count, values) {
  const isWrite = values !== undefined && values !== null;
  const items = isWrite && kind === "coil" ? values.map(Boolean) : values;
  if (typeof bank.read !== "function") return isWrite ? writeTable(bank[kind], kind, address, items) : readTable(bank[kind], kind, address, count);
  if (isWrite && typeof bank.write !== "function") return ILLEGAL_FUNCTION;
  const answer = isWrite ? bank.write(unitId, kind, address, items) : bank.read(unitId, kind, address, count);
  if (typeof answer === "number") return answer;
  if (isWrite) return answer === false ? ILLEGAL_DATA_ADDRESS : [];
  if (answer === undefined || answer === null) return ILLEGAL_DATA_ADDRESS;
  if (answer.length !== count) throw new RangeError(`the bank gave ${answer.length} items of ${kind} ${address}, expected ${count}`);
  return itemsOf(answer, kind, address);
}

export class ModbusServer {
  #machine;
  #bank;
  constructor(unitIds, bank, { transport = "rtu", echo = false } = {}) {
    this.#bank = bank;
    this.#machine = told(() => new core.ModbusServer({ unit_ids: Array.from(unitIds), transport, echo }));
  }
  receive(data, nowMs = 0) {
    const failures = [];
    const bank = (...parts) => {
      try {
        return ask(this.#bank, ...parts);
      } catch (error) {
        failures.push(error);
        return SERVER_DEVICE_FAILURE;
      }
    };
    const reply = told(() => this.#machine.receive({ data: Array.from(data), now_ms: nowMs }, bank));
    if (failures.length > 0) throw failures[0];
    return reply.length > 0 ? Uint8Array.from(reply) : null;
  }
}

// Sums. Whole numbers and fractions cross as arrays of their own; what failed is told beside the former.
const HAS_ZONE = /(?:Z|[+-]\d\d:?\d\d)$/i;

/** Milliseconds since 1970 UTC of a number, a bigint, a Date or text with a zone. */
function moment(time) {
  const ms = typeof time === "string" && !HAS_ZONE.test(time) ? NaN : typeof time === "string" ? Date.parse(time) : Number(time);
  if (time === null || typeof time === "boolean" || !Number.isSafeInteger(ms)) throw new TypeError(`\`${String(time)}\` is no instant, expected milliseconds, a Date, or ISO 8601 text with a zone such as \`Z\``);
  return ms;
}
const times64 = (times) => (times instanceof Float64Array ? times : Float64Array.from(times, moment));
const noFloats = new Float64Array(0), noInts = new BigInt64Array(0);
const isMissing = (value) => value === null || value === undefined || Number.isNaN(value);

/** A whole number as a bigint. */
function whole(value, index) {
  const int = typeof value === "bigint" ? value : Number.isSafeInteger(value) ? BigInt(value) : undefined;
  if (int === undefined || BigInt.asIntN(64, int) !== int) throw new RangeError(`value ${index} is ${String(value)}, expected a whole number below 2^63`);
  return int;
}

/** [wholes, failed, fractions, is_whole] of values; numbers without a fraction are whole. */
function columns(values, decimals) {
  if (values instanceof BigInt64Array) return [values, noBytes, noFloats, true];
  if (values instanceof Float64Array && decimals === undefined) return [noInts, noBytes, values, false];
  const list = Array.from(values);
  const isWhole = list.every((value) => isMissing(value) || typeof value === "bigint" || Number.isSafeInteger(value));
  if (!isWhole) return [noInts, noBytes, Float64Array.from(list, (value) => (isMissing(value) ? NaN : Number(value))), false];
  const failed = list.some(isMissing) ? Uint8Array.from(list, (value) => (isMissing(value) ? 1 : 0)) : noBytes;
  return [BigInt64Array.from(list, (value, index) => (isMissing(value) ? 0n : whole(value, index))), failed, noFloats, true];
}

/** Integers that JavaScript's numbers hold are numbers. */
const plain = (value) => (typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : (value ?? null));
const plainFields = (fields) => Object.fromEntries(Object.entries(fields).map(([key, value]) => [camel(key), plain(value)]));
const SEGMENT = { start: 0, count: 0, mean: null, min: null, max: null, first: null, last: null, integral: null, increase: null, cover: 0 };
const segmentOf = (fields) => ({ ...SEGMENT, ...plainFields(fields) });

const DAY = 86_400_000;

/** Seconds east of UTC around a range, by the host's own database. */
function zoneTable(tz, start, end) {
  let format;
  try {
    format = new Intl.DateTimeFormat("en-US", { timeZone: tz, calendar: "gregory", numberingSystem: "latn", hourCycle: "h23", era: "short", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" });
  } catch {
    throw new ParabusError("unknown-zone", `tz \`${String(tz)}\`: not a time zone of the IANA database`);
  }
  const offset = (ms) => {
    const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
    const year = parts.era === "BC" ? 1 - Number(parts.year) : Number(parts.year);
    const shown = new Date(0).setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day)) + (Number(parts.hour) * 3600 + Number(parts.minute) * 60 + Number(parts.second)) * 1000;
    return (shown - Math.floor(ms / 1000) * 1000) / 1000;
  };
  const [first, last] = [start - 3 * DAY, end + 3 * DAY];
  const before = offset(first);
  const changes = [];
  let known = before;
  for (let from = first; from < last; from += DAY) {
    const to = Math.min(from + DAY, last);
    if (offset(to) === known) continue;
    let [same, other] = [from, to];
    while (other - same > 1) {
      const middle = Math.floor((same + other) / 2);
      if (offset(middle) === known) same = middle;
      else other = middle;
    }
    known = offset(other);
    changes.push([other, known]);
    from = other - DAY;
  }
  return { before_s: before, changes };
}

/** A range and its segments as core takes them. */
function spansOf({ start, end, tz, ...options }) {
  const fields = { ...options, tz, start: moment(start), end: moment(end) };
  return core.has_zones === undefined && tz !== undefined && fields.start < fields.end ? { ...fields, zone: zoneTable(tz, fields.start, fields.end) } : fields;
}

/** One of core's verbs. */
function sums(name, fields, times, values, decimals) {
  const [wholes, failed, fractions, isWhole] = columns(values, decimals);
  return told(() => core[name](renamed(fields, snake), decimals, times64(times), wholes, failed, fractions, isWhole));
}
export const segments = (times, values, { decimals, ...options }) => sums("sum_segments", spansOf(options), times, values, decimals).map(segmentOf);
export const dispersed = (times, values, { decimals, start, end, ...options }) =>
  sums("sum_dispersed", { ...options, start: moment(start), end: moment(end) }, times, values, decimals).map((point) => ({ start: 0, value: null, ...plainFields(point) }));
export const minMax = (times, values, { decimals, start, end } = {}) => {
  const fields = { start: start === undefined ? undefined : moment(start), end: end === undefined ? undefined : moment(end) };
  const found = sums("sum_min_max", fields, times, values, decimals);
  return found ? plainFields(found) : null;
};
const range = (times, values, { decimals, start, end, ...options }) =>
  segmentOf(sums("sum_range", { ...options, start: moment(start), end: moment(end) }, times, values, decimals));
export const timeWeightedMean = (times, values, options) => range(times, values, options).mean;
export const integrate = (times, values, options) => range(times, values, options).integral;
export const increase = (times, values, options) => range(times, values, options).increase;
export const exactSum = (values) => {
  const [wholes, failed, fractions, isWhole] = columns(values);
  if (failed.includes(1)) throw new TypeError(`value ${failed.indexOf(1)} is missing, expected a number`);
  return plain(told(() => core.sum_exactly(wholes, fractions, isWhole)));
};

export class Series {
  #series;
  #decimals;
  constructor(options = {}) {
    this.#decimals = options.decimals;
    this.#series = told(() => new core.Series(renamed(options, snake)));
  }
  push(times, values) {
    const isOne = typeof times === "number" || typeof times === "string" || typeof times === "bigint" || times instanceof Date;
    const [wholes, failed, fractions, isWhole] = columns(isOne ? [values] : values, this.#decimals);
    told(() => this.#series.push(times64(isOne ? [times] : times), wholes, failed, fractions, isWhole));
  }
  merge(other) {
    if (other.#series !== this.#series) told(() => this.#series.merge(other.#series));
  }
  query(options) {
    return told(() => this.#series.query(renamed(spansOf(options), snake))).map(segmentOf);
  }
  get length() {
    return this.#series.count();
  }
}

export class Formula {
  #formula;
  constructor(text) {
    this.#formula = told(() => new core.Formula(String(text)));
  }
  operands() {
    return this.#formula.operands().map((id) => plain(BigInt(id)));
  }
  evaluate(values) {
    const known = (values instanceof Map ? [...values] : Object.entries(values)).filter(([, value]) => !isMissing(value));
    return this.#formula.evaluate(known.map(([id]) => String(id)), Float64Array.from(known, ([, value]) => Number(value))) ?? null;
  }
}

// Alerts. Rules are in the API's own spelling, and instants and values in any that are known here.
const moments = (at) => (typeof at === "string" ? at : moment(at));
const valueOf = (value) => (isMissing(value) ? null : typeof value === "bigint" ? String(value) : value);
const byParam = (object, change) => Object.fromEntries((object instanceof Map ? [...object] : Object.entries(object)).map(([param, value]) => [String(param), change(value)]));
const effectOf = (effect) => ({ ...plainFields(effect), ...(effect.send && { send: effect.send }) });
const STATE = { started: null, since: null, closed: null, confirmed: null, next: null };
const stateOf = (state) => ({
  ...STATE,
  ...plainFields(state),
  conditions: state.conditions.map(({ param, triggered }) => ({ param: plain(param), triggered: triggered ?? null })),
});
const options = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));

function happening(event) {
  const [[kind, fields] = []] = Object.entries(event ?? {});
  if (kind === undefined || typeof fields !== "object" || fields === null) throw new TypeError("an event has one key with an object, such as { tick: { at: 0 } }");
  const readings = fields.readings && { readings: byParam(fields.readings, valueOf) };
  return { [kind]: { ...fields, ...readings, at: moments(fields.at) } };
}

export class Alert {
  #alert;
  constructor(rule, { at, lastRecord, state } = {}) {
    const from = at === undefined ? undefined : moments(at);
    this.#alert = told(() => new core.Alert(options({ rule, at: from, last_record: lastRecord, state: state && { stored: state.stored } })));
  }
  step(event) {
    return told(() => this.#alert.step(happening(event))).map(effectOf);
  }
  state() {
    return stateOf(told(() => this.#alert.state()));
  }
}

export const simulate = (rule, series, { start, end } = {}) => {
  const points = byParam(series, ({ times, values }) => ({ times: Array.from(times, moments), values: Array.from(values, valueOf) }));
  const fields = options({ rule, series: points, start: start === undefined ? undefined : moments(start), end: end === undefined ? undefined : moments(end) });
  const { effects, state } = told(() => core.simulate(fields));
  return { effects: effects.map(effectOf), state: stateOf(state) };
};
