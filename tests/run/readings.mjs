// The walk through readings of several parameters: curves are chosen, seen with what was least and most, and
// saved; what has more readings than one fetches is told by segments and not cut off.
import { strFromU8, unzipSync } from "fflate";
import { until } from "./browser.mjs";
import { fail, saved, shows } from "./walk.mjs";

/** Parts of a band, as the page asks for them. */
const PARTS = 24;

/** Several are chosen by keyboard and by pointer, and one leaves. */
async function choosing(walk, { page, at, text }) {
  const [first, second] = walk.paramsOf("U").length > 1 ? walk.paramsOf("U") : walk.paramsOf("E");
  await at("readings").click();
  await shows(page.locator("#content h1"), "the heading of readings", "Readings");
  await shows(at("choose-curves"), "what is to be done", /Choose parameters/);
  await at("find").fill(first.info.name);
  await at(`join-${first.id}`).focus();
  await page.keyboard.press("Enter");
  await until("the first curve in the address", 10, () => page.url().endsWith(`/compare/${first.id}`));
  const held = await page.evaluate(() => [document.activeElement.dataset.testid, document.activeElement.value].join());
  if (held !== `find,${first.info.name}`) fail(`what one looks for is lost: ${held}`);
  await at("find").fill(second.info.name);
  await at(`join-${second.id}`).click();
  await until("both in the address", 10, () => page.url().endsWith(`/compare/${first.id},${second.id}`));
  await until("points of both", 15, async () => Number(await text("chart-points")) > 2);
  await page.locator(".u-legend").waitFor();
  if ((await at(`join-${first.id}`).count()) > 0) fail("a curve that is there is offered");
  return [first, second];
}

/** A file of both, beside the API. */
async function files({ api, token }, { page, at }, params) {
  const [csv, xlsx] = [await saved(page, at("save-csv")), await saved(page, at("save-xlsx"))];
  const [heads, ...lines] = csv.bytes.toString().trimEnd().split("\r\n");
  if (!params.every(({ info }) => heads.includes(info.name))) fail(`heads of the file: ${heads}`);
  const known = await Promise.all(params.map(({ id }) => api(`/readings/get/?paramId=${id}`, token)));
  const values = known.map((points) => new Map(points.map(([at, value]) => [Date.parse(at), value])));
  const compared = lines.map((line) => line.split(",")).filter(([time]) => values[0].has(Date.parse(time)));
  if (compared.length < 5) fail(`${compared.length} of ${lines.length} lines are readings of the API`);
  for (const [time, ...cells] of compared) {
    cells.forEach((cell, column) => {
      const want = values[column].get(Date.parse(time));
      if (cell === "" ? typeof want === "number" : Number(cell) !== want) fail(`${time}: the file has \`${cell}\`, the API ${want}`);
    });
  }
  const xml = strFromU8(unzipSync(new Uint8Array(xlsx.bytes))["xl/worksheets/sheet1.xml"]);
  const cell = compared[0].slice(1).find((text) => text !== "");
  if (!xml.includes(`<v>${Number(cell)}</v>`)) fail(`${cell} of the CSV is not in the XLSX`);
}

/** Longer spans show the least and the most by parts, as the API tells them. */
async function bands({ api, token }, { page, at }, [param]) {
  const asked = [];
  await page.route("**/readings/min-max-range/", (route) => {
    asked.push(route.request().postDataJSON());
    return route.continue();
  });
  await at("hours-24").click();
  await until("what was least and most by parts", 15, () => asked.length >= 1 + PARTS);
  await page.unroute("**/readings/min-max-range/");
  const [whole, ...unsorted] = asked;
  // All are asked for at once, and come in any order.
  const parts = unsorted.sort((one, other) => Date.parse(one.from) - Date.parse(other.from));
  if (parts[0].from !== whole.from) fail(`the band begins at ${parts[0].from}, the curve at ${whole.from}`);
  parts.slice(1).forEach(({ from }, index) => {
    if (Date.parse(from) !== Date.parse(parts[index].till) + 1) fail(`a hole in the band before ${from}`);
  });
  const found = await Promise.all([whole, ...parts].map((body) => api("/readings/min-max-range/", token, body)));
  const most = found.map((each) => each[param.id]?.maxValue ?? -Infinity);
  if (Math.max(...most.slice(1)) !== most[0]) fail(`the most by parts is ${Math.max(...most.slice(1))}, of all ${most[0]}`);
}

