// The walk through energy trees and reports: figures as the API tells them, branches that fold, ranges in the
// address, and files that hold what is shown.
import { strFromU8, unzipSync } from "fflate";
import { until } from "./browser.mjs";
import { fail, saved, shows } from "./walk.mjs";

const LANGS = { pl: "Energia", ru: "Энергия", ua: "Енергія", en: "Energy" };

/** A tree of three feeders, of which two are the workshop's. */
async function plantTree({ api, token, org, paramOf }) {
  const deviceId = Number(paramOf("E3").device);
  const { treeId } = await api("/gsense/hierarchy/tree/create/", token, { orgId: org.orgId, name: "Feeders" });
  const branch = async (name, parentBranchId) => (await api(`/gsense/hierarchy/tree/${treeId}/branch/create/`, token, { name, parentBranchId })).branchId;
  const works = await branch("Works");
  const [bakery, workshop] = [await branch("Bakery", works), await branch("Workshop", works)];
  for (const [branchId, sensorIdx, name] of [[bakery, 0, "Ovens"], [workshop, 1, "Lighting"], [workshop, 2, "Compressors"]]) await api(`/gsense/hierarchy/tree/${treeId}/sensor/create/`, token, { branchId, deviceId, sensorIdx, name, isThreePhase: false });
  return { treeId, works, bakery, workshop };
}

const numbersOf = (texts) => texts.map((text) => parseFloat(text.replace(/[^\d.-]/g, "")));

/** Figures on the page beside those of the API, which go on every minute. */
async function figures({ api, token }, { at }, { treeId, works, workshop }) {
  const cells = (row) => at(`row-${row}`).locator("td").allTextContents();
  await until("energy of the works", 90, async () => numbersOf((await cells(works).catch(() => [])).slice(1, 2))[0] > 0);
  await until("figures as the API tells them", 30, async () => {
    const { rows } = await api(`/gsense/aggregation/tree/${treeId}/branches-energy/`, token);
    const row = rows.find(({ branchId }) => branchId === workshop);
    return numbersOf((await cells(workshop)).slice(1, 4)).every((shown) => Math.abs(shown - row.energyKwhLast24h) < 0.006);
  });
  const [whole, own] = [numbersOf(await cells("tree")), numbersOf(await cells(works))];
  if (whole.join() !== own.join()) fail(`the tree shows ${whole.join()}, its only branch ${own.join()}`);
  if (own[4] !== 100) fail(`the share of all is ${own[4]} %`);
}

/** Beside the time before, with its sign, and what it cost; on a narrow screen, too. */
async function changes({ api, token }, { page, at, text, go, checkWidth }, { treeId, workshop }) {
  const root = await api(`/gsense/aggregation/tree/${treeId}/root-energy/`, token);
  const figures = { energyKwhLast24h: 1200.5, energyKwhPrev24h: 600.25, energyKwhLast7d: 3000, energyKwhPrev7d: 6000, energyKwhLast30d: 5000, energyKwhPrev30d: 0 };
  const reply = (route, body) => route.fulfill({ contentType: "application/json", body: JSON.stringify(body) });
  await page.route("**/branches-energy/", (route) => reply(route, { rows: [{ branchId: workshop, ...figures }] }));
  await page.route("**/root-energy/", (route) => reply(route, { ...root, ...figures, costEurLast24h: 171.2034, costEurLast7d: 0 }));
  await go("");
  await go(`/energy/${treeId}/branch/${workshop}`);
  const used = () => at(`row-${workshop}`).locator("td.value").allTextContents();
  await until("more and less than before", 15, async () => {
    const [, day = "", week = "", month = ""] = await used().catch(() => []);
    return day.includes("▲ +100 %") && day.includes("before: 600 kWh") && week.includes("▼ −50 %") && month === "5,000 kWh";
  }).catch(async (error) => fail(`${error.message}: ${(await used()).join("|")}`));
  if ((await text("cost-day")) !== "171.20 €" || (await text("cost-week")) !== "—") fail(`costs: ${await text("cost-day")}, ${await text("cost-week")}`);
  const lines = (await saved(page, at("save-csv").first())).bytes.toString().split("\r\n");
  if (!lines[1].startsWith("Feeders,") || !lines[1].includes(",171.2034,0,")) fail(`the CSV lacks costs: ${lines[1]}`);
  await page.setViewportSize({ width: 390, height: 844 });
  await checkWidth("energy beside the time before, narrow");
  await page.setViewportSize({ width: 1400, height: 900 });
  await page.unroute("**/branches-energy/");
  await page.unroute("**/root-energy/");
}

