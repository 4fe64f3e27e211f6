// The vectors on JavaScript: the same module runs on wasm in Node and in a browser, and on the addon.
// It takes the API and the files, and compares; nothing is decided here.

const camel = (key) => key.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
const snake = (key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const renamed = (object, rename) => Object.fromEntries(Object.entries(object).map(([key, value]) => [rename(key), value]));
const bytes = (text) => Uint8Array.from(text.replace(/\s/g, "").match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Bytes of a frame are text in the files. */
function frameWith(frame, rename, change) {
  const fields = renamed(frame, rename);
  for (const name of ["data", "events"]) if (fields[name] !== undefined) fields[name] = change(fields[name]);
  if (fields.records) fields.records = fields.records.map((record) => renamed(record, rename));
  if (fields.objects) fields.objects = fields.objects.map(({ id, value }) => ({ id, value: change(value) }));
  return fields;
}
const frameIn = (frame) => frameWith(frame, camel, bytes);
const frameOut = (frame) => frameWith(frame, snake, hex);

/** Large integers are text in the files, and a fraction makes all numbers fractions, as in the files' other readers. */
const valuesIn = (values) => values.map((value) => (typeof value === "string" ? BigInt(value) : value));
const withValues = (verb) => (api, { times, values, ...options }) => api[verb](times, valuesIn(values), renamed(options, camel));

const calls = {
  segments: withValues("segments"),
  dispersed: withValues("dispersed"),
  min_max: (api, args) => {
    const found = withValues("minMax")(api, args);
    return found && renamed(found, snake);
  },
  time_weighted_mean: withValues("timeWeightedMean"),
  integrate: withValues("integrate"),
  increase: withValues("increase"),
  exact_sum: (api, { values }) => api.exactSum(valuesIn(values)),
  formula: (api, { text, values }) => {
    const formula = new api.Formula(text);
    return { operands: formula.operands(), value: formula.evaluate(values) };
  },
  alert: (api, { rule, events, restore, ...options }) => {
    let alert = new api.Alert(rule, renamed(options, camel));
    const effects = events.map((event) => {
      if (restore) alert = new api.Alert(rule, { state: alert.state() });
      return alert.step(event);
    });
    return { effects, state: told(alert.state()) };
  },
  simulate: (api, { rule, series, ...options }) => {
    const { effects, state } = api.simulate(rule, series, options);
    return { effects, state: told(state) };
  },
  parse_reference: (api, { text }) => renamed(api.parseReference(text), snake),
  print_reference: (api, { ref }) => api.printReference(renamed(ref, camel)),
  decode_value: (api, { registers, data_type, ...options }) => api.decodeValue(registers, data_type, renamed(options, camel)),
  decode_array: (api, { data, registers, data_type, ...options }) => {
    const decoded = api.decodeArray(registers ? Uint16Array.from(registers) : bytes(data), data_type, renamed(options, camel));
    if (decoded instanceof BigInt64Array) return { int64: Array.from(decoded, (int) => (Number.isSafeInteger(Number(int)) ? Number(int) : int)) };
    return { float64: Array.from(decoded, (number) => (Number.isFinite(number) ? number : String(number).toLowerCase().replace("infinity", "inf"))) };
  },
  encode_value: (api, { text, data_type, ...options }) => api.encodeValue(text, data_type, options),
  format_value: (api, { value, ...options }) => api.formatValue(value, options),
  format_number: (api, { text, ...options }) => api.formatNumber(text, renamed(options, camel)),
  plural_category: (api, { text, lang }) => api.pluralCategory(text, lang),
  decode_frame: (api, { data, ...options }) => frameOut(api.decodeFrame(bytes(data), options)),
  encode_frame: (api, { frame, ...options }) => hex(api.encodeFrame(frameIn(frame), options)),
  crc16: (api, { data }) => api.crc16(bytes(data)),
  lrc: (api, { data }) => api.lrc(bytes(data)),
  plan_reads: (api, { points, ...options }) => api.planReads(points, renamed(options, camel)).map((group) => renamed(group, snake)),
  plan_writes: (api, { kind, address, values, ...options }) =>
    api.planWrites(kind, address, values, renamed(options, camel)).map(frameOut),
  frame_scanner: (api, { transport, direction, pushes }) => {
    const scanner = new api.FrameScanner(transport, direction);
    return pushes.map(({ data, now_ms }) => scanner.push(bytes(data), now_ms).map(frameOut));
  },
  modbus_client: (api, { transport, options, steps }) => {
    const client = new api.ModbusClient(transport, renamed(options ?? {}, camel));
    return steps.map(({ request, receive, poll, now_ms }) => {
      if (request) return stepOut(client.request(frameIn(request), now_ms));
      if (receive !== undefined) return stepOut(client.receive(bytes(receive), now_ms));
      return stepOut(poll ? client.poll(now_ms) : client.reset(now_ms));
    });
  },
  modbus_server: (api, { unit_ids, bank, receives, ...options }) => {
    const server = new api.ModbusServer(unit_ids, bank, options);
    const replies = receives.map(({ data, now_ms }) => server.receive(bytes(data), now_ms));
    return { replies: replies.map((reply) => reply && hex(reply)), bank };
  },
};

/** What the definition says of an alert's state. */
const told = ({ next, stored, ...state }) => state;

function stepOut({ send, events, ...step }) {
  const event = ({ frame, identity, ...rest }) => ({
    ...renamed(rest, snake),
    ...(frame && { frame: frameOut(frame) }),
    ...(identity && { identity: renamed(identity, snake) }),
  });
  return { ...renamed(step, snake), send: hex(send), events: events.map(event) };
}

/** Keys in order; integers beyond ±(2^53 − 1), NaN and infinities as text. */
function canonical(value) {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map(canonical);
  if (value !== null && typeof value === "object") return Object.fromEntries(Object.keys(value).sort().map((key) => [key, canonical(value[key])]));
  return value;
}

export function run(api, files) {
  let passed = 0;
  const failures = [];
  for (const [file, { cases }] of Object.entries(files)) {
    for (const each of cases) {
      let got;
      try {
        // A server writes into its bank.
        got = { want: calls[each.call](api, structuredClone(each.args)) };
      } catch (error) {
        // Anything else than a refusal of core is a failed case, and named as one.
        got = error.name !== "ParabusError" ? { thrown: String(error) } : { error: { kind: error.kind, ...(error.offset === undefined ? {} : { offset: error.offset }) } };
      }
      const want = each.error ? { error: each.error } : { want: each.want };
      const [expected, actual] = [want, got].map((value) => JSON.stringify(canonical(value)));
      if (expected === actual) passed++;
      else failures.push(`${file}: ${each.name}\nexpected ${expected}\n     got ${actual}`);
    }
  }
  return { passed, total: passed + failures.length, failures };
}
