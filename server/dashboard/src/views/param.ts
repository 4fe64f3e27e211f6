// One parameter: its value, its history, and a new value for it.
import { h, setText } from "../dom.ts";
import { isText, type Param, type Plant } from "../plant.ts";
import { link } from "../route.ts";
import { word } from "../words.ts";
import { historyPart } from "./history.ts";
import type { View } from "./view.ts";
import { writeForm } from "./write.ts";

export function paramPanel(plant: Plant, param: Param, hours?: number): View {
  const { paramId: id, deviceId } = param;
  const value = h("strong", { class: "big" });
  const history = historyPart(plant, [param], hours, (hours) => ({ view: "device", id: deviceId, param: id, hours }));
  const show = () => setText(value, plant.shown(id));
  show();
  const element = h("section", { class: "card" },
    h("header", { class: "title" }, h("h2", { tabindex: "-1", id: "panel-title" }, param.info?.name ?? ""), h("a", { class: "quiet", "aria-label": word("close"), href: link({ view: "device", id: deviceId }), "data-testid": "panel-close" }, "✕")),
    value, history.element,
    !isText(param) && h("p", { class: "after" }, h("a", { href: link({ view: "compare", params: [id], hours }), "data-testid": "compare" }, word("compareMore"))),
    param.isProgrammable && plant.may("send") ? writeForm(plant, param) : null);
  return {
    element,
    readings: (ids) => {
      if (!ids.includes(id)) return;
      show();
      history.readings?.(ids);
    },
    tick: history.tick,
    close: history.close,
  };
}
