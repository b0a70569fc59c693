import type { Pool } from "./pool.ts";

/** One worker, now. */
export interface WorkerStats {
  readonly place: number;
  readonly incarnation: number;
  readonly state: string;
  /** Requests it has and has not answered. */
  readonly inFlight: number;
  /** How many it may have. */
  readonly window: number;
  readonly served: number;
  /** How long a request keeps it busy, lately. Units: microseconds. */
  readonly serviceUs: number;
}

/** A pool, now. */
export interface PoolStats {
  readonly workers: readonly WorkerStats[];
  /** Requests that no worker has. */
  readonly waiting: number;
  /** Requests that have not ended. */
  readonly pending: number;
  readonly state: "ok" | "crashLooping";
}

export function statsOf(pool: Pool): PoolStats {
  const workers = pool.roster.members.map(({ place, incarnation, state, inFlight, credits, served }) => ({
    place,
    incarnation,
    state,
    inFlight,
    window: credits.window,
    served,
    serviceUs: credits.serviceUs,
  }));
  return { workers, waiting: pool.queue.length, pending: pool.pending, state: pool.roster.policy.state };
}
