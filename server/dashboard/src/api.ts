// The API: a one-hour token in memory alone, fetched with the page's cookie and renewed when it ends.

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
  await fetch("/session/logout/", { method: "POST" });
  token = undefined;
}

/** A request with the token; one whose session has ended is repeated with a new token. */
export async function authorized(path: string, init: RequestInit = {}): Promise<Response> {
  for (let attempt = 0; ; attempt++) {
    token ??= fetchToken();
    const headers = { ...init.headers, "Content-Type": "application/json", Authorization: `token ${await token.catch((error) => { token = undefined; throw error; })}` };
    const response = await fetch(path, { ...init, headers });
    if (response.ok) return response;
    if (response.status !== 401 || attempt > 0) return refuse(response);
    token = undefined;
  }
}

export const get = async <T>(path: string): Promise<T> => (await authorized(`/api/v1${path}`)).json();
export const post = async <T>(path: string, body: unknown): Promise<T> =>
  (await authorized(`/api/v1${path}`, { method: "POST", body: JSON.stringify(body) })).json();

export interface UserOrg { orgId: number; orgName: string; userRole: string }
export interface TreeParam { name: string; fullName: string; label?: string; unitName?: string; isProgrammable: boolean; description?: string }
export interface TreeDevice { name: string; description?: string; parameters: Record<string, TreeParam> }
export interface TreeNet { name: string; description?: string; devices: Record<string, TreeDevice> }
export type Tree = Record<string, TreeNet>;
export type Point = [string, number | null];
export type WriteReply = { ok: { oldValue: string; newValue: string; formattedValue: string } } | { err: string };
