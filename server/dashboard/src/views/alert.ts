// One alert: how it stands, what it watches, who is told, and its log.
import { askAlert, askShelf, askStatus, conditionText, confirmEvent, levelKind, levelText, shelve, stageText, wayText, type Action, type Alert, type Shelf, type Stage, type Status } from "../alerts.ts";
import { confirm, h, replaceKeepingFocus, setText } from "../dom.ts";
import { explain } from "../errors.ts";
import type { Plant } from "../plant.ts";
import { link } from "../route.ts";
import { moment, span, word } from "../words.ts";
import { logPart } from "./log.ts";
import type { View } from "./view.ts";

const AGAIN_MS = 5000;

function stateOf({ isActive, startedOn, confirmed }: Status): string {
  if (!isActive || !startedOn) return word("quietNow");
  const since = `${word("activeSince")} ${moment(Date.parse(startedOn))}`;
  return confirmed ? `${since} · ${word("confirmed")}: ${confirmed.from}, ${moment(Date.parse(confirmed.on))}` : since;
}

function conditionsTable(plant: Plant, alert: Alert, status: Status): HTMLElement {
  const rows = Object.entries(alert.conditions).map(([id, condition]) => {
    const param = plant.params.get(condition.paramId ?? 0);
    const { lastValue, isTriggered } = status.conditions[id] ?? {};
    const name = param ? h("a", { class: "name", href: link({ view: "device", id: param.deviceId, param: param.paramId }) }, param.info?.name ?? "") : "—";
    const holds = isTriggered === true ? "holds" : isTriggered === false ? "holdsNot" : "unknown";
    const value = lastValue === undefined || lastValue === null ? "—" : param ? plant.format(param, String(lastValue)) : String(lastValue);
    return h("tr", {}, h("th", { scope: "row" }, name, h("small", { class: "where" }, plant.devices.get(param?.deviceId ?? 0)?.name ?? "")),
      h("td", {}, conditionText(plant, condition, param)), h("td", { class: "value" }, value), h("td", { class: `value ${isTriggered ? "bad" : ""}`, "data-testid": `condition-${id}` }, word(holds)));
  });
  return h("table", {}, h("tbody", {}, ...rows));
}

function toldText({ timeoutMinutes, type, recepient }: Action, stage?: Stage): string {
  const when = `${stageText(stage)}${timeoutMinutes > 0 ? `, ${word("afterMinutes")} ${timeoutMinutes}` : ""}`;
  return `${when}: ${wayText(type)}${type ? ` → ${recepient === "-" || !recepient ? word("organization") : recepient}` : ""}`;
}

/** Hours for which messages may be held back at once. */
const SHELF_HOURS = [1, 4, 8, 24, 168];

/** Asks for how long and why. */
async function askShelve(id: number, name: string): Promise<Shelf | undefined> {
  const hours = h("select", { "data-testid": "shelf-hours" }, ...SHELF_HOURS.map((each) => h("option", { value: String(each) }, span(each * 3600))));
  const reason = h("input", { required: true, maxlength: "200", autocomplete: "off", "data-testid": "shelf-reason" });
  const isAgreed = await confirm(`${word("shelve")}: ${name}`, word("shelve"), word("cancel"), h("p", { class: "where" }, word("shelveHint")),
    h("label", { class: "field" }, word("shelfTime"), hours), h("label", { class: "field" }, word("reasonWhy"), reason));
  return isAgreed ? shelve(id, Number(hours.value) * 60, reason.value.trim()) : undefined;
}

export function alertView(plant: Plant, id: number, page = 1): View {
  const title = h("h1", { tabindex: "-1" }, word("loading"));
  const description = h("p", { class: "where" });
  const level = h("span", { class: "where level" });
  const state = h("p", { class: "summary", "data-testid": "alert-state" });
  const failure = h("p", { class: "error", role: "alert" });
  const conditions = h("div");
  const told = h("ul", { class: "plain", "data-testid": "told" });
  const shelfText = h("p", { class: "where", "data-testid": "shelf" });
  const said = h("p", { class: "result bad", role: "status" });
  const act = async (work: () => Promise<unknown>) => {
    setText(said, "");
    await work().catch((error: unknown) => setText(said, explain(error)));
    await load();
  };
  const confirmButton = h("button", { class: "primary", hidden: true, "data-testid": "confirm-event", click: () => void act(() => confirmEvent(id)) }, word("confirmEvent"));
  const shelveButton = h("button", { class: "secondary", hidden: true, "data-testid": "shelve", click: () => void act(() => (isShelved ? shelve(id, 0) : askShelve(id, alert?.name ?? ""))) }, word("shelve"));
  let isShelved = false;
  let alert: Alert | undefined;
  let isOpen = true;
  let next = Infinity;
  const load = async () => {
    next = Infinity;
    try {
      const [found, status, shelf] = await Promise.all([alert ?? askAlert(id), askStatus(id), askShelf(id)]);
      if (!isOpen) return;
      alert = found;
      setText(title, alert.name);
      setText(description, alert.description ?? "");
      setText(level, levelText(alert.logAs));
      level.className = `where level ${levelKind(alert.logAs)}`;
      setText(state, stateOf(status));
      state.classList.toggle("bad", status.isActive);
      replaceKeepingFocus(conditions, h("p", { class: "where" }, `${word("when")}: ${word(alert.conditionLogic === "all" ? "logicAll" : "logicAny")}`), conditionsTable(plant, alert, status));
      const lines = [...Object.values(alert.actions).map((action) => toldText(action)), ...Object.values(alert.followUps).map((followUp) => toldText(followUp, followUp.stage))];
      replaceKeepingFocus(told, ...(lines.length > 0 ? lines : [word("nobodyTold")]).map((line) => h("li", {}, line)));
      isShelved = shelf.until !== undefined;
      setText(shelfText, shelf.until ? `${word("shelvedUntil")} ${moment(Date.parse(shelf.until))} · ${shelf.by}: ${shelf.reason}` : "");
      setText(shelveButton, word(isShelved ? "unshelve" : "shelve"));
      shelveButton.hidden = !plant.may("send");
      // Also an event that is over waits for somebody who has seen it.
      confirmButton.hidden = !plant.may("send") || !status.startedOn || Boolean(status.confirmed);
      setText(failure, "");
    } catch (error) {
      if (!alert) setText(title, word("alerts"));
      setText(failure, explain(error));
    }
    next = Date.now() + AGAIN_MS;
  };
  void load();
  const log = logPart({ alert: id }, page, (page) => ({ view: "alert", id, page }));
  const edit = plant.may("edit") && h("a", { class: "secondary", href: link({ view: "rule", alert: id }), "data-testid": "edit-alert" }, word("edit"));
  const where = h("p", { class: "where" }, h("a", { href: link({ view: "alerts" }) }, word("alerts")), " · ", level);
  return {
    element: h("main", { class: "content", id: "content" }, h("header", { class: "title" }, h("div", {}, where, title, description), h("div", { class: "right" }, state, shelfText, h("div", { class: "row" }, confirmButton, shelveButton, edit), said)), failure,
      h("div", { class: "groups" }, h("section", { class: "card" }, h("h2", {}, word("conditions")), conditions), h("section", { class: "card" }, h("h2", {}, word("actions")), told)),
      h("section", { class: "card" }, h("h2", {}, word("log")), log.element)),
    tick: () => {
      if (Date.now() >= next) void load();
      log.tick?.();
    },
    close: () => {
      isOpen = false;
      log.close?.();
    },
  };
}
