// What was read of parameters: over the last hour every reading, over longer spans the first of each
// segment. Values stay texts with all their digits.
import { api, exactAnswer } from "./api.ts";
import type { Param } from "./plant.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Points that one request gives at most. */
const PAGE = 1000;
/** Of one parameter; what has more readings is shown by segments. */
const MOST_PAGES = 10;

/** Parts of which the least and the most are asked for: each is a request, and requests have a quota. */
const BAND_PARTS = 24;

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
  extremes?: Extremes;
  /** Extremes by parts, oldest first, where points are a choice of readings; without them where nothing was read. */
  band: { from: number; till: number; extremes?: Extremes }[];
}

export interface Extremes {
  least: Extreme;
  most: Extreme;
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

/** Newest first from the API; an hour of seconds takes several requests. Nothing if there are too many. */
async function everyPoint(paramId: number, [first, last]: [number, number]): Promise<Point[] | undefined> {
  const points: Point[] = [];
  // Of a span up to now, what is read while one asks is seen, too.
  let till = last < Date.now() - 1000 ? iso(last) : undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = { paramId, from: iso(first), till, pointsLimit: PAGE };
    const batch = await exactAnswer<[string, string | null][]>(api.GET("/readings/get/", { params: { query }, parseAs: "text" }));
    points.push(...batch.map(([at, text]) => ({ at: Date.parse(at), text })));
    const oldest = points.at(-1);
    if (batch.length < PAGE || !oldest || oldest.at <= first) return points.reverse();
    till = iso(oldest.at - 1);
  }
  return undefined;
}

/** Every reading of all parameters; nothing if one has too many. */
async function everyCurve(paramIds: number[], range: [number, number]): Promise<Point[][] | undefined> {
  const found = await Promise.all(paramIds.map((id) => everyPoint(id, range)));
  const known = found.filter((points) => points !== undefined);
  return known.length === found.length ? known : undefined;
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

type ExtremesReply = Record<string, { minValueOn: string; minValue: string; maxValueOn: string; maxValue: string }>;

/** The extremes of each curve between two instants, both of them included. */
async function extremesOf(curves: Curve[], [from, till]: [number, number]): Promise<(Extremes | undefined)[]> {
  const body = { paramIds: curves.map(({ param }) => param.paramId), from: iso(from), till: iso(till) };
  const found = await exactAnswer<ExtremesReply>(api.POST("/readings/min-max-range/", { body, parseAs: "text" }));
  return curves.map(({ param }) => {
    const each = found[param.paramId];
    return each && { least: { at: Date.parse(each.minValueOn), text: each.minValue }, most: { at: Date.parse(each.maxValueOn), text: each.maxValue } };
  });
}

/** Asks for the extremes of curves in their range. */
export async function askExtremes(curves: Curve[], range: [number, number]): Promise<void> {
  const found = await extremesOf(curves, range);
  curves.forEach((curve, index) => (curve.extremes = found[index]));
}

/** Asks for the extremes by parts, where curves show a choice of readings alone. */
export async function askBands({ curves, from, till, span: { stepMs } }: History): Promise<void> {
  if (stepMs === 0) return;
  const length = Math.ceil((till - from) / stepMs / BAND_PARTS) * stepMs;
  const starts = Array.from({ length: Math.ceil((till - from) / length) }, (_, index) => from + index * length).filter((start) => start < Date.now());
  const parts = starts.map((start): [number, number] => [start, Math.min(start + length, till) - 1]);
  const found = await Promise.all(parts.map((part) => extremesOf(curves, part)));
  curves.forEach((curve, index) => (curve.band = parts.map(([from, till], at) => ({ from, till, extremes: found[at]?.[index] }))));
}

/** Points of a part that one looks at more closely. */
const CLOSE = 720;

/** A part of a span, looked at so closely that every reading is seen where there are not too many. */
export function closer(params: Param[], [from, till]: [number, number]): { span: Span; range: [from: number, till: number] } {
  // A value holds for three periods, at least.
  const period = Math.min(...params.map(({ holdMs }) => (holdMs ?? 3000) / 3));
  const isExact = (till - from) / period <= PAGE * MOST_PAGES;
  return isExact ? { span: { hours: (till - from) / HOUR, stepMs: 0 }, range: [from, till] } : bySegments([from, till]);
}

/** Whole segments that hold a range. */
function bySegments([from, till]: [number, number]): { span: Span; range: [from: number, till: number] } {
  const stepMs = Math.ceil((till - from) / CLOSE / 1000) * 1000;
  const start = Math.floor(from / stepMs) * stepMs;
  const end = start + Math.ceil((till - start) / stepMs) * stepMs;
  return { span: { hours: (end - start) / HOUR, stepMs }, range: [start, end] };
}

export async function askHistory(params: Param[], wanted: Span, whole = rangeOf(wanted)): Promise<History> {
  const ids = params.map(({ paramId }) => paramId);
  const every = wanted.stepMs === 0 ? await everyCurve(ids, whole) : undefined;
  // More readings than were thought are told by segments instead of being cut off.
  const { span, range: [from, till] } = every || wanted.stepMs > 0 ? { span: wanted, range: whole } : bySegments(whole);
  const points = every ?? (await firstPoints(ids, span.stepMs, [from, till]));
  const curves = params.map((param, index): Curve => ({ param, points: points[index] ?? [], band: [] }));
  await askExtremes(curves, [from, till]);
  return { span, from, till, curves };
}

/** Whether nothing was read between two neighbours for longer than a value holds. */
export const isGap = (before: number, after: number, { stepMs }: Span, holdMs = Infinity): boolean => after - before - stepMs > holdMs;
