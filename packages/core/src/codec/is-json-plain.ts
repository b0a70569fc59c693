import { types } from "node:util";

/** From here on a list of what was seen is slower than a set. */
const FEW = 16;
/** Looking at every element's descriptor costs ten times the JSON; a list with accessors among its elements is short. */
const ELEMENTS_LOOKED_AT = 64;

/**
 * Whether `JSON.stringify` then `JSON.parse` give back this very value, with nothing dropped, called or changed: a tree of
 * plain objects and lists with plain fields. No code of the value runs. False says only that it needs a closer look.
 */
export function isJsonPlain(value: unknown, maxDepth: number, maxBytes: number): boolean {
  // Somebody's `toJSON` for everything would be called by JSON.stringify.
  if ((Array.prototype as { toJSON?: unknown }).toJSON !== undefined) return false;
  return new Guard(maxDepth, maxBytes).plain(value, 0);
}

class Guard {
  readonly #maxDepth: number;
  #charsLeft: number;
  readonly #few: object[] = [];
  #many: Set<object> | undefined;

  constructor(maxDepth: number, maxChars: number) {
    this.#maxDepth = maxDepth;
    this.#charsLeft = maxChars;
  }

  plain(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case "string":
        this.#charsLeft -= value.length;
        return this.#charsLeft >= 0;
      case "number":
        // Not NaN nor an infinity, and not −0.
        return value - value === 0 && (value !== 0 || 1 / value > 0);
      case "boolean":
        return true;
      case "object":
        return value === null || (depth < this.#maxDepth && this.#first(value) && this.#container(value, depth + 1));
      default:
        return false;
    }
  }

  #container(value: object, depth: number): boolean {
    if (types.isProxy(value)) return false;
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return this.#object(value, depth);
    return prototype === Array.prototype && Array.isArray(value) && this.#list(value, depth);
  }

  #object(value: object, depth: number): boolean {
    let fields = 0;
    for (const key in value) {
      const field = Object.getOwnPropertyDescriptor(value, key);
      if (field === undefined || field.get !== undefined || field.set !== undefined) return false;
      if (key === "__proto__" || !this.plain(field.value, depth)) return false;
      this.#charsLeft -= key.length;
      fields++;
    }
    // Neither hidden fields nor symbols.
    return Object.getOwnPropertyNames(value).length === fields && Object.getOwnPropertySymbols(value).length === 0;
  }

  #list(value: readonly unknown[], depth: number): boolean {
    const { length } = value;
    if (length > this.#charsLeft) return false;
    // Its elements and `length`: no holes, no further fields, no symbols.
    if (Reflect.ownKeys(value).length !== length + 1) return false;
    const close = length <= ELEMENTS_LOOKED_AT;
    for (let index = 0; index < length; index++) {
      if (close && Object.getOwnPropertyDescriptor(value, index)?.get !== undefined) return false;
      if (!this.plain(value[index], depth)) return false;
    }
    this.#charsLeft -= length;
    return true;
  }

  /** False for what was met before: JSON would make two of it, or never end. */
  #first(value: object): boolean {
    if (this.#many === undefined) {
      if (this.#few.includes(value)) return false;
      if (this.#few.push(value) > FEW) this.#many = new Set(this.#few);
      return true;
    }
    const { size } = this.#many;
    return this.#many.add(value).size > size;
  }
}
