// The curve of one parameter over the last hour, extended live.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { answer, api, type Point } from "./api.ts";
import { instantOf, numberOf, type Plant } from "./plant.ts";

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

export class Chart {
  #times: number[] = [];
  #values: (number | null)[] = [];
  #plot: uPlot | undefined;
  #observer: ResizeObserver;

  constructor(readonly place: HTMLElement, readonly plant: Plant, readonly paramId: number, readonly onCount: (count: number) => void) {
    this.#observer = new ResizeObserver(() => this.#plot?.setSize(this.#size()));
  }

  #size() {
    return { width: Math.max(this.place.clientWidth, 200), height: Math.max(this.place.clientHeight, 160) };
  }

  async open(): Promise<void> {
    const points = await lastHour(this.paramId);
    this.#times = points.map((point) => instantOf(point) / 1000);
    this.#values = points.map(numberOf);
    const style = getComputedStyle(document.documentElement);
    const color = (name: string) => style.getPropertyValue(name).trim();
    const param = this.plant.params.get(this.paramId);
    const isStep = param?.valueType === "bit";
    const axis = { stroke: color("--soft"), grid: { stroke: color("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
    const show = (value: number | null) => (value === null || !param ? "—" : this.plant.format(param, plain(value)));
    this.#plot = new uPlot(
      {
        ...this.#size(),
        cursor: { points: { size: 7 } },
        legend: { live: true },
        scales: isStep ? { y: { range: [-0.1, 1.1] } } : {},
        axes: [
          { ...axis, values: [[3600, "{HH}:{mm}", null, null, null, null, null, null, 0], [60, "{HH}:{mm}", null, null, null, null, null, null, 0], [1, "{HH}:{mm}:{ss}", null, null, null, null, null, null, 0]] },
          { ...axis, size: 64, values: (_, ticks) => ticks.map((tick) => String(Number(tick.toPrecision(6)))) },
        ],
        series: [
          { value: (_, at) => (at ? new Date(at * 1000).toLocaleTimeString() : "") },
          {
            label: param?.info?.name ?? "",
            stroke: color("--accent"),
            fill: color("--accent-wash"),
            width: 2,
            points: { show: false },
            paths: isStep ? uPlot.paths.stepped?.({ align: 1 }) : undefined,
            value: (_, value) => show(value),
          },
        ],
      },
      [this.#times, this.#values],
      this.place,
    );
    this.#observer.observe(this.place);
    this.onCount(this.#times.length);
  }

  /** Adds the newest reading. */
  extend(): void {
    const latest = this.plant.recent.get(this.paramId)?.at(-1);
    if (!this.#plot || !latest || latest.at / 1000 <= (this.#times.at(-1) ?? 0)) return;
    this.#times.push(latest.at / 1000);
    this.#values.push(latest.number ?? null);
    while ((this.#times[0] ?? 0) < (latest.at - HOUR) / 1000) {
      this.#times.shift();
      this.#values.shift();
    }
    this.#plot.setData([this.#times, this.#values]);
    this.onCount(this.#times.length);
  }

  close(): void {
    this.#observer.disconnect();
    this.#plot?.destroy();
  }
}

/** Digits without an exponent, as core reads them. */
function plain(value: number): string {
  const text = String(value);
  return text.includes("e") ? value.toFixed(12) : text;
}
