// Readings of parameters that one chooses: their curves in one picture, and their values.
import { h, replaceKeepingFocus, setText } from "../dom.ts";
import { isText, type Param, type Plant } from "../plant.ts";
import { link, open, type Route } from "../route.ts";
import { word } from "../words.ts";
import { historyPart } from "./history.ts";
import type { View } from "./view.ts";

/** Curves that eyes still tell apart. */
const MOST_CURVES = 10;

/** Matches shown at once; a longer list is narrowed by typing. */
const MOST_SHOWN = 40;

/** What one looks for outlives the curve that was chosen by it. */
let wanted = "";

export function compareView(plant: Plant, params: Param[], hours?: number): View {
  const ids = params.map(({ paramId }) => paramId);
  const deviceOf = ({ deviceId }: Param) => plant.devices.get(deviceId)?.name ?? "";
  const label = (key: "addWidget" | "removeWidget", param: Param) => `${word(key)}: ${param.info?.name ?? ""}, ${deviceOf(param)}`;
  const other = (params: number[]): Route => ({ view: "compare", params, hours });
  const history = params.length > 0 ? historyPart(plant, params, hours, (hours) => ({ view: "compare", params: ids, hours }), "tall") : undefined;
  const cells = params.map((param) => ({ param, cell: h("td", { class: "value", "data-testid": `value-${param.paramId}` }) }));
  const show = () => cells.forEach(({ param, cell }) => setText(cell, plant.shown(param.paramId)));
  show();
  const rows = cells.map(({ param, cell }) => h("tr", {}, h("th", { scope: "row" },
    h("a", { class: "name", href: link({ view: "device", id: param.deviceId, param: param.paramId }) }, param.info?.name ?? ""), h("small", { class: "where" }, ` ${deviceOf(param)}`)), cell,
    h("td", { class: "end" }, h("a", { class: "quiet", href: link(other(ids.filter((id) => id !== param.paramId))), "aria-label": label("removeWidget", param), title: word("removeWidget"), "data-testid": `leave-${param.paramId}` }, "✕"))));

  const find = h("input", { id: "find", type: "search", autocomplete: "off", value: wanted, "data-testid": "find" });
  const offered = h("ul", { class: "plain offered", "data-testid": "offered" });
  const offer = () => {
    wanted = find.value;
    const text = wanted.trim().toLowerCase();
    const others = [...plant.params.values()].filter((param) => !isText(param) && !ids.includes(param.paramId) && `${param.info?.name} ${param.info?.label ?? ""} ${deviceOf(param)}`.toLowerCase().includes(text));
    const add = (param: Param) => () => {
      // The button goes, and the next one is looked for here.
      find.focus();
      open(other([...ids, param.paramId]));
    };
    replaceKeepingFocus(offered, ...others.slice(0, MOST_SHOWN).map((param) => h("li", { class: "choice" }, h("span", {}, param.info?.name ?? "", h("small", {}, deviceOf(param))),
      h("button", { class: "quiet", type: "button", "aria-label": label("addWidget", param), title: word("addWidget"), click: add(param), "data-testid": `join-${param.paramId}` }, "+"))));
  };
  find.addEventListener("input", offer);
  offer();
  const chooser = ids.length < MOST_CURVES && h("section", { class: "card" }, h("label", { for: "find" }, word("find")), find, offered);
  const [first] = params;
  const title = params.length === 0 ? word("readings") : params.length === 1 && first ? (first.info?.name ?? "") : word("comparison");
  return {
    element: h("main", { class: "content", id: "content" }, h("header", { class: "title" }, h("h1", { tabindex: "-1" }, title)),
      history ? h("section", { class: "card" }, h("p", { class: "where" }, word("dragToZoom")), history.element) : h("p", { class: "where", "data-testid": "choose-curves" }, word("chooseCurves")),
      rows.length > 0 && h("section", { class: "card" }, h("table", {}, h("tbody", {}, ...rows))), chooser),
    readings: (ids) => {
      show();
      history?.readings?.(ids);
    },
    tick: history?.tick,
    close: history?.close,
  };
}
