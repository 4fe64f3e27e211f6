// Bars of what was counted by segments, beside the period before and marked levels.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { currentLocale, word } from "./words.ts";

export interface Bar {
  start: number;
  end: number;
  text: string | null;
  /** Of the same segment in the period before. */
  before?: string | null;
}

export interface Level {
  value: number;
  color?: string;
}

const HOUR_MS = 3_600_000;
/** Between two dates below the bars. */
const DAYS_MS = [1, 2, 7, 14, 28, 91, 182, 364].map((days) => days * 24 * HOUR_MS);

const numberOf = (text: string | null | undefined): number | null => (typeof text === "string" ? Number(text) : null);

/** Draws bars into a place; gives what takes them away. `shown` writes a value for people. */
export function drawBars(place: HTMLElement, bars: Bar[], levels: Level[], label: string, shown: (text: string) => string): () => void {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const axis = { stroke: color("--soft"), grid: { stroke: color("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
  const isLong = (bars[0]?.end ?? 0) - (bars[0]?.start ?? 0) > 12 * HOUR_MS;
  const moment = new Intl.DateTimeFormat(currentLocale(), isLong ? { dateStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" });
  const day = new Intl.DateTimeFormat(currentLocale(), { day: "numeric", month: "short" });
  const time = new Intl.DateTimeFormat(currentLocale(), { hour: "2-digit", minute: "2-digit" });
  const isMidnight = (at: number) => new Date(at).getHours() === 0 && new Date(at).getMinutes() === 0;
  const textAt = (field: "text" | "before", index: number | null) => {
    const text = index === null ? null : bars[index]?.[field];
    return typeof text === "string" ? shown(text) : "—";
  };
  const hasBefore = bars.some(({ before }) => before !== undefined);
  const size = () => ({ width: Math.max(place.clientWidth, 200), height: Math.max(place.clientHeight - (place.querySelector<HTMLElement>(".u-legend")?.offsetHeight ?? 0), 140) });
  const data: uPlot.AlignedData = [
    bars.map(({ start }) => start),
    bars.map(({ text }) => numberOf(text)),
    ...(hasBefore ? [bars.map(({ before }) => numberOf(before))] : []),
    ...levels.map(({ value }) => bars.map(() => value)),
  ];
  const last = bars.at(-1);
  const plot = new uPlot(
    {
      ...size(),
      ms: 1,
      cursor: { points: { size: 7 }, drag: { x: false, y: false } },
      scales: { x: { range: [bars[0]?.start ?? 0, last?.end ?? 1] }, y: { range: (_, least, most) => [Math.min(0, least ?? 0), Math.max(0, most ?? 0) * 1.06 || 1] } },
      axes: [
        { ...axis, space: 70, incrs: isLong ? DAYS_MS : undefined, values: (_, splits) => splits.map((at) => (isLong || isMidnight(at) ? day : time).format(at)) },
        { ...axis, size: 64 },
      ],
      series: [
        { label: word("time"), value: (_, at) => (at ? moment.format(at) : "") },
        { label, stroke: color("--accent"), fill: color("--accent"), width: 0, points: { show: false }, paths: uPlot.paths.bars?.({ size: [0.8, 60], align: 1 }), value: (_plot, _value, _series, index) => textAt("text", index) },
        ...(hasBefore ? [{ label: word("formerRange"), stroke: color("--soft"), width: 1.5, dash: [5, 4], points: { show: bars.length < 3 }, paths: uPlot.paths.stepped?.({ align: 1 }), value: (_plot: uPlot, _value: number, _series: number, index: number | null) => textAt("before", index) }] : []),
        ...levels.map((level, index): uPlot.Series => ({ label: `${word("level")} ${index + 1}`, stroke: level.color ?? color("--warn"), width: 1.5, dash: [2, 3], points: { show: false }, value: () => String(level.value) })),
      ],
    },
    data,
    place,
  );
  plot.setSize(size());
  const observer = new ResizeObserver(() => plot.setSize(size()));
  observer.observe(place);
  return () => {
    observer.disconnect();
    plot.destroy();
  };
}
