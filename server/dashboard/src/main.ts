// The page: who is logged in, what is open, and the plant that it shows.
import init from "parabus-wasm";
import { answer, api, ApiError, logIn, logOut, may, type UserOrg } from "./api.ts";
import { h, replaceKeepingFocus } from "./dom.ts";
import { explain } from "./errors.ts";
import { Plant, RECENT } from "./plant.ts";
import { currentRoute, printRoute, type Route } from "./route.ts";
import { langChoice, lossNotice, notices, topBar } from "./views/bar.ts";
import { deviceView } from "./views/device.ts";
import { failureView, logInView, logo, organizationsView } from "./views/login.ts";
import { monitorView } from "./views/monitor.ts";
import { netView } from "./views/net.ts";
import { overview } from "./views/overview.ts";
import { sidebar } from "./views/sidebar.ts";
import type { View } from "./views/view.ts";
import { visTile, visView } from "./views/vis.ts";
import { widgetsView } from "./views/widgets.ts";
import { currentLang, showLang, word } from "./words.ts";

declare global {
  interface Window {
    /** Set once live values are on the page. */
    parabusReady?: boolean;
  }
}

const app = document.querySelector<HTMLElement>("#app")!;
/** The log-in does not wait for it. */
const core = init();
let orgs: UserOrg[] = [];
let plant: Plant | undefined;
let views: View[] = [];
let notice: HTMLElement | undefined;
let drawn: Route | undefined;

function show(...shown: View[]): void {
  views.forEach((view) => view.close?.());
  views = shown;
}

function leavePlant(): void {
  plant?.stop();
  plant = undefined;
}

function showLogIn(): void {
  leavePlant();
  const view = logInView(async (apiKey, password) => {
    await logIn(apiKey, password);
    await start();
  }, showLogIn);
  show(view);
  document.title = "Parabus";
  app.replaceChildren(view.element);
  app.querySelector("input")?.focus();
}

async function leave(): Promise<void> {
  await logOut().catch(console.error);
  showLogIn();
}

function showFailure(error: unknown): void {
  leavePlant();
  const again = h("button", { class: "primary", click: () => void start().catch(showFailure) }, word("refresh"));
  const view = failureView(explain(error), again, h("button", { class: "quiet", click: () => void leave() }, word("logOut")));
  show(view);
  app.replaceChildren(view.element);
}

function contentOf(plant: Plant, route: Route): View {
  const device = route.view === "device" ? plant.devices.get(route.id) : undefined;
  if (device && route.view === "device") return deviceView(plant, device, route.param);
  const net = route.view === "net" ? plant.nets.get(route.id) : undefined;
  if (net) return netView(plant, net);
  if (route.view === "widgets" && plant.may("edit")) return widgetsView(plant);
  const vis = route.view === "vis" ? plant.visualizations.find(({ id }) => id === route.id) : undefined;
  if (vis && route.view === "vis") return visView(plant, vis, route.device);
  if (route.view === "overview") return overview(plant, plant.visualizations.filter((each) => each.isDisplayedOnDashboard).map((each) => visTile(plant, each)));
  return { element: h("main", { class: "content", id: "content" }, h("h1", { tabindex: "-1" }, word("overview")), h("p", { class: "error", role: "alert" }, word("gone"))) };
}

/** Draws what the address names. */
function draw(): void {
  if (!plant) return;
  drawn = currentRoute();
  const content = contentOf(plant, drawn);
  const side = sidebar(plant, drawn);
  show(content, side);
  notice ??= lossNotice(plant);
  replaceKeepingFocus(app, topBar(plant, orgs, draw, () => void leave()), notice, notices(plant), h("div", { class: "body" }, side.element, content.element));
}

/** Another address was opened: another organization, or another view whose heading takes the focus. */
function follow(): void {
  const org = currentRoute().org;
  if (orgs.length > 0 && org !== plant?.orgId) return void enter().catch(showFailure);
  const former = drawn;
  draw();
  document.querySelector<HTMLElement>(focusAfter(former, currentRoute()))?.focus({ preventScroll: true });
}

/** Where reading goes on: in the panel that opened, at the link of the one that closed, else at the heading. */
function focusAfter(former: Route | undefined, route: Route): string {
  if (former?.view !== "device" || route.view !== "device" || former.id !== route.id) return "#content h1";
  return route.param === undefined ? `[data-testid="param-${former.param}"]` : "#panel-title";
}

