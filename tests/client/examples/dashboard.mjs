const EVENTS = [{
  id: "number", name: "string", level: "string", deviceIds: ["number"], paramIds: ["number"], networkIds: ["number"],
  isActive: "boolean", journalUrl: "string", startedOn: "instant",
}];
/** The reference names the list and not its fields, which are those of a device's widgets. */
const WIDGETS = [{ id: "number", "*": "any" }];

/** @param {import("../example.js").Plant} plant */
const org = (plant) => ({ path: { orgId: plant.org } });

/** @param {any} reply @param {string} net @param {string} device the part of a dashboard that is about one device */
const only = (reply, net, device) => ({
  ...reply,
  networks: reply.networks
    .filter((/** @type {any} */ one) => one.name === net)
    .map((/** @type {any} */ one) => ({
      ...one,
      devices: one.devices.filter((/** @type {any} */ each) => each.name === device),
    })),
});

/** @type {import("../example.js").Endpoint[]} */
export default [
  {
    endpoint: "GET /org/:orgId/dashboard/",
    fields: {
      networks: [{
        id: "number", name: "string", isConnected: "boolean", "lastConnectionOn?": "instant", url: "string",
        connectionType: "string", slug: "string", "disabledOn?": "instant",
        devices: [{
          id: "number", name: "string", "lastReadOn?": "instant", "nextReadOn?": "instant", "nextReadMsg?": "string",
          "nextReadMsgCode?": "string", url: "string", "disabledOn?": "instant", paramWidgets: WIDGETS, "params?": WIDGETS,
        }],
      }],
      events: EVENTS,
    },
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.GET("/org/{orgId}/dashboard/", { params: { ...org(plant), query: { includeParams: 1, lang: "en" } } }),
        asked: `/org/1/dashboard/?includeParams=1&lang=en`,
        reply: `{ "networks": [ { "id": 1, "name": "Main Network", "isConnected": true, "devices": [ { "id": 10, "name": "Controller 1", "paramWidgets": [], "params": [] } ] } ], "events": []}`,
        part: (reply) => {
          const part = only(reply, "Main Network", "Controller 1");
          return { ...part, events: [] };
        },
      },
      {
        name: "without parameters",
        call: (api, plant) => api.GET("/org/{orgId}/dashboard/", { params: { ...org(plant), query: { lang: "en" } } }),
        part: (reply) => reply.networks.some((/** @type {any} */ one) => one.devices.some((/** @type {any} */ each) => each.params)),
        reply: `false`,
      },
    ],
  },
  {
    endpoint: "POST /org/:orgId/dashboard/add-widgets/",
    fields: {},
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.POST("/org/{orgId}/dashboard/add-widgets/", {
            params: org(plant),
            body: { paramIds: ["temp", "humidity", "Temperature"].map((name) => plant.params[name]) },
          }),
        asked: `/org/1/dashboard/add-widgets/
{ "paramIds": [1, 2, 3] }`,
        reply: `{}`,
      },
    ],
  },
  {
    endpoint: "POST /org/:orgId/dashboard/change/",
    fields: {},
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.POST("/org/{orgId}/dashboard/change/", {
            params: org(plant),
            body: { paramIds: ["temp", "humidity", "Set point"].map((name) => plant.params[name]) },
          }),
        asked: `/org/1/dashboard/change/
{"paramIds": [101, 102, 105]}`,
        reply: `{}`,
      },
    ],
  },
  {
    endpoint: "GET /org/:orgId/dashboard/light/",
    fields: {
      networks: [{
        id: "number", isConnected: "boolean", "lastConnectionOn?": "instant",
        devices: [{
          id: "number", "lastReadOn?": "instant", "nextReadOn?": "instant", "nextReadMsg?": "string",
          "nextReadMsgCode?": "string", paramWidgets: WIDGETS,
        }],
      }],
      events: EVENTS,
    },
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.GET("/org/{orgId}/dashboard/light/", {
            params: { ...org(plant), query: { lang: "en", expandedNetworkIds: String(plant.nets["Main Network"]) } },
          }),
        asked: `/org/1/dashboard/light/?lang=en&expandedNetworkIds=1`,
        reply: `{ "networks": [ { "id": 1, "isConnected": true, "devices": [ { "id": 10, "paramWidgets": [] } ] } ], "events": []}`,
        part: (reply, plant) => ({
          events: [],
          networks: reply.networks
            .filter((/** @type {any} */ one) => one.id === plant.nets["Main Network"])
            .map((/** @type {any} */ one) => ({
              ...one,
              devices: one.devices.filter((/** @type {any} */ each) => each.id === plant.devices["Controller 1"]),
            })),
        }),
      },
    ],
  },
];
