// What the page knows of the plant, and the live stream that keeps it up to date. Registers become
// values and texts in the wasm build of core, the same that the server runs.
import { decodeValue, formatValue } from "parabus-wasm";
import { answer, api, authorized, may, type Point, type Right, type Schemas, type TreeParam, type UserOrg } from "./api.ts";
import { levelRank, type ActiveEvent } from "./alerts.ts";
import { currentLang, word } from "./words.ts";

interface LiveParam {
  paramId: number;
  deviceId: number;
  valueType: string;
  multiplier: string;
  shift: string;
  precision?: number;
  unit?: string;
  category?: string;
  registerKind: string;
  isProgrammable: boolean;
  /** How long a value holds where nothing newer was read. */
  holdMs?: number;
  /** Among the dashboard's widgets; absent for a parameter that is not shown there. */
  dashboardPlace?: number;
  texts: Record<string, Record<string, string>>;
}

export interface Param extends LiveParam {
  info?: TreeParam;
}

/** A text or an address is no number, and has no curve. */
export const isText = ({ valueType }: Param): boolean => /^(str|ipv4|mac)/.test(valueType);

export interface Reading {
  at: number;
  /** Exact decimal text; absent where the reading failed. */
  text?: string;
  number?: number | null;
  err?: string;
}

export interface Notification {
  id: string;
  /** By language. */
  texts: Record<string, string>;
}

/** A tree of sensors. */
export interface EnergyTree {
  id: string;
  name: string;
}

export interface Report {
  id: string;
  name: string;
  /** In the order in which they are shown. */
  branches: ReportBranch[];
}

export interface ReportBranch {
  id: string;
  parent?: string;
  name: string;
  category?: string;
  /** Of a branch that counts a parameter. */
  unit?: string;
}

export type Code = "scheduled" | "reading" | "unreachable" | "disabled" | "never";

export interface Device {
  id: number;
  name: string;
  slug: string;
  description?: string | null;
  unitId: number;
  net: Net;
  params: number[];
  code: Code;
  lastReadOn?: number;
  nextReadOn?: number;
}

export interface Net {
  id: number;
  name: string;
  slug: string;
  description?: string | null;
  /** Where it is reached: an address, or the controller's MAC. */
  address: string;
  ip: string;
  mac?: string | null;
  disabledOn?: string | null;
  isConnected?: boolean;
  devices: number[];
}

/** A stored point is its date, then its number. */
export const instantOf = ([at]: Point): number => Date.parse(String(at));
export const numberOf = ([, value]: Point): number | null => (typeof value === "number" ? value : null);

export type Kind = "good" | "bad" | "idle";
const KINDS: Record<Code, Kind> = { scheduled: "good", reading: "good", unreachable: "bad", disabled: "idle", never: "idle" };

/** Values kept in memory for the small curves. */
export const RECENT = 90;

const NETS_EVERY_MS = 10_000;

/** What is known of a thing now, in the object that views may hold already. */
function renewed<Thing extends object>(former: Thing | undefined, next: Thing): Thing {
  if (!former) return next;
  for (const key of Object.keys(former)) if (!(key in next)) Reflect.deleteProperty(former, key);
  return Object.assign(former, next);
}

export class Plant extends EventTarget {
  readonly devices = new Map<number, Device>();
  readonly params = new Map<number, Param>();
  readonly readings = new Map<number, Reading>();
  readonly recent = new Map<number, Reading[]>();
  /** Parameters whose small curve holds what was stored before. */
  readonly seeded = new Set<number>();
  /** Why the last reading of a parameter failed, until one succeeds. */
  readonly failures = new Map<number, string>();
  readonly nets = new Map<number, Net>();
  visualizations: Schemas["VisReply"][] = [];
  notifications: Notification[] = [];
  trees: EnergyTree[] = [];
  reports: Report[] = [];
  events: ActiveEvent[] = [];
  isLive = false;
  /** Resolved once the stream has said what the parameters are, and their last values are known. */
  readonly known: Promise<void>;
  /** Resolves `known`. */
  setKnown!: () => void;
  #stop = new AbortController();
  #isLoaded = false;

  constructor(readonly org: UserOrg) {
    super();
    this.known = new Promise((resolve) => (this.setKnown = resolve));
  }

  get orgId(): number {
    return this.org.orgId;
  }

  may(right: Right): boolean {
    return may(this.org, right);
  }

