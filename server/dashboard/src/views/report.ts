// Reports: for each top branch a chart of what it counted beside the period before, and a table of all below it.
import { formatNumber } from "parabus-wasm";
import type { Bar, Part } from "../bars.ts";
import { h, setText } from "../dom.ts";
import { explain } from "../errors.ts";
import { exportButtons, type Cell, type Sheet } from "../export.ts";
import type { Plant, Report, ReportBranch } from "../plant.ts";
import { askCounted, askFormer, dateText, lengthOf, PRESETS, unitOf, withBelow, zone, type Counted, type DateRange } from "../report.ts";
import { CUTS, link, open, type Cut, type Route } from "../route.ts";
import { currentLang, currentLocale, word } from "../words.ts";
import type { View } from "./view.ts";

type ReportsRoute = Extract<Route, { view: "reports" }>;

const CUT_WORDS = { "half-hour": "byHalfHour", hour: "byHour", day: "byDay" } as const;

/** Days that a chart by this cut still shows apart. */
const MOST_DAYS: Record<Cut, number> = { "half-hour": 8, hour: 16, day: 800 };

/** Branches that are asked for together; the first ones come with the chart. */
const MOST_MORE = 20;

/** What is seen for less is scrolled past. */
const SEEN_MS = 100;

const number = (text: string): string => formatNumber(text, { lang: currentLang(), maxFraction: 3 });
const withUnit = (text: string | null, unit?: string): string => (text === null ? "—" : [number(text), unit].filter(Boolean).join(" "));
const plain = (total: number | null): string | null => (total === null ? null : String(total));

/** A table of totals: a branch, those below it, and each beside the period before. */
function totals(rows: Counted[], former: Counted[], unit?: string): HTMLElement {
  const body = rows.map(({ branch, depth, total }, index) => {
    const before = former[index]?.total ?? null;
    const more = total !== null && before !== null && before !== 0 ? (total / before - 1) * 100 : undefined;
    const difference = more === undefined ? "—" : `${more > 0 ? "▲ +" : more < 0 ? "▼ −" : "= "}${number(Math.abs(more).toFixed(1))} %`;
    return h("tr", { "data-testid": `total-${branch.id}` }, h("th", { scope: "row", class: `depth-${depth}` }, h("span", {}, branch.name)),
      h("td", { class: "value" }, withUnit(plain(total), unit)), h("td", { class: "value" }, withUnit(plain(before), unit)), h("td", { class: "value trend" }, difference));
  });
  const heads = [word("branch"), word("total"), word("formerRange"), word("difference")].map((text, index) => h("th", { scope: "col", class: index > 0 ? "value" : undefined }, text));
  return h("table", {}, h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...body));
}

/** The values by segments, as a file and a screen reader have them. */
function sheetOf(name: string, rows: Counted[], unit?: string): Sheet {
  const heads = [word("from"), ...rows.map(({ branch }) => (unit ? `${branch.name}, ${unit}` : branch.name))];
  const figure = (text: string | null | undefined): Cell => (typeof text === "string" ? { number: text } : null);
  const times = rows[0]?.values.map(([at]) => at) ?? [];
  return { name, heads, rows: times.map((at, index) => [{ at }, ...rows.map(({ values }) => figure(values[index]?.[1]))]) };
}

/** One top branch; it and those below it are asked for as they come near to being seen. */
function chartPart(report: Report, branch: ReportBranch, range: DateRange, cut: Cut): View {
  const unit = unitOf(report, branch);
  const place = h("div", { class: "chart", role: "img", "aria-label": `${branch.name}: ${word(CUT_WORDS[cut])}`, "data-testid": `chart-${branch.id}` });
  const table = h("div", { class: "sheet", tabindex: "0", role: "region", "aria-label": `${word("total")}: ${branch.name}` });
  const end = h("p", {}, word("loading"));
  const values = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": word("asTable") });
  const failure = h("p", { class: "error", role: "alert" });
  const below = withBelow(report, branch);
  const [rows, former]: [Counted[], Counted[]] = [[], []];
  let clear: (() => void) | undefined;
  /** Asks for the next branches and draws all that are known; whether there were any. */
  const more = async (signal: AbortSignal): Promise<boolean> => {
    const known = rows.length;
    const next = below.slice(known, known + MOST_MORE);
    if (next.length === 0) return false;
    setText(end, word("loading"));
    const each = (ask: typeof askCounted) => Promise.all(next.map(([branch, depth]) => ask(branch, depth, range, cut, signal)));
    try {
      const [{ drawBars }, now, earlier] = await Promise.all([import("../bars.ts"), each(askCounted), each(askFormer)]);
      if (signal.aborted) return false;
      // Two files may have asked for the same.
      if (rows.length > known) return true;
      rows.push(...now);
      former.push(...earlier);
      const [own, before] = [rows[0], former[0]];
      const ends = own?.values.slice(1).map(([at]) => at) ?? [];
      const bars = own?.values.map(([start, text], index): Bar => ({ start, end: ends[index] ?? start + (start - (own.values[index - 1]?.[0] ?? start - 3_600_000)), text, before: before?.values[index]?.[1] ?? null })) ?? [];
      clear?.();
      const parts = unit === undefined ? [] : rows.filter(({ depth }) => depth === 1).map(({ branch: { name }, values }): Part => ({ name, texts: values.map(([, text]) => text) }));
      clear = drawBars(place, bars, own?.levels ?? [], branch.name, (text) => withUnit(text, unit), parts);
      table.replaceChildren(own?.total === null ? h("p", { class: "where" }, word("nothingCounted")) : totals(rows, former, unit));
      const moment = new Intl.DateTimeFormat(currentLocale(), cut === "day" ? { dateStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" });
      const lines = (own?.values ?? []).map(([at, text]) => h("tr", {}, h("th", { scope: "row" }, moment.format(at)), h("td", { class: "value" }, withUnit(text, unit))));
      values.replaceChildren(h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, word("time")), h("th", { scope: "col", class: "value" }, unit ?? word("value")))), h("tbody", {}, ...lines)));
      setText(failure, "");
      setText(end, "");
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      setText(failure, explain(error));
      setText(end, "");
      return false;
    }
  };
  let seen: AbortController | undefined;
  const observer = new IntersectionObserver(async (entries) => {
    seen?.abort();
    if (!entries.at(-1)?.isIntersecting) return;
    seen = new AbortController();
    const { signal } = seen;
    await new Promise((done) => setTimeout(done, SEEN_MS));
    if (signal.aborted || !(await more(signal)) || rows[0]?.total === null) return;
    // Whether the end is still seen is told anew.
    observer.unobserve(end);
    observer.observe(end);
  }, { rootMargin: "50%" });
  observer.observe(end);
  const closed = new AbortController();
  /** A file has all branches. */
  const whole = async () => {
    observer.disconnect();
    seen?.abort();
    while (await more(closed.signal));
    return rows.length === below.length ? sheetOf(`${report.name} ${branch.name}`, rows, unit) : undefined;
  };
  const element = h("section", { class: "card", "data-testid": `branch-${branch.id}` }, h("h2", {}, branch.name, branch.category && h("small", {}, ` · ${branch.category}`)),
    failure, place, table, end, h("details", {}, h("summary", {}, word("asTable")), values), exportButtons(whole));
  return {
    element,
    close: () => {
      observer.disconnect();
      seen?.abort();
      closed.abort();
      clear?.();
    },
  };
}

