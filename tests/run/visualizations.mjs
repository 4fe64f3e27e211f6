// The walk through visualizations: every binding of the grammar, a frame that outlives what changes around
// it, and hostile ones.
import { until } from "./browser.mjs";
import { catcher, ENDS, REPORT, snippet } from "./hostile.mjs";
import { fail, shows } from "./walk.mjs";

/** A value as the page prints it, and nothing else. */
const METRES = /^[0-9.]+ m$/;

/** Opens the visualization with another source. */
async function withSource(page, address, source) {
  await page.unroute("**/viss/info/");
  await page.route("**/viss/info/", async (route) => {
    const reply = await route.fetch();
    await route.fulfill({ response: reply, json: (await reply.json()).map((vis) => ({ ...vis, source })) });
  });
  // Another hash alone would load nothing.
  await page.goto("about:blank");
  await page.goto(address);
}

/** The demo's own: values, a write by a touch, forms of the page by mouse and keyboard. */
async function demo(tab) {
  const { page, at, agree } = tab;
  await page.locator("[data-testid^=vis-][href]").first().click();
  const frame = page.frameLocator("iframe");
  await shows(frame.locator("#level"), "a value in the visualization", METRES);
  if ((await frame.getByRole("button", { name: "Refresh" }).count()) !== 1) fail("no button to refresh");
  await frame.locator("#enable").click();
  await until("what the visualization wrote", 10, async () => /wrote: Pump enabled/.test(await page.textContent("main")));
  await frame.locator("#start").focus();
  await page.keyboard.press("Enter");
  await at("write-input").waitFor();
  await tab.checkAccess("a form of a visualization");
  await tab.shot("visualization-form");
  await agree();
  await frame.locator("#name").click();
  await at("vis-text").fill("North tank");
  await page.keyboard.press("Enter");
  await frame.getByText("North tank").waitFor();
  await tab.checkAccess("visualization");
  await tab.shot("visualization");
}

/** A frame is made once: neither the plant's arrival nor its changes take it or a form away. */
async function stands(walk, tab, address) {
  const page = await tab.context.newPage();
  let release;
  const released = new Promise((resolve) => (release = resolve));
  await page.route("**/live/values/**", async (route) => {
    await released;
    await route.continue();
  });
  await page.goto(address);
  const frame = page.frameLocator("iframe");
  await frame.locator("#name").click();
  await page.getByTestId("vis-text").fill("half a na");
  await page.evaluate(() => (document.querySelector("iframe").isFirst = true));
  await frame.locator("body").evaluate((body) => (body.isFirst = true));
  if ((await frame.locator("#level").textContent()) !== "…") fail("a value before the plant was known");
  release();
  await shows(frame.locator("#level"), "a value once the plant is known", METRES);
  const check = async (when) => {
    const isFrame = await page.evaluate(() => document.querySelector("iframe").isFirst === true);
    const isBody = await frame.locator("body").evaluate((body) => body.isFirst === true);
    if (!isFrame || !isBody) fail(`the frame was made anew ${when}`);
    if ((await page.getByTestId("vis-text").inputValue()) !== "half a na") fail(`what was typed is lost ${when}`);
  };
  await check("when the plant arrived");
  // Another name of a network, and back: the list beside the frame follows.
  const { netId } = walk.target;
  const { name } = walk.tree[netId];
  for (const next of [`${name} two`, name]) {
    await walk.api(`/net/${netId}/change/`, walk.token, { name: next });
    await shows(page.getByTestId(`net-${netId}`), `the network as ${next}`, next);
    await check("by a change of the plant");
  }
  await page.close();
}

