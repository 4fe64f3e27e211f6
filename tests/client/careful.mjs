/**
 * What a careful integrator tries beside the examples: headers that are missing, methods and paths that are
 * wrong, numbers out of range, objects of others. Each has to get the status and the code that the reference
 * names, with an error's two fields.
 */
import { check, kindOf } from "./compare.mjs";
import { KEYS, login, objects } from "./plant.mjs";

/**
 * @typedef {object} Probe
 * @property {string} name
 * @property {string} [method] POST where there is a body, GET otherwise
 * @property {string} path below `/api/v1`
 * @property {unknown} [body] sent as JSON; text of `raw` as it is
 * @property {string | Uint8Array} [raw]
 * @property {string | null} [auth] value of `Authorization`; that of the owner without it
 * @property {string | null} [type] value of `Content-Type`; `application/json` without it
 * @property {string | string[]} want `200`, or the code of an error; several where the reference leaves it open
 * @property {unknown} [reply] what a reply of 200 has to be
 * @property {(reply: any) => boolean} [fits] what it has to fit
 */

/** Status of each code. Those of the last line are named by endpoints, without a status: it is our reading. */
const STATUS = {
  CantDecodePayloadJSON: 400, IncorrectRequest: 400, PayloadIsTooLarge: 400, CantParseAuthToken: 400,
  IncorrectContentType: 400, NoAuthTokenProvided: 401, IncorrectAuthToken: 401, NotAuthorized: 401,
  TooManyRequests: 403, ObjectNotFound: 404, IncorrectEndpoint: 404,
  InvalidKey: 401, InvalidCode: 400, InvalidActivationCode: 400,
};

/** @param {string} token */
const malformed = (token) => [
  ["none", null, "NoAuthTokenProvided"],
  ["garbage", "token garbage", "CantParseAuthToken"],
  ["upper case", `token ${token.toUpperCase()}`, "CantParseAuthToken"],
  ["without the word", token, "CantParseAuthToken"],
  ["another scheme", `Bearer ${token}`, "CantParseAuthToken"],
  ["without hyphens", `token ${token.replaceAll("-", "")}`, "CantParseAuthToken"],
  ["in braces", `token {${token}}`, "CantParseAuthToken"],
  ["two tokens", `token ${token} ${token}`, "CantParseAuthToken"],
  ["the word alone", "token", "CantParseAuthToken"],
  ["very long", `token ${"a".repeat(4000)}`, "CantParseAuthToken"],
  ["of nobody", "token cdf2923f-c89f-41e5-91af-f139f0c2e7d0", "IncorrectAuthToken"],
];

/**
 * @param {import("./example.js").Plant} plant
 * @param {{ owner: string, viewer: string, other: string, ended: string }} tokens
 * @param {Pick<import("./example.js").Plant, "org" | "nets" | "devices" | "params" | "viss">} theirs
 * @returns {Probe[]}
 */