/** What is shown: dates, how they are cut, and ranges that people often want. */
function controls(route: ReportsRoute, report: Report, range: DateRange, cut: Cut): HTMLElement {
  const go = (next: Partial<ReportsRoute>) => open({ ...route, report: report.id, segment: cut, ...range, ...next, view: "reports" });
  const field = (name: "from" | "till") => {
    const change = (event: Event) => {
      const { value } = event.target as HTMLInputElement;
      if (value) go({ [name]: value });
    };
    return h("label", { class: "field" }, word(name), h("input", { type: "date", value: range[name], min: name === "till" ? range.from : undefined, change, "data-testid": `report-${name}` }));
  };
  const choose = (event: Event) => go({ segment: (event.target as HTMLSelectElement).value as Cut });
  const cuts = CUTS.map((each) => h("option", { value: each, selected: each === cut, disabled: lengthOf(range) > MOST_DAYS[each] }, word(CUT_WORDS[each])));
  const today = dateText(new Date());
  const presets = (Object.keys(PRESETS) as (keyof typeof PRESETS)[]).map((key) => {
    const wanted = PRESETS[key](today);
    const isHere = wanted.from === range.from && wanted.till === range.till;
    return h("a", { class: "quiet", href: link({ ...route, report: report.id, segment: fitting(wanted), ...wanted }), "aria-current": isHere ? "true" : undefined, "data-testid": `preset-${key}` }, word(key));
  });
  return h("section", { class: "card" }, h("nav", { class: "spans", "aria-label": word("span") }, ...presets),
    h("div", { class: "row fields" }, field("from"), field("till"), h("label", { class: "field" }, word("cutBy"), h("select", { change: choose, "data-testid": "report-cut" }, ...cuts))),
    h("p", { class: "where" }, zone()));
}

/** A cut by which a range is seen well. */
const fitting = (range: DateRange): Cut => (lengthOf(range) <= 2 ? "hour" : "day");

export function reportsView(plant: Plant, route: ReportsRoute): View {
  const report = route.report === undefined ? plant.reports[0] : plant.reports.find(({ id }) => id === route.report);
  const heading = h("header", { class: "title" }, h("h1", { tabindex: "-1" }, report?.name ?? word("reports")));
  if (!report) return { element: h("main", { class: "content", id: "content" }, heading, h("p", { class: "where", "data-testid": "no-reports" }, word(plant.reports.length > 0 ? "gone" : "noReports"))) };
  const week = PRESETS.thisWeek(dateText(new Date()));
  const from = route.from ?? week.from;
  const till = route.till ?? (route.from === undefined ? week.till : route.from);
  const range = from <= till ? { from, till } : { from: till, till: from };
  const cut = route.segment && lengthOf(range) <= MOST_DAYS[route.segment] ? route.segment : fitting(range);
  const others = plant.reports.length > 1 && h("nav", { class: "spans", "aria-label": word("reports") },
    ...plant.reports.map((each) => h("a", { class: "quiet", href: link({ ...route, report: each.id }), "aria-current": each === report ? "true" : undefined, "data-testid": `report-${each.id}` }, each.name)));
  const charts = report.branches.filter(({ parent }) => parent === undefined).map((branch) => chartPart(report, branch, range, cut));
  return {
    element: h("main", { class: "content", id: "content" }, heading, others, controls(route, report, range, cut), ...charts.map(({ element }) => element)),
    close: () => charts.forEach((chart) => chart.close?.()),
  };
}
