import type { WireError } from "@job-orch/core";
import type { TypedArray } from "../typed-array.ts";
import type { Packed } from "./pack.ts";

/** What an item passes: the function of that name makes another item of it, or says whether it stays. */
export interface Stage {
  readonly kind: "map" | "filter";
  readonly name: string;
}

/** What becomes of the items that passed all stages. */
export type End =
  /** They are sent back, `most` at most. */
  | { readonly kind: "list"; readonly most?: number }
  /** The first of which the function says `wanted` is sent back. */
  | { readonly kind: "find"; readonly name: string; readonly wanted: boolean }
  /** The function adds one after the other to what it has. */
  | { readonly kind: "fold"; readonly name: string; readonly identity: unknown }
  /** The function is given each of them. */
  | { readonly kind: "each"; readonly name: string };

/** The stages, fused: all that a worker does between one message and the next. */
export interface Work {
  readonly stages: readonly Stage[];
  readonly end: End;
}

/** What is asked of a worker. `stop` is memory that both sides see, where the way between them allows it; see stop-flag.ts. */
export type StagesRequest =
  /** Do we share memory? */
  | { readonly ask: "greet"; readonly stop: Int32Array }
  | {
      // First: whoever looks for plain JSON sees at once that this is none, and need not look through the items.
      readonly stop?: Int32Array;
      readonly ask: "chunk";
      readonly work: Work;
      /** Its place among the chunks, from 0. */
      readonly seq: number;
      /** A failure or a find makes chunks behind it pointless. */
      readonly ordered: boolean;
      readonly items: Packed;
    }
  | ({ readonly ask: "sweep"; readonly work: Work } & Sweep);

/** Typed arrays are swept range by range: whoever is free takes the next one from the cursor. */
export interface Sweep {
  readonly stop: Int32Array;
  readonly view: TypedArray;
  /** Where what comes out goes, from where its range begins; `counts` says how many came. */
  readonly into: TypedArray | undefined;
  readonly counts: Int32Array;
  /** Where the first range begins, and how long one is. Units: elements. */
  readonly first: number;
  readonly step: number;
  /** How many ranges there are. */
  readonly ranges: number;
  /** Only these ranges: the others are done. */
  readonly only: Int32Array | undefined;
  readonly ordered: boolean;
}

/** Places in `told`. */
export const Told = { WorkUs: 0, Passed: 1 } as const;

export interface ChunkResponse {
  /** How long the functions took, in µs, and how many items they were given. First, for the same reason as `stop`. */
  readonly told: Float64Array | readonly number[];
  readonly items?: Packed;
  readonly found?: readonly [unknown];
  readonly sum?: readonly [unknown];
  /** What the function threw of the item after the last that passed. */
  readonly error?: WireError;
}

export interface SweepResponse {
  readonly told: Float64Array | readonly number[];
  /** The ranges that were done, and what each came to. */
  readonly done: Int32Array;
  readonly sums?: Packed;
  readonly failed?: { readonly range: number; readonly error: WireError };
  /** Nobody need ask again. */
  readonly exhausted: boolean;
}

export type StagesResponse = true | ChunkResponse | SweepResponse;
