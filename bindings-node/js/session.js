// Modbus on sockets and serial ports: clients and servers around the machines of the contract.
import { createConnection, createServer } from "node:net";
import { performance } from "node:perf_hooks";
import { ModbusClient, ModbusServer, ParabusError, planReads, planWrites } from "./contract.js";

const EXCEPTIONS = {
  1: "illegal function",
  2: "illegal data address",
  3: "illegal data value",
  4: "server device failure",
  5: "acknowledge",
  6: "server device busy",
  8: "memory parity error",
  10: "gateway path unavailable",
  11: "gateway target device failed to respond",
};

/** A device refused a request. */
export class ModbusException extends Error {
  constructor(unitId, functionCode, exceptionCode) {
    const name = EXCEPTIONS[exceptionCode] ?? "not in the standard";
    super(`unit ${unitId} refused function ${functionCode}: exception ${exceptionCode}, ${name}`);
    this.name = "ModbusException";
    this.functionCode = functionCode;
    this.exceptionCode = exceptionCode;
  }
}

/** No reply came in time, or the connection broke. */
export class SessionError extends Error {
  constructor(code, message, cause) {
    super(message, { cause });
    this.name = "SessionError";
    this.code = code;
  }
}

export class Session {
  #open;
  #client;
  #stream = null;
  #opening = null;
  #timer = null;
  #waiting = new Map();
  #isClosed = false;

  /** `open` gives a promise of a duplex stream. */
  constructor(client, open) {
    this.#client = client;
    this.#open = open;
  }

  /** Sends a request; its reply, of a broadcast only unit and function. Requests may overlap, and queue up. */
  async request(frame) {
    if (this.#isClosed) throw new SessionError("closed", "the session is closed");
    await this.connected();
    return new Promise((resolve, reject) => {
      const step = this.#client.request(frame, performance.now());
      this.#waiting.set(step.requestId, { resolve, reject, frame });
      this.#take(step);
    });
  }

  /** Registers or bits, in as many requests as they need. */
  async read(unitId, kind, address, count = 1) {
    unitId = whole("unitId", unitId, 0, 255);
    address = whole("address", address, 0, 65535);
    count = whole("count", count, 1, 65536 - address);
    const most = kind === "coil" || kind === "discrete-input" ? 2000 : 125;
    const points = [];
    for (let start = address; start < address + count; start += most) points.push([kind, start, Math.min(most, address + count - start)]);
    const values = [];
    for (const { functionCode, address, quantity } of planReads(points, { maxRegisters: most })) {
      const reply = await this.#checked({ unitId, functionCode, address, quantity });
      values.push(...(reply.values ?? reply.bits));
    }
    return values;
  }

  /** Writes coils or holding registers, in as many requests as they need. */
  async write(unitId, kind, address, values, options) {
    unitId = whole("unitId", unitId, 0, 255);
    address = whole("address", address, 0, 65535);
    for (const frame of planWrites(kind, address, values, options)) await this.#checked({ unitId, ...frame });
  }

  async #checked(frame) {
    const reply = await this.request(frame);
    if (reply.exceptionCode !== undefined) throw new ModbusException(frame.unitId, reply.functionCode, reply.exceptionCode);
    return reply;
  }

  close() {
    this.#isClosed = true;
    this.#drop(new SessionError("closed", "the session is closed"));
  }

