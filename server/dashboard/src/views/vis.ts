// A visualization in a frame that can reach nothing but the bridge.
import { answer, api } from "../api.ts";
import { confirm, h, setText, speak } from "../dom.ts";
import { explain } from "../errors.ts";
import type { Param, Plant } from "../plant.ts";
import { open } from "../route.ts";
import { Bridge } from "../vis/bridge.ts";
import type { Start } from "../vis/messages.ts";
import { word } from "../words.ts";
import type { View } from "./view.ts";
import { writeForm } from "./write.ts";

/** Of a template's visualization: stands for the device that is looked at. */
const PLACEHOLDER = "{{device_id}}";
const [LEAST_HEIGHT, MOST_HEIGHT] = [80, 4000];

/** A form over the page; resolves when it is closed. */
function dialog(title: string, form: HTMLElement): Promise<unknown> {
  return confirm(title, word("close"), "", form);
}

/** The frame with its bridge, and what it reports. */
function framed(plant: Plant, vis: { id: number; name: string }, source: string): View {
  const result = h("p", { class: "result", role: "status", "data-testid": `vis-result-${vis.id}` });
  const frame = h("iframe", { class: "vis", title: vis.name, sandbox: "allow-scripts", src: "/frame.html", referrerpolicy: "no-referrer", "data-testid": `vis-frame-${vis.id}` });
  const show = (text: string, isBad: boolean) => {
    result.classList.toggle("bad", isBad);
    setText(result, text);
  };
  const save = (code: string, value: string) => answer(api.POST("/vis/{visId}/data/save/", { params: { path: { visId: vis.id } }, body: { code, value } }));
  const bridge = new Bridge({
    plant,
    frame,
    visId: vis.id,
    setHeight: (height) => {
      frame.style.height = `${Math.min(Math.max(Math.ceil(height), LEAST_HEIGHT), MOST_HEIGHT)}px`;
    },
    edit: async (param: Param) => void (await dialog(param.info?.name ?? "", writeForm(plant, param))),
    editText: async (key, present) => {
      const input = h("input", { id: "vis-text", value: present, autocomplete: "off", "data-testid": "vis-text" });
      if (!(await confirm(word("editText"), word("save"), word("cancel"), h("label", { for: "vis-text" }, key), input))) return;
      await save(key, input.value).then(() => show(word("saved"), false), (error: unknown) => show(explain(error), true));
    },
    wrote: (what) => show(`${word("visWrote")}: ${what}`, false),
    refused: (why) => show(`${word("notDone")}: ${why}`, true),
    flooded: () => {
      frame.remove();
      show(word("visStopped"), true);
      speak(word("visStopped"));
    },
  });
  // Only the first document is ours; one that the snippet goes to gets nothing.
  frame.addEventListener("load", () => frame.contentWindow?.postMessage({ source, refreshWord: word("refresh") } satisfies Start, "*", [bridge.port]), { once: true });
  return { element: h("div", {}, frame, result), close: () => bridge.close() };
}

interface Vis {
  id: number;
  name: string;
  description?: string | null;
  source: string;
}

/** The device that a template's visualization is looked at for: the chosen one, else the first. */
function deviceOf(plant: Plant, vis: Vis, chosen?: number): number | undefined {
  if (!vis.source.includes(PLACEHOLDER)) return undefined;
  return plant.devices.get(chosen ?? 0)?.id ?? [...plant.devices.keys()][0] ?? 0;
}

/** What the view of a visualization follows from; nothing else takes its frame away. */
export function visContent(plant: Plant, vis: Vis, chosen?: number): unknown {
  const device = deviceOf(plant, vis, chosen);
  const devices = device !== undefined && [...plant.devices.values()].map(({ id, name }) => [id, name]);
  return [vis.name, vis.description, vis.source, device, devices];
}

const sourceOf = (vis: Vis, device: number | undefined): string => (device === undefined ? vis.source : vis.source.replaceAll(PLACEHOLDER, String(device)));

export function visView(plant: Plant, vis: Vis, chosen?: number): View {
  const device = deviceOf(plant, vis, chosen);
  const view = framed(plant, vis, sourceOf(vis, device));
  const choose = (event: Event) => open({ view: "vis", id: vis.id, device: Number((event.target as HTMLSelectElement).value) });
  const devices = device !== undefined && h("select", { "aria-label": word("device"), change: choose, "data-testid": "vis-device" }, ...[...plant.devices.values()].map(({ id, name }) => h("option", { value: String(id), selected: id === device }, name)));
  return {
    element: h("main", { class: "content", id: "content" }, h("header", { class: "title" }, h("div", {}, h("h1", { tabindex: "-1" }, vis.name), vis.description && h("p", { class: "where" }, vis.description)), devices), h("section", { class: "card" }, view.element)),
    close: () => view.close?.(),
  };
}

/** One of the dashboard's. */
export function visTile(plant: Plant, vis: Vis): View {
  const view = framed(plant, vis, sourceOf(vis, deviceOf(plant, vis)));
  return { element: h("section", { class: "card" }, h("h2", {}, vis.name), view.element), close: () => view.close?.() };
}
