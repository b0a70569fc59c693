import { job } from "@job-orch/core";
import { QuotaError } from "../deeds/deed.ts";

/** What the yielding job of the hosts' tests can be asked for. */
export type RowRequest =
  /** 0, 1, … */
  | { readonly do: "count"; readonly to: number }
  /** As `count`; `tell` speaks of it by that name. */
  | { readonly do: "watched"; readonly as: string; readonly to: number }
  /** What became of a watched one: `Told`. */
  | { readonly do: "tell"; readonly of: string }
  /** So many items, and then an error, an end of the worker, an item that cannot leave, or nothing at all until it is told to stop. */
  | { readonly do: "break"; readonly after: number; readonly how: "throw" | "exit" | "function" | "wait" }
  /** One item, and a `finally` that never comes to its end. */
  | { readonly do: "cling" }
  /** Items of all kinds. */
  | { readonly do: "kinds" }
  /** Texts, each twice as long as the one before it. */
  | { readonly do: "swell"; readonly fromChars: number }
  /** Buffers. */
  | { readonly do: "bytes"; readonly lengths: readonly number[] }
  /** The same object again and again, written to in between. */
  | { readonly do: "reuse"; readonly times: number };

export interface Told {
  /** How many items it was asked for so far. */
  readonly made: number;
  /** How often its `finally` ran. */
  readonly closed: number;
  /** Whether its signal had told it to stop by then. */
  readonly aborted: boolean;
}

/** What `kinds` yields. */
export const KINDS: readonly unknown[] = [
  null,
  undefined,
  0,
  "text",
  "x".repeat(40_000),
  { a: [1, { b: "c" }] },
  new Date(5),
  new Map([[1, 10n]]),
];

/** The job as its caller sees it. */
export const rows = job<RowRequest, AsyncGenerator<unknown, number, void>>()({
  name: "rows",
  errors: [QuotaError],
  run: async function* () {
    yield* [];
    return 0;
  },
});
