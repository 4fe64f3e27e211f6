// The page: who is logged in, what is open, and the plant that it shows.
import init from "parabus-wasm";
import { alertOfPath, askAlerts } from "./alerts.ts";
import { answer, api, ApiError, logIn, logOut, may, type UserOrg } from "./api.ts";
import { h } from "./dom.ts";
import { explain } from "./errors.ts";
import { Plant, RECENT } from "./plant.ts";
import { currentRoute, link, printRoute, type Route } from "./route.ts";
import { alertView } from "./views/alert.ts";
import { alertsView } from "./views/alerts.ts";
import { langChoice, lossNotice, notices, topBar } from "./views/bar.ts";
import { compareView } from "./views/compare.ts";
import { deviceView } from "./views/device.ts";
import { energyView } from "./views/energy.ts";
import { failureView, goneView, logInView, logo, organizationsView } from "./views/login.ts";
import { monitorView } from "./views/monitor.ts";
import { netView } from "./views/net.ts";
import { overview } from "./views/overview.ts";
import { Place } from "./views/place.ts";
import { reportsView } from "./views/report.ts";
import { ruleView } from "./views/rule.ts";
import { sidebar, sidebarContent } from "./views/sidebar.ts";
import type { View } from "./views/view.ts";
import { visContent, visView } from "./views/vis.ts";
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
let shell: Shell | undefined;
/** What is shown without a plant. */
let alone: View | undefined;
let drawn: Route | undefined;

/** The parts of the page around a plant; each stands as long as it shows the same. */
interface Shell {
  top: Place;
  side: Place;
  content: Place;
  /** Both follow the plant by themselves. */
  notices: View;
}

const views = (): View[] => [alone, shell?.top.view, shell?.side.view, shell?.content.view].filter((view) => view !== undefined);

function showAlone(view: View, ...before: HTMLElement[]): void {
  leavePlant();
  alone?.close?.();
  alone = view;
  app.replaceChildren(...before, view.element);
}

function leavePlant(): void {
  plant?.stop();
  plant = undefined;
  views().forEach((view) => view.close?.());
  shell?.notices.close?.();
  alone = undefined;
  shell = undefined;
}

function showLogIn(): void {
  const view = logInView(async (apiKey, password) => {
    await logIn(apiKey, password);
    await start();
  }, showLogIn);
  document.title = "Parabus";
  showAlone(view);
  app.querySelector("input")?.focus();
}

async function leave(): Promise<void> {
  await logOut().catch(console.error);
  showLogIn();
}

function showFailure(error: unknown): void {
  const again = h("button", { class: "primary", click: () => void start().catch(showFailure) }, word("refresh"));
  showAlone(failureView(explain(error), again, h("button", { class: "quiet", click: () => void leave() }, word("logOut"))));
}

/** What the address names, and what the elements of its view follow from. */
function contentOf(plant: Plant, route: Route): [unknown, () => View] {
  switch (route.view) {
    case "overview":
      return [undefined, () => overview(plant)];
    case "widgets":
      if (plant.may("edit")) return [[...plant.params.values()].map(({ paramId, info }) => [paramId, info?.name]), () => widgetsView(plant)];
      break;
    case "net": {
      const net = plant.nets.get(route.id);
      if (net) return [{ ...net, isConnected: undefined, devices: plant.devicesOf(net).map(({ id, name, unitId }) => [id, name, unitId]) }, () => netView(plant, net)];
      break;
    }
    case "device": {
      const device = plant.devices.get(route.id);
      const { name, description, unitId, net } = device ?? {};
      if (device) return [[name, description, unitId, net?.name, plant.paramsOf(device).map((param) => ({ ...param, dashboardPlace: undefined }))], () => deviceView(plant, device, route.param, route.hours)];
      break;
    }
    case "compare": {
      if (plant.params.size === 0) return ["not known yet", () => ({ element: h("main", { class: "content", id: "content" }, h("h1", { tabindex: "-1" }, word("comparison")), h("p", {}, word("loading"))) })];
      const params = route.params.flatMap((id) => plant.params.get(id) ?? []);
      const names = [...plant.params.values()].map(({ paramId, info }) => [paramId, info?.name]);
      if (params.length > 0 || route.params.length === 0) return [[params.map((param) => [{ ...param, dashboardPlace: undefined }, plant.devices.get(param.deviceId)?.name]), names], () => compareView(plant, params, route.hours)];
      break;
    }
    case "alerts":
      return [[...plant.nets.values()].map(({ id, name }) => [id, name]), () => alertsView(plant, route.net, route.page)];
    case "alert":
      // Values are told by what the stream says of their parameters.
      return [plant.params.size > 0, () => alertView(plant, route.id, route.page)];
    case "rule":
      if (plant.may("edit")) return [undefined, () => ruleView(plant, route.alert)];
      break;
    case "energy":
      return [plant.trees, () => energyView(plant, route)];
    case "reports":
      return [plant.reports, () => reportsView(plant, route)];
    case "vis": {
      const vis = plant.visualizations.find(({ id }) => id === route.id);
      if (vis) return [visContent(plant, vis, route.device), () => visView(plant, vis, route.device)];
      break;
    }
  }
  return [undefined, () => ({ element: h("main", { class: "content", id: "content" }, h("h1", { tabindex: "-1" }, word("notFound")), h("p", { class: "error", role: "alert", "data-testid": "gone" }, word("gone")), h("p", { class: "after" }, h("a", { class: "secondary", href: link({ view: "overview" }) }, word("overview")))) })];
}