function probes(plant, tokens, theirs) {
  const room = plant.devices["Room1"];
  const point = plant.params["Room1 / Set point"];
  const net = plant.nets["Main Net"];
  const [foreignNet, foreignDevice] = [theirs.nets["Foreign"], theirs.devices["Foreign device"]];
  const foreignParam = theirs.params["Foreign value"];
  const foreignVis = theirs.viss["Foreign picture"];
  const group = { deviceModbusId: 1, address: 3, registersNum: 1, kind: "holding", connection: plant.at("127.0.0.1:55502") };
  const write = { deviceModbusId: 1, address: 10, kind: "holding", value: [1], connection: plant.at("192.168.1.10:502") };
  const wish = {
    name: "Wished", language: "en", controllerModbusUnitId: 1, devicePasswords: [], maxInflightRequestsNum: 1, disabled: false,
    connection: { kind: "direct", ip: "192.168.1.70", port: 502 }, solution: { kind: "standalone", devices: [] },
  };
  const viewer = `token ${tokens.viewer}`;
  const no = ["NotAuthorized", "ObjectNotFound"];
  /** A path without identifiers. @param {string} path */
  const generic = (path) => path.replace(`/org/${plant.org}/`, "/org/:own/").replace(/(?<!\w)\d+/g, ":id");
  const huge = "123456789012345678901234567890";
  const mib = (/** @type {number} */ size) => `{"texts": ["${"a".repeat(size - 28)}"], "lang":"en"}`;

  /** @type {Probe[]} */
  const out = [];
  const add = (/** @type {Probe[]} */ ...more) => out.push(...more);

  // Headers.
  for (const [name, auth, want] of malformed(tokens.owner)) {
    add({ name: `token: ${name}`, path: "/user/orgs/", auth, want: String(want) });
  }
  add(
    { name: "token: logged out", path: "/user/orgs/", auth: `token ${tokens.ended}`, want: "IncorrectAuthToken" },
    { name: "token: Token for token", path: "/user/orgs/", auth: `Token ${tokens.owner}`, want: ["200", "CantParseAuthToken"] },
    { name: "token: not asked for", path: "/version/", auth: "token garbage", want: "200" },
    { name: "content type: none on GET", path: "/user/orgs/", type: null, want: "IncorrectContentType" },
    { name: "content type: none on /version/", path: "/version/", auth: null, type: null, want: "IncorrectContentType" },
    { name: "content type: none on POST", path: "/translations/", raw: new TextEncoder().encode(`{"texts": [], "lang":"en"}`), type: null, want: "IncorrectContentType" },
    { name: "content type: text", path: "/user/orgs/", type: "text/plain", want: "IncorrectContentType" },
    { name: "content type: form", path: "/logout/", raw: "a=b", type: "application/x-www-form-urlencoded", want: "IncorrectContentType" },
    { name: "content type: with a charset", path: "/user/orgs/", type: "application/json; charset=utf-8", want: "200" },
    { name: "content type: upper case", path: "/user/orgs/", type: "Application/JSON", want: "200" },
    { name: "content type: longer", path: "/user/orgs/", type: "application/json5", want: "IncorrectContentType" },
  );

  // Methods and paths.
  for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
    add({ name: `method: ${method} on a GET`, method, path: `/net/${net}/`, body: {}, want: "IncorrectEndpoint" });
  }
  add(
    { name: "method: GET on a POST", path: `/net/${net}/connection-status/`, want: "IncorrectEndpoint" },
    { name: "method: OPTIONS", method: "OPTIONS", path: `/net/${net}/`, want: "IncorrectEndpoint" },
    { name: "path: without the last slash", path: `/net/${net}`, want: "IncorrectEndpoint" },
    { name: "path: two slashes", path: `/net/${net}//`, want: "IncorrectEndpoint" },
    { name: "path: upper case", path: `/NET/${net}/`, want: "IncorrectEndpoint" },
    { name: "path: nothing", path: "/", want: "IncorrectEndpoint" },
    { name: "path: unknown", path: "/nets/", want: "IncorrectEndpoint" },
    { name: "path: unknown, without a token", path: "/nets/", auth: null, want: ["IncorrectEndpoint", "NoAuthTokenProvided"] },
    { name: "path: a query nobody knows", path: `/net/${net}/?x=1`, want: ["200", "IncorrectRequest"] },
    { name: "path: an escaped number", path: `/net/%3${String(net)[0]}/`, want: ["200", "IncorrectRequest", "ObjectNotFound"] },
    { name: "path: an escape that is none", path: "/connect-code/%zz/", want: ["IncorrectRequest", "InvalidCode", "IncorrectEndpoint"] },
    { name: "path: not UTF-8", path: "/connect-code/%ff/", want: ["IncorrectRequest", "InvalidCode", "IncorrectEndpoint"] },
    { name: "path: an escaped slash", path: "/connect-code/%2f/", want: ["IncorrectRequest", "InvalidCode", "IncorrectEndpoint"] },
    { name: "path: zero byte", path: "/connect-code/%00/", want: ["IncorrectRequest", "InvalidCode", "IncorrectEndpoint"] },
  );
  for (const id of ["abc", "1.5", "-1x", "1e1", huge, "0x1", "+1", "١", " 1"]) {
    add({ name: `identifier: ${id}`, path: `/net/${encodeURIComponent(id)}/`, want: "IncorrectRequest" });
  }
  for (const id of ["0", "999999", "9223372036854775807"]) {
    add({ name: `identifier: ${id}`, path: `/net/${id}/`, want: "ObjectNotFound" });
  }
  add(
    { name: "identifier: -1", path: "/net/-1/", want: ["ObjectNotFound", "IncorrectRequest"] },
    { name: "identifier: leading zeros", path: `/net/000${net}/`, want: ["200", "IncorrectRequest"] },
    { name: "identifier: no UUID", path: "/global-notifications/1/dismiss/", body: null, want: "IncorrectRequest" },
    { name: "identifier: UUID of nothing", path: "/global-notifications/4f6d0000-0000-4000-8000-00000000ffff/dismiss/", body: null, want: "ObjectNotFound" },
    { name: "code: not a number", path: "/activation-code/abc/get-info/", body: {}, want: ["IncorrectRequest", "InvalidActivationCode"] },
    { name: "code: huge", path: `/activation-code/${huge}/get-info/`, body: {}, want: ["IncorrectRequest", "InvalidActivationCode"] },
    { name: "code: negative", path: "/activation-code/-1/get-info/", body: {}, want: ["IncorrectRequest", "InvalidActivationCode"] },
    { name: "code: lower case", path: "/connect-code/abcd/", want: "200" },
    { name: "code: with blanks", path: "/connect-code/%20ABCD%20/", want: ["200", "InvalidCode", "IncorrectRequest"] },
    { name: "code: very long", path: `/connect-code/${"A".repeat(3000)}/`, want: ["InvalidCode", "IncorrectRequest"] },
  );

  // Payloads.
  const post = (/** @type {string} */ name, /** @type {string | Uint8Array} */ raw, /** @type {string | string[]} */ want) =>
    add({ name: `payload: ${name}`, path: "/translations/", raw, want });
  post("empty", "", ["CantDecodePayloadJSON", "IncorrectRequest"]);
  post("cut", `{"texts": [`, "CantDecodePayloadJSON");
  post("two values", `{"texts": [], "lang":"en"} {}`, "CantDecodePayloadJSON");
  post("a comma too much", `{"texts": [], "lang":"en",}`, "CantDecodePayloadJSON");
  post("single quotes", `{'texts': [], 'lang':'en'}`, "CantDecodePayloadJSON");
  post("NaN", `{"texts": [NaN], "lang":"en"}`, "CantDecodePayloadJSON");
  post("not UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), "CantDecodePayloadJSON");
  post("UTF-16", new Uint8Array([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]), "CantDecodePayloadJSON");
  post("byte order mark", new TextEncoder().encode(`\ufeff{"texts": [], "lang":"en"}`), ["200", "CantDecodePayloadJSON"]);
  post("half of a surrogate pair", `{"texts": ["\\ud800"], "lang":"en"}`, ["CantDecodePayloadJSON", "IncorrectRequest"]);
  post("zero byte in a text", `{"texts": ["\\u0000"], "lang":"en"}`, ["200", "IncorrectRequest"]);
  post("nested 100000 deep", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, ["CantDecodePayloadJSON", "IncorrectRequest"]);
  post("nested deep under a field nobody knows", `{"texts": [], "lang":"en", "x": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`, ["200", "CantDecodePayloadJSON", "IncorrectRequest"]);
  post("null", "null", "IncorrectRequest");
  post("an array", "[]", "IncorrectRequest");
  post("a text", `"en"`, "IncorrectRequest");
  post("a field is missing", `{"texts": []}`, "IncorrectRequest");
  post("a field is null", `{"texts": null, "lang":"en"}`, "IncorrectRequest");
  post("a field is of another kind", `{"texts": "a", "lang":"en"}`, "IncorrectRequest");
  post("an item is null", `{"texts": [null], "lang":"en"}`, "IncorrectRequest");
  post("a language nobody has", `{"texts": [], "lang":"de"}`, "IncorrectRequest");
  post("a language in upper case", `{"texts": [], "lang":"EN"}`, "IncorrectRequest");
  post("a field nobody knows", `{"texts": [], "lang":"en", "x": 1}`, ["200", "IncorrectRequest"]);
  post("a field twice", `{"texts": [], "lang":"en", "lang":"pl"}`, ["200", "IncorrectRequest", "CantDecodePayloadJSON"]);
  post("1,000,000 bytes", mib(1_000_000), "200");
  post("1 MiB", mib(1_048_576), ["200", "PayloadIsTooLarge"]);
  post("1 MiB and a byte", mib(1_048_577), "PayloadIsTooLarge");
  post("8 MiB", mib(8 * 1_048_576), "PayloadIsTooLarge");
  add(
    { name: "payload: null where nothing is needed", path: `/net/${net}/connection-status/`, body: null, want: "200" },
    { name: "payload: an object where nothing is needed", path: `/net/${net}/connection-status/`, body: { x: 1 }, want: ["200", "IncorrectRequest"] },
    { name: "payload: a number where nothing is needed", path: `/net/${net}/connection-status/`, body: 5, want: ["200", "IncorrectRequest"] },
    { name: "payload: empty where nothing is needed", path: `/net/${net}/connection-status/`, raw: "", want: ["CantDecodePayloadJSON", "IncorrectRequest"] },
  );

  // Log-in.
  const key = KEYS.owner;
  const log = (/** @type {string} */ name, /** @type {unknown} */ body, /** @type {string | string[]} */ want) =>
    add({ name: `log-in: ${name}`, path: "/authenticate/", body, auth: null, want });
  log("unknown key", { ...key, apiKey: "513cf747-eb5c-4d5f-931f-d22c9872c73d" }, "InvalidKey");
  log("another password", { ...key, password: "x" }, "NotAuthorized");
  log("empty password", { ...key, password: "" }, "NotAuthorized");
  log("password null", { ...key, password: null }, "IncorrectRequest");
  log("password a number", { ...key, password: 5 }, "IncorrectRequest");
  log("password of 100,000 characters", { ...key, password: "x".repeat(100_000) }, ["NotAuthorized", "IncorrectRequest"]);
  log("key no UUID", { ...key, apiKey: "x" }, ["IncorrectRequest", "InvalidKey"]);
  log("key in upper case", { ...key, apiKey: key.apiKey.toUpperCase() }, ["200", "IncorrectRequest", "InvalidKey"]);
  log("null", null, "IncorrectRequest");

  // Queries.
  const get = (/** @type {string} */ path, /** @type {string | string[]} */ want) =>
    add({ name: `query: ${path.replace(/\/\d+\//, "/:id/").replace(/paramId=\d+/, "paramId=:id")}`, path, want });
  for (const ids of ["", ",", "1,", "1,,2"]) get(`/params/get-info/?paramIds=${ids}`, ["200", "IncorrectRequest"]);
  for (const ids of ["abc", "1;2", "1.0", huge]) get(`/params/get-info/?paramIds=${ids}`, "IncorrectRequest");
  get("/params/get-info/", "IncorrectRequest");
  get("/params/get-info/?paramIds=1&paramIds=2", ["200", "IncorrectRequest"]);
  get("/params/get-info/?paramIds=1,1", ["200", "IncorrectRequest"]);
  get("/params/get-info/?paramIds=999999", [...no, "200"]);
  get("/params/last-readings/?paramIds=1", "IncorrectRequest");
  get("/params/last-readings/?paramIds=1&lang=de", "IncorrectRequest");
  get("/params/last-readings/?paramIds=1&lang=", "IncorrectRequest");
  get("/params/read-realtime/?paramIds=1&lang=en&failbackToDb=maybe", "IncorrectRequest");
  get(`/device/${room}/widgets/`, "IncorrectRequest");
  get(`/device/${room}/widgets/?lang=en&onlyParamsValues=maybe`, "IncorrectRequest");
  get(`/org/${plant.org}/dashboard/`, "IncorrectRequest");
  get(`/org/${plant.org}/dashboard/?lang=en&includeParams=2`, ["200", "IncorrectRequest"]);
  get(`/org/${plant.org}/dashboard/?lang=en&includeParams=0`, "200");
  get(`/org/${plant.org}/dashboard/?lang=en&includeParams=true`, ["200", "IncorrectRequest"]);
  get(`/org/${plant.org}/dashboard/light/?lang=en&expandedNetworkIds=abc`, "IncorrectRequest");
  get(`/org/${plant.org}/dashboard/light/?lang=en&expandedNetworkIds=`, ["200", "IncorrectRequest"]);
  get(`/org/${plant.org}/dashboard/light/?lang=en&expandedNetworkIds=999999`, ["200", ...no]);
  const param = plant.params["Temperature"];
  get("/readings/get/", "IncorrectRequest");
  for (const limit of ["0", "-1", "1001", "1.5", "abc", huge]) get(`/readings/get/?paramId=${param}&pointsLimit=${limit}`, "IncorrectRequest");
  for (const from of ["yesterday", "2020-13-01T00:00:00Z", "2020-01-01", "1577836800", "2020-02-30T00:00:00Z", "99999-01-01T00:00:00Z"]) {
    get(`/readings/get/?paramId=${param}&from=${from}`, "IncorrectRequest");
  }
  get(`/readings/get/?paramId=${param}&from=2020-01-01T00:00:00.123456Z`, "200");
  get(`/readings/get/?paramId=${param}&from=2020-01-01T00:00:00%2B02:00`, "200");
  get(`/readings/get/?paramId=${param}&from=2021-01-01T00:00:00Z&till=2020-01-01T00:00:00Z`, ["200", "IncorrectRequest"]);
  get(`/readings/get/?paramId=${param}&from=0001-01-01T00:00:00Z&till=9999-12-31T23:59:59Z`, "200");

  // Registers.
  const raw = (/** @type {string} */ name, /** @type {object} */ over, /** @type {string | string[]} */ want) =>
    add({ name: `registers: ${name}`, path: "/raw/read-register-group/", body: { ...group, ...over }, want });
  for (const deviceModbusId of [0, 256, -1, 1.5, "1", null]) raw(`unit ${JSON.stringify(deviceModbusId)}`, { deviceModbusId }, "IncorrectRequest");
  for (const address of [-1, 65536, 1.5, "3", null]) raw(`address ${JSON.stringify(address)}`, { address }, "IncorrectRequest");
  for (const registersNum of [0, -1, 126, 65536, 1.5]) raw(`${registersNum} of them`, { registersNum }, "IncorrectRequest");
  raw("past the last", { address: 65535, registersNum: 2 }, "IncorrectRequest");
  raw("kind nobody knows", { kind: "register" }, "IncorrectRequest");
  raw("no connection", { connection: null }, "IncorrectRequest");
  raw("kind of connection nobody knows", { connection: { kind: "usb" } }, "IncorrectRequest");
  raw("an address that is a name", { connection: { kind: "direct", ip: "localhost", port: 502 } }, "IncorrectRequest");
  raw("an address of IPv6", { connection: { kind: "direct", ip: "::1", port: 502 } }, ["IncorrectRequest", "200"]);
  raw("port 0", { connection: { kind: "direct", ip: "127.0.0.1", port: 0 } }, "IncorrectRequest");
  raw("port 65536", { connection: { kind: "direct", ip: "127.0.0.1", port: 65536 } }, "IncorrectRequest");
  raw("link-local address", { connection: { kind: "direct", ip: "169.254.169.254", port: 80 } }, ["NotAuthorized", "IncorrectRequest", "200"]);
  raw("address of every host", { connection: { kind: "direct", ip: "0.0.0.0", port: 502 } }, ["NotAuthorized", "IncorrectRequest", "200"]);
  raw("broadcast address", { connection: { kind: "direct", ip: "255.255.255.255", port: 502 } }, ["NotAuthorized", "IncorrectRequest", "200"]);
  raw("MAC address that is none", { connection: { kind: "backward", mac: "x" } }, "IncorrectRequest");
  raw("network of nobody", { connection: { kind: "net-id", networkId: 999999 } }, "ObjectNotFound");
  raw("network of others", { connection: { kind: "net-id", networkId: foreignNet } }, no);
  raw("code of nobody", { connection: { kind: "connect-code", code: "WXYZ" } }, ["InvalidCode", "ObjectNotFound"]);
  raw("activation code of nobody", { connection: { kind: "activation-code", code: 123456 } }, ["InvalidActivationCode", "ObjectNotFound"]);
  add(
    { name: "registers: 1,001 groups", path: "/raw/read-multiple-register-group/", body: Array.from({ length: 1001 }, () => group), want: "IncorrectRequest" },
    { name: "registers: no groups", path: "/raw/read-multiple-register-group/", body: [], want: ["200", "IncorrectRequest"], reply: [] },
    { name: "registers: timeout 0", path: "/raw/read-multiple-register-groups/with-timeout/", body: { timeoutSec: 0, regs: [group] }, want: ["200", "IncorrectRequest"] },
    { name: "registers: timeout -1", path: "/raw/read-multiple-register-groups/with-timeout/", body: { timeoutSec: -1, regs: [group] }, want: "IncorrectRequest" },
    { name: "registers: timeout 1e308", path: "/raw/read-multiple-register-groups/with-timeout/", body: { timeoutSec: 1e308, regs: [group] }, want: ["IncorrectRequest", "200"] },
    { name: "registers: timeout 1e400", path: "/raw/read-multiple-register-groups/with-timeout/", raw: `{"timeoutSec": 1e400, "regs": []}`, want: ["IncorrectRequest", "CantDecodePayloadJSON"] },
    { name: "registers: timeout null", path: "/raw/read-multiple-register-groups/with-timeout/", body: { timeoutSec: null, regs: [group] }, want: "200" },
    { name: "registers: write 65536", path: "/raw/write-register-group/", body: { ...write, value: [65536] }, want: "IncorrectRequest" },
    { name: "registers: write -1", path: "/raw/write-register-group/", body: { ...write, value: [-1] }, want: "IncorrectRequest" },
    { name: "registers: write nothing", path: "/raw/write-register-group/", body: { ...write, value: [] }, want: "IncorrectRequest" },
    { name: "registers: write 124", path: "/raw/write-register-group/", body: { ...write, value: Array(124).fill(0) }, want: "IncorrectRequest" },
    { name: "registers: write inputs", path: "/raw/write-register-group/", body: { ...write, kind: "input" }, want: ["IncorrectRequest", "200"] },
    { name: "registers: bit rate 0", path: "/raw/write-controller-modbus-settings/", body: { deviceModbusId: 111, sku: "em480", settings: { bitRate: 0, byteFormat: 0 }, connection: { kind: "backward", mac: "d8:80:39:4e:8d:ac" } }, want: "IncorrectRequest" },
    { name: "registers: byte format 6", path: "/raw/write-controller-modbus-settings/", body: { deviceModbusId: 111, sku: "em480", settings: { bitRate: 9600, byteFormat: 6 }, connection: { kind: "backward", mac: "d8:80:39:4e:8d:ac" } }, want: "IncorrectRequest" },
    { name: "registers: 11 events", path: "/em130/read/events/", body: { deviceModbusId: 111, sku: "em130", numberOfEvents: 11, startWithFirst: true, connection: { kind: "backward", mac: "d8:80:39:4e:8d:ab" } }, want: "IncorrectRequest" },
    { name: "registers: events of another SKU", path: "/em130/read/events/", body: { deviceModbusId: 111, sku: "em480", numberOfEvents: 1, startWithFirst: true, connection: { kind: "backward", mac: "d8:80:39:4e:8d:ab" } }, want: ["IncorrectRequest", "200"] },
    { name: "registers: template of nobody", path: "/raw/check-device-read/", body: { deviceModbusId: 1, templateId: 999999, connection: plant.at("192.168.1.10:502") }, want: "ObjectNotFound" },
  );

  // Values.
  const value = (/** @type {unknown} */ newValue, /** @type {string | string[]} */ want) =>
    add({ name: `value: ${JSON.stringify(newValue)?.slice(0, 40)}`, path: `/param/${point}/write/`, body: { newValue }, want });
  for (const one of [25, null, true, [], {}]) value(one, "IncorrectRequest");
  for (const one of ["", "abc", "NaN", "1e999", huge, "-1", "0.05", "9".repeat(100_000), "0x10", "25,0"]) value(one, ["200", "IncorrectRequest"]);
  add(
    { name: "value: a language nobody has", path: `/param/${point}/write/`, body: { newValue: "25.0", lang: "de" }, want: "IncorrectRequest" },
    { name: "value: of an input", path: `/param/${plant.params["Temperature"]}/write/`, body: { newValue: "1" }, want: ["200", "NotAuthorized", "IncorrectRequest"] },
    { name: "value: amount no number", path: `/org/${plant.org}/params/increment/`, body: { param: "room1.counter", amount: "x" }, want: ["IncorrectRequest", "200"] },
    { name: "value: amount a number", path: `/org/${plant.org}/params/increment/`, body: { param: "room1.counter", amount: 1 }, want: ["IncorrectRequest", "200"] },
    { name: "value: reference of nothing", path: `/org/${plant.org}/params/toggle/`, body: { param: "room1.nothing", default: "0", on: "1" }, want: "ObjectNotFound" },
    { name: "value: reference as plain text", path: `/org/${plant.org}/params/get-id-by-reference/`, raw: "room1.temp", want: "CantDecodePayloadJSON" },
    { name: "value: reference in an object", path: `/org/${plant.org}/params/get-id-by-reference/`, body: { emptyName: "room1.temp" }, want: ["200", "IncorrectRequest"] },
    { name: "value: reference with the device of another parameter", path: `/org/${plant.org}/params/get-id-by-reference/`, body: `${plant.params["Pair 8"]}#holding@room1@main-net`, want: ["200", "ObjectNotFound"] },
    { name: "value: 1,001 references", path: `/org/${plant.org}/params/get-param-values/`, body: { params: Array(1001).fill("!1").join(" ") }, want: ["IncorrectRequest", "200"] },
    { name: "value: huge number in a reference", path: `/org/${plant.org}/params/get-param-values/`, body: { params: `!${huge} !1e400 !-5 !0.1 !abc !` }, want: ["IncorrectRequest", "200"] },
    { name: "value: no references", path: `/org/${plant.org}/params/get-param-values/`, body: { params: "" }, want: ["IncorrectRequest", "200"] },
  );

  // Settings.
  const change = (/** @type {string} */ name, /** @type {object} */ body, /** @type {string | string[]} */ want) =>
    add({ name: `network: ${name}`, path: `/net/${plant.nets["Network 1"]}/change/`, body, want });
  change("nothing changes", {}, "200");
  change("all null", { name: null, description: null, port: null }, ["200", "IncorrectRequest"]);
  change("empty name", { name: "" }, "IncorrectRequest");
  change("name of 100,000 characters", { name: "a".repeat(100_000) }, "IncorrectRequest");
  change("name of blanks", { name: "   " }, ["IncorrectRequest", "200"]);
  change("unit 256", { controllerModbusUnitId: 256 }, "IncorrectRequest");
  change("17 requests at once", { maxInflightRequestsNum: 17 }, ["IncorrectRequest", "200"]);
  change("no requests at once", { maxInflightRequestsNum: 0 }, "IncorrectRequest");
  change("MAC address that is none", { connectionType: "backward", mac: "zz" }, "IncorrectRequest");
  change("connection nobody knows", { connectionType: "serial" }, "IncorrectRequest");
  change("code of nobody", { connectCode: "WXYZ" }, ["InvalidCode", "ObjectNotFound", "IncorrectRequest"]);
  const create = (/** @type {string} */ name, /** @type {object} */ over, /** @type {string | string[]} */ want) =>
    add({ name: `network to create: ${name}`, path: `/org/${plant.org}/nets/create/`, body: { ...wish, ...over }, want });
  create("unit 256", { controllerModbusUnitId: 256 }, "IncorrectRequest");
  create("no name", { name: undefined }, "IncorrectRequest");
  create("a solution nobody knows", { solution: { kind: "ufo" } }, ["200", "IncorrectRequest"]);
  create("unit twice", { solution: { kind: "standalone", devices: [{ modbusId: 1 }, { modbusId: 1 }] } }, ["200", "IncorrectRequest"]);
  create("unit 0", { solution: { kind: "standalone", devices: [{ modbusId: 0 }] } }, ["200", "IncorrectRequest"]);
  create("template of nobody", { solution: { kind: "standalone", devices: [{ modbusId: 1, templateId: 999999 }] } }, ["200", "ObjectNotFound", "IncorrectRequest"]);
  create("network of nobody", { connection: { kind: "net-id", networkId: 999999 } }, ["200", "ObjectNotFound", "IncorrectRequest"]);
  const sms = (/** @type {object} */ body, /** @type {string | string[]} */ want) =>
    add({ name: `messages: ${JSON.stringify(body)}`, path: `/org/${plant.org}/sms-settings/`, body, want });
  for (const limit of [-1, 1001, 1e308, "5"]) sms({ disableSms: false, limit }, "IncorrectRequest");
  sms({ limit: 5 }, "IncorrectRequest");
  sms({ disableSms: null }, "IncorrectRequest");
  sms({ disableSms: false, limit: 0.5 }, ["200", "IncorrectRequest"]);
  add(
    { name: "device: enabled a text", path: `/device/${room}/change-disable/`, body: { enabled: "false" }, want: "IncorrectRequest" },
    { name: "device: enabled null", path: `/device/${room}/change-disable/`, body: { enabled: null }, want: "IncorrectRequest" },
    { name: "parameters: nothing changes", path: "/params/change/", body: { paramIds: [point], modification: {} }, want: "200" },
    { name: "parameters: of nobody", path: "/params/change/", body: { paramIds: [999999], modification: {} }, want: no },
    { name: "parameters: none", path: "/params/change/", body: { paramIds: [], modification: {} }, want: ["200", "IncorrectRequest"] },
    { name: "parameters: delete none", path: "/params/delete/", body: { paramIds: [] }, want: ["200", "IncorrectRequest"] },
    { name: "parameters: delete of nobody", path: "/params/delete/", body: { paramIds: [999999] }, want: no },
    { name: "parameters: huge number", path: "/params/delete/", raw: `{"paramIds": [${huge}]}`, want: ["IncorrectRequest", ...no] },
    { name: "dashboard: of nobody", path: `/org/${plant.org}/dashboard/add-widgets/`, body: { paramIds: [999999] }, want: "NotAuthorized" },
    { name: "picture: empty code", path: `/vis/${plant.viss["Energy Usage"]}/data/save/`, body: { code: "", value: "x" }, want: "IncorrectRequest" },
    { name: "picture: value a number", path: `/vis/${plant.viss["Energy Usage"]}/data/save/`, body: { code: "x", value: 1 }, want: "IncorrectRequest" },
    { name: "picture: code __proto__", path: `/vis/${plant.viss["Energy Usage"]}/data/save/`, raw: `{"code": "__proto__", "value": "x"}`, want: "200" },
    { name: "picture: of nobody", path: `/org/${plant.org}/viss/info/`, body: { visIds: [999999] }, want: ["200", ...no] },
  );

  // What a viewer may not do.
  for (const [path, body] of /** @type {[string, unknown][]} */ ([
    [`/device/${room}/change-disable/`, { enabled: true }], [`/net/${net}/change-disable/`, { enabled: true }],
    [`/net/${net}/change/`, {}], [`/net/${net}/change-solution/`, wish], [`/net/${net}/drop-connections/`, {}],
    [`/org/${plant.org}/nets/create/`, wish], [`/org/${plant.org}/dashboard/add-widgets/`, { paramIds: [point] }],
    [`/org/${plant.org}/dashboard/change/`, { paramIds: [point] }], [`/org/${plant.org}/sms-settings/`, { disableSms: true }],
    [`/param/${point}/write/`, { newValue: "25.0" }], [`/params/change/`, { paramIds: [point], modification: { isTracked: true } }],
    [`/params/delete/`, { paramIds: [point] }], [`/org/${plant.org}/params/increment/`, { param: "room1.counter", amount: "1" }],
    [`/org/${plant.org}/params/toggle/`, { param: "room1.pump", default: "0", on: "1" }],
    [`/org/${plant.org}/params/save-param-value/`, { param: "room1.counter", value: "1" }],
    [`/raw/write-register-group/`, { ...write, connection: { kind: "net-id", networkId: net } }],
    [`/raw/write-register-group/`, write],
    [`/raw/send-controller-passwords/`, { deviceModbusId: 111, passwords: ["x"], connection: { kind: "backward", mac: "d8:80:39:4e:8d:e9" } }],
    [`/raw/write-controller-modbus-settings/`, { deviceModbusId: 111, sku: "em480", settings: { bitRate: 9600, byteFormat: 0 }, connection: { kind: "backward", mac: "d8:80:39:4e:8d:ac" } }],
    [`/vis/${plant.viss["Energy Usage"]}/data/save/`, { code: "x", value: "y" }],
  ])) {
    const kind = /** @type {any} */ (body).connection?.kind;
    const want = path.endsWith("/write-controller-modbus-settings/") ? no : "NotAuthorized";
    add({ name: `viewer: ${path.replace(/\/\d+\//, "/:id/")}${kind ? ` ${kind}` : ""}`, path, body, auth: viewer, want });
  }
  add({ name: "viewer: passwords of a network", path: `/net/${plant.nets["Some Network"]}/`, auth: viewer, want: "200", fits: (reply) => reply.devicePasswords?.length === 0 });

  // Objects of others.
  for (const path of [
    `/net/${foreignNet}/`, `/net/${foreignNet}/devices/`, `/device/${foreignDevice}/`, `/device/${foreignDevice}/next-read-time/`,
    `/device/${foreignDevice}/tracked-params/`, `/device/${foreignDevice}/widgets/?lang=en`, `/org/${theirs.org}/nets/`,
    `/org/${theirs.org}/nets/device-param-tree/`, `/org/${theirs.org}/dashboard/?lang=en`, `/org/${theirs.org}/dashboard/light/?lang=en`,
    `/org/${theirs.org}/viss/`, `/vis/${foreignVis}/`, `/vis/${foreignVis}/data/`, `/params/get-info/?paramIds=${foreignParam}`,
    `/params/last-readings/?paramIds=${foreignParam}&lang=en`, `/params/read-realtime/?paramIds=${foreignParam}&lang=en`,
    `/params/last-readings/?paramIds=${param},${foreignParam}&lang=en`, `/readings/get/?paramId=${foreignParam}`,
  ]) {
    const list = path.includes("paramIds=");
    add({ name: `of others: GET ${generic(path)}`, path, want: list ? ["200", ...no] : no });
  }
  for (const [path, body] of /** @type {[string, unknown][]} */ ([
    [`/net/${foreignNet}/change/`, { name: "Mine" }], [`/net/${foreignNet}/change-disable/`, { enabled: false }],
    [`/net/${foreignNet}/change-solution/`, wish], [`/net/${foreignNet}/connection-status/`, {}],
    [`/net/${foreignNet}/drop-connections/`, {}], [`/device/${foreignDevice}/change-disable/`, { enabled: false }],
    [`/org/${theirs.org}/nets/create/`, wish], [`/org/${theirs.org}/dashboard/change/`, { paramIds: [] }],
    [`/org/${plant.org}/dashboard/change/`, { paramIds: [foreignParam] }], [`/org/${theirs.org}/sms-settings/`, { disableSms: true }],
    [`/org/${theirs.org}/params/get-id-by-reference/`, "foreign-device.foreign-value"],
    [`/org/${plant.org}/params/get-id-by-reference/`, `${foreignParam}#input@foreign-device@foreign`],
    [`/org/${theirs.org}/params/get-param-values/`, { params: "!1" }], [`/org/${theirs.org}/viss/data/`, { visIds: [foreignVis] }],
    [`/param/${foreignParam}/write/`, { newValue: "1" }], [`/params/change/`, { paramIds: [foreignParam], modification: {} }],
    [`/params/delete/`, { paramIds: [point, foreignParam] }], [`/vis/${foreignVis}/data/save/`, { code: "x", value: "y" }],
  ])) add({ name: `of others: POST ${generic(path)}`, path, body, want: no });
  add(
    { name: "of others: pictures by way of one's own organization", path: `/org/${plant.org}/viss/data/`, body: { visIds: [foreignVis] }, want: ["200", ...no], reply: {} },
    { name: "of others: a network's state in a reference", path: `/org/${plant.org}/params/get-param-values/`, body: { params: "conn?foreign foreign-device.foreign-value" }, want: "200", reply: { "conn?foreign": "NON", "foreign-device.foreign-value": "NOP" } },
    { name: "of others: a controller of a network by its MAC address", path: "/raw/read-register-group/", auth: `token ${tokens.other}`, body: { deviceModbusId: 111, address: 0, registersNum: 1, kind: "holding", connection: { kind: "backward", mac: "d8:80:39:4e:8d:e9" } }, want: no },
    { name: "of others: a network's address", path: "/raw/write-register-group/", auth: `token ${tokens.other}`, body: write, want: ["200", ...no] },
    { name: "deleting with one that is not one's own deletes none", path: `/params/get-info/?paramIds=${point}`, want: "200" },
  );
  return out;
}

