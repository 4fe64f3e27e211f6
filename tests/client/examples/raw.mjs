import { either } from "../compare.mjs";

const READ = either({ ok: ["number"] }, { err: "string" });
const GROUPS = [{
  netLid: "string", connection: { kind: "string", "*": "any" }, deviceModbusId: "number", address: "number", kind: "string",
  registersNum: "number", result: READ,
}];
const DONE = either({ status: "string" }, { status: "string", errorMessage: "string" });
const FAILED = `{ "status": "error", "errorMessage": "Description of error"}`;

/** A controller of which the settings can be read. */
const CONTROLLER = { kind: /** @type {const} */ ("backward"), mac: "d8:80:39:4e:8d:ac" };

/** @type {import("../example.js").Endpoint[]} */
export default [
  {
    endpoint: "POST /raw/check-connection/",
    fields: {
      status: either(
        { connected: { unitId: "number", version: "number", deviceIdentificationMarker: "number" } },
        "string",
        { readingFailure: "string" },
      ),
    },
    examples: [
      {
        name: "connected",
        call: (api) => api.POST("/raw/check-connection/", { body: { deviceModbusId: 111, connection: CONTROLLER } }),
        part: (reply) => reply.status?.connected?.unitId,
        reply: `111`,
      },
      {
        name: "no connection",
        call: (api) =>
          api.POST("/raw/check-connection/", {
            body: { deviceModbusId: 1, connection: { kind: "direct", ip: "127.0.0.1", port: 1 } },
          }),
        reply: `{ "status": "NoConnection"}`,
      },
      {
        name: "reading failure",
        call: (api, plant) =>
          api.POST("/raw/check-connection/", { body: { deviceModbusId: 7, connection: plant.at("127.0.0.1:55502") } }),
        reply: `{ "status": { "readingFailure": "Description of failure" }}`,
      },
    ],
  },
  {
    endpoint: "POST /raw/check-device-read/",
    fields: DONE,
    examples: [
      {
        name: "success",
        call: (api, plant) =>
          api.POST("/raw/check-device-read/", {
            body: { deviceModbusId: 1, templateId: plant.template, connection: plant.at("192.168.1.10:502") },
          }),
        reply: `{ "status": "ok"}`,
      },
      {
        name: "error",
        call: (api, plant) =>
          api.POST("/raw/check-device-read/", {
            body: { deviceModbusId: 111, templateId: plant.template, connection: plant.at("192.168.1.10:502") },
          }),
        reply: FAILED,
      },
    ],
  },
  {
    endpoint: "POST /raw/read-controller-modbus-settings/",
    fields: either(
      { status: "string", controllerUnitId: "number", bitRate: "number", byteFormat: "number" },
      { status: "string", errorMessage: "string" },
    ),
    examples: [
      {
        name: "success",
        call: (api) =>
          api.POST("/raw/read-controller-modbus-settings/", {
            body: { deviceModbusId: 111, sku: "em480", connection: CONTROLLER },
          }),
        reply: `{ "status": "ok", "controllerUnitId": 1, "bitRate": 9600, "byteFormat": 0}`,
        part: (reply) => ({ ...reply, controllerUnitId: reply.controllerUnitId === 111 ? 1 : reply.controllerUnitId }),
      },
      {
        name: "error",
        call: (api, plant) =>
          api.POST("/raw/read-controller-modbus-settings/", {
            body: { deviceModbusId: 1, sku: "em480", connection: plant.at("192.168.1.10:502") },
          }),
        reply: FAILED,
      },
    ],
  },
  {
    endpoint: "POST /raw/read-multiple-register-group/",
    fields: GROUPS,
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.POST("/raw/read-multiple-register-group/", {
            body: [
              { deviceModbusId: 1, address: 3, registersNum: 5, kind: "holding", connection: plant.at("127.0.0.1:55502") },
              { deviceModbusId: 111, address: 459, registersNum: 1, kind: "holding", connection: plant.at("127.0.0.1:55502") },
            ],
          }),
        asked: `POST /raw/read-multiple-register-group/
[ { "deviceModbusId": 1, "address": 3, "registersNum": 5, "kind": "holding", "connection": { "kind": "direct", "ip": "127.0.0.1", "port": 55502 } }, { "deviceModbusId": 111, "address": 459, "registersNum": 1, "kind": "holding", "connection": { "kind": "direct", "ip": "127.0.0.1", "port": 55502 } }]`,
        reply: `[ { "netLid": "127.0.0.1:55502", "connection": { "kind": "direct", "ip": "127.0.0.1", "port": 55502 }, "deviceModbusId": 1, "address": 3, "kind": "holding", "registersNum": 5, "result": { "ok": [65535, 65535, 65535, 65535, 65535] } }, { "netLid": "127.0.0.1:55502", "connection": { "kind": "direct", "ip": "127.0.0.1", "port": 55502 }, "deviceModbusId": 111, "address": 459, "kind": "holding", "registersNum": 1, "result": { "ok": [9600] } }]`,
      },
      {
        name: "every kind of connection",
        call: (api, plant) =>
          api.POST("/raw/read-multiple-register-group/", {
            body: [
              { deviceModbusId: 1, address: 3, registersNum: 1, kind: "holding", connection: { kind: "net-id", networkId: plant.nets["Main Net"] } },
              { deviceModbusId: 111, address: 459, registersNum: 1, kind: "holding", connection: { kind: "backward", mac: "d8:80:39:4e:8d:ac" } },
              { deviceModbusId: 111, address: 501, registersNum: 1, kind: "holding", connection: { kind: "activation-code", code: plant.activationCode } },
            ],
          }),
        part: (reply) => reply.map((/** @type {any} */ one) => one.result),
        reply: `[{ "ok": [65535] }, { "ok": [9600] }, { "ok": [9600] }]`,
      },
    ],
  },
  {
    endpoint: "POST /raw/read-multiple-register-groups/with-timeout/",
    fields: GROUPS,
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.POST("/raw/read-multiple-register-groups/with-timeout/", {
            body: {
              timeoutSec: 5,
              regs: [{ deviceModbusId: 1, address: 0, registersNum: 10, kind: "holding", connection: plant.at("127.0.0.1:502") }],
            },
          }),
        asked: `POST /raw/read-multiple-register-groups/with-timeout/
{ "timeoutSec": 5, "regs": [ { "deviceModbusId": 1, "address": 0, "registersNum": 10, "kind": "holding", "connection": { "kind": "direct", "ip": "127.0.0.1", "port": 502 } } ]}`,
        part: (reply) => reply.map((/** @type {any} */ one) => one.result?.ok?.length),
        reply: `[10]`,
      },
      {
        name: "groups up to the timeout",
        call: (api, plant) =>
          api.POST("/raw/read-multiple-register-groups/with-timeout/", {
            body: {
              timeoutSec: 0.4,
              regs: [1, 7, 1].map((deviceModbusId) => ({
                deviceModbusId, address: 3, registersNum: 1, kind: /** @type {const} */ ("holding"), connection: plant.at("127.0.0.1:55502"),
              })),
            },
          }),
        part: (reply) => reply.map((/** @type {any} */ one) => Object.keys(one.result)[0]),
        reply: `["ok"]`,
      },
    ],
  },
  {
    endpoint: "POST /raw/read-register-group/",
    fields: READ,
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.POST("/raw/read-register-group/", {
            body: { deviceModbusId: 1, address: 3, registersNum: 5, kind: "holding", connection: plant.at("192.168.1.10:502") },
          }),
        asked: `POST /raw/read-register-group/
{ "deviceModbusId": 1, "address": 3, "registersNum": 5, "kind": "holding", "connection": { "kind": "direct", "ip": "192.168.1.10", "port": 502 }}`,
        reply: `{ "ok": [65535, 65535, 0, 12, 450]}`,
      },
      {
        name: "error",
        call: (api, plant) =>
          api.POST("/raw/read-register-group/", {
            body: { deviceModbusId: 1, address: 60000, registersNum: 5, kind: "holding", connection: plant.at("192.168.1.10:502") },
          }),
        part: (reply) => Object.keys(reply),
        reply: `["err"]`,
      },
      {
        name: "a coil",
        call: (api, plant) =>
          api.POST("/raw/read-register-group/", {
            body: { deviceModbusId: 1, address: 3, registersNum: 1, kind: "coil", connection: plant.at("127.0.0.1:55502") },
          }),
        part: (reply) => [0, 1].includes(reply.ok?.[0]),
        reply: `true`,
      },
    ],
  },
  {
    endpoint: "POST /raw/send-controller-passwords/",
    fields: DONE,
    examples: [
      {
        name: "success",
        call: (api) =>
          api.POST("/raw/send-controller-passwords/", {
            body: { deviceModbusId: 111, passwords: ["mypass"], connection: CONTROLLER },
          }),
        reply: `{ "status": "ok"}`,
      },
      {
        name: "error",
        call: (api, plant) =>
          api.POST("/raw/send-controller-passwords/", {
            body: { deviceModbusId: 1, passwords: ["mypass"], connection: plant.at("192.168.1.10:502") },
          }),
        reply: FAILED,
      },
    ],
  },
  {
    endpoint: "POST /raw/write-controller-modbus-settings/",
    fields: DONE,
    examples: [
      {
        name: "success",
        call: (api) =>
          api.POST("/raw/write-controller-modbus-settings/", {
            body: { deviceModbusId: 111, sku: "em480", settings: { bitRate: 9600, byteFormat: 0 }, connection: CONTROLLER },
          }),
        reply: `{ "status": "ok"}`,
      },
      {
        name: "error",
        call: (api, plant) =>
          api.POST("/raw/write-controller-modbus-settings/", {
            body: {
              deviceModbusId: 1, sku: "em480", settings: { bitRate: 9600, byteFormat: 0 }, connection: plant.at("192.168.1.10:502"),
            },
          }),
        reply: FAILED,
      },
    ],
  },
  {
    endpoint: "POST /raw/write-register-group/",
    fields: DONE,
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.POST("/raw/write-register-group/", {
            body: { deviceModbusId: 1, address: 10, kind: "holding", value: [100, 200], connection: plant.at("192.168.1.10:502") },
          }),
        asked: `POST /raw/write-register-group/
{ "deviceModbusId": 1, "address": 10, "kind": "holding", "value": [100, 200], "connection": { "kind": "direct", "ip": "192.168.1.10", "port": 502 }}`,
        reply: `{ "status": "ok"}`,
      },
      {
        name: "the registers hold what was written",
        call: (api, plant) =>
          api.POST("/raw/read-register-group/", {
            body: { deviceModbusId: 1, address: 10, registersNum: 2, kind: "holding", connection: plant.at("192.168.1.10:502") },
          }),
        fields: READ,
        reply: `{ "ok": [100, 200] }`,
      },
      {
        name: "error",
        call: (api, plant) =>
          api.POST("/raw/write-register-group/", {
            body: { deviceModbusId: 1, address: 60000, kind: "holding", value: [1], connection: plant.at("192.168.1.10:502") },
          }),
        reply: FAILED,
      },
    ],
  },
];
