// The HTTP API of a server, for Node and browsers, without core: log-in, repetition, pages and arrays around `fetch`.

/** Paths that need no token. */
export const OPEN = ["/authenticate/", "/version/"];

/** A token is renewed when so much of its life is over. */
const FRESH = 0.95;

/** Life of a token, where a browser does not show when the answer was sent. */
const LIFE_MS = 3_600_000;

/** The first pause before a request is repeated, and the longest. */
const PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;

/** Most points of one reply, and most records of a page of a log. */
const POINTS = 1000;
const RECORDS = 100;

/** The server refused a request, or did not answer. */
export class ApiError extends Error {
  constructor(status, code, message, method, path, options) {
    super(`${method} ${path}: ${status === null ? code : `${status} ${code}`}: ${message}`, options);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.reason = message;
    this.method = method;
    this.path = path;
  }
}

export class Client {
  #url;
  #credentials;
  #retries;
  #timeoutMs;
  #fetch;
  #session = null;
  #isClosed = false;

  constructor({ url, apiKey, password, retries = 5, timeoutMs = 90_000, fetch = globalThis.fetch }) {
    this.#url = addressOf(url);
    this.#credentials = JSON.stringify({ apiKey, password });
    this.#retries = retries;
    this.#timeoutMs = timeoutMs;
    // A browser's `fetch` wants to be called as that of the window.
    this.#fetch = (...request) => fetch(...request);
  }

  get url() {
    return this.#url;
  }

  get(path, init) {
    return this.#call("GET", path, init);
  }

  post(path, init) {
    return this.#call("POST", path, init);
  }

  async readings(paramId, { start, end, exact = false, signal } = {}) {
    const since = start === undefined ? undefined : millis(start);
    const before = end === undefined ? undefined : millis(end);
    const pages = [];
    let till = before === undefined ? undefined : before - 1;
    let isMore = since === undefined || till === undefined || since <= till;
    while (isMore) {
      const query = { paramId, from: since === undefined ? undefined : iso(since), till: till === undefined ? undefined : iso(till), pointsLimit: POINTS };
      const reply = await this.get("/readings/get/", { query, signal });
      const points = reply.map(([at, value]) => [Date.parse(at), value]);
      // Others may have been read at the oldest instant: all of them come with the next page.
      const oldest = points.length < POINTS ? -Infinity : points.at(-1)[0];
      const newer = points.filter(([at]) => at > oldest);
      pages.push(newer.length > 0 ? newer : points);
      till = newer.length > 0 ? oldest : oldest - 1;
      isMore = points.length === POINTS && (since === undefined || since <= till);
    }
    const points = pages.flat().reverse();
    const values = points.map(([, value]) => value);
    return { times: Float64Array.from(points, ([at]) => at), values: exact ? values : Float64Array.from(values, (value) => (value === null ? NaN : Number(value))) };
  }

  alertLogRecords(alertId, { lang, signal } = {}) {
    return records((page) => this.get("/alert/{alertId}/log/", { path: { alertId }, query: { page, itemsOnPage: RECORDS, lang }, signal }));
  }

  orgAlertsLogRecords(orgId, { netId, lang, signal } = {}) {
    return records((page) => this.get("/org/{orgId}/alerts/log/", { path: { orgId }, query: { page, itemsOnPage: RECORDS, netId, lang }, signal }));
  }

  async close() {
    this.#isClosed = true;
    const session = this.#session;
    this.#session = null;
    const token = await session?.token.catch(() => undefined);
    // It would end by itself within the hour.
    if (token !== undefined) await this.#exchange("POST", "/logout/", { body: "null", token }).catch(() => undefined);
  }

