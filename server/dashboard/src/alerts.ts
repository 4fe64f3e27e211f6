// Alerts as the API has them: rules, how they stand, and the log of their events.
import { answer, api, authorized, type Schemas } from "./api.ts";
import type { Param, Plant } from "./plant.ts";
import type { Lang } from "parabus-wasm";
import { word, type Word } from "./words.ts";

export const LEVELS = ["none", "info", "warning", "failure", "critical"] as const;
export type Level = (typeof LEVELS)[number];
export const KINDS = ["g", "ge", "l", "le", "eq", "neq", "reading-error"] as const;
export type Kind = (typeof KINDS)[number];
export const WAYS = ["", "email", "sms", "voice-call"] as const;
export type Way = (typeof WAYS)[number];
export const STAGES = ["not-confirmed", "confirmed", "resolved"] as const;
export type Stage = (typeof STAGES)[number];

export interface Condition {
  paramId?: number;
  kind: Kind;
  value?: string | number;
}

export interface Action {
  timeoutMinutes: number;
  type?: Way;
  recepient?: string;
}

export interface FollowUp extends Action {
  stage: Stage;
}

interface Head {
  name: string;
  description?: string | null;
  conditionLogic: "all" | "any";
  logAs: Level;
}

/** The body that creates or changes an alert. */
export interface Rule extends Head {
  conditions: Condition[];
  actions: Action[];
  followUps: FollowUp[];
}

/** By their identifiers. */
export interface Alert extends Head {
  id: number;
  slug: string;
  conditions: Record<string, Condition>;
  actions: Record<string, Action>;
  followUps: Record<string, FollowUp>;
}

export type Status = Schemas["AlertStatusReply"];

/** An event on the dashboard; its number is that of the record. */
export type ActiveEvent = Schemas["DashboardEvent"];

/** The alert of a path such as `/manage/alerts/4/log/`. */
export const alertOfPath = (path: string): number | undefined => Number(path.match(/^\/manage\/alerts\/(\d+)\//)?.[1]) || undefined;

/** Until when messages are held back, by whom and why. */
export interface Shelf {
  until?: string;
  reason?: string;
  by?: string;
}

type Saved = Schemas["AlertResult"];

export async function askAlerts(orgId: number): Promise<{ id: number; name: string; slug: string }[]> {
  return answer(api.GET("/org/{orgId}/alerts/", { params: { path: { orgId } } }));
}

export async function askStatus(alertId: number): Promise<Status> {
  return answer(api.GET("/alert/{alertId}/status/", { params: { path: { alertId } } }));
}

/** An alert that is created has no number in the reply. */
export async function saveRule(orgId: number, alertId: number | undefined, rule: Rule): Promise<Saved> {
  // A threshold may be a number or a text, which the description of the API cannot say.
  const body = rule as never;
  return answer(alertId === undefined ? api.POST("/org/{orgId}/alerts/create/", { params: { path: { orgId } }, body }) : api.POST("/alert/{alertId}/change/", { params: { path: { alertId } }, body }));
}

/** Thresholds stay texts, digit by digit: they go back to the server as they came. */
export async function askAlert(id: number): Promise<Alert> {
  const text = await (await authorized(new Request(`/api/v1/alert/${id}/`))).text();
  // Within a text the quotation marks would be escaped.
  return JSON.parse(text.replace(/"value":\s*(-?\d[\d.eE+-]*)/g, '"value":"$1"'));
}

/** A page of the log of an alert, or of an organization. */
export async function askLog(of: { alert: number } | { org: number; net?: number }, page: number, lang: Lang): Promise<Schemas["JournalReply"]> {
  if ("alert" in of) return answer(api.GET("/alert/{alertId}/log/", { params: { path: { alertId: of.alert }, query: { page, lang } } }));
  return answer(api.GET("/org/{orgId}/alerts/log/", { params: { path: { orgId: of.org }, query: { page, lang, netId: of.net } } }));
}

// The API has no words for these: they are the page's own.
async function attend<Body>(id: number, what: string, body?: unknown): Promise<Body> {
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  return (await authorized(new Request(`/live/alert/${id}/${what}/`, init))).json();
}

export const askShelf = (id: number): Promise<Shelf> => attend(id, "shelf");
/** Without minutes messages are sent again. */
export const shelve = (id: number, minutes: number, reason = ""): Promise<Shelf> => attend(id, "shelf", { minutes, reason });
export const confirmEvent = (id: number): Promise<unknown> => attend(id, "confirm", null);

/** A rule as it is edited, of an alert that exists. */
export function ruleOf({ name, description, conditionLogic, logAs, conditions, actions, followUps }: Alert): Rule {
  return { name, description, conditionLogic, logAs, conditions: Object.values(conditions), actions: Object.values(actions), followUps: Object.values(followUps) };
}

const levelWords: Record<Level, Word> = { none: "levelNone", info: "levelInfo", warning: "levelWarning", failure: "levelFailure", critical: "levelCritical" };
const levelOf = (code: string): Level => LEVELS.find((level) => level === code) ?? "none";
export const levelText = (code: string): string => word(levelWords[levelOf(code)]);
/** Its place from the least grave on. */
export const levelRank = (code: string): number => LEVELS.indexOf(levelOf(code));
const wayWords: Record<Way, Word> = { "": "byLog", email: "byEmail", sms: "bySms", "voice-call": "byVoice" };
export const wayText = (way: Way = ""): string => word(wayWords[way]);
const stageWords: Record<Stage, Word> = { "not-confirmed": "ifNotConfirmed", confirmed: "onceConfirmed", resolved: "onceResolved" };
export const stageText = (stage?: Stage): string => word(stage ? stageWords[stage] : "atStart");
const signs: Record<Exclude<Kind, "reading-error">, string> = { g: ">", ge: "≥", l: "<", le: "≤", eq: "=", neq: "≠" };
export const kindText = (kind: Kind): string => (kind === "reading-error" ? word("readingError") : signs[kind]);

/** The colour that a level has. */
export const levelKind = (level: string): "bad" | "warn" | "idle" => (level === "failure" || level === "critical" ? "bad" : level === "warning" ? "warn" : "idle");

/** `> 85.0 °C`. */
export function conditionText(plant: Plant, { kind, value }: Condition, param?: Param): string {
  if (kind === "reading-error") return kindText(kind);
  const text = value === undefined ? "" : String(value);
  return `${kindText(kind)} ${param && text !== "" ? plant.format(param, text, true) : text}`;
}
