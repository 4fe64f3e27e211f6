// What a visualization's frame may ask of the page. Nothing else reaches it.

/** A value to show: a parameter by reference (`*` reads the device) or `conn?` with a network. */
export interface Wanted {
  token: string;
  /** Decimals to show. */
  precision?: number;
  /** Whether the value is compared or computed with, not only shown. */
  isExact: boolean;
}

export interface Shown {
  text: string;
  /** Exact decimal text, where it was wanted and there is one. */
  value?: string;
}

export type Ask =
  | { ask: "values"; wanted: Wanted[] }
  | { ask: "write"; ref: string; value: string }
  | { ask: "toggle"; ref: string; off: string; on: string }
  | { ask: "increment"; ref: string; amount: string }
  | { ask: "edit"; ref: string }
  | { ask: "texts" }
  | { ask: "editText"; key: string }
  | { ask: "goto"; kind: "param" | "params" | "device" | "network" | "vis"; refs: string[] }
  | { ask: "height"; height: number };

export interface Request {
  id: number;
  body: Ask;
}

export interface Reply {
  id: number;
  ok?: unknown;
  err?: string;
}

/** The first message to the frame; the port that comes with it is the only way back. */
export interface Start {
  source: string;
  refreshWord: string;
}

/** Longest reference, value, key. */
const MOST_TEXT = 500;
const MOST_WANTED = 1000;

const isText = (value: unknown): value is string => typeof value === "string" && value.length <= MOST_TEXT;
const isToken = (value: unknown): value is string => isText(value) && value.length > 0 && !/\s/.test(value);
const KINDS = ["param", "params", "device", "network", "vis"] as const;

function wanted(value: unknown): Wanted | undefined {
  const { token, precision, isExact } = (value ?? {}) as Record<string, unknown>;
  if (!isToken(token)) return undefined;
  const decimals = Number.isInteger(precision) && (precision as number) >= 0 && (precision as number) <= 20 ? (precision as number) : undefined;
  return { token, precision: decimals, isExact: isExact === true };
}

/** A message of the frame, rebuilt field by field; `undefined` for anything that is none. */
export function readRequest(data: unknown): Request | undefined {
  const { id, body } = (data ?? {}) as Record<string, unknown>;
  const fields = (body ?? {}) as Record<string, unknown>;
  const { ask, ref, value, off, on, amount, key, kind, refs, height } = fields;
  if (!Number.isSafeInteger(id)) return undefined;
  const made = (ask: Ask): Request => ({ id: id as number, body: ask });
  switch (ask) {
    case "values": {
      const list = Array.isArray(fields.wanted) && fields.wanted.length <= MOST_WANTED ? fields.wanted.map(wanted) : [undefined];
      return list.every((each) => each !== undefined) ? made({ ask, wanted: list }) : undefined;
    }
    case "write":
      return isToken(ref) && isText(value) ? made({ ask, ref, value }) : undefined;
    case "toggle":
      return isToken(ref) && isText(off) && isText(on) ? made({ ask, ref, off, on }) : undefined;
    case "increment":
      return isToken(ref) && isText(amount) ? made({ ask, ref, amount }) : undefined;
    case "edit":
      return isToken(ref) ? made({ ask, ref }) : undefined;
    case "texts":
      return made({ ask });
    case "editText":
      return isText(key) && key.length > 0 ? made({ ask, key }) : undefined;
    case "goto": {
      const to = KINDS.find((each) => each === kind);
      return to && Array.isArray(refs) && refs.length > 0 && refs.length <= 20 && refs.every(isToken) ? made({ ask, kind: to, refs }) : undefined;
    }
    case "height":
      return typeof height === "number" && Number.isFinite(height) ? made({ ask, height }) : undefined;
    default:
      return undefined;
  }
}
