// One parameter: its value, its last hour, and a new value for it.
import { h, setText } from "../dom.ts";
import type { Param, Plant } from "../plant.ts";
import { word } from "../words.ts";
import type { View } from "./view.ts";
import { writeForm } from "./write.ts";

export function paramPanel(plant: Plant, param: Param, back: string): View {
  const id = param.paramId;
  const value = h("strong", { class: "big" });
  const count = h("span", { "data-testid": "chart-points" }, "0");
  const place = h("div", { class: "chart", "data-testid": "chart" });
  const show = () => setText(value, plant.shown(id));
  show();
  // The curve's code comes only when a curve is wanted.
  let chart: import("../chart.ts").Chart | undefined;
  let isOpen = true;
  const draw = async () => {
    const { Chart } = await import("../chart.ts");
    if (!isOpen) return;
    chart = new Chart(place, plant, [param], (points) => setText(count, String(points)));
    await chart.open();
  };
  draw().catch((error: unknown) => console.error(error));
  const element = h("section", { class: "card" },
    h("header", { class: "title" }, h("h2", { tabindex: "-1", id: "panel-title" }, param.info?.name ?? ""), h("a", { class: "quiet", "aria-label": word("close"), href: back, "data-testid": "panel-close" }, "✕")),
    value, h("p", { class: "where" }, `${word("lastHour")} · `, count, ` ${word("points")}`), place,
    param.isProgrammable && plant.may("send") ? writeForm(plant, param) : null);
  return {
    element,
    readings: (ids) => {
      if (!ids.includes(id)) return;
      show();
      chart?.extend();
    },
    close: () => {
      isOpen = false;
      chart?.close();
    },
  };
}