  async load(): Promise<void> {
    const params = { path: { orgId: this.orgId } };
    const [tree, list, names] = await Promise.all([
      answer(api.GET("/org/{orgId}/nets/device-param-tree/", { params })),
      answer(api.GET("/org/{orgId}/nets/", { params })),
      answer(api.GET("/org/{orgId}/viss/", { params })),
    ]);
    const visIds = names.map(({ id }) => id);
    this.visualizations = visIds.length > 0 ? await answer(api.POST("/org/{orgId}/viss/info/", { params, body: { visIds } })) : [];
    const known = new Map(this.devices);
    const former = new Map(this.nets);
    this.devices.clear();
    this.nets.clear();
    this.#infos.clear();
    for (const [id, each] of Object.entries(tree)) {
      const netId = Number(id);
      const net: Net = {
        id: netId,
        name: each.name,
        slug: each.slug,
        description: each.description,
        address: each.mac ?? `${each.ip}:${each.port}`,
        ip: each.ip,
        mac: each.mac,
        disabledOn: list.find((entry) => entry.id === netId)?.disabledOn,
        isConnected: former.get(netId)?.isConnected,
        devices: Object.keys(each.devices).map(Number),
      };
      const kept = renewed(former.get(netId), net);
      this.nets.set(netId, kept);
      for (const [deviceId, device] of Object.entries(each.devices)) {
        const before = known.get(Number(deviceId));
        const { code = "never", lastReadOn, nextReadOn } = before ?? {};
        const { name, slug, description, modbusUnitId: unitId } = device;
        const params = Object.keys(device.parameters).map(Number);
        this.devices.set(Number(deviceId), renewed(before, { id: Number(deviceId), name, slug, description, unitId, net: kept, params, code, lastReadOn, nextReadOn }));
        for (const [paramId, info] of Object.entries(device.parameters)) this.#infos.set(Number(paramId), info);
      }
    }
    this.#isLoaded = true;
  }

