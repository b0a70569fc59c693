import { types } from "node:util";

const MOST_FIELDS = 16;
/** Units: characters. */
const LONGEST = 128;
/** Names of fields that are remembered with their quotes: jobs have few. */
const MOST_NAMES = 1_024;
/** What JSON writes as it is: no quotes, no controls, no halves of pairs. */
const AS_IT_IS = /^[ !#-[\]-\ud7ff\ue000-\u{10ffff}]*$/u;

const { getOwnPropertyNames, getOwnPropertySymbols, getPrototypeOf } = Object;
const { isProxy } = types;
const names = new Map<string, string>();

/** So many in a row that were not flat, and the next are taken for such unseen. */
const MOST_MISSES = 8;
const LOOK_EVERY = 64;
let misses = 0;
let unseen = 0;

/** As `flatText`; where values are mostly nested it looks only now and then, as a look in vain costs a third of their JSON. */
export function likelyFlatText(value: object): string | undefined {
  if (misses >= MOST_MISSES && ++unseen < LOOK_EVERY) return undefined;
  const text = flatText(value);
  misses = text === undefined ? misses + 1 : 0;
  unseen = 0;
  return text;
}

/**
 * The JSON of a small object of plain fields, which is what most requests are: checked and written in one pass, in half the
 * time of both by themselves. `undefined` says only that it needs a closer look.
 */
export function flatText(value: object): string | undefined {
  if (isProxy(value) || getPrototypeOf(value) !== Object.prototype) return undefined;
  let text = "{";
  let fields = 0;
  for (const name in value) {
    const field = (value as Record<string, unknown>)[name];
    // An accessor shows when it answers twice in two ways; one that does not is as good as its value.
    if (field !== (value as Record<string, unknown>)[name] || fields === MOST_FIELDS) return undefined;
    const prefix = names.get(name) ?? quoted(name);
    if (prefix === undefined) return undefined;
    text += fields++ === 0 ? prefix : `,${prefix}`;
    switch (typeof field) {
      case "string":
        if (field.length > LONGEST || !AS_IT_IS.test(field)) return undefined;
        text += `"${field}"`;
        break;
      case "number":
        // Neither NaN nor infinite, nor −0.
        if (field - field !== 0 || (field === 0 && 1 / field < 0)) return undefined;
        text += field;
        break;
      case "boolean":
        text += field ? "true" : "false";
        break;
      case "object":
        if (field !== null) return undefined;
        text += "null";
        break;
      case "bigint":
      case "function":
      case "symbol":
      case "undefined":
        return undefined;
    }
  }
  // Neither hidden fields nor symbols, and none that are inherited.
  return getOwnPropertyNames(value).length === fields && getOwnPropertySymbols(value).length === 0 ? `${text}}` : undefined;
}

function quoted(name: string): string | undefined {
  if (name.length > LONGEST || name === "__proto__") return undefined;
  const prefix = `${JSON.stringify(name)}:`;
  if (names.size < MOST_NAMES) names.set(name, prefix);
  return prefix;
}
