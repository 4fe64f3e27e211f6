// Curves of parameters over the last hour, extended live; those of one unit share a scale.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { answer, api, type Point } from "./api.ts";
import { instantOf, numberOf, type Param, type Plant } from "./plant.ts";
import { currentLocale, word } from "./words.ts";

const HOUR = 3_600_000;
/** Points that one request gives at most. */
const PAGE = 1000;
const MOST_PAGES = 5;

/** Newest first from the API; an hour of seconds takes several requests. */
async function lastHour(paramId: number): Promise<Point[]> {
  const from = new Date(Date.now() - HOUR).toISOString();
  const points: Point[] = [];
  let till: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const batch = await answer(api.GET("/readings/get/", { params: { query: { paramId, from, till, pointsLimit: PAGE } } }));
    points.push(...batch);
    const oldest = batch.at(-1);
    if (batch.length < PAGE || !oldest) break;
    till = new Date(instantOf(oldest) - 1).toISOString();
  }
  return points.reverse();
}

/** Colours of further curves, told apart on light and on dark. */
const COLORS = ["#c2410c", "#3b82f6", "#c026d3", "#65a30d", "#b45309", "#0891b2"];

interface Curve {
  param: Param;
  times: number[];
  values: (number | null)[];
}

const scaleOf = ({ valueType, unit }: Param): string => (valueType === "bit" ? "bit" : `unit ${unit ?? ""}`);

export class Chart {
  #curves: Curve[] = [];
  #plot: uPlot | undefined;
  #observer: ResizeObserver;
  #isOpen = true;

  constructor(readonly place: HTMLElement, readonly plant: Plant, readonly params: Param[], readonly onCount: (count: number) => void) {
    this.#observer = new ResizeObserver(() => this.#plot?.setSize(this.#size()));
  }

  /** What the place has beside the legend. */
  #size() {
    const legend = this.#plot?.root.querySelector<HTMLElement>(".u-legend")?.offsetHeight ?? 0;
    return { width: Math.max(this.place.clientWidth, 200), height: Math.max(this.place.clientHeight - legend, 140) };
  }

  async open(): Promise<void> {
    this.#curves = await Promise.all(this.params.map(async (param) => {
      const points = await lastHour(param.paramId);
      return { param, times: points.map((point) => instantOf(point) / 1000), values: points.map(numberOf) };
    }));
    if (!this.#isOpen) return;
    const style = getComputedStyle(document.documentElement);
    const color = (name: string) => style.getPropertyValue(name).trim();
    const colorOf = (index: number) => COLORS[index - 1] ?? color("--accent");
    const axis = { stroke: color("--soft"), grid: { stroke: color("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
    const scales = [...new Set(this.params.map(scaleOf))];
    const isAlone = this.params.length === 1;
    this.#plot = new uPlot(
      {
        ...this.#size(),
        cursor: { points: { size: 7 } },
        legend: { live: true },
        scales: Object.fromEntries(scales.map((key) => [key, key === "bit" ? { range: [-0.1, 1.1] } : {}])),
        axes: [
          { ...axis, values: [[3600, "{HH}:{mm}", null, null, null, null, null, null, 0], [60, "{HH}:{mm}", null, null, null, null, null, null, 0], [1, "{HH}:{mm}:{ss}", null, null, null, null, null, null, 0]] },
          // Numbers of more than two scales would take the place of the curves.
          ...scales.slice(0, 2).map((scale, index): uPlot.Axis => ({ ...axis, scale, side: index === 0 ? 3 : 1, grid: index === 0 ? axis.grid : { show: false }, size: 64, values: (_, ticks) => ticks.map((tick) => String(Number(tick.toPrecision(6)))) })),
        ],
        series: [
          { label: word("time"), value: (_, at) => (at ? new Date(at * 1000).toLocaleTimeString(currentLocale()) : "") },
          ...this.params.map((param, index): uPlot.Series => ({
            label: isAlone ? (param.info?.name ?? "") : `${param.info?.name ?? ""}, ${this.plant.devices.get(param.deviceId)?.name ?? ""}`,
            scale: scaleOf(param),
            stroke: colorOf(index),
            fill: isAlone ? color("--accent-wash") : undefined,
            width: 2,
            points: { show: false },
            paths: param.valueType === "bit" ? uPlot.paths.stepped?.({ align: 1 }) : undefined,
            value: (_, value) => (value === null || value === undefined ? "—" : this.plant.format(param, plain(value))),
          })),
        ],
      },
      this.#data(),
      this.place,
    );
    this.#plot.setSize(this.#size());
    this.#observer.observe(this.place);
    this.#count();
  }

  /** On one axis of time: where a curve has no reading at an instant, its line goes on. */
  #data(): uPlot.AlignedData {
    return uPlot.join(this.#curves.map(({ times, values }) => [times, values]));
  }

  #count(): void {
    this.onCount(this.#curves.reduce((sum, { times }) => sum + times.length, 0));
  }

  /** Adds the newest readings. */
  extend(): void {
    let isNew = false;
    for (const { param, times, values } of this.#curves) {
      const latest = this.plant.recent.get(param.paramId)?.at(-1);
      if (!latest || latest.at / 1000 <= (times.at(-1) ?? 0)) continue;
      isNew = true;
      times.push(latest.at / 1000);
      values.push(latest.number ?? null);
      while ((times[0] ?? 0) < (latest.at - HOUR) / 1000) {
        times.shift();
        values.shift();
      }
    }
    if (!this.#plot || !isNew) return;
    this.#plot.setData(this.#data());
    this.#count();
  }

  close(): void {
    this.#isOpen = false;
    this.#observer.disconnect();
    this.#plot?.destroy();
  }
}

/** Digits without an exponent, as core reads them. */
function plain(value: number): string {
  const text = String(value);
  return text.includes("e") ? value.toFixed(12) : text;
}
