import type { Attempt } from "./attempt.ts";
import { isPromise } from "./awaiting.ts";
import { isShared, type ResourceSource } from "./options.ts";

/** One place to run in, with the resources that the job has for itself meanwhile. */
export interface Slot {
  attempt: Attempt | undefined;
  resources: unknown;
  /** Whether `resources` is made. */
  ready: boolean;
  /** Hear of the end of what runs here. Made once per place, by whoever runs jobs in it, as an attempt in it comes and goes. */
  onResponse: ((response: unknown) => void) | undefined;
  onError: ((error: unknown) => void) | undefined;
}

/** A processor's places: as many as its concurrency, each with its own resources, made on first use. */
export class Slots {
  readonly all: readonly Slot[];
  readonly #free: Slot[];
  readonly #make: (() => unknown) | undefined;
  #disposed = false;

  constructor(concurrency: number, source: ResourceSource<unknown> | undefined) {
    const common = isShared(source) ? source.value : undefined;
    this.#make = typeof source === "function" ? source : undefined;
    const ready = this.#make === undefined;
    this.all = Array.from({ length: concurrency }, () => ({
      attempt: undefined,
      resources: common,
      ready,
      onResponse: undefined,
      onError: undefined,
    }));
    this.#free = [...this.all];
  }

  get free(): number {
    return this.#free.length;
  }

  get busy(): number {
    return this.all.length - this.#free.length;
  }

  take(attempt: Attempt): Slot | undefined {
    const slot = this.#free.pop();
    if (slot !== undefined) slot.attempt = attempt;
    return slot;
  }

  give(slot: Slot): void {
    slot.attempt = undefined;
    this.#free.push(slot);
  }

  /** Makes the slot's resources; a failure is tried again with the next request. */
  async prepare(slot: Slot): Promise<void> {
    const made = this.#make?.();
    const resources = isPromise(made) ? await made : made;
    if (this.#disposed) return end(resources); // made too late: nobody waits for them any more
    slot.resources = resources;
    slot.ready = true;
  }

  /** Ends what the factory made, where it says how: `Symbol.asyncDispose` or `Symbol.dispose`. Shared resources are their owner's. */
  async dispose(): Promise<void> {
    if (this.#make === undefined) return;
    this.#disposed = true;
    const made = this.all.filter((slot) => slot.ready);
    await Promise.all(
      made.map(async (slot) => {
        const { resources } = slot;
        slot.ready = false;
        slot.resources = undefined;
        await end(resources);
      }),
    );
  }
}

async function end(resources: unknown): Promise<void> {
  if (typeof resources !== "object" || resources === null) return;
  const disposable = resources as Partial<AsyncDisposable & Disposable>;
  const dispose = disposable[Symbol.asyncDispose] ?? disposable[Symbol.dispose];
  await dispose?.call(resources);
}
