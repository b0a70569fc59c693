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
  /** Requests that workers answered, well or not, since the pool was made. */
  readonly answered: number;
  /** Requests that were taken back from one worker for another. */
  readonly stolen: number;
  /** Workers that ended, by how: `{ crash: 2, recycled: 1 }`. */
  readonly exits: Readonly<Record<string, number>>;
  /** From taken in to answered; only with `metrics`. Units: milliseconds. */
  readonly latencyMs: { readonly p50: number; readonly p99: number } | undefined;
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
  const { counts } = pool;
  const [p50, p99] = [counts.latencyMs(50), counts.latencyMs(99)];
  const known = {
    answered: counts.answered,
    stolen: counts.stolen,
    exits: { ...counts.exits },
    latencyMs: p50 === undefined || p99 === undefined ? undefined : { p50, p99 },
  };
  return { ...known, workers, waiting: pool.waiting, pending: pool.pending, state: pool.roster.policy.state };
}