  async #call(method, template, { path = {}, query = {}, body = null, signal } = {}) {
    const filled = template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(path[name]));
    const asked = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
    // Of a list, `String` makes numbers with commas between them.
    const search = new URLSearchParams(asked.map(([name, value]) => [name, String(value)])).toString();
    const request = { search, body: method === "GET" ? undefined : JSON.stringify(body), signal };
    if (OPEN.includes(template)) return (await this.#exchange(method, filled, request)).content;
    const session = this.#openSession();
    try {
      return (await this.#exchange(method, filled, { ...request, token: await session.token })).content;
    } catch (error) {
      // `NotAuthorized` is 401 as well, and a new token would change nothing.
      if (error.code !== "IncorrectAuthToken") throw error;
    }
    this.#end(session);
    return (await this.#exchange(method, filled, { ...request, token: await this.#openSession().token })).content;
  }

  /** The session, a new one if there is none or its token is about to end; calls share the one log-in. */
  #openSession() {
    if (this.#session !== null && performance.now() < this.#session.freshUntil) return this.#session;
    const session = { token: this.#logIn(), freshUntil: Infinity };
    session.token = session.token.then(
      ({ token, lifeMs }) => {
        session.freshUntil = performance.now() + FRESH * lifeMs;
        return token;
      },
      (error) => {
        this.#end(session);
        throw error;
      },
    );
    this.#session = session;
    return session;
  }

  #end(session) {
    if (this.#session === session) this.#session = null;
  }

  /** A token, and its life by the server's clock: this machine's may be wrong. */
  async #logIn() {
    const { content, headers } = await this.#exchange("POST", "/authenticate/", { body: this.#credentials });
    const lifeMs = Date.parse(content.expiresOn) - Date.parse(headers.get("Date") ?? "");
    return { token: content.token, lifeMs: Number.isNaN(lifeMs) ? LIFE_MS : lifeMs };
  }

  /** Sends a request until there is an answer that counts; its content and headers. */
  async #exchange(method, path, { search = "", body, token, signal }) {
    // The API wants the type of GET, too.
    const headers = { "Content-Type": "application/json", Accept: "application/json" };
    if (token !== undefined) headers.Authorization = `token ${token}`;
    const address = `${this.#url}/api/v1${path}${search && `?${search}`}`;
    // A second log-in only makes another token.
    const isSafe = method === "GET" || path === "/authenticate/";
    for (let repeated = 0; ; repeated++) {
      // `close` itself logs out.
      if (this.#isClosed && path !== "/logout/") throw new ApiError(null, "Closed", "the client was closed, make a new `Client` for further calls", method, path);
      let error, mayRepeat, askedFor;
      try {
        const limit = AbortSignal.timeout(this.#timeoutMs);
        const init = { method, headers, body, redirect: "manual", credentials: "omit", signal: signal ? AbortSignal.any([signal, limit]) : limit };
        const reply = await this.#fetch(address, init);
        const content = parse(await reply.text());
        if (reply.status === 200 && content !== undefined) return { content, headers: reply.headers };
        error = refusal(reply, content, method, path);
        askedFor = reply.headers.get("Retry-After");
        mayRepeat = isRefusedForNow(isSafe, error, askedFor !== null);
      } catch (cause) {
        signal?.throwIfAborted();
        const isLate = cause.name === "TimeoutError";
        const reason = isLate ? `no answer within ${this.#timeoutMs} ms` : `no answer: ${cause.cause?.message || cause.message}`;
        error = new ApiError(null, "NoReply", reason, method, path, { cause });
        mayRepeat = isSafe && !isLate;
      }
      const pause = pauseMs(repeated, askedFor ?? null);
      if (!mayRepeat || repeated >= this.#retries || pause > 2 * LONGEST_PAUSE_MS) throw error;
      await new Promise((done) => {
        if (signal?.aborted) return done();
        const stop = () => (clearTimeout(timer), done());
        const timer = setTimeout(() => (signal?.removeEventListener("abort", stop), done()), pause);
        signal?.addEventListener("abort", stop, { once: true });
      });
      signal?.throwIfAborted();
    }
  }
}

/** The address without the last slash. What is wrong with it is told without repeating it: it may hold a password. */
function addressOf(text) {
  let url;
  try {
    url = new URL(text);
  } catch {
    throw new TypeError("`url` is no address of a server, expected one such as `https://plant.example`");
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw new TypeError("`url` is no address of a server, expected `http:` or `https:`");
  if (url.username || url.password) throw new TypeError("`url` has a user in it, expected none: the API key says who calls");
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

/** What JSON says, undefined if it is none. Integers beyond ±(2^53 − 1) are BigInt. */
function parse(text) {
  try {
    return /\d{16}/.test(text) ? parseExact(text) : JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** `JSON.parse` does not show the digits of a number everywhere: long ones pass it as texts that are marked. */
function parseExact(text) {
  const mark = `${Math.random()}:`;
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (part) => (/^-?\d{16,}$/.test(part) && !Number.isSafeInteger(Number(part)) ? `"${mark}${part}"` : part));
  return JSON.parse(marked, (_, value) => (typeof value === "string" && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value));
}

/** The error that a reply is. */
function refusal(reply, content, method, path) {
  if (typeof content?.errorCode === "string") return new ApiError(reply.status, content.errorCode, String(content.errorMessage ?? ""), method, path);
  const to = reply.headers.get("Location");
  const text = to ? `the server says that it is at \`${to}\`` : "the answer is none of the API's; look at the address";
  return new ApiError(reply.status, "NotTheApi", text, method, path);
}

/** Whether the request was not carried out, or may be twice. */
function isRefusedForNow(isSafe, { code, status }, isInvited) {
  if (code === "TooManyRequests" || ((status === 429 || status === 503) && isInvited)) return true;
  return isSafe && [429, 502, 503, 504].includes(status);
}

/** The pause before the next attempt: as the server asks, else twice as long as before, and never the same for all clients. */
function pauseMs(repeated, askedFor) {
  const asked = askedFor === null ? NaN : /^\d+(\.\d+)?$/.test(askedFor) ? Number(askedFor) * 1000 : Date.parse(askedFor) - Date.now();
  return Number.isNaN(asked) ? Math.min(PAUSE_MS * 2 ** repeated, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2) : Math.max(asked, 0);
}

/** Records of all pages. Those that come meanwhile push the others down, and are not told. */
async function* records(pageOf) {
  let firstTotal;
  for (let number = 1, told = 0; ; number++) {
    const reply = await pageOf(number);
    firstTotal ??= reply.totalRecords;
    // Place of the page's first record among those that were there at first.
    const place = (number - 1) * RECORDS - Math.max(reply.totalRecords - firstTotal, 0);
    const fresh = reply.records.slice(Math.max(told - place, 0));
    yield* fresh;
    told += fresh.length;
    if (reply.records.length < RECORDS) return;
  }
}

/** Whole milliseconds since 1970 UTC. */
function millis(moment) {
  if (typeof moment === "string" && !/(Z|[+-]\d\d(:?\d\d)?)$/i.test(moment)) throw new TypeError(`\`${moment}\` has no time zone, expected such as \`2026-01-31T10:00:00Z\``);
  const at = typeof moment === "string" ? Date.parse(moment) : Number(moment);
  if (Number.isNaN(at)) throw new TypeError(`\`${moment}\` is no time, expected such as \`2026-01-31T10:00:00Z\``);
  return Math.floor(at);
}

const iso = (at) => new Date(at).toISOString();
