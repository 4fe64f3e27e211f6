// The state of a device or network in a dot and a few words.
import { answer, api } from "../api.ts";
import { confirm, h, setText } from "../dom.ts";
import { explain } from "../errors.ts";
import type { Device, Kind, Plant } from "../plant.ts";
import { ago, until, word } from "../words.ts";

export const dot = (kind: Kind): HTMLElement => h("span", { class: `dot ${kind}`, "aria-hidden": "true" });

export function setDot(mark: HTMLElement, kind: Kind): void {
  mark.className = `dot ${kind}`;
}

/** `Running`, or since when not. */
export function stateText(device: Device, plant: Plant): string {
  const state = plant.stateOf(device);
  if (state.kind !== "bad" || !device.lastReadOn) return state.word;
  return `${state.word} · ${word("lastSeen")} ${ago(device.lastReadOn, Date.now())}`;
}

/** When it was read, and when it will be. */
export function readText(device: Device): string {
  const now = Date.now();
  const last = device.lastReadOn ? `${word("lastRead")}: ${ago(device.lastReadOn, now)}` : word("never");
  return device.nextReadOn && device.code !== "disabled" ? `${last} · ${word("nextRead")}: ${until(device.nextReadOn, now)}` : last;
}

/** A button that does something after a question, and says how it went. */
export function askButton(label: string, question: string, name: string, act: () => Promise<unknown>, what: string): HTMLElement {
  const result = h("span", { class: "result bad", role: "status" });
  const button = h("button", { class: "secondary", "data-testid": name }, label);
  button.addEventListener("click", async () => {
    if (!(await confirm(`${label}: ${what}`, label, word("cancel"), h("p", {}, question)))) return;
    button.disabled = true;
    setText(result, "");
    await act().catch((error: unknown) => setText(result, explain(error)));
    button.disabled = false;
  });
  return h("span", { class: "ask" }, button, result);
}

/** Enables or disables a network or device. */
export function switchButton(of: "net" | "device", id: number, name: string, isDisabled: boolean): HTMLElement {
  const body = { enabled: isDisabled };
  const act = () => of === "net"
    ? answer(api.POST("/net/{netId}/change-disable/", { params: { path: { netId: id } }, body }))
    : answer(api.POST("/device/{deviceId}/change-disable/", { params: { path: { deviceId: id } }, body }));
  return askButton(word(isDisabled ? "enable" : "disable"), word(isDisabled ? "confirmEnable" : "confirmDisable"), "switch", act, name);
}
