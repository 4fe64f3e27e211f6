// Bars of what was counted by segments, each made of its parts, beside the period before and marked levels.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { COLORS } from "./colors.ts";
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

/** What a part of each bar counted. */
export interface Part {
  name: string;
  /** By bar. */
  texts: (string | null)[];
}

const HOUR_MS = 3_600_000;
/** Between two dates below the bars. */
const DAYS_MS = [1, 2, 7, 14, 28, 91, 182, 364].map((days) => days * 24 * HOUR_MS);

const numberOf = (text: string | null | undefined): number | null => (typeof text === "string" ? Number(text) : null);

/** What rounding may add to a bar's parts. */
const ROUNDING = 0.005;

/** What parts reach up to, one upon the other; nothing where they are negative or come to more than the bar. */
export function heightsOf(bars: Bar[], parts: Part[]): (number | null)[][] {
  const heights = parts.slice(0, COLORS.length).map((_, part) =>
    bars.map((_, bar) => parts.slice(0, part + 1).reduce<number | null>((sum, { texts }) => {
      const value = numberOf(texts[bar]);
      return value === null ? sum : (sum ?? 0) + value;
    }, null)));
  const isBelow = bars.every(({ text }, bar) => heights.every((each, part) => {
    const [own, below] = [each[bar] ?? 0, heights[part - 1]?.[bar] ?? 0];
    return own >= below && own <= (numberOf(text) ?? 0) * (1 + ROUNDING);
  }));
  return isBelow ? heights : [];
}

/** Draws bars into a place; gives what takes them away. `shown` writes a value for people. */
export function drawBars(place: HTMLElement, bars: Bar[], levels: Level[], label: string, shown: (text: string) => string, parts: Part[] = []): () => void {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const axis: uPlot.Axis = { stroke: color("--soft"), grid: { stroke: color("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
  const isLong = (bars[0]?.end ?? 0) - (bars[0]?.start ?? 0) > 12 * HOUR_MS;
  const moment = new Intl.DateTimeFormat(currentLocale(), isLong ? { dateStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" });
  const day = new Intl.DateTimeFormat(currentLocale(), { day: "numeric", month: "short" });
  const time = new Intl.DateTimeFormat(currentLocale(), { hour: "2-digit", minute: "2-digit" });
  const isMidnight = (at: number) => new Date(at).getHours() === 0 && new Date(at).getMinutes() === 0;
  const written = (text: string | null | undefined) => (typeof text === "string" ? shown(text) : "—");
  const textAt = (textOf: (index: number) => string | null | undefined) => (_plot: uPlot, _value: number, _series: number, index: number | null) => written(index === null ? null : textOf(index));
  const hasBefore = bars.some(({ before }) => before !== undefined);
  const size = () => ({ width: Math.max(place.clientWidth, 200), height: Math.max(place.clientHeight - (place.querySelector<HTMLElement>(".u-legend")?.offsetHeight ?? 0), 140) });
  const heights = heightsOf(bars, parts);
  const last = bars.at(-1);
  // Lines go on up to the end of the last bar.
  const data: uPlot.AlignedData = [
    [...bars.map(({ start }) => start), last?.end ?? 1],
    [...bars.map(({ text }) => numberOf(text)), null],
    ...heights.toReversed().map((each) => [...each, null]),
    ...(hasBefore ? [[...bars.map(({ before }) => numberOf(before)), numberOf(last?.before)]] : []),
    ...levels.map(({ value }) => [...bars.map(() => value), value]),
  ];
  const bar = (label: string, color: string, textOf: (index: number) => string | null | undefined): uPlot.Series => (
    { label, stroke: color, fill: color, width: 0, points: { show: false }, paths: uPlot.paths.bars?.({ size: [0.8, 400], align: 1 }), value: textAt(textOf) });
  const plot = new uPlot(
    {
      ...size(),
      ms: 1,
      cursor: { points: { size: 7 }, drag: { x: false, y: false } },
      scales: { x: { range: [bars[0]?.start ?? 0, last?.end ?? 1] }, y: { range: (_, least, most) => [Math.min(0, least ?? 0), Math.max(0, most ?? 0) * 1.06 || 1] } },
      axes: [
        { ...axis, size: 30, space: 70, incrs: isLong ? DAYS_MS : undefined, values: (_, splits) => splits.map((at) => (isLong || isMidnight(at) ? day : time).format(at)) },
        { ...axis, size: 64 },
      ],
      series: [
        { label: word("time"), value: (_, at) => (at && at !== last?.end ? moment.format(at) : "") },
        bar(label, color("--accent"), (index) => bars[index]?.text),
        // The highest first, so that each leaves to be seen what is above it.
        ...heights.map((_, part) => bar(parts[part]?.name ?? "", COLORS[part] ?? "", (index) => parts[part]?.texts[index])).toReversed(),
        ...(hasBefore ? [{ label: word("formerRange"), stroke: color("--soft"), width: 1.5, dash: [5, 4], points: { show: false }, paths: uPlot.paths.stepped?.({ align: 1 }), value: textAt((index) => bars[index]?.before) }] : []),
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