  /** Resolves when there is a connection; makes it if there is none. */
  async connected() {
    if (this.#stream) return;
    this.#opening ??= this.#open().then(
      (stream) => {
        this.#opening = null;
        if (this.#isClosed) return void stream.destroy();
        this.#stream = stream;
        // A stream that was given up may still speak when the next one is open.
        const ifItsOwn = (act) => (argument) => this.#stream === stream && act(argument);
        stream.on("data", ifItsOwn((data) => this.#receive(data)));
        stream.on("error", ifItsOwn((cause) => this.#drop(new SessionError("connection", `the connection broke: ${cause.message}`, cause))));
        stream.on("close", ifItsOwn(() => this.#drop(new SessionError("connection", "the other side closed the connection"))));
      },
      (cause) => {
        this.#opening = null;
        throw new SessionError("connection", `cannot connect: ${cause.message}`, cause);
      },
    );
    await this.#opening;
    if (!this.#stream) throw new SessionError("closed", "the session is closed");
  }

  #receive(data) {
    let step;
    try {
      step = this.#client.receive(data, performance.now());
    } catch (cause) {
      if (!(cause instanceof ParabusError)) throw cause;
      return this.#drop(new SessionError("connection", `the other side does not speak Modbus: ${cause.message}`, cause));
    }
    this.#take(step);
  }

  /** Sends what is to be sent, settles what is settled, and comes back in time. */
  #take({ send, events, deadlineMs }) {
    clearTimeout(this.#timer);
    if (send.length > 0) this.#stream?.write(send);
    if (deadlineMs !== null) this.#timer = setTimeout(() => this.#take(this.#client.poll(performance.now())), Math.max(deadlineMs - performance.now(), 0) + 0.5);
    for (const { kind, requestId, frame } of events) {
      const waiting = this.#waiting.get(requestId);
      if (!waiting) continue;
      this.#waiting.delete(requestId);
      const { unitId, functionCode } = waiting.frame;
      if (kind === "reply") waiting.resolve(frame);
      else if (kind === "sent") waiting.resolve({ unitId, functionCode });
      else waiting.reject(new SessionError("timeout", `no reply from unit ${unitId}`));
    }
  }

  #drop(error) {
    const stream = this.#stream;
    this.#stream = null;
    stream?.destroy();
    clearTimeout(this.#timer);
    this.#client.reset(performance.now());
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}

/** A whole number within limits; one in a `BigInt` counts as well. */
function whole(name, value, low, high) {
  const number = typeof value === "bigint" ? Number(value) : value;
  if (!Number.isInteger(number) || number < low || number > high) {
    throw new RangeError(`\`${name}\` is ${typeof value === "string" ? `"${value}"` : value}, expected a whole number ${low} to ${high}`);
  }
  return number;
}

/** A stream of a TCP connection. */
function dial(host, port, connectTimeoutMs) {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port, noDelay: true, keepAlive: true });
    const timer = setTimeout(() => socket.destroy(new Error(`no answer from ${host}:${port} within ${connectTimeoutMs} ms`)), connectTimeoutMs);
    socket.once("error", reject);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", reject);
      resolve(socket);
    });
    socket.once("close", () => clearTimeout(timer));
  });
}

/** A stream of a serial port, by the package `serialport`. */
async function openPort(path, { baud, parity = "even", stopBits = 1 }) {
  const { SerialPort } = await import("serialport").catch((cause) => {
    throw new Error("serial ports need the package serialport: npm install serialport", { cause });
  });
  return new Promise((resolve, reject) => {
    const port = new SerialPort({ path, baudRate: baud, dataBits: 8, parity, stopBits }, (error) => (error ? reject(error) : resolve(port)));
  });
}

/** Connects to a device or gateway. `transport` is `rtu` or `ascii` for converters that pass serial frames through. */
export async function connectTcp({ host, port = 502, transport = "tcp", connectTimeoutMs = 3000, ...options }) {
  const session = new Session(new ModbusClient(transport, options), () => dial(host, port, connectTimeoutMs));
  await session.connected();
  return session;
}

/** Opens a serial port. */
export async function connectSerial({ path, baud = 19200, parity, stopBits, transport = "rtu", ...options }) {
  const session = new Session(new ModbusClient(transport, { baud, ...options }), () => openPort(path, { baud, parity, stopBits }));
  await session.connected();
  return session;
}

/** Answers what comes from a stream until it ends. */
function play(stream, machine, pauseMs) {
  let isEnding = false;
  stream.on("error", () => stream.destroy());
  stream.on("data", (data) => {
    if (isEnding) return;
    let reply = null;
    try {
      reply = machine.receive(data, performance.now());
    } catch (error) {
      if (error instanceof ParabusError) {
        isEnding = true;
        return void stream.destroy();
      }
      // The client gets no answer to this request; the next one may be answered again.
      return void stream.emit("bank-error", error);
    }
    if (reply === null) return;
    if (pauseMs > 0) setTimeout(() => stream.destroyed || stream.write(reply), pauseMs);
    else stream.write(reply);
  });
}

/**
 * Serves a bank on TCP: `{ port, close() }`. What the bank throws goes to `onError`.
 */
export function serveTcp(unitIds, bank, { host = "127.0.0.1", port = 502, transport = "tcp", maxConnections = 32, idleMs = 600_000, onError } = {}) {
  const units = [...unitIds];
  // Refuses what is wrong here, and not at the first connection.
  new ModbusServer(units, bank, { transport });
  const open = new Set();
  const server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    if (idleMs) socket.setTimeout(idleMs, () => socket.destroy());
    socket.on("bank-error", (error) => (onError ? onError(error) : console.error(error)));
    play(socket, new ModbusServer(units, bank, { transport }), 0);
  });
  server.maxConnections = maxConnections;
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      for (const socket of open) socket.destroy();
    });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => resolve({ port: server.address().port, close }));
  });
}

/** Serves a bank on a serial port: `{ close() }`. */
export async function serveSerial(unitIds, bank, { path, baud = 19200, parity, stopBits, transport = "rtu", echo = false, onError } = {}) {
  const machine = new ModbusServer([...unitIds], bank, { transport, echo });
  const stream = await openPort(path, { baud, parity, stopBits });
  stream.on("bank-error", (error) => (onError ? onError(error) : console.error(error)));
  // 3.5 characters of 11 bits, and not less than 1.75 ms (Modbus over Serial Line V1.02, 2.5.1.1).
  play(stream, machine, transport === "ascii" ? 0 : Math.max(1.75, 38_500 / baud));
  return { close: () => new Promise((resolve) => stream.close(resolve)) };
}
