/** What the reference leaves open or contradicts, and how the server reads it: `readings.json`. */
import { readFileSync } from "node:fs";
import { endpoints } from "./endpoints.mjs";

/** Sections before those of the endpoints. */
const GENERAL = ["Basics", "Authentication", "Common errors"];

/**
 * @typedef {object} OurReading
 * @property {string} section of the reference
 * @property {string} says what stands there, or is left open
 * @property {string} does what the server does
 * @property {string[]} at rows of the run's table; `*` at the end stands for any rest
 * @property {string} [path] what differs there
 * @property {string} [ours] the outcome, where the reference leaves several open
 * @property {boolean} [fault] to be mended
 */

/** @type {OurReading[]} */
export const ourReadings = JSON.parse(readFileSync(new URL("readings.json", import.meta.url), "utf8"));

/** @param {OurReading} reading @param {string} at */
export const isOf = (reading, at) =>
  reading.at.some((one) => one === at || (one.endsWith("*") && at.startsWith(one.slice(0, -1))));

/** The table of README.md, in the order of the reference. */
export function table() {
  const unknown = ourReadings.find((one) => ![...GENERAL, ...endpoints].includes(one.section));
  if (unknown !== undefined) throw new Error(`readings.json: no section ${unknown.section}`);
  const cell = (/** @type {string} */ text) => text.replaceAll("|", "\\|");
  const place = (/** @type {OurReading} */ one) => [...GENERAL, ...endpoints].indexOf(one.section);
  const shown = ourReadings.filter((one) => !one.does.startsWith("as above")).sort((a, b) => place(a) - place(b));
  const rows = shown.map((one) => `| ${cell(one.section)} | ${cell(one.says)} | ${cell(one.does)}${one.fault ? " (a fault)" : ""} |`);
  return ["| Section | The reference | Parabus |", "| --- | --- | --- |", ...rows].join("\n");
}