async function trees(walk, tab) {
  const { page, at, go, checkAccess, checkWidth, shot } = tab;
  const tree = await plantTree(walk);
  await at("energy").click();
  await figures(walk, tab, tree);
  await at(`fold-${tree.works}`).focus();
  await page.keyboard.press("Enter");
  if ((await at(`row-${tree.bakery}`).count()) !== 0) fail("a folded branch shows what is below it");
  if ((await at(`fold-${tree.works}`).getAttribute("aria-expanded")) !== "false") fail("nothing says that the branch is folded");
  await page.keyboard.press("Enter");
  await at(`branch-${tree.workshop}`).click();
  await shows(at("branch").locator("h2"), "the branch of the chart", "Workshop");
  if (!page.url().endsWith(`/energy/${tree.treeId}/branch/${tree.workshop}`)) fail(`the branch is not in the address: ${page.url()}`);
  await at("energy-168").click();
  await until("the other span", 10, async () => (await at("energy-168").getAttribute("aria-current")) === "true");

  const file = await saved(page, at("save-csv").first());
  const lines = file.bytes.toString().trimEnd().split("\r\n");
  if (file.name !== "Feeders.csv" || lines.length !== 5 || !lines[0].startsWith("Branch,")) fail(`${file.name}: ${lines.join(" | ")}`);
  const sheet = await saved(page, at("save-xlsx").first());
  const xml = strFromU8(unzipSync(new Uint8Array(sheet.bytes))["xl/worksheets/sheet1.xml"]);
  const exact = lines[1].split(",")[2];
  if (!xml.includes(`<v>${Number(exact)}</v>`)) fail(`${exact} of the CSV is not in the XLSX`);

  for (const [lang, name] of Object.entries(LANGS)) {
    await at("lang").selectOption(lang);
    await shows(at("energy"), `energy in ${lang}`, name);
    await until(`the table in ${lang}`, 10, async () => (await at(`row-${tree.works}`).count()) === 1);
  }
  await checkAccess("energy");
  await shot("energy");
  await page.setViewportSize({ width: 390, height: 844 });
  await checkWidth("energy, narrow");
  await shot("energy-narrow");
  await page.setViewportSize({ width: 1400, height: 900 });
  await changes(walk, tab, tree);
  await go("");
}

const midnight = (date) => Date.parse(`${date}T00:00`);

/** What a branch counts, by days: the supply 10, 11, … kWh, the workshop 4 less, and half of it in the period before. */
async function countedDays(page, names, split) {
  await page.route("**/chart-data/", async (route) => {
    const { fromDateStr, tillDateStr, segment } = route.request().postDataJSON();
    const id = route.request().url().split("/").at(-3);
    const step = segment === "day" ? 86_400_000 : segment === "hour" ? 3_600_000 : 1_800_000;
    const [from, till] = [midnight(fromDateStr), midnight(tillDateStr)];
    const values = Array.from({ length: Math.round((till - from) / step) }, (_, index) => {
      const supply = (10 + index) * (fromDateStr < split ? 0.5 : 1);
      const value = { Works: supply + supply - 4, Supply: supply, Workshop: supply - 4 }[names.get(id)];
      return `["${new Date(from + index * step).toISOString()}",${index === 1 ? "null" : value.toFixed(2)}]`;
    });
    await route.fulfill({ contentType: "application/json", body: `{"branchId":"${id}","name":"${names.get(id)}","borders":"20; 30:#c00","values":[${values.join()}]}` });
  });
}

