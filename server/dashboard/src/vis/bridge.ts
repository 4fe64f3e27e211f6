// The page's side of a visualization: what a snippet asks is done with the user's own rights, through the
// API, and only what `messages.ts` lists. A write needs a hand: the user has just touched the frame. What is
// asked before the plant is known is answered once it is.
import { answer, api, ApiError, type Right } from "../api.ts";
import { explain } from "../errors.ts";
import type { Param, Plant } from "../plant.ts";
import { open } from "../route.ts";
import { word } from "../words.ts";
import { readRequest, type Ask, type Reply, type Shown, type Wanted } from "./messages.ts";

/** More messages in a second are no drawing but an attack. */
const MOST_MESSAGES = 200;

/** Requests of one frame that reach the API: this many at once, then this many a second. */
const BURST = 20;
const PER_SECOND = 4;

/** How long the news of a touch may take. */
const [TOUCH_TRIES, TOUCH_TRY_MS] = [25, 20];

export interface Host {
  plant: Plant;
  frame: HTMLIFrameElement;
  visId: number;
  setHeight(height: number): void;
  /** A form for a new value; resolves when it is closed. */
  edit(param: Param): Promise<void>;
  /** A form for a text of the visualization; resolves when it is closed. */
  editText(key: string, present: string): Promise<void>;
  wrote(what: string): void;
  /** What the user asked for was not done. */
  refused(why: string): void;
  /** The frame floods the page and was cut off. */
  flooded(): void;
}

/** A field that the object has itself: a snippet may ask for `constructor`. */
function own<Value>(fields: Record<string, Value>, name: string): Value | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

export class Bridge {
  readonly #channel = new MessageChannel();
  readonly #ids = new Map<string, number | undefined>();
  /** References may name other parameters in a plant that was loaded anew. */
  readonly #forget = () => this.#ids.clear();
  #recent = 0;
  #budget = BURST;
  #isBusy = false;
  #timer: number;

