// Which parameters stand on the dashboard, and in which order; every change is saved at once.
import { answer, api } from "../api.ts";
import { h, replaceKeepingFocus, setText } from "../dom.ts";
import { explain } from "../errors.ts";
import type { Param, Plant } from "../plant.ts";
import { link } from "../route.ts";
import { word } from "../words.ts";
import type { View } from "./view.ts";

/** Matches shown at once; a longer list is narrowed by typing. */
const MOST_SHOWN = 60;

export function widgetsView(plant: Plant): View {
  let chosen = plant.dashboard().map(({ paramId }) => paramId);
  const shown = h("ol", { class: "plain", "data-testid": "chosen" });
  const rest = h("ul", { class: "plain", "data-testid": "rest" });
  const result = h("p", { class: "result", role: "status", "data-testid": "widgets-result" });
  const find = h("input", { id: "find", type: "search", autocomplete: "off", "data-testid": "find" });

  const nameOf = (param: Param) => h("span", {}, param.info?.name ?? "", h("small", {}, plant.devices.get(param.deviceId)?.name ?? ""));
  const label = (key: "moveUp" | "moveDown" | "addWidget" | "removeWidget", param: Param) => `${word(key)}: ${param.info?.name ?? ""}, ${plant.devices.get(param.deviceId)?.name ?? ""}`;
  const button = (key: "moveUp" | "moveDown" | "addWidget" | "removeWidget", sign: string, param: Param, next: () => number[], disabled = false) =>
    h("button", { class: "quiet", "aria-label": label(key, param), title: word(key), disabled, "data-testid": `${key}-${param.paramId}`, click: () => void save(next()) }, sign);
  const swapped = (index: number) => chosen.map((id, place) => (place === index ? (chosen[index + 1] ?? id) : place === index + 1 ? (chosen[index] ?? id) : id));

  let saving = 0;
  async function save(next: number[]): Promise<void> {
    const before = chosen;
    chosen = next;
    saving++;
    draw();
    try {
      await answer(api.POST("/org/{orgId}/dashboard/change/", { params: { path: { orgId: plant.orgId } }, body: { paramIds: next } }));
      result.classList.remove("bad");
      setText(result, word("saved"));
    } catch (error) {
      chosen = before;
      draw();
      result.classList.add("bad");
      setText(result, explain(error));
    } finally {
      saving--;
    }
  }

  function draw(): void {
    const params = chosen.flatMap((id) => plant.params.get(id) ?? []);
    replaceKeepingFocus(shown, ...params.map((param, index) => h("li", { class: "choice" }, nameOf(param),
      button("moveUp", "↑", param, () => swapped(index - 1), index === 0), button("moveDown", "↓", param, () => swapped(index), index === params.length - 1),
      button("removeWidget", "✕", param, () => chosen.filter((id) => id !== param.paramId)))));
    const wanted = find.value.trim().toLowerCase();
    const others = [...plant.params.values()].filter(({ paramId, info, deviceId }) =>
      !chosen.includes(paramId) && `${info?.name} ${info?.label ?? ""} ${plant.devices.get(deviceId)?.name}`.toLowerCase().includes(wanted));
    replaceKeepingFocus(rest, ...others.slice(0, MOST_SHOWN).map((param) => h("li", { class: "choice" }, nameOf(param), button("addWidget", "+", param, () => [...chosen, param.paramId]))));
  }

  find.addEventListener("input", draw);
  draw();
  return {
    element: h("main", { class: "content", id: "content" }, h("header", { class: "title" }, h("h1", { tabindex: "-1" }, word("chooseWidgets")), h("a", { class: "secondary", href: link({ view: "overview" }) }, word("overview"))), result,
      h("div", { class: "groups" }, h("section", { class: "card" }, h("h2", {}, word("shownWidgets")), shown), h("section", { class: "card" }, h("h2", {}, word("addWidget")), h("label", { for: "find" }, word("find")), find, rest))),
    // Others may choose, too; what is being saved here comes last.
    renew: () => {
      if (saving > 0) return;
      chosen = plant.dashboard().map(({ paramId }) => paramId);
      draw();
    },
  };
}
