const RECORDS = {
  records: [{
    name: "string", startedOn: "instant", "resolvedOn?": "instant", logAs: "string", logAsText: "string", status: "string",
    "confirmedOn?": "instant", details: [{ date: "instant", texts: ["string"] }],
  }],
  totalRecords: "number", currentPage: "number", itemsOnPage: "number",
};
const RESULT = { result: "string", errors: { "*": "string" } };

/**
 * An alert as that of the examples, on a coil that is 1.
 * @param {import("../example.js").Plant} plant @param {string} name @returns {any}
 */
const body = (plant, name) => ({
  name, conditionLogic: "all", logAs: "warning", actions: [],
  conditions: [{ paramId: plant.params["Alarm"], kind: "eq", value: "1" }],
});

/**
 * @param {import("../example.js").Api} api @param {import("../example.js").Plant} plant @param {string} name
 * @returns {Promise<number>} its identifier
 */
async function alert(api, plant, name) {
  const list = async () => {
    const { data } = await api.GET("/org/{orgId}/alerts/", { params: { path: { orgId: plant.org } } });
    return /** @type {any[]} */ (data ?? []).find((one) => one.name === name)?.id;
  };
  const there = await list();
  if (there !== undefined) return there;
  await api.POST("/org/{orgId}/alerts/create/", { params: { path: { orgId: plant.org } }, body: body(plant, name) });
  return list();
}

/**
 * An alert that has been raised, and has been looked for until its record is there.
 * @param {import("../example.js").Api} api @param {import("../example.js").Plant} plant
 */
async function raised(api, plant) {
  await api.POST("/param/{paramId}/write/", {
    params: { path: { paramId: plant.params["Alarm"] } }, body: { newValue: "1" },
  });
  const id = await alert(api, plant, "AND Logic Alert");
  for (let i = 0; i < 20; i++) {
    const { data } = await api.GET("/alert/{alertId}/status/", { params: { path: { alertId: id } } });
    if (/** @type {any} */ (data)?.isActive) break;
    await new Promise((done) => setTimeout(done, 500));
  }
  return id;
}

