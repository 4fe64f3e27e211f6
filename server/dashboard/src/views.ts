// What is seen: log-in, overview, one device, one parameter.
import { answer, api } from "./api.ts";
import { Chart } from "./chart.ts";
import { h, setText } from "./dom.ts";
import type { Device, Param, Plant } from "./plant.ts";
import { age, currentLang, word } from "./words.ts";

/** A part of the page that follows the plant. */
export interface View {
  element: HTMLElement;
  /** New readings of these parameters. */
  readings?(ids: number[]): void;
  /** Device states changed, or a second passed. */
  tick?(): void;
  close?(): void;
}

export function logInView(submit: (apiKey: string, password: string) => Promise<void>): View {
  const error = h("p", { class: "error", role: "alert", "data-testid": "login-error" });
  const key = h("input", { id: "key", name: "username", autocomplete: "username", required: true, spellcheck: "false", "data-testid": "login-key" });
  const password = h("input", { id: "password", type: "password", autocomplete: "current-password", required: true, "data-testid": "login-password" });
  const button = h("button", { class: "primary", "data-testid": "login-submit" }, word("logIn"));
  const send = async (event: Event) => {
    event.preventDefault();
    button.disabled = true;
    setText(error, "");
    await submit(key.value.trim(), password.value).catch((reason: Error) => setText(error, reason.message));
    button.disabled = false;
  };
  const form = h("form", { class: "card login", submit: send }, logo(), h("h1", {}, word("welcome")),
    h("label", { for: "key" }, word("apiKey")), key, h("label", { for: "password" }, word("password")), password, error, button);
  return { element: h("main", { class: "centre" }, form) };
}

export function logo(): HTMLElement {
  return h("span", { class: "brand" }, h("span", { class: "mark", "aria-hidden": "true" }), "Parabus");
}

function dot(device: Device, plant: Plant): HTMLElement {
  return h("span", { class: `dot ${plant.stateOf(device).kind}`, "aria-hidden": "true" });
}

function stateText(device: Device, plant: Plant): string {
  const state = plant.stateOf(device);
  if (state.kind !== "bad") return state.word;
  return device.lastReadOn ? `${word("silentFor")} ${age(device.lastReadOn, Date.now())}` : state.word;
}

/** The list of networks and devices. */
export function sidebar(plant: Plant, selected: number | undefined, open: (id?: number) => void): View {
  const states: (() => void)[] = [];
  const link = (id: number | undefined, ...children: (Node | string)[]) =>
    h("button", { class: "link", "aria-current": id === selected ? "page" : undefined, click: () => open(id), ...(id === undefined ? {} : { "data-testid": `device-${id}` }) }, ...children);
  const nets = plant.nets.map((net) => {
    const devices = net.devices.flatMap((id) => plant.devices.get(id) ?? []).map((device) => {
      const mark = dot(device, plant);
      const state = h("small", { "data-testid": `device-state-${device.id}` });
      states.push(() => {
        mark.className = `dot ${plant.stateOf(device).kind}`;
        setText(state, stateText(device, plant));
      });
      return link(device.id, mark, h("span", {}, device.name, state));
    });
    return h("section", {}, h("h2", {}, net.name), ...devices);
  });
  const tick = () => states.forEach((state) => state());
  tick();
  const element = h("nav", { class: "side", "aria-label": word("devices") }, link(undefined, h("span", { class: "tiles", "aria-hidden": "true" }), word("overview")), ...nets);
  return { element, tick };
}

/** A small curve of the last values. */
function sparkline(plant: Plant, id: number): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 120 32");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const numbers = (plant.recent.get(id) ?? []).flatMap((reading) => (typeof reading.number === "number" ? [reading.number] : []));
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const points = numbers.map((number, index) => `${(index / Math.max(numbers.length - 1, 1)) * 120},${high > low ? 29 - ((number - low) / (high - low)) * 26 : 16}`);
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  line.setAttribute("points", points.join(" "));
  svg.append(line);
  return svg;
}

