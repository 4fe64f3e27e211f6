/** @param {import("../example.js").Plant} plant */
const room = (plant) => ({ path: { deviceId: plant.devices["Room1"] } });

/** @type {import("../example.js").Endpoint[]} */
export default [
  {
    endpoint: "GET /device/:deviceId/",
    fields: {
      id: "number", netId: "number", name: "string", slug: "string", modbusUnitId: "number", "disabledOn?": "instant",
      updatePeriodSec: "number", readGroupSize: "number", writeFunction: "string", modbusTimeoutRetriesNum: "number",
      "initializedFromTemplate?": "number",
    },
    examples: [
      {
        name: "a device of its own",
        call: (api, plant) => api.GET("/device/{deviceId}/", { params: room(plant) }),
        asked: `/device/1/`,
      },
      {
        name: "a device of a template",
        call: (api, plant) => api.GET("/device/{deviceId}/", { params: { path: { deviceId: plant.devices["Meter"] } } }),
        part: (reply, plant) => reply.initializedFromTemplate === plant.template,
        reply: `true`,
      },
    ],
  },
  {
    endpoint: "POST /device/:deviceId/change-disable/",
    fields: { availableDevicesQuota: "number | null" },
    examples: [
      {
        name: "disable",
        call: (api, plant) =>
          api.POST("/device/{deviceId}/change-disable/", { params: room(plant), body: { enabled: false } }),
        asked: `/device/1/change-disable/
{ "enabled": false }`,
      },
      {
        name: "what is disabled says since when",
        call: (api, plant) => api.GET("/device/{deviceId}/", { params: room(plant) }),
        part: (reply) => reply.disabledOn,
        fields: { disabledOn: "instant", "*": "any" },
        after: (api, plant) =>
          api.POST("/device/{deviceId}/change-disable/", { params: room(plant), body: { enabled: true } }),
      },
    ],
  },
  {
    endpoint: "GET /device/:deviceId/next-read-time/",
    fields: { "msg?": "string", "nextReadDate?": "instant", "lastReadOn?": "instant" },
    examples: [
      {
        name: "a device that is read",
        call: (api, plant) => api.GET("/device/{deviceId}/next-read-time/", { params: room(plant) }),
        asked: `/device/1/next-read-time/`,
      },
    ],
  },
  {
    endpoint: "GET /device/:deviceId/tracked-params/",
    fields: [{
      id: "number", name: "string", fullName: "string", "category?": "string", "label?": "string", "unitName?": "string",
    }],
    examples: [
      {
        name: "a device that is read",
        call: (api, plant) => api.GET("/device/{deviceId}/tracked-params/", { params: room(plant) }),
        asked: `/device/1/tracked-params/`,
      },
    ],
  },
  {
    endpoint: "GET /device/:deviceId/widgets/",
    fields: [{
      id: "number", paramId: "number", "name?": "string", "fullName?": "string", "lastValue?": "string",
      "formatedLastValue?": "string", "lastReadOn?": "instant", "isProgrammable?": "boolean", "unitName?": "string",
      "label?": "string",
    }],
    examples: [
      {
        name: "all fields",
        call: (api, plant) =>
          api.GET("/device/{deviceId}/widgets/", { params: { ...room(plant), query: { lang: "en" } } }),
        asked: `/device/1/widgets/?lang=en`,
      },
      {
        name: "onlyParamsValues",
        call: (api, plant) =>
          api.GET("/device/{deviceId}/widgets/", { params: { ...room(plant), query: { lang: "en", onlyParamsValues: true } } }),
        fields: [{ id: "number", "paramId?": "number", "lastValue?": "string", "formatedLastValue?": "string" }],
      },
    ],
  },
];
