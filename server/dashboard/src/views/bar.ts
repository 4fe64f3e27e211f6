// The bar on top: state of the live stream, organization, language.
import type { UserOrg } from "../api.ts";
import { h, setText, speak } from "../dom.ts";
import type { Plant } from "../plant.ts";
import { open } from "../route.ts";
import { currentLang, languages, setLang, word } from "../words.ts";
import { logo } from "./login.ts";
import type { View } from "./view.ts";

export function langChoice(again: () => void): HTMLElement {
  const change = (event: Event) => {
    setLang((event.target as HTMLSelectElement).value);
    again();
  };
  return h("select", { "aria-label": word("language"), change, "data-testid": "lang" }, ...languages.map(([code, name]) => h("option", { value: code, selected: code === currentLang(), lang: code === "ua" ? "uk" : code }, name)));
}

export function topBar(plant: Plant, orgs: UserOrg[], again: () => void, leave: () => void): View {
  const state = h("span", { class: "live", "data-testid": "live-state" });
  const update = () => {
    state.classList.toggle("on", plant.isLive);
    setText(state, word(plant.isLive ? "live" : "offline"));
  };
  update();
  plant.addEventListener("live", update);
  const choose = (event: Event) => open({ view: "overview", org: Number((event.target as HTMLSelectElement).value) });
  const org = orgs.length > 1
    ? h("select", { class: "org", "aria-label": word("organization"), change: choose, "data-testid": "org" }, ...orgs.map(({ orgId, orgName }) => h("option", { value: String(orgId), selected: orgId === plant.orgId }, orgName)))
    : h("span", { class: "org where" }, plant.org.orgName);
  const element = h("header", { class: "top" }, h("a", { class: "skip", href: "#content", click: skip }, word("skip")), logo(), state, org, h("span", { class: "gap" }),
    h("a", { class: "quiet wide", href: "/openapi/" }, word("apiPage")), langChoice(again), h("button", { class: "quiet", click: leave, "data-testid": "log-out" }, word("logOut")));
  return { element, close: () => plant.removeEventListener("live", update) };
}

/** The hash is the route, so the link only moves the focus. */
function skip(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("#content h1")?.focus();
}

/** Says it when the stream breaks, and when it is there again. */
export function lossNotice(plant: Plant): HTMLElement {
  const notice = h("p", { class: "notice bad", hidden: true, "data-testid": "loss" });
  let wasLive = false;
  plant.addEventListener("live", () => {
    notice.hidden = plant.isLive || !wasLive;
    setText(notice, word("offlineMend"));
    if (plant.isLive && wasLive) speak(word("live"));
    if (!plant.isLive) speak(`${word("offline")}. ${word("offlineMend")}`);
    wasLive ||= plant.isLive;
  });
  return notice;
}

/** Notifications to everyone, until the user closes them. */
export function notices(plant: Plant): View {
  const element = h("div", { class: "notices", role: "status" });
  const update = () => element.replaceChildren(...plant.notifications.map((notification) => {
    const { texts } = notification;
    const text = texts[currentLang()] ?? texts.en ?? Object.values(texts)[0] ?? "";
    return h("p", { class: "notice", "data-testid": `notice-${notification.id}` }, text, h("button", { class: "quiet", "aria-label": word("close"), click: () => void plant.dismiss(notification).catch(console.error) }, "✕"));
  }));
  plant.addEventListener("notifications", update);
  update();
  return { element, close: () => plant.removeEventListener("notifications", update) };
}