/** Notifications to everyone, until the user closes them. */
export function notices(plant: Plant): HTMLElement {
  const element = h("div", { class: "notices", role: "status" });
  const update = () => element.replaceChildren(...plant.notifications.map((notification) => {
    const { texts } = notification;
    const text = texts[currentLang()] ?? texts.en ?? Object.values(texts)[0] ?? "";
    return h("p", { class: "notice", "data-testid": `notice-${notification.id}` }, text, h("button", { class: "quiet", "aria-label": word("close"), click: () => void plant.dismiss(notification).catch(console.error) }, "✕"));
  }));
  plant.addEventListener("notifications", update);
  update();
  return element;
}

export function overview(plant: Plant, open: (device: number) => void): View {
  const updates = new Map<number, () => void>();
  const ages: (() => void)[] = [];
  const tiles = plant.dashboard().map((param) => {
    const device = plant.devices.get(param.deviceId);
    const value = h("strong", { "data-testid": `tile-${param.paramId}` });
    const curve = h("span", { class: "curve" });
    const when = h("small");
    const tile = h("button", { class: "card tile", click: () => open(param.deviceId) }, h("span", { class: "what" }, param.info?.name ?? ""), value, curve,
      h("span", { class: "where" }, device?.name ?? "", when));
    updates.set(param.paramId, () => {
      setText(value, plant.shown(param.paramId));
      curve.replaceChildren(sparkline(plant, param.paramId));
    });
    ages.push(() => {
      const at = plant.readings.get(param.paramId)?.at;
      setText(when, at ? age(at, Date.now()) : word("never"));
      tile.classList.toggle("stale", device?.code === "unreachable");
    });
    return tile;
  });
  const summary = h("p", { class: "summary", role: "status" });
  ages.push(() => {
    const devices = [...plant.devices.values()];
    const good = devices.filter((device) => plant.stateOf(device).kind === "good").length;
    setText(summary, `${good} / ${devices.length} ${word("answering")}`);
    summary.classList.toggle("bad", good < devices.length);
  });
  updates.forEach((update) => update());
  const tick = () => ages.forEach((update) => update());
  tick();
  return {
    element: h("main", { class: "content" }, h("header", { class: "title" }, h("h1", {}, word("overview")), summary), h("div", { class: "grid" }, ...tiles)),
    readings: (ids) => ids.forEach((id) => updates.get(id)?.()),
    tick,
  };
}