  /** Asks now and then which networks are connected, until `stop`. */
  async watchNets(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const query = { lang: currentLang() };
      const reply = await answer(api.GET("/org/{orgId}/dashboard/light/", { params: { path: { orgId: this.orgId }, query } })).catch(() => undefined);
      for (const { id, isConnected } of reply?.networks ?? []) {
        const net = this.nets.get(id);
        if (net) net.isConnected = isConnected;
      }
      if (reply) {
        this.events = reply.events;
        this.#tell("devices");
      }
      await new Promise((resolve) => setTimeout(resolve, NETS_EVERY_MS));
    }
  }

  readonly #infos = new Map<number, TreeParam>();

  /** Listens until `stop`; comes back by itself after a break, later and later. */
  async listen(): Promise<void> {
    for (let pause = 500; !this.#stop.signal.aborted; pause = Math.min(pause * 2, 10_000)) {
      try {
        const response = await authorized(new Request(`/live/values/?orgId=${this.orgId}`, { signal: this.#stop.signal }));
        pause = 500;
        await this.#read(response);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if ((error as { status?: number }).status === 401) return this.#tell("ended");
      }
      this.#setLive(false);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  #tell(type: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #setLive(isLive: boolean): void {
    if (this.isLive === isLive) return;
    this.isLive = isLive;
    this.#tell("live");
  }

  async #read(response: Response): Promise<void> {
    if (!response.body) return;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let buffer = ""; ; ) {
      const { value, done } = await reader.read();
      if (done) return;
      buffer += value;
      const events = buffer.split("\n\n");
      buffer = events.pop() ?? "";
      for (const event of events) {
        const fields = new Map(event.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]));
        const data = fields.get("data");
        if (data) await this.#take(fields.get("event") ?? "", JSON.parse(data));
      }
    }
  }

  async #take(event: string, data: any): Promise<void> {
    if (event === "params") {
      const known = data as LiveParam[];
      // The configuration that was loaded last is the stream's first; later ones are news.
      if (!this.#isLoaded || known.some((param) => !this.#infos.has(param.paramId))) await this.load();
      this.#isLoaded = false;
      const former = new Map(this.params);
      this.params.clear();
      for (const param of known) this.params.set(param.paramId, renewed<Param>(former.get(param.paramId), { ...param, info: this.#infos.get(param.paramId) }));
      this.#tell("plant");
    } else if (event === "trees") {
      this.trees = data;
    } else if (event === "reports") {
      this.reports = data;
      this.#tell("places");
    } else if (event === "notifications") {
      this.notifications = data;
      this.#tell("notifications");
    } else if (event === "devices") {
      for (const state of data) {
        const device = this.devices.get(state.deviceId);
        if (!device) continue;
        device.code = state.code;
        if (state.lastReadOn) device.lastReadOn = Date.parse(state.lastReadOn);
        device.nextReadOn = state.nextReadOn ? Date.parse(state.nextReadOn) : undefined;
      }
      this.#tell("devices");
    } else if (event === "readings") {
      const at = Date.parse(data.readOn);
      for (const value of data.values) this.#keep(value.paramId, { at, err: value.err, ...this.#decoded(value.paramId, value.registers) });
      this.#setLive(true);
      this.#tell("readings", data.values.map((value: { paramId: number }) => value.paramId));
    }
  }

  #decoded(id: number, registers?: number[]): Partial<Reading> {
    const param = this.params.get(id);
    if (!param || !registers) return {};
    const { valueType, multiplier, shift } = param;
    const { text, number } = decodeValue(registers, valueType, { multiplier, shift });
    return { text, number };
  }

  #keep(id: number, reading: Reading): void {
    const recent = this.recent.get(id) ?? [];
    recent.push(reading);
    if (recent.length > RECENT) recent.shift();
    this.recent.set(id, recent);
    if (reading.err === undefined) this.failures.delete(id);
    else this.failures.set(id, reading.err);
    // A failed reading leaves the last good value in place; its age tells.
    if (reading.text !== undefined || !this.readings.has(id)) this.readings.set(id, reading);
  }

  devicesOf(net: Net): Device[] {
    return net.devices.flatMap((id) => this.devices.get(id) ?? []);
  }

  paramsOf(device: Device): Param[] {
    return device.params.flatMap((id) => this.params.get(id) ?? []);
  }

  /** The gravest first, of one level the newest. */
  activeEvents(): ActiveEvent[] {
    const active = this.events.filter(({ isActive }) => isActive);
    return active.sort((one, other) => levelRank(other.level) - levelRank(one.level) || Date.parse(other.startedOn) - Date.parse(one.startedOn));
  }

  /** The parameters of the dashboard in their order. */
  dashboard(): Param[] {
    const shown = [...this.params.values()].filter((param) => param.dashboardPlace !== undefined);
    return shown.sort((one, other) => (one.dashboardPlace ?? 0) - (other.dashboardPlace ?? 0));
  }

  async dismiss(notification: Notification): Promise<void> {
    await answer(api.POST("/global-notifications/{notificationId}/dismiss/", { params: { path: { notificationId: notification.id } }, body: {} }));
    this.notifications = this.notifications.filter((each) => each !== notification);
    this.#tell("notifications");
  }

  /** Sets what a parameter showed last before the stream began. */
  remember(id: number, at: number, text: string): void {
    if (!this.readings.has(id)) this.readings.set(id, { at, text, number: Number(text) });
  }

  /** Sets the small curve to stored points, newest first. */
  seed(id: number, points: Point[]): void {
    this.seeded.add(id);
    const stored = points.map((point) => ({ at: instantOf(point), number: numberOf(point) })).reverse();
    const live = this.recent.get(id) ?? [];
    const first = live[0]?.at ?? Infinity;
    this.recent.set(id, [...stored.filter(({ at }) => at < first), ...live].slice(-RECENT));
  }

  /** The value for people, by core. */
  shown(id: number): string {
    const text = this.readings.get(id)?.text;
    const param = this.params.get(id);
    if (text === undefined || !param) return "—";
    return this.format(param, text);
  }

  /** With the parameter's decimals; `exact` with all that the text has. */
  format(param: Param, text: string, exact = false): string {
    if (isText(param)) return text;
    const lang = currentLang();
    const value = param.valueType === "bit" ? text !== "0" : text;
    return formatValue(value, { lang, unit: param.unit, precision: exact ? undefined : param.precision, texts: param.texts[lang] ?? param.texts.en });
  }

  /** Words of a parameter's values, for a choice. */
  choices(param: Param): [string, string][] {
    const texts = param.texts[currentLang()] ?? param.texts.en;
    if (texts) return Object.entries(texts);
    return param.valueType === "bit" ? ["0", "1"].map((value) => [value, this.format(param, value)]) : [];
  }

  stateOf(device: Device): { word: string; kind: Kind } {
    return { word: word(device.code), kind: KINDS[device.code] };
  }

  stateOfNet(net: Net): { word: string; kind: Kind } {
    if (net.disabledOn) return { word: word("disabled"), kind: "idle" };
    if (net.isConnected === undefined) return { word: word("loading"), kind: "idle" };
    return net.isConnected ? { word: word("connected"), kind: "good" } : { word: word("disconnected"), kind: "bad" };
  }
}
