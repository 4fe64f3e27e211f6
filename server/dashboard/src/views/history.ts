// The history of parameters: curves over a span that one chooses, lowest and highest values, and all of
// it as a table.
import type { Chart } from "../chart.ts";
import { h, setText } from "../dom.ts";
import { explain } from "../errors.ts";
import { exportButtons, type Cell, type Sheet } from "../export.ts";
import { askBands, askExtremes, askHistory, closer, isGap, rangeOf, SPANS, spanOf, type Curve, type Extreme, type History } from "../history.ts";
import { isText, type Param, type Plant } from "../plant.ts";
import { link, type Route } from "../route.ts";
import { currentLocale, moment, span as lengthOf, word } from "../words.ts";
import type { View } from "./view.ts";

/** What is true of the last hour is asked for again so often, and longer spans by their segments. */
const AGAIN_MS = 60_000;

/** After a fault. */
const RETRY_MS = 10_000;

/** Rows that a person looks through; a file has all of them. */
const MOST_ROWS = 1000;

/** No closer look is of use. */
const LEAST_MS = 1000;

const spanText = (hours: number): string => (hours > 24 ? `${hours / 24} ${word("day")}` : `${hours} ${word("hour")}`);

function spanLinks(here: number, to: (hours: number) => Route): HTMLElement {
  const links = SPANS.map(({ hours }) => h("a", { class: "quiet", href: link(to(hours)), "aria-current": hours === here ? "true" : undefined, "data-testid": `hours-${hours}` }, spanText(hours)));
  return h("nav", { class: "spans", "aria-label": word("span") }, ...links);
}

function extremeCell(plant: Plant, param: Param, extreme?: Extreme): HTMLElement {
  return h("td", {}, extreme ? plant.format(param, extreme.text) : "—", extreme && h("small", { class: "where" }, moment(extreme.at)));
}

/** Devices have parameters of the same name. */
function deviceMark(plant: Plant, { deviceId }: Param, curves: Curve[]): HTMLElement | undefined {
  return curves.length > 1 ? h("small", { class: "where" }, ` ${plant.devices.get(deviceId)?.name ?? ""}`) : undefined;
}

function extremesTable(plant: Plant, { curves }: History): HTMLElement {
  const rows = curves.map(({ param, extremes }) => h("tr", {}, h("th", { scope: "row", class: curves.length === 1 ? "spoken" : undefined }, param.info?.name ?? "", deviceMark(plant, param, curves)), extremeCell(plant, param, extremes?.least), extremeCell(plant, param, extremes?.most)));
  const heads = (["lowest", "highest"] as const).map((key) => h("th", { scope: "col", class: "where" }, word(key)));
  return h("table", { class: "extremes", "data-testid": "extremes" }, h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "spoken" }, word("parameter")), ...heads)), h("tbody", {}, ...rows));
}

/** Newest first; a row of its own says where nothing was read. */
function historyTable(plant: Plant, { curves, span }: History): HTMLElement[] {
  const at = new Intl.DateTimeFormat(currentLocale(), { dateStyle: "medium", timeStyle: "medium" });
  const texts = curves.map(({ points }) => new Map(points.map(({ at, text }) => [at, text])));
  const all = timesOf(texts).reverse();
  const times = all.slice(0, MOST_ROWS);
  const holdMs = Math.max(...curves.map(({ param }) => param.holdMs ?? Infinity));
  const rows = times.flatMap((time, index) => {
    const cells = curves.map(({ param }, curve) => {
      const text = texts[curve]?.get(time);
      return h("td", { class: "value" }, typeof text === "string" ? plant.format(param, text) : "—");
    });
    const row = h("tr", {}, h("th", { scope: "row" }, at.format(time)), ...cells);
    const before = times[index + 1];
    if (before === undefined || !isGap(before, time, span, holdMs)) return [row];
    const nothing = h("td", { class: "value bad", colspan: String(curves.length) }, word("noReadings"));
    return [row, h("tr", { class: "gap" }, h("th", { scope: "row" }, at.formatRange(before + span.stepMs, time)), nothing)];
  });
  const heads = [h("th", { scope: "col" }, word("time")), ...curves.map(({ param }) => h("th", { scope: "col", class: "value" }, param.info?.name ?? "", deviceMark(plant, param, curves)))];
  const table = h("table", {}, h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...rows));
  return all.length > MOST_ROWS ? [h("p", { class: "where" }, word("newestRows").replace("{}", String(MOST_ROWS))), table] : [table];
}

/** Every instant at which something was read, oldest first. */
const timesOf = (texts: Map<number, string | null>[]): number[] => [...new Set(texts.flatMap((each) => [...each.keys()]))].sort((one, other) => one - other);

/** Oldest first, with every digit. */
function sheetOf(plant: Plant, name: string, { curves }: History): Sheet {
  const texts = curves.map(({ points }) => new Map(points.map(({ at, text }) => [at, text])));
  const figure = (text: string | null | undefined): Cell => (typeof text === "string" ? { number: text } : null);
  const deviceOf = ({ deviceId }: Param) => curves.length > 1 && plant.devices.get(deviceId)?.name;
  const heads = [word("time"), ...curves.map(({ param }) => [param.info?.name, deviceOf(param), param.unit].filter(Boolean).join(", "))];
  return { name, heads, rows: timesOf(texts).map((at) => [{ at }, ...texts.map((each) => figure(each.get(at)))]) };
}

