import { either } from "../compare.mjs";

/** @param {import("../example.js").Plant} plant */
const org = (plant) => ({ path: { orgId: plant.org } });

/** @param {import("../example.js").Plant} plant @param {string[]} names */
const ids = (plant, ...names) => names.map((name) => plant.params[name]);

const CHANGED = either({ ok: { "oldValue?": "string", newValue: "string" } }, { err: "string" });

/** @type {import("../example.js").Endpoint[]} */
export default [
  {
    endpoint: "POST /org/:orgId/params/get-id-by-reference/",
    fields: { id: "number" },
    examples: [
      {
        name: "a reference",
        call: (api, plant) =>
          api.POST("/org/{orgId}/params/get-id-by-reference/", { params: org(plant), body: "room1.temp" }),
        asked: `"room1.temp"`,
        part: (reply, plant) => reply.id === plant.params["temp"],
        reply: `true`,
      },
      {
        name: "a reference of nothing",
        call: (api, plant) =>
          api.POST("/org/{orgId}/params/get-id-by-reference/", { params: org(plant), body: "room1.nothing" }),
        status: 404,
        fields: { errorCode: "string", errorMessage: "string" },
        part: (reply) => reply.errorCode,
        reply: `"ObjectNotFound"`,
      },
    ],
  },
  {
    endpoint: "POST /org/:orgId/params/get-param-values/",
    fields: { "*": "string | number" },
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.POST("/org/{orgId}/params/get-param-values/", {
            params: org(plant), body: { params: "room1.temp *room1.humidity !100 conn?main-net" },
          }),
        asked: `POST /org/1/params/get-param-values/
{ "params": "room1.temp *room1.humidity !100 conn?main-net"}`,
        reply: `{ "room1.temp": "22.5 °C", "*room1.humidity": 45.2, "!100": 100, "conn?main-net": 1}`,
      },
      {
        name: "what cannot be had",
        call: (api, plant) =>
          api.POST("/org/{orgId}/params/get-param-values/", {
            params: org(plant), body: { params: "room1.nothing silent.unheard *silent.unheard conn?nothing" },
          }),
        reply: `{ "room1.nothing": "NOP", "silent.unheard": "NOLR", "*silent.unheard": "NORV", "conn?nothing": "NON" }`,
      },
    ],
  },
  {
    endpoint: "POST /org/:orgId/params/increment/",
    fields: CHANGED,
    examples: [
      {
        name: "a counter",
        call: (api, plant) =>
          api.POST("/org/{orgId}/params/increment/", { params: org(plant), body: { param: "room1.counter", amount: "5" } }),
        reply: `{ "ok": { "oldValue": "10", "newValue": "15" } }`,
      },
    ],
  },
  {
    endpoint: "POST /org/:orgId/params/save-param-value/",
    fields: CHANGED,
    examples: [
      {
        name: "a reference by register",
        call: (api, plant) =>
          api.POST("/org/{orgId}/params/save-param-value/", {
            params: org(plant), body: { param: "room1>holding>20", value: "7" },
          }),
        reply: `{ "ok": { "oldValue": "15", "newValue": "7" } }`,
      },
      {
        name: "a parameter that is not written",
        call: (api, plant) =>
          api.POST("/org/{orgId}/params/save-param-value/", { params: org(plant), body: { param: "room1.temp", value: "7" } }),
        part: (reply) => Object.keys(reply),
        reply: `["err"]`,
      },
    ],
  },
  {
    endpoint: "POST /org/:orgId/params/toggle/",
    fields: CHANGED,
    examples: [
      {
        name: "on",
        call: (api, plant) =>
          api.POST("/org/{orgId}/params/toggle/", { params: org(plant), body: { param: "room1.pump", default: "0", on: "1" } }),
        reply: `{ "ok": { "oldValue": "0", "newValue": "1" } }`,
      },
      {
        name: "and off",
        call: (api, plant) =>
          api.POST("/org/{orgId}/params/toggle/", { params: org(plant), body: { param: "room1.pump", default: "0", on: "1" } }),
        reply: `{ "ok": { "oldValue": "1", "newValue": "0" } }`,
      },
    ],
  },
  {
    endpoint: "GET /param/:paramId/dashboard-data/",
    fields: Array.from({ length: 96 }, () => "number | null"),
    examples: [
      {
        name: "a parameter that is read",
        call: (api, plant) =>
          api.GET("/param/{paramId}/dashboard-data/", { params: { path: { paramId: plant.params["Temperature"] } } }),
      },
    ],
  },
  {
    endpoint: "GET /param/:paramId/dashboard-widget-data/",
    fields: {
      id: "number", name: "string", fullName: "string", "lastValue?": "number", "lastReadOn?": "instant", deviceId: "number",
      readingReportUrl: "string", "deviceDisabledOn?": "instant", isProgrammable: "boolean", "unitName?": "string",
      "label?": "string",
    },
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.GET("/param/{paramId}/dashboard-widget-data/", {
            params: { path: { paramId: plant.params["Temperature"] } },
          }),
        asked: `GET /param/1/dashboard-widget-data/`,
        reply: `{ "id": 1, "name": "Temperature", "fullName": "Main Device - Temperature", "lastValue": 25.4, "lastReadOn": "2024-03-20T10:00:00.000Z", "deviceId": 10, "readingReportUrl": "/manage/reports/readings/?paramIds=1", "isProgrammable": false, "unitName": "°C", "label": "T1"}`,
        part: (reply, plant) => ({
          ...reply,
          fullName: reply.fullName?.replace("Room1", "Main Device"),
          lastValue: reply.lastValue === 25.5 ? 25.4 : reply.lastValue,
          readingReportUrl: reply.readingReportUrl?.replace(/\d+$/, "1"),
        }),
      },
    ],
  },
  {
    endpoint: "POST /param/:paramId/write/",
    fields: either({ ok: { oldValue: "string", newValue: "string", formattedValue: "string" } }, { err: "string" }),
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.POST("/param/{paramId}/write/", {
            params: { path: { paramId: plant.params["Room1 / Set point"] } }, body: { newValue: "25.0", lang: "en" },
          }),
        asked: `{ "newValue": "25.0", "lang": "en"}`,
        reply: `{ "ok": { "oldValue": "22.5", "newValue": "25.0", "formattedValue": "25.0 °C" }}`,
      },
    ],
  },
  {
    endpoint: "POST /params/change/",
    fields: {},
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.POST("/params/change/", {
            body: { paramIds: ids(plant, "temp", "humidity"), modification: { isTracked: true, category: "Main Readings" } },
          }),
        asked: `{ "paramIds": [101, 102], "modification": { "isTracked": true, "category": "Main Readings" }}`,
      },
      {
        name: "the category is kept",
        call: (api, plant) =>
          api.GET("/device/{deviceId}/tracked-params/", { params: { path: { deviceId: plant.devices["Room1"] } } }),
        fields: "array",
        part: (reply) => reply.find((/** @type {any} */ one) => one.name === "temp")?.category,
        reply: `"Main Readings"`,
      },
    ],
  },
  {
    endpoint: "POST /params/delete/",
    fields: {},
    examples: [
      {
        name: "example",
        call: (api, plant) => api.POST("/params/delete/", { body: { paramIds: ids(plant, "To go", "To go too") } }),
        asked: `{ "paramIds": [101, 102]}`,
      },
    ],
  },
  {
    endpoint: "GET /params/get-info/",
    fields: [{
      id: "number", name: "string", fullName: "string", slug: "string", deviceId: "number", deviceName: "string",
      deviceSlug: "string", networkId: "number", networkName: "string", networkSlug: "string", address: "number",
      valueType: "string", registerKind: "string", isProgrammable: "boolean", "bitPosition?": "number",
      "bitsAmount?": "number", "label?": "string", "unitName?": "string",
    }],
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.GET("/params/get-info/", { params: { query: { paramIds: ids(plant, "temp", "Pump").join(",") } } }),
        asked: `/params/get-info/?paramIds=101,102`,
      },
    ],
  },
  {
    endpoint: "GET /params/last-readings/",
    fields: { "*": either({ value: "string", readOn: "instant", formattedValue: "string" }, { err: "string" }) },
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.GET("/params/last-readings/", {
            params: { query: { paramIds: ids(plant, "Temperature", "Unheard").join(","), lang: "en" } },
          }),
        asked: `/params/last-readings/?paramIds=101,102&lang=en`,
        keys: (plant) => ({ [plant.params["Temperature"]]: "101", [plant.params["Unheard"]]: "102" }),
        reply: `{ "101": { "value": "25.5", "readOn": "2023-12-14T01:35:44Z", "formattedValue": "25.5 °C" }, "102": { "err": "no-value" }}`,
      },
    ],
  },
  {
    endpoint: "GET /params/read-realtime/",
    fields: { "*": either({ value: "string", formattedValue: "string" }, { err: "string" }) },
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.GET("/params/read-realtime/", {
            params: { query: { paramIds: ids(plant, "Temperature", "Unheard").join(","), lang: "en", failbackToDb: true } },
          }),
        asked: `/params/read-realtime/?paramIds=101,102&lang=en&failbackToDb=true`,
        keys: (plant) => ({ [plant.params["Temperature"]]: "101", [plant.params["Unheard"]]: "102" }),
        reply: `{ "101": { "value": "25.5", "formattedValue": "25.5 °C" }, "102": { "err": "Timeout" }}`,
      },
    ],
  },
  {
    endpoint: "POST /params/readings-on-time/",
    fields: { "*": either({ value: "string", readOn: "instant" }, "null") },
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.POST("/params/readings-on-time/", {
            body: { orgId: plant.org, tillDate: new Date().toISOString(), paramIds: ids(plant, "Temperature", "Unheard") },
          }),
        asked: `{ "orgId": 1, "tillDate": "2025-01-01T00:00:00.000Z", "paramIds": [101, 102]}`,
        keys: (plant) => ({ [plant.params["Temperature"]]: "101", [plant.params["Unheard"]]: "102" }),
        reply: `{ "101": { "readOn": "2024-12-11T09:50:00.000Z", "value": "1499" }, "102": null}`,
        part: (reply) => ({ ...reply, 101: { ...reply["101"], value: reply["101"]?.value === "25.5" ? "1499" : reply["101"]?.value } }),
      },
    ],
  },
];
