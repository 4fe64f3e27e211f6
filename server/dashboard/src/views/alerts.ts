// Alerts at a glance: events that are active, the rules, and the organization's log.
import { alertOfPath, askAlerts, levelKind, levelText, type ActiveEvent } from "../alerts.ts";
import { h, replaceKeepingFocus, setText } from "../dom.ts";
import { explain } from "../errors.ts";
import type { Plant } from "../plant.ts";
import { link, open } from "../route.ts";
import { ago, word } from "../words.ts";
import { logPart } from "./log.ts";
import type { View } from "./view.ts";

function eventItem(plant: Plant, event: ActiveEvent): HTMLElement {
  const devices = event.deviceIds.flatMap((id) => plant.devices.get(id)?.name ?? []).join(", ");
  const alert = alertOfPath(event.journalUrl);
  return h("li", {}, h("a", { class: "link", href: link(alert === undefined ? { view: "alerts" } : { view: "alert", id: alert }), "data-testid": `event-${alert}` },
    h("span", { class: `dot ${levelKind(event.level)}`, "aria-hidden": "true" }),
    h("span", {}, event.name, h("small", {}, [levelText(event.level), devices, ago(Date.parse(event.startedOn), Date.now())].filter((text) => text !== "").join(" · ")))));
}

/** Events that are active, in the colours of their levels; `nothing` is said where there is none. */
export function eventsPart(plant: Plant, nothing?: string): { element: HTMLElement; tick: () => void } {
  const list = h("ul", { class: "plain" });
  const none = h("p", { class: "where", "data-testid": "no-events" }, nothing ?? "");
  const element = h("section", { class: "card attention", "data-testid": "events" }, h("h2", {}, word("activeEvents")), none, list);
  let shown = "";
  const tick = () => {
    const events = plant.activeEvents();
    element.hidden = events.length === 0 && nothing === undefined;
    element.classList.toggle("attention", events.length > 0);
    none.hidden = events.length > 0;
    const items = events.map((event) => eventItem(plant, event));
    const content = items.map((item) => item.outerHTML).join("");
    // A link that is made anew under a finger is not followed.
    if (content === shown) return;
    shown = content;
    replaceKeepingFocus(list, ...items);
  };
  tick();
  return { element, tick };
}

export function alertsView(plant: Plant, net?: number, page = 1): View {
  const events = eventsPart(plant, word("noEvents"));
  const failure = h("p", { class: "error", role: "alert" });
  const list = h("ul", { class: "plain", "data-testid": "alerts" });
  let isOpen = true;
  const load = async () => {
    try {
      const alerts = await askAlerts(plant.orgId);
      if (!isOpen) return;
      const items = alerts.map(({ id, name }) => h("li", { class: "choice" }, h("span", {}, h("a", { class: "name", href: link({ view: "alert", id }), "data-testid": `alert-${id}` }, name)),
        plant.may("edit") && h("a", { class: "quiet", href: link({ view: "rule", alert: id }), "aria-label": `${word("edit")}: ${name}` }, word("edit"))));
      replaceKeepingFocus(list, ...items);
      if (alerts.length === 0) list.append(h("li", { class: "where" }, word("noAlerts")));
    } catch (error) {
      setText(failure, explain(error));
    }
  };
  void load();
  const log = logPart({ org: plant.orgId, net }, page, (page) => ({ view: "alerts", net, page }));
  const choose = (event: Event) => open({ view: "alerts", net: Number((event.target as HTMLSelectElement).value) || undefined });
  const nets = h("select", { id: "log-net", change: choose, "data-testid": "log-net" }, h("option", { value: "" }, word("allNetworks")),
    ...[...plant.nets.values()].map(({ id, name }) => h("option", { value: String(id), selected: id === net }, name)));
  const create = plant.may("edit") && h("a", { class: "secondary", href: link({ view: "rule" }), "data-testid": "new-alert" }, word("newAlert"));
  return {
    element: h("main", { class: "content", id: "content" }, h("header", { class: "title" }, h("h1", { tabindex: "-1" }, word("alerts")), create),
      events.element, h("section", { class: "card" }, h("h2", {}, word("alerts")), failure, list),
      h("section", { class: "card" }, h("header", { class: "title" }, h("h2", {}, word("log")), h("div", { class: "row" }, h("label", { for: "log-net" }, word("network")), nets)), log.element)),
    tick: () => {
      events.tick();
      log.tick?.();
    },
    close: () => {
      isOpen = false;
      log.close?.();
    },
  };
}