  constructor(readonly host: Host) {
    this.#channel.port1.onmessage = ({ data }) => void this.#hear(data);
    this.#timer = window.setInterval(() => {
      this.#recent = 0;
      this.#budget = Math.min(BURST, this.#budget + PER_SECOND);
    }, 1000);
    host.plant.addEventListener("plant", this.#forget);
  }

  /** The frame's end; it can be handed over once. */
  get port(): MessagePort {
    return this.#channel.port2;
  }

  close(): void {
    clearInterval(this.#timer);
    this.host.plant.removeEventListener("plant", this.#forget);
    this.#channel.port1.close();
  }

  async #hear(data: unknown): Promise<void> {
    if (++this.#recent > MOST_MESSAGES) {
      this.close();
      return this.host.flooded();
    }
    const request = readRequest(data);
    if (!request) return;
    const reply = await this.#answer(request.body).then((ok) => ({ ok }), (error: unknown) => ({ err: explain(error) }));
    this.#channel.port1.postMessage({ id: request.id, ...reply } satisfies Reply);
  }

  async #answer(body: Ask): Promise<unknown> {
    if (body.ask === "height") return this.host.setHeight(body.height);
    if (this.#budget < 1) throw new Error("too many requests");
    this.#budget--;
    switch (body.ask) {
      case "values":
        return this.#values(body.wanted);
      case "texts":
        return answer(api.GET("/vis/{visId}/data/", { params: { path: { visId: this.host.visId } } }));
      case "write":
        return this.#write(body.ref, () => answer(api.POST("/org/{orgId}/params/save-param-value/", { ...this.#org, body: { param: body.ref, value: body.value } })));
      case "toggle":
        return this.#write(body.ref, () => answer(api.POST("/org/{orgId}/params/toggle/", { ...this.#org, body: { param: body.ref, default: body.off, on: body.on } })));
      case "increment":
        return this.#write(body.ref, () => answer(api.POST("/org/{orgId}/params/increment/", { ...this.#org, body: { param: body.ref, amount: body.amount } })));
      case "edit":
        return this.#alone("send", async () => this.host.edit(await this.#param(body.ref)));
      case "editText":
        return this.#alone("edit", async () => {
          const texts = await answer(api.GET("/vis/{visId}/data/", { params: { path: { visId: this.host.visId } } }));
          return this.host.editText(body.key, own(texts, body.key) ?? "");
        });
      case "goto":
        return this.#alone("view", () => this.#goto(body.kind, body.refs));
    }
  }

  get #org() {
    return { params: { path: { orgId: this.host.plant.orgId } } };
  }

  /** The frame is a process of its own: what it asks may come before the page hears of the touch. */
  async #isTouched(): Promise<boolean> {
    for (let tries = 0; tries < TOUCH_TRIES; tries++) {
      if (navigator.userActivation.isActive && document.activeElement === this.host.frame) return true;
      await new Promise((resolve) => setTimeout(resolve, TOUCH_TRY_MS));
    }
    return false;
  }

  /** One thing at a time that a user asked for, by a click or a key in this very frame. */
  async #alone<Result>(right: Right, act: () => Promise<Result>): Promise<Result> {
    if (!(await this.#isTouched())) throw new Error("this needs a click in the visualization");
    if (this.#isBusy) throw new Error("busy");
    this.#isBusy = true;
    try {
      if (!this.host.plant.may(right)) throw new Error(word("errorRole"));
      return await act();
    } catch (error) {
      this.host.refused(explain(error));
      throw error;
    } finally {
      this.#isBusy = false;
    }
  }

  #write(ref: string, send: () => Promise<{ ok: { newValue: string } } | { err: string }>): Promise<unknown> {
    return this.#alone("send", async () => {
      const reply = await send();
      if ("err" in reply) throw new Error(reply.err);
      const id = await this.#id(ref);
      const param = id === undefined ? undefined : this.host.plant.params.get(id);
      this.host.wrote(param ? `${param.info?.name ?? ref}: ${this.host.plant.format(param, reply.ok.newValue)}` : `${ref}: ${reply.ok.newValue}`);
      return reply.ok;
    });
  }

  async #values(wanted: Wanted[]): Promise<Shown[]> {
    await this.host.plant.known;
    const tokens = [...new Set(wanted.map(({ token }) => token))];
    const values = await answer(api.POST("/org/{orgId}/params/get-param-values/", { ...this.#org, body: { params: tokens.join(" ") } }));
    const exact = [...new Set(wanted.filter(({ token, isExact }) => isExact && !token.startsWith("*")).map(({ token }) => token))];
    await Promise.all(exact.map((token) => this.#id(token)));
    return wanted.map(({ token, precision, isExact }) => {
      const given = own(values, token) ?? "NOP";
      const text = String(given);
      if (!isExact) return { text };
      if (typeof given === "number") return { text: precision === undefined ? text : given.toFixed(precision), value: text };
      // The API words a stored value for people; the exact one is what the live stream brought.
      const id = this.#ids.get(token);
      const param = id === undefined ? undefined : this.host.plant.params.get(id);
      const value = id === undefined ? undefined : this.host.plant.readings.get(id)?.text;
      if (!param || value === undefined) return { text };
      return { text: precision === undefined ? text : this.host.plant.format({ ...param, precision }, value), value };
    });
  }

  /** The parameter of a reference, asked for once. */
  async #id(ref: string): Promise<number | undefined> {
    await this.host.plant.known;
    if (!this.#ids.has(ref)) {
      const found = await answer(api.POST("/org/{orgId}/params/get-id-by-reference/", { ...this.#org, body: ref })).catch((error: unknown) => {
        if (error instanceof ApiError && error.code === "ObjectNotFound") return undefined;
        throw error;
      });
      this.#ids.set(ref, found?.id);
    }
    return this.#ids.get(ref);
  }

  async #param(ref: string): Promise<Param> {
    const id = await this.#id(ref);
    const param = id === undefined ? undefined : this.host.plant.params.get(id);
    if (!param) throw new Error(`no parameter \`${ref}\``);
    return param;
  }

  async #goto(kind: string, refs: string[]): Promise<void> {
    await this.host.plant.known;
    const [ref = ""] = refs;
    const { plant } = this.host;
    if (kind === "params") {
      const params = await Promise.all(refs.map((each) => this.#param(each)));
      return open({ view: "compare", params: params.map(({ paramId }) => paramId) });
    }
    if (kind === "param") {
      const param = await this.#param(ref);
      return open({ view: "device", id: param.deviceId, param: param.paramId });
    }
    const named = <Each extends { id: number; slug: string }>(list: Iterable<Each>, text: string) => [...list].find(({ id, slug }) => text === `#${id}` || text === `[${slug}]`);
    const net = (text: string) => named(plant.nets.values(), text) ?? [...plant.nets.values()].find((each) => each.ip === text || each.mac?.replaceAll(":", "-").toLowerCase() === text.toLowerCase());
    if (kind === "network") {
      const found = net(ref);
      if (found) return open({ view: "net", id: found.id });
    } else if (kind === "device") {
      const [where = "", unit] = ref.split(">");
      const found = unit === undefined ? named(plant.devices.values(), ref) : [...plant.devices.values()].find((device) => device.net === net(where) && String(device.unitId) === unit);
      if (found) return open({ view: "device", id: found.id });
    } else {
      const found = named(plant.visualizations, ref);
      if (found) return open({ view: "vis", id: found.id });
    }
    throw new Error(`nothing is named \`${ref}\``);
  }
}
