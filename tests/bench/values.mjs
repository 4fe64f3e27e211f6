// Our addon beside Intl: numbers to text, in one run, as ratios.
// node values.mjs --addon FOLDER
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { options } from "../run/options.mjs";
import { compare, finish } from "./race.mjs";

const api = await import(pathToFileURL(`${resolve(options().addon)}/index.js`));
const PEER = "Intl, a formatter that is kept";

for (const [lang, tag, want] of [["en", "en", "1,234,567.8"], ["ua", "uk", "1\u00a0234\u00a0567,8"]]) {
  const kept = new Intl.NumberFormat(tag, { maximumFractionDigits: 1 });
  const asked = { lang, maxFraction: 1 };
  const isRight = (text) => text === want;
  compare(
    `a number of 8 digits in ${lang}`,
    ["Number.prototype.toFixed, plain", () => (1234567.8).toFixed(1)],
    [
      ["parabus.formatNumber, of text", () => api.formatNumber("1234567.8", asked), isRight],
      [PEER, () => kept.format("1234567.8"), isRight],
      ["Intl, of a double", () => kept.format(1234567.8), isRight],
      ["toLocaleString", () => (1234567.8).toLocaleString(tag, { maximumFractionDigits: 1 }), isRight],
    ],
    PEER,
  );
}
finish();
