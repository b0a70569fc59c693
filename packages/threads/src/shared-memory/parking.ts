import { whole } from "@job-orch/core/substrate";

/** How long a wait may take. */
export interface WaitOptions {
  /** Units: milliseconds. Default: no limit. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Node fires at once for anything longer. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Where threads wait for a change that others make: two words, how many wait and how many times it changed. Whoever changes pays a load
 * while nobody waits.
 *
 * No wake-up is lost: a waiter is counted before it looks a last time, and who changes looks for waiters after it changed.
 */
export class Parking {
  readonly #words: Int32Array;
  readonly #waiters: number;
  readonly #changes: number;

  /** `at`: the first of the two words. */
  constructor(words: Int32Array, at: number) {
    this.#words = words;
    this.#waiters = at;
    this.#changes = at + 1;
  }

  /** Something changed: wakes up to `count` who wait for it. */
  notify(count: number): void {
    if (Atomics.load(this.#words, this.#waiters) === 0) return;
    Atomics.add(this.#words, this.#changes, 1);
    Atomics.notify(this.#words, this.#changes, count);
  }

  /** Blocks this thread, timers and all, until the condition holds. Tells whether it does. */
  waitSync(holds: () => boolean, timeoutMs = Number.POSITIVE_INFINITY): boolean {
    if (holds()) return true;
    const endMs = performance.now() + timeoutMs;
    Atomics.add(this.#words, this.#waiters, 1);
    try {
      for (;;) {
        const seen = Atomics.load(this.#words, this.#changes);
        if (holds()) return true;
        const leftMs = endMs - performance.now();
        if (!(leftMs > 0)) return false;
        Atomics.wait(this.#words, this.#changes, seen, leftMs);
      }
    } finally {
      Atomics.sub(this.#words, this.#waiters, 1);
    }
  }

  /** The same without blocking. Rejects with the signal's reason when it aborts. */
  async wait(holds: () => boolean, { timeoutMs = Number.POSITIVE_INFINITY, signal }: WaitOptions): Promise<boolean> {
    signal?.throwIfAborted();
    if (holds()) return true;
    const endMs = performance.now() + timeoutMs;
    // `Atomics.waitAsync` does not keep the event loop alive: https://github.com/nodejs/node/issues/44729
    const alive = setInterval(() => undefined, LONGEST_MS);
    const wakeAll = (): void => void (Atomics.add(this.#words, this.#changes, 1), Atomics.notify(this.#words, this.#changes));
    signal?.addEventListener("abort", wakeAll, { once: true });
    Atomics.add(this.#words, this.#waiters, 1);
    try {
      for (;;) {
        signal?.throwIfAborted();
        const seen = Atomics.load(this.#words, this.#changes);
        if (holds()) return true;
        const leftMs = endMs - performance.now();
        if (!(leftMs > 0)) return false;
        const woken = Atomics.waitAsync(this.#words, this.#changes, seen, leftMs);
        if (woken.async) await woken.value;
      }
    } finally {
      Atomics.sub(this.#words, this.#waiters, 1);
      signal?.removeEventListener("abort", wakeAll);
      clearInterval(alive);
    }
  }
}

/** Errors: `ERR_OPTION`. */
export function checkedTimeout(timeoutMs: number | undefined): number {
  if (timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  return whole("timeoutMs", timeoutMs, 0, Number.MAX_SAFE_INTEGER);
}
