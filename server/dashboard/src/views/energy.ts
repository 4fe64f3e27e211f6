// Trees of sensors: what each branch used, beside the time before, and one branch's history.
import { formatNumber } from "parabus-wasm";
import type { Bar } from "../bars.ts";
import { h, replaceKeepingFocus, setText } from "../dom.ts";
import { askEnergy, askUsed, ENERGY_SPANS, type Energy, type EnergyRow, type EnergySpan, type Used, type Windows } from "../energy.ts";
import { explain } from "../errors.ts";
import { exportButtons, type Cell, type Sheet } from "../export.ts";
import type { EnergyTree, Plant } from "../plant.ts";
import { link, type Route } from "../route.ts";
import { currentLang, moment, word } from "../words.ts";
import type { View } from "./view.ts";

const AGAIN_MS = 60_000;

const number = (text: string, most: number, least = 0): string => formatNumber(text, { lang: currentLang(), minFraction: least, maxFraction: most });
const kilowatt = (text: string | null): string => (text === null ? "—" : `${number(text, 2)} kW`);
const kilowattHour = (text: string | null): string => (text === null ? "—" : `${number(text, Math.abs(Number(text)) < 100 ? 2 : 0)} kWh`);
/** The API says 0 where no price is known, and where nothing was used. */
const euro = (text: string | null): string => (text === null || Number(text) === 0 ? "—" : `${number(text, 2, 2)} €`);
const percent = (part: number): string => `${number(part.toFixed(1), 1)} %`;

const WINDOWS = [["day", "lastDay"], ["week", "lastWeek"], ["month", "lastMonth"]] as const;

/** How much more than before, with its sign. */
function change([last, before]: readonly [string, string]): HTMLElement | undefined {
  if (Number(before) === 0) return undefined;
  const more = (Number(last) / Number(before) - 1) * 100;
  const sign = more > 0 ? "▲ +" : more < 0 ? "▼ −" : "= ";
  const title = `${word("before")}: ${kilowattHour(before)}`;
  return h("small", { class: `where trend ${more > 0 ? "more" : more < 0 ? "less" : ""}`, title }, `${sign}${percent(Math.abs(more))}`, h("span", { class: "spoken" }, ` ${title}`));
}

function cells({ power, windows }: EnergyRow, whole: Windows): HTMLElement[] {
  const used = WINDOWS.map(([key]) => h("td", { class: "value" }, kilowattHour(windows[key][0]), change(windows[key])));
  const all = Number(whole.day[0]);
  const share = all > 0 ? percent((Number(windows.day[0]) / all) * 100) : "—";
  return [h("td", { class: "value" }, kilowatt(power)), ...used, h("td", { class: "value" }, share)];
}

function facts(energy: Energy): HTMLElement {
  const [whole] = energy.rows;
  const entry = (name: string, text: string, id: string) => h("div", {}, h("dt", {}, name), h("dd", { "data-testid": id }, text));
  const costs = WINDOWS.map(([key, name]) => entry(`${word("cost")}, ${word(name)}`, euro(energy.costs[key]), `cost-${key}`));
  return h("dl", { class: "facts" }, entry(word("powerNow"), kilowatt(whole?.power ?? null), "power-now"), ...costs);
}

/** The rows as a file has them. */
function sheetOf({ name, rows, costs }: Energy): Sheet {
  const used = WINDOWS.flatMap(([, key]) => [`${word(key)}, kWh`, `${word(key)}, ${word("before")}, kWh`]);
  const heads = [word("branch"), `${word("powerNow")}, kW`, ...used, ...WINDOWS.map(([, key]) => `${word("cost")}, ${word(key)}, EUR`)];
  // Only of the whole tree the costs are known.
  const costOf = ({ branch }: EnergyRow, key: keyof Windows): Cell => (branch === undefined ? { number: costs[key] } : null);
  const figure = (text: string | null): Cell => (text === null ? null : { number: text });
  return { name, heads, rows: rows.map((row) => [row.name, figure(row.power), ...WINDOWS.flatMap(([key]) => row.windows[key].map(figure)), ...WINDOWS.map(([key]) => costOf(row, key))]) };
}

/** What a branch used by segments. */
function branchPart(row: EnergyRow): View {
  const place = h("div", { class: "chart", role: "img", "aria-label": `${word("energy")}: ${row.name}`, "data-testid": "energy-chart" });
  const table = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": word("asTable"), "data-testid": "energy-table" });
  const failure = h("p", { class: "error", role: "alert" });
  const spans = h("nav", { class: "spans", "aria-label": word("span") });
  let span: EnergySpan = ENERGY_SPANS[0];
  let used: Used[] = [];
  let clear: (() => void) | undefined;
  let isOpen = true;
  const links = () => ENERGY_SPANS.map((each) => h("button", { class: "quiet", type: "button", "aria-current": each === span ? "true" : undefined, click: () => choose(each), "data-testid": `energy-${each.hours}` }, word(each.key)));
  const load = async () => {
    try {
      const mine = span;
      const [{ drawBars }, found] = await Promise.all([import("../bars.ts"), askUsed(row.branch ?? "", mine)]);
      if (!isOpen || mine !== span) return;
      used = found;
      clear?.();
      clear = drawBars(place, used.map(({ start, end, energy }): Bar => ({ start, end, text: energy })), [], "kWh", kilowattHour);
      const rows = used.toReversed().map(({ start, energy, cost }) => h("tr", {}, h("th", { scope: "row" }, moment(start)), h("td", { class: "value" }, kilowattHour(energy)), h("td", { class: "value" }, euro(cost))));
      const heads = [word("time"), word("energy"), word("cost")].map((text, index) => h("th", { scope: "col", class: index > 0 ? "value" : undefined }, text));
      table.replaceChildren(h("table", {}, h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...rows)));
      setText(failure, "");
    } catch (error) {
      setText(failure, explain(error));
    }
  };
  const choose = (next: EnergySpan) => {
    span = next;
    replaceKeepingFocus(spans, ...links());
    void load();
  };
  choose(span);
  const figure = (text: string | null): Cell => (text === null ? null : { number: text });
  const sheet = (): Sheet => ({ name: row.name, heads: [word("from"), `${word("energy")}, kWh`, `${word("cost")}, EUR`], rows: used.map(({ start, energy, cost }) => [{ at: start }, figure(energy), figure(cost)]) });
  const details = h("details", {}, h("summary", {}, word("asTable")), table);
  return {
    element: h("section", { class: "card", "data-testid": "branch" }, h("h2", { id: "branch-title" }, row.name), spans, failure, place, details, exportButtons(sheet)),
    renew: () => void load(),
    close: () => {
      isOpen = false;
      clear?.();
    },
  };
}