/** Of parameters with numbers; `to` is the address of another span. */
export function historyPart(plant: Plant, params: Param[], hours: number | undefined, to: (hours: number) => Route, size = ""): View {
  const drawn = params.filter((param) => !isText(param));
  if (drawn.length === 0) return { element: h("p", { class: "where", "data-testid": "no-curve" }, word("noCurve")) };
  const span = spanOf(hours);
  const count = h("span", { "data-testid": "chart-points" }, "0");
  const step = h("span", { "data-testid": "chart-step" });
  const failure = h("p", { class: "error", role: "alert" });
  const names = drawn.map(({ info }) => info?.name ?? "").join(", ");
  const place = h("div", { class: `chart ${size}`, tabindex: "0", role: "group", "aria-label": `${word("curve")}: ${names}. ${word("curveKeys")}`, "data-testid": "chart" });
  const extremes = h("div");
  const table = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": word("asTable") });
  const details = h("details", { "data-testid": "history-table" }, h("summary", {}, word("asTable")), table);

  let history: History | undefined;
  let chart: Chart | undefined;
  let isOpen = true;
  /** When it is asked for again, and how; not while a reply is on its way. */
  let next = Infinity;
  let again: () => unknown;
  /** A part of the span that one looks at more closely. */
  let part: [from: number, till: number] | undefined;
  const tell = () => {
    if (!history || !chart) return;
    chart.show(history);
    const { stepMs } = history.span;
    setText(step, stepMs > 0 ? ` · ${word("firstOfEach").replace("{}", lengthOf(stepMs / 1000))}` : "");
    setText(count, String(history.curves.reduce((sum, { points }) => sum + points.length, 0)));
  };
  const tellMore = () => {
    if (!history) return;
    extremes.replaceChildren(extremesTable(plant, history));
    if (details.open) table.replaceChildren(...historyTable(plant, history));
  };
  details.addEventListener("toggle", tellMore);
  const load = async () => {
    next = Infinity;
    try {
      // The curves' code comes only when a curve is wanted.
      const mine = part;
      const close = mine && closer(drawn, mine);
      const [{ Chart }, found] = await Promise.all([import("../chart.ts"), close ? askHistory(drawn, close.span, close.range) : askHistory(drawn, span)]);
      if (!isOpen || mine !== part) return;
      chart ??= new Chart(place, plant, drawn, look);
      history = found;
      tell();
      tellMore();
      setText(failure, "");
      await askBands(found);
      if (isOpen && history === found) tell();
    } catch (error) {
      setText(failure, explain(error));
      next = Date.now() + RETRY_MS;
      again = load;
      return;
    }
    // Of the last hour the stream tells the rest.
    const known = history?.span.stepMs === 0 ? history : undefined;
    again = known ? () => loadExtremes(known) : load;
    next = part ? Infinity : Date.now() + Math.max(span.stepMs, AGAIN_MS);
  };
  const look = (range?: [from: number, till: number]) => {
    part = range;
    whole.hidden = !part;
    void load();
  };
  /** The middle half of what is seen. */
  const half = () => {
    if (!history) return;
    const quarter = (history.till - history.from) / 4;
    if (quarter >= LEAST_MS) look([Math.round(history.from + quarter), Math.round(history.till - quarter)]);
  };
  const whole = h("button", { class: "secondary", type: "button", hidden: true, click: () => look(), "data-testid": "zoom-out" }, word("wholeSpan"));
  place.addEventListener("dblclick", () => part && look());
  const loadExtremes = async (known: History) => {
    next = Infinity;
    await askExtremes(known.curves, rangeOf(span)).catch(console.error);
    if (isOpen) tellMore();
    next = Date.now() + AGAIN_MS;
  };
  void load();

  return {
    element: h("div", {}, spanLinks(span.hours, to),
      h("p", { class: "where" }, `${word("points")}: `, count, step),
      failure, place, h("div", { class: "row after" }, h("button", { class: "secondary", type: "button", click: half, "data-testid": "zoom-in" }, word("closer")), whole),
      extremes, details, exportButtons(() => history && sheetOf(plant, names, history))),
    readings: (ids) => {
      if (!history || part || history.span.stepMs > 0 || !drawn.some(({ paramId }) => ids.includes(paramId))) return;
      [history.from, history.till] = rangeOf(span);
      for (const { param, points } of history.curves) {
        const latest = plant.recent.get(param.paramId)?.at(-1);
        if (latest && latest.at > (points.at(-1)?.at ?? 0)) points.push({ at: latest.at, text: latest.text ?? null });
        while ((points[0]?.at ?? Infinity) < history.from) points.shift();
      }
      tell();
    },
    tick: () => {
      if (Date.now() >= next) void again();
    },
    close: () => {
      isOpen = false;
      chart?.close();
    },
  };
}
