// People of several organizations with several roles, each with a session of their own: one sees what the
// role shows, and is offered what it allows. They are in `hilltop.yaml` and
// `guest.yaml`.
import { until } from "./browser.mjs";
import { fail, openTab, shows } from "./walk.mjs";

const OFFERS = ["write-input", "write-switch", "switch", "reconnect", "choose-widgets"];

async function offersNothing(tab, who) {
  for (const name of OFFERS) if ((await tab.at(name).count()) > 0) fail(`${who} is offered ${name}`);
  if ((await tab.page.locator(".pen").count()) > 0) fail(`${who} is told of what can be written`);
}

/** Addresses of what somebody may not see, or that mean nothing. */
async function goneAt(tab, routes) {
  for (const route of routes) {
    await tab.go(route);
    await shows(tab.at("gone"), `words for ${route}`, /does not exist, or your role may not see it/);
    if ((await tab.page.textContent("h1")) !== "Not found") fail(`the heading of ${route}`);
  }
}

/** A viewer here and an owner there. */
async function guest(walk, browser) {
  const tab = await openTab(browser, walk);
  const { page, at, text } = tab;
  await tab.logIn(walk.guest, walk.password);
  const here = walk.org.orgId;
  await page.getByRole("link", { name: "Hilltop Works" }).waitFor();
  if ((await text(`org-${here}`)) !== "Riverside WorksViewer") fail(`the choice says ${await text(`org-${here}`)}`);
  await tab.checkAccess("choice of organization");
  await tab.shot("organizations");
  await page.getByRole("link", { name: "Hilltop Works" }).click();
  await tab.ready();
  const there = Number(page.url().match(/org\/(\d+)/)[1]);
  const side = page.locator("nav.side");
  if ((await side.locator("[data-testid^=net-]").allTextContents()).join() !== "Pump hall") fail(`networks there: ${await side.textContent()}`);
  await side.getByText("Booster").click();
  await at("switch").waitFor();
  await page.getByRole("link", { name: /Start level/ }).click();
  await at("write-input").waitFor();
  const [, device] = page.url().match(/device\/(\d+)/);
  const [hilltop] = await walk.api(`/org/${there}/nets/`, await walk.tokenOf(walk.guest));

  // The other organization: its networks alone, and nothing to write.
  await at("org").selectOption(String(here));
  await shows(at(`net-${walk.target.netId}`), "a network of the other organization", walk.tree[walk.target.netId].name);
  if ((await side.textContent()).includes("Pump hall")) fail("a network of another organization is listed");
  await tab.go(`org/${here}/device/${walk.target.device}/param/${walk.target.id}`);
  await at("chart").waitFor();
  await offersNothing(tab, "a viewer");
  await tab.go(`org/${here}/net/${walk.target.netId}`);
  await at("net-state").waitFor();
  await offersNothing(tab, "a viewer");
  // A visualization shows values, and says why it writes nothing.
  await page.locator("[data-testid^=vis-][href]").first().click();
  const frame = page.frameLocator("iframe");
  await shows(frame.locator("#level"), "a value in a viewer's visualization", /^[0-9.]+ m$/);
  for (const name of ["enable", "start", "name"]) {
    await frame.locator(`#${name}`).click();
    await shows(page.locator("main"), `why a viewer's ${name} does nothing`, /Not done: Your role does not allow this/);
    if ((await page.locator("dialog").count()) > 0) fail(`a viewer is offered a form by ${name}`);
  }
  await goneAt(tab, [`org/${here}/device/${device}`, `org/${here}/net/${hilltop.id}`, `org/${here}/widgets`, `org/${here}/vis/999999`, `org/${here}/compare/999999`, `org/${here}/device/999999`, `org/${here}/nonsense/1`]);
  await tab.checkAccess("not found");
  await tab.shot("not-found");
  await goneAt(tab, ["org/999999/device/1"]);
  await page.getByRole("link", { name: "Overview" }).click();
  await shows(page.locator("h1"), "the choice again", "Choose an organization");
  await page.goto(`${walk.url}/manage/devices/999999/`);
  await shows(at("gone"), "words for a path", /does not exist/);
  tab.checkConsole();
  await tab.context.close();
}

/** Who only watches: values of widgets, and no way to anything else. */
async function watch(walk, browser) {
  const tab = await openTab(browser, walk);
  await tab.logIn(walk.watch, walk.password);
  await tab.ready();
  await until("a value for a monitor", 15, async () => (await tab.page.locator("main .value").allTextContents()).some((text) => /^[0-9.]+ m$/.test(text)));
  await offersNothing(tab, "a monitor");
  const controls = await tab.page.locator("main :is(a, button, input, select)").count();
  if (controls > 0) fail("a monitor has something to press");
  await tab.checkAccess("monitor");
  await tab.shot("monitor");
  await tab.page.setViewportSize({ width: 375, height: 812 });
  await tab.checkWidth("monitor");
  await tab.shot("narrow-monitor");
  const there = tab.page.url().match(/org\/(\d+)/)[1];
  await goneAt(tab, [`org/${there}/device/${walk.target.device}`, `org/${walk.org.orgId}`]);
  tab.checkConsole();
  await tab.context.close();
}

export async function people(walk, browser) {
  await Promise.all([guest(walk, browser), watch(walk, browser)]);
}
