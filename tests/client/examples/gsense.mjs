import { either } from "../compare.mjs";

const SEGMENT = {
  treeId: "uuid", branchId: "uuid", periodStart: "instant", periodEnd: "instant", powerKwMean: "number | null",
  energyKwhSum: "number | null", costEurSum: "number | null", lastCurrentA: "number | null",
};
const { branchId: _, ...OF_TREE } = SEGMENT;

/** @typedef {import("../example.js").Api} Api @typedef {import("../example.js").Plant} Plant */
/** @typedef {{ treeId: string, branchId: string, sensorId: string }} Tree */

/**
 * A tree with one branch, and one sensor on it, of its own for one example.
 * @param {string} name @returns {(api: Api, plant: Plant) => Promise<Tree>}
 */
const tree = (name) => async (api, plant) => {
  const post = async (/** @type {any} */ path, /** @type {any} */ body, params = {}) =>
    /** @type {any} */ ((await api.POST(path, { params: { path: params }, body })).data ?? {});
  const { treeId } = await post("/gsense/hierarchy/tree/create/", { orgId: plant.org, name });
  const { branchId } = await post("/gsense/hierarchy/tree/{treeId}/branch/create/", { name: "Main Hall" }, { treeId });
  const { sensorId } = await post("/gsense/hierarchy/tree/{treeId}/sensor/create/", {
    branchId, deviceId: plant.devices["Meter"], sensorIdx: 0, name: "Main Transformer", isThreePhase: true,
  }, { treeId });
  return { treeId, branchId, sensorId };
};

/** @param {Tree} made */
const at = (made) => ({ path: { treeId: made.treeId } });

const BRANCH = {
  branchId: "uuid", parentBranchId: "uuid | null", isRoot: "boolean", energyKwhLast24h: "number", energyKwhPrev24h: "number",
  energyKwhLast7d: "number", energyKwhPrev7d: "number", energyKwhLast30d: "number", energyKwhPrev30d: "number",
};

