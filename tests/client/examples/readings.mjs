/** @param {import("../example.js").Plant} plant @param {string[]} names */
const ids = (plant, ...names) => names.map((name) => plant.params[name]);

/** The last seconds, in which the simulated devices have been read. */
const range = () => {
  const [from, till] = [-5000, 1000].map((ms) => new Date(Date.now() + ms).toISOString().replace(/\.\d+/, ""));
  return { from, till };
};

/** @type {import("../example.js").Endpoint[]} */
export default [
  {
    endpoint: "GET /readings/date-range/",
    fields: { "min?": "instant", "max?": "instant" },
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.GET("/readings/date-range/", {
            params: { query: { paramIds: ids(plant, "temp", "humidity", "Temperature").join(",") } },
          }),
        asked: `GET /readings/date-range/?paramIds=1,2,3`,
        reply: `{ "min": "2023-01-01T00:00:00.000Z", "max": "2023-12-31T23:59:59.999Z"}`,
      },
      {
        name: "no readings",
        call: (api, plant) =>
          api.GET("/readings/date-range/", { params: { query: { paramIds: ids(plant, "Unheard").join(",") } } }),
        reply: `{}`,
      },
    ],
  },
  {
    endpoint: "POST /readings/dispersed/",
    fields: [["instant", ["number | null", "number | null"]]],
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.POST("/readings/dispersed/", { body: { paramIds: ids(plant, "temp", "humidity"), ...range(), points: 10 } }),
        asked: `POST /readings/dispersed/
{ "paramIds": [271, 272], "from": "2020-05-26T16:28:00Z", "till": "2020-05-28T17:25:00Z", "points": 10}`,
        reply: `[ ["2019-07-26T16:28:00Z", [7.0, 2018.0]], ["2019-07-26T16:33:42Z", [7.0, 2018.0]], ["2019-07-26T16:39:24Z", [7.0, 2018.0]]]`,
        // Six seconds cut into ten, where the example has 57 minutes: a step is 600 ms instead of 342 s.
        part: (reply) => {
          const steps = (/** @type {string} */ on) => Math.round((Date.parse(on) - Date.parse(reply[0][0])) / 600);
          const date = (/** @type {string} */ on) => new Date(Date.parse("2019-07-26T16:28:00Z") + steps(on) * 342_000).toISOString();
          return reply
            .slice(0, 3)
            .map((/** @type {any} */ [on, [one, two]]) => [date(on).replace(".000", ""), [one === 22.5 ? 7 : one, two === 45.2 ? 2018 : two]]);
        },
      },
    ],
  },
  {
    endpoint: "GET /readings/get/",
    fields: [["instant", "number | null"]],
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.GET("/readings/get/", {
            params: {
              query: {
                paramId: plant.params["Temperature"], from: "2020-01-01T00:00:00Z", till: range().till, pointsLimit: 100,
              },
            },
          }),
        asked: `GET /readings/get/?paramId=284&from=2020-01-01T00:00:00Z&till=2020-08-17T00:00:00Z&pointsLimit=100`,
        reply: `[ ["2019-07-26T16:28:00Z", 7.0], ["2019-07-26T16:33:42Z", 7.0], ["2019-07-26T16:39:24Z", 7.0]]`,
        part: (reply) =>
          reply.slice(0, 3).map((/** @type {any} */ [on, value]) => [on, value === 25.5 ? 7 : value]),
      },
      {
        name: "the dates of the example",
        call: (api, plant) =>
          api.GET("/readings/get/", {
            params: {
              query: {
                paramId: plant.params["Temperature"], from: "2020-01-01T00:00:00Z", till: "2020-08-17T00:00:00Z", pointsLimit: 100,
              },
            },
          }),
        asked: `GET /readings/get/?paramId=284&from=2020-01-01T00:00:00Z&till=2020-08-17T00:00:00Z&pointsLimit=100`,
        reply: `[]`,
      },
      {
        name: "dates descend",
        call: (api, plant) => api.GET("/readings/get/", { params: { query: { paramId: plant.params["Temperature"] } } }),
        part: (reply) => {
          const dates = reply.map((/** @type {any} */ [on]) => on);
          return dates.length > 1 && dates.every((/** @type {string} */ on, /** @type {number} */ i) => i === 0 || on < dates[i - 1]);
        },
        reply: `true`,
      },
    ],
  },
  {
    endpoint: "POST /readings/min-max-range/",
    fields: { "*": { minValueOn: "instant", minValue: "number", maxValueOn: "instant", maxValue: "number" } },
    examples: [
      {
        name: "example",
        call: (api, plant) =>
          api.POST("/readings/min-max-range/", { body: { paramIds: ids(plant, "temp", "humidity"), ...range() } }),
        asked: `POST /readings/min-max-range/
{ "paramIds": [271, 272], "from": "2019-04-01T21:52:13Z", "till": "2019-09-01T21:52:13Z"}`,
        keys: (plant) => ({ [plant.params["temp"]]: "271", [plant.params["humidity"]]: "272" }),
        reply: `{ "271": { "minValueOn": "2019-07-26T17:24:02.923Z", "minValue": 2018.0, "maxValueOn": "2019-07-20T12:45:39.449Z", "maxValue": 65535.0 }, "272": { "minValueOn": "2019-05-14T21:39:33.890Z", "minValue": 5.0, "maxValueOn": "2019-07-20T12:45:39.452Z", "maxValue": 255.0 }}`,
        part: (reply) => {
          const as = (/** @type {any} */ one, /** @type {number} */ held, /** @type {number} */ min, /** @type {number} */ max) =>
            one && { ...one, minValue: one.minValue === held ? min : one.minValue, maxValue: one.maxValue === held ? max : one.maxValue };
          return { ...reply, 271: as(reply["271"], 22.5, 2018, 65535), 272: as(reply["272"], 45.2, 5, 255) };
        },
      },
      {
        name: "no readings",
        call: (api, plant) =>
          api.POST("/readings/min-max-range/", { body: { paramIds: ids(plant, "Unheard"), ...range() } }),
        reply: `{}`,
      },
    ],
  },
];
