// Parameters side by side: their values, and their curves in one picture.
import { h, setText } from "../dom.ts";
import type { Param, Plant } from "../plant.ts";
import { link } from "../route.ts";
import { word } from "../words.ts";
import type { View } from "./view.ts";

export function compareView(plant: Plant, params: Param[]): View {
  const place = h("div", { class: "chart tall", "data-testid": "chart" });
  const count = h("span", { "data-testid": "chart-points" }, "0");
  let chart: import("../chart.ts").Chart | undefined;
  let isOpen = true;
  const draw = async () => {
    const { Chart } = await import("../chart.ts");
    if (!isOpen) return;
    chart = new Chart(place, plant, params, (points) => setText(count, String(points)));
    await chart.open();
  };
  draw().catch((error: unknown) => console.error(error));
  const cells = params.map((param) => ({ param, cell: h("td", { class: "value", "data-testid": `value-${param.paramId}` }) }));
  const show = () => cells.forEach(({ param, cell }) => setText(cell, plant.shown(param.paramId)));
  show();
  const rows = cells.map(({ param, cell }) => h("tr", {}, h("th", { scope: "row" },
    h("a", { class: "name", href: link({ view: "device", id: param.deviceId, param: param.paramId }) }, param.info?.name ?? ""), h("small", { class: "where" }, ` ${plant.devices.get(param.deviceId)?.name ?? ""}`)), cell));
  return {
    element: h("main", { class: "content", id: "content" }, h("header", { class: "title" }, h("h1", { tabindex: "-1" }, word("comparison"))),
      h("section", { class: "card" }, h("p", { class: "where" }, `${word("lastHour")} · `, count, ` ${word("points")}`), place),
      h("section", { class: "card" }, h("table", {}, h("tbody", {}, ...rows)))),
    readings: () => {
      show();
      chart?.extend();
    },
    close: () => {
      isOpen = false;
      chart?.close();
    },
  };
}
