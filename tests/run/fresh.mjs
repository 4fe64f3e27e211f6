// Waits until every parameter of the plant has a fresh value through the API.
// node fresh.mjs --url URL --key KEY --password PASSWORD --seconds N
import { options } from "./options.mjs";

const { url, key, password, seconds } = options();
/** A value this young was read after the start, whatever the parameter's period. */
const FRESH_MS = 15_000;

async function api(path, token, body) {
  const headers = { "Content-Type": "application/json", ...(token ? { Authorization: `token ${token}` } : {}) };
  const response = await fetch(`${url}/api/v1${path}`, { headers, ...(body ? { method: "POST", body: JSON.stringify(body) } : {}) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

const { token } = await api("/authenticate/", undefined, { apiKey: key, password });
const [{ orgId }] = await api("/user/orgs/", token);
const tree = await api(`/org/${orgId}/nets/device-param-tree/`, token);
const ids = Object.values(tree).flatMap((net) => Object.values(net.devices)).flatMap((device) => Object.keys(device.parameters));
const seen = new Set();
for (const end = Date.now() + Number(seconds) * 1000; seen.size < ids.length && Date.now() < end; ) {
  const last = await api(`/params/last-readings/?paramIds=${ids.join(",")}&lang=en`, token);
  // A device that fails now and then is fresh once it has answered.
  for (const [id, { readOn }] of Object.entries(last)) if (readOn && Date.now() - Date.parse(readOn) < FRESH_MS) seen.add(id);
  await new Promise((resolve) => setTimeout(resolve, 300));
}
const missing = ids.filter((id) => !seen.has(id));
if (missing.length > 0) console.error(`no fresh value of the parameters ${missing.join(", ")}`);
console.log(`{"params":${ids.length},"fresh":${seen.size}}`);
if (missing.length > 0 || ids.length === 0) process.exit(1);
