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

function call(name, fields) {
  try {
    return core[name](renamed(fields, snake));
  } catch (error) {
    if (Array.isArray(error)) throw new ParabusError(error[0], error[1], error[2] ?? undefined);
    throw error;
  }
}

export const parseReference = (text) => renamed(call("parse_reference", { text }), camel);
export const printReference = (reference) => call("print_reference", { ref: renamed(reference, snake) });
export const decodeValue = (registers, dataType, options = {}) => {
  const value = call("decode_value", { ...options, registers: Array.from(registers), dataType });
  // A number that an integer of JavaScript holds exactly is one; larger ones are BigInt.
  const int = typeof value.int === "bigint" && Number.isSafeInteger(Number(value.int)) ? Number(value.int) : value.int;
  return { ...value, int };
};
export const encodeValue = (text, dataType, options = {}) => call("encode_value", { ...options, text, dataType });
export const formatValue = (value, options) => call("format_value", { ...options, value });
export const decodeFrame = (data, { out, ...options }) => {
  if (out !== undefined && !(out instanceof Uint16Array)) throw new TypeError("`out` is not a Uint16Array");
  const frame = renamed(call("decode_frame", { ...options, data: Array.from(data) }), camel);
  for (const name of ["data", "events"]) if (frame[name]) frame[name] = Uint8Array.from(frame[name]);
  if (frame.records) frame.records = frame.records.map((record) => renamed(record, camel));
  if (frame.objects) frame.objects = frame.objects.map(({ id, value }) => ({ id, value: Uint8Array.from(value) }));
  if (frame.values && out) {
    const count = frame.values.length;
    if (count > out.length) throw new ParabusError("buffer-too-small", `\`out\` holds ${out.length} registers, the frame has ${count}`);
    out.set(frame.values);
    frame.values = out.subarray(0, count);
  }
  return frame;
};
const plainRecord = (record) => {
  const fields = renamed(record, snake);
  return fields.values ? { ...fields, values: Array.from(fields.values) } : fields;
};
export const encodeFrame = (frame, options) => {
  const fields = renamed(frame, snake);
  for (const name of ["data", "events", "values"]) if (fields[name]) fields[name] = Array.from(fields[name]);
  if (fields.records) fields.records = Array.from(fields.records, plainRecord);
  if (fields.objects) fields.objects = Array.from(fields.objects, ({ id, value }) => ({ id, value: Array.from(value) }));
  return Uint8Array.from(call("encode_frame", { ...options, frame: fields }));
};
export const crc16 = (data) => call("crc16", { data: Array.from(data) });
export const lrc = (data) => call("lrc", { data: Array.from(data) });