/** @type {import("../example.js").Endpoint[]} */
export default [
  {
    endpoint: "GET /alert/:alertId/",
    fields: {
      id: "number", name: "string", slug: "string", "description?": "string", conditionLogic: "string", logAs: "string",
      conditions: { "*": { paramId: "number", kind: "string", param: "string", "value?": "number" } },
      actions: { "*": "object" }, followUps: { "*": "object" },
    },
    examples: [
      {
        name: "example",
        before: (api, plant) => alert(api, plant, "AND Logic Alert"),
        call: (api, plant, id) => api.GET("/alert/{alertId}/", { params: { path: { alertId: id } } }),
        asked: `GET /alert/4/`,
        reply: `{ "id": 4, "name": "AND Logic Alert", "logAs": "warning", "slug": "and-logic-alert", "conditionLogic": "all", "conditions": { "122": { "paramId": 542, "kind": "eq", "param": "542#coil@device-slug@net-slug", "value": 1 } }, "actions": {}, "followUps": {}}`,
        part: (reply, plant) => ({
          ...reply,
          conditions: Object.fromEntries(
            Object.values(reply.conditions ?? {}).map((/** @type {any} */ one) => [
              "122",
              {
                ...one,
                param: one.param
                  ?.replace(`${plant.params["Alarm"]}#`, "542#").replace("#alarm@", "#coil@").replace("@room1", "@device-slug").replace("@main-net", "@net-slug"),
              },
            ]),
          ),
        }),
      },
    ],
  },
  {
    endpoint: "POST /alert/:alertId/change/",
    fields: RESULT,
    examples: [
      {
        name: "success",
        before: (api, plant) => alert(api, plant, "To be changed"),
        call: (api, plant, id) =>
          api.POST("/alert/{alertId}/change/", { params: { path: { alertId: id } }, body: body(plant, "To be changed") }),
        reply: `{ "result": "success", "errors": {}}`,
      },
      {
        name: "error",
        before: (api, plant) => alert(api, plant, "To be changed"),
        call: (api, plant, id) =>
          api.POST("/alert/{alertId}/change/", { params: { path: { alertId: id } }, body: body(plant, "") }),
        reply: `{ "result": "error", "errors": { "name": "Name is too short" }}`,
      },
    ],
  },
  {
    endpoint: "GET /alert/:alertId/log/",
    fields: RECORDS,
    examples: [
      {
        name: "example",
        before: raised,
        call: (api, plant, id) =>
          api.GET("/alert/{alertId}/log/", { params: { path: { alertId: id }, query: { page: 1, itemsOnPage: 25 } } }),
        asked: `GET /alert/123/log/?page=1&itemsOnPage=25`,
      },
    ],
  },
  {
    endpoint: "GET /alert/:alertId/status/",
    fields: {
      id: "number", "lastRecordId?": "number", isActive: "boolean", "startedOn?": "instant", "closedOn?": "instant",
      "confirmed?": "object", conditions: { "*": { "lastValue?": "number", isTriggered: "boolean" } },
    },
    examples: [
      {
        name: "example",
        before: raised,
        call: (api, plant, id) => api.GET("/alert/{alertId}/status/", { params: { path: { alertId: id } } }),
        asked: `GET /alert/4/status/`,
        reply: `{ "id": 4, "lastRecordId": 22, "isActive": true, "startedOn": "2020-08-17T14:30:12.569Z", "conditions": { "122": { "lastValue": 1, "isTriggered": true }, "123": { "lastValue": 1, "isTriggered": true } }}`,
        part: (reply) => {
          const [one] = Object.values(reply.conditions ?? {});
          return { ...reply, conditions: { 122: one, 123: one } };
        },
      },
    ],
  },
  {
    endpoint: "GET /org/:orgId/alerts/",
    fields: [{ id: "number", name: "string", slug: "string" }],
    examples: [
      {
        name: "example",
        before: (api, plant) => alert(api, plant, "AND Logic Alert"),
        call: (api, plant) => api.GET("/org/{orgId}/alerts/", { params: { path: { orgId: plant.org } } }),
        asked: `GET /org/1/alerts/`,
        reply: `[ { "id": 4, "name": "AND Logic Alert", "slug": "and-logic-alert" }, { "id": 3, "name": "OR Logic Alert", "slug": "asdf" }]`,
        part: (reply) => [
          ...reply.filter((/** @type {any} */ one) => one.name === "AND Logic Alert"),
          { id: 3, name: "OR Logic Alert", slug: "asdf" },
        ],
      },
    ],
  },
  {
    endpoint: "POST /org/:orgId/alerts/create/",
    fields: RESULT,
    examples: [
      {
        name: "success",
        call: (api, plant) =>
          api.POST("/org/{orgId}/alerts/create/", { params: { path: { orgId: plant.org } }, body: body(plant, "Created") }),
        reply: `{ "result": "success", "errors": {}}`,
      },
      {
        name: "error",
        call: (api, plant) =>
          api.POST("/org/{orgId}/alerts/create/", { params: { path: { orgId: plant.org } }, body: body(plant, "") }),
        reply: `{ "result": "error", "errors": { "name": "Name is too short" }}`,
      },
    ],
  },
  {
    endpoint: "GET /org/:orgId/alerts/log/",
    fields: RECORDS,
    examples: [
      {
        name: "example",
        before: raised,
        call: (api, plant) =>
          api.GET("/org/{orgId}/alerts/log/", {
            params: { path: { orgId: plant.org }, query: { page: 1, itemsOnPage: 25, netId: plant.nets["Main Net"] } },
          }),
        asked: `GET /org/456/alerts/log/?page=1&itemsOnPage=25&netId=12`,
      },
    ],
  },
];
