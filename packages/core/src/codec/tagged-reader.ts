import { DecodeError } from "../errors/errors.ts";
import { fromBase64 } from "./binary.ts";

/** Decimal text of longer ones takes time that grows faster than its length. */
const BIGINT = /^(?:-?\d{1,80}|-?0x[\da-f]+)$/;
const NUMBERS: ReadonlyMap<unknown, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

type Fields = Record<string, unknown>;

/** Reads what `TaggedWriter` wrote, in place: the parsed JSON becomes the value. */
export class TaggedReader {
  readonly #maxDepth: number;
  /** Objects in the order in which they begin, as references count them. */
  readonly #objects: object[] = [];

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth;
  }

  /** Errors: `ERR_DECODE`. */
  read(json: unknown): unknown {
    return this.#read(json, 0);
  }

  #read(json: unknown, depth: number): unknown {
    if (typeof json !== "object" || json === null) return json;
    if (depth >= this.#maxDepth + 1) throw new DecodeError(`The value is nested deeper than ${this.#maxDepth} levels`);
    if (Array.isArray(json)) return this.#list(json, depth + 1);
    return Object.hasOwn(json, "$") ? this.#tag(json as Fields, depth) : this.#fields(this.#begin(json as Fields), depth + 1);
  }

  #begin<Value extends object>(value: Value): Value {
    this.#objects.push(value);
    return value;
  }

  #fields(value: Fields, depth: number): Fields {
    for (const key of Object.keys(value)) {
      const field = value[key];
      if (typeof field === "object" && field !== null) value[key] = this.#read(field, depth);
    }
    return value;
  }

  #list(value: unknown[], depth: number): unknown[] {
    this.#begin(value);
    for (let index = 0; index < value.length; index++) {
      const element = value[index];
      if (typeof element !== "object" || element === null) continue;
      if (isHole(element)) Reflect.deleteProperty(value, index);
      else value[index] = this.#read(element, depth);
    }
    return value;
  }

  #tag({ $: name, v, ...rest }: Fields, depth: number): unknown {
    if (typeof name !== "string" || Object.keys(rest).length > 0) throw unreadable(name);
    switch (name) {
      case "undefined":
        return undefined;
      case "number":
        return NUMBERS.get(v) ?? fail(name);
      case "bigint":
        return toBigint(v);
      case "ref":
        return typeof v === "number" ? (this.#objects[v] ?? fail(name)) : fail(name);
      case "date":
        return this.#begin(toDate(v));
      case "url":
        return this.#begin(toUrl(v));
      case "regexp":
        return this.#begin(toRegExp(v));
      case "map":
        return this.#map(v, depth + 1);
      case "set":
        return this.#set(v, depth + 1);
      case "object":
        return this.#fields(this.#begin(asFields(v, name)), depth + 1);
      case "null":
        return this.#fields(this.#begin(Object.assign(Object.create(null) as Fields, asFields(v, name))), depth + 1);
      default:
        return this.#begin((typeof v === "string" ? fromBase64(name, v) : undefined) ?? fail(name));
    }
  }

  #map(v: unknown, depth: number): Map<unknown, unknown> {
    const map = this.#begin(new Map<unknown, unknown>());
    for (const pair of asList(v, "map")) {
      if (!Array.isArray(pair) || pair.length !== 2) throw unreadable("map");
      map.set(this.#read(pair[0], depth), this.#read(pair[1], depth));
    }
    return map;
  }

  #set(v: unknown, depth: number): Set<unknown> {
    const set = this.#begin(new Set<unknown>());
    for (const member of asList(v, "set")) set.add(this.#read(member, depth));
    return set;
  }
}

function isHole(json: object): boolean {
  return "$" in json && json.$ === "hole" && Object.keys(json).length === 1;
}

function toBigint(v: unknown): bigint {
  if (typeof v !== "string" || !BIGINT.test(v)) throw unreadable("bigint");
  return v.startsWith("-0x") ? -BigInt(v.slice(1)) : BigInt(v);
}

function toDate(v: unknown): Date {
  if (v !== null && typeof v !== "number") throw unreadable("date");
  return new Date(v ?? Number.NaN);
}

function toUrl(v: unknown): URL {
  const url = typeof v === "string" ? URL.parse(v) : null;
  return url !== null && url.href === v ? url : fail("url");
}

function toRegExp(v: unknown): RegExp {
  const [source, flags, lastIndex] = asList(v, "regexp");
  if (typeof source !== "string" || typeof flags !== "string" || !Number.isSafeInteger(lastIndex)) throw unreadable("regexp");
  let regexp: RegExp;
  try {
    regexp = new RegExp(source, flags);
  } catch {
    throw unreadable("regexp");
  }
  regexp.lastIndex = Number(lastIndex);
  return regexp;
}

function asList(v: unknown, tag: string): readonly unknown[] {
  return Array.isArray(v) ? v : fail(tag);
}

function asFields(v: unknown, tag: string): Fields {
  return typeof v === "object" && v !== null && !Array.isArray(v) ? (v as Fields) : fail(tag);
}

function fail(tag: string): never {
  throw unreadable(tag);
}

function unreadable(tag: unknown): DecodeError {
  return new DecodeError(
    `The body has a tag that cannot be read: ${typeof tag === "string" ? JSON.stringify(tag.slice(0, 40)) : typeof tag}`,
  );
}
