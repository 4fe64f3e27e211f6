// The programme of a visualization's frame. The frame has no origin, no network and no cookies: it shows
// the snippet, and asks the page for values through the one port that it was given.
import { shut } from "./alone.ts";
import { compare, parseAction, parseCondition, parseConnection, parseValue, resolve, type Action, type Aliases, type Condition } from "./bindings.ts";
import type { Ask, Reply, Shown, Start, Wanted } from "./messages.ts";

interface Hooks {
  preInitViz?: (done: () => void) => void;
  onVizUpdate?: (data: Record<string, string>) => void;
  writeParamValue?: (ref: string, value: string, done?: () => void, refreshAll?: boolean) => void;
}

interface Binding {
  wanted: Wanted;
  apply: (shown: Shown) => void;
}

/** What a refresh "at once" is: the page answers about this often. */
const LEAST_PERIOD_SEC = 0.3;

const hooks = window as unknown as Hooks;
const pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
let port: MessagePort;
let count = 0;

shut();

function ask<Answer>(body: Ask): Promise<Answer> {
  const id = ++count;
  port.postMessage({ id, body });
  return new Promise((done, reject) => pending.set(id, { resolve: done as (value: unknown) => void, reject }));
}

function hear({ data }: MessageEvent<Reply>): void {
  const waiting = pending.get(data.id);
  pending.delete(data.id);
  if (data.err === undefined) waiting?.resolve(data.ok);
  else waiting?.reject(new Error(data.err));
}

/** Scripts that were set as text do not run; new ones do. */
function embed(source: string): void {
  document.body.innerHTML = source;
  for (const dead of document.body.querySelectorAll("script")) {
    const script = document.createElement("script");
    for (const { name, value } of dead.attributes) script.setAttribute(name, value);
    script.textContent = dead.textContent;
    dead.replaceWith(script);
  }
}

function aliasesOf(): Aliases {
  const aliases: Aliases = new Map();
  for (const alias of document.querySelectorAll("alias")) {
    const target = ["network", "device", "param", "vis"].map((kind) => alias.getAttribute(kind)).find((each) => each !== null);
    const name = alias.getAttribute("name");
    if (name && target) aliases.set(name, target);
  }
  return aliases;
}

/** Sets the property and the style of this name; `disabled` and its like are on with any text but these. */
function set(element: Element, property: string, value: string): void {
  const owner = element as unknown as Record<string, unknown>;
  if (typeof owner[property] === "string") owner[property] = value;
  else if (typeof owner[property] === "boolean") owner[property] = !["", "false", "no", "0"].includes(value);
  else element.setAttribute(property, value);
  (element as HTMLElement | SVGElement).style?.setProperty(property, value);
}

/** An expression of the snippet's author; it may do what the snippet's scripts may. */
function evaluate(expression: string, value: string): unknown {
  const x = value !== "" && Number.isFinite(Number(value)) ? Number(value) : value;
  return new Function("x", `return (${expression});`)(x);
}

const holds = (condition: Condition, value: string): boolean =>
  "expression" in condition ? Boolean(evaluate(condition.expression, value)) : compare(condition.sign, value, condition.than);

/** Elements with an attribute; what cannot be read is named in the console and shows nothing. */
function each(attribute: string, use: (element: Element, text: string) => boolean): void {
  for (const element of document.querySelectorAll(`[${attribute}]`)) {
    const text = element.getAttribute(attribute) ?? "";
    if (!use(element, text)) console.warn(`${attribute}: cannot read \`${text}\``);
  }
}

function bindingsOf(aliases: Aliases): Binding[] {
  const bindings: Binding[] = [];
  each("param-value", (element, text) => {
    const { token, precision } = parseValue(text, aliases);
    const change = element.getAttribute("param-value-mod");
    const apply = ({ text, value }: Shown) => {
      if (change === null || value === undefined) return void (element.textContent = text);
      const result = evaluate(change, value);
      element.textContent = precision !== undefined && typeof result === "number" ? result.toFixed(precision) : String(result);
    };
    bindings.push({ wanted: { token, precision, isExact: change !== null || precision !== undefined }, apply });
    return token !== "";
  });
  each("on-param-value", (element, text) => {
    const found = parseCondition(text, aliases);
    if (found) bindings.push({ wanted: { token: found.token, isExact: true }, apply: ({ text, value }) => set(element, found.property, holds(found.condition, value ?? text) ? found.on : found.off) });
    return found !== undefined;
  });
  each("on-net-connection", (element, text) => {
    const found = parseConnection(text, aliases);
    if (found) bindings.push({ wanted: { token: found.token, isExact: false }, apply: ({ text }) => set(element, found.property, text === "1" ? found.on : found.off) });
    return found !== undefined;
  });
  return bindings.filter(({ wanted }) => wanted.token !== "" && !/\s/.test(wanted.token));
}

