// What the page knows of the plant, and the live stream that keeps it up to date. Registers become
// values and texts in the wasm build of core, the same that the server runs.
import { decodeValue, formatValue } from "parabus-wasm";
import { answer, api, authorized, type Point, type TreeParam } from "./api.ts";
import { currentLang, word, type Word } from "./words.ts";

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
  /** Among the dashboard's widgets; absent for a parameter that is not shown there. */
  dashboardPlace?: number;
  texts: Record<string, Record<string, string>>;
}

export interface Param extends LiveParam {
  info?: TreeParam;
}

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

export interface Device {
  id: number;
  name: string;
  description?: string | null;
  net: string;
  params: number[];
  code: Word;
  lastReadOn?: number;
}

/** A stored point is its date, then its number. */
export const instantOf = ([at]: Point): number => Date.parse(String(at));
export const numberOf = ([, value]: Point): number | null => (typeof value === "number" ? value : null);

/** Values kept in memory for the small curves. */
export const RECENT = 90;

export class Plant extends EventTarget {
  readonly devices = new Map<number, Device>();
  readonly params = new Map<number, Param>();
  readonly readings = new Map<number, Reading>();
  readonly recent = new Map<number, Reading[]>();
  /** Parameters whose small curve holds what was stored before. */
  readonly seeded = new Set<number>();
  nets: { id: number; name: string; devices: number[] }[] = [];
  notifications: Notification[] = [];
  isLive = false;
  #stop = new AbortController();

  constructor(readonly orgId: number) {
    super();
  }

  async load(): Promise<void> {
    const tree = await answer(api.GET("/org/{orgId}/nets/device-param-tree/", { params: { path: { orgId: this.orgId } } }));
    this.nets = Object.entries(tree).map(([id, net]) => {
      const devices = Object.entries(net.devices).map(([deviceId, device]) => {
        const known = this.devices.get(Number(deviceId));
        this.devices.set(Number(deviceId), {
          code: known?.code ?? "never",
          lastReadOn: known?.lastReadOn,
          id: Number(deviceId),
          name: device.name,
          description: device.description,
          net: net.name,
          params: Object.keys(device.parameters).map(Number),
        });
        return Number(deviceId);
      });
      return { id: Number(id), name: net.name, devices };
    });
    this.#infos = new Map(Object.values(tree).flatMap((net) => Object.values(net.devices)).flatMap((device) => Object.entries(device.parameters)).map(([id, info]) => [Number(id), info]));
  }

  #infos = new Map<number, TreeParam>();

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
      if (known.some((param) => !this.#infos.has(param.paramId))) await this.load();
      for (const param of known) this.params.set(param.paramId, { ...param, info: this.#infos.get(param.paramId) });
      this.#tell("plant");
    } else if (event === "notifications") {
      this.notifications = data;
      this.#tell("notifications");
    } else if (event === "devices") {
      for (const state of data) {
        const device = this.devices.get(state.deviceId);
        if (!device) continue;
        device.code = state.code;
        if (state.lastReadOn) device.lastReadOn = Date.parse(state.lastReadOn);
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
    // A failed reading leaves the last good value in place; its age tells.
    if (reading.text !== undefined || !this.readings.has(id)) this.readings.set(id, reading);
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

  format(param: Param, text: string): string {
    const lang = currentLang();
    const value = param.valueType === "bit" ? text !== "0" : text;
    return formatValue(value, { lang, unit: param.unit, precision: param.precision, texts: param.texts[lang] ?? param.texts.en });
  }

  /** Words of a parameter's values, for a choice. */
  choices(param: Param): [string, string][] {
    const texts = param.texts[currentLang()] ?? param.texts.en;
    if (texts) return Object.entries(texts);
    return param.valueType === "bit" ? ["0", "1"].map((value) => [value, this.format(param, value)]) : [];
  }

  stateOf(device: Device): { word: string; kind: "good" | "bad" | "idle" } {
    if (device.code === "unreachable") return { word: word("unreachable"), kind: "bad" };
    if (device.code === "disabled" || device.code === "never") return { word: word(device.code), kind: "idle" };
    return { word: word(device.code), kind: "good" };
  }
}
