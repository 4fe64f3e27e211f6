// What a rule would have done with the readings that are stored: the engine that the server runs, on them.
import { simulate, type AlertEffect, type AlertRule } from "parabus-wasm";
import { answer, api, parseExact } from "./api.ts";
import type { Rule } from "./alerts.ts";
import type { Plant } from "./plant.ts";

const DAY = 86_400_000;
export const PREVIEW_MS = 30 * DAY;

/** Segments that one request gives at most, and how many are asked for in all. */
const PAGE = 1000;
const MOST_SEGMENTS = 40_000;
/** Requests on their way at once. */
const AT_ONCE = 4;

export interface Occurrence {
  from: number;
  /** Absent of one that is still active. */
  till?: number;
  isFlapping?: boolean;
}

export interface Message {
  type: string;
  recepient: string;
  count: number;
}

export interface Outcome {
  occurrences: Occurrence[];
  /** Active in all, and the longest, in milliseconds. */
  totalMs: number;
  longestMs: number;
  messages: Message[];
  readings: number;
  from: number;
  till: number;
  /** Of which length the segments are whose first readings were used. */
  stepMs: number;
}

type Series = Map<number, { times: number[]; values: string[] }>;
const iso = (at: number): string => new Date(at).toISOString();

/** The first reading of each segment, of all parameters; fills `series`. */
async function readSegments(series: Series, from: number, stepMs: number, count: number): Promise<void> {
  const paramIds = [...series.keys()];
  const body = { paramIds, from: iso(from), till: iso(from + count * stepMs), points: count };
  const text = String(await answer(api.POST("/readings/dispersed/", { body, parseAs: "text" })));
  for (const [at, values] of parseExact(text) as [string, (string | null)[]][]) {
    values.forEach((value, index) => {
      const points = series.get(paramIds[index] ?? 0);
      if (value === null || !points) return;
      points.times.push(Date.parse(at));
      points.values.push(value);
    });
  }
}

/** Periods of the devices of these parameters, as the server takes them. */
async function periodsOf(plant: Plant, paramIds: number[]): Promise<Map<number, number>> {
  const deviceIds = [...new Set(paramIds.flatMap((id) => plant.params.get(id)?.deviceId ?? []))];
  const periods = await Promise.all(deviceIds.map(async (deviceId) => {
    const { updatePeriodSec } = await answer(api.GET("/device/{deviceId}/", { params: { path: { deviceId } } }));
    return [deviceId, updatePeriodSec * 1000] as const;
  }));
  return new Map(periods);
}

/** Undefined where nothing is stored. */
export async function preview(plant: Plant, rule: Rule): Promise<Outcome | undefined> {
  const paramIds = [...new Set(rule.conditions.flatMap(({ paramId }) => paramId ?? []))];
  const [range, periods] = await Promise.all([answer(api.GET("/readings/date-range/", { params: { query: { paramIds: paramIds.join(",") } } })), periodsOf(plant, paramIds)]);
  if (!range.min) return undefined;
  const till = Date.now();
  const from = Math.max(till - PREVIEW_MS, Date.parse(range.min));
  // Two segments to a period miss no reading; of a longer time there are as many as can be asked for.
  const shortest = Math.min(...periods.values());
  const stepMs = Math.max(Math.floor(shortest / 2), Math.ceil((till - from) / MOST_SEGMENTS), 1);
  const segments = Math.ceil((till - from) / stepMs);

  const parts: { series: Series; first: number; count: number }[] = [];
  for (let first = 0; first < segments; first += PAGE) {
    parts.push({ series: new Map(paramIds.map((id) => [id, { times: [], values: [] }])), first, count: Math.min(PAGE, segments - first) });
  }
  const waiting = [...parts];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let part = waiting.shift(); part; part = waiting.shift()) await readSegments(part.series, from + part.first * stepMs, stepMs, part.count);
  }));
  const series = new Map(paramIds.map((id) => {
    const points = parts.flatMap((part) => part.series.get(id) ?? []);
    return [id, { times: points.flatMap(({ times }) => times), values: points.flatMap(({ values }) => values) }];
  }));
  const { effects } = simulate(timed(rule, plant, periods, stepMs), series, { start: from, end: till });
  const readings = [...series.values()].reduce((sum, { times }) => sum + times.length, 0);
  return { ...reckon(effects, rule, till), readings, from, till, stepMs };
}

/** A rule with the times that the server gives it; a segment's reading may be as much later as it is long. */
function timed({ conditionLogic, conditions, actions, followUps }: Rule, plant: Plant, periods: Map<number, number>, stepMs: number): AlertRule {
  return {
    conditionLogic,
    conditions: conditions.flatMap(({ paramId, kind, value }) => {
      if (paramId === undefined) return [];
      const holdMs = (plant.params.get(paramId)?.holdMs ?? 0) + stepMs;
      return [{ paramId, kind, holdMs, ...(kind === "reading-error" ? {} : { value: String(value) }) }];
    }),
    actions,
    followUps: followUps.flatMap(({ type, ...rest }) => (type ? [{ ...rest, type }] : [])),
    periodMs: Math.max(...periods.values()),
  };
}

/** From effects to what people ask: how often, how long, to whom. */
export function reckon(effects: readonly AlertEffect[], rule: Rule, till: number): Pick<Outcome, "occurrences" | "totalMs" | "longestMs" | "messages"> {
  const occurrences = new Map<number, Occurrence>();
  const messages = new Map<string, Message>();
  const send = ({ type, recepient }: { type: string; recepient: string }) => {
    const key = `${type} ${recepient}`;
    const message = messages.get(key) ?? { type, recepient, count: 0 };
    message.count++;
    messages.set(key, message);
  };
  for (const effect of effects) {
    const occurrence = occurrences.get(effect.record);
    if (effect.kind === "open") occurrences.set(effect.record, { from: effect.at });
    if (effect.kind === "resolve" && occurrence) occurrence.till = effect.due;
    if (effect.kind === "flapping") {
      if (occurrence) occurrence.isFlapping = true;
      // One message instead of many: to whom the first action goes.
      const first = rule.actions.find(({ type }) => type);
      if (first?.type) send({ type: first.type, recepient: first.recepient ?? "" });
    }
    if (effect.send) send(effect.send);
  }
  const lengths = [...occurrences.values()].map((each) => (each.till ?? till) - each.from);
  return {
    occurrences: [...occurrences.values()],
    totalMs: lengths.reduce((sum, length) => sum + length, 0),
    longestMs: Math.max(0, ...lengths),
    messages: [...messages.values()].sort((one, other) => other.count - one.count),
  };
}
