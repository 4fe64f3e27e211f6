// Reports: what their branches counted, by segments of this place's time, and in the period before.
import { exactSum } from "parabus-wasm";
import { api, exactAnswer } from "./api.ts";
import type { Level } from "./bars.ts";
import type { Report, ReportBranch } from "./plant.ts";
import type { Cut } from "./route.ts";

/** Dates of this place, the last one among them. */
export interface DateRange {
  from: string;
  till: string;
}

export interface Counted {
  branch: ReportBranch;
  depth: number;
  /** Oldest first. */
  values: [at: number, text: string | null][];
  levels: Level[];
  /** `null` where nothing was counted. */
  total: number | null;
}

/** By the clocks of this place. */
export const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A date as the API and a date field write it. */
export const dateText = (date: Date): string => [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0")).join("-");

/** A date so many days later. */
export function shifted(date: string, days: number): string {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
  return dateText(new Date(year, month - 1, day + days));
}

const DAY_MS = 86_400_000;

/** Days of a range; summer time moves no date. */
export const lengthOf = ({ from, till }: DateRange): number => Math.round((Date.parse(till) - Date.parse(from)) / DAY_MS) + 1;

export function formerRange(range: DateRange): DateRange {
  const days = lengthOf(range);
  return { from: shifted(range.from, -days), till: shifted(range.till, -days) };
}

export const PRESETS = {
  today: (today: string): DateRange => ({ from: today, till: today }),
  yesterday: (today: string): DateRange => ({ from: shifted(today, -1), till: shifted(today, -1) }),
  thisWeek: (today: string): DateRange => {
    const [year = 0, month = 1, day = 1] = today.split("-").map(Number);
    const sinceMonday = (new Date(year, month - 1, day).getDay() + 6) % 7;
    return { from: shifted(today, -sinceMonday), till: shifted(today, 6 - sinceMonday) };
  },
  thisMonth: (today: string): DateRange => monthOf(today, 0),
  formerMonth: (today: string): DateRange => monthOf(today, -1),
} as const;

function monthOf(today: string, shift: number): DateRange {
  const [year = 0, month = 1] = today.split("-").map(Number);
  return { from: dateText(new Date(year, month - 1 + shift, 1)), till: dateText(new Date(year, month + shift, 0)) };
}

/** Levels that a chart is marked with: numbers, each with a colour of its own if it says one (`10; 20:#c00`). */
export function levelsOf(borders: string | undefined | null): Level[] {
  return (borders ?? "").split(/[;,\s]+/).flatMap((part) => {
    const [text = "", color] = part.split(":");
    const value = Number(text);
    const isColor = color !== undefined && CSS.supports("color", color);
    return text !== "" && Number.isFinite(value) ? [{ value, color: isColor ? color : undefined }] : [];
  });
}

/** A branch with all below it, as they are shown. */
export function withBelow(report: Report, branch: ReportBranch, depth = 0): [ReportBranch, number][] {
  const children = report.branches.filter(({ parent }) => parent === branch.id);
  return [[branch, depth], ...children.flatMap((child) => withBelow(report, child, depth + 1))];
}

/** The unit that all values below a branch have. */
export function unitOf(report: Report, branch: ReportBranch): string | undefined {
  const units = new Set(withBelow(report, branch).flatMap(([{ unit }]) => unit ?? []));
  return units.size === 1 ? [...units][0] : undefined;
}

function totalOf(values: Counted["values"]): number | null {
  const known = values.flatMap(([, text]) => (text === null ? [] : [Number(text)]));
  return known.length > 0 ? Number(exactSum(Float64Array.from(known))) : null;
}

/** Requests at once, of all charts: a report has up to a thousand branches, and the quota is the whole page's. */
const AT_ONCE = 4;
let underWay = 0;
const waiting: (() => void)[] = [];

/** Asks when it is its turn, and not if nobody wants it any more by then. */
async function inTurn<Reply>(signal: AbortSignal, ask: () => Promise<Reply>): Promise<Reply> {
  while (underWay >= AT_ONCE) await new Promise<void>((go) => waiting.push(go));
  underWay++;
  try {
    signal.throwIfAborted();
    return await ask();
  } finally {
    underWay--;
    waiting.shift()?.();
  }
}

/** The period before. Of a range that goes on, its total ends where the range has come to, to half an hour. */
export async function askFormer(branch: ReportBranch, depth: number, range: DateRange, segment: Cut, signal: AbortSignal): Promise<Counted> {
  const former = await askCounted(branch, depth, formerRange(range), segment, signal);
  const now = new Date();
  const today = dateText(now);
  if (today > range.till) return former;
  if (today < range.from) return { ...former, total: null };
  const days = lengthOf(range);
  const date = shifted(today, -days);
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate() - days).getTime();
  const moment = new Date(now).setDate(now.getDate() - days);
  const day = await askCounted(branch, depth, { from: date, till: date }, "half-hour", signal);
  return { ...former, total: totalOf([...former.values.filter(([at]) => at < midnight), ...day.values.filter(([at]) => at <= moment)]) };
}

export async function askCounted(branch: ReportBranch, depth: number, { from, till }: DateRange, segment: Cut, signal: AbortSignal): Promise<Counted> {
  const body = { tz: zone(), fromDateStr: from, tillDateStr: shifted(till, 1), segment };
  const params = { path: { branchId: branch.id } };
  const reply = await inTurn(signal, () => exactAnswer<{ borders?: string | null; values: [string, string | null][] }>(
    api.POST("/resource-report/branch/{branchId}/chart-data/", { params, body, signal, parseAs: "text" }),
  ));
  const values = reply.values.map(([at, text]): [number, string | null] => [Date.parse(at), text]);
  return { branch, depth, values, levels: levelsOf(reply.borders), total: totalOf(values) };
}
