// Alerts as the API has them: rules, how they stand, and the log of their events.
import { authorized } from "./api.ts";
import type { Param, Plant } from "./plant.ts";
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

export interface Status {
  id: number;
  lastRecordId?: number | null;
  isActive: boolean;
  startedOn?: string | null;
  closedOn?: string | null;
  confirmed?: { on: string; from: string } | null;
  conditions: Record<string, { lastValue?: number | string | null; isTriggered?: boolean | null }>;
}

export interface LogRecord {
  name: string;
  startedOn: string;
  resolvedOn?: string | null;
  logAs: Level;
  logAsText: string;
  status: string;
  confirmedOn?: string | null;
  details: { date: string; texts: string[] }[];
}

export interface LogPage {
  records: LogRecord[];
  totalRecords: number;
  currentPage: number;
  itemsOnPage: number;
}

/** An event on the dashboard; its number is that of the record. */
export interface ActiveEvent {
  id: number;
  name: string;
  level: Level;
  deviceIds: number[];
  isActive: boolean;
  journalUrl: string;
  startedOn: string;
}

/** The alert of a path such as `/manage/alerts/4/log/`. */
export const alertOfPath = (path: string): number | undefined => Number(path.match(/^\/manage\/alerts\/(\d+)\//)?.[1]) || undefined;

/** Until when messages are held back, by whom and why. */
export interface Shelf {
  until?: string;
  reason?: string;
  by?: string;
}

interface Saved {
  result: "success" | "error";
  errors: Record<string, string>;
}

async function send<Body>(url: string, body?: unknown): Promise<Body> {
  const request = body === undefined ? new Request(url) : new Request(url, { method: "POST", body: JSON.stringify(body) });
  return (await authorized(request)).json();
}

const call = <Body>(path: string, body?: unknown): Promise<Body> => send(`/api/v1${path}`, body);

export const askAlerts = (org: number): Promise<{ id: number; name: string; slug: string }[]> => call(`/org/${org}/alerts/`);
/** Thresholds stay texts, digit by digit: they go back to the server as they came. */
export async function askAlert(id: number): Promise<Alert> {
  const text = await (await authorized(new Request(`/api/v1/alert/${id}/`))).text();
  // Within a text the quotation marks would be escaped.
  return JSON.parse(text.replace(/"value":\s*(-?\d[\d.eE+-]*)/g, '"value":"$1"'));
}
export const askStatus = (id: number): Promise<Status> => call(`/alert/${id}/status/`);
export const saveRule = (org: number, id: number | undefined, rule: Rule): Promise<Saved> => call(id === undefined ? `/org/${org}/alerts/create/` : `/alert/${id}/change/`, rule);

// The API has no words for these: they are the page's own.
export const askShelf = (id: number): Promise<Shelf> => send(`/live/alert/${id}/shelf/`);
/** Without minutes messages are sent again. */
export const shelve = (id: number, minutes: number, reason = ""): Promise<Shelf> => send(`/live/alert/${id}/shelf/`, { minutes, reason });
export const confirmEvent = (id: number): Promise<unknown> => send(`/live/alert/${id}/confirm/`, null);

/** A page of the log of an alert, or of an organization. */
export function askLog(of: { alert: number } | { org: number; net?: number }, page: number, lang: string): Promise<LogPage> {
  const query = new URLSearchParams({ page: String(page), lang });
  if ("org" in of && of.net !== undefined) query.set("netId", String(of.net));
  return call("alert" in of ? `/alert/${of.alert}/log/?${query}` : `/org/${of.org}/alerts/log/?${query}`);
}

/** A rule as it is edited, of an alert that exists. */
export function ruleOf({ name, description, conditionLogic, logAs, conditions, actions, followUps }: Alert): Rule {
  return { name, description, conditionLogic, logAs, conditions: Object.values(conditions), actions: Object.values(actions), followUps: Object.values(followUps) };
}

const levelWords: Record<Level, Word> = { none: "levelNone", info: "levelInfo", warning: "levelWarning", failure: "levelFailure", critical: "levelCritical" };
export const levelText = (level: Level): string => word(levelWords[level]);
const wayWords: Record<Way, Word> = { "": "byLog", email: "byEmail", sms: "bySms", "voice-call": "byVoice" };
export const wayText = (way: Way = ""): string => word(wayWords[way]);
const stageWords: Record<Stage, Word> = { "not-confirmed": "ifNotConfirmed", confirmed: "onceConfirmed", resolved: "onceResolved" };
export const stageText = (stage?: Stage): string => word(stage ? stageWords[stage] : "atStart");
const signs: Record<Exclude<Kind, "reading-error">, string> = { g: ">", ge: "≥", l: "<", le: "≤", eq: "=", neq: "≠" };
export const kindText = (kind: Kind): string => (kind === "reading-error" ? word("readingError") : signs[kind]);

/** The colour that a level has. */
export const levelKind = (level: Level): "bad" | "warn" | "idle" => (level === "failure" || level === "critical" ? "bad" : level === "warning" ? "warn" : "idle");

/** `> 85.0 °C`. */
export function conditionText(plant: Plant, { kind, value }: Condition, param?: Param): string {
  if (kind === "reading-error") return kindText(kind);
  const text = value === undefined ? "" : String(value);
  return `${kindText(kind)} ${param && text !== "" ? plant.format(param, text) : text}`;
}
