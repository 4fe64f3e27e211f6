// What was read of parameters: over the last hour every reading, over longer spans the first of each
// segment. Values stay texts with all their digits.
import { api, exactAnswer } from "./api.ts";
import type { Param } from "./plant.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Points that one request gives at most. */
const PAGE = 1000;
const MOST_PAGES = 5;

/** How far back one looks, and in segments of which length; 0 is every reading. */
export interface Span {
  hours: number;
  stepMs: number;
}

const LAST_HOUR: Span = { hours: 1, stepMs: 0 };
export const SPANS: readonly Span[] = [LAST_HOUR, { hours: 24, stepMs: 2 * MINUTE }, { hours: 7 * 24, stepMs: 15 * MINUTE }, { hours: 30 * 24, stepMs: HOUR }];

export const spanOf = (hours?: number): Span => SPANS.find((span) => span.hours === hours) ?? LAST_HOUR;

/** `null` where a reading failed. */
export interface Point {
  at: number;
  text: string | null;
}

export interface Extreme {
  at: number;
  text: string;
}

export interface Curve {
  param: Param;
  /** Oldest first. */
  points: Point[];
  extremes?: { least: Extreme; most: Extreme };
}

export interface History {
  span: Span;
  from: number;
  till: number;
  curves: Curve[];
}

const iso = (at: number): string => new Date(at).toISOString();

/** From the least to the newest instant of a span that ends now, or with the segment of now. */
export function rangeOf({ hours, stepMs }: Span): [from: number, till: number] {
  const till = stepMs === 0 ? Date.now() : (Math.floor(Date.now() / stepMs) + 1) * stepMs;
  return [till - hours * HOUR, till];
}

/** Newest first from the API; an hour of seconds takes several requests. */
async function everyPoint(paramId: number, [first, last]: [number, number]): Promise<Point[]> {
  const points: Point[] = [];
  // Of a span up to now, what is read while one asks is seen, too.
  let till = last < Date.now() - 1000 ? iso(last) : undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = { paramId, from: iso(first), till, pointsLimit: PAGE };
    const batch = await exactAnswer<[string, string | null][]>(api.GET("/readings/get/", { params: { query }, parseAs: "text" }));
    points.push(...batch.map(([at, text]) => ({ at: Date.parse(at), text })));
    const oldest = points.at(-1);
    if (batch.length < PAGE || !oldest) break;
    till = iso(oldest.at - 1);
  }
  return points.reverse();
}

/** The first reading of each segment, by parameter. */
async function firstPoints(paramIds: number[], stepMs: number, [from, till]: [number, number]): Promise<Point[][]> {
  const body = { paramIds, from: iso(from), till: iso(till), points: Math.round((till - from) / stepMs) };
  const rows = await exactAnswer<[string, (string | null)[]][]>(api.POST("/readings/dispersed/", { body, parseAs: "text" }));
  return paramIds.map((_, index) => rows.flatMap(([at, texts]) => {
    const text = texts[index];
    return typeof text === "string" ? [{ at: Date.parse(at), text }] : [];
  }));
}

type Extremes = Record<string, { minValueOn: string; minValue: string; maxValueOn: string; maxValue: string }>;

/** Asks for the extremes of curves in their range. */
export async function askExtremes(curves: Curve[], [from, till]: [number, number]): Promise<void> {
  const body = { paramIds: curves.map(({ param }) => param.paramId), from: iso(from), till: iso(till) };
  const found = await exactAnswer<Extremes>(api.POST("/readings/min-max-range/", { body, parseAs: "text" }));
  for (const curve of curves) {
    const each = found[curve.param.paramId];
    curve.extremes = each && { least: { at: Date.parse(each.minValueOn), text: each.minValue }, most: { at: Date.parse(each.maxValueOn), text: each.maxValue } };
  }
}

/** Points of a part that one looks at more closely. */
const CLOSE = 720;

/** A part of a span, looked at so closely that every reading is seen where there are not too many. */
export function closer(params: Param[], [from, till]: [number, number]): { span: Span; range: [from: number, till: number] } {
  // A value holds for three periods, at least.
  const period = Math.min(...params.map(({ holdMs }) => (holdMs ?? 3000) / 3));
  const isExact = (till - from) / period <= PAGE * MOST_PAGES;
  const stepMs = isExact ? 0 : Math.ceil((till - from) / CLOSE / 1000) * 1000;
  const start = isExact ? from : Math.floor(from / stepMs) * stepMs;
  const end = isExact ? till : start + Math.ceil((till - start) / stepMs) * stepMs;
  return { span: { hours: (end - start) / HOUR, stepMs }, range: [start, end] };
}

export async function askHistory(params: Param[], span: Span, [from, till] = rangeOf(span)): Promise<History> {
  const ids = params.map(({ paramId }) => paramId);
  const points = span.stepMs === 0 ? await Promise.all(ids.map((id) => everyPoint(id, [from, till]))) : await firstPoints(ids, span.stepMs, [from, till]);
  const curves = params.map((param, index): Curve => ({ param, points: points[index] ?? [] }));
  await askExtremes(curves, [from, till]);
  return { span, from, till, curves };
}

/** Whether nothing was read between two neighbours for longer than a value holds. */
export const isGap = (before: number, after: number, { stepMs }: Span, holdMs = Infinity): boolean => after - before - stepMs > holdMs;
