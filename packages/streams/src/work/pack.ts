import { isJsonPlain } from "@job-orch/core/substrate";
import type { TypedArray } from "../typed-array.ts";
import { fromTable, type Table, toTable } from "./table.ts";

/**
 * Items on their way. Numbers go as numbers, objects of one shape by their columns and other plain JSON as text, because a clone
 * costs three times as much; of shared memory only the place is told; the rest is left to the pool.
 */
export type Packed =
  | { readonly numbers: Float64Array }
  | { readonly table: Table }
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
  const table = toTable(values);
  if (table !== undefined) return { table };
  return isJsonPlain(values, DEEPEST, MOST_CHARS) ? { text: JSON.stringify(values) } : { list: values };
}

export function unpack(packed: Packed): Items {
  if ("view" in packed) return { values: packed.view, start: packed.start, end: packed.end };
  const values = "numbers" in packed ? packed.numbers : unpackList(packed);
  return { values, start: 0, end: values.length };
}

/** As a list of its own, for who keeps it. */
export function unpackList(packed: Packed | undefined): readonly unknown[] {
  if (packed === undefined) return [];
  if ("table" in packed) return fromTable(packed.table);
  if ("text" in packed) return JSON.parse(packed.text) as readonly unknown[];
  if ("list" in packed) return packed.list;
  return Array.from("numbers" in packed ? packed.numbers : (packed.view.subarray(packed.start, packed.end) as ArrayLike<unknown>));
}

function isNumber(value: unknown): boolean {
  return typeof value === "number";
}
