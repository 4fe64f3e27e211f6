// The page: who is logged in, what is open, and the plant that it shows.
import init from "parabus-wasm";
import { answer, api, ApiError, logIn, logOut } from "./api.ts";
import { h, setText } from "./dom.ts";
import { Plant, RECENT } from "./plant.ts";
import { currentLang, languages, setLang, word } from "./words.ts";
import { deviceView, logInView, logo, notices, overview, sidebar, type View } from "./views.ts";

declare global {
  interface Window {
    /** Set once live values are on the page. */
    parabusReady?: boolean;
  }
}

const app = document.querySelector<HTMLElement>("#app")!;
let plant: Plant | undefined;
let views: View[] = [];

function close(): void {
  views.forEach((view) => view.close?.());
  views = [];
}

function showLogIn(): void {
  plant?.stop();
  plant = undefined;
  close();
  const view = logInView(async (apiKey, password) => {
    await logIn(apiKey, password);
    await start();
  });
  app.replaceChildren(view.element);
}

/** The device named in the address, `#device/7`. */
const selected = (): number | undefined => Number(location.hash.match(/^#device\/(\d+)$/)?.[1]) || undefined;
const open = (id?: number) => {
  location.hash = id === undefined ? "" : `device/${id}`;
};

function show(): void {
  if (!plant) return;
  close();
  const id = selected();
  const device = id === undefined ? undefined : plant.devices.get(id);
  const content = device ? deviceView(plant, device) : overview(plant, open);
  const side = sidebar(plant, device?.id, open);
  views = [content, side];
  app.replaceChildren(topBar(plant), notices(plant), h("div", { class: "body" }, side.element, content.element));
}

function topBar(plant: Plant): HTMLElement {
  const state = h("span", { class: "live", role: "status", "data-testid": "live-state" });
  const update = () => {
    state.classList.toggle("on", plant.isLive);
    setText(state, word(plant.isLive ? "live" : "offline"));
  };
  update();
  plant.addEventListener("live", update);
  const change = (event: Event) => {
    setLang(languages.find(([code]) => code === (event.target as HTMLSelectElement).value)?.[0] ?? "en");
    show();
  };
  const lang = h("select", { "aria-label": word("language"), change, "data-testid": "lang" }, ...languages.map(([code, name]) => h("option", { value: code, selected: code === currentLang() }, name)));
  const leave = async () => {
    await logOut();
    showLogIn();
  };
  return h("header", { class: "top" }, logo(), state, h("span", { class: "gap" }), lang, h("button", { class: "quiet", click: () => void leave() }, word("logOut")));
}

async function start(): Promise<void> {
  const [org] = await answer(api.GET("/user/orgs/"));
  if (!org) throw new ApiError(404, "ObjectNotFound", "this key belongs to no organization");
  plant?.stop();
  const mine = new Plant(org.orgId);
  plant = mine;
  document.title = `${org.orgName} · Parabus`;
  await mine.load();
  mine.addEventListener("plant", () => void remember(mine).catch(console.error).finally(show));
  mine.addEventListener("devices", () => views.forEach((view) => view.tick?.()));
  mine.addEventListener("readings", (event) => {
    const ids = (event as CustomEvent<number[]>).detail;
    views.forEach((view) => view.readings?.(ids));
    window.parabusReady = true;
  });
  mine.addEventListener("ended", showLogIn);
  show();
  void mine.listen();
}

/** Parameters that the API gives at once. */
const MOST_IDS = 500;

/** Last values of devices that do not answer now. */
async function remember(plant: Plant): Promise<void> {
  const ids = [...plant.params.keys()];
  if (ids.length === 0) return;
  for (let from = 0; from < ids.length; from += MOST_IDS) {
    const batch = ids.slice(from, from + MOST_IDS);
    const last = await answer(api.GET("/params/last-readings/", { params: { query: { paramIds: batch.join(","), lang: currentLang() } } }));
    for (const [id, reading] of Object.entries(last)) if ("value" in reading) plant.remember(Number(id), Date.parse(reading.readOn), reading.value);
  }
  // The small curves of the overview begin with what is stored.
  const shown = plant.dashboard().filter((param) => !plant.seeded.has(param.paramId));
  await Promise.all(shown.map(async ({ paramId }) => plant.seed(paramId, await answer(api.GET("/readings/get/", { params: { query: { paramId, pointsLimit: RECENT } } })))));
}

// Where the API's links lead: a view of this page by its path.
const linked = location.pathname.match(/^\/manage\/devices\/(\d+)\//)?.[1];
if (location.pathname !== "/") history.replaceState(null, "", linked ? `/#device/${linked}` : "/");

addEventListener("hashchange", show);
setInterval(() => views.forEach((view) => view.tick?.()), 1000);
setLang(currentLang());
app.replaceChildren(h("main", { class: "centre" }, h("p", {}, word("loading"))));
await init();
await start().catch(showLogIn);
