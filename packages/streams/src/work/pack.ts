import { isJsonPlain } from "@job-orch/core/substrate";
import type { TypedArray } from "../typed-array.ts";

/**
 * Items on their way. Numbers go as numbers and plain JSON as text, because both cost a third of a clone; of shared memory only
 * the place is told; the rest is left to the pool.
 */
export type Packed =
  | { readonly numbers: Float64Array }
  | { readonly text: string }
  | { readonly list: readonly unknown[] }
  | { readonly view: TypedArray; readonly start: number; readonly end: number };

/** Items in a row: `values[start]` to `values[end - 1]`. */
export interface Items {
  readonly values: ArrayLike<unknown>;
  readonly start: number;
  readonly end: number;
}

const DEEPEST = 1_024;
/** Units: characters. */
const MOST_CHARS = 256 * 1024 * 1024;

/** `clones`: the pool hands on what is no JSON. Otherwise it makes text of everything itself. */
export function pack(values: readonly unknown[], clones: boolean): Packed {
  if (!clones) return { list: values };
  if (typeof values[0] === "number" && values.every(isNumber)) return { numbers: Float64Array.from(values as readonly number[]) };
  return isJsonPlain(values, DEEPEST, MOST_CHARS) ? { text: JSON.stringify(values) } : { list: values };
}

export function unpack(packed: Packed): Items {
  if ("view" in packed) return { values: packed.view, start: packed.start, end: packed.end };
  const values: ArrayLike<unknown> =
    "numbers" in packed ? packed.numbers : "text" in packed ? (JSON.parse(packed.text) as readonly unknown[]) : packed.list;
  return { values, start: 0, end: values.length };
}

/** As a list of its own, for who keeps it. */
export function unpackList(packed: Packed | undefined): readonly unknown[] {
  if (packed === undefined) return [];
  if ("text" in packed) return JSON.parse(packed.text) as readonly unknown[];
  if ("list" in packed) return packed.list;
  const { values, start, end } = unpack(packed);
  return Array.from({ length: end - start }, (_, index) => values[start + index]);
}

function isNumber(value: unknown): boolean {
  return typeof value === "number";
}
