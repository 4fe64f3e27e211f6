import { either } from "../compare.mjs";

/** @param {import("../example.js").Plant} plant @param {string} [name] */
const net = (plant, name = "Some Network") => ({ path: { netId: plant.nets[name] } });

const CREATED = either({ status: "string", netSlug: "string" }, { status: "string", errorMessage: "string" });

/**
 * A network of its own for one example.
 * @param {string} name @param {number} place in its own part of the network
 * @returns {(api: import("../example.js").Api, plant: import("../example.js").Plant) => Promise<number>}
 */
const made = (name, place) => async (api, plant) => {
  await api.POST("/org/{orgId}/nets/create/", {
    params: { path: { orgId: plant.org } },
    body: {
      name, language: "en", controllerModbusUnitId: 1, devicePasswords: ["pass123"], maxInflightRequestsNum: 1,
      disabled: false, connection: { kind: "direct", ip: `192.168.1.${place}`, port: 502 },
      solution: { kind: "standalone", devices: [{ modbusId: 10 }] },
    },
  });
  const { data } = await api.GET("/org/{orgId}/nets/", { params: { path: { orgId: plant.org } } });
  return data?.find((one) => one.name === name)?.id ?? 0;
};

/** @type {import("../example.js").Endpoint[]} */
export default [
  {
    endpoint: "GET /net/:netId/",
    fields: {
      id: "number", orgId: "number", name: "string", slug: "string", createdOn: "instant", "description?": "string",
      "disabledOn?": "instant", "disabledBy?": "string", "disableNote?": "string", ip: "string", port: "number",
      "mac?": "string", protocol: "string", "sku?": "string", controllerModbusUnitId: "number", devicePasswords: ["string"],
    },
    examples: [
      {
        name: "example",
        call: (api, plant) => api.GET("/net/{netId}/", { params: net(plant) }),
        asked: `/net/1/`,
        reply: `{ "id": 1, "orgId": 1, "name": "Some Network", "slug": "some-network", "createdOn": "2020-05-06T22:28:54.331Z", "ip": "127.0.0.1", "port": 502, "protocol": "modbustcp", "controllerModbusUnitId": 111, "devicePasswords": ["mypass"]}`,
      },
      {
        name: "a controller that dials in",
        call: (api, plant) => api.GET("/net/{netId}/", { params: net(plant, "Network 1") }),
      },
    ],
  },
  {
    endpoint: "POST /net/:netId/change-disable/",
    fields: {},
    examples: [
      {
        name: "disable",
        call: (api, plant) => api.POST("/net/{netId}/change-disable/", { params: net(plant), body: { enabled: false } }),
        asked: `/net/1/change-disable/
{ "enabled": false }`,
      },
      {
        name: "what is disabled says by whom and since when",
        call: (api, plant) => api.GET("/net/{netId}/", { params: net(plant) }),
        fields: { disabledOn: "instant", disabledBy: "string", "*": "any" },
        part: (reply) => reply.disabledBy,
        reply: `"user"`,
        after: (api, plant) => api.POST("/net/{netId}/change-disable/", { params: net(plant), body: { enabled: true } }),
      },
    ],
  },
  {
    endpoint: "POST /net/:netId/change-solution/",
    fields: CREATED,
    examples: [
      {
        name: "example",
        before: made("Warehouse to update", 63),
        call: (api, _plant, id) =>
          api.POST("/net/{netId}/change-solution/", {
            params: { path: { netId: id } },
            body: {
              name: "Updated Warehouse A", language: "en", controllerModbusUnitId: 1, devicePasswords: ["newpass"],
              maxInflightRequestsNum: 2, disabled: false, connection: { kind: "direct", ip: "192.168.1.11", port: 502 },
              solution: { kind: "standalone", devices: [{ modbusId: 10 }, { modbusId: 11 }] },
            },
          }),
        asked: `{ "name": "Updated Warehouse A", "language": "en", "controllerModbusUnitId": 1, "devicePasswords": ["newpass"], "maxInflightRequestsNum": 2, "disabled": false, "connection": { "kind": "direct", "ip": "192.168.1.11", "port": 502 }, "solution": { "kind": "standalone", "devices": [{ "modbusId": 10 }, { "modbusId": 11 }] }}`,
        part: (reply) => reply.netSlug,
        reply: `"updated-warehouse-a"`,
      },
      {
        name: "another kind of solution",
        before: made("Warehouse to keep", 62),
        call: (api, _plant, id) =>
          api.POST("/net/{netId}/change-solution/", {
            params: { path: { netId: id } },
            body: {
              name: "Warehouse to keep", language: "en", controllerModbusUnitId: 1, devicePasswords: [],
              maxInflightRequestsNum: 2, disabled: false, connection: { kind: "net-id" }, solution: { kind: "opcb221" },
            },
          }),
        part: (reply) => reply.status,
        reply: `"error"`,
      },
    ],
  },
  {
    endpoint: "POST /net/:netId/change/",
    fields: { status: "string", netSlug: "string" },
    examples: [
      {
        name: "example",
        before: made("To be named", 61),
        call: (api, _plant, id) =>
          api.POST("/net/{netId}/change/", {
            params: { path: { netId: id } }, body: { name: "Updated Name", description: "Manual update" },
          }),
        asked: `{ "name": "Updated Name", "description": "Manual update"}`,
        part: (reply) => reply.netSlug,
        reply: `"updated-name"`,
      },
    ],
  },
  {
    endpoint: "POST /net/:netId/connection-status/",
    fields: either({ connected: { "since?": "instant" } }, { disconnected: { "lastSeenOn?": "instant", reason: "string" } }),
    examples: [
      {
        name: "example",
        call: (api, plant) => api.POST("/net/{netId}/connection-status/", { params: net(plant), body: {} }),
        asked: `/net/1/connection-status/
{}`,
      },
      {
        name: "a network that nobody answers in",
        before: made("Out of reach", 60),
        call: (api, _plant, id) => api.POST("/net/{netId}/connection-status/", { params: { path: { netId: id } }, body: {} }),
        part: (reply) => Object.keys(reply),
        reply: `["disconnected"]`,
      },
    ],
  },
  {
    endpoint: "GET /net/:netId/devices/",
    fields: {
      devices: [{ id: "number", name: "string", "disabledOn?": "instant", "disabledBy?": "string" }],
      availableDevicesQuota: "number | null",
    },
    examples: [
      {
        name: "example",
        call: (api, plant) => api.GET("/net/{netId}/devices/", { params: net(plant, "Main Net") }),
        asked: `/net/1/devices/`,
      },
    ],
  },
  {
    endpoint: "POST /net/:netId/drop-connections/",
    fields: {},
    examples: [
      {
        name: "example",
        call: (api, plant) => api.POST("/net/{netId}/drop-connections/", { params: net(plant), body: {} }),
        asked: `/net/1/drop-connections/
{}`,
      },
    ],
  },
  {
    endpoint: "GET /org/:orgId/nets/",
    fields: [{
      id: "number", name: "string", slug: "string", lid: either({ backward: "string" }, { direct: "string" }),
      "disabledOn?": "instant", "disabledBy?": "string",
    }],
    examples: [
      {
        name: "example",
        call: (api, plant) => api.GET("/org/{orgId}/nets/", { params: { path: { orgId: plant.org } } }),
        asked: `/org/1/nets/`,
        reply: `[ { "id": 17, "name": "Network 1", "slug": "network-1", "lid": { "backward": "d8:80:39:4e:8d:e9" } }]`,
        part: (reply) => reply.filter((/** @type {any} */ one) => one.name === "Network 1"),
      },
    ],
  },
  {
    endpoint: "POST /org/:orgId/nets/create/",
    fields: CREATED,
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.POST("/org/{orgId}/nets/create/", {
            params: { path: { orgId: plant.org } },
            body: {
              name: "Warehouse A", language: "en", controllerModbusUnitId: 1, devicePasswords: ["pass123"],
              maxInflightRequestsNum: 1, disabled: false, connection: { kind: "direct", ip: "192.168.1.10", port: 502 },
              solution: { kind: "standalone", devices: [{ modbusId: 10 }] },
            },
          }),
        asked: `{ "name": "Warehouse A", "language": "en", "controllerModbusUnitId": 1, "devicePasswords": ["pass123"], "maxInflightRequestsNum": 1, "disabled": false, "connection": { "kind": "direct", "ip": "192.168.1.10", "port": 502 }, "solution": { "kind": "standalone", "devices": [{ "modbusId": 10 }] }}`,
        part: (reply) => reply.netSlug,
        reply: `"warehouse-a"`,
      },
      {
        name: "a code of a sticker",
        call: (api, plant) =>
          api.POST("/org/{orgId}/nets/create/", {
            params: { path: { orgId: plant.org } },
            body: {
              name: "By code", language: "en", controllerModbusUnitId: 1, devicePasswords: [], maxInflightRequestsNum: 1,
              disabled: false, connection: { kind: "connect-code", code: "ABCD" }, solution: { kind: "em130" },
            },
          }),
        part: (reply) => reply.netSlug,
        reply: `"by-code"`,
      },
      {
        name: "the code says what it is bound to",
        call: (api) => api.GET("/connect-code/{code}/", { params: { path: { code: "ABCD" } } }),
        fields: { bindedToNet: { id: "number", name: "string", "*": "any" }, "*": "any" },
        part: (reply) => reply.bindedToNet?.name,
        reply: `"By code"`,
      },
      {
        name: "a code that nobody shows",
        call: (api, plant) =>
          api.POST("/org/{orgId}/nets/create/", {
            params: { path: { orgId: plant.org } },
            body: {
              name: "Warehouse B", language: "en", controllerModbusUnitId: 1, devicePasswords: [], maxInflightRequestsNum: 1,
              disabled: false, connection: { kind: "activation-code", code: 123456 },
              solution: { kind: "standalone", devices: [] },
            },
          }),
        part: (reply) => reply.status,
        reply: `"error"`,
      },
    ],
  },
  {
    endpoint: "GET /org/:orgId/nets/device-param-tree/",
    fields: {
      "*": {
        name: "string", "description?": "string", slug: "string", solution: "string", "mac?": "string", ip: "string",
        port: "number",
        devices: {
          "*": {
            name: "string", "description?": "string", slug: "string", modbusUnitId: "number",
            parameters: {
              "*": {
                name: "string", "description?": "string", slug: "string", fullName: "string", address: "number",
                isTracked: "boolean", isProgrammable: "boolean", "label?": "string", "unitName?": "string",
              },
            },
          },
        },
      },
    },
    examples: [
      {
        name: "example",
        call: (api, plant) => api.GET("/org/{orgId}/nets/device-param-tree/", { params: { path: { orgId: plant.org } } }),
        asked: `/org/1/nets/device-param-tree/`,
      },
    ],
  },
];
