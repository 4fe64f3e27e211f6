const TOTAL = "550e8400-e29b-41d4-a716-446655440000";

/** @param {import("../example.js").Plant} plant @param {string} name @param {string} branch */
const body = (plant, name, branch) => ({
  name, branches: [{ id: TOTAL, name: branch, value: { paramId: plant.params["temp"] } }],
});

/** @param {string} name @param {string} branch */
const report = (name, branch) =>
  async (/** @type {import("../example.js").Api} */ api, /** @type {import("../example.js").Plant} */ plant) => {
    const params = { path: { orgId: plant.org } };
    await api.POST("/org/{orgId}/resource-report/create/", { params, body: body(plant, name, branch) });
  };

/** @type {import("../example.js").Endpoint[]} */
export default [
  {
    endpoint: "GET /org/:orgId/get-resource-reports/",
    fields: [{ id: "uuid", name: "string" }],
    examples: [
      {
        name: "example",
        before: report("Monthly Energy Report", "Total Consumption"),
        call: (api, plant) => api.GET("/org/{orgId}/get-resource-reports/", { params: { path: { orgId: plant.org } } }),
        asked: `GET /org/1/get-resource-reports/`,
        reply: `[ { "id": "550e8400-e29b-41d4-a716-446655440000", "name": "Monthly Energy Report" }]`,
        part: (reply) => reply.slice(0, 1),
      },
    ],
  },
  {
    endpoint: "POST /org/:orgId/resource-report/create/",
    fields: { reportId: "uuid" },
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.POST("/org/{orgId}/resource-report/create/", {
            params: { path: { orgId: plant.org } }, body: body(plant, "Energy Report", "Total Consumption"),
          }),
        asked: `POST /org/1/resource-report/create/
{ "name": "Energy Report", "branches": [ { "id": "550e8400-e29b-41d4-a716-446655440000", "name": "Total Consumption", "value": { "paramId": 123 } } ]}`,
        reply: `{ "reportId": "550e8400-e29b-41d4-a716-446655440000"}`,
      },
    ],
  },
  {
    endpoint: "POST /resource-report/branch/:branchId/chart-data/",
    fields: { branchId: "uuid", name: "string", "borders?": "string", values: [["instant", "number | null"]] },
    examples: [
      {
        name: "example",
        before: report("Main report", "Main Hall"),
        call: (api) =>
          api.POST("/resource-report/branch/{branchId}/chart-data/", {
            params: { path: { branchId: TOTAL } },
            body: { tz: "UTC", fromDateStr: "2023-01-01T00:00:00Z", tillDateStr: "2023-01-02T00:00:00Z", segment: "hour" },
          }),
        asked: `POST /resource-report/branch/550e8400-e29b-41d4-a716-446655440000/chart-data/
{ "tz": "UTC", "fromDateStr": "2023-01-01T00:00:00Z", "tillDateStr": "2023-01-02T00:00:00Z", "segment": "hour"}`,
        reply: `{ "branchId": "550e8400-e29b-41d4-a716-446655440000", "name": "Main Hall", "values": [ ["2023-01-01T00:00:00.000Z", 12.5], ["2023-01-01T01:00:00.000Z", 14.2] ]}`,
        part: (reply) => ({ ...reply, values: reply.values?.slice(0, 2).map((/** @type {any} */ [on], /** @type {number} */ i) => [on, [12.5, 14.2][i]]) }),
      },
    ],
  },
];
