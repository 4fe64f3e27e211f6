// The page as a person uses it, in one browser: log in, see every value, write, go by keyboard, choose
// widgets, switch a device off, see visualizations, change language, on a wide and a narrow screen.
// node page.mjs --url URL --key KEY --password PASSWORD --out FOLDER
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { launch, until } from "./browser.mjs";
import { catcher, ENDS, snippet } from "./hostile.mjs";
import { options } from "./options.mjs";

const { url, key, password, out } = options();
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
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
const [org] = await api("/user/orgs/", token);
const tree = await api(`/org/${org.orgId}/nets/device-param-tree/`, token);
const nets = Object.entries(tree);
const devices = nets.flatMap(([, net]) => Object.entries(net.devices));
const params = devices.flatMap(([device, each]) => Object.entries(each.parameters).map(([id, info]) => ({ device, id, info })));
const paramOf = (label) => params.find(({ info }) => info.label === label) ?? fail(`no parameter ${label}`);

const browser = await launch();
const trap = await catcher();
try {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, locale: "en-GB" });
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => message.type() === "error" && !/401/.test(message.text()) && problems.push(message.text()));

  const at = (name) => page.getByTestId(name);
  const text = (name) => at(name).textContent();
  const shot = (name) => page.screenshot({ path: `${out}/${name}.png` });
  const go = (route) => page.evaluate((route) => (location.hash = route), `org/${org.orgId}${route}`);
  const ready = () => page.waitForFunction(() => window.parabusReady === true, undefined, { timeout: 20_000 });
  const agree = () => at("confirm-yes").click();

  /** Nothing serious for people who see or move differently. */
  async function checkAccess(what) {
    if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run({ exclude: [["iframe"]] }));
    const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    if (serious.length > 0) fail(`axe, ${what}: ${serious.map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`).join("; ")}`);
  }

  async function checkWidth(what) {
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    if (widths[0] > widths[1]) fail(`${what} scrolls sideways: ${widths.join(" > ")}`);
  }

  /** Opens a visualization in a new tab with another source. */
  async function withSource(page, address, source) {
    await page.unroute("**/viss/info/");
    await page.route("**/viss/info/", async (route) => {
      const reply = await route.fetch();
      await route.fulfill({ response: reply, json: (await reply.json()).map((vis) => ({ ...vis, source })) });
    });
    await page.goto(address);
    await page.reload();
  }

  /** Every binding of the grammar, on a set point that stands still. */
  async function grammar(address) {
    const page = await context.newPage();
    await withSource(page, address, `
      <div class="vis-settings" update-period-sec="1" refresh-button="no"></div>
      <alias name="meter" device="#${target.device}"><alias name="again" device="~meter"><alias name="net" network="#${netId}">
      <b id="plain" param-value="~again>12"></b><b id="read" param-value="#${target.id}:r"></b><b id="digits" param-value="#${target.id}:p3"></b>
      <b id="mod" param-value="#${target.id}:r" param-value-mod="x * 2 + 1"></b><b id="none" param-value="#999999"></b>
      <b id="over" on-param-value="#${target.id}:>10:title:yes:no"></b><b id="word" on-param-value="#${target.id}:!=${next}:title:yes:no:r"></b>
      <b id="expression" on-param-value="#${target.id}:{x < 10 || x == ${next} ? true : false}:title:yes:no"></b>
      <b id="net" on-net-connection="~net:title:yes:no"></b>
      <button id="go" on-click="goto:device:~again">go</button>
      <b id="hook"></b>
      <script>function preInitViz(done) { document.querySelector("#hook").textContent = "early"; done(); }
      function onVizUpdate(data) { document.querySelector("#hook").textContent = data["#${target.id}"]; }</script>`);
    const frame = page.frameLocator("iframe");
    const want = { plain: `${next} ms`, read: String(next), digits: `${next}.000 ms`, mod: String(next * 2 + 1), none: "NOP", hook: String(next) };
    const titles = { over: "yes", word: "no", expression: "yes", net: "yes" };
    // What was shown before is drawn anew when the page has loaded its plant.
    for (const [id, text] of Object.entries(want)) {
      await until(`binding ${id} as ${text}`, 15, async () => (await frame.locator(`#${id}`).textContent()) === text);
    }
    for (const [id, title] of Object.entries(titles)) {
      await until(`binding ${id} as ${title}`, 15, async () => (await frame.locator(`#${id}`).getAttribute("title")) === title);
    }
    // A touch of what is just being drawn anew does nothing, and a person touches it again.
    await until("the device of a link", 20, async () => {
      if (!page.url().endsWith(`/device/${target.device}`)) await frame.locator("#go").click({ timeout: 1000 }).catch(() => {});
      return page.url().endsWith(`/device/${target.device}`);
    });
    await page.close();
  }

  /** A hostile visualization gets nothing, and a flood is cut off. */
  async function hostile(address) {
    const page = await context.newPage();
    const writes = [];
    page.on("request", (request) => request.method() === "POST" && /save-param-value|\/write\//.test(request.url()) && writes.push(request.url()));
    for (const end of Object.keys(ENDS)) {
      await withSource(page, address, snippet(trap.url, target.id, end));
      const attempts = page.frameLocator("iframe").locator("#log li");
      // The frame goes away under the test's eyes.
      const lines = await until("the attempts", 15, async () => {
        const texts = await attempts.allTextContents().catch(() => []);
        return texts.length >= 19 ? texts : undefined;
      });
      const done = lines.filter((line) => !line.endsWith("blocked"));
      if (done.length > 0) fail(`a hostile visualization: ${done.join("; ")}`);
      await until("the frame is gone", 15, async () => (await attempts.count().catch(() => 0)) === 0);
    }
    await until("a flood is cut off", 5, async () => /was stopped/.test(await page.textContent("main")));
    if (context.pages().length > 2 || !page.url().startsWith(url)) fail("a hostile visualization opened another page");
    if (trap.asked.length > 0) fail(`a hostile visualization reached another machine: ${trap.asked.join(", ")}`);
    if (writes.length > 0) fail(`a hostile visualization wrote: ${writes.join(", ")}`);
    await page.close();
  }

  // Log-in: what is wrong is said with how to mend it.
  await page.goto(url);
  await at("login-key").fill("not a key");
  await at("login-password").fill("not the password");
  await at("login-submit").click();
  await until("the shape of a key", 5, async () => /looks like/.test(await text("login-error")));
  await at("login-key").fill(key);
  await at("login-submit").click();
  await until("a refused log-in says why", 10, async () => /is wrong/.test(await text("login-error")));
  await checkAccess("log-in");
  await shot("log-in");
  await at("login-password").fill(password);
  await page.keyboard.press("Enter");
  await ready();

  // Every parameter that the API has a value of shows it, printed by the wasm core.
  let shown = 0;
  for (const [deviceId, device] of devices) {
    await at(`device-${deviceId}`).click();
    const ids = Object.keys(device.parameters);
    for (const id of ids) {
      const value = await until(`a value of parameter ${id}`, 20, async () => {
        const value = await text(`value-${id}`);
        return value && value !== "—" ? value : undefined;
      });
      const unit = device.parameters[id].unitName;
      const hasWords = /^\p{L}/u.test(value);
      if (unit && !hasWords && !value.endsWith(` ${unit}`)) fail(`parameter ${id} shows \`${value}\`, expected its unit ${unit}`);
      shown++;
    }
    // What stands still is the same text as the server's own formattedValue.
    await until(`a value of ${device.name} equal to the API's`, 20, async () => {
      const last = await api(`/params/last-readings/?paramIds=${ids.join(",")}&lang=en`, token);
      const texts = await Promise.all(ids.map((id) => text(`value-${id}`)));
      return ids.some((id, index) => last[id]?.formattedValue === texts[index]);
    });
  }

  // A curve of the last hour; the address outlives a reload.
  const target = params.find(({ info }) => info.isProgrammable && info.unitName === "ms") ?? fail("no programmable parameter with a unit");
  await at(`device-${target.device}`).click();
  await at(`param-${target.id}`).click();
  await page.reload();
  await ready();
  await until("a curve with points", 15, async () => Number(await text("chart-points")) > 1);
  await until("times of reading", 5, async () => /Last read: .*Next: /.test(await text("read-times")));

  // A new value: asked about with the old one beside it, refused, taken.
  const value = async () => parseFloat(await text(`value-${target.id}`));
  const before = await value();
  const next = before === 120 ? 140 : 120;
  await at("write-input").fill(String(next));
  await at("write-submit").click();
  await until("the question with the new value", 5, async () => (await text("confirm-value")).startsWith(String(next)));
  await shot("confirm");
  await at("confirm-no").click();
  if ((await value()) !== before) fail("a write that was not agreed to was sent");
  await at("write-submit").click();
  await agree();
  await until("the result of a write", 10, async () => (await text("write-result")) !== "");
  await until("the written value", 10, async () => (await value()) === next);
  await at("write-input").fill("100000");
  await at("write-submit").click();
  await agree();
  await until("the refusal of a value out of range, and how to mend it", 10, async () => /above.*Correct/.test(await text("write-result")));
  await page.waitForTimeout(800);
  await checkAccess("device");
  await shot("device");

  // A choice of words, and a switch, by keyboard alone.
  const mode = paramOf("MODE");
  await go(`/device/${mode.device}/param/${mode.id}`);
  await at("write-input").focus();
  await page.keyboard.press("ArrowDown");
  const wanted = await at("write-input").evaluate((select) => select.selectedOptions[0].textContent);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await at("confirm-yes").waitFor();
  await page.keyboard.press("Enter");
  await until("the chosen word", 10, async () => (await text(`value-${mode.id}`)) === wanted);
  const enabled = paramOf("M1").info.name === "Pump enabled" ? paramOf("M1") : params.find(({ info }) => info.name === "Pump enabled");
  await go(`/device/${enabled.device}/param/${enabled.id}`);
  const isOn = () => at("write-switch").getAttribute("aria-checked");
  const was = await isOn();
  await at("write-switch").focus();
  await page.keyboard.press("Space");
  await agree();
  await until("the switched bit", 10, async () => (await isOn()) !== was);

  // The keyboard reaches things in order, and one sees where it is.
  await go("");
  await page.locator(".skip").focus();
  for (let step = 0; step < 14; step++) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => ({ tag: document.activeElement.outerHTML.slice(0, 90), outline: getComputedStyle(document.activeElement).outlineStyle }));
    // Inside a frame the frame's own document shows it.
    if (focus.outline === "none" && !focus.tag.startsWith("<iframe")) fail(`no visible focus on ${focus.tag}`);
  }
  await page.locator(".skip").focus();
  await page.keyboard.press("Enter");
  await until("the heading has the focus", 5, () => page.evaluate(() => document.activeElement.tagName === "H1"));

  // A network with its connection; a device off and on again.
  const [netId] = nets[0];
  await at(`net-${netId}`).click();
  await until("a network's connection", 10, async () => /Connected since|Not connected/.test(await text("net-state")));
  await checkAccess("network");
  await shot("network");
  await at(`device-${target.device}`).click();
  for (const [button, state] of [["Disable", "Disabled"], ["Enable", "Running"]]) {
    await until(`the button ${button}`, 10, async () => (await text("switch")) === button);
    await at("switch").click();
    await agree();
    await until(`the state ${state}`, 15, async () => (await text("state")).startsWith(state));
  }

  // Widgets leave and come back, in the order that was chosen.
  await go("/widgets");
  const first = await page.locator("[data-testid^=removeWidget-]").first().getAttribute("data-testid");
  const id = first.split("-")[1];
  await at(first).click();
  await until("a removed widget", 5, async () => /Saved/.test(await text("widgets-result")));
  await at("find").fill(await at(`addWidget-${id}`).getAttribute("aria-label").then((label) => label.split(/: |,/)[1]));
  await at(`addWidget-${id}`).click();
  await at(`moveUp-${id}`).click();
  await checkAccess("widgets");
  await shot("widgets");
  await go("");
  await until("the widget is back", 10, async () => (await at(`tile-${id}`).count()) === 1);

  // Touches of a frame that is just drawn anew are lost, so this part has a run of its own.
  if (process.env.PARABUS_WALK === "whole") {
    // A visualization: values, a write by a touch, a form of the page.
    await page.locator("[data-testid^=vis-][href]").first().click();
    const frame = page.frameLocator("iframe");
    await until("a value in the visualization", 15, async () => /^[0-9.]+ m$/.test(await frame.locator("#level").textContent()));
    await frame.locator("#enable").click();
    await until("what the visualization wrote", 10, async () => /wrote: Pump enabled/.test(await page.textContent("main")));
    await frame.locator("#start").focus();
    await page.keyboard.press("Enter");
    await at("write-input").waitFor();
    await agree();
    await frame.locator("#name").click();
    await at("vis-text").fill("North tank");
    await agree();
    await until("the saved text", 10, async () => (await page.frameLocator("iframe").getByText("North tank").count()) === 1);
    await checkAccess("visualization");
    await shot("visualization");

    await grammar(page.url());
    await hostile(page.url());
  }

  // A lost connection is said, and comes back by itself: here every stream ends at once.
  await go("");
  const broken = `event: params\ndata: []\n\nevent: readings\ndata: {"deviceId":1,"readOn":"${new Date().toISOString()}","values":[]}\n\n`;
  await page.route("**/live/values/**", (route) => route.fulfill({ contentType: "text/event-stream", body: broken }));
  await page.reload();
  await until("a lost connection", 20, async () => (await at("loss").isVisible()) && /cannot be reached/.test(await text("spoken")));
  await shot("lost");
  await page.unroute("**/live/values/**");
  await until("the connection is back", 20, async () => !(await at("loss").isVisible()));
  // Roles and organizations: what may not be done is not offered.
  const as = async (orgs) => {
    await page.unroute("**/user/orgs/");
    await page.route("**/user/orgs/", (route) => route.fulfill({ json: orgs }));
    await page.goto(`${url}/`);
    await page.reload();
  };
  await as([{ ...org, userRole: "viewer" }]);
  await ready();
  await go(`/device/${target.device}/param/${target.id}`);
  await at("chart").waitFor();
  if ((await at("write-input").count()) + (await at("switch").count()) > 0) fail("a viewer is offered to write");
  await as([{ ...org, userRole: "monitor-viewer" }]);
  await ready();
  await until("states and widgets for a monitor", 10, async () => (await page.locator("main .value").count()) > 3);
  await checkAccess("monitor");
  await shot("monitor");
  await page.evaluate(() => (location.hash = ""));
  await as([org, { orgId: org.orgId + 1000, orgName: "Another place", userRole: "viewer" }]);
  await at(`org-${org.orgId}`).click();
  await ready();
  if ((await at("org").count()) !== 1) fail("no choice of organization");
  await page.unroute("**/user/orgs/");
  await page.goto(`${url}/manage/devices/${target.device}/`);
  await ready();
  await until("the path of a device", 5, async () => (await page.textContent("h1")) === tree[netId].devices[target.device]?.name);

  // Four languages, wide; the address stays.
  const headings = new Set();
  for (const lang of ["pl", "ru", "ua", "en"]) {
    await go("");
    await at("lang").selectOption(lang);
    headings.add(await page.textContent("h1"));
    if ((await page.getAttribute("html", "lang")) !== (lang === "ua" ? "uk" : lang)) fail(`the page does not say that it is in ${lang}`);
    await page.waitForTimeout(300);
    await checkAccess(`overview, ${lang}`);
    await shot(`overview-${lang}`);
  }
  if (headings.size !== 4) fail(`the languages' headings: ${[...headings].join(", ")}`);
  await page.waitForTimeout(4000);
  await shot("overview");

  // Narrow, and dark.
  await page.setViewportSize({ width: 375, height: 812 });
  for (const [name, route] of [["overview", ""], ["device", `/device/${mode.device}/param/${mode.id}`], ["network", `/net/${netId}`], ["widgets", "/widgets"]]) {
    await go(route);
    await page.waitForTimeout(400);
    await checkWidth(name);
    await shot(`narrow-${name}`);
  }
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 1400, height: 900 });
  await go("");
  await page.waitForTimeout(400);
  await checkAccess("dark");
  await shot("dark");
  await page.emulateMedia({ colorScheme: "light" });

  // The API for people, with nothing from elsewhere.
  await page.goto(`${url}/openapi/`);
  await until("the API's list", 20, async () => (await page.locator(".opblock-tag").count()) > 10);
  await page.locator(".opblock-tag").first().click();
  await until("an endpoint", 5, async () => (await page.locator(".opblock").count()) > 0);
  await shot("openapi");

  await page.goto(url);
  await ready();
  await at("log-out").click();
  await at("login-key").waitFor();
  if (problems.length > 0) fail(`the page's console: ${problems.slice(0, 5).join("; ")}`);
  console.log(JSON.stringify({ page: true, params: shown }));
} finally {
  await browser.close();
  trap.close();
}