/** One tree. */
function treePart(tree: EnergyTree, branch: string | undefined): View {
  const failure = h("p", { class: "error", role: "alert" });
  const summary = h("div");
  const till = h("p", { class: "where", "data-testid": "energy-till" });
  const table = h("div", { class: "sheet", tabindex: "0", role: "region", "aria-label": tree.name, "data-testid": "energy-rows" }, h("p", {}, word("loading")));
  const below = h("div");
  const folded = new Set<string>();
  let energy: Energy | undefined;
  let part: View | undefined;
  let isOpen = true;
  let next = Infinity;
  const isHidden = ({ parent }: EnergyRow): boolean => {
    const above = energy?.rows.find((row) => row.branch !== undefined && row.branch === parent);
    return above?.branch !== undefined && (folded.has(above.branch) || isHidden(above));
  };
  const fold = ({ branch: id, name }: EnergyRow) => {
    if (id === undefined) return undefined;
    const toggle = () => {
      if (!folded.delete(id)) folded.add(id);
      draw();
    };
    const isFolded = folded.has(id);
    return h("button", { class: "quiet fold", type: "button", "aria-expanded": String(!isFolded), "aria-label": `${word(isFolded ? "unfold" : "fold")}: ${name}`, click: toggle, "data-testid": `fold-${id}` }, isFolded ? "▸" : "▾");
  };
  const rowOf = (row: EnergyRow, whole: Windows) => {
    const id = row.branch;
    const name = id === undefined ? h("strong", {}, row.name) : h("a", { class: "name", href: link({ view: "energy", tree: tree.id, branch: id }), "aria-current": id === branch ? "true" : undefined, "data-testid": `branch-${id}` }, row.name);
    return h("tr", { "data-testid": `row-${id ?? "tree"}` }, h("th", { scope: "row", class: `depth-${Math.min(row.depth, 6)}` }, row.hasChildren && fold(row), name), ...cells(row, whole));
  };
  const draw = () => {
    const [whole] = energy?.rows ?? [];
    if (!energy || !whole) return;
    const heads = [word("powerNow"), ...WINDOWS.map(([, key]) => word(key)), `${word("share")}, ${word("lastDay")}`].map((text) => h("th", { scope: "col", class: "value" }, text));
    const rows = energy.rows.filter((row) => !isHidden(row)).map((row) => rowOf(row, whole.windows));
    replaceKeepingFocus(table, h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, word("branch")), ...heads)), h("tbody", {}, ...rows)));
    summary.replaceChildren(facts(energy));
    setText(till, `${word("upTo")} ${moment(energy.till)}`);
  };
  const load = async () => {
    next = Infinity;
    try {
      energy = await askEnergy(tree.id);
      if (!isOpen) return;
      draw();
      const chosen = energy.rows.find((row) => row.branch !== undefined && (branch === undefined || row.branch === branch));
      if (part) part.renew?.();
      else if (chosen) {
        part = branchPart(chosen);
        below.replaceChildren(part.element);
      }
      setText(failure, "");
    } catch (error) {
      setText(failure, explain(error));
    }
    next = Date.now() + AGAIN_MS;
  };
  void load();
  return {
    element: h("div", {}, failure, h("section", { class: "card" }, summary, table, till, exportButtons(() => energy && sheetOf(energy))), below),
    tick: () => {
      if (Date.now() >= next) void load();
    },
    close: () => {
      isOpen = false;
      part?.close?.();
    },
  };
}

export function energyView(plant: Plant, { tree: id, branch }: Extract<Route, { view: "energy" }>): View {
  const tree = id === undefined ? plant.trees[0] : plant.trees.find((each) => each.id === id);
  const heading = h("header", { class: "title" }, h("h1", { tabindex: "-1" }, tree?.name ?? word("energy")));
  if (!tree) return { element: h("main", { class: "content", id: "content" }, heading, h("p", { class: "where", "data-testid": "no-trees" }, word(plant.trees.length > 0 ? "gone" : "noTrees"))) };
  const others = plant.trees.length > 1 && h("nav", { class: "spans", "aria-label": word("energyTree") },
    ...plant.trees.map((each) => h("a", { class: "quiet", href: link({ view: "energy", tree: each.id }), "aria-current": each === tree ? "true" : undefined, "data-testid": `tree-${each.id}` }, each.name)));
  const part = treePart(tree, branch);
  return { ...part, element: h("main", { class: "content", id: "content" }, heading, others, part.element) };
}
