import type { Awaitable } from "@job-orch/core";

/** Where a job runs in a worker, with what it borrows for itself meanwhile. */
export interface Place {
  resources: unknown;
  ready: boolean;
}

/** A worker's places: as many as its concurrency, each with its own resources, made on first use. */
export class Places {
  readonly #all: readonly Place[];
  readonly #free: Place[];
  readonly #make: (() => Awaitable<unknown>) | undefined;

  constructor(concurrency: number, make: (() => Awaitable<unknown>) | undefined) {
    this.#make = make;
    this.#all = Array.from({ length: concurrency }, () => ({ resources: undefined, ready: make === undefined }));
    this.#free = [...this.#all];
  }

  /** Whether all places are alike, so that nobody need take one. */
  get simple(): boolean {
    return this.#make === undefined;
  }

  /** There is always one: nobody runs more than the concurrency. A failure to make resources is tried again with the next request. */
  async take(): Promise<Place> {
    const place = this.#free.pop() as Place;
    try {
      if (!place.ready) place.resources = await this.#make?.();
      place.ready = true;
      return place;
    } catch (error) {
      this.give(place);
      throw error;
    }
  }

  give(place: Place): void {
    this.#free.push(place);
  }

  /** Ends what was made, where it says how. */
  async dispose(): Promise<void> {
    const made = this.#all.filter(({ ready, resources }) => ready && typeof resources === "object" && resources !== null);
    await Promise.allSettled(
      made.map(async ({ resources }) => {
        const disposable = resources as Partial<AsyncDisposable & Disposable>;
        const dispose = disposable[Symbol.asyncDispose] ?? disposable[Symbol.dispose];
        await dispose?.call(resources);
      }),
    );
  }
}
