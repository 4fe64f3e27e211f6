// The JavaScript client against a server that does what a test says, and its types. node --test client.test.mjs
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { afterEach, beforeEach, test } from "node:test";
import { inspect } from "node:util";
import ts from "typescript";
import { ApiError, Client, OPEN } from "../../bindings-js/client.js";

const API = JSON.parse(readFileSync(new URL("../../server/openapi.json", import.meta.url), "utf8"));
const [KEY, PASSWORD] = ["513cf747-eb5c-4d5f-931f-d22c9872c73c", "DCdcSLmkoZkU5zGI9gpInDbo"];

/** Answers are given in turn, the last one for ever: a status with a body and headers, or `reset`, which hangs up. */
let answers, seen, bodies, lifeMs, aheadMs, logIns, logIn, server, url;

const refusal = (status, errorCode, headers) => [status, { errorCode, errorMessage: "no" }, headers];
const ENDED = refusal(401, "IncorrectAuthToken");
const client = (options) => new Client({ url, apiKey: KEY, password: PASSWORD, ...options });
const orgs = (one) => one.get("/user/orgs/");
const code = (wanted) => (error) => error instanceof ApiError && error.code === wanted;

beforeEach(async () => {
  [answers, seen, bodies, lifeMs, aheadMs, logIns] = [[[200, {}]], [], [], 3_600_000, 0, 0];
  logIn = () => [200, { token: `00000000-0000-4000-8000-${String(logIns).padStart(12, "0")}`, expiresOn: new Date(Date.now() + aheadMs + lifeMs).toISOString() }];
  server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const path = request.url.replace("/api/v1", "");
    let answer;
    if (path === "/authenticate/") {
      logIns++;
      answer = await logIn();
    } else {
      seen.push({ method: request.method, path, token: request.headers.authorization, type: request.headers["content-type"] });
      bodies.push(body);
      answer = answers.length > 1 ? answers.shift() : answers[0];
      if (typeof answer === "function") answer = await answer(new URLSearchParams(path.split("?")[1]));
    }
    if (answer === "reset") return void request.socket.destroy();
    const [status, content, headers = {}] = answer;
    response.writeHead(status, { Date: new Date(Date.now() + aheadMs).toUTCString(), ...headers });
    response.end(typeof content === "string" ? content : JSON.stringify(content));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${server.address().port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test("every endpoint is sent as its path, query and body say", async () => {
  const one = client();
  const wanted = [];
  for (const [path, methods] of Object.entries(API.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (path === "/authenticate/") continue; // The stub answers log-ins apart.
      const named = (where) => (operation.parameters ?? []).filter((each) => each.in === where).map(({ name }) => name);
      const pairs = (names, value) => Object.fromEntries(names.map((name) => [name, value]));
      await one[method](path, { path: pairs(named("path"), "ü/5"), query: pairs(named("query"), [5, 6]), body: { b: 1 } });
      const search = named("query").map((name) => `${name}=5%2C6`).join("&");
      wanted.push({
        method: method.toUpperCase(), path: path.replace(/\{\w+\}/g, "%C3%BC%2F5") + (search && `?${search}`), type: "application/json",
        token: operation.security ? "token 00000000-0000-4000-8000-000000000001" : undefined,
      });
    }
  }
  assert.equal(wanted.length, 89);
  assert.deepEqual(seen.map(({ ...each }) => each), wanted);
  assert.deepEqual(bodies, wanted.map(({ method }) => (method === "GET" ? "" : '{"b":1}')));
  const open = Object.entries(API.paths).filter(([, methods]) => Object.values(methods).some(({ security }) => !security));
  assert.deepEqual(OPEN, open.map(([path]) => path));
  await one.post("/net/{netId}/drop-connections/", { path: { netId: 3 } });
  assert.equal(bodies.at(-1), "null");
});

test("one log-in serves all calls", async () => {
  const fresh = logIn;
  logIn = () => new Promise((done) => setTimeout(() => done(fresh()), 200));
  const one = client();
  await Promise.all(Array.from({ length: 12 }, () => orgs(one)));
  assert.deepEqual([seen.length, logIns], [12, 1]);
});

for (const hours of [0, 30, -30]) {
  test(`a token is renewed before it ends by the server's clock, ${hours} hours ahead`, async () => {
    aheadMs = hours * 3_600_000;
    const one = client();
    for (let time = 0; time < 3; time++) await orgs(one);
    assert.equal(logIns, 1);
    lifeMs = -1000; // `Date` has whole seconds.
    const other = client();
    await orgs(other);
    await orgs(other);
    assert.equal(logIns, 3);
  });
}

test("a token that the server ended is renewed once, for writes as well", async () => {
  answers = [[200, []], ENDED, [200, { ok: { newValue: "1" } }]];
  const one = client();
  assert.deepEqual(await orgs(one), []);
  assert.deepEqual(await one.post("/param/{paramId}/write/", { path: { paramId: 5 }, body: { newValue: "1" } }), { ok: { newValue: "1" } });
  assert.deepEqual(bodies.slice(1), ['{"newValue":"1"}', '{"newValue":"1"}']);
  assert.notEqual(seen[1].token, seen[2].token);
  assert.equal(logIns, 2);
});

test("no loop where every token is refused, or the role forbids it", async () => {
  answers = [ENDED];
  await assert.rejects(orgs(client()), code("IncorrectAuthToken"));
  assert.deepEqual([seen.length, logIns], [2, 2]);
  answers = [refusal(401, "NotAuthorized")];
  await assert.rejects(orgs(client()), code("NotAuthorized"));
  assert.deepEqual([seen.length, logIns], [3, 3]);
});

test("a wrong password is told to all that wait and not tried again", async () => {
  const right = logIn;
  logIn = () => refusal(401, "NotAuthorized");
  const one = client();
  const told = await Promise.allSettled(Array.from({ length: 8 }, () => orgs(one)));
  assert.ok(told.every(({ reason }) => reason.code === "NotAuthorized" && reason.path === "/authenticate/"));
  assert.deepEqual([seen.length, logIns], [0, 1]);
  logIn = right;
  assert.deepEqual(await orgs(one), {});
});

/** What a client meets, and whether it asks again: with GET, with POST. */
const MEETS = [
  ["reset", true, false],
  [refusal(403, "TooManyRequests"), true, true],
  [[429, ""], true, false],
  [[429, "", { "Retry-After": "0" }], true, true],
  [[502, "<html>"], true, false],
  [[503, "<html>"], true, false],
  [[503, "", { "Retry-After": "0" }], true, true],
  [[503, "", { "Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT" }], true, true],
  [[504, "<html>"], true, false],
  [refusal(500, "InternalServerError"), false, false],
  [refusal(400, "IncorrectRequest"), false, false],
  [refusal(404, "ObjectNotFound"), false, false],
  [[503, "", { "Retry-After": "3600" }], false, false],
];

for (const [answer, getsAgain, postsAgain] of MEETS) {
  test(`what is safe is repeated and nothing else: ${JSON.stringify(answer)}`, async () => {
    const one = client({ retries: 1 });
    await orgs(one);
    const write = () => one.post("/params/delete/", { body: { paramIds: [1] } });
    for (const [call, isRepeated] of [[() => orgs(one), getsAgain], [write, postsAgain]]) {
      seen.length = 0;
      answers = [answer, [200, { fine: true }]];
      if (isRepeated) assert.deepEqual(await call(), { fine: true });
      else await assert.rejects(call(), ApiError);
      assert.equal(seen.length, isRepeated ? 2 : 1);
    }
    assert.equal(logIns, 1);
  });
}

for (const [answer, isRepeated] of MEETS) {
  test(`a log-in is repeated as a GET is: ${JSON.stringify(answer)}`, async () => {
    const right = logIn;
    logIn = () => (logIns > 1 ? right() : answer);
    const call = orgs(client({ retries: 1 }));
    if (isRepeated) assert.deepEqual(await call, {});
    else await assert.rejects(call, { name: "ApiError", path: "/authenticate/" });
    assert.deepEqual([seen.length, logIns], isRepeated ? [1, 2] : [0, 1]);
  });
}

test("a server that comes up late is logged in to", async () => {
  const { port } = server.address();
  server.close();
  await once(server, "close");
  const call = orgs(client());
  setTimeout(() => server.listen(port, "127.0.0.1"), 200);
  assert.deepEqual(await call, {});
  assert.equal(logIns, 1);
});

test("it gives up, waits as it is asked, and not for what does not come", async () => {
  answers = [[503, ""]];
  await assert.rejects(orgs(client({ retries: 2 })), (error) => error.status === 503);
  assert.equal(seen.length, 3);
  answers = [[503, "", { "Retry-After": "1" }], [200, []]];
  const begun = performance.now();
  await orgs(client());
  assert.ok(performance.now() - begun >= 990);
  seen.length = 0;
  const late = client({ timeoutMs: 300 });
  await orgs(late);
  answers = [() => new Promise((done) => setTimeout(() => done([200, []]), 800))];
  await assert.rejects(orgs(late), (error) => code("NoReply")(error) && error.status === null && /within 300 ms/.test(error.message));
  assert.equal(seen.length, 2);
});

test("a call can be abandoned", async () => {
  answers = [[503, ""]];
  const abandon = new AbortController();
  setTimeout(() => abandon.abort(), 100);
  await assert.rejects(client({ retries: 50 }).get("/user/orgs/", { signal: abandon.signal }), { name: "AbortError" });
});

test("errors have what the API said, and others are not taken for it", async () => {
  answers = [refusal(404, "ObjectNotFound")];
  await assert.rejects(client().get("/net/{netId}/", { path: { netId: 7 } }), {
    name: "ApiError", message: "GET /net/7/: 404 ObjectNotFound: no", status: 404, code: "ObjectNotFound", reason: "no", method: "GET", path: "/net/7/",
  });
  for (const [answer, text] of [[[200, "<html>"], /none of the API's/], [[301, "", { Location: "https://plant.example/" }], /it is at `https:\/\/plant.example\/`/], [[404, "{}"], /none of/]]) {
    answers = [answer];
    await assert.rejects(orgs(client()), (error) => code("NotTheApi")(error) && text.test(error.message));
  }
  const nobody = new Client({ url: "http://127.0.0.1:9", apiKey: KEY, password: PASSWORD, retries: 0 });
  await assert.rejects(nobody.get("/version/"), code("NoReply"));
});

test("secrets are nowhere to be seen", async () => {
  const one = client({ retries: 0 });
  await orgs(one);
  const texts = [inspect(one, { depth: 9, showHidden: true }), JSON.stringify(one), String(one)];
  for (const answer of [refusal(400, "IncorrectRequest"), "reset"]) {
    answers = [answer];
    const body = { deviceModbusId: 1, passwords: ["open sesame"], connection: { kind: "net-id", networkId: 1 } };
    texts.push(inspect(await one.post("/raw/send-controller-passwords/", { body }).catch((error) => error), { depth: 9, showHidden: true }));
  }
  logIn = () => refusal(401, "NotAuthorized");
  texts.push(inspect(await orgs(client()).catch((error) => error), { depth: 9 }));
  for (const bad of ["http://ann:hidden@plant.example", "hidden", "ftp://hidden"]) {
    assert.throws(() => new Client({ url: bad, apiKey: KEY, password: PASSWORD }), (error) => !error.message.includes("hidden"));
  }
  for (const secret of [PASSWORD, "open sesame", seen[0].token.slice(6)]) assert.ok(texts.every((text) => !text.includes(secret)));
});

test("closing logs out, if somebody was logged in", async () => {
  const [one, other] = [client(), client()];
  await one.get("/version/");
  await one.close();
  assert.deepEqual([logIns, seen.length], [0, 1]);
  await orgs(other);
  await other.close();
  assert.equal(seen.at(-1).path, "/logout/");
});

test("a closed client says so and does not log in again", async () => {
  const one = client();
  await orgs(one);
  await one.close();
  await one.close();
  for (const call of [orgs(one), one.get("/version/"), one.post("/logout/"), one.readings(5)]) {
    await assert.rejects(call, (error) => code("Closed")(error) && error.status === null && /make a new `Client`/.test(error.message));
  }
  assert.deepEqual([seen.length, logIns], [2, 1]);
});

test("closing ends what is repeated", async () => {
  const one = client();
  logIn = () => {
    void one.close();
    return [503, ""];
  };
  await assert.rejects(orgs(one), code("Closed"));
  assert.equal(logIns, 1);
});

test("integers keep their digits", async () => {
  const text = '"\\"18446744073709551615, 1234567890123456789"';
  answers = [[200, `{"5": {"minValue": 18446744073709551615, "maxValue": -9007199254740993, "a": 9007199254740991, "b": 0.1234567890123456789, "c": 1e30, "t": ${text}}}`], [200, '[["2026-01-31T00:00:00Z", 18446744073709551615], ["2026-01-30T00:00:00.5Z", null]]']];
  const one = client();
  const reply = await one.post("/readings/min-max-range/", { body: { paramIds: [5], from: "x", till: "y" } });
  assert.deepEqual(reply["5"], { minValue: 18446744073709551615n, maxValue: -9007199254740993n, a: 9007199254740991, b: 0.1234567890123456789, c: 1e30, t: '"18446744073709551615, 1234567890123456789' });
  const exact = await one.readings(5, { exact: true });
  assert.deepEqual(exact.values, [null, 18446744073709551615n]);
  assert.deepEqual(exact.times, Float64Array.of(1769731200500, 1769817600000));
  assert.deepEqual((await one.readings(5)).values, Float64Array.of(NaN, 2 ** 64));
});

test("all pages of readings are read and none twice", async () => {
  const start = Date.parse("2026-01-01T00:00:00Z");
  const points = Array.from({ length: 5000 }, (_, place) => [start + 1500 * Math.floor(place / 3), place]);
  answers = [
    (query) => {
      const [from, till] = [Date.parse(query.get("from") ?? "1970-01-01T00:00:00Z"), Date.parse(query.get("till") ?? "2030-01-01T00:00:00Z")];
      assert.ok(from <= till, "the API refuses it");
      const found = points.filter(([at]) => from <= at && at <= till).slice(-Number(query.get("pointsLimit")));
      return [200, found.reverse().map(([at, value]) => [new Date(at).toISOString().replace(".000Z", "Z"), value])];
    },
  ];
  const one = client();
  const all = await one.readings(5);
  assert.deepEqual(all.values, Float64Array.from({ length: 5000 }, (_, place) => place));
  assert.deepEqual(all.times, Float64Array.from(points, ([at]) => at));
  const [first, last] = [start + 1500, start + 1500 * 1001];
  for (const range of [{ start: first, end: last }, { start: new Date(first), end: new Date(last) }, { start: "2026-01-01T01:00:01.500+01:00", end: last }]) {
    assert.deepEqual((await one.readings(5, range)).values, Float64Array.from({ length: 3000 }, (_, place) => place + 3));
  }
  assert.equal((await one.readings(5, { start: last, end: first })).values.length, 0);
  for (const wrong of ["2026-01-01T00:00:00", "yesterday"]) await assert.rejects(one.readings(5, { start: wrong }), TypeError);
});

test("all pages of a log are read while it grows", async () => {
  const log = Array.from({ length: 350 }, (_, place) => ({ name: `record ${place}` }));
  answers = [
    (query) => {
      const first = (Number(query.get("page")) - 1) * 100;
      const reply = { records: log.toReversed().slice(first, first + 100), totalRecords: log.length };
      log.push({ name: "new" }, { name: "newer" });
      return [200, reply];
    },
  ];
  const there = log.toReversed();
  assert.deepEqual(await gathered(client().alertLogRecords(7)), there);
  const now = log.toReversed();
  assert.deepEqual(await gathered(client().orgAlertsLogRecords(1, { netId: 2, lang: "pl" })), now);
  assert.match(seen.at(-1).path, /netId=2.*lang=pl/);
});

async function gathered(records) {
  const all = [];
  for await (const record of records) all.push(record);
  return all;
}

test("types of requests and replies are checked", () => {
  const right = [
    'client.get("/readings/get/", { query: { paramId: 5 } }).then((points) => points[0][1]);',
    'client.get("/org/{orgId}/nets/", { path: { orgId: 1 } }).then((nets) => nets[0].name.toUpperCase());',
    'client.get("/params/get-info/", { query: { paramIds: [1, 2] } });',
    'client.get("/params/get-info/", { query: { paramIds: "1,2" } });',
    'client.post("/param/{paramId}/write/", { path: { paramId: 5 }, body: { newValue: "1", lang: "pl" } }).then((reply) => ("ok" in reply ? reply.ok.newValue : reply.err));',
    'client.post("/net/{netId}/drop-connections/", { path: { netId: 3 } });',
    'client.get("/version/").then(({ apiVersion }) => apiVersion.length);',
    'client.readings(5, { start: 0, end: "2026-01-31T00:00:00Z" }).then(({ values }) => values satisfies Float64Array);',
    'client.readings(5, { exact: true }).then(({ values }) => values satisfies (number | bigint | null)[]);',
    'client.readings(5).catch((error) => (error instanceof ApiError ? error.code : null));',
    "(async () => { for await (const { startedOn } of client.alertLogRecords(3)) startedOn.slice(1); })();",
  ];
  const wrong = [
    'client.get("/readings/get/");',
    'client.get("/readings/get/", { query: { paramID: 5 } });',
    'client.get("/no/such/endpoint/");',
    'client.get("/param/{paramId}/write/", { path: { paramId: 5 } });',
    'client.get("/net/{netId}/", { path: { net: 5 } });',
    'client.get("/params/last-readings/", { query: { paramIds: [1], lang: "de" } });',
    'client.post("/param/{paramId}/write/", { path: { paramId: 5 }, body: { value: "1" } });',
    'client.post("/param/{paramId}/write/", { path: { paramId: 5 }, body: { newValue: 1 } });',
    'client.post("/param/{paramId}/write/", { path: { paramId: 5 } });',
    'client.post("/param/{paramId}/write/", { path: { paramId: 5 }, body: { newValue: "1" } }).then((reply) => reply.ok);',
    'client.get("/version/", { body: {} });',
    'client.readings("5");',
    'new Client({ url: "http://x" });',
  ];
  const head = 'import { ApiError, Client } from "../../bindings-js/client.js";\nconst client = new Client({ url: "http://x", apiKey: "k", password: "p" });\n';
  const name = new URL("program.mts", import.meta.url).pathname;
  const options = { strict: true, noEmit: true, module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, lib: ["lib.es2023.d.ts", "lib.dom.d.ts"], types: [] };
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (file, ...more) => (file === name ? ts.createSourceFile(file, head + [...right, ...wrong].join("\n"), ...more) : read(file, ...more));
  const program = ts.createProgram([name], options, host);
  const found = ts.getPreEmitDiagnostics(program).map((one) => [one.file?.fileName, one.file?.getLineAndCharacterOfPosition(one.start).line]);
  const lines = new Set(found.map(([file, line]) => (file === name ? line : file)));
  const first = 2 + right.length;
  assert.deepEqual([...lines].sort((a, b) => a - b), wrong.map((_, place) => first + place));
});
