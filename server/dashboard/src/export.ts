// What is shown, as a file: CSV with every digit, XLSX for who goes on reckoning.
import { h } from "./dom.ts";
import { word } from "./words.ts";

/** A number as its text, a date in milliseconds, a text, or nothing. */
export type Cell = { number: string } | { at: number } | string | null;

export interface Sheet {
  /** Of the file, without its ending. */
  name: string;
  heads: string[];
  rows: Cell[][];
}

/** RFC 4180; dates with their zone, numbers as the API has them. */
export function csv({ heads, rows }: Sheet): string {
  const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  // A spreadsheet takes a text that begins so for a formula.
  const harmless = (text: string) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
  const text = (cell: Cell) => {
    if (cell === null) return "";
    if (typeof cell === "string") return quoted(harmless(cell));
    return "number" in cell ? cell.number : new Date(cell.at).toISOString();
  };
  return [heads.map((head) => quoted(harmless(head))), ...rows.map((row) => row.map(text))].map((row) => `${row.join(",")}\r\n`).join("");
}

function save(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

async function saveXlsx({ name, heads, rows }: Sheet): Promise<void> {
  // It comes only when it is wanted.
  const { default: write } = await import("write-excel-file/universal");
  const cell = (cell: Cell) => {
    if (cell === null) return null;
    if (typeof cell === "string") return { value: cell, type: String };
    // The clocks of this place: a cell of a spreadsheet has no zone.
    return "number" in cell ? { value: Number(cell.number), type: Number } : { value: local(cell.at), type: Date, format: "yyyy-mm-dd hh:mm:ss" };
  };
  const head = heads.map((value) => ({ value, type: String, fontWeight: "bold" as const }));
  const blob = await write([head, ...rows.map((row) => row.map(cell))], { sheet: word("report") }).toBlob();
  save(`${name}.xlsx`, blob);
}

/** The instant that shows the clocks of this place where those of UTC are shown. */
const local = (at: number): Date => new Date(at - new Date(at).getTimezoneOffset() * 60_000);

/** Buttons that save what `sheet` gives when they are pressed. */
export function exportButtons(sheet: () => Sheet | undefined | Promise<Sheet | undefined>): HTMLElement {
  const of = (use: (sheet: Sheet) => void) => async () => {
    const current = await sheet();
    if (current) use(current);
  };
  const saveCsv = of((each) => save(`${each.name}.csv`, new Blob([csv(each)], { type: "text/csv;charset=utf-8" })));
  return h("div", { class: "row" },
    h("button", { class: "secondary", type: "button", click: saveCsv, "data-testid": "save-csv" }, word("csv")),
    h("button", { class: "secondary", type: "button", click: of((each) => void saveXlsx(each).catch(console.error)), "data-testid": "save-xlsx" }, word("xlsx")));
}