/** Every binding of https://docs.overvis.com/en/cloud/reference/visualizations/, on a set point that stands still. */
async function grammar(walk, tab, address) {
  const { target, tree } = walk;
  const page = await tab.context.newPage();
  const { netId, device, id, value } = target;
  const unit = tree[netId].devices[device].modbusUnitId;
  const pump = walk.paramOf("Q1");
  const source = `
    <div class="vis-settings" update-period-sec="0" refresh-button="no" use-vis-data="yes"></div>
    <alias name="net" network="#${netId}"><alias name="meter" device="~net>${unit}"><alias name="again" device="~meter">
    <alias name="width" param="~again>12"><alias name="here" vis="#${address.match(/vis\/(\d+)/)[1]}">
    <b id="plain" param-value="~again>12"></b><b id="alias" param-value="~width"></b><b id="slugs" param-value="[${tree[netId].slug}]>${unit}>12"></b>
    <b id="read" param-value="#${id}:r"></b><b id="digits" param-value="#${id}:p3"></b><b id="both" param-value="#${id}:r,p2"></b>
    <b id="mod" param-value="#${id}:r" param-value-mod="x * 2 + 1"></b><b id="stored" param-value="#${id}" param-value-mod="x / 8"></b>
    <b id="none" param-value="#999999"></b><b id="coil" param-value="#${pump.device}>8192c"></b><b id="bit" param-value="[heat-pump]>2500.0i"></b>
    <b id="gt" on-param-value="#${id}:>10:title:yes:no"></b><b id="lt" on-param-value="#${id}:<10:title:yes:no"></b>
    <b id="eq" on-param-value="#${id}:=${value}:title:yes:no"></b><b id="ne" on-param-value="#${id}:!=${value}:title:yes:no:r"></b>
    <b id="ge" on-param-value="#${id}:>=${value}:title:yes:no"></b><b id="le" on-param-value="~width:<=${value - 1}:title:yes:no"></b>
    <b id="expression" on-param-value="#${id}:{x < 10 || x == ${value} ? true : false}:title:yes:no"></b>
    <b id="style" on-param-value="#${id}:>10:color:rgb(1, 2, 3):green">style</b><button id="off" on-param-value="#${id}:>10:disabled::true" disabled>property</button>
    <svg width="20" height="20"><circle id="drawn" r="9" on-param-value="#${id}:>10:fill:rgb(4, 5, 6):red" /></svg>
    <b id="net" on-net-connection="~net:title:yes:no"></b><b id="nowhere" on-net-connection="[nowhere]:title:yes:no"></b>
    <b id="text" text-replacement="tank-name">Tank</b><b id="ours" text-replacement="constructor">ours</b>
    <button id="more" on-click="increment-param:~width:10">more</button><button id="less" on-click="increment-param:~width:-10:g">less</button>
    <button id="toggle" on-click="toggle-param:#${id}:${value}:${value + 20}">toggle</button>
    <button id="set" onclick="writeParamValue('~width', '${value}', () => { this.title = 'called'; }, true)">set</button>
    <button id="lost" on-click="goto:device:[nothing]">lost</button><button id="high" on-click="increment-param:~width:100000">too high</button>
    ${[["param", "~width"], ["params", `~width,#${pump.id}`], ["device", "~again"], ["network", "~net"], ["vis", "~here"]].map(([kind, refs]) => `<button id="go-${kind}" on-click="goto:${kind}:${refs}">${kind}</button>`).join("")}
    <b id="hook"></b>
    <script>function preInitViz(done) { document.querySelector("#hook").textContent = "early"; document.querySelector("#hook").setAttribute("param-value", "~width"); done(); }
    function onVizUpdate(data) { if ("#${id}" in data) document.querySelector("#hook").title = data["#${id}"]; }</script>`;
  await withSource(page, address, source);
  const frame = page.frameLocator("iframe");
  const texts = { plain: `${value} ms`, alias: `${value} ms`, slugs: `${value} ms`, read: String(value), digits: `${value}.000 ms`, both: `${value}.00`, mod: String(value * 2 + 1), stored: String(value / 8), none: "NOP", coil: /^(On|Off)$/, bit: "On", hook: `${value} ms`, text: "North tank", ours: "ours" };
  for (const [name, text] of Object.entries(texts)) await shows(frame.locator(`#${name}`), `binding ${name}`, text);
  const titles = { gt: "yes", lt: "no", eq: "yes", ne: "no", ge: "yes", le: "no", expression: "yes", net: "yes", nowhere: "no", hook: String(value) };
  for (const [name, title] of Object.entries(titles)) {
    await until(`binding ${name} as ${title}`, 15, async () => (await frame.locator(`#${name}`).getAttribute("title")) === title);
  }
  const look = await frame.locator("body").evaluate((body) => {
    const styleOf = (name) => getComputedStyle(body.querySelector(name));
    return [styleOf("#style").color, styleOf("#drawn").fill, String(body.querySelector("#off").disabled)].join(" ");
  });
  if (look !== "rgb(1, 2, 3) rgb(4, 5, 6) false") fail(`styles and properties: ${look}`);
  if ((await frame.getByRole("button", { name: "Refresh" }).count()) !== 0) fail("a button to refresh that was not wanted");

  const main = page.locator("main");
  const press = async (name, what, outcome) => {
    await frame.locator(`#${name}`).click();
    await shows(main, what, outcome);
  };
  await press("more", "an increment", new RegExp(`wrote: Pulse width: ${value + 10} ms`));
  await shows(frame.locator("#read"), "the value after an increment", String(value + 10));
  await press("less", "an increment below zero", new RegExp(`wrote: Pulse width: ${value} ms`));
  await press("toggle", "a toggled value", new RegExp(`wrote: Pulse width: ${value + 20} ms`));
  await press("set", "a value of a script", new RegExp(`wrote: Pulse width: ${value} ms`));
  await until("the script is called back", 10, async () => (await frame.locator("#set").getAttribute("title")) === "called");
  await press("high", "what a device refuses", /Not done: .*above/);
  await press("lost", "a link to nothing", /Not done: nothing is named `\[nothing\]`/);

  const ends = { param: `/device/${device}/param/${id}`, params: `/compare/${id},${pump.id}`, device: `/device/${device}`, network: `/net/${netId}` };
  for (const [kind, end] of Object.entries(ends)) {
    await frame.locator(`#go-${kind}`).click();
    await until(`the way to ${kind}`, 10, () => page.url().endsWith(end)).catch(async (error) => fail(`${error.message}; it shows \`${await main.innerText()}\``));
    if (kind === "params") {
      await until("two curves", 15, async () => Number(await page.getByTestId("chart-points").textContent()) > 2 && (await page.locator(".u-series").count()) === 3);
      await page.screenshot({ path: `${walk.out}/comparison.png` });
    }
    await page.goBack();
    await shows(frame.locator("#plain"), `the way back from ${kind}`, `${value} ms`);
  }
  await frame.locator("#go-vis").click();
  await page.close();
}

