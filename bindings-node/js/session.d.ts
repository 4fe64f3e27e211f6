// Modbus on sockets and serial ports.
import type { BankFunctions, BankTables, ClientOptions, Frame, RegisterKind, StreamTransport } from "./contract.js";

/** A device refused a request. */
export class ModbusException extends Error {
  readonly functionCode: number;
  /** 1 to 11 of the standard, or what the device made up. */
  readonly exceptionCode: number;
}

/** No reply came in time (`timeout`), the connection broke or cannot be made (`connection`), or the session is closed. */
export class SessionError extends Error {
  readonly code: "timeout" | "connection" | "closed";
}

/**
 * The client of a connection. Requests may overlap and queue up; a connection that breaks is made anew by
 * the next one.
 */
export class Session {
  /** By `connectTcp` and `connectSerial`. */
  private constructor();
  /** Sends a request; gives its reply, an exception too, of a broadcast only unit and function. */
  request(frame: Frame<ArrayLike<number>>): Promise<Frame>;
  /** Registers, or bits, in as many requests as they need. Throws `ModbusException`. */
  read(unitId: number, kind: "holding" | "input", address: number, count?: number): Promise<number[]>;
  read(unitId: number, kind: "coil" | "discrete-input", address: number, count?: number): Promise<boolean[]>;
  read(unitId: number, kind: RegisterKind, address: number, count?: number): Promise<(number | boolean)[]>;
  /** Writes coils or holding registers, in as many requests as they need. Throws `ModbusException`. */
  write(
    unitId: number,
    kind: "coil" | "holding",
    address: number,
    values: Iterable<number | boolean>,
    options?: { writeFunction?: "normal" | "always-6" | "always-16" },
  ): Promise<void>;
  /** Resolves when there is a connection. */
  connected(): Promise<void>;
  close(): void;
}

interface Serial {
  /** Such as `/dev/ttyUSB0` or `COM3`. */
  path: string;
  /** 19200 by default. */
  baud?: number;
  /** Even by default, as the standard says. */
  parity?: "even" | "odd" | "none";
  stopBits?: 1 | 2;
  transport?: "rtu" | "ascii";
}

/** Connects to a device or gateway; port 502 by default. `rtu` and `ascii` are for converters that pass serial frames through. */
export function connectTcp(
  options: { host: string; port?: number; transport?: StreamTransport; connectTimeoutMs?: number } & Omit<ClientOptions, "baud">,
): Promise<Session>;
/** Opens a serial port; needs the package `serialport`. */
export function connectSerial(options: Serial & Omit<ClientOptions, "baud" | "maxInFlight">): Promise<Session>;

/** Serves a bank on TCP; port 502 by default, 0 for any free one. */
export function serveTcp(
  unitIds: Iterable<number>,
  bank: BankTables | BankFunctions,
  options?: {
    host?: string;
    port?: number;
    transport?: StreamTransport;
    /** 32 by default; more are closed at once. */
    maxConnections?: number;
    /** A connection without a request for so long is closed; 10 minutes by default, 0 for never. */
    idleMs?: number;
    /** What the bank throws; printed without it. */
    onError?: (error: unknown) => void;
  },
): Promise<{ port: number; close(): Promise<void> }>;
/** Serves a bank on a serial port; needs the package `serialport`. */
export function serveSerial(
  unitIds: Iterable<number>,
  bank: BankTables | BankFunctions,
  options: Serial & { echo?: boolean; onError?: (error: unknown) => void },
): Promise<{ close(): Promise<void> }>;
