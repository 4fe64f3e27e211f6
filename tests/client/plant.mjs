/** Finds out what the server calls the plant's objects, through the API alone. */
import createClient from "openapi-fetch";
import { waitFor } from "./server.mjs";

export const KEYS = {
  owner: { apiKey: "513cf747-eb5c-4d5f-931f-d22c9872c73c", password: "DCdcSLmkoZkU5zGI9gpInDbo" },
  viewer: { apiKey: "ca09571a-79d9-4e07-8c84-2bc5f60189e3", password: "a long password of a viewer" },
  other: { apiKey: "0b6ae2ce-9c7c-4f5d-8a3c-1c2d3e4f5a6b", password: "a long password of another owner" },
};

/** @param {string} origin @returns {import("./example.js").Api} */
const client = (origin, headers = {}) =>
  createClient({ baseUrl: `${origin}/api/v1`, headers: { "Content-Type": "application/json", ...headers } });

/** @param {string} origin @param {{ apiKey: string, password: string }} key */
export async function login(origin, key) {
  const { data } = await client(origin).POST("/authenticate/", { body: key });
  if (data === undefined) throw new Error(`no session for ${key.apiKey}`);
  return { token: data.token, api: client(origin, { Authorization: `token ${data.token}` }) };
}

/**
 * @param {import("./example.js").Api} api
 * @returns {Promise<Pick<import("./example.js").Plant, "org" | "nets" | "devices" | "params" | "viss">>}
 */
export async function objects(api) {
  const org = (await api.GET("/user/orgs/")).data?.[0]?.orgId ?? 0;
  const path = { orgId: org };
  /** @type {{ [name: string]: number }[]} */
  const [nets, devices, params, viss] = [{}, {}, {}, {}];
  for (const net of (await api.GET("/org/{orgId}/nets/", { params: { path } })).data ?? []) {
    nets[net.name] = net.id;
    const listed = await api.GET("/net/{netId}/devices/", { params: { path: { netId: net.id } } });
    for (const device of listed.data?.devices ?? []) {
      devices[device.name] = device.id;
      const widgets = await api.GET("/device/{deviceId}/widgets/", {
        params: { path: { deviceId: device.id }, query: { lang: "en" } },
      });
      for (const widget of widgets.data ?? []) {
        if (!("name" in widget) || typeof widget.name !== "string") continue;
        params[`${device.name} / ${widget.name}`] = widget.id;
        params[widget.name] ??= widget.id;
      }
    }
  }
  for (const vis of (await api.GET("/org/{orgId}/viss/", { params: { path } })).data ?? []) viss[vis.name] = vis.id;
  return { org, nets, devices, params, viss };
}

/**
 * The code that the controller without a network shows: a simulated OPCB-221 holds it in registers 109 and 110.
 * @param {import("./example.js").Api} api
 */
async function activationCode(api) {
  let code = 0;
  await waitFor(async () => {
    const { data } = await api.POST("/raw/read-register-group/", {
      body: {
        deviceModbusId: 111, address: 109, registersNum: 2, kind: "holding",
        connection: { kind: "backward", mac: "d8:80:39:4e:8d:ad" },
      },
    });
    const [high, low] = data !== undefined && "ok" in data ? data.ok : [0, 0];
    code = (high ?? 0) * 65536 + (low ?? 0);
    return code !== 0;
  }, "a code shown by a controller");
  return code;
}

/**
 * @param {string} origin @param {import("./example.js").Api} api @param {Map<string, number>} ports
 * @returns {Promise<import("./example.js").Plant>}
 */
export async function plant(origin, api, ports) {
  const found = await objects(api);
  await waitFor(async () => {
    const paramIds = [found.params["Temperature"], found.params["Controller / Bit rate"], found.params["Quad 0"]].join(",");
    const { data } = await api.GET("/params/last-readings/", { params: { query: { paramIds, lang: "en" } } });
    return Object.values(data ?? {}).every((one) => "value" in one);
  }, "the first readings");
  const { data } = await api.POST("/controller/get-template-id/", { body: { sku: "em130" } });
  return {
    ...found,
    template: data?.id ?? 0,
    notification: "4f6d0000-0000-4000-8000-000000000001",
    activationCode: await activationCode(api),
    at: (address) => ({ kind: "direct", ip: "127.0.0.1", port: ports.get(address) ?? 0 }),
    login: async (apiKey) => {
      const key = Object.values(KEYS).find((one) => one.apiKey === apiKey);
      if (key === undefined) throw new Error(`no key ${apiKey}`);
      return (await login(origin, key)).api;
    },
  };
}
