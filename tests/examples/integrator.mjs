// What a program between the plant and other systems does: lists devices, follows values, writes a parameter and
// reacts to the log of alerts. node integrator.mjs URL API_KEY, with the key's password in PARABUS_PASSWORD
import { ApiError, Client } from "parabus/client";

const [url, apiKey] = process.argv.slice(2);
const client = new Client({ url, apiKey, password: process.env.PARABUS_PASSWORD });
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const [{ orgId, orgName }] = await client.get("/user/orgs/");
console.log(`works of ${orgName}`);

// What there is, by the names that people use.
const tree = await client.get("/org/{orgId}/nets/device-param-tree/", { path: { orgId } });
const ids = new Map();
for (const net of Object.values(tree)) {
  for (const device of Object.values(net.devices)) {
    const params = Object.entries(device.parameters);
    console.log(`${net.name}: ${device.name}, ${params.length} parameters`);
    for (const [id, { name }] of params) ids.set(`${device.name}/${name}`, Number(id));
  }
}
const [level, limit] = [ids.get("Tank/Level"), ids.get("Tank/Limit")];

// Values as they come: the newest reading of each second.
async function* follow(paramId) {
  for (let last = null; ; await pause(200)) {
    const { [paramId]: reading } = await client.get("/params/last-readings/", { query: { paramIds: [paramId], lang: "en" } });
    if (!reading || "err" in reading || reading.readOn === last) continue;
    last = reading.readOn;
    yield reading;
  }
}
let seen = 0;
for await (const { readOn, formattedValue } of follow(level)) {
  console.log(`level ${formattedValue} at ${readOn}`);
  if (++seen === 3) break;
}

// A write is answered by the device. It is sent once: what came of one without an answer, a reading tells.
const written = await client.post("/param/{paramId}/write/", { path: { paramId: limit }, body: { newValue: "2.5" } });
if ("err" in written) throw new Error(written.err);
console.log(`limit ${written.ok.oldValue} -> ${written.ok.newValue}`);

// An alert that the level already meets, and the log that tells of it.
await client.post("/org/{orgId}/alerts/create/", {
  path: { orgId },
  body: { name: "Tank is filling", conditionLogic: "all", logAs: "warning", conditions: [{ paramId: level, kind: "g", value: "0" }], actions: [] },
});
waiting: for (;;) {
  for await (const { name, status, startedOn } of client.orgAlertsLogRecords(orgId, { lang: "en" })) {
    console.log(`alert: ${name}, ${status} since ${startedOn}`);
    break waiting;
  }
  await pause(200);
}

// Errors say what the API said.
try {
  await client.get("/net/{netId}/", { path: { netId: 999999 } });
} catch (error) {
  if (!(error instanceof ApiError)) throw error;
  console.log(`${error.status} ${error.code}`);
}

const { times, values } = await client.readings(level);
console.log(`${values.length} readings in ${(times.at(-1) - times[0]) / 1000} s`);
await client.close();
