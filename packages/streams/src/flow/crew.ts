import { type ErrorClass, JobError, ProcessError } from "@job-orch/core";
import { fromWireError, NEVER } from "@job-orch/core/substrate";
import { availableParallelism } from "node:os";
import { stopFlag } from "../work/stop-flag.ts";
import type { ChunkResponse, StagesRequest, StagesResponse, SweepResponse } from "../work/work.ts";

/**
 * Whoever runs the job that `stagesJob` made: `threads(…)`, `processes(…)`, or anything that takes a request and gives a
 * response, such as a processor over a transport.
 */
export interface StagesPool {
  readonly call: (request: StagesRequest, options: { readonly signal: AbortSignal; readonly timeoutMs: number }) => Promise<StagesResponse>;
  /** Where there is one, its workers are counted. */
  readonly stats?: () => { readonly workers: { readonly length: number } };
}

/** Whether a pool's workers see our memory. */
const sharing = new WeakMap<object, Promise<boolean>>();

/** A pool, as one stream sees it. */
export class Crew {
  readonly #pool: StagesPool;
  readonly #workers: number | undefined;
  readonly #errors: readonly ErrorClass[];

  constructor(pool: StagesPool, options: { readonly workers: number | undefined; readonly errors: readonly ErrorClass[] }) {
    this.#pool = pool;
    this.#workers = options.workers;
    this.#errors = options.errors;
  }

  /** How many there are; before a pool has started any, how many it would start. */
  get size(): number {
    if (this.#workers !== undefined) return this.#workers;
    const started = this.#pool.stats?.().workers.length ?? 0;
    return started > 0 ? started : availableParallelism();
  }

  /** Asked once per pool. Errors: what keeps the pool from answering. */
  readonly shares = (): Promise<boolean> => {
    const known = sharing.get(this.#pool);
    if (known !== undefined) return known;
    const asking = this.#greet();
    sharing.set(this.#pool, asking);
    asking.catch(() => sharing.delete(this.#pool));
    return asking;
  };

  readonly chunk = async (request: StagesRequest, signal: AbortSignal): Promise<ChunkResponse> => {
    const response = await this.#call(request, signal);
    if (typeof response !== "object" || response === null || !("told" in response)) throw notServed();
    return response;
  };

  readonly sweep = async (request: StagesRequest, signal: AbortSignal): Promise<SweepResponse> => {
    const response = await this.chunk(request, signal);
    if (!("done" in response)) throw notServed();
    return response as SweepResponse;
  };

  /** What a function threw, as its own class where that is known. */
  readonly toError = (wire: NonNullable<ChunkResponse["error"]>): Error => fromWireError(wire, this.#errors);

  #call(request: StagesRequest, signal: AbortSignal): Promise<StagesResponse> {
    return this.#pool.call(request, { signal, timeoutMs: Number.POSITIVE_INFINITY });
  }

  /** No stream can give it up: others may wait for the answer too. */
  async #greet(): Promise<boolean> {
    const stop = stopFlag();
    const before = stop[0];
    try {
      await this.#call({ ask: "greet", stop }, NEVER);
    } catch (error) {
      if (JobError.is(error) && error.code === "ERR_ENCODE") return false; // its wire carries no memory
      throw error;
    }
    return Atomics.load(stop, 0) !== before;
  }
}

/** The pool's job is not the one of `stagesJob`. */
export function notServed(): ProcessError {
  return new ProcessError("The pool answers, but does not run what it is sent: its worker file is to serve stagesJob(functions)", {
    retry: "never",
  });
}