/** Draws what the address names. */
function draw(): void {
  if (!plant || !shell) return;
  drawn = currentRoute();
  const route = drawn;
  const mine = plant;
  const [content, make] = contentOf(mine, route);
  const lang = currentLang();
  shell.top.show("top", lang, () => topBar(mine, orgs, draw, () => void leave()));
  shell.side.show("side", [lang, sidebarContent(mine, route)], () => sidebar(mine, route));
  shell.content.show(viewOf(route), [lang, "hours" in route && route.hours, content], make);
}

/** Another span of a curve, and one curve more, are the same view: what was typed beside it stays. */
const viewOf = (route: Route): string => JSON.stringify({ ...route, hours: undefined, params: undefined });

/** Another address was opened: another organization, or another view whose heading takes the focus. */
function follow(): void {
  const org = currentRoute().org;
  if (orgs.length > 0 && (!plant || org !== plant.orgId)) return void enter().catch(showFailure);
  const former = drawn;
  draw();
  const route = currentRoute();
  if (!former || viewOf(former) !== viewOf(route)) document.querySelector<HTMLElement>(focusAfter(former, route))?.focus({ preventScroll: true });
}

/** Where reading goes on: in the panel that opened, at the link of the one that closed, else at the heading. */
function focusAfter(former: Route | undefined, route: Route): string {
  if (former?.view !== "device" || route.view !== "device" || former.id !== route.id) return "#content h1";
  return route.param === undefined ? `[data-testid="param-${former.param}"]` : "#panel-title";
}

/** The organization of the address; without one there, the only one; else the user chooses. */
async function enter(): Promise<void> {
  const route = currentRoute();
  const org = orgs.find(({ orgId }) => orgId === route.org) ?? (orgs.length === 1 && route.org === undefined ? orgs[0] : undefined);
  if (!org) {
    document.title = "Parabus";
    showAlone(route.org === undefined ? organizationsView(orgs, () => void leave()) : goneView(() => void leave()));
    app.querySelector<HTMLElement>("h1")?.focus();
    return;
  }
  if (route.org !== org.orgId) history.replaceState(null, "", printRoute({ ...route, org: org.orgId }));
  document.title = `${org.orgName} · Parabus`;
  if (!may(org, "view")) return showMonitor(org, route);
  await core;
  leavePlant();
  const mine = new Plant(org);
  plant = mine;
  await mine.load();
  if (plant !== mine) return;
  mine.addEventListener("plant", () => void learn(mine).catch(console.error));
  mine.addEventListener("places", draw);
  mine.addEventListener("devices", () => views().forEach((view) => view.tick?.()));
  mine.addEventListener("readings", (event) => {
    const ids = (event as CustomEvent<number[]>).detail;
    views().forEach((view) => view.readings?.(ids));
    window.parabusReady = true;
  });
  mine.addEventListener("ended", showLogIn);
  shell = { top: new Place(), side: new Place(), content: new Place(), notices: notices(mine) };
  app.replaceChildren(shell.top.element, lossNotice(mine), shell.notices.element, h("div", { class: "body" }, shell.side.element, shell.content.element));
  draw();
  void mine.listen();
  void mine.watchNets();
}

