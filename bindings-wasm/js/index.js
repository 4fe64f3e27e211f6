// Core in JavaScript's spelling: the verbs of the contract, fields in camelCase, one error class.
import init, * as core from "./parabus_wasm.js";

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
export const decodeFrame = (data, options) => {
  const frame = renamed(call("decode_frame", { ...options, data: Array.from(data) }), camel);
  return frame.data ? { ...frame, data: Uint8Array.from(frame.data) } : frame;
};
export const encodeFrame = (frame, options) => {
  const fields = renamed(frame, snake);
  if (fields.data) fields.data = Array.from(fields.data);
  return Uint8Array.from(call("encode_frame", { ...options, frame: fields }));
};

export default init;