/** The organization of the address, or the only one; else the user chooses. */
async function enter(): Promise<void> {
  const route = currentRoute();
  const org = orgs.find(({ orgId }) => orgId === route.org) ?? (orgs.length === 1 ? orgs[0] : undefined);
  leavePlant();
  notice = undefined;
  if (!org) {
    const view = organizationsView(orgs, () => void leave());
    show(view);
    app.replaceChildren(view.element);
    app.querySelector<HTMLElement>("h1")?.focus();
    return;
  }
  if (route.org !== org.orgId) history.replaceState(null, "", printRoute({ ...route, org: org.orgId }));
  document.title = `${org.orgName} · Parabus`;
  if (!may(org, "view")) return showMonitor(org);
  await core;
  const mine = new Plant(org);
  plant = mine;
  await mine.load();
  mine.addEventListener("plant", () => void remember(mine).catch(console.error).finally(() => plant === mine && draw()));
  mine.addEventListener("devices", () => views.forEach((view) => view.tick?.()));
  mine.addEventListener("readings", (event) => {
    const ids = (event as CustomEvent<number[]>).detail;
    views.forEach((view) => view.readings?.(ids));
    window.parabusReady = true;
  });
  mine.addEventListener("ended", showLogIn);
  draw();
  void mine.listen();
  void mine.watchNets();
}

function showMonitor(org: UserOrg): void {
  const view = monitorView(org);
  const other = orgs.length > 1 && h("a", { class: "quiet", href: "#" }, word("organization"));
  show(view);
  const bar = h("header", { class: "top" }, logo(), h("span", { class: "where org" }, org.orgName), h("span", { class: "gap" }), other, langChoice(() => showMonitor(org)), h("button", { class: "quiet", click: () => void leave() }, word("logOut")));
  app.replaceChildren(bar, view.element);
}

/** The API names pages by paths; the page itself by its hash. */
async function takePath(): Promise<void> {
  const [, kind, id] = location.pathname.match(/^\/manage\/(networks|devices)\/(\d+)\/?$/) ?? [];
  if (!kind) return;
  const deviceId = Number(id);
  const netId = kind === "devices" ? (await answer(api.GET("/device/{deviceId}/", { params: { path: { deviceId } } }))).netId : Number(id);
  const { orgId } = await answer(api.GET("/net/{netId}/", { params: { path: { netId } } }));
  history.replaceState(null, "", `/${printRoute(kind === "devices" ? { view: "device", id: deviceId, org: orgId } : { view: "net", id: netId, org: orgId })}`);
}

async function start(): Promise<void> {
  orgs = await answer(api.GET("/user/orgs/"));
  if (orgs.length === 0) throw new ApiError(403, "NoOrganization", word("noOrganization"));
  await takePath();
  await enter();
}

/** Parameters that the API gives at once. */
const MOST_IDS = 500;

/** Last values of devices that do not answer now. */
async function remember(plant: Plant): Promise<void> {
  const ids = [...plant.params.keys()];
  for (let from = 0; from < ids.length; from += MOST_IDS) {
    const batch = ids.slice(from, from + MOST_IDS);
    const last = await answer(api.GET("/params/last-readings/", { params: { query: { paramIds: batch.join(","), lang: currentLang() } } }));
    for (const [id, reading] of Object.entries(last)) if ("value" in reading) plant.remember(Number(id), Date.parse(reading.readOn), reading.value);
  }
  // The small curves of the overview begin with what is stored.
  const shown = plant.dashboard().filter((param) => !plant.seeded.has(param.paramId));
  await Promise.all(shown.map(async ({ paramId }) => plant.seed(paramId, await answer(api.GET("/readings/get/", { params: { query: { paramId, pointsLimit: RECENT } } })))));
}

addEventListener("hashchange", follow);
setInterval(() => views.forEach((view) => view.tick?.()), 1000);
showLang();
app.replaceChildren(h("main", { class: "centre" }, h("p", {}, word("loading"))));
// A page without a session begins with the log-in; any other failure is told.
await start().catch((error: unknown) => (error instanceof ApiError && error.status === 401 ? showLogIn() : showFailure(error)));
