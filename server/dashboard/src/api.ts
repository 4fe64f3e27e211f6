// The API as its description types it; a one-hour token in memory alone, fetched with the page's
// cookie and renewed when it ends.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
type Json<Path extends keyof paths, Verb extends keyof paths[Path]> = paths[Path][Verb] extends { responses: { 200: { content: { "application/json": infer Body } } } } ? Body : never;

export type UserOrg = Json<"/user/orgs/", "get">[number];
export type Tree = Json<"/org/{orgId}/nets/device-param-tree/", "get">;
export type TreeParam = Schemas["TreeParam"];
export type ConnectionStatus = Json<"/net/{netId}/connection-status/", "post">;
export type Point = Json<"/readings/get/", "get">[number];
export type Dashboard = Schemas["DashboardReply"];
export type LightNet = Schemas["LightNet"];

export class ApiError extends Error {
  constructor(readonly status: number, readonly code: string, message: string) {
    super(message);
  }
}

let token: Promise<string> | undefined;

async function refuse(response: Response): Promise<never> {
  const body = await response.json().catch(() => ({}));
  throw new ApiError(response.status, body.errorCode ?? String(response.status), body.errorMessage ?? response.statusText);
}

async function fetchToken(): Promise<string> {
  const response = await fetch("/session/token/", { method: "POST" });
  if (!response.ok) return refuse(response);
  return (await response.json()).token;
}

/** Logs the page in; its cookie then slides on for a week. */
export async function logIn(apiKey: string, password: string): Promise<void> {
  const response = await fetch("/session/", { method: "POST", body: JSON.stringify({ apiKey, password }) });
  if (!response.ok) return refuse(response);
  token = undefined;
}

export async function logOut(): Promise<void> {
  // The token would live on for an hour.
  const ended = token?.then((text) => fetch("/api/v1/logout/", { method: "POST", headers: { Authorization: `token ${text}`, "Content-Type": "application/json" }, body: "null" }));
  await ended?.catch(() => undefined);
  await fetch("/session/logout/", { method: "POST" });
  token = undefined;
}

/** Pauses after which a request is repeated that the quota refused: it flows back every second. */
const QUOTA_PAUSES_MS = [1000, 2000, 4000, 8000];

/** A request with the token; one whose session has ended is repeated with a new token. */
export async function authorized(request: Request): Promise<Response> {
  let isRenewed = false;
  for (let refused = 0; ; ) {
    token ??= fetchToken();
    const mine = token;
    const text = await mine.catch((error) => {
      if (token === mine) token = undefined;
      throw error;
    });
    const copy = request.clone();
    copy.headers.set("Content-Type", "application/json");
    copy.headers.set("Authorization", `token ${text}`);
    const response = await fetch(copy);
    if (response.ok) return response;
    const { errorCode } = await response.clone().json().catch(() => ({}));
    const pause = errorCode === "TooManyRequests" ? QUOTA_PAUSES_MS[refused++] : undefined;
    if (pause !== undefined) {
      // Those that were refused together do not come back together.
      await new Promise((done) => {
        setTimeout(done, pause * (0.5 + Math.random() / 2));
        request.signal.addEventListener("abort", done, { once: true });
      });
      request.signal.throwIfAborted();
      continue;
    }
    // The role forbids it: a new token would change nothing.
    const isEnded = response.status === 401 && errorCode !== "NotAuthorized";
    if (!isEnded || isRenewed) return refuse(response);
    isRenewed = true;
    if (token === mine) token = undefined;
  }
}

export const api = createClient<paths>({ baseUrl: "/api/v1", fetch: authorized });

/** The body of a good reply; a bad one was thrown by `authorized`. */
export async function answer<Body>(reply: Promise<{ data?: Body }>): Promise<Body> {
  return (await reply).data as Body;
}

/** JSON whose numbers stay texts, digit by digit: a number of JavaScript rounds long ones. */
export const parseExact = (text: string): unknown =>
  JSON.parse(text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) => (token.startsWith('"') ? token : `"${token}"`)));

/** The body of a good reply asked for as text, with its numbers as texts. */
export async function exactAnswer<Body>(reply: Promise<{ data?: unknown }>): Promise<Body> {
  return parseExact(String(await answer(reply))) as Body;
}

export type Right = "view" | "send" | "edit";

const RIGHTS: Record<string, readonly Right[]> = {
  owner: ["view", "send", "edit"],
  manager: ["view", "send", "edit"],
  "technical-manager": ["view", "send", "edit"],
  operator: ["view", "send"],
  viewer: ["view"],
  "monitor-operator": ["send"],
};

/** What the page offers; the server decides. */
export const may = (org: UserOrg, right: Right): boolean => RIGHTS[org.userRole]?.includes(right) ?? false;
