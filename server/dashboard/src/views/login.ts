// Who is there, and in which organization.
import { ApiError, type UserOrg } from "../api.ts";
import { h, setText } from "../dom.ts";
import { explain } from "../errors.ts";
import { printRoute } from "../route.ts";
import { roleName, word } from "../words.ts";
import { langChoice } from "./bar.ts";
import type { View } from "./view.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function logo(): HTMLElement {
  return h("span", { class: "brand" }, h("span", { class: "mark", "aria-hidden": "true" }), "Parabus");
}

export function logInView(submit: (apiKey: string, password: string) => Promise<void>, again: () => void): View {
  const error = h("p", { class: "error", role: "alert", id: "login-error", "data-testid": "login-error" });
  const key = h("input", { id: "key", name: "username", autocomplete: "username", required: true, spellcheck: "false", "aria-describedby": "login-error", "data-testid": "login-key" });
  const password = h("input", { id: "password", type: "password", autocomplete: "current-password", required: true, "aria-describedby": "login-error", "data-testid": "login-password" });
  const button = h("button", { class: "primary", "data-testid": "login-submit" }, word("logIn"));
  const send = async (event: Event) => {
    event.preventDefault();
    setText(error, "");
    const text = key.value.trim();
    if (!UUID.test(text)) {
      setText(error, word("errorKeyShape"));
      return key.focus();
    }
    button.disabled = true;
    await submit(text, password.value).catch((reason: unknown) => {
      // Before a session there is no role that could forbid anything.
      const isRefused = reason instanceof ApiError && reason.code === "NotAuthorized";
      setText(error, isRefused ? word("errorKey") : explain(reason));
      password.focus();
    });
    button.disabled = false;
  };
  const form = h("form", { class: "card login", submit: (event) => void send(event) }, h("div", { class: "title" }, logo(), langChoice(again)), h("h1", {}, word("welcome")),
    h("label", { for: "key" }, word("apiKey")), key, h("label", { for: "password" }, word("password")), password, error, button);
  return { element: h("main", { class: "centre" }, form) };
}

export function organizationsView(orgs: UserOrg[], leave: () => void): View {
  const links = orgs.map((org) => h("li", {}, h("a", { class: "card link", href: printRoute({ view: "overview", org: org.orgId }), "data-testid": `org-${org.orgId}` }, h("span", {}, org.orgName, h("small", {}, roleName(org.userRole))))));
  const title = h("h1", { tabindex: "-1" }, word("chooseOrganization"));
  return { element: h("main", { class: "centre" }, h("section", { class: "card login" }, logo(), title, h("ul", { class: "plain" }, ...links), h("button", { class: "quiet", click: leave }, word("logOut")))) };
}

/** The address names what this user cannot see. */
export function goneView(leave?: () => void): View {
  const title = h("h1", { tabindex: "-1" }, word("notFound"));
  const back = h("a", { class: "secondary", href: "#" }, word("overview"));
  return { element: h("main", { class: "centre" }, h("section", { class: "card login" }, logo(), title, h("p", { class: "error", role: "alert", "data-testid": "gone" }, word("gone")), back,
    leave && h("button", { class: "quiet", click: leave }, word("logOut")))) };
}

/** What stops everything, and how to mend it. */
export function failureView(text: string, ...buttons: HTMLElement[]): View {
  return { element: h("main", { class: "centre" }, h("section", { class: "card login", role: "alert" }, logo(), h("p", { class: "error" }, text), ...buttons)) };
}