/**
 * @param {string} origin @param {string} owner @param {Probe} probe
 * @returns {Promise<{ differences: import("./compare.mjs").Difference[], outcome?: string }>}
 */
async function run(origin, owner, probe) {
  const body = probe.raw ?? (probe.body === undefined ? undefined : JSON.stringify(probe.body));
  /** @type {Record<string, string>} */
  const headers = {};
  const type = probe.type === undefined ? "application/json" : probe.type;
  if (type !== null) headers["Content-Type"] = type;
  const auth = probe.auth === undefined ? `token ${owner}` : probe.auth;
  if (auth !== null) headers["Authorization"] = auth;
  const method = probe.method ?? (body === undefined ? "GET" : "POST");
  const reply = await fetch(`${origin}/api/v1${probe.path}`, {
    method, headers, body: method === "GET" ? undefined : /** @type {BodyInit | undefined} */ (body),
  });
  const text = await reply.text();
  const wants = [probe.want].flat();
  /** @type {any} */
  let got;
  try {
    got = JSON.parse(text);
  } catch {
    return { differences: [{ path: "body", seed: "JSON", ours: `${reply.status} ${text}` }] };
  }
  if (reply.status === 200) {
    if (!wants.includes("200")) return { differences: [{ path: "status", seed: probe.want, ours: `200 ${text}` }] };
    const same = (probe.reply === undefined || JSON.stringify(probe.reply) === JSON.stringify(sorted(got))) && (probe.fits?.(got) ?? true);
    return { differences: same ? [] : [{ path: "reply", seed: probe.reply ?? "what fits", ours: got }], outcome: "200" };
  }
  const found = check({ errorCode: "string", errorMessage: "string" }, got);
  const status = /** @type {Record<string, number>} */ (STATUS)[got.errorCode];
  if (!wants.includes(got.errorCode)) found.push({ path: "errorCode", seed: probe.want, ours: `${reply.status} ${text}` });
  else if (status !== undefined && status !== reply.status) found.push({ path: "status", seed: status, ours: reply.status });
  if (reply.status < 400 || reply.status > 499) found.push({ path: "status", seed: "4xx", ours: reply.status });
  return { differences: found, outcome: got.errorCode };
}

