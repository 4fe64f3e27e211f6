// Types of the contract in JavaScript's spelling.

/** Loads the module; in Node hand over its bytes. Call it once before anything else. */
export default function init(source?: { module_or_path: BufferSource | URL | Response | WebAssembly.Module }): Promise<unknown>;

export class ParabusError extends Error {
  /** Stable code, such as `reference-syntax`. */
  readonly kind: string;
  /** Byte of text or frame, or index of a register. */
  readonly offset?: number;
}

export type Lang = "en" | "pl" | "ru" | "ua";

export interface Scale {
  /** Decimal text, `"1"` by default. */
  multiplier?: string;
  /** Decimal text, `"0"` by default. */
  shift?: string;
  precision?: number;
  /** Bit of the register, 0 to 15, for the type `bit`. */
  bit?: number;
}

export interface DecodedValue {
  /** Exact plain decimal text. */
  text: string;
  /** The nearest double, null beyond its range. */
  number: number | null;
  /** The integer, if it is one; a BigInt beyond ±(2^53 − 1). */
  int: number | bigint | null;
}

export interface Reference {
  kind: "constant" | "connection" | "param";
  realtime?: boolean;
  value?: string;
  net?: string;
  device?: string;
  param?: string;
  unitId?: number;
  registerKind?: "holding" | "input" | "coil" | "discrete-input";
  address?: number;
  bit?: number;
  bits?: number;
}

export interface Frame {
  transactionId?: number;
  unitId?: number;
  functionCode: number;
  address?: number;
  quantity?: number;
  value?: boolean | number;
  values?: number[];
  bits?: boolean[];
  exceptionCode?: number;
  data?: Uint8Array;
}

export interface FrameOptions {
  transport: "tcp" | "pdu";
  direction: "request" | "response";
}

export function parseReference(text: string): Reference;
export function printReference(reference: Reference): string;
export function decodeValue(registers: ArrayLike<number>, dataType: string, options?: Scale): DecodedValue;
export function encodeValue(text: string, dataType: string, options?: Scale): number[];
export function formatValue(
  value: string | boolean,
  options: { lang: Lang; unit?: string; precision?: number; texts?: Record<string, string>; numbers?: "plain" },
): string;
export function decodeFrame(data: ArrayLike<number>, options: FrameOptions): Frame;
export function encodeFrame(frame: Frame, options: FrameOptions): Uint8Array;
