// One network: its connection, and its devices.
import { answer, api, type ConnectionStatus } from "../api.ts";
import { h, setText } from "../dom.ts";
import { explain } from "../errors.ts";
import type { Net, Plant } from "../plant.ts";
import { link } from "../route.ts";
import { ago, moment, word } from "../words.ts";
import { askButton, dot, readText, setDot, stateText, switchButton } from "./state.ts";
import type { View } from "./view.ts";

const ASK_EVERY_MS = 10_000;

function connectionText(status: ConnectionStatus): string {
  if ("connected" in status) {
    const { since } = status.connected;
    return since ? `${word("connectedSince")} ${moment(Date.parse(since))}` : word("connected");
  }
  const { lastSeenOn, reason } = status.disconnected;
  const seen = lastSeenOn ? ` · ${word("lastSeen")} ${moment(Date.parse(lastSeenOn))} (${ago(Date.parse(lastSeenOn), Date.now())})` : "";
  return `${word("disconnected")}${seen} · ${word("reason")}: ${reason}`;
}

export function netView(plant: Plant, net: Net): View {
  const mark = dot("idle");
  const state = h("span", { "data-testid": "net-state" }, word("loading"));
  let isOpen = true;
  const ask = async () => {
    try {
      const status = await answer(api.POST("/net/{netId}/connection-status/", { params: { path: { netId: net.id } }, body: {} }));
      setDot(mark, net.disabledOn ? "idle" : "connected" in status ? "good" : "bad");
      setText(state, net.disabledOn ? `${word("disabledOn")} ${moment(Date.parse(net.disabledOn))}` : connectionText(status));
    } catch (error) {
      setText(state, explain(error));
    }
    if (isOpen) timer = window.setTimeout(() => void ask(), ASK_EVERY_MS);
  };
  let timer = 0;
  void ask();

  const updates: (() => void)[] = [];
  const rows = plant.devicesOf(net).map((device) => {
    const sign = dot("idle");
    const text = h("span");
    const read = h("small", { class: "where" });
    updates.push(() => {
      setDot(sign, plant.stateOf(device).kind);
      setText(text, stateText(device, plant));
      setText(read, readText(device));
    });
    return h("tr", {}, h("th", { scope: "row" }, h("a", { class: "name", href: link({ view: "device", id: device.id }) }, device.name), h("small", { class: "where" }, ` ${word("unitId")} ${device.unitId}`)), h("td", {}, h("span", { class: "summary" }, sign, text), read));
  });
  const tick = () => updates.forEach((update) => update());
  tick();
  const tools = h("div", { class: "row" },
    plant.may("send") && askButton(word("reconnect"), word("confirmReconnect"), "reconnect", () => answer(api.POST("/net/{netId}/drop-connections/", { params: { path: { netId: net.id } }, body: {} })), net.name),
    plant.may("edit") && switchButton("net", net.id, net.name, Boolean(net.disabledOn)));
  return {
    element: h("main", { class: "content", id: "content" }, h("header", { class: "title" }, h("div", {}, h("p", { class: "where" }, `${word("network")} · ${net.address}`), h("h1", { tabindex: "-1" }, net.name), h("p", { class: "where" }, net.description)), tools),
      h("section", { class: "card" }, h("h2", {}, word("state")), h("p", { class: "summary" }, mark, state)),
      h("section", { class: "card" }, h("h2", {}, word("devices")), h("table", { class: "devices" }, h("tbody", {}, ...rows)))),
    tick,
    close: () => {
      isOpen = false;
      clearTimeout(timer);
    },
  };
}