/** The stream said what the parameters are: what there was before it is asked for, and shown. */
async function learn(mine: Plant): Promise<void> {
  await remember(mine).catch(console.error);
  mine.setKnown();
  if (plant !== mine) return;
  draw();
  views().forEach((view) => {
    view.readings?.([...mine.params.keys()]);
    view.tick?.();
  });
}

function showMonitor(org: UserOrg, route: Route): void {
  const other = orgs.length > 1 && h("a", { class: "quiet", href: "#" }, word("organization"));
  const bar = h("header", { class: "top" }, logo(), h("span", { class: "where org" }, org.orgName), h("span", { class: "gap" }), other, langChoice(() => showMonitor(org, route)), h("button", { class: "quiet", click: () => void leave(), "data-testid": "log-out" }, word("logOut")));
  showAlone(route.view === "overview" ? monitorView(org) : goneView(), bar);
}

/** The API names pages by paths; the page itself by its hash. */
async function takePath(): Promise<void> {
  if (/^\/manage\/reports\/readings\/?$/.test(location.pathname) && !location.hash) return takeReport();
  const alert = alertOfPath(location.pathname);
  if (alert !== undefined && !location.hash) return takeAlert(alert);
  const [, kind, id] = location.pathname.match(/^\/manage\/(networks|devices)\/(\d+)\/?$/) ?? [];
  if (!kind || location.hash) return;
  const deviceId = Number(id);
  const netId = kind === "devices" ? (await answer(api.GET("/device/{deviceId}/", { params: { path: { deviceId } } }))).netId : Number(id);
  const { orgId } = await answer(api.GET("/net/{netId}/", { params: { path: { netId } } }));
  history.replaceState(null, "", `/${printRoute(kind === "devices" ? { view: "device", id: deviceId, org: orgId } : { view: "net", id: netId, org: orgId })}`);
}

/** `/manage/alerts/4/log/`: an alert is of the organization among whose alerts it stands. */
async function takeAlert(id: number): Promise<void> {
  const found = await Promise.all(orgs.filter((org) => may(org, "view")).map(async ({ orgId }) => ((await askAlerts(orgId)).some((alert) => alert.id === id) ? [orgId] : [])));
  const [org] = found.flat();
  if (org === undefined) throw new ApiError(404, "ObjectNotFound", word("gone"));
  history.replaceState(null, "", `/${printRoute({ view: "alert", id, org })}`);
}

/** How far back a history goes that is opened by its path. */
const REPORT_HOURS = 24;

/** `/manage/reports/readings/?paramIds=1,2`: the history of parameters of one organization. */
async function takeReport(): Promise<void> {
  const ids = (new URLSearchParams(location.search).get("paramIds") ?? "").split(",").map(Number);
  const known = ids.every((id) => Number.isSafeInteger(id) && id > 0);
  const [info] = known ? await answer(api.GET("/params/get-info/", { params: { query: { paramIds: ids.join(",") } } })) : [];
  if (!info) throw new ApiError(404, "ObjectNotFound", word("gone"));
  const { orgId } = await answer(api.GET("/net/{netId}/", { params: { path: { netId: info.networkId } } }));
  history.replaceState(null, "", `/${printRoute({ view: "compare", params: ids, hours: REPORT_HOURS, org: orgId })}`);
}

async function start(): Promise<void> {
  orgs = await answer(api.GET("/user/orgs/"));
  if (orgs.length === 0) throw new ApiError(403, "NoOrganization", word("noOrganization"));
  try {
    await takePath();
  } catch (error) {
    if (!(error instanceof ApiError && error.code === "ObjectNotFound")) throw error;
    return showAlone(goneView(() => void leave()));
  }
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
setInterval(() => views().forEach((view) => view.tick?.()), 1000);
showLang();
app.replaceChildren(h("main", { class: "centre" }, h("p", {}, word("loading"))));
// A page without a session begins with the log-in; any other failure is told.
await start().catch((error: unknown) => (error instanceof ApiError && error.status === 401 ? showLogIn() : showFailure(error)));
