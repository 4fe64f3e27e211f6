// The walk through a parameter's history: spans in the address, extremes as the API tells them, gaps as gaps,
// digits that no number of JavaScript holds, by keyboard and as a table; and the path that the API names.
import { until } from "./browser.mjs";
import { fail, saved, shows } from "./walk.mjs";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** One more than a double can tell from its neighbour. */
const LONG = "9007199254740993";

/** How many pixels of the curve's colour stand at this part of the chart's width. */
const drawnAt = (page, part) => page.evaluate((part) => {
  const { devicePixelRatio: ratio } = window;
  const [canvas, over] = [".uplot canvas", ".u-over"].map((name) => document.querySelector(name));
  const [outer, inner] = [canvas.getBoundingClientRect(), over.getBoundingClientRect()];
  const probe = document.createElement("i");
  probe.style.color = "var(--accent)";
  document.body.append(probe);
  const wanted = getComputedStyle(probe).color.match(/\d+/g).slice(0, 3).map(Number);
  probe.remove();
  const left = Math.round((inner.left - outer.left + inner.width * part) * ratio) - 2;
  const { data } = canvas.getContext("2d").getImageData(left, (inner.top - outer.top) * ratio, 5, inner.height * ratio);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 200 && wanted.every((value, index) => Math.abs(data[at + index] - value) < 24)) count++;
  return count;
}, part);

/** The real history of this run, beside the API's own extremes. */
async function real(walk, { page, at, text, go }) {
  const { target, api, token } = walk;
  await at("hours-24").click();
  if (!page.url().endsWith(`/param/${target.id}/hours/24`)) fail(`the span is not in the address: ${page.url()}`);
  await until("points of a day", 15, async () => Number(await text("chart-points")) > 0);
  await page.reload();
  await until("points of a day after a reload", 15, async () => Number(await text("chart-points")) > 0);
  if ((await at("hours-24").getAttribute("aria-current")) !== "true") fail("the address has a span that is not shown");
  const body = { paramIds: [Number(target.id)], from: new Date(Date.now() - DAY).toISOString(), till: new Date().toISOString() };
  const want = (await api("/readings/min-max-range/", token, body))[target.id];
  const cells = await at("extremes").locator("td").allTextContents();
  if (cells.length !== 2 || cells.map(parseFloat).join() !== `${Number(want.minValue)},${Number(want.maxValue)}`) fail(`extremes ${cells.join()}, the API says ${JSON.stringify(want)}`);
  // What was typed and where one was stays, as it is the same view.
  await at("write-input").fill("7");
  await at("hours-168").focus();
  await page.keyboard.press("Enter");
  await until("the other span", 10, async () => (await at("hours-168").getAttribute("aria-current")) === "true");
  const held = await page.evaluate(() => document.activeElement.dataset.testid);
  if (held !== "hours-168" || (await at("write-input").inputValue()) !== "7") fail(`another span lost what was typed, or the place: ${held}`);
  await go("");
}

/** A part that is dragged over is seen as it was read, and saved so. */
async function closer(walk, { page, at, text }) {
  const { api, token } = walk;
  const count = async () => Number(await text("chart-points"));
  await at("hours-1").click();
  await until("points of an hour", 15, async () => (await count()) > 10);
  const oldest = async () => Date.parse((await api(`/readings/get/?paramId=${walk.target.id}`, token)).at(-1)[0]);
  await until("readings of half a minute", 30, async () => (await oldest()) < Date.now() - 30_000);
  const whole = await count();
  const { x, y, width, height } = await page.locator(".u-over").boundingBox();
  const asking = page.waitForRequest(/readings\/get/);
  await page.mouse.move(x + width * 0.999, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.989, y + height / 2, { steps: 4 });
  await page.mouse.up();
  const asked = new URL((await asking).url()).searchParams;
  const least = (await api(`/readings/get/?${asked}`, token)).length;
  // What is read meanwhile may be among them.
  await until("every reading of the part", 15, async () => (await count()) >= least && (await count()) <= (await api(`/readings/get/?${asked}`, token)).length);
  if (least < 5 || (await text("chart-step")) !== "") fail(`${least} readings of the part, ${await text("chart-step")}`);
  const shown = await count();
  const lines = (await saved(page, at("save-csv"))).bytes.toString().trimEnd().split("\r\n");
  const [at0, value] = lines[1].split(",");
  const exact = (await api(`/readings/get/?${asked}`, token)).find(([instant]) => Date.parse(instant) === Date.parse(at0));
  if (lines.length - 1 < shown || Number(value) !== exact?.[1]) fail(`${lines.length - 1} lines of ${shown} readings, ${lines[1]}, the API has ${exact}`);
  await at("zoom-in").click();
  await until("half of it", 15, async () => (await count()) < shown);
  await at("zoom-out").click();
  await until("the whole hour again", 15, async () => (await count()) >= whole);
  if (await at("zoom-out").isVisible()) fail("what is whole can be made whole");
}