/** Nothing comes of a hostile one, and a flood is cut off. */
async function attempt(walk, tab, address, trap, end) {
  const page = await tab.context.newPage();
  const writes = [];
  const lines = [];
  page.on("request", (request) => request.method() === "POST" && /save-param-value|toggle|increment|\/write\/|data\/save/.test(request.url()) && writes.push(request.url()));
  page.on("console", (message) => message.text().startsWith(REPORT) && lines.push(message.text().slice(REPORT.length)));
  await withSource(page, address, snippet(trap.url, walk.target.id, end));
  await until(`the attempts before ${end}`, 20, async () => lines.includes("end|")).catch((error) => fail(`${error.message}; so far ${lines.join("; ")}`));
  const done = lines.filter((line) => !line.endsWith("|blocked") && line !== "end|");
  if (done.length > 0) fail(`a hostile visualization: ${done.join("; ")}`);
  if (lines.length < 30) fail(`only ${lines.length} attempts: ${lines.join("; ")}`);
  await until(`the frame is gone by ${end}`, 15, async () => (await page.frameLocator("iframe").getByText("hostile").count().catch(() => 0)) === 0);
  const isPolluted = await page.evaluate(() => "polluted" in {} || Object.keys(Object.prototype).length > 0);
  if (isPolluted) fail("a hostile visualization changed what every object is");
  const height = await page.evaluate(() => document.querySelector("iframe")?.clientHeight ?? 0);
  if (height > 4000) fail(`a hostile visualization is ${height} px high`);
  if ((await page.locator("dialog").count()) > 0) fail("a hostile visualization opened a form");
  if (page.url() !== address) fail(`a hostile visualization led the page to ${page.url()}`);
  if (end === "flood") await until("a flood is cut off", 5, async () => /was stopped/.test(await page.textContent("main")));
  if (writes.length > 0) fail(`a hostile visualization wrote: ${writes.join(", ")}`);
}

/** All ends at once, beside whatever else is looked at. */
export async function hostile(walk, tab, address) {
  const trap = await catcher();
  const ends = Object.keys(ENDS);
  const before = tab.context.pages().length;
  try {
    await Promise.all(ends.map((end) => attempt(walk, tab, address, trap, end)));
    if (tab.context.pages().length !== before + ends.length) fail("a hostile visualization opened another page");
    if (trap.asked.length > 0) fail(`a hostile visualization reached another machine: ${trap.asked.join(", ")}`);
  } finally {
    trap.close();
    await Promise.all(tab.context.pages().slice(before).map((page) => page.close()));
  }
}

/** Bindings and frames; the address of the visualization that they were tried with. */
export async function visualizations(walk, tab) {
  await demo(tab);
  const address = tab.page.url();
  await stands(walk, tab, address);
  await grammar(walk, tab, address);
  return address;
}
