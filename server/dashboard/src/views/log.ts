// The log of an alert or of an organization, page by page.
import { askLog, levelKind } from "../alerts.ts";
import type { Schemas } from "../api.ts";
import { h, replaceKeepingFocus, setText } from "../dom.ts";
import { explain } from "../errors.ts";
import { link, type Route } from "../route.ts";
import { currentLang, moment, span, word } from "../words.ts";
import type { View } from "./view.ts";

type LogPage = Schemas["JournalReply"];
type LogRecord = Schemas["JournalRecord"];

const AGAIN_MS = 10_000;

const isActive = ({ status }: LogRecord): boolean => status !== "resolved";

function recordRow(record: LogRecord, index: number, isOpen: boolean): HTMLElement {
  const { name, startedOn, resolvedOn, confirmedOn, logAs, logAsText, details } = record;
  const started = Date.parse(startedOn);
  const ended = resolvedOn ? `${moment(Date.parse(resolvedOn))} · ${span((Date.parse(resolvedOn) - started) / 1000)}` : word("stillActive");
  const lines = details.map(({ date, texts }) => h("li", {}, h("small", { class: "where" }, moment(Date.parse(date))), ...texts.map((text) => h("p", {}, text))));
  return h("tr", { "data-testid": `record-${index}` },
    h("th", { scope: "row" }, name, h("small", { class: `where level ${levelKind(logAs)}` }, logAsText)),
    h("td", {}, moment(started)),
    h("td", { class: isActive(record) ? "bad" : undefined }, ended, confirmedOn && h("small", { class: "where" }, `${word("confirmed")}: ${moment(Date.parse(confirmedOn))}`)),
    h("td", {}, h("details", { open: isOpen, "data-record": `${name} ${startedOn}` }, h("summary", { "data-testid": `record-details-${index}` }, word("details")), h("ul", { class: "plain lines" }, ...lines))));
}

function pages({ totalRecords, currentPage, itemsOnPage }: LogPage, to: (page: number) => Route): HTMLElement | undefined {
  const last = Math.max(1, Math.ceil(totalRecords / itemsOnPage));
  if (last === 1) return undefined;
  const newer = currentPage > 1 && h("a", { class: "secondary", href: link(to(currentPage - 1)), "data-testid": "newer" }, word("former"));
  const older = currentPage < last && h("a", { class: "secondary", href: link(to(currentPage + 1)), "data-testid": "older" }, word("further"));
  return h("nav", { class: "row", "aria-label": word("page") }, newer, h("span", { class: "where", "data-testid": "log-page" }, `${word("page")} ${currentPage} / ${last}`), older);
}

/** `to` is the address of another page. */
export function logPart(of: Parameters<typeof askLog>[0], page: number, to: (page: number) => Route): View {
  const failure = h("p", { class: "error", role: "alert" });
  const place = h("div", { "data-testid": "log" });
  let shown = "";
  let isOpen = true;
  let next = Infinity;
  const draw = (found: LogPage) => {
    const text = JSON.stringify(found);
    if (text === shown) return;
    shown = text;
    const open = new Set([...place.querySelectorAll<HTMLElement>("details[open]")].map((each) => each.dataset.record));
    const heads = (["event", "started", "ended", "details"] as const).map((key) => h("th", { scope: "col", class: "where" }, word(key)));
    const rows = found.records.map((record, index) => recordRow(record, index, open.has(`${record.name} ${record.startedOn}`)));
    const table = rows.length === 0 ? h("p", { class: "where", "data-testid": "no-records" }, word("noRecords")) : h("table", { class: "log" }, h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...rows));
    const nav = pages(found, to);
    replaceKeepingFocus(place, table, ...(nav ? [nav] : []));
  };
  const load = async () => {
    next = Infinity;
    try {
      const found = await askLog(of, page, currentLang());
      if (isOpen) draw(found);
      setText(failure, "");
    } catch (error) {
      setText(failure, explain(error));
    }
    next = Date.now() + AGAIN_MS;
  };
  void load();
  return {
    element: h("div", {}, failure, place),
    tick: () => {
      if (Date.now() >= next) void load();
    },
    renew: () => void load(),
    close: () => {
      isOpen = false;
    },
  };
}