async function reports(walk, tab) {
  const { api, token, org, paramsOf } = walk;
  const { page, at, text, go, checkAccess, checkWidth, shot } = tab;
  const [works, supply, workshop] = Array.from({ length: 3 }, () => crypto.randomUUID());
  const [first, second] = paramsOf("E").map(({ id }) => Number(id));
  const branches = [{ id: works, name: "Works", borders: "20; 30:#c00", category: "Electricity" }, { id: supply, parentBranchId: works, name: "Supply", value: { paramId: first } }, { id: workshop, parentBranchId: works, name: "Workshop", value: { paramId: second } }];
  const { reportId } = await api(`/org/${org.orgId}/resource-report/create/`, token, { name: "Electricity", branches });
  await at("reports").click();
  // As it is: nobody has counted a whole segment of this plant yet, or some have.
  await until("an answer of the API", 15, async () => (await page.locator(`[data-testid="total-${works}"], [data-testid="branch-${works}"] p.where`).count()) > 0);
  await shows(page.locator("#content h1"), "the report", "Electricity");

  await countedDays(page, new Map([[works, "Works"], [supply, "Supply"], [workshop, "Workshop"]]), "2026-03-23");
  await go(`/reports/${reportId}/by/day/from/2026-03-23/till/2026-03-29`);
  const cells = (id) => at(`total-${id}`).locator("td").allTextContents();
  // 10 + 12 + 13 + 14 + 15 + 16 kWh, as nothing is known of the second day.
  await until("totals", 15, async () => (await cells(supply).catch(() => []))[0] === "80 kWh");
  if ((await cells(supply)).join("|") !== "80 kWh|40 kWh|▲ +100 %") fail(`totals: ${(await cells(supply)).join("|")}`);
  if ((await cells(works))[0] !== "136 kWh") fail(`the sum of both: ${(await cells(works)).join("|")}`);
  if ((await page.locator(`[data-testid="chart-${works}"] .u-legend tr`).count()) !== 7) fail("bars, their two parts, the period before and two levels are to be drawn");
  await at("report-cut").selectOption("hour");
  await until("hours in the address", 10, () => page.url().includes(`/by/hour/from/2026-03-23/till/2026-03-29`));
  await at("report-till").fill("2026-03-24");
  await until("the other date in the address", 10, () => page.url().endsWith("/from/2026-03-23/till/2026-03-24"));
  await until("hours", 10, async () => /^9 /.test((await text("report-cut").catch(() => "")) ?? "") || (await at(`total-${works}`).count()) === 1);

  await go(`/reports/${reportId}/by/day/from/2026-03-23/till/2026-03-29`);
  await until("totals again", 15, async () => (await cells(supply).catch(() => []))[0] === "80 kWh");
  const file = await saved(page, at("save-csv"));
  const lines = file.bytes.toString().trimEnd().split("\r\n");
  if (lines.length !== 8 || lines[0] !== 'From,"Works, kWh","Supply, kWh","Workshop, kWh"') fail(`${file.name}: ${lines.join(" | ")}`);
  if (lines[1] !== `${new Date(midnight("2026-03-23")).toISOString()},16.00,10.00,6.00` || !lines[2].endsWith("Z,,,")) fail(`the CSV has other values: ${lines[1]} | ${lines[2]}`);
  const sheet = await saved(page, at("save-xlsx"));
  const xml = strFromU8(unzipSync(new Uint8Array(sheet.bytes))["xl/worksheets/sheet1.xml"]);
  if (!xml.includes("<v>16</v>")) fail("the XLSX lacks a value");
  await checkAccess("reports");
  await shot("reports");
  await page.setViewportSize({ width: 390, height: 844 });
  await checkWidth("reports, narrow");
  await shot("reports-narrow");
  await page.setViewportSize({ width: 1400, height: 900 });
  await page.unroute("**/chart-data/");

  // The third of seven days goes on: the period before counts 5 kWh of its first day, nothing of its second, and
  // of its third the half hours up to this one.
  const day = (days) => {
    const noon = new Date(new Date().setHours(12) + days * 86_400_000);
    return [noon.getFullYear(), noon.getMonth() + 1, noon.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  };
  const upToNow = () => {
    const begun = Math.floor((Date.now() - midnight(day(0))) / 1_800_000) + 1;
    const known = Array.from({ length: begun }, (_, index) => (index === 1 ? 0 : (10 + index) / 2));
    return `${(5 + known.reduce((sum, each) => sum + each)).toLocaleString("en")} kWh`;
  };
  await countedDays(page, new Map([[works, "Works"], [supply, "Supply"], [workshop, "Workshop"]]), day(-2));
  await go(`/reports/${reportId}/by/day/from/${day(-2)}/till/${day(4)}`);
  const wanted = [upToNow()];
  await until("a range that goes on", 15, async () => {
    const [total, before] = await cells(supply).catch(() => []);
    return total === "80 kWh" && [...wanted, upToNow()].includes(before);
  }).catch(async (error) => fail(`${error.message}: ${(await cells(supply)).join("|")}, not ${wanted}`));
  await page.unroute("**/chart-data/");
  await at("preset-today").click();
  await until("today in the address", 10, () => page.url().includes("/from/2"));
  await go("");
}

export async function energy(walk, tab) {
  await trees(walk, tab);
  await reports(walk, tab);
}
