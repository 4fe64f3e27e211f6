// Types of the API's client. Paths, bodies and replies follow the description of the API, which is in `client-api.d.ts`.
import type { components, paths } from "./client-api.js";

export type { components, paths };

/** Bodies and replies by name. */
export type Schemas = components["schemas"];
export type Language = Schemas["Language"];
export type JournalRecord = Schemas["JournalRecord"];

/** Milliseconds since 1970 UTC, ISO 8601 text with a zone, a date. */
export type Moment = number | string | Date;

type Verb = "get" | "post";
/** Paths that take a verb. */
export type PathOf<V extends Verb> = { [Path in keyof paths]: paths[Path] extends Record<V, object> ? Path : never }[keyof paths];
type OperationOf<Path, V extends Verb> = Path extends keyof paths ? paths[Path][V] : never;
/** The reply of an endpoint. */
export type Reply<Path, V extends Verb> =
  OperationOf<Path, V> extends { responses: { 200: { content: { "application/json": infer Body } } } } ? Body : never;

type PathPart<Operation> = Operation extends { parameters: { path: infer Part extends object } } ? { path: Part } : { path?: never };
type QueryPart<Operation> = Operation extends { parameters: { query: infer Part extends object } }
  ? { query: Part }
  : Operation extends { parameters: { query?: infer Part extends object } }
    ? { query?: Part }
    : { query?: never };
type BodyPart<Operation> = Operation extends { requestBody: { content: { "application/json": infer Body } } }
  ? null extends Body
    ? { body?: Body }
    : { body: Body }
  : { body?: never };
/** What an endpoint is given. */
export type Init<Path, V extends Verb> = PathPart<OperationOf<Path, V>> &
  QueryPart<OperationOf<Path, V>> &
  BodyPart<OperationOf<Path, V>> & { signal?: AbortSignal };
type Arguments<Path, V extends Verb> = {} extends Init<Path, V> ? [init?: Init<Path, V>] : [init: Init<Path, V>];

/** The server refused a request, or did not answer. */
export class ApiError extends Error {
  constructor(status: number | null, code: string, message: string, method: string, path: string, options?: ErrorOptions);
  readonly name: "ApiError";
  /** HTTP status; null without an answer. */
  readonly status: number | null;
  /** The API's `errorCode`; `NoReply` without an answer, `NotTheApi` if another program answered, `Closed` after `close`. */
  readonly code: string;
  /** The API's `errorMessage`; `message` has method, path, status and code before it. */
  readonly reason: string;
  readonly method: string;
  /** Below `/api/v1`, without the query. */
  readonly path: string;
}

/** Readings of a parameter, oldest first. */
export interface Readings<Values> {
  /** Milliseconds since 1970 UTC. */
  times: Float64Array;
  /** NaN, in a list `null`, where reading failed. */
  values: Values;
}

export interface Range {
  /** The first reading of all without it. */
  start?: Moment;
  /** Readings before it; now without it. */
  end?: Moment;
  signal?: AbortSignal;
}

/**
 * The API of one server, as the owner of an API key. The token is fetched by the first call that needs one, renewed
 * before it ends, and once more if the server has ended it.
 *
 * What can be sent again without harm is repeated with growing pauses: a `get` or a log-in that found no server or a
 * busy one (502, 503, 504), and any request that the server says it has refused for now (403 `TooManyRequests`; 429 and
 * 503 with `Retry-After`). A write that may have been carried out is never repeated.
 */
export class Client {
  constructor(options: {
    /** Address of the server, such as `https://plant.example`. */
    url: string;
    /** A UUID, as `parabus key create` shows it. */
    apiKey: string;
    password: string;
    /** How often a request is repeated, 5 by default. */
    retries?: number;
    /** How long an answer may take, 90 seconds by default; a request that took longer is not repeated. */
    timeoutMs?: number;
    /** In place of the global one. */
    fetch?: typeof globalThis.fetch;
  });
  /** Address of the server. */
  readonly url: string;
  /** Calls an endpoint by its path. */
  get<Path extends PathOf<"get">>(path: Path, ...init: Arguments<Path, "get">): Promise<Reply<Path, "get">>;
  /** Calls an endpoint by its path. */
  post<Path extends PathOf<"post">>(path: Path, ...init: Arguments<Path, "post">): Promise<Reply<Path, "post">>;
  /** All stored readings of a parameter with `start` ≤ time < `end`, in as many requests as they need. */
  readings(paramId: number, range?: Range & { exact?: false }): Promise<Readings<Float64Array>>;
  /** With `exact`, a list of numbers as the API sends them: integers beyond ±(2^53 − 1) are BigInt. */
  readings(paramId: number, range: Range & { exact: true }): Promise<Readings<(number | bigint | null)[]>>;
  /** All records of an alert's log, newest first. */
  alertLogRecords(alertId: number, options?: { lang?: Language; signal?: AbortSignal }): AsyncGenerator<JournalRecord, void>;
  /** All records of the logs of an organization's alerts, newest first. */
  orgAlertsLogRecords(orgId: number, options?: { netId?: number; lang?: Language; signal?: AbortSignal }): AsyncGenerator<JournalRecord, void>;
  /** Logs out, if there was a log-in. A later call throws `ApiError`. */
  close(): Promise<void>;
}