/** Readings without end: ten pages of them are fetched, then segments. */
async function tooMany(walk, { page, at, text, go }, [param]) {
  let pages = 0;
  await page.route(/readings\/get/, async (route) => {
    const { searchParams } = new URL(route.request().url());
    const till = Date.parse(searchParams.get("till") ?? new Date().toISOString());
    pages++;
    await route.fulfill({ json: Array.from({ length: 1000 }, (_, index) => [new Date(till - index * 100).toISOString(), index % 7]) });
  });
  await page.route("**/readings/dispersed/", async (route) => {
    const { from } = route.request().postDataJSON();
    await route.fulfill({ json: Array.from({ length: 700 }, (_, index) => [new Date(Date.parse(from) + index * 5000).toISOString(), [index % 7]]) });
  });
  await go("");
  await go(`/compare/${param.id}`);
  await until("segments instead", 20, async () => (await text("chart-points")) === "700");
  if (pages !== 10) fail(`${pages} pages of readings were asked for`);
  await shows(at("chart-step"), "what a point is", /first reading of every 5 s/);
  await page.unroute("**/readings/dispersed/");
  await page.unroute(/readings\/get/);
}

/** A table holds what a person looks through, the file all of it. */
async function longTable(walk, { page, at, text, go }, [param]) {
  await page.route(/readings\/get/, async (route) => {
    const till = Date.now();
    const isFirst = new URL(route.request().url()).searchParams.get("till") === null;
    await route.fulfill({ json: Array.from({ length: isFirst ? 1000 : 500 }, (_, index) => [new Date(till - (index + (isFirst ? 0 : 1000)) * 1000).toISOString(), index % 5]) });
  });
  await go("");
  await go(`/compare/${param.id}`);
  await until("two pages of readings", 15, async () => Number(await text("chart-points")) >= 1500);
  await at("history-table").locator("summary").click();
  await until("the newest rows", 10, async () => (await at("history-table").locator("tbody tr").count()) === 1000);
  await shows(at("history-table").locator("p"), "that there are more", /newest 1000/);
  const lines = (await saved(page, at("save-csv"))).bytes.toString().trimEnd().split("\r\n");
  if (lines.length < 1501) fail(`${lines.length} lines in the file`);
  await page.unroute(/readings\/get/);
}

/** In four languages, on a narrow screen, for everybody. */
async function everywhere({ checkAccess, checkWidth, shot, page, at, text, go }, params) {
  const said = new Set();
  for (const lang of ["pl", "ru", "ua", "en"]) {
    await at("lang").selectOption(lang);
    await go("/compare");
    said.add(await text("choose-curves"));
  }
  if (said.size !== 4) fail(`readings in four languages: ${[...said].join(", ")}`);
  await go(`/compare/${params.map(({ id }) => id).join(",")}/hours/24`);
  await page.locator(".u-legend").waitFor();
  await checkAccess("readings");
  await shot("readings");
  await page.setViewportSize({ width: 390, height: 844 });
  await checkWidth("readings, narrow");
  await shot("readings-narrow");
  await page.setViewportSize({ width: 1400, height: 900 });
  await at(`leave-${params[0].id}`).click();
  await until("the other one alone", 10, () => page.url().endsWith(`/compare/${params[1].id}/hours/24`));
}

export async function readings(walk, tab) {
  const here = { ...tab, go: (route) => tab.go(`org/${walk.org.orgId}${route}`) };
  const params = await choosing(walk, here);
  await files(walk, here, params);
  await bands(walk, here, params);
  await tooMany(walk, here, params);
  await longTable(walk, here, params);
  await everywhere(here, params);
  await here.go("");
}
