// A plant at a glance: what needs attention, and the widgets that people chose.
import { h, setText } from "../dom.ts";
import type { Plant } from "../plant.ts";
import { link } from "../route.ts";
import { ago, age, word } from "../words.ts";
import { eventsPart } from "./alerts.ts";
import { Place } from "./place.ts";
import type { View } from "./view.ts";
import { visContent, visTile } from "./vis.ts";

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

/** Devices and networks that do not answer, with since when. */
function attention(plant: Plant): { element: HTMLElement; tick: () => void } {
  const list = h("ul", { class: "plain" });
  const element = h("section", { class: "card attention", hidden: true, "data-testid": "attention" }, h("h2", {}, word("attention")), list);
  let shown = "";
  const tick = () => {
    const silent = [...plant.devices.values()].filter((device) => plant.stateOf(device).kind === "bad");
    element.hidden = silent.length === 0;
    const ids = silent.map(({ id }) => id).join();
    if (ids !== shown) {
      shown = ids;
      list.replaceChildren(...silent.map(({ id, name }) => h("li", {}, h("a", { class: "link", href: link({ view: "device", id }) }, h("span", { class: "dot bad", "aria-hidden": "true" }), h("span", {}, name, h("small", { "data-silent": String(id) })))))) ;
    }
    for (const device of silent) {
      const seen = device.lastReadOn ? `${word("lastSeen")} ${ago(device.lastReadOn, Date.now())}` : word("never");
      const text = list.querySelector(`[data-silent="${device.id}"]`);
      if (text) setText(text, `${device.net.name} · ${plant.stateOf(device).word} · ${seen}`);
    }
  };
  return { element, tick };
}

/** The widgets, in the order that people chose. */
function widgets(plant: Plant): View {
  const updates = new Map<number, () => void>();
  const ages: (() => void)[] = [];
  const tiles = plant.dashboard().map((param) => {
    const device = plant.devices.get(param.deviceId);
    const value = h("strong", { "data-testid": `tile-${param.paramId}` });
    const curve = h("span", { class: "curve" });
    const when = h("small");
    const tile = h("a", { class: "card tile", href: link({ view: "device", id: param.deviceId, param: param.paramId }) }, h("span", { class: "what" }, param.info?.name ?? ""), value, curve,
      h("span", { class: "where" }, h("span", {}, device?.name ?? ""), when));
    updates.set(param.paramId, () => {
      setText(value, plant.shown(param.paramId));
      curve.replaceChildren(sparkline(plant, param.paramId));
    });
    ages.push(() => {
      const at = plant.readings.get(param.paramId)?.at;
      setText(when, at ? age(at, Date.now()) : word("never"));
      tile.classList.toggle("stale", device?.code === "unreachable" || plant.failures.has(param.paramId));
    });
    return tile;
  });
  const tick = () => ages.forEach((update) => update());
  updates.forEach((update) => update());
  tick();
  const nothing = tiles.length === 0 && h("p", { class: "where" }, `${word("noWidgets")} ${plant.may("edit") ? "" : word("askManager")}`);
  return { element: h("div", { class: "grid" }, nothing, ...tiles), readings: (ids) => ids.forEach((id) => updates.get(id)?.()), tick };
}

export function overview(plant: Plant): View {
  const summary = h("p", { class: "summary" });
  const problems = attention(plant);
  const events = eventsPart(plant);
  const tiles = new Place();
  const pictures = new Map<number, Place>();
  const choose = plant.may("edit") && h("a", { class: "secondary", href: link({ view: "widgets" }), "data-testid": "choose-widgets" }, word("chooseWidgets"));
  const element = h("main", { class: "content", id: "content" }, h("header", { class: "title" }, h("h1", { tabindex: "-1" }, word("overview")), h("div", { class: "row" }, summary, choose)), events.element, problems.element, tiles.element);

  const tick = () => {
    const devices = [...plant.devices.values()].filter(({ code }) => code !== "disabled");
    const good = devices.filter((device) => plant.stateOf(device).kind === "good").length;
    setText(summary, `${good} / ${devices.length} ${word("answering")}`);
    summary.classList.toggle("bad", good < devices.length);
    events.tick();
    problems.tick();
    tiles.view.tick?.();
  };
  const renew = () => {
    // Before the parameters are known there are none to choose from.
    if (plant.params.size > 0) tiles.show("widgets", plant.dashboard().map((param) => [param, plant.devices.get(param.deviceId)?.name]), () => widgets(plant));
    const shown = plant.visualizations.filter((vis) => vis.isDisplayedOnDashboard);
    for (const vis of shown) {
      const place = pictures.get(vis.id) ?? new Place();
      if (!pictures.has(vis.id)) element.append(place.element);
      pictures.set(vis.id, place);
      place.show(String(vis.id), visContent(plant, vis), () => visTile(plant, vis));
    }
    for (const [id, place] of pictures) {
      if (shown.some((vis) => vis.id === id)) continue;
      place.close();
      place.element.remove();
      pictures.delete(id);
    }
    tick();
  };
  renew();
  return { element, readings: (ids) => tiles.view.readings?.(ids), tick, renew, close: () => pictures.forEach((place) => place.close()) };
}
