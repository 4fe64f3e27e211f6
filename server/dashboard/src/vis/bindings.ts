// The grammar of bindings in a visualization's source:
// https://docs.overvis.com/en/cloud/reference/visualizations/

export interface ValueBinding {
  token: string;
  precision?: number;
}

export type Condition = { sign: ">" | "<" | "=" | "!=" | ">=" | "<="; than: string } | { expression: string };

export interface Toggled {
  property: string;
  on: string;
  off: string;
}

export interface ConditionBinding extends Toggled {
  token: string;
  condition: Condition;
}

export type Action =
  | { act: "goto"; kind: string; refs: string[] }
  | { act: "toggle"; ref: string; off: string; on: string; isAll: boolean }
  | { act: "increment"; ref: string; amount: string; isAll: boolean }
  | { act: "edit"; ref: string; isAll: boolean }
  | { act: "editText"; key: string };

/** Aliases of an object may begin its reference: `~em>458`. */
export type Aliases = Map<string, string>;

/** Aliases may stand for others; more steps than this go in a circle. */
const MOST_STEPS = 16;

export function resolve(reference: string, aliases: Aliases): string {
  let text = reference.trim();
  for (let step = 0; step < MOST_STEPS; step++) {
    const [, name, rest] = text.match(/^~([^>]+)(.*)$/) ?? [];
    const target = name === undefined ? undefined : aliases.get(name.trim());
    if (target === undefined) return text;
    text = `${target.trim()}${rest ?? ""}`;
  }
  return text;
}

const flags = (options: string | undefined): string[] => (options ?? "").split(",").map((flag) => flag.trim());
const token = (reference: string, options: string[], aliases: Aliases): string => `${options.includes("r") ? "*" : ""}${resolve(reference, aliases)}`;

/** `<ref>:r,p3` */
export function parseValue(text: string, aliases: Aliases): ValueBinding {
  const [reference = "", options] = text.split(":");
  const list = flags(options);
  const precision = list.find((flag) => /^p\d+$/.test(flag))?.slice(1);
  return { token: token(reference, list, aliases), precision: precision === undefined ? undefined : Number(precision) };
}

/** `<ref>:<condition>:<property>:<on>:<off>:r`; a condition in braces may hold colons. */
export function parseCondition(text: string, aliases: Aliases): ConditionBinding | undefined {
  const [, reference = "", braced, plain, rest = ""] = text.match(/^([^:]*):(?:\{(.*)\}|([^:{]*)):(.*)$/s) ?? [];
  const [property, on, off = "", options] = rest.split(":");
  if (!reference || !property || on === undefined) return undefined;
  const target = { token: token(reference, flags(options), aliases), property, on, off };
  if (braced !== undefined) return { ...target, condition: { expression: braced } };
  const [, sign, than] = (plain ?? "").match(/^(>=|<=|!=|>|<|=)(.*)$/s) ?? [];
  if (sign === undefined || than === undefined) return undefined;
  return { ...target, condition: { sign: sign as ">", than: than.trim() } };
}

/** `<netRef>:<property>:<on>:<off>` */
export function parseConnection(text: string, aliases: Aliases): (Toggled & { token: string }) | undefined {
  const [reference, property, on, off = ""] = text.split(":");
  return reference && property && on !== undefined ? { token: `conn?${resolve(reference, aliases)}`, property, on, off } : undefined;
}

export function parseAction(text: string, aliases: Aliases): Action | undefined {
  const [verb, ...rest] = text.split(":");
  const [first, second, third, fourth] = rest;
  if (first === undefined) return undefined;
  const ref = resolve(first, aliases);
  switch (verb) {
    case "goto":
      return second === undefined ? undefined : { act: "goto", kind: first, refs: second.split(",").map((each) => resolve(each, aliases)) };
    case "toggle-param":
      return second === undefined || third === undefined ? undefined : { act: "toggle", ref, off: second, on: third, isAll: flags(fourth).includes("g") };
    case "increment-param":
      return second === undefined ? undefined : { act: "increment", ref, amount: second, isAll: flags(third).includes("g") };
    case "edit-param":
      return { act: "edit", ref, isAll: flags(second).includes("g") };
    case "edit-visdata":
      return { act: "editText", key: first };
    default:
      return undefined;
  }
}

/** Whether a value satisfies a sign and a number or word; what is no number is only equal or not. */
export function compare(sign: string, value: string, than: string): boolean {
  const [left, right] = [Number(value), Number(than)];
  const areNumbers = value !== "" && than !== "" && Number.isFinite(left) && Number.isFinite(right);
  switch (sign) {
    case "=":
      return areNumbers ? left === right : value === than;
    case "!=":
      return areNumbers ? left !== right : value !== than;
    case ">":
      return areNumbers && left > right;
    case "<":
      return areNumbers && left < right;
    case ">=":
      return areNumbers && left >= right;
    default:
      return areNumbers && left <= right;
  }
}
