/**
 * Compares a reply with what the reference shows and with the fields that it names.
 *
 * Identifiers and instants are compared by their kind alone, everything else by value. `...` in an example of
 * the reference stands for what it leaves out.
 */

/** @typedef {{ path: string, seed: unknown, ours: unknown }} Difference */

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d+))?Z$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Texts of the reference that stand for what a server or a device says. */
const PLACEHOLDER = /^Description of (?:error|failure)$/;
const IDENTIFIER = /^(?:id|token|(?!.*[mM]odbus)[a-zA-Z]+Ids?)$/;

/** What stands in for a value that a reply does not have. */
export const ABSENT = "absent";

/** @param {unknown} value @returns {string} */
export function kindOf(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value !== "string") return typeof value;
  if (INSTANT.test(value)) return "instant";
  return UUID.test(value) ? "uuid" : "string";
}

/**
 * @param {any} seed the example, parsed @param {any} ours
 * @param {{ allowed?: Set<string>, path?: string, key?: string }} [at]
 *   `allowed`: paths of fields that the reference names although its example leaves them out
 * @returns {Difference[]}
 */
export function compare(seed, ours, { allowed = new Set(), path = "", key = "" } = {}) {
  if (seed === "..." || (Array.isArray(seed) && seed.length === 1 && seed[0] === "...")) return [];
  const [wanted, got] = [kindOf(seed), kindOf(ours)];
  if (wanted !== got) return [{ path, seed, ours }];
  if (wanted === "array") return compareArrays(seed, ours, { allowed, path, key });
  if (wanted === "object") return compareObjects(seed, ours, { allowed, path });
  if (wanted === "instant") {
    const [a, b] = [seed, ours].map((text) => INSTANT.exec(text)?.[1]?.length ?? 0);
    return a === b ? [] : [{ path, seed, ours }];
  }
  if (PLACEHOLDER.test(seed) && ours !== "") return [];
  if (wanted === "uuid" || IDENTIFIER.test(key) || seed === ours) return [];
  return [{ path, seed, ours }];
}

/** @param {any[]} seed @param {any[]} ours @param {{ allowed: Set<string>, path: string, key: string }} at */
function compareArrays(seed, ours, { allowed, path, key }) {
  /** @type {Difference[]} */
  const found = seed.length === ours.length ? [] : [{ path: `${path}.length`, seed: seed.length, ours: ours.length }];
  const both = Math.min(seed.length, ours.length);
  for (let i = 0; i < both; i++) found.push(...compare(seed[i], ours[i], { allowed, path: `${path}[]`, key }));
  return found;
}

/** @param {any} seed @param {any} ours @param {{ allowed: Set<string>, path: string }} at */
function compareObjects(seed, ours, { allowed, path }) {
  /** @type {Difference[]} */
  const found = [];
  const more = "..." in seed;
  for (const key of new Set([...Object.keys(seed), ...Object.keys(ours)])) {
    if (key === "...") continue;
    const here = path === "" ? key : `${path}.${key}`;
    if (!(key in ours)) found.push({ path: here, seed: seed[key], ours: ABSENT });
    else if (key in seed) found.push(...compare(seed[key], ours[key], { allowed, path: here, key }));
    else if (!more && !allowed.has(generic(here))) found.push({ path: here, seed: ABSENT, ours: ours[key] });
  }
  return found;
}

/** A path without the identifiers in it. @param {string} path */
export function generic(path) {
  return path.replace(/(^|\.)(?:\d+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=\.|\[|$)/g, "$1*");
}

/**
 * Fields as the reference names them: a kind (`string`, `number`, `boolean`, `instant`, `uuid`, `null`, `any`),
 * several with ` | ` between them, `[of each]`, `{ name: …, "optional?": …, "*": of every other key }`,
 * or `either(…)`.
 * @typedef {import("./example.js").Fields} Fields
 */

export class Either {
  /** @param {Fields[]} of */
  constructor(of) {
    this.of = of;
  }
}

/** @param {Fields[]} of */
export const either = (...of) => new Either(of);

/** @param {Fields} fields @param {any} ours @param {string} [path] @returns {Difference[]} */
export function check(fields, ours, path = "") {
  if (fields instanceof Either) {
    const tries = fields.of.map((one) => check(one, ours, path));
    return tries.reduce((best, one) => (one.length < best.length ? one : best));
  }
  if (typeof fields === "string") {
    const got = kindOf(ours);
    const kinds = fields.split(" | ");
    const fits = kinds.includes("any") || kinds.includes(got) || (kinds.includes("string") && ["instant", "uuid"].includes(got));
    return fits ? [] : [{ path, seed: fields, ours }];
  }
  if (Array.isArray(fields)) {
    if (!Array.isArray(ours)) return [{ path, seed: "array", ours }];
    const each = fields.length === 1 ? ours.map(() => fields[0]) : fields;
    if (each.length !== ours.length) return [{ path: `${path}.length`, seed: each.length, ours: ours.length }];
    return ours.flatMap((one, i) => check(each[i] ?? "any", one, `${path}[]`));
  }
  if (kindOf(ours) !== "object") return [{ path, seed: "object", ours }];
  return checkObject(fields, ours, path);
}

/** @param {{ [name: string]: Fields }} fields @param {any} ours @param {string} path @returns {Difference[]} */
function checkObject(fields, ours, path) {
  /** @type {Difference[]} */
  const found = [];
  const join = (/** @type {string} */ key) => (path === "" ? key : `${path}.${key}`);
  const seen = new Set();
  for (const [name, kind] of Object.entries(fields)) {
    if (name === "*") continue;
    const key = name.replace(/\?$/, "");
    seen.add(key);
    if (key in ours) found.push(...check(kind, ours[key], join(key)));
    else if (!name.endsWith("?")) found.push({ path: join(key), seed: kindName(kind), ours: ABSENT });
  }
  for (const key of Object.keys(ours).filter((name) => !seen.has(name))) {
    const any = fields["*"];
    if (any === undefined) found.push({ path: join(key), seed: ABSENT, ours: ours[key] });
    else found.push(...check(any, ours[key], join(key)));
  }
  return found;
}

/** @param {Fields} kind */
const kindName = (kind) => (typeof kind === "string" ? kind : Array.isArray(kind) ? "array" : "object");

/** Paths of all named fields. @param {Fields | undefined} fields @returns {Set<string>} */
export function named(fields, path = "") {
  /** @type {Set<string>} */
  const all = new Set();
  const add = (/** @type {Fields} */ of, /** @type {string} */ at) => {
    all.add(at);
    for (const one of named(of, at)) all.add(one);
  };
  if (fields === undefined || typeof fields === "string") return all;
  if (fields instanceof Either) for (const one of fields.of) add(one, path);
  else if (Array.isArray(fields)) for (const one of fields) add(one, `${path}[]`);
  else for (const [name, of] of Object.entries(fields)) add(of, (path === "" ? "" : `${path}.`) + name.replace(/\?$/, ""));
  return all;
}

/** An example of the reference, in which `...` stands for what is left out. @param {string} text @returns {any} */
export function parse(text) {
  const whole = text.replace(/"(?:[^"\\]|\\.)*"|\.\.\./g, (found, at) => {
    if (found !== "...") return found;
    return text.slice(0, at).trimEnd().endsWith("[") ? `"..."` : `"...": "..."`;
  });
  return JSON.parse(whole);
}