async function showTexts(): Promise<void> {
  const texts = await ask<Record<string, string>>({ ask: "texts" });
  for (const element of document.querySelectorAll("[text-replacement]")) {
    const key = element.getAttribute("text-replacement") ?? "";
    if (Object.hasOwn(texts, key)) element.textContent = texts[key] ?? "";
  }
}

async function refresh(bindings: Binding[]): Promise<void> {
  if (bindings.length === 0) return;
  const shown = await ask<Shown[]>({ ask: "values", wanted: bindings.map(({ wanted }) => wanted) });
  const data: Record<string, string> = {};
  bindings.forEach(({ wanted, apply }, index) => {
    const value = shown[index];
    if (!value) return;
    data[wanted.token] = value.value ?? value.text;
    try {
      apply(value);
    } catch (error) {
      console.error(error);
    }
  });
  hooks.onVizUpdate?.(data);
}

/** Makes anything a button that can be reached by keyboard, too. */
function makeButton(element: Element, press: () => void): void {
  element.addEventListener("click", press);
  (element as HTMLElement).style.cursor = "pointer";
  if (element.matches("button, a[href], input, select")) return;
  if (!element.hasAttribute("tabindex")) element.setAttribute("tabindex", "0");
  if (!element.hasAttribute("role")) element.setAttribute("role", "button");
  element.addEventListener("keydown", (event) => {
    const { key } = event as KeyboardEvent;
    if (key !== "Enter" && key !== " ") return;
    event.preventDefault();
    press();
  });
}

function askFor(action: Action): Promise<unknown> {
  switch (action.act) {
    case "goto":
      return ask({ ask: "goto", kind: action.kind as "param", refs: action.refs });
    case "toggle":
      return ask({ ask: "toggle", ref: action.ref, off: action.off, on: action.on });
    case "increment":
      return ask({ ask: "increment", ref: action.ref, amount: action.amount });
    case "edit":
      return ask({ ask: "edit", ref: action.ref });
    case "editText":
      return ask({ ask: "editText", key: action.key }).then(showTexts);
  }
}

async function run({ source, refreshWord }: Start): Promise<void> {
  embed(source);
  if (hooks.preInitViz) await new Promise<void>((done) => hooks.preInitViz?.(done));
  const settings = document.querySelector(".vis-settings") ?? document.querySelector("svg");
  const aliases = aliasesOf();
  const bindings = bindingsOf(aliases);
  const of = (ref: string) => bindings.filter(({ wanted }) => wanted.token.replace(/^\*/, "") === ref);

  hooks.writeParamValue = (reference, value, done, refreshAll) => {
    const ref = resolve(reference, aliases);
    void ask({ ask: "write", ref, value: String(value) }).then(() => refresh(refreshAll ? bindings : of(ref))).catch(console.error).finally(done);
  };
  each("on-click", (element, text) => {
    const action = parseAction(text, aliases);
    // What was refused is told by the page.
    if (action) makeButton(element, () => void askFor(action).then(() => ("isAll" in action ? refresh(action.isAll ? bindings : of(action.ref)) : undefined)).catch(console.warn));
    return action !== undefined;
  });
  if (settings?.getAttribute("refresh-button") !== "no" && bindings.length > 0) {
    const button = document.createElement("button");
    button.textContent = "↻";
    button.title = refreshWord;
    button.setAttribute("aria-label", refreshWord);
    button.style.cssText = "position:absolute;top:0;left:0;font:16px system-ui;background:none;border:0;color:inherit;opacity:.6;cursor:pointer";
    button.addEventListener("click", () => void refresh(bindings).catch(console.error));
    document.body.append(button);
  }
  new ResizeObserver(() => void ask({ ask: "height", height: document.documentElement.offsetHeight })).observe(document.documentElement);
  if (settings?.getAttribute("use-vis-data") === "yes") await showTexts().catch(console.error);
  const text = settings?.getAttribute("update-period-sec") ?? "";
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 10;
  // One cycle ends before the next begins.
  for (;;) {
    await refresh(bindings).catch(console.error);
    await new Promise((done) => setTimeout(done, Math.max(seconds, LEAST_PERIOD_SEC) * 1000));
  }
}

addEventListener("message", ({ data, ports, source }: MessageEvent<Start>) => {
  const [given] = ports;
  if (source !== parent || !given || port) return;
  port = given;
  port.onmessage = hear;
  run(data).catch(console.error);
});
