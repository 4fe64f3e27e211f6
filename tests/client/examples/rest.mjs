/** @type {import("../example.js").Endpoint[]} */
export default [
  {
    endpoint: "POST /authenticate/",
    fields: { token: "uuid", expiresOn: "instant" },
    examples: [
      {
        name: "example",
        call: (api) =>
          api.POST("/authenticate/", {
            body: { apiKey: "513cf747-eb5c-4d5f-931f-d22c9872c73c", password: "DCdcSLmkoZkU5zGI9gpInDbo" },
          }),
        asked: `/authenticate/
{"apiKey": "513cf747-eb5c-4d5f-931f-d22c9872c73c", "password": "DCdcSLmkoZkU5zGI9gpInDbo" }`,
        reply: `{ "token": "cdf2923f-c89f-41e5-91af-f139f0c2e7d0", "expiresOn": "2020-05-07T19:49:34.213Z"}`,
      },
      {
        name: "a key without password, as in the examples of the dashboard",
        call: (api) => api.POST("/authenticate/", { body: /** @type {any} */ ({ apiKey: "ca09571a-79d9-4e07-8c84-2bc5f60189e3" }) }),
        asked: `/authenticate/
{"apiKey": "ca09571a-79d9-4e07-8c84-2bc5f60189e3" }`,
      },
      {
        name: "the session ends after an hour",
        call: (api) =>
          api.POST("/authenticate/", {
            body: { apiKey: "513cf747-eb5c-4d5f-931f-d22c9872c73c", password: "DCdcSLmkoZkU5zGI9gpInDbo" },
          }),
        part: (reply) => Math.round((Date.parse(reply.expiresOn) - Date.now()) / 60_000),
        reply: `60`,
      },
    ],
  },
  {
    endpoint: "POST /logout/",
    fields: {},
    examples: [
      {
        name: "example",
        before: (_api, plant) => plant.login("513cf747-eb5c-4d5f-931f-d22c9872c73c"),
        call: (_api, _plant, session) => session.POST("/logout/", { body: {} }),
        asked: `/logout/
{}`,
        reply: `{}`,
      },
    ],
  },
  {
    endpoint: "POST /org/:orgId/sms-settings/",
    fields: {},
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.POST("/org/{orgId}/sms-settings/", {
            params: { path: { orgId: plant.org } }, body: { disableSms: false, limit: 100 },
          }),
        asked: `/org/1/sms-settings/
{ "disableSms": false, "limit": 100 }`,
        reply: `{}`,
      },
    ],
  },
  {
    endpoint: "POST /translations/",
    fields: ["string"],
    examples: [
      {
        name: "example",
        call: (api) => api.POST("/translations/", { body: { texts: ["Dashboard", "Settings"], lang: "pl" } }),
        asked: `POST /translations/
{ "texts": ["Dashboard", "Settings"], "lang": "pl"}`,
        reply: `["Pulpit", "Ustawienia"]`,
      },
      {
        name: "a text that nobody has translated",
        call: (api) => api.POST("/translations/", { body: { texts: ["Quux of the plant"], lang: "pl" } }),
        reply: `["Quux of the plant"]`,
      },
    ],
  },
  {
    endpoint: "GET /user/orgs/",
    fields: [{ orgId: "number", orgName: "string", userRole: "string" }],
    examples: [
      {
        name: "example",
        call: (api) => api.GET("/user/orgs/"),
        asked: `/user/orgs/`,
        reply: `[ { "orgId": 1, "orgName": "My Organization", "userRole": "owner" }]`,
      },
    ],
  },
  {
    endpoint: "GET /version/",
    fields: { apiVersion: "string", apiServerVersion: "string" },
    examples: [
      {
        name: "example",
        call: (api) => api.GET("/version/"),
        asked: `/version/`,
        reply: `{ "apiVersion": "0.1.0", "apiServerVersion": "2403.1"}`,
      },
    ],
  },
];
