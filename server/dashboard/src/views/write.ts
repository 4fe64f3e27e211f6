// A new value for a parameter: a switch, a choice or a number, written after a question that shows the
// old value beside the new one.
import { answer, api } from "../api.ts";
import { confirm, h, setText } from "../dom.ts";
import { explain } from "../errors.ts";
import type { Param, Plant } from "../plant.ts";
import { currentLang, word } from "../words.ts";

export function writeForm(plant: Plant, param: Param): HTMLElement {
  const result = h("p", { class: "result", role: "status", "data-testid": "write-result" });
  const show = (text: string, isBad: boolean) => {
    result.classList.toggle("bad", isBad);
    setText(result, text);
  };

  /** True once the device has the value. */
  const write = async (newValue: string): Promise<boolean> => {
    show("", false);
    const old = plant.shown(param.paramId);
    const next = /^-?[0-9.]+$/.test(newValue) ? plant.format(param, newValue) : newValue;
    const change = h("dl", { class: "change" }, h("div", {}, h("dt", {}, word("oldValue")), h("dd", {}, old)), h("div", {}, h("dt", {}, word("newValue")), h("dd", { "data-testid": "confirm-value" }, next)));
    const what = `${plant.devices.get(param.deviceId)?.name ?? ""} · ${param.info?.name ?? ""}`;
    if (!(await confirm(word("confirmWrite"), word("write"), word("cancel"), h("p", {}, what), change))) return false;
    try {
      const reply = await answer(api.POST("/param/{paramId}/write/", { params: { path: { paramId: param.paramId } }, body: { newValue, lang: currentLang() } }));
      if ("err" in reply) {
        show(`${word("notWritten")}: ${reply.err}. ${word("correctValue")}`, true);
        return false;
      }
      const { oldValue, formattedValue } = reply.ok;
      show(`${word("written")}: ${oldValue === "" ? "—" : plant.format(param, oldValue)} → ${formattedValue}`, false);
      return true;
    } catch (error) {
      show(`${word("notWritten")}: ${explain(error)}`, true);
      return false;
    }
  };

  if (param.valueType === "bit") return h("div", { class: "write" }, bitSwitch(plant, param, write), result);
  const choices = plant.choices(param);
  const present = plant.readings.get(param.paramId)?.text ?? "";
  const input = choices.length > 0
    ? h("select", { id: "write", "data-testid": "write-input" }, ...choices.map(([value, text]) => h("option", { value, selected: value === present }, text)))
    : h("input", { id: "write", inputmode: "decimal", value: present, autocomplete: "off", required: true, "data-testid": "write-input" });
  const button = h("button", { class: "primary", "data-testid": "write-submit" }, word("write"));
  const send = async (event: Event) => {
    event.preventDefault();
    button.disabled = true;
    // A comma is a decimal sign in three of the four languages.
    await write(input.value.trim().replace(",", "."));
    button.disabled = false;
  };
  const unit = param.unit && choices.length === 0 ? ` (${param.unit})` : "";
  return h("form", { class: "write", submit: (event) => void send(event) }, h("label", { for: "write" }, `${word("newValue")}${unit}`), h("div", { class: "row" }, input, button), result);
}

function bitSwitch(plant: Plant, param: Param, write: (value: string) => Promise<boolean>): HTMLElement {
  const texts = h("span");
  const knob = h("button", { class: "switch", type: "button", role: "switch", "aria-label": param.info?.name ?? "", "data-testid": "write-switch" }, h("span", { class: "knob", "aria-hidden": "true" }));
  const isOn = () => (plant.readings.get(param.paramId)?.text ?? "0") !== "0";
  const show = () => {
    knob.setAttribute("aria-checked", String(isOn()));
    setText(texts, plant.shown(param.paramId));
  };
  show();
  const follow = () => (knob.isConnected ? show() : plant.removeEventListener("readings", follow));
  // Before it stands in the page it is not connected.
  requestAnimationFrame(() => plant.addEventListener("readings", follow));
  knob.addEventListener("click", () => void write(isOn() ? "0" : "1"));
  return h("div", { class: "row centred" }, knob, texts);
}
