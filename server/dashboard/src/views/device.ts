// One device: every parameter by category.
import { h, replaceKeepingFocus, setText } from "../dom.ts";
import type { Device, Param, Plant } from "../plant.ts";
import { link } from "../route.ts";
import { age, word } from "../words.ts";
import { paramPanel } from "./param.ts";
import { dot, readText, setDot, stateText, switchButton } from "./state.ts";
import type { View } from "./view.ts";

export function deviceView(plant: Plant, device: Device, selected?: number, hours?: number): View {
  const updates = new Map<number, () => void>();
  const ages: (() => void)[] = [];
  const params = plant.paramsOf(device);
  const chosen = params.find(({ paramId }) => paramId === selected);
  const panel = chosen && paramPanel(plant, chosen, hours);

  const row = (param: Param) => {
    const id = param.paramId;
    const value = h("td", { class: "value", "data-testid": `value-${id}` });
    const when = h("td", { class: "age" });
    const failure = h("small", { class: "failure bad", "data-testid": `failure-${id}` });
    updates.set(id, () => {
      if (setText(value, plant.shown(id))) {
        value.classList.remove("fresh");
        // Reading the size starts the animation anew.
        void value.offsetWidth;
        value.classList.add("fresh");
      }
      const reason = plant.failures.get(id);
      failure.hidden = reason === undefined;
      setText(failure, reason === undefined ? "" : `⚠ ${word("failedNow")}: ${reason}`);
    });
    ages.push(() => {
      const at = plant.readings.get(id)?.at;
      setText(when, at ? age(at, Date.now()) : word("never"));
      when.classList.toggle("bad", device.code === "unreachable" || plant.failures.has(id));
    });
    const name = h("a", { class: "name", href: link({ view: "device", id: device.id, param: id }), title: param.info?.description ?? undefined, "aria-current": id === selected ? "true" : undefined, "data-testid": `param-${id}` }, param.info?.name ?? "",
      param.info?.label ? h("small", {}, param.info.label) : null, param.isProgrammable && plant.may("send") ? h("span", { class: "pen", role: "img", "aria-label": word("writable"), title: word("writable") }, "✎") : null);
    return h("tr", {}, h("th", { scope: "row" }, name, failure), value, when);
  };

  const categories = new Map<string, Param[]>();
  for (const param of params) categories.set(param.category ?? "", [...(categories.get(param.category ?? "") ?? []), param]);
  const head = () => h("thead", { class: "spoken" }, h("tr", {}, ...(["parameter", "value", "age"] as const).map((key) => h("th", { scope: "col" }, word(key)))));
  const groups = [...categories].map(([category, members]) => h("section", { class: "card" }, h("h2", {}, category || word("other")), h("table", {}, head(), h("tbody", {}, ...members.map(row)))));

  const mark = dot("idle");
  const state = h("span", { "data-testid": "state" });
  const read = h("p", { class: "where", "data-testid": "read-times" });
  const tools = h("div");
  let offered: boolean | undefined;
  ages.push(() => {
    const isDisabled = device.code === "disabled";
    if (plant.may("edit") && offered !== isDisabled) replaceKeepingFocus(tools, switchButton("device", device.id, device.name, isDisabled));
    offered = isDisabled;
    setDot(mark, plant.stateOf(device).kind);
    setText(state, stateText(device, plant));
    setText(read, readText(device));
  });
  const tick = () => {
    ages.forEach((update) => update());
    panel?.tick?.();
  };
  updates.forEach((update) => update());
  tick();
  const where = h("p", { class: "where" }, h("a", { href: link({ view: "net", id: device.net.id }) }, device.net.name), ` · ${word("unitId")} ${device.unitId}`);
  return {
    element: h("main", { class: "content", id: "content" }, h("header", { class: "title" }, h("div", {}, where, h("h1", { tabindex: "-1" }, device.name), device.description && h("p", { class: "where" }, device.description)),
      h("div", { class: "right" }, h("p", { class: "summary" }, mark, state), read, tools)),
      h("div", { class: "split" }, h("div", { class: "groups" }, ...groups), h("aside", { class: "panel", "aria-label": word("parameter") }, panel ? panel.element : null))),
    readings: (ids) => {
      ids.forEach((id) => updates.get(id)?.());
      panel?.readings?.(ids);
    },
    tick,
    close: () => panel?.close?.(),
  };
}
