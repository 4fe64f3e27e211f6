// Curves of parameters; those of one unit share a scale. Where nothing was read they break.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { COLORS } from "./colors.ts";
import { speak } from "./dom.ts";
import { isGap, type Curve, type History } from "./history.ts";
import type { Param, Plant } from "./plant.ts";
import { currentLocale, word } from "./words.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;

/** `null` of a curve holds for instants of others, too: mode 2 of `uPlot.join`. */
const EXPAND = 2;

const scaleOf = ({ valueType, unit }: Param): string => (valueType === "bit" ? "bit" : `unit ${unit ?? ""}`);

/** A curve by instant: the texts of its values, and `null` where it breaks. */
function lineOf({ param, points, extremes }: Curve, { span, from }: History): Map<number, string | null> {
  const line = new Map(points.map(({ at, text }) => [at, text]));
  points.forEach(({ at }, index) => {
    const next = points[index + 1]?.at;
    if (next !== undefined && isGap(at, next, span, param.holdMs)) line.set(at + span.stepMs + (param.holdMs ?? 0), null);
  });
  // The first reading of a segment is seldom its extreme.
  for (const each of extremes ? [extremes.least, extremes.most] : []) if (each.at >= from) line.set(each.at, each.text);
  return line;
}

/** The least and the most by parts of the span, as steps. */
function bandOf({ band }: Curve): uPlot.AlignedData {
  const corners = band.flatMap(({ from, till, extremes }) => (extremes ? [from, till] : [from]).map((at) => [at, numberOf(extremes?.least.text), numberOf(extremes?.most.text)] as const));
  return [corners.map(([at]) => at), corners.map(([, least]) => least), corners.map(([, , most]) => most)];
}

/** Readings that have no neighbour to draw a line to. */
function lonePoints(plot: uPlot, series: number): number[] | null {
  // Other curves' instants are no breaks of this one.
  const values = Array.from(plot.data[series] ?? [], (value, index) => [value, index] as const).filter(([value]) => value !== undefined);
  const isNumber = (at: number) => typeof values[at]?.[0] === "number";
  const alone = values.flatMap(([, index], at) => (isNumber(at) && !isNumber(at - 1) && !isNumber(at + 1) ? [index] : []));
  return alone.length > 0 ? alone : null;
}

/** Instants below the curves: days, where it is about days. */
function axisTexts(splits: number[], step: number): string[] {
  const day = new Intl.DateTimeFormat(currentLocale(), { day: "numeric", month: "short" });
  const time = new Intl.DateTimeFormat(currentLocale(), { hour: "2-digit", minute: "2-digit", second: step < MINUTE ? "2-digit" : undefined });
  const isMidnight = (at: number) => new Date(at).getHours() === 0 && new Date(at).getMinutes() === 0;
  return splits.map((at) => (step >= DAY || (step > MINUTE && isMidnight(at)) ? day : time).format(at));
}

/** Between two words there is nothing to pass through. */
const isStepped = ({ valueType, texts }: Param): boolean => valueType === "bit" || Object.keys(texts).length > 0;

/** Short enough for the place beside the curves. */
function tickText(tick: number): string {
  const isLong = Math.abs(tick) >= 1e7;
  return isLong ? new Intl.NumberFormat(currentLocale(), { notation: "compact", maximumSignificantDigits: 4 }).format(tick) : String(Number(tick.toPrecision(6)));
}

export class Chart {
  #plot: uPlot | undefined;
  #lines: Map<number, string | null>[] = [];
  /** Of the instant that the keyboard is at. */
  #index: number | undefined;
  #observer: ResizeObserver;

  /** `zoom` hears which part was dragged over. */
  constructor(readonly place: HTMLElement, readonly plant: Plant, readonly params: Param[], readonly zoom: (range: [from: number, till: number]) => void) {
    this.#observer = new ResizeObserver(() => this.#plot?.setSize(this.#size()));
    place.addEventListener("keydown", (event) => this.#walk(event));
  }

  show(history: History): void {
    this.#lines = history.curves.map((curve) => lineOf(curve, history));
    const tables = this.#lines.map((line): uPlot.AlignedData => {
      const times = [...line.keys()].sort((one, other) => one - other);
      return [times, times.map((at) => numberOf(line.get(at)))];
    });
    // The span is seen whole, whatever was read in it.
    const all: uPlot.AlignedData[] = [[[history.from, history.till]], ...tables, ...history.curves.map(bandOf)];
    // A gap goes on at instants that other curves alone have.
    const data = uPlot.join(all, all.map((table) => table.map(() => EXPAND)));
    if (!this.#plot) return this.#open(data, history);
    this.#plot.setData(data);
  }

  close(): void {
    this.#observer.disconnect();
    this.#plot?.destroy();
  }

