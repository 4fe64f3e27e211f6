// Makes vectors/format/number.json and plural.json: each case is asked of Node's Intl, and of Babel, by format.py.
// node tests/make/format.mjs PYTHON, an interpreter that has Babel (`pip install babel==2.18.0`).
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";

const python = process.argv[2];
if (!python) throw new Error("node tests/make/format.mjs PYTHON, an interpreter with Babel");
const { node, icu, cldr } = process.versions;
const INTL = `Node ${node}, ICU ${icu}, CLDR ${cldr}`;
// The API's code of Ukrainian is no language tag.
const TAGS = { en: "en", pl: "pl", ru: "ru", ua: "uk" };

const NUMBERS = [
  "0", "7", "-12.5", "999", "1000", "1234.5", "9999.995", "12345.678", "-1234567.891", "1.005", "-2.5", "25.0",
  "18446744073709551615", "0.000001", "99999999999999999999999.995", `${"9".repeat(60)}.${"5".repeat(20)}`,
];
// min_fraction, max_fraction; undefined is all that the text has.
const FRACTIONS = [[undefined, undefined], [0, 0], [0, 1], [2, 2], [1, 3]];
const GROUPED = ["123", "1234", "12345", "123456.7", "-1234567"];

const decimals = (text) => text.split(".")[1]?.length ?? 0;

/** Without `max_fraction` the digits are those of the text: that is told to Intl as its count. */
function digits({ text, min_fraction = 0, max_fraction }) {
  const shown = Math.max(decimals(text), min_fraction);
  return max_fraction === undefined
    ? { minimumFractionDigits: shown, maximumFractionDigits: shown }
    : { minimumFractionDigits: min_fraction, maximumFractionDigits: max_fraction };
}

const present = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

const numbers = [];
for (const lang of Object.keys(TAGS)) {
  for (const text of NUMBERS) {
    for (const [min_fraction, max_fraction] of FRACTIONS) numbers.push(present({ text, lang, min_fraction, max_fraction }));
  }
  for (const text of GROUPED) {
    for (const grouping of ["auto", "always", "min2", "never"]) numbers.push({ text, lang, grouping });
  }
  for (const text of ["5", "5.25"]) numbers.push({ text, lang, min_fraction: 4 });
}

// Text goes in, so that nothing passes through a binary fraction.
const intl = (args) =>
  new Intl.NumberFormat(TAGS[args.lang], {
    ...digits(args),
    useGrouping: args.grouping === "never" ? false : (args.grouping ?? "auto"),
  }).format(args.text);

// PluralRules takes numbers alone; these are exact in binary64, and visible zeros are told as digits.
const PLURALS = [
  "0", "1", "2", "3", "4", "5", "10", "11", "12", "14", "15", "20", "21", "22", "25", "100", "101", "102", "111", "112", "1000",
  "1001", "1000000", "-1", "-2", "1.0", "2.0", "1.5", "0.5", "21.00",
];
const plurals = Object.keys(TAGS).flatMap((lang) => PLURALS.map((text) => ({ text, lang })));
const category = ({ text, lang }) => new Intl.PluralRules(TAGS[lang], digits({ text })).select(Number(text));

const asked = JSON.stringify({ numbers: numbers.map((args) => ({ ...args, tag: TAGS[args.lang], ...digits(args) })), plurals: plurals.map((args) => ({ ...args, tag: TAGS[args.lang] })) });
const said = spawnSync(python, [new URL("format.py", import.meta.url).pathname], { input: asked, encoding: "utf8" });
if (said.status !== 0) throw new Error(said.stderr);
const babel = JSON.parse(said.stdout);

const counts = { agree: 0, grouping: 0, ties: 0, none: 0 };
/** Who says so; a difference without a known reason ends the work. */
function source(args, want, theirs) {
  if (theirs === null) return (counts.none += 1), INTL;
  if (theirs === want) return (counts.agree += 1), `${INTL}; ${babel.version}`;
  const { maximumFractionDigits: most } = digits(args);
  const [, , dropped = ""] = args.text.match(new RegExp(`^([^.]*\\.?\\d{0,${most}})(\\d*)$`)) ?? [];
  const isTie = /^50*$/.test(dropped);
  const isPolish = args.lang === "pl" && theirs.replaceAll("\u00a0", "") === want.replaceAll("\u00a0", "");
  if (isPolish) return (counts.grouping += 1), `${INTL}; not ${babel.version}, which groups four Polish digits`;
  if (isTie) return (counts.ties += 1), `${INTL}; not ${babel.version}, which rounds halves to even`;
  throw new Error(`${JSON.stringify(args)}: Intl ${want}, Babel ${theirs}`);
}

const name = (args) => Object.values(args).map((part) => String(part).slice(0, 24)).join(" ");
function caseOf(call, args, want, from, index) {
  return { name: `${index + 1}: ${name(args)}`, source: from, call, args, want };
}

function write(file, about, cases) {
  const lines = cases.map((each) => `  ${JSON.stringify(each)}`).join(",\n");
  writeFileSync(new URL(`../vectors/format/${file}`, import.meta.url), `{ "about": ${JSON.stringify(about)}, "cases": [\n${lines}\n] }\n`);
  console.log(`${file}: ${cases.length} cases`);
}

mkdirSync(new URL("../vectors/format/", import.meta.url), { recursive: true });
const made = numbers.map((args, index) => {
  const want = intl(args);
  return caseOf("format_number", args, want, source(args, want, babel.numbers[index]), index);
});
write(
  "number.json",
  `Numbers as Intl.NumberFormat writes them, made by make/format.mjs. Babel agrees in ${counts.agree} cases; it groups four ` +
    `Polish digits in ${counts.grouping}, rounds halves to even in ${counts.ties}, and has no such grouping in ${counts.none}.`,
  made,
);
write(
  "plural.json",
  "Forms of words behind numbers, by Intl.PluralRules and Babel alike, made by make/format.mjs.",
  plurals.map((args, index) => {
    const want = category(args);
    if (babel.plurals[index] !== want) throw new Error(`${JSON.stringify(args)}: Intl ${want}, Babel ${babel.plurals[index]}`);
    return caseOf("plural_category", args, want, `${INTL}; ${babel.version}`, index);
  }),
);
