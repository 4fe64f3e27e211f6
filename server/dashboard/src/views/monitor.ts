// What a role sees that may not see parameters one by one: states and widgets, asked for every few seconds.
import { answer, api, type Dashboard, type UserOrg } from "../api.ts";
import { h, replaceKeepingFocus, setText, speak } from "../dom.ts";
import { explain } from "../errors.ts";
import { ago, currentLang, word } from "../words.ts";
import { dot } from "./state.ts";
import type { View } from "./view.ts";

const ASK_EVERY_MS = 5000;

function network(net: Dashboard["networks"][number]): HTMLElement {
  const kind = net.disabledOn ? "idle" : net.isConnected ? "good" : "bad";
  const state = word(net.disabledOn ? "disabled" : net.isConnected ? "connected" : "disconnected");
  const rows = net.devices.flatMap((device) => {
    const seen = device.lastReadOn ? ago(Date.parse(device.lastReadOn), Date.now()) : word("never");
    const own = h("tr", {}, h("th", { scope: "row" }, device.name), h("td", { class: "age" }, seen));
    return [own, ...device.paramWidgets.map((widget) => h("tr", {}, h("th", { scope: "row", class: "where" }, widget.name ?? ""), h("td", { class: "value" }, widget.formatedLastValue ?? "—")))];
  });
  return h("section", { class: "card" }, h("h2", {}, net.name), h("p", { class: "summary" }, dot(kind), state), h("table", {}, h("tbody", {}, ...rows)));
}

export function monitorView(org: UserOrg): View {
  const groups = h("div", { class: "groups" });
  const error = h("p", { class: "error", role: "status" });
  let isOpen = true;
  let timer = 0;
  const ask = async () => {
    try {
      const { networks } = await answer(api.GET("/org/{orgId}/dashboard/", { params: { path: { orgId: org.orgId }, query: { lang: currentLang() } } }));
      replaceKeepingFocus(groups, ...networks.map(network));
      setText(error, "");
      window.parabusReady = true;
    } catch (reason) {
      setText(error, explain(reason));
      speak(explain(reason));
    }
    if (isOpen) timer = window.setTimeout(() => void ask(), ASK_EVERY_MS);
  };
  void ask();
  return {
    element: h("main", { class: "content", id: "content" }, h("header", { class: "title" }, h("h1", { tabindex: "-1" }, word("overview"))), error, groups),
    close: () => {
      isOpen = false;
      clearTimeout(timer);
    },
  };
}
