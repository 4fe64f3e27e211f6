import type { Client } from "openapi-fetch";
import type { paths } from "#openapi";
import type { Either } from "./compare.mjs";

export type Fields = string | Fields[] | { [name: string]: Fields } | Either;

export type Api = Client<paths>;

/** What the plant's objects are called by the server. */
export interface Plant {
  org: number;
  nets: { [name: string]: number };
  devices: { [name: string]: number };
  params: { [name: string]: number };
  viss: { [name: string]: number };
  template: number;
  notification: string;
  /** The code that a controller shows. */
  activationCode: number;
  /** The connection that stands in for an address of the reference. */
  at(address: string): { kind: "direct"; ip: string; port: number };
  /** A session of its own. */
  login(apiKey: string): Promise<Api>;
}

export interface Answer {
  data?: unknown;
  error?: unknown;
  response: Response;
}

export interface Example {
  /** What tells it from others of its endpoint. */
  name: string;
  call(api: Api, plant: Plant, made: any): Promise<Answer>;
  /** Path and body as the reference writes them. */
  asked?: string;
  /** The reply as the reference writes it. */
  reply?: string;
  /** The fields that the reference names, for what is not on the endpoint itself. */
  fields?: Fields;
  /** The status; 200 without it. */
  status?: number;
  /** Keys of our reply by those of the example. */
  keys?(plant: Plant): { [ours: string]: string };
  /** The part of our reply that the example shows. */
  part?(reply: any, plant: Plant): unknown;
  /** What has to be there; its result is `made`. */
  before?(api: Api, plant: Plant): Promise<any>;
  after?(api: Api, plant: Plant, made: any): Promise<unknown>;
}

export interface Endpoint {
  endpoint: string;
  fields?: Fields;
  examples: Example[];
}