/** @param {any} value */
const sorted = (value) =>
  kindOf(value) === "object" ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;

/** More requests at once than a key may make. @param {string} origin @param {string} token */
async function quota(origin, token) {
  const headers = { "Content-Type": "application/json", Authorization: `token ${token}` };
  for (let i = 0; i < 20; i++) {
    const replies = await Promise.all(Array.from({ length: 100 }, () => fetch(`${origin}/api/v1/user/orgs/`, { headers })));
    const refused = replies.find((one) => one.status !== 200);
    if (refused === undefined) continue;
    const { errorCode } = await refused.json();
    return `${refused.status} ${errorCode}`;
  }
  return "2,000 requests were answered";
}

/**
 * @param {{ origin: string }} server @param {import("./example.js").Plant} plant @param {string[]} absent endpoints that are not there
 * @returns {Promise<import("./replay.mjs").Row[]>}
 */
export async function careful({ origin }, plant, absent) {
  const [owner, viewer, other, ended] = await Promise.all([KEYS.owner, KEYS.viewer, KEYS.other, KEYS.viewer].map((key) => login(origin, key)));
  await ended.api.POST("/logout/", { body: {} });
  const theirs = await objects(other.api);
  const tokens = { owner: owner.token, viewer: viewer.token, other: other.token, ended: ended.token };
  /** @type {import("./replay.mjs").Row[]} */
  const rows = [];
  for (const probe of probes(plant, tokens, theirs)) {
    const { differences, outcome } = await run(origin, owner.token, probe);
    rows.push({ at: `careful | ${probe.name}`, differences, outcome: Array.isArray(probe.want) ? outcome : undefined });
  }
  for (const endpoint of absent) {
    const [method, path] = endpoint.split(" ");
    const probe = { name: endpoint, method, path: path.replace(/:\w+/g, "1"), body: method === "POST" ? {} : undefined, want: "IncorrectEndpoint" };
    rows.push({ at: `not there | ${endpoint}`, differences: (await run(origin, owner.token, probe)).differences });
  }
  const refused = await quota(origin, other.token);
  rows.push({
    at: "careful | quota of requests",
    differences: refused === "403 TooManyRequests" ? [] : [{ path: "status", seed: "403 TooManyRequests", ours: refused }],
  });
  return rows;
}
