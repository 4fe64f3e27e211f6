// The page as a person uses it, in one browser: log in, see every value, write, go by keyboard, choose
// widgets, switch a device off, see visualizations, change language, on a wide and a narrow screen; then as
// people of other roles and organizations.
// node page.mjs --url URL --key KEY --password PASSWORD --guest KEY --watch KEY --out FOLDER
import { mkdirSync } from "node:fs";
import { alerts } from "./alerts.mjs";
import { launch, until } from "./browser.mjs";
import { energy } from "./energy.mjs";
import { history } from "./history.mjs";
import { options } from "./options.mjs";
import { people } from "./people.mjs";
import { readings } from "./readings.mjs";
import { hostile, visualizations } from "./visualizations.mjs";
import { caller, fail, openTab, shows } from "./walk.mjs";

const started = Date.now();
const { url, key, password, guest, watch, out } = options();
mkdirSync(out, { recursive: true });

const api = caller(url);
const tokenOf = async (apiKey) => (await api("/authenticate/", undefined, { apiKey, password })).token;
const token = await tokenOf(key);
const [org] = await api("/user/orgs/", token);
const tree = await api(`/org/${org.orgId}/nets/device-param-tree/`, token);
const nets = Object.entries(tree);
const devices = nets.flatMap(([, net]) => Object.entries(net.devices));
const params = nets.flatMap(([netId, net]) => Object.entries(net.devices).flatMap(([device, each]) => Object.entries(each.parameters).map(([id, info]) => ({ netId, device, id, info }))));
const paramsOf = (label) => params.filter(({ info }) => info.label === label);
const paramOf = (label) => paramsOf(label)[0] ?? fail(`no parameter ${label}`);

/** Seconds of each part, for whoever wonders where the time goes. */
const seconds = {};
let begun = started;
function done(name) {
  seconds[name] = Math.round((Date.now() - begun) / 100) / 10;
  begun = Date.now();
}

const browser = await launch();
try {
  const tab = await openTab(browser, { url, out });
  const { page, at, text, shot, ready, agree, checkAccess, checkWidth } = tab;
  const go = (route) => tab.go(`org/${org.orgId}${route}`);

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
  done("log-in");

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

  done("values");

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
  await checkAccess("device");
  await shot("device");

  done("writing");

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

  done("keyboard");

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

  done("network");

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

  done("widgets");

  // What is typed outlives a change of the plant, both of what is shown and of other things.
  await go(`/device/${target.device}/param/${target.id}`);
  await at("write-input").fill("7");
  for (const name of [`${tree[target.netId].name} two`, tree[target.netId].name]) {
    await api(`/net/${target.netId}/change/`, token, { name });
    await shows(page.locator("main .where").first(), `the network's name ${name}`, new RegExp(`^${name} · `));
    const held = await page.evaluate(() => [document.activeElement.dataset.testid, document.activeElement.value].join());
    if (held !== "write-input,7") fail(`what was typed is lost: ${held}`);
  }

  const walk = { url, out, api, token, tokenOf, password, guest, watch, org, tree, paramOf, paramsOf, target: { ...target, value: next } };
  done("typed text");
  await history(walk, tab);
  done("history");
  await readings(walk, tab);
  done("readings");
  await energy(walk, tab);
  done("energy");
  const alert = await alerts({ ...walk, before }, tab);
  done("alerts");
  const visualization = await visualizations(walk, tab);
  done("visualizations");
  // Each in tabs of their own, that nobody else touches.
  await Promise.all([hostile(walk, tab, visualization), people(walk, browser)]);
  done("hostile ones, and people");

  // A lost connection is said, and comes back by itself: here every stream ends at once.
  await go("");
  const broken = `event: params\ndata: []\n\nevent: readings\ndata: {"deviceId":1,"readOn":"${new Date().toISOString()}","values":[]}\n\n`;
  await page.route("**/live/values/**", (route) => route.fulfill({ contentType: "text/event-stream", body: broken }));
  await page.reload();
  await until("a lost connection", 20, async () => (await at("loss").isVisible()) && /cannot be reached/.test(await text("spoken")));
  await shot("lost");
  await page.unroute("**/live/values/**");
  await until("the connection is back", 20, async () => !(await at("loss").isVisible()));
  done("lost connection");
  await page.goto(`${url}/manage/devices/${target.device}/`);
  await ready();
  await until("the path of a device", 5, async () => (await page.textContent("h1")) === tree[target.netId].devices[target.device].name);

  // Four languages, wide and narrow; the address stays. Each view says its words in each of them.
  const views = {
    overview: ["", "#content h1"],
    device: [`/device/${mode.device}/param/${mode.id}`, ".write label"],
    history: [`/device/${mode.device}/param/${mode.id}/hours/720`, "summary"],
    alerts: ["/alerts", "#content h1"],
    alert: [`/alert/${alert}`, "#content h2"],
    rule: ["/rule/new", "#content h1"],
    network: [`/net/${netId}`, "#content h2"],
    widgets: ["/widgets", "#content h1"],
    visualization: [`/vis/${visualization.match(/vis\/(\d+)/)[1]}`, "nav .label"],
    comparison: [`/compare/${target.id},${mode.id}`, "#content h1"],
    "not-found": ["/nonsense", "#content h1"],
  };
  const said = Object.fromEntries(Object.keys(views).map((name) => [name, new Set()]));
  for (const lang of ["pl", "ru", "ua", "en"]) {
    await at("lang").selectOption(lang);
    if ((await page.getAttribute("html", "lang")) !== (lang === "ua" ? "uk" : lang)) fail(`the page does not say that it is in ${lang}`);
    for (const [width, height] of [[1400, 900], [375, 812]]) {
      await page.setViewportSize({ width, height });
      for (const [name, [route, words]] of Object.entries(views)) {
        await go(route);
        said[name].add(await page.locator(words).first().textContent());
        await checkWidth(`${name}, ${lang}, ${width}`);
        // Russian words are the longest.
        if (lang === "ru") await shot(`${width === 375 ? "narrow-" : ""}${name}-${lang}`);
      }
    }
    await page.setViewportSize({ width: 1400, height: 900 });
  }
  for (const [name, texts] of Object.entries(said)) if (texts.size !== 4) fail(`${name} in four languages: ${[...texts].join(", ")}`);
  await go(views.comparison[0]);
  await page.locator(".u-legend").waitFor();
  await checkAccess("comparison");
  await go("");
  await page.locator(".tile").first().waitFor();
  await checkAccess("overview");
  await shot("overview");
  await page.emulateMedia({ colorScheme: "dark" });
  await checkAccess("dark");
  await shot("dark");
  await page.emulateMedia({ colorScheme: "light" });

  done("languages");

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
  tab.checkConsole();
  console.log(JSON.stringify({ page: true, params: shown, seconds: { ...seconds, all: Math.round((Date.now() - started) / 1000) } }));
} finally {
  await browser.close();
}
