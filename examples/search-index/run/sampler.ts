import type { Inspect } from "@job-orch/core";
import { type Backlog, NO_BACKLOG, takeBacklog } from "./backlog.ts";

/** How often the store is looked at. Units: milliseconds. */
const EVERY_MS = 50;

/** Looks into the store again and again. */
export class Sampler {
  #latest: Backlog = NO_BACKLOG;
  readonly #store: Inspect;
  readonly #onSample: (backlog: Backlog) => void;
  readonly #closing = new AbortController();
  readonly #ended: Promise<void>;
  #waiting: { readonly resolve: (backlog: Backlog) => void; readonly reject: (error: unknown) => void }[] = [];

  constructor(store: Inspect, onSample: (backlog: Backlog) => void) {
    this.#store = store;
    this.#onSample = onSample;
    this.#ended = this.#go();
  }

  /** What a look shows that begins after this call. */
  next(): Promise<Backlog> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#ended;
  }

  async #go(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const waiting = this.#waiting;
      this.#waiting = [];
      try {
        this.#latest = await takeBacklog(this.#store);
        this.#onSample(this.#latest);
        for (const { resolve } of waiting) resolve(this.#latest);
      } catch (error) {
        for (const { reject } of waiting) reject(error);
      }
      await pause(EVERY_MS, this.#closing.signal);
    }
    for (const { resolve } of this.#waiting) resolve(this.#latest);
  }
}

/** Ends early, quietly, on abort. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener("abort", finish);
    if (signal.aborted) finish();
  });
}