export function deviceView(plant: Plant, device: Device): View {
  const updates = new Map<number, () => void>();
  const ages: (() => void)[] = [];
  let panel: View | undefined;
  const side = h("aside", { class: "panel" });
  const select = (param: Param) => {
    panel?.close?.();
    panel = paramPanel(plant, param, () => {
      panel?.close?.();
      panel = undefined;
      side.replaceChildren();
    });
    side.replaceChildren(panel.element);
    panel.element.scrollIntoView({ block: "nearest", behavior: "smooth" });
  };
  const params = device.params.flatMap((id) => plant.params.get(id) ?? []);
  const categories = [...new Set(params.map((param) => param.category ?? ""))];
  const groups = categories.map((category) => {
    const rows = params.filter((param) => (param.category ?? "") === category).map((param) => {
      const id = param.paramId;
      const value = h("td", { class: "value", "data-testid": `value-${id}` });
      const when = h("td", { class: "age", "data-testid": `age-${id}` });
      updates.set(id, () => {
        if (setText(value, plant.shown(id))) {
          value.classList.remove("fresh");
          void value.offsetWidth;
          value.classList.add("fresh");
        }
      });
      ages.push(() => {
        const reading = plant.readings.get(id);
        const failed = plant.recent.get(id)?.at(-1)?.err;
        setText(when, failed ?? (reading ? age(reading.at, Date.now()) : word("never")));
        when.classList.toggle("bad", failed !== undefined);
      });
      const name = h("button", { class: "name", click: () => select(param), "data-testid": `param-${id}` }, param.info?.name ?? String(id), param.info?.label ? h("small", {}, param.info.label) : null, param.isProgrammable ? h("span", { class: "pen", title: word("write") }, "✎") : null);
      return h("tr", {}, h("th", { scope: "row" }, name), value, when);
    });
    return h("section", { class: "card" }, h("h2", {}, category || word("other")), h("table", {}, h("tbody", {}, ...rows)));
  });
  const mark = dot(device, plant);
  const state = h("span", { class: "state", role: "status" });
  ages.push(() => {
    mark.className = `dot ${plant.stateOf(device).kind}`;
    setText(state, stateText(device, plant));
  });
  const tick = () => ages.forEach((update) => update());
  updates.forEach((update) => update());
  tick();
  return {
    element: h("main", { class: "content" }, h("header", { class: "title" }, h("div", {}, h("p", { class: "where" }, device.net), h("h1", {}, device.name)), h("p", { class: "summary" }, mark, state)),
      h("div", { class: "split" }, h("div", { class: "groups" }, ...groups), side)),
    readings: (ids) => {
      ids.forEach((id) => updates.get(id)?.());
      panel?.readings?.(ids);
    },
    tick,
    close: () => panel?.close?.(),
  };
}

function paramPanel(plant: Plant, param: Param, onClose: () => void): View {
  const id = param.paramId;
  const value = h("strong", { class: "big" });
  const count = h("span", { "data-testid": "chart-points" }, "0");
  const place = h("div", { class: "chart", "data-testid": "chart" });
  const chart = new Chart(place, plant, id, (points) => setText(count, String(points)));
  const show = () => setText(value, plant.shown(id));
  show();
  // The element has a size only once it stands in the page.
  requestAnimationFrame(() => void chart.open());
  const element = h("section", { class: "card" },
    h("header", { class: "title" }, h("h2", {}, param.info?.name ?? ""), h("button", { class: "quiet", "aria-label": word("close"), click: onClose }, "✕")),
    value, h("p", { class: "where" }, `${word("lastHour")} · `, count, ` ${word("points")}`), place,
    param.isProgrammable ? writeForm(plant, param) : null);
  return {
    element,
    readings: (ids) => {
      if (!ids.includes(id)) return;
      show();
      chart.extend();
    },
    close: () => chart.close(),
  };
}

function writeForm(plant: Plant, param: Param): HTMLElement {
  const choices = plant.choices(param);
  const present = plant.readings.get(param.paramId)?.text ?? "";
  const input = choices.length > 0
    ? h("select", { id: "write", "data-testid": "write-input" }, ...choices.map(([value, text]) => h("option", { value, selected: value === present }, text)))
    : h("input", { id: "write", inputmode: "decimal", value: present, autocomplete: "off", "data-testid": "write-input" });
  const result = h("p", { class: "result", role: "status", "data-testid": "write-result" });
  const button = h("button", { class: "primary", "data-testid": "write-submit" }, word("write"));
  const send = async (event: Event) => {
    event.preventDefault();
    button.disabled = true;
    const reply = await answer(api.POST("/param/{paramId}/write/", { params: { path: { paramId: param.paramId } }, body: { newValue: input.value, lang: currentLang() } })).catch((error: Error) => ({ err: error.message }));
    button.disabled = false;
    const failed = "err" in reply;
    result.classList.toggle("bad", failed);
    setText(result, failed ? reply.err : `${word("written")}: ${reply.ok.oldValue === "" ? "—" : plant.format(param, reply.ok.oldValue)} → ${reply.ok.formattedValue}`);
  };
  return h("form", { class: "write", submit: send }, h("label", { for: "write" }, word("newValue")), h("div", { class: "row" }, input, button), result);
}
