// Addon and wasm beside plain loops and npm's math-expression-evaluator: sums over typed arrays, formulas.
// node sums.mjs --addon FOLDER --wasm FOLDER
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import Library from "math-expression-evaluator";
import { options } from "../run/options.mjs";
import { compare, finish } from "./race.mjs";

const folders = options();
const addon = await import(pathToFileURL(join(resolve(folders.addon), "index.js")));
const wasm = await import(pathToFileURL(join(resolve(folders.wasm), "index.js")));
await wasm.default({ module_or_path: readFileSync(join(resolve(folders.wasm), "parabus_wasm_bg.wasm")) });

const COUNT = 1_000_000, QUARTER = 900_000, START = 1_767_225_600_000, END = START + COUNT * 1000;
const times = Float64Array.from({ length: COUNT }, (_, place) => START + place * 1000);
let seed = 7;
const wholes = BigInt64Array.from({ length: COUNT }, () => BigInt(2100 + ((seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % 400)));
const values = Float64Array.from(wholes, (whole) => Number(whole) / 10);

/** As a program writes it: sums of doubles, each quarter hour after the other. */
function loop() {
  const found = [];
  for (let from = 0; from < COUNT; ) {
    const start = Math.floor(times[from] / QUARTER) * QUARTER;
    let sum = 0, least = Infinity, most = -Infinity, place = from;
    for (; place < COUNT && times[place] < start + QUARTER; place++) {
      const value = values[place];
      sum += value;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    found.push({ start, count: place - from, mean: sum / (place - from), min: least, max: most });
    from = place;
  }
  return found;
}
const want = loop();
const isRight = (found) =>
  found.length === want.length &&
  found.every(({ start, count, mean, min, max }, place) => {
    const own = want[place];
    return start === own.start && count === own.count && min === own.min && max === own.max && Math.abs(mean - own.mean) < 1e-9;
  });
const asked = { start: START, end: END, cadence: "15m", holdMs: 1000 };
compare("quarter hours of 1,000,000 readings", ["a loop over doubles (inexact)", loop], [
  ["parabus.segments, addon, of doubles", () => addon.segments(times, values, asked), isRight],
  ["parabus.segments, addon, of registers", () => addon.segments(times, wholes, { ...asked, decimals: 1 }), isRight],
  ["parabus.segments, wasm, of doubles", () => wasm.segments(times, values, asked), isRight],
  ["parabus.segments, wasm, of registers", () => wasm.segments(times, wholes, { ...asked, decimals: 1 }), isRight],
]);

const exact = Number(wholes.reduce((sum, whole) => sum + whole, 0n)) / 10;
const isSum = (sum) => Math.abs(sum - exact) < 1e-6;
compare("sum of 1,000,000 doubles", ["a loop (inexact)", () => values.reduce((sum, value) => sum + value, 0)], [
  ["parabus.exactSum, addon", () => addon.exactSum(values), isSum],
  ["parabus.exactSum, wasm", () => wasm.exactSum(values), isSum],
]);

const PEER = "math-expression-evaluator 2.0";
const library = new (Library.default ?? Library)();
const text = "(230.5 + 10) / 2 + 4.25 * 3 - 0.5 * 2";
const result = library.eval(text);
const isResult = (number) => Math.abs(number - result) < 1e-9;
compare("a formula of seven numbers, from its text", ["JavaScript itself, compiled before", () => (230.5 + 10) / 2 + 4.25 * 3 - 0.5 * 2], [
  ["parabus.Formula, addon", () => new addon.Formula(text).evaluate({}), isResult],
  ["parabus.Formula, wasm", () => new wasm.Formula(text).evaluate({}), isResult],
  [PEER, () => library.eval(text), isResult],
], PEER);

const KEPT = "math-expression-evaluator 2.0, parsed before";
const tokens = ["x", "y"].map((token) => ({ type: 3, token, show: token, value: token }));
const parsed = library.toPostfix(library.lex("(x + 10) / 2 + y", tokens));
const formula = { addon: new addon.Formula("(#561 + 10) / 2 + #558"), wasm: new wasm.Formula("(#561 + 10) / 2 + #558") };
const operands = { 561: 230.5, 558: 4.25 };
const isKept = (number) => number === 124.5;
compare("a formula with two operands, parsed before", ["JavaScript itself", () => (operands[561] + 10) / 2 + operands[558]], [
  ["parabus.Formula, addon", () => formula.addon.evaluate(operands), isKept],
  ["parabus.Formula, wasm", () => formula.wasm.evaluate(operands), isKept],
  [KEPT, () => library.postfixEval(parsed, { x: 230.5, y: 4.25 }), isKept],
], KEPT);
finish();
