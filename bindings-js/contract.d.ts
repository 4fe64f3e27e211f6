// Types of the contract in JavaScript's spelling. Registers are 0 to 65535 in the order in which the
// device sends them.

/** What core refuses. */
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
  /** Bit of the register, 0 to 15, for the types `bit`, `bits` and `enum`: of several bits the lowest. */
  bit?: number;
  /** Number of bits, for `bits` and `enum`; of a text, its length in registers. */
  bits?: number;
}

export interface DecodedValue {
  /** Exact plain decimal text; of a text or an address, the text. */
  text: string;
  /** The nearest double, null beyond its range, and of a text or an address. */
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

/** Registers of a file, functions 20 and 21: what is asked for has no `values`, what comes back only those. */
export interface FileRecord<Registers = number[]> {
  /** 1 to 65535. */
  fileNumber?: number;
  /** First record, 0 to 9999. */
  recordNumber?: number;
  recordLength?: number;
  values?: Registers;
}

/** An object of a device's identification, function 43/14. */
export interface IdObject {
  /** 0 vendor, 1 product, 2 revision. */
  id: number;
  /** Usually ASCII text. */
  value: Uint8Array;
}

/** Fields of a frame by the standard's names; those that its function has. */
export interface Frame<Registers = number[]> {
  /** On TCP. */
  transactionId?: number;
  /** Not of a bare PDU. */
  unitId?: number;
  /** 1 to 127, without the exception bit. */
  functionCode: number;
  address?: number;
  /** Where the number of items says it, it may be left out. */
  quantity?: number;
  /** Of function 5 a boolean, of function 6 a register. */
  value?: boolean | number;
  values?: Registers;
  /** Of a response all bits of the bytes received. */
  bits?: boolean[];
  /** Functions 7, 11 and 12. */
  status?: number;
  /** Function 8. */
  subFunction?: number;
  eventCount?: number;
  messageCount?: number;
  /** Function 12, the newest first. */
  events?: Uint8Array;
  records?: FileRecord<Registers | number[]>[];
  andMask?: number;
  orMask?: number;
  readAddress?: number;
  readQuantity?: number;
  writeAddress?: number;
  /** Function 43: 14 identifies the device. */
  meiType?: number;
  readCode?: number;
  objectId?: number;
  conformity?: number;
  moreFollows?: boolean;
  nextObjectId?: number;
  objects?: IdObject[];
  exceptionCode?: number;
  /** Functions 8 and 17, and the bytes behind the function code, of functions that are not taken apart. */
  data?: Uint8Array;
}

/** Raw bits that stand for "no value", at most 2, without a sign: `[0x8000]`, `["18446744073709551615"]`. */
type Codes = ArrayLike<number | bigint | string>;

export interface DecodeOptions extends Scale {
  notAvailable?: Codes;
}

export interface ArrayOptions extends Omit<Scale, "precision"> {
  notAvailable?: Codes;
}

export interface FrameOptions {
  transport: "rtu" | "tcp" | "ascii" | "pdu";
  direction: "request" | "response";
}

/** `boiler>holding>100`, `*room1.humidity`, `conn?main-net`, `!-2.5` to parts. */
export function parseReference(text: string): Reference;
/** Parts to the one canonical text. */
export function printReference(reference: Reference): string;
/**
 * Registers to an exact value: raw × multiplier + shift, in decimal.
 * @param dataType one of `u8 u16 u32 u48 u64 i8 i16 i32 i48 i64 f32 f64 bcd16 bcd32` with a byte order, `-be`
 * (ABCD) if none: `-le` (DCBA), `-mbe` (BADC), `-mle` (CDAB); `bit`; `bits` (several of one register); `enum`;
 * the texts `str` (a character in each register), `str2` and `str2-le` (two bytes of UTF-8 in each, the second
 * with its bytes swapped); the addresses `ipv4` and `mac` (a byte in each register).
 */
export function decodeValue(registers: ArrayLike<number>, dataType: string, options?: DecodeOptions): DecodedValue;
/**
 * Many values of a type of numbers at once. Bytes are those of frames, the high byte of each register first; a
 * Uint16Array holds registers. Without `out`, integer types with multiplier 1 and shift 0 give a BigInt64Array,
 * all others the nearest doubles; what is no value (NaN, a code, a BCD digit above 9) is NaN there, and an error
 * among integers, as 2^63 and above is. `out` is filled, and its filled part given.
 */
export function decodeArray(buffer: Uint8Array | Uint16Array, dataType: string, options: ArrayOptions & { out: Float64Array }): Float64Array;
export function decodeArray(buffer: Uint8Array | Uint16Array, dataType: string, options: ArrayOptions & { out: BigInt64Array }): BigInt64Array;
export function decodeArray(
  buffer: Uint8Array | Uint16Array,
  dataType: string,
  options?: ArrayOptions & { out?: undefined },
): Float64Array | BigInt64Array;
/** Decimal text, a bit's `0 1 false true`, a text or an address to registers; numbers are truncated toward zero. */
export function encodeValue(text: string, dataType: string, options?: Scale): number[];
/** A value as a person reads it. Without `precision` the digits that it has, at most 6. */
export function formatValue(
  value: string | boolean,
  options: { lang: Lang; unit?: string; precision?: number; texts?: Record<string, string>; numbers?: "plain" | "cldr" },
): string;
/**
 * A number as a language writes it: the text of `Intl.NumberFormat`, except that zero has no minus.
 * `minFraction` (0) fills up with zeros; `maxFraction` rounds half away from zero and leaves no trailing
 * zeros beyond `minFraction`; without it all digits of the text are shown. At most 100 each.
 */
export function formatNumber(
  text: string,
  options: { lang: Lang; minFraction?: number; maxFraction?: number; grouping?: "auto" | "always" | "min2" | "never" },
): string;
/** The form that a word takes behind a number as it is shown: `1` and `1.0` take different ones. */
export function pluralCategory(text: string, lang: Lang): "one" | "few" | "many" | "other";
/** A whole frame to fields. Register values go into `out`, if there is one: `values` is then its filled part. */
export function decodeFrame(data: ArrayLike<number>, options: FrameOptions & { out: Uint16Array }): Frame<Uint16Array>;
export function decodeFrame(data: ArrayLike<number>, options: FrameOptions & { out?: undefined }): Frame;
/** Fields to a whole frame. */
export function encodeFrame(frame: Frame<ArrayLike<number>>, options: FrameOptions): Uint8Array;
/** The checksum of RTU, 0 to 65535; its low byte is sent first. */
export function crc16(data: ArrayLike<number>): number;
/** The checksum of ASCII, 0 to 255. */
export function lrc(data: ArrayLike<number>): number;

export type RegisterKind = "coil" | "discrete-input" | "holding" | "input";
/** Registers: kind, first address, how many. */
export type Span = readonly [kind: RegisterKind, address: number, count: number];

export interface PlannedRead {
  kind: RegisterKind;
  /** The function that reads it. */
  functionCode: number;
  address: number;
  quantity: number;
  /** Which of the points it reads, by place in the list. */
  points: number[];
}

/**
 * Points to as few requests as limit and gap allow; no point is split. Groups that the device refused,
 * given in `refused`, are parted, until what is refused is a point of its own.
 */
export function planReads(points: Iterable<Span>, options?: { maxRegisters?: number; maxGap?: number; refused?: Iterable<Span> }): PlannedRead[];
/** Values to requests that write them: frames without a unit. `normal` writes one value by 5 or 6, several by 15 or 16. */
export function planWrites(
  kind: RegisterKind,
  address: number,
  values: Iterable<number | boolean>,
  options?: { writeFunction?: "normal" | "always-6" | "always-16" },
): Frame[];

export type StreamTransport = "rtu" | "tcp" | "ascii";

/** Finds the intact frames of one direction in a stream that comes in chunks of any size; passes over noise. */
export class FrameScanner {
  constructor(transport: StreamTransport, direction: "request" | "response");
  /** Takes bytes, gives the frames that they end. A second without bytes ends a frame begun, but for TCP. */
  push(data: ArrayLike<number>, nowMs?: number): Frame[];
}

export interface ClientOptions {
  /** How long a reply is waited for beyond its time on the line; 1000 by default. */
  timeoutMs?: number;
  /** How often a request is sent again when no reply comes; 0 by default. */
  retries?: number;
  /** Requests at once on TCP, 1 to 16; 1 by default. */
  maxInFlight?: number;
  /** Rate of the serial line, whose silences are kept then. */
  baud?: number;
  /** Discards a frame with a silence in it. */
  strict?: boolean;
  /** What is sent comes back first. */
  echo?: boolean;
}

/** Who a controller is that dialled in. */
export interface ControllerIdentity {
  unitId: number;
  /** 12 ET-485, 23 EM-481, 42 OPCB-221. */
  deviceType: number;
  firmware: number;
  /** As `d8:80:39:4e:8d:e9`. */
  mac: string;
  isMacUnique: boolean;
  hasCode: boolean;
  wantsCode: boolean;
  isActivated: boolean;
  /** 0 activated, a code of 8 digits, or 100,000,000 for none. */
  activationCode?: number;
}

export type ClientEvent =
  /** An exception is a reply. */
  | { kind: "reply"; requestId: number; frame: Frame }
  /** No reply came; a broadcast was sent; the connection was lost. */
  | { kind: "timeout" | "sent" | "lost"; requestId: number }
  /** A controller that dialled in says who it is, once. */
  | { kind: "identity"; identity: ControllerIdentity }
  /** A frame that answers nothing. */
  | { kind: "stray"; reason: "transaction" | "unit" | "mismatch" | "collision" | "malformed" };

export interface ClientStep {
  /** Bytes to send now; often none. */
  send: Uint8Array;
  events: ClientEvent[];
  /** When to call `poll`, if no bytes come before; null while nothing is under way. */
  deadlineMs: number | null;
}

/**
 * The client of a connection without the connection: bytes and time in, bytes and events out. Requests
 * queue up until the line is free for them. Times are of any clock that does not go back.
 */
export class ModbusClient {
  constructor(transport: StreamTransport, options?: ClientOptions);
  /** Sends a request, or queues it. */
  request(frame: Frame<ArrayLike<number>>, nowMs: number): ClientStep & { requestId: number };
  /** Takes bytes that came. Throws if a TCP stream is out of step: close it, and `reset`. */
  receive(data: ArrayLike<number>, nowMs: number): ClientStep;
  poll(nowMs: number): ClientStep;
  /** A new connection: every request is lost, those in the queue among them. */
  reset(nowMs: number): ClientStep;
}

type Table<Item> = Map<number, Item> | Record<number, Item> | { [index: number]: Item };

/** Registers by kind and address: an absent kind is an unknown function, an absent address an illegal one. */
export interface BankTables {
  coil?: Table<boolean | number>;
  "discrete-input"?: Table<boolean | number>;
  holding?: Table<number>;
  input?: Table<number>;
}

/** Or functions: what they give instead of items is the number of an exception, null or false an illegal address. */
export interface BankFunctions {
  read(unitId: number, kind: RegisterKind, address: number, count: number): ArrayLike<number | boolean> | number | null | undefined;
  write?(unitId: number, kind: "coil" | "holding", address: number, values: (number | boolean)[]): number | boolean | void;
}

/** The server of a connection without the connection. Units share the bank. */
export class ModbusServer {
  constructor(unitIds: Iterable<number>, bank: BankTables | BankFunctions, options?: { transport?: StreamTransport; echo?: boolean });
  /** Takes bytes that came; gives the reply to send, null where there is none. */
  receive(data: ArrayLike<number>, nowMs?: number): Uint8Array | null;
}

/** Milliseconds since 1970 UTC, a Date, or ISO 8601 text with a zone. */
export type Moment = number | bigint | Date | string;
/** Whole numbers, fractions, or both; null and NaN are readings that failed. */
export type SeriesValues = BigInt64Array | Float64Array | Iterable<number | bigint | null>;

export interface Range {
  /** First instant. */
  start: Moment;
  /** The instant after the last. */
  end: Moment;
}

export interface Spans extends Range {
  /** Whole segments of UTC, from the one that `start` lies in. */
  cadence?: "1m" | "5m" | "15m" | "1h" | "1d";
  /** Instead of it segments of local time in `tz`; without both the range is one. */
  segment?: "half-hour" | "hour" | "day";
  /** Name of the IANA database. In a browser its offsets are those of the browser's own database. */
  tz?: string;
}

export interface SumOptions {
  /** Milliseconds for which a value holds; until the next reading without it. */
  holdMs?: number;
  /** Of whole numbers, each of which stands for `value × 10^-decimals`. */
  decimals?: number;
}

export interface CounterOptions {
  /** Of a counter that runs over. */
  widthBits?: 16 | 32 | 48 | 64;
}

/** What is known of a segment. Of whole numbers without `decimals`, those beyond ±(2^53 − 1) are BigInt. */
export interface Segment {
  /** Milliseconds. */
  start: number;
  /** Readings with a value. */
  count: number;
  /** Over the time for which the value is known. */
  mean: number | null;
  min: number | bigint | null;
  max: number | bigint | null;
  first: number | bigint | null;
  last: number | bigint | null;
  /** Value times milliseconds. */
  integral: number | null;
  /** What a counter counted, from the reading before the segment on. */
  increase: number | bigint | null;
  /** Milliseconds with a value. */
  cover: number;
}

/** Everything known of each segment of a range; the same bits whatever the order of the readings. */
export function segments(times: Iterable<Moment>, values: SeriesValues, options: Spans & SumOptions & CounterOptions): Segment[];
/** A value for each of so many parts of a range: the first that was read in it, or the one that holds when it begins. */
export function dispersed(
  times: Iterable<Moment>,
  values: SeriesValues,
  options: Range & SumOptions & { points: number; sampling?: "first" | "hold" },
): { start: number; value: number | bigint | null }[];
/** The extremes of the readings with `start ≤ t ≤ end`, each with its earliest instant; null of none. */
export function minMax(
  times: Iterable<Moment>,
  values: SeriesValues,
  options?: Partial<Range> & { decimals?: number },
): { min: number | bigint; minAt: number; max: number | bigint; maxAt: number } | null;
/** The mean over the time for which the value is known; null if it is not known at all. */
export function timeWeightedMean(times: Iterable<Moment>, values: SeriesValues, options: Range & SumOptions): number | null;
/** Value times milliseconds; null if it is not known at all. */
export function integrate(times: Iterable<Moment>, values: SeriesValues, options: Range & SumOptions): number | null;
/** What a counter counted with `start ≤ t < end`; null without readings there, or none before. */
export function increase(times: Iterable<Moment>, values: SeriesValues, options: Range & CounterOptions & { decimals?: number }): number | bigint | null;
/** The sum of whole numbers, exact; of fractions the number nearest to the exact sum. */
export function exactSum(values: BigInt64Array | Float64Array | Iterable<number | bigint>): number | bigint;

/** Readings that come in any order, for questions in between; the first value says whether they are whole numbers. */
export class Series {
  constructor(options?: SumOptions & CounterOptions);
  /** One reading, or many. */
  push(time: Moment, value: number | bigint | null): void;
  push(times: Iterable<Moment>, values: SeriesValues): void;
  /** Adds all readings of another series; those replace ours at the same instants. */
  merge(other: Series): void;
  query(options: Spans): Segment[];
  readonly length: number;
}

/** A formula of a report, such as `(#561 + 10) / 2 + #558`. */
export class Formula {
  constructor(text: string);
  /** Identifiers, each once, in the order of the text. */
  operands(): (number | bigint)[];
  /** The result; null if an operand has no value, for a division by zero, and where there is no finite number. */
  evaluate(values: Map<number | bigint | string, number | null> | Record<string, number | null>): number | null;
}

/** The body with which the API creates an alert, and how it is to be reckoned. */
export interface AlertRule {
  /** In identifiers of effects. */
  id?: number;
  name?: string;
  slug?: string;
  description?: string;
  logAs?: string;
  conditionLogic: "all" | "any";
  conditions: {
    paramId: number;
    kind: "g" | "ge" | "l" | "le" | "eq" | "neq" | "reading-error";
    param?: string;
    /** Exact as text. */
    value?: number | string;
    /** How far past the threshold a value has to be until the condition no longer holds. */
    deadband?: number | string;
    holdMs?: number;
    /** Readings in a row that fail until they are a reading error; 3 without it. */
    failures?: number;
  }[];
  actions?: { timeoutMinutes: number | string; type?: "sms" | "email" | "voice-call" | ""; recepient?: string }[];
  followUps?: { stage: "confirmed" | "not-confirmed" | "resolved"; timeoutMinutes: number | string; type: "sms" | "email" | "voice-call"; recepient?: string }[];
  /** From one reading to the next; 10 s without it. */
  periodMs?: number;
  /** For how long the conditions have to be false until a record closes; a period without it. */
  resolveDelayMs?: number;
  /** For how long a reading holds; three periods without it, at least a minute. */
  holdMs?: number;
}

/** A value; null and NaN are readings that failed. */
export type AlertValue = number | bigint | string | null;

export type AlertEvent =
  /** A device was read: values by parameter. */
  | { cycle: { at: Moment; readings: Record<string, AlertValue> | Map<number | string, AlertValue> } }
  | { tick: { at: Moment } }
  | { confirm: { at: Moment } }
  /** Polling of parameters begins or ends. */
  | { polling: { at: Moment; params: number[]; on: boolean } }
  /** The program runs again; what was meanwhile is not known. */
  | { restart: { at: Moment } }
  /** The alert is deleted. */
  | { close: { at: Moment } };

export interface AlertEffect {
  /** By which it is known, however often it is delivered. */
  id: string;
  kind: "open" | "resolve" | "confirm" | "flapping" | "action" | "follow-up";
  record: number;
  /** When it was due; of `resolve`, when the record closed. */
  due: number;
  at: number;
  /** Of actions and follow-ups. */
  index?: number;
  /** Absent if nobody is told. */
  send?: { type: "sms" | "email" | "voice-call"; recepient: string };
}

/** How an alert stands; JSON can hold it. */
export interface AlertState {
  now: number;
  /** Number of the last record; 0 of none. */
  record: number;
  phase: "quiet" | "active" | "resolved" | "ended";
  started: number | null;
  /** From when the actions of an open record count. */
  since: number | null;
  closed: number | null;
  confirmed: number | null;
  flapping: boolean;
  /** When time alone changes something: the next `tick`. */
  next: number | null;
  /** null: it is not known. */
  conditions: { param: number | bigint; triggered: boolean | null }[];
  /** Everything, for `new Alert(rule, { state })`. */
  stored: string;
}

/** An alert. It reads no clock: whoever keeps it tells it what happens. */
export class Alert {
  constructor(rule: AlertRule, options?: { at?: Moment; lastRecord?: number; state?: { stored: string } });
  /** What was due before the event happens then, each at its own instant: one late tick tells what a hundred would. */
  step(event: AlertEvent): AlertEffect[];
  state(): AlertState;
}

/** What an alert would have done with readings; those of one instant are one cycle. */
export function simulate(
  rule: AlertRule,
  series: Record<string, { times: Iterable<Moment>; values: Iterable<AlertValue> }> | Map<number | string, { times: Iterable<Moment>; values: Iterable<AlertValue> }>,
  options?: { start?: Moment; end?: Moment },
): { effects: AlertEffect[]; state: AlertState };
