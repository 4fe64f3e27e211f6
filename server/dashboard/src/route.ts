// What is open, in the address: `#org/1/device/7/param/12/hours/24`.

export type Route =
  | { view: "overview"; org?: number }
  | { view: "widgets"; org?: number }
  | { view: "net"; id: number; org?: number }
  /** `hours`: how far back curves go. */
  | { view: "compare"; params: number[]; hours?: number; org?: number }
  | { view: "device"; id: number; param?: number; hours?: number; org?: number }
  | { view: "vis"; id: number; device?: number; org?: number }
  /** `net` and `page`: which part of the log. */
  | { view: "alerts"; net?: number; page?: number; org?: number }
  | { view: "alert"; id: number; page?: number; org?: number }
  /** An alert as it is edited; without `alert` a new one. */
  | { view: "rule"; alert?: number; org?: number }
  /** Trees of sensors; of a tree one branch has its history shown. */
  | { view: "energy"; tree?: string; branch?: string; org?: number }
  /** Reports; `from` and `till` are dates of this place, the last one among them. */
  | { view: "reports"; report?: string; segment?: Cut; from?: string; till?: string; org?: number }
  /** What no address of the page means. */
  | { view: "nothing"; org?: number };

/** How a report is cut. */
export type Cut = "half-hour" | "hour" | "day";
export const CUTS: readonly Cut[] = ["half-hour", "hour", "day"];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** An empty one is the overview. */
export function parseRoute(hash: string): Route {
  const words = hash.replace(/^#\/?/, "").split("/");
  const ids = new Map<string, number>();
  for (let index = 0; index + 1 < words.length; index += 2) {
    const [name, id] = [words[index] ?? "", Number(words[index + 1])];
    if (Number.isSafeInteger(id) && id > 0) ids.set(name, id);
  }
  const named = (name: string, shape: RegExp) => {
    const text = words[words.indexOf(name) + 1];
    return words.includes(name) && text !== undefined && shape.test(text) ? text : undefined;
  };
  const org = ids.get("org");
  const first = words[org === undefined ? 0 : 2];
  const id = ids.get(first ?? "");
  const list = (words[org === undefined ? 1 : 3] ?? "").split(",").filter(Boolean).map(Number);
  if (first === "compare" && list.every((each) => Number.isSafeInteger(each) && each > 0)) return { view: first, params: list, hours: ids.get("hours"), org };
  if (id !== undefined && first === "device") return { view: first, id, param: ids.get("param"), hours: ids.get("hours"), org };
  if (id !== undefined && first === "vis") return { view: first, id, device: ids.get("device"), org };
  if (id !== undefined && first === "net") return { view: first, id, org };
  if (id !== undefined && first === "alert") return { view: first, id, page: ids.get("page"), org };
  if (first === "alerts") return { view: first, net: ids.get("net"), page: ids.get("page"), org };
  if (first === "rule" && (id !== undefined || words[org === undefined ? 1 : 3] === "new")) return { view: first, alert: id, org };
  if (first === "energy") return { view: first, tree: named("energy", UUID), branch: named("branch", UUID), org };
  if (first === "reports") return { view: first, report: named("reports", UUID), segment: CUTS.find((cut) => cut === named("by", /./)), from: named("from", DATE), till: named("till", DATE), org };
  if (first === "widgets") return { view: first, org };
  return { view: first ? "nothing" : "overview", org };
}

export function printRoute(route: Route): string {
  const words = route.org === undefined ? [] : ["org", route.org];
  if (route.view === "widgets") words.push("widgets");
  if (route.view === "compare") words.push("compare", route.params.join(","));
  if (route.view === "rule") words.push("rule", route.alert ?? "new");
  if (route.view === "alerts") words.push("alerts");
  if (route.view === "alerts" && (route.net ?? route.page) !== undefined) words.push("log");
  if ("net" in route && route.net !== undefined) words.push("net", route.net);
  if (route.view === "energy") words.push("energy", ...(route.tree ? [route.tree] : []), ...(route.branch ? ["branch", route.branch] : []));
  if (route.view === "reports") {
    words.push("reports", ...(route.report ? [route.report] : []));
    for (const [name, text] of [["by", route.segment], ["from", route.from], ["till", route.till]] as const) if (text) words.push(name, text);
  }
  if ("id" in route) words.push(route.view, route.id);
  if (route.view === "device" && route.param !== undefined) words.push("param", route.param);
  if ("hours" in route && route.hours !== undefined) words.push("hours", route.hours);
  if ("page" in route && route.page !== undefined) words.push("page", route.page);
  if (route.view === "vis" && route.device !== undefined) words.push("device", route.device);
  return `#${words.join("/")}`;
}

export const currentRoute = (): Route => parseRoute(location.hash);

/** The address of a view in the organization that is open. */
export const link = (route: Route): string => printRoute({ org: currentRoute().org, ...route });

export function open(route: Route): void {
  location.hash = link(route);
}
