import { check, type ErasedJob } from "@job-orch/core/substrate";
import { bare, transfer, Transferred } from "../wire/transfer.ts";
import { Places } from "./places.ts";
import type { RunnerOptions } from "./runner-options.ts";
import type { WorkerContext } from "./worker-context.ts";
import { type Grant, type Outlet, Yielding } from "./yielding.ts";

/** Runs jobs that need more than to be called: checks, something to borrow, a caller who reads what they yield. */
export class Attended {
  readonly #places: Places;
  readonly #yielding: Yielding;
  /** Whether nobody borrows anything. */
  readonly simple: boolean;

  constructor(options: RunnerOptions, outlet: Outlet) {
    this.#places = new Places(options.concurrency, options.resources);
    this.#yielding = new Yielding(options, outlet);
    this.simple = this.#places.simple;
  }

  /** `items`: how many the caller takes to begin with; `undefined`: it waits for the response alone. */
  async run(job: ErasedJob, request: unknown, context: WorkerContext, slot: number, items: number | undefined): Promise<unknown> {
    const valid = await check(job.request, request, `The request of "${job.name}"`);
    const place = await this.#places.take();
    try {
      const returned = await job.run(valid, place.resources, context);
      const checked = await check(job.response, bare(returned), `The response of "${job.name}"`);
      const response = returned instanceof Transferred ? transfer(checked, returned.list) : checked;
      return items === undefined ? response : await this.#yielding.run(job.name, response, context, slot, items);
    } finally {
      this.#places.give(place);
    }
  }

  grant(grant: Grant): void {
    this.#yielding.grant(grant);
  }

  /** Ends what was borrowed. */
  dispose(): Promise<void> {
    return this.#places.dispose();
  }
}