/** @type {import("../example.js").Endpoint[]} */
export default [
  {
    endpoint: "GET /gsense/aggregation/branch/:branchId/segmentation/:cadence/history/",
    fields: { rows: [SEGMENT] },
    examples: [
      {
        name: "a range",
        before: tree("History"),
        call: (api, _plant, made) =>
          api.GET("/gsense/aggregation/branch/{branchId}/segmentation/{cadence}/history/", {
            params: {
              path: { branchId: made.branchId, cadence: "1h" },
              query: { startTimeUtc: "2023-01-01T12:00:00Z", endTimeUtc: "2023-01-01T18:00:00Z" },
            },
          }),
      },
    ],
  },
  {
    endpoint: "GET /gsense/aggregation/branch/:branchId/segmentation/:cadence/last-segment/",
    fields: SEGMENT,
    examples: [
      {
        name: "an hour",
        before: tree("Last segment"),
        call: (api, _plant, made) =>
          api.GET("/gsense/aggregation/branch/{branchId}/segmentation/{cadence}/last-segment/", {
            params: { path: { branchId: made.branchId, cadence: "1h" } },
          }),
      },
    ],
  },
  {
    endpoint: "GET /gsense/aggregation/tree/:treeId/branches-energy/",
    fields: { rows: [BRANCH] },
    examples: [
      {
        name: "a tree",
        before: tree("Branches"),
        call: (api, _plant, made) => api.GET("/gsense/aggregation/tree/{treeId}/branches-energy/", { params: at(made) }),
      },
    ],
  },
  {
    endpoint: "GET /gsense/aggregation/tree/:treeId/root-energy/",
    fields: {
      energyKwhLast30d: "number", energyKwhPrev30d: "number", energyKwhLast7d: "number", energyKwhPrev7d: "number",
      energyKwhLast24h: "number", energyKwhPrev24h: "number", costEurLast30d: "number", costEurLast7d: "number",
      costEurLast24h: "number", dataOnUtc: "instant",
    },
    examples: [
      {
        name: "a tree",
        before: tree("Root"),
        call: (api, _plant, made) => api.GET("/gsense/aggregation/tree/{treeId}/root-energy/", { params: at(made) }),
      },
    ],
  },
  {
    endpoint: "GET /gsense/aggregation/tree/:treeId/segmentation/:cadence/last-segment/",
    fields: { segments: [either(SEGMENT, OF_TREE)] },
    examples: [
      {
        name: "example",
        before: tree("Segments"),
        call: (api, _plant, made) =>
          api.GET("/gsense/aggregation/tree/{treeId}/segmentation/{cadence}/last-segment/", {
            params: { path: { treeId: made.treeId, cadence: "1h" } },
          }),
        asked: `GET /gsense/aggregation/tree/550e8400-e29b-41d4-a716-446655440000/segmentation/1h/last-segment/`,
        reply: `{ "segments": [ { "treeId": "...", "periodStart": "2023-01-01T12:00:00Z", "periodEnd": "2023-01-01T13:00:00Z", "powerKwMean": 10.5, ... } ]}`,
        part: (reply) => ({
          segments: reply.segments?.slice(0, 1).map((/** @type {any} */ one) => ({ ...one, powerKwMean: 10.5 })),
        }),
      },
    ],
  },
  {
    endpoint: "GET /gsense/hierarchy/tree/:treeId/",
    fields: {
      tree: { id: "uuid", name: "string", branches: [{ id: "uuid", name: "string", children: "array", "*": "any" }], "*": "any" },
      branchesById: { "*": "object" }, sensorsById: { "*": "object" },
    },
    examples: [
      {
        name: "example",
        before: tree("Factory A"),
        call: (api, _plant, made) => api.GET("/gsense/hierarchy/tree/{treeId}/", { params: at(made) }),
        asked: `GET /gsense/hierarchy/tree/550e8400-e29b-41d4-a716-446655440000/`,
        reply: `{ "tree": { "id": "...", "name": "Factory A", "branches": [ { "id": "...", "name": "Main Hall", "children": [...] } ] }, "branchesById": { ... }, "sensorsById": { ... }}`,
      },
    ],
  },
  {
    endpoint: "POST /gsense/hierarchy/tree/:treeId/branch/:branchId/delete/",
    fields: {},
    examples: [
      {
        name: "example",
        before: tree("Branch to go"),
        call: (api, _plant, made) =>
          api.POST("/gsense/hierarchy/tree/{treeId}/branch/{branchId}/delete/", {
            params: { path: { treeId: made.treeId, branchId: made.branchId } }, body: {},
          }),
        asked: `POST /gsense/hierarchy/tree/550e8400-e29b-41d4-a716-446655440000/branch/550e8400-e29b-41d4-a716-446655440001/delete/
{}`,
        reply: `{}`,
      },
    ],
  },
  {
    endpoint: "POST /gsense/hierarchy/tree/:treeId/branch/:branchId/rename/",
    fields: {},
    examples: [
      {
        name: "example",
        before: tree("Branch to rename"),
        call: (api, _plant, made) =>
          api.POST("/gsense/hierarchy/tree/{treeId}/branch/{branchId}/rename/", {
            params: { path: { treeId: made.treeId, branchId: made.branchId } }, body: { name: "Second Floor" },
          }),
        asked: `POST /gsense/hierarchy/tree/550e8400-e29b-41d4-a716-446655440000/branch/550e8400-e29b-41d4-a716-446655440001/rename/
{ "name": "Second Floor"}`,
        reply: `{}`,
      },
    ],
  },
  {
    endpoint: "POST /gsense/hierarchy/tree/:treeId/branch/create/",
    fields: { branchId: "uuid" },
    examples: [
      {
        name: "example",
        before: tree("Branch to create"),
        call: (api, _plant, made) =>
          api.POST("/gsense/hierarchy/tree/{treeId}/branch/create/", {
            params: at(made), body: { name: "First Floor", parentBranchId: made.branchId },
          }),
        asked: `POST /gsense/hierarchy/tree/550e8400-e29b-41d4-a716-446655440000/branch/create/
{ "name": "First Floor", "parentBranchId": "..."}`,
        reply: `{ "branchId": "550e8400-e29b-41d4-a716-446655440001"}`,
      },
    ],
  },
  {
    endpoint: "POST /gsense/hierarchy/tree/:treeId/delete/",
    fields: {},
    examples: [
      {
        name: "example",
        before: tree("Tree to go"),
        call: (api, _plant, made) => api.POST("/gsense/hierarchy/tree/{treeId}/delete/", { params: at(made), body: {} }),
        asked: `POST /gsense/hierarchy/tree/550e8400-e29b-41d4-a716-446655440000/delete/
{}`,
        reply: `{}`,
      },
    ],
  },
  {
    endpoint: "POST /gsense/hierarchy/tree/:treeId/duplicate/",
    fields: { treeId: "uuid" },
    examples: [
      {
        name: "example",
        before: tree("Main Building"),
        call: (api, _plant, made) =>
          api.POST("/gsense/hierarchy/tree/{treeId}/duplicate/", {
            params: at(made), body: { name: "Main Building (Copy)", description: "Duplicated hierarchy for testing" },
          }),
        asked: `POST /gsense/hierarchy/tree/550e8400-e29b-41d4-a716-446655440000/duplicate/
{ "name": "Main Building (Copy)", "description": "Duplicated hierarchy for testing"}`,
        reply: `{ "treeId": "11111111-2222-3333-4444-555555555555"}`,
      },
    ],
  },
  {
    endpoint: "POST /gsense/hierarchy/tree/:treeId/rename/",
    fields: {},
    examples: [
      {
        name: "example",
        before: tree("Tree to rename"),
        call: (api, _plant, made) =>
          api.POST("/gsense/hierarchy/tree/{treeId}/rename/", {
            params: at(made), body: { name: "New Factory Layout", description: "Updated layout for 2024" },
          }),
        asked: `POST /gsense/hierarchy/tree/550e8400-e29b-41d4-a716-446655440000/rename/
{ "name": "New Factory Layout", "description": "Updated layout for 2024"}`,
        reply: `{}`,
      },
    ],
  },
  {
    endpoint: "POST /gsense/hierarchy/tree/:treeId/sensor/:sensorId/delete/",
    fields: {},
    examples: [
      {
        name: "example",
        before: tree("Sensor to go"),
        call: (api, _plant, made) =>
          api.POST("/gsense/hierarchy/tree/{treeId}/sensor/{sensorId}/delete/", {
            params: { path: { treeId: made.treeId, sensorId: made.sensorId } }, body: {},
          }),
        asked: `POST /gsense/hierarchy/tree/550e8400-e29b-41d4-a716-446655440000/sensor/550e8400-e29b-41d4-a716-446655440002/delete/
{}`,
        reply: `{}`,
      },
    ],
  },
  {
    endpoint: "POST /gsense/hierarchy/tree/:treeId/sensor/create/",
    fields: { sensorId: "uuid" },
    examples: [
      {
        name: "example",
        before: tree("Sensor to create"),
        call: (api, plant, made) =>
          api.POST("/gsense/hierarchy/tree/{treeId}/sensor/create/", {
            params: at(made),
            body: {
              branchId: made.branchId, deviceId: plant.devices["Room1"], sensorIdx: 0, name: "Main Transformer",
              isThreePhase: true,
            },
          }),
        asked: `POST /gsense/hierarchy/tree/550e8400-e29b-41d4-a716-446655440000/sensor/create/
{ "branchId": "550e8400-e29b-41d4-a716-446655440001", "deviceId": 12, "sensorIdx": 0, "name": "Main Transformer", "isThreePhase": true}`,
        reply: `{ "sensorId": "550e8400-e29b-41d4-a716-446655440002"}`,
      },
    ],
  },
  {
    endpoint: "POST /gsense/hierarchy/tree/create/",
    fields: { treeId: "uuid" },
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.POST("/gsense/hierarchy/tree/create/", {
            body: { orgId: plant.org, name: "Factory A Hierarchy", description: "Main hierarchy for energy monitoring in Factory A" },
          }),
        asked: `POST /gsense/hierarchy/tree/create/
{ "orgId": 1, "name": "Factory A Hierarchy", "description": "Main hierarchy for energy monitoring in Factory A"}`,
        reply: `{ "treeId": "550e8400-e29b-41d4-a716-446655440000"}`,
      },
    ],
  },
  {
    endpoint: "POST /gsense/sensor/:sensorId/rename/",
    fields: {},
    examples: [
      {
        name: "example",
        before: tree("Sensor to rename"),
        call: (api, _plant, made) =>
          api.POST("/gsense/sensor/{sensorId}/rename/", {
            params: { path: { sensorId: made.sensorId } },
            body: { name: "Main Transformer Red", description: "Updated sensor location" },
          }),
        asked: `POST /gsense/sensor/550e8400-e29b-41d4-a716-446655440002/rename/
{ "name": "Main Transformer Red", "description": "Updated sensor location"}`,
        reply: `{}`,
      },
    ],
  },
];
