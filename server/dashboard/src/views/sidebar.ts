// The list of networks, devices and visualizations.
import { h, setText, speak } from "../dom.ts";
import type { Device, Plant } from "../plant.ts";
import { link, type Route } from "../route.ts";
import { word } from "../words.ts";
import { dot, setDot, stateText } from "./state.ts";
import type { View } from "./view.ts";

/** What the list follows from. */
export function sidebarContent(plant: Plant, route: Route): unknown {
  const nets = [...plant.nets.values()].map((net) => [net.id, net.name, plant.devicesOf(net).map(({ id, name }) => [id, name])]);
  return [route.view, "id" in route && route.id, nets, plant.visualizations.map(({ id, name }) => [id, name]), plant.trees.length > 0, plant.reports.length > 0];
}

export function sidebar(plant: Plant, route: Route): View {
  const states: (() => void)[] = [];
  const entry = (to: Route, name: string, ...children: (Node | string)[]) => {
    const isHere = to.view === route.view && (!("id" in to) || ("id" in route && to.id === route.id));
    return h("a", { class: "link", href: link(to), "aria-current": isHere ? "page" : undefined, "data-testid": name }, ...children);
  };
  const deviceEntry = (device: Device) => {
    const mark = dot("idle");
    const state = h("small", { "data-testid": `device-state-${device.id}` });
    let spoken = plant.stateOf(device).kind;
    states.push(() => {
      const { kind, word: text } = plant.stateOf(device);
      setDot(mark, kind);
      setText(state, stateText(device, plant));
      if (kind !== spoken && (kind === "bad" || spoken === "bad")) speak(`${device.name}: ${text}`);
      spoken = kind;
    });
    return entry({ view: "device", id: device.id }, `device-${device.id}`, mark, h("span", {}, device.name, state));
  };
  const nets = [...plant.nets.values()].map((net) => {
    const mark = dot("idle");
    states.push(() => setDot(mark, plant.stateOfNet(net).kind));
    return h("section", {}, h("h2", {}, entry({ view: "net", id: net.id }, `net-${net.id}`, mark, h("span", {}, net.name))), ...plant.devicesOf(net).map(deviceEntry));
  });
  const viss = plant.visualizations.map((vis) => entry({ view: "vis", id: vis.id }, `vis-${vis.id}`, h("span", { class: "tiles", "aria-hidden": "true" }), h("span", {}, vis.name)));
  const alertMark = dot("idle");
  const alertState = h("small", { "data-testid": "alerts-active" });
  let spokenEvents = new Set(plant.activeEvents().map(({ id }) => id));
  states.push(() => {
    const events = plant.activeEvents();
    setDot(alertMark, events.length > 0 ? "bad" : "idle");
    setText(alertState, events.length > 0 ? `${word("active")}: ${events.length}` : "");
    for (const { id, name } of events) if (!spokenEvents.has(id)) speak(`${word("event")}: ${name}`);
    spokenEvents = new Set(events.map(({ id }) => id));
  });
  const tick = () => states.forEach((state) => state());
  tick();
  const element = h("nav", { class: "side", "aria-label": word("devices") }, entry({ view: "overview" }, "overview", h("span", { class: "tiles", "aria-hidden": "true" }), word("overview")),
    entry({ view: "alerts" }, "alerts", alertMark, h("span", {}, word("alerts"), alertState)),
    entry({ view: "compare", params: [] }, "readings", h("span", { class: "tiles", "aria-hidden": "true" }), h("span", {}, word("readings"))),
    plant.trees.length > 0 && entry({ view: "energy" }, "energy", h("span", { class: "tiles", "aria-hidden": "true" }), h("span", {}, word("energy"))),
    plant.reports.length > 0 && entry({ view: "reports" }, "reports", h("span", { class: "tiles", "aria-hidden": "true" }), h("span", {}, word("reports"))), ...nets,
    viss.length > 0 && h("section", {}, h("h2", { class: "label" }, word("visualizations")), ...viss));
  return { element, tick };
}
