import type { Spin } from "../workers/work.ts";

/** What the pools are given to do (workers/work.ts). `move`: `stamp`, with the buffer handed over both ways where the API can. */
export type Work = "noOp" | "echo" | "spin" | "stamp" | "move";

/** A pool of threads under test, seen through the way its users would call it. */
export interface PoolUnderTest {
  /** Settles with what the work returned. */
  readonly call: (request: unknown) => Promise<unknown>;
}

/** Starts a pool that does one kind of work. */
export type OpenPool = (work: Work, workers: number) => Promise<PoolUnderTest>;

export type { Spin };
