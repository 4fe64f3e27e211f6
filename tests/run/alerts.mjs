// The walk through alerts: a rule is tried on the real history, refused with its fault, switched on; its event is
// seen, confirmed, held back, and ends; the log by network; the path that the API names.
import { until } from "./browser.mjs";
import { fail, shows } from "./walk.mjs";

const NAME = "Pulse too long";
const PRICE = 0.05;

/** Writes the parameter, as an operator would. */
const write = ({ api, token, target }, newValue) => api(`/param/${target.id}/write/`, token, { newValue: String(newValue), lang: "en" });

/** How often the stored values reach the threshold, counted from the API's own readings. */
async function rises({ api, token, target }, threshold) {
  const points = await api(`/readings/get/?paramId=${target.id}`, token);
  const reached = points.reverse().flatMap(([, value]) => (value === null ? [] : [value >= threshold]));
  return { count: reached.filter((now, index) => now && !reached[index - 1]).length, readings: reached.length };
}

async function edit(walk, { page, at, text, go, checkAccess, checkWidth, shot }) {
  const { target } = walk;
  await go("/alerts");
  await shows(page.locator("#content .choice").first(), "the plant's own alert", /^Tank may run dry/);
  await at("new-alert").click();
  await at("rule-name").fill(NAME);
  await at("condition-param-0").selectOption(String(target.id));
  await at("try").click();
  await shows(at("problem-conditions"), "what is missing", /give a number/);
  await at("condition-kind-0").focus();
  await at("condition-kind-0").selectOption("ge");
  // What is chosen and typed stays where it was when the row is drawn anew.
  const held = await page.evaluate(() => document.activeElement.dataset.testid);
  if (held !== "condition-kind-0") fail(`a choice lost its place: ${held}`);
  await at("condition-value-0").fill(String(Math.max(walk.before, target.value)));
  await at("add-told").focus();
  await page.keyboard.press("Enter");
  await at("told-way-0").selectOption("sms");
  await at("told-to-0").fill("nobody");

  await at("try").click();
  await until("what it would have done", 20, async () => (await at("preview-events").count()) === 1);
  const wanted = await rises(walk, Math.max(walk.before, target.value));
  if (wanted.count < 1) fail("the history has no event to find");
  if (Number(await text("preview-events")) !== wanted.count) fail(`${await text("preview-events")} events, the readings have ${wanted.count}`);
  if (Number(await text("preview-messages")) !== wanted.count) fail(`${await text("preview-messages")} messages`);
  await at("sms-price").fill(String(PRICE));
  if (Number(await text("preview-cost")) !== Number((PRICE * wanted.count).toFixed(2))) fail(`the cost is ${await text("preview-cost")}`);
  const used = Number((await text("preview-basis")).match(/Readings used: (\d+)/)[1]);
  if (used < wanted.readings / 2) fail(`${used} readings were used of ${wanted.readings}`);
  await checkAccess("rule");
  await checkWidth("rule");
  await shot("rule");

  await at("rule-save").click();
  await shows(at("problem-actions"), "why it is not saved", /nobody.*telephone number/);
  await at("told-to-0").fill("+48123456789");
  if ((await at("preview-events").count()) !== 0) fail("what was tried stands beside a rule that is another by now");
  // A language is only another dress of what is edited.
  await at("lang").selectOption("pl");
  await shows(at("rule-save"), "the Polish button", "Zapisz i włącz");
  if ((await at("rule-name").inputValue()) !== NAME) fail("another language lost what was typed");
  await at("lang").selectOption("en");
  await at("rule-save").click();
  const entry = page.getByTestId(/^alert-\d+$/).filter({ hasText: NAME });
  await shows(entry, "the new alert", NAME);
  return Number((await entry.getAttribute("data-testid")).split("-")[1]);
}

/** How many alerts are active; the plant has some of its own. */
async function activeCount({ api, token, org }) {
  const alerts = await api(`/org/${org.orgId}/alerts/`, token);
  const statuses = await Promise.all(alerts.map(({ id }) => api(`/alert/${id}/status/`, token)));
  return statuses.filter(({ isActive }) => isActive).length;
}