/** A day of which half was read, then nothing, then a moment. */
async function gaps(walk, tab) {
  const { page, at, text, go } = tab;
  await page.route("**/readings/dispersed/", async (route) => {
    const { from, till, points, paramIds } = route.request().postDataJSON();
    const step = (Date.parse(till) - Date.parse(from)) / points;
    const rows = Array.from({ length: points }, (_, index) => index).filter((index) => index < points / 2 || index === Math.floor(points * 0.8));
    const row = (index) => `["${new Date(Date.parse(from) + index * step).toISOString()}",[${paramIds.map(() => LONG).join()}]]`;
    await route.fulfill({ contentType: "application/json", body: `[${rows.map(row).join()}]` });
  });
  await page.route("**/readings/min-max-range/", async (route) => {
    const { from, paramIds } = route.request().postDataJSON();
    const each = (id) => `"${id}":{"minValueOn":"${from}","minValue":${LONG},"maxValueOn":"${from}","maxValue":${LONG}}`;
    await route.fulfill({ contentType: "application/json", body: `{${paramIds.map(each).join()}}` });
  });
  await go(`/device/${walk.target.device}/param/${walk.target.id}/hours/24`);
  await until("the points of that day", 15, async () => (await text("chart-points")) === "361");
  await page.locator(".u-legend").waitFor();
  const drawn = {};
  for (const part of [0.1, 0.4, 0.6, 0.8, 0.9]) drawn[part] = await drawnAt(page, part);
  if (!drawn[0.1] || !drawn[0.4] || drawn[0.6] || !drawn[0.8] || drawn[0.9]) fail(`the curve, its gap and the lone point: ${JSON.stringify(drawn)} pixels`);
  const exact = new RegExp(`^${LONG} ms`);
  for (const cell of await at("extremes").locator("td").allTextContents()) if (!exact.test(cell)) fail(`an extreme is ${cell}`);

  // By keyboard: each reading is said, and the gap is no reading.
  await at("chart").focus();
  const said = [];
  for (const key of ["End", "ArrowLeft", "Home", "ArrowRight"]) {
    await page.keyboard.press(key);
    await until(`words for ${key}`, 5, async () => (await text("spoken")) !== said.at(-1));
    said.push(await text("spoken"));
  }
  if (new Set(said).size !== 4 || !said.every((words) => words.endsWith(` ${LONG} ms`))) fail(`what arrow keys say: ${said.join(" | ")}`);

  const table = at("history-table");
  await table.locator("summary").focus();
  await page.keyboard.press("Enter");
  await until("the table", 5, async () => (await table.locator("tbody tr").count()) === 362);
  if ((await table.locator("tr.gap").count()) !== 1) fail("the table has no row, or several, for the gap");
  await shows(table.locator("tr.gap td"), "words for the gap", "no readings");
  const first = await table.locator("tbody td").first().textContent();
  if (first !== `${LONG} ms`) fail(`the table says ${first}`);
  await tab.checkAccess("history");
  await tab.checkWidth("history");
  await tab.shot("history");
  await page.unroute("**/readings/min-max-range/");
  await page.unroute("**/readings/dispersed/");

  // A failure is told where the curve would be.
  await page.route("**/readings/dispersed/", (route) => route.fulfill({ status: 404, json: { errorCode: "InternalServerError", errorMessage: "a test" } }));
  await at("hours-720").click();
  await shows(page.locator("main .error"), "why there is no curve", /The server failed.*a test/);
  await page.unroute("**/readings/dispersed/");
  await go("");
}

/** `readingReportUrl` of the API. */
async function report(walk, { page, ready, text }) {
  const { url, api, token, target, paramOf } = walk;
  const { readingReportUrl, name } = await api(`/param/${target.id}/dashboard-widget-data/`, token);
  await page.goto(url + readingReportUrl);
  await ready();
  await shows(page.locator("#content h1"), "the history's name", name);
  if (!page.url().endsWith(`/compare/${target.id}/hours/24`)) fail(`the path opens ${page.url()}`);
  await until("points of the history", 15, async () => Number(await text("chart-points")) > 0);
  await page.goto(`${url}/manage/reports/readings/?paramIds=${target.id},${paramOf("MODE").id}`);
  await ready();
  await shows(page.locator("#content h1"), "a history of two", "Comparison");
  for (const ids of ["999999", "", "abc"]) {
    await page.goto(`${url}/manage/reports/readings/?paramIds=${ids}`);
    await shows(page.getByTestId("gone"), `words for \`${ids}\``, /does not exist/);
  }
  await page.goto(url);
  await ready();
}

/** From the panel of the walk's parameter. */
export async function history(walk, tab) {
  const go = (route) => tab.go(`org/${walk.org.orgId}${route}`);
  await go(`/device/${walk.target.device}/param/${walk.target.id}`);
  await real(walk, { ...tab, go });
  await go(`/device/${walk.target.device}/param/${walk.target.id}`);
  await closer(walk, { ...tab, go });
  await go(`/device/${walk.target.device}/param/${walk.target.id}`);
  await gaps(walk, { ...tab, go });
  await report(walk, tab);
}
