/** @param {import("../example.js").Plant} plant @param {string} [name] */
const vis = (plant, name = "Energy Usage") => ({ path: { visId: plant.viss[name] } });

/** @param {import("../example.js").Plant} plant */
const both = (plant) => [plant.viss["Main Dashboard"], plant.viss["Energy Usage"]];

/**
 * Texts as the examples show them.
 * @param {import("../example.js").Api} api @param {import("../example.js").Plant} plant
 */
async function texts(api, plant) {
  const wanted = [["Main Dashboard", "roomName", "Room 1"], ["Main Dashboard", "ownerName", "John"], ["Energy Usage", "temp", "25"]];
  for (const [name, code, value] of wanted) {
    await api.POST("/vis/{visId}/data/save/", { params: vis(plant, name), body: { code, value } });
  }
}

const VIS = {
  id: "number", orgId: "number", slug: "string", name: "string", createdOn: "instant", source: "string",
  "description?": "string", isDisplayedOnDashboard: "boolean",
};

/** @type {import("../example.js").Endpoint[]} */
export default [
  {
    endpoint: "GET /org/:orgId/viss/",
    fields: [{ id: "number", name: "string" }],
    examples: [
      {
        name: "example",
        call: (api, plant) => api.GET("/org/{orgId}/viss/", { params: { path: { orgId: plant.org } } }),
        asked: `GET /org/1/viss/`,
        reply: `[ { "id": 1, "name": "Main Dashboard" }, { "id": 2, "name": "Energy Usage" }]`,
      },
    ],
  },
  {
    endpoint: "POST /org/:orgId/viss/data/",
    fields: { "*": { "*": "string" } },
    examples: [
      {
        name: "example",
        before: texts,
        call: (api, plant) =>
          api.POST("/org/{orgId}/viss/data/", { params: { path: { orgId: plant.org } }, body: { visIds: both(plant) } }),
        asked: `POST /org/1/viss/data/
{ "visIds": [7, 8]}`,
        keys: (plant) => ({ [plant.viss["Main Dashboard"]]: "7", [plant.viss["Energy Usage"]]: "8" }),
        reply: `{ "7": { "roomName": "Room 1", "ownerName": "John" }, "8": { "temp": "25" }}`,
      },
    ],
  },
  {
    endpoint: "POST /org/:orgId/viss/info/",
    fields: [VIS],
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.POST("/org/{orgId}/viss/info/", { params: { path: { orgId: plant.org } }, body: { visIds: both(plant) } }),
        asked: `POST /org/1/viss/info/
{ "visIds": [1, 2]}`,
      },
    ],
  },
  {
    endpoint: "GET /vis/:visId/",
    fields: VIS,
    examples: [
      {
        name: "example",
        call: (api, plant) => api.GET("/vis/{visId}/", { params: vis(plant) }),
        asked: `GET /vis/7/`,
        reply: `{ "id": 7, "orgId": 1, "slug": "energy-usage", "name": "Energy Usage", "createdOn": "2024-03-20T10:00:00.000Z", "source": "{...}", "isDisplayedOnDashboard": true}`,
      },
    ],
  },
  {
    endpoint: "GET /vis/:visId/data/",
    fields: { "*": "string" },
    examples: [
      {
        name: "example",
        before: texts,
        call: (api, plant) => api.GET("/vis/{visId}/data/", { params: vis(plant, "Main Dashboard") }),
        asked: `GET /vis/7/data/`,
        reply: `{ "roomName": "Room 1", "ownerName": "John"}`,
      },
    ],
  },
  {
    endpoint: "POST /vis/:visId/data/save/",
    fields: {},
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.POST("/vis/{visId}/data/save/", { params: vis(plant), body: { code: "roomName", value: "Room 1" } }),
        asked: `POST /vis/7/data/save/
{ "code": "roomName", "value": "Room 1"}`,
      },
      {
        name: "the text is kept",
        call: (api, plant) => api.GET("/vis/{visId}/data/", { params: vis(plant) }),
        fields: { "*": "string" },
        part: (reply) => reply.roomName,
        reply: `"Room 1"`,
      },
    ],
  },
];
