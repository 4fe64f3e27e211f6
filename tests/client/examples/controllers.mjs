import { either } from "../compare.mjs";

/** @type {import("../example.js").Endpoint[]} */
export default [
  {
    endpoint: "POST /activation-code/:code/get-info/",
    fields: { code: "number", mac: "string", ip: "string", port: "number", sku: "string" },
    examples: [
      {
        name: "a code that a controller shows",
        call: (api, plant) =>
          api.POST("/activation-code/{code}/get-info/", { params: { path: { code: plant.activationCode } }, body: {} }),
        asked: `{}`,
      },
      {
        name: "a code that nobody shows",
        call: (api) => api.POST("/activation-code/{code}/get-info/", { params: { path: { code: 123456 } }, body: {} }),
        asked: `/activation-code/123456/get-info/`,
        status: 400,
        fields: { errorCode: "string", errorMessage: "string" },
        part: (reply) => reply.errorCode,
        reply: `"InvalidActivationCode"`,
      },
    ],
  },
  {
    endpoint: "GET /connect-code/:code/",
    fields: {
      code: "string", macAddress: "string", devicePasswords: ["string"], "sku?": "string", "vpnIpAddress?": "string",
      "port?": "number", "modbusId?": "number", "bindedToNet?": { "*": "any" },
    },
    examples: [
      {
        name: "a code of a sticker",
        call: (api) => api.GET("/connect-code/{code}/", { params: { path: { code: "ABCD" } } }),
        asked: `/connect-code/ABCD/`,
      },
      {
        name: "a code of no sticker",
        call: (api) => api.GET("/connect-code/{code}/", { params: { path: { code: "WXYZ" } } }),
        status: 400,
        fields: { errorCode: "string", errorMessage: "string" },
        part: (reply) => reply.errorCode,
        reply: `"InvalidCode"`,
      },
    ],
  },
  {
    endpoint: "POST /controller/get-template-id/",
    fields: { id: "number" },
    examples: [
      {
        name: "example",
        call: (api) => api.POST("/controller/get-template-id/", { body: { sku: "em130" } }),
        asked: `POST /controller/get-template-id/
{ "sku": "em130"}`,
        reply: `{ "id": 5}`,
      },
    ],
  },
  {
    endpoint: "GET /device-template/:templateId/",
    fields: {
      id: "number", name: "string", manufacturer: "string", version: "string", readGroupSize: "number",
      writeFunction: "string", paramTemplates: "array",
    },
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.GET("/device-template/{templateId}/", { params: { path: { templateId: plant.template } } }),
        asked: `GET /device-template/1/`,
        reply: `{ "id": 1, "name": "Standard Meter", "manufacturer": "Overvis", "version": "1.0", "readGroupSize": 10, "writeFunction": "normal", "paramTemplates": [...]}`,
      },
    ],
  },
  {
    endpoint: "POST /em130/read/events/",
    fields: either(
      {
        status: "string",
        events: [{
          eventAddress: "number", eventType: "number", dayOfWeek: "number", modeSwitchOff: "number",
          modeSwitchOn: "number", timeSwitchOff: "number", timeSwitchOn: "number",
          astronomicTimes: { sunset: "number", sunrise: "number" },
        }],
      },
      { status: "string", errorMessage: "string" },
    ),
    examples: [
      {
        name: "success",
        call: (api, plant) =>
          api.POST("/em130/read/events/", {
            body: {
              deviceModbusId: 111, sku: "em130", numberOfEvents: 1, startWithFirst: true,
              connection: { kind: "backward", mac: "d8:80:39:4e:8d:ab" },
            },
          }),
        reply: `{ "status": "ok", "events": [ { "eventAddress": 1, "eventType": 1, "dayOfWeek": 1, "modeSwitchOff": 0, "modeSwitchOn": 1 } ]}`,
        part: ({ status, events }) => ({
          status,
          events: events?.map((/** @type {any} */ { timeSwitchOff: _off, timeSwitchOn: _on, astronomicTimes: _times, ...one }) => one),
        }),
      },
      {
        name: "error",
        call: (api, plant) =>
          api.POST("/em130/read/events/", {
            body: {
              deviceModbusId: 1, sku: "em130", numberOfEvents: 1, startWithFirst: true, connection: plant.at("192.168.1.10:502"),
            },
          }),
        reply: `{ "status": "error", "errorMessage": "Description of error"}`,
      },
    ],
  },
  {
    endpoint: "POST /global-notifications/:notificationId/dismiss/",
    fields: { status: "string", created: "boolean" },
    examples: [
      {
        name: "the first time",
        call: (api, plant) =>
          api.POST("/global-notifications/{notificationId}/dismiss/", {
            params: { path: { notificationId: plant.notification } }, body: null,
          }),
        reply: `{ "status": "ok", "created": true}`,
      },
      {
        name: "the second time",
        call: (api, plant) =>
          api.POST("/global-notifications/{notificationId}/dismiss/", {
            params: { path: { notificationId: plant.notification } }, body: null,
          }),
        part: (reply) => reply.created,
        reply: `false`,
      },
    ],
  },
];