  /** What the place has beside the legend. */
  #size() {
    const legend = this.#plot?.root.querySelector<HTMLElement>(".u-legend")?.offsetHeight ?? 0;
    return { width: Math.max(this.place.clientWidth, 200), height: Math.max(this.place.clientHeight - legend, 140) };
  }

  #open(data: uPlot.AlignedData, { span }: History): void {
    const style = getComputedStyle(document.documentElement);
    const color = (name: string) => style.getPropertyValue(name).trim();
    const colorOf = (index: number) => COLORS[index - 1] ?? color("--accent");
    const axis = { stroke: color("--soft"), grid: { stroke: color("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
    const scales = [...new Set(this.params.map(scaleOf))];
    const count = this.params.length;
    const isAlone = count === 1;
    const moment = new Intl.DateTimeFormat(currentLocale(), span.hours > 1 ? { dateStyle: "medium", timeStyle: "short" } : { timeStyle: "medium" });
    this.#plot = new uPlot(
      {
        ...this.#size(),
        ms: 1,
        cursor: { points: { size: (_, series) => (series > count ? 0 : 7) }, drag: { x: true, y: false, setScale: false } },
        hooks: { setSelect: [(plot) => this.#dragged(plot)] },
        bands: this.params.map((_, index) => ({ series: [count + 2 + 2 * index, count + 1 + 2 * index], fill: `${colorOf(index)}2e` })),
        legend: { live: true },
        scales: Object.fromEntries(scales.map((key) => [key, key === "bit" ? { range: [-0.1, 1.1] } : {}])),
        axes: [
          { ...axis, space: 70, values: (_, splits, _axis, _space, step) => axisTexts(splits, step) },
          // Numbers of more than two scales would take the place of the curves.
          ...scales.slice(0, 2).map((scale, index): uPlot.Axis => ({ ...axis, scale, side: index === 0 ? 3 : 1, grid: index === 0 ? axis.grid : { show: false }, size: 64, values: (_, ticks) => ticks.map(tickText) })),
        ],
        series: [
          { label: word("time"), value: (_, at) => (at ? moment.format(at) : "") },
          ...this.params.map((param, index): uPlot.Series => ({
            label: this.#label(param),
            scale: scaleOf(param),
            stroke: colorOf(index),
            fill: isAlone ? color("--accent-wash") : undefined,
            width: 2,
            points: { show: false, filter: lonePoints },
            paths: isStepped(param) ? uPlot.paths.stepped?.({ align: 1 }) : undefined,
            value: (plot, _value, _series, at) => this.#text(index, at === null ? undefined : plot.data[0][at]),
          })),
          ...this.params.flatMap((param, index): uPlot.Series[] => {
            const edge: uPlot.Series = { class: "band", scale: scaleOf(param), stroke: `${colorOf(index)}55`, width: 1, points: { show: false } };
            return [edge, { ...edge }];
          }),
        ],
      },
      data,
      this.place,
    );
    // The legend names curves, and a band belongs to one.
    this.#plot.root.querySelectorAll(".u-legend .band").forEach((row) => row.remove());
    this.#plot.setSize(this.#size());
    this.#observer.observe(this.place);
  }

  #dragged(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 5) return;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.zoom([Math.round(plot.posToVal(left, "x")), Math.round(plot.posToVal(left + width, "x"))]);
  }

  #label({ info, deviceId }: Param): string {
    const name = info?.name ?? "";
    return this.params.length === 1 ? name : `${name}, ${this.plant.devices.get(deviceId)?.name ?? ""}`;
  }

  #text(curve: number, at?: number): string {
    const [param, text] = [this.params[curve], at === undefined ? null : this.#lines[curve]?.get(at)];
    return param && typeof text === "string" ? this.plant.format(param, text) : "—";
  }

  /** From reading to reading by arrow keys, to the first and the last by Home and End. */
  #walk(event: KeyboardEvent): void {
    const plot = this.#plot;
    if (!plot || !["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
    const [times, ...all] = plot.data;
    const curves = all.slice(0, this.params.length);
    const isRead = (at: number) => curves.some((values) => typeof values[at] === "number");
    const read = [...times.keys()].filter(isRead);
    const here = this.#index === undefined ? read.length : read.findLastIndex((at) => at <= (this.#index ?? 0));
    const next = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: read.length - 1 }[event.key] ?? here;
    this.#index = read[Math.min(Math.max(next, 0), read.length - 1)];
    const at = this.#index === undefined ? undefined : times[this.#index];
    if (at === undefined) return;
    plot.setCursor({ left: plot.valToPos(at, "x"), top: plot.over.clientHeight / 2 });
    const values = this.params.map((param, curve) => `${this.#label(param)} ${this.#text(curve, at)}`);
    speak(`${new Intl.DateTimeFormat(currentLocale(), { dateStyle: "medium", timeStyle: "medium" }).format(at)}: ${values.join(", ")}`);
  }
}

const numberOf = (text: string | null | undefined): number | null => (typeof text === "string" ? Number(text) : null);
