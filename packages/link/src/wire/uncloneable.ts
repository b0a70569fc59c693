import { types } from "node:util";

/** A place in a value that a structured clone would alter or refuse, and why. */
export interface Uncloneable {
  readonly path: string;
  readonly why: string;
}

const DEEPEST = 1_024;

/**
 * The first place that would not come out of a structured clone as it went in. A clone carries plain objects, lists, dates,
 * maps, sets, buffers and their views, errors and cycles; it makes plain objects of class instances without a word, which is
 * why they are refused here.
 */
export function findUncloneable(value: unknown): Uncloneable | undefined {
  return look(value, "", new Set(), 0);
}

function look(value: unknown, path: string, seen: Set<object>, depth: number): Uncloneable | undefined {
  if (typeof value === "function" || typeof value === "symbol") return { path, why: `a ${typeof value} cannot leave its thread` };
  if (typeof value !== "object" || value === null || seen.has(value)) return undefined;
  if (depth >= DEEPEST) return { path, why: `it is nested deeper than ${DEEPEST} levels` };
  seen.add(value);
  if (types.isProxy(value)) return { path, why: "a Proxy cannot leave its thread" };
  if (Array.isArray(value)) return lookAt(value, path, seen, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return lookAt(value as Record<string, unknown>, path, seen, depth);
  if (prototype === null) return { path, why: "an object without prototype would get one" };
  if (value instanceof Map) return lookIn(value, path, seen, depth);
  if (value instanceof Set) return lookIn(value.entries(), path, seen, depth);
  if (carriedWhole(value)) return undefined;
  return { path, why: `an instance of ${nameOf(prototype)} would arrive as a plain object; send its data` };
}

function lookAt(
  value: Readonly<Record<string, unknown>> | readonly unknown[],
  path: string,
  seen: Set<object>,
  depth: number,
): Uncloneable | undefined {
  if (Object.getOwnPropertySymbols(value).length > 0) return { path, why: "fields named by symbols would be dropped" };
  const list = Array.isArray(value);
  for (const key of Object.keys(value)) {
    const found = look(
      (value as Record<string, unknown>)[key],
      list ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`,
      seen,
      depth + 1,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

function lookIn(entries: Iterable<readonly [unknown, unknown]>, path: string, seen: Set<object>, depth: number): Uncloneable | undefined {
  for (const [key, held] of entries) {
    const found = look(key, `${path}.(key)`, seen, depth + 1) ?? look(held, `${path}.(entry)`, seen, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What the clone algorithm knows by name. Buffers arrive as `Uint8Array`, which is what they are. */
function carriedWhole(value: object): boolean {
  return (
    ArrayBuffer.isView(value) ||
    types.isAnyArrayBuffer(value) ||
    types.isDate(value) ||
    types.isRegExp(value) ||
    types.isBoxedPrimitive(value) ||
    value.constructor?.name === "MessagePort" ||
    value.constructor?.name === "Blob"
  );
}

function nameOf(prototype: unknown): string {
  const name: unknown = (prototype as { constructor?: { name?: unknown } } | null)?.constructor?.name;
  return typeof name === "string" && name !== "" ? name : "a class";
}
