// The page as a person uses it: log in, see every value, look at a curve, write, change language.
// node page.mjs --url URL --key KEY --password PASSWORD --out FOLDER
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { launch, until } from "./browser.mjs";
import { options } from "./options.mjs";

const { url, key, password, out } = options();
const fail = (text) => {
  throw new Error(text);
};
mkdirSync(out, { recursive: true });

async function api(path, token, body) {
  const headers = { "Content-Type": "application/json", ...(token ? { Authorization: `token ${token}` } : {}) };
  const response = await fetch(`${url}/api/v1${path}`, { headers, ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }) });
  if (!response.ok) fail(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

const { token } = await api("/authenticate/", undefined, { apiKey: key, password });
const [{ orgId }] = await api("/user/orgs/", token);
const tree = await api(`/org/${orgId}/nets/device-param-tree/`, token);
const devices = Object.values(tree).flatMap((net) => Object.entries(net.devices));

const browser = await launch();
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => message.type() === "error" && !/401/.test(message.text()) && problems.push(message.text()));
  await page.goto(url);

  await page.getByTestId("login-key").fill(key);
  await page.getByTestId("login-password").fill("not the password");
  await page.getByTestId("login-submit").click();
  await until("a refused log-in says why", 10, async () => (await page.getByTestId("login-error").textContent()) !== "");
  await page.screenshot({ path: `${out}/log-in.png` });
  await page.getByTestId("login-password").fill(password);
  await page.getByTestId("login-submit").click();
  await page.waitForFunction(() => window.parabusReady === true, undefined, { timeout: 20_000 });

  // Every parameter that the API has a value of shows it, printed by the wasm core.
  let shown = 0;
  for (const [deviceId, device] of devices) {
    await page.getByTestId(`device-${deviceId}`).click();
    const ids = Object.keys(device.parameters);
    for (const id of ids) {
      const text = await until(`a value of parameter ${id}`, 20, async () => {
        const text = await page.getByTestId(`value-${id}`).textContent();
        return text && text !== "—" ? text : undefined;
      });
      const unit = device.parameters[id].unitName;
      const hasWords = /^\p{L}/u.test(text);
      if (unit && !hasWords && !text.endsWith(` ${unit}`)) fail(`parameter ${id} shows \`${text}\`, expected its unit ${unit}`);
      shown++;
    }
    // What stands still is the same text as the server's own formattedValue.
    const last = await api(`/params/last-readings/?paramIds=${ids.join(",")}&lang=en`, token);
    const same = await until(`a value of ${device.name} equal to the API's`, 20, async () => {
      const fresh = await api(`/params/last-readings/?paramIds=${ids.join(",")}&lang=en`, token);
      for (const id of ids) {
        const text = await page.getByTestId(`value-${id}`).textContent();
        if (fresh[id]?.formattedValue === text) return true;
      }
      return false;
    });
    if (!same || !last) fail(`${device.name}: no value is printed as the server prints it`);
  }

  // A curve of the last hour.
  const [deviceId, device] = devices[0];
  await page.getByTestId(`device-${deviceId}`).click();
  const [paramId] = Object.keys(device.parameters);
  await page.getByTestId(`param-${paramId}`).click();
  await until("a curve with points", 15, async () => Number(await page.getByTestId("chart-points").textContent()) > 1);
  await page.waitForTimeout(1200);
  await page.screenshot({ path: `${out}/device.png` });

  // A programmable parameter takes a new value.
  const target = devices.flatMap(([id, each]) => Object.entries(each.parameters).map(([param, info]) => ({ id, param, info }))).find(({ info }) => info.isProgrammable && info.unitName);
  if (!target) fail("no programmable parameter with a unit");
  await page.getByTestId(`device-${target.id}`).click();
  await page.getByTestId(`param-${target.param}`).click();
  const before = parseFloat(await page.getByTestId(`value-${target.param}`).textContent());
  const next = before === 120 ? 140 : 120;
  await page.getByTestId("write-input").fill(String(next));
  await page.getByTestId("write-submit").click();
  await until("the result of a write", 10, async () => (await page.getByTestId("write-result").textContent()) !== "");
  await until("the written value", 10, async () => parseFloat(await page.getByTestId(`value-${target.param}`).textContent()) === next);
  await page.getByTestId("write-input").fill("100000");
  await page.getByTestId("write-submit").click();
  await until("the refusal of a value out of range", 10, async () => /above/.test(await page.getByTestId("write-result").textContent()));

  // Another language, a reload (the cookie keeps the page logged in), a narrow screen.
  await page.getByTestId("lang").selectOption("pl");
  await page.goto(url);
  await page.waitForFunction(() => window.parabusReady === true, undefined, { timeout: 20_000 });
  await until("Polish words", 5, async () => (await page.textContent("body")).includes("Przegląd"));
  await page.getByTestId("lang").selectOption("en");
  await page.waitForTimeout(8000);
  await page.screenshot({ path: `${out}/overview.png` });
  const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  if (serious.length > 0) fail(`axe: ${serious.map(({ id, nodes }) => `${id}: ${nodes[0].html}`).join("; ")}`);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForTimeout(500);
  await page.screenshot({ path: `${out}/narrow.png` });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  if (overflow) fail("the narrow page scrolls sideways");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.waitForTimeout(500);
  await page.screenshot({ path: `${out}/dark.png` });
  if (problems.length > 0) fail(`the page's console: ${problems.join("; ")}`);
  console.log(JSON.stringify({ page: true, params: shown }));
} finally {
  await browser.close();
}
