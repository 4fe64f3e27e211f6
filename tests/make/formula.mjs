// Writes vectors of formulas whose results npm's math-expression-evaluator gave: the library that reports of the API
// were written for. Operands are put into the text before it reads it. Nothing here asks Parabus.
// Run where that package is installed: `node tests/make/formula.mjs`.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const require = createRequire(resolve("package.json"));
const { version } = require("math-expression-evaluator/package.json");
const Evaluator = require("math-expression-evaluator");
const evaluator = new (Evaluator.default ?? Evaluator)();
const source = `math-expression-evaluator ${version}, Node ${process.version}`;

let seed = 11n;
const below = (limit) => {
  seed = (seed * 6364136223846793005n + 1442695040888963407n) & (2n ** 64n - 1n);
  return Number((seed >> 33n) % BigInt(limit));
};
const pick = (list) => list[below(list.length)];

/** What the library gives, unless it is not finite; null then. It rounds results to 15 decimals; the digits behind
 *  them are those of JavaScript's own arithmetic on the same text, which has to agree as far as the library goes. */
function result(text, values) {
  const put = text.replace(/#(\d+)/g, (_, id) => (values[id] < 0 ? `(0${values[id]})` : String(values[id])));
  const number = evaluator.eval(put);
  if (!Number.isFinite(number)) return null;
  if (put.includes("^")) return number;
  const own = new Function(`return ${put.replace(/ ?Mod ?/g, "%").replace(/--/g, "- -")}`)();
  if (Number(own.toFixed(15)) !== number && own !== number) throw new Error(`${text}: the library says ${number}, JavaScript ${own}`);
  return own === 0 ? 0 : own;
}

function random(depth) {
  if (depth === 0 || below(5) === 0) return pick([`#${1 + below(4)}`, String(below(20)), `${below(9)}.${1 + below(8)}`]);
  const operation = pick(["+", "-", "*", "/", " Mod ", " + ", " - "]);
  const both = `${random(depth - 1)}${operation}${random(depth - 1)}`;
  return below(2) === 0 ? `(${both})` : both;
}

const plain = [
  "1+2", "2*3+4", "2+3*4", "10-4-3", "100/10/5", "2^3^2", "-2^2", "(-2)^2", "2*-3", "2--3", "8 Mod 3", "-8 Mod 3", "8.5 Mod 3", "10 Mod 4 * 3",
  "3*10 Mod 4", "2^(-1)", "1/3", "0.1+0.2", "(1+2)*(3+4)", "((((5))))", "10 - (2 - (3 - 4))", "1.5^2", "7 Mod 7", "0*5", "1/8+1/16",
  "(#561 + 10) / 2 + #558", "#1*#2-#1", "#1 / #2", "#1^2 + #2^2", "(#1 - #2) / (#1 + #2) * 100", "#1 Mod #2", "-#1", "#1--#2", "2*-#1",
];
const values = { 1: 3, 2: 4.5, 3: -2, 4: 0.125, 558: 0.5, 561: 1234.75 };
const cases = [];
const add = (name, text) => {
  const used = Object.fromEntries([...new Set([...text.matchAll(/#(\d+)/g)].map(([, id]) => id))].map((id) => [id, values[id]]));
  const operands = [...new Set([...text.matchAll(/#(\d+)/g)].map(([, id]) => Number(id)))];
  cases.push({ name, source, call: "formula", args: { text, values: used }, want: { operands, value: result(text, values) } });
};
plain.forEach((text, index) => add(`plain-${index}`, text));
for (let index = 0; index < 60; index++) add(`random-${index}`, random(4));
const ours = (name, text, answer, given = {}) => cases.push({ name, source: "DOMAIN.md A-12, AGGREGATION.md 4.10", call: "formula", args: { text, values: given }, ...answer });
ours("division-by-zero-is-none", "1/0", { want: { operands: [], value: null } });
ours("zero-by-zero-is-none", "0/0", { want: { operands: [], value: null } });
ours("a-root-of-less-than-nothing-is-none", "(0-1)^0.5", { want: { operands: [], value: null } });
ours("an-operand-without-value", "#1+#2", { want: { operands: [1, 2], value: null } }, { 1: 5 });
const refused = [["empty", "", 0], ["an-operation-alone", "1+", 2], ["two-operations", "1 + * 2", 4], ["an-open-parenthesis", "(1+2", 4], ["a-closed-parenthesis", "1)", 1], ["letters", "sin 1", 0], ["an-operand-without-digits", "# 1", 1], ["two-numbers", "1 2", 2]];
for (const [name, text, offset] of refused) ours(`refused-${name}`, text, { error: { kind: "formula-syntax", offset } });
ours("refused-too-deep", "(".repeat(40) + "1" + ")".repeat(40), { error: { kind: "formula-too-long", offset: 32 } });

const lines = cases.map((each) => `  ${JSON.stringify(each)}`).join(",\n");
writeFileSync(new URL("../vectors/formula/results.json", import.meta.url), `{ "about": "Formulas of reports: results of npm's library, and what is none.", "cases": [\n${lines}\n] }\n`);
console.log(cases.length);
