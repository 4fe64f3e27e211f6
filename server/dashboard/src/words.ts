// The page's own words in the four languages of the API; the server translates by the same table.
import type { Lang } from "parabus-wasm";
import table from "./words.json";

export type Word = keyof typeof table;
const order: Lang[] = ["en", "pl", "ru", "ua"];

let lang: Lang = order.find((each) => each === localStorage.getItem("lang")) ?? "en";

export const languages: [Lang, string][] = [["en", "English"], ["pl", "Polski"], ["ru", "Русский"], ["ua", "Українська"]];
export const currentLang = (): Lang => lang;

export function setLang(next: Lang): void {
  lang = next;
  localStorage.setItem("lang", next);
  // Ukrainian is `uk` to browsers.
  document.documentElement.lang = next === "ua" ? "uk" : next;
}

export const word = (key: Word): string => table[key][order.indexOf(lang)] ?? key;

/** How long ago, short: `3 s`, `12 min`, `4 h`, `2 d`. */
export function age(instant: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - instant) / 1000));
  if (seconds < 3) return word("now");
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} d`;
}
