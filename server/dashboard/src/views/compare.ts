// Parameters side by side: their values, and their curves in one picture.
import { h, setText } from "../dom.ts";
import type { Param, Plant } from "../plant.ts";
import { link } from "../route.ts";
import { word } from "../words.ts";
import { historyPart } from "./history.ts";
import type { View } from "./view.ts";

export function compareView(plant: Plant, params: Param[], hours?: number): View {
  const ids = params.map(({ paramId }) => paramId);
  const history = historyPart(plant, params, hours, (hours) => ({ view: "compare", params: ids, hours }), "tall");
  const cells = params.map((param) => ({ param, cell: h("td", { class: "value", "data-testid": `value-${param.paramId}` }) }));
  const show = () => cells.forEach(({ param, cell }) => setText(cell, plant.shown(param.paramId)));
  show();
  const rows = cells.map(({ param, cell }) => h("tr", {}, h("th", { scope: "row" },
    h("a", { class: "name", href: link({ view: "device", id: param.deviceId, param: param.paramId }) }, param.info?.name ?? ""), h("small", { class: "where" }, ` ${plant.devices.get(param.deviceId)?.name ?? ""}`)), cell));
  const [first] = params;
  const title = params.length === 1 && first ? (first.info?.name ?? "") : word("comparison");
  return {
    element: h("main", { class: "content", id: "content" }, h("header", { class: "title" }, h("h1", { tabindex: "-1" }, title)),
      h("section", { class: "card" }, history.element),
      h("section", { class: "card" }, h("table", {}, h("tbody", {}, ...rows)))),
    readings: (ids) => {
      show();
      history.readings?.(ids);
    },
    tick: history.tick,
    close: history.close,
  };
}
