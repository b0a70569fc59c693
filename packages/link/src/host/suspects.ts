import type { WorkerError } from "../link-errors.ts";

const MOST_SUSPECTS = 10_000;
const REMEMBERED_MS = 24 * 60 * 60 * 1_000;
/** How many workers a request may end: alone in one, or together with others. */
const MOST_SOLO = 2;
const MOST_SHARED = 3;

interface Suspicion {
  readonly crashes: WorkerError[];
  solo: number;
  sinceMs: number;
}

/** Which requests ran when their workers ended, also across retries of whoever sent them. Bounded: the oldest are forgotten. */
export class Suspects {
  readonly #byName = new Map<string, Suspicion>();

  get isEmpty(): boolean {
    return this.#byName.size === 0;
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** Notes a crash; tells whether the request is given up, and all that it ended. */
  note(
    name: string,
    crash: WorkerError,
    alone: boolean,
    nowMs: number,
  ): { readonly convicted: boolean; readonly crashes: readonly WorkerError[] } {
    const known = this.#byName.get(name);
    const suspicion = known !== undefined && nowMs - known.sinceMs < REMEMBERED_MS ? known : { crashes: [], solo: 0, sinceMs: nowMs };
    suspicion.crashes.push(crash);
    if (alone) suspicion.solo++;
    this.#byName.delete(name);
    this.#byName.set(name, suspicion); // to the end: the oldest come first
    if (this.#byName.size > MOST_SUSPECTS) this.#forgetOldest();
    const convicted = suspicion.solo >= MOST_SOLO || suspicion.crashes.length >= MOST_SHARED;
    if (convicted) this.#byName.delete(name);
    return { convicted, crashes: suspicion.crashes };
  }

  /** It ended well. */
  clear(name: string): void {
    this.#byName.delete(name);
  }

  #forgetOldest(): void {
    for (const name of this.#byName.keys()) {
      this.#byName.delete(name);
      return;
    }
  }
}
