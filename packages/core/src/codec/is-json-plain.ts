import { types } from "node:util";

/** From here on a list of what was seen is slower than a set. */
const FEW = 32;
/** The names of a longer list's fields, a string for every element, cost more than its JSON; hidden ones are not looked for then. */
const ELEMENTS_LOOKED_AT = 64;

const { getOwnPropertyNames, getOwnPropertySymbols, getPrototypeOf, values } = Object;
const { isProxy } = types;

// One walk at a time: its state need not be an object made for every value. An accessor that encodes something itself gets the
// closer look for that.
let walking = false;
let maxDepth = 0;
let charsLeft = 0;
const few: object[] = [];
let many: Set<object> | undefined;

/**
 * Whether `JSON.stringify` then `JSON.parse` give back this very value, with nothing dropped, called or changed: a tree of
 * plain objects and lists with plain fields, as long as no prototype has a `toJSON`. False says only that it needs a closer look.
 */
export function isJsonPlain(value: unknown, deepest: number, mostChars: number): boolean {
  if (walking) return false;
  walking = true;
  maxDepth = deepest;
  charsLeft = mostChars;
  try {
    return !hasInheritedFields() && isPlain(value, 0);
  } catch {
    return false; // an accessor that throws
  } finally {
    walking = false;
    few.length = 0;
    many = undefined;
  }
}

/** Somebody gave every object a field, which `for … in` then shows as if it were its own. */
function hasInheritedFields(): boolean {
  for (const _ in Object.prototype) return true;
  return false;
}

function isPlain(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
      charsLeft -= value.length;
      return charsLeft >= 0;
    case "number":
      // Neither NaN nor infinite, nor −0.
      return value - value === 0 && (value !== 0 || 1 / value > 0);
    case "boolean":
      return true;
    case "object":
      return value === null || (depth < maxDepth && isFirst(value) && isPlainContainer(value, depth + 1));
    case "bigint":
    case "function":
    case "symbol":
    case "undefined":
      return false;
  }
}

function isPlainContainer(value: object, depth: number): boolean {
  if (isProxy(value)) return false;
  const prototype: unknown = getPrototypeOf(value);
  if (prototype === Object.prototype) return isPlainObject(value as Record<string, unknown>, depth);
  return prototype === Array.prototype && Array.isArray(value) && isPlainList(value, depth);
}

function isPlainObject(value: Readonly<Record<string, unknown>>, depth: number): boolean {
  let fields = 0;
  for (const key in value) {
    const field = value[key];
    // Asking for its descriptor would cost as much as all the rest. An accessor shows when it answers twice in two ways; one
    // that does not is as good as its value.
    if (field !== value[key] || key === "__proto__" || !isPlain(field, depth)) return false;
    charsLeft -= key.length;
    fields++;
  }
  // Neither hidden fields nor symbols.
  return getOwnPropertyNames(value).length === fields && getOwnPropertySymbols(value).length === 0;
}

function isPlainList(value: readonly unknown[], depth: number): boolean {
  const { length } = value;
  charsLeft -= length;
  if (charsLeft < 0) return false;
  // No holes, no further fields, no symbols.
  const isBare = length <= ELEMENTS_LOOKED_AT ? getOwnPropertyNames(value).length === length + 1 : values(value).length === length;
  if (!isBare || getOwnPropertySymbols(value).length !== 0) return false;
  for (let index = 0; index < length; index++) {
    const element = value[index];
    if (element !== value[index] || !isPlain(element, depth)) return false;
  }
  return true;
}

/** False for what was met before: JSON would make two of it, or never end. */
function isFirst(value: object): boolean {
  if (many === undefined) {
    if (few.includes(value)) return false;
    if (few.push(value) > FEW) many = new Set(few);
    return true;
  }
  const { size } = many;
  return many.add(value).size > size;
}