async function follow(walk, tab, id) {
  const { page, at, text, go, ready, agree, checkAccess, checkWidth, shot } = tab;
  const { api, token, org, target } = walk;
  await until("the event", 20, async () => (await api(`/alert/${id}/status/`, token)).isActive);
  await until("the event in the list of what is active", 20, async () => (await at(`event-${id}`).count()) === 1);
  await until("the number of events", 15, async () => (await text("alerts-active")) === `Active: ${await activeCount(walk)}`);
  await go("");
  await at(`event-${id}`).click();
  await shows(at("alert-state"), "since when it is active", /^active since/);
  await shows(page.getByTestId(/^condition-\d+$/), "the condition", "holds");
  await shows(at("told").locator("li").first(), "who is told", /SMS → \+48123456789/);
  await at("record-details-0").focus();
  await page.keyboard.press("Enter");
  await shows(page.locator(".lines p").first(), "the log's first line", "Event started.");
  await at("confirm-event").click();
  await shows(at("alert-state"), "who confirmed", /Confirmed: /);
  const status = await api(`/alert/${id}/status/`, token);
  if (!status.confirmed?.from) fail(`the API knows of no confirmation: ${JSON.stringify(status)}`);
  if (await at("confirm-event").isVisible()) fail("what is confirmed can be confirmed again");
  await at("shelve").click();
  await at("shelf-reason").fill("the pump is being repaired");
  await agree();
  await shows(at("shelf"), "until when messages are held back", /held back until .*the pump is being repaired$/);
  await checkAccess("alert");
  await checkWidth("alert");
  await shot("alert");
  await at("shelve").click();
  await shows(at("shelf"), "that messages are sent again", "");

  await write(walk, Math.min(walk.before, target.value) - 1);
  await shows(at("alert-state"), "the end of the event", "Quiet", 30);
  await until("the log's end", 20, async () => !/still active/.test(await text("record-0")));
  // From here on the rule is out of the others' way.
  await at("edit-alert").click();
  await at("condition-value-0").fill("100000.5");
  await at("rule-save").click();
  await shows(page.locator("#content td").first(), "the new threshold", /^≥ 100000[.]5 /);
  await write(walk, target.value);

  const own = () => at("log").locator("tbody tr").filter({ hasText: NAME }).count();
  const told = async () => (await at("log").locator("tbody tr").count()) + (await at("no-records").count());
  for (const [net, count] of [[target.netId, 1], [Object.keys(walk.tree).find((other) => other !== target.netId), 0]]) {
    await go("/alerts");
    await at("log-net").selectOption(String(net));
    await until(`the log of network ${net}`, 10, async () => (await own()) === count && (await told()) > 0 && (await at("log-net").inputValue()) === String(net));
  }
  await go("/alerts");
  await until("the log", 10, async () => (await own()) === 1);
  await checkAccess("alerts");
  await checkWidth("alerts");
  await shot("alerts");
  await page.goto(`${walk.url}/manage/alerts/${id}/log/`);
  await ready();
  await shows(page.locator("#content h1"), "the alert of a path", NAME);
  if (!page.url().endsWith(`#org/${org.orgId}/alert/${id}`)) fail(`the path opens ${page.url()}`);
}

/** A log of many pages, by its addresses. */
async function paging(walk, { page, at, go }) {
  await page.route("**/alerts/log/**", async (route) => {
    const current = Number(new URL(route.request().url()).searchParams.get("page"));
    const record = { name: `Event of page ${current}`, startedOn: "2026-01-15T10:22:00.000Z", resolvedOn: "2026-01-15T11:05:00.000Z", logAs: "critical", logAsText: "Critical", status: "resolved", details: [] };
    await route.fulfill({ json: { records: [record], totalRecords: 60, currentPage: current, itemsOnPage: 25 } });
  });
  await go("/alerts");
  for (const [button, number] of [["older", 2], ["older", 3], ["newer", 2]]) {
    await at(button).click();
    await shows(at("log-page"), `page ${number}`, `Page ${number} / 3`);
    await shows(at("record-0").locator("th"), `the record of page ${number}`, new RegExp(`^Event of page ${number}`));
    if (!page.url().endsWith(`/alerts/log/page/${number}`)) fail(`the page of the log is not in the address: ${page.url()}`);
  }
  await page.unroute("**/alerts/log/**");
  await go("");
}

/** The number of an alert that others may look at. */
export async function alerts(walk, tab) {
  const own = { ...tab, go: (route) => tab.go(`org/${walk.org.orgId}${route}`) };
  const id = await edit(walk, own);
  await follow(walk, own, id);
  await paging(walk, own);
  return id;
}
