import type { Clock } from "../clock.ts";
import type { Awaitable } from "../contracts/awaitable.ts";
import type { RunContext } from "../contracts/run-context.ts";
import { DeadlineError } from "../errors/errors.ts";
import { isPromise } from "../processor/awaiting.ts";
import { boundedStore } from "./bounded-store.ts";
import { type CacheEntry, toEntry, toText } from "./cache-entry.ts";
import type { CacheStore } from "./cache-store.ts";

export interface CacheBookOptions {
  readonly store: CacheStore;
  readonly storeTimeoutMs: number;
  readonly clock: Clock;
}

/** Reads and writes entries. A store that fails, hangs or holds rubbish has no entry: that is logged, and nothing else. */
export class CacheBook {
  readonly #store: CacheStore;
  readonly #storeTimeoutMs: number;
  readonly #clock: Clock;
  /** Those who ask for the same key at the same time share one look. */
  readonly #looks = new Map<string, Promise<CacheEntry | undefined>>();

  constructor({ store, storeTimeoutMs, clock }: CacheBookOptions) {
    this.#store = boundedStore(store);
    this.#storeTimeoutMs = storeTimeoutMs;
    this.#clock = clock;
  }

  /** The entry, when it is still good for something. Never throws or rejects. */
  find(key: string, context: RunContext): Awaitable<CacheEntry | undefined> {
    const look = this.#looks.get(key);
    if (look !== undefined) return look;
    try {
      const text = this.#store.get(key);
      return isPromise(text) ? this.#findLater(key, text, context) : this.#read(text);
    } catch (error) {
      this.#warn(context, "could not be read", error);
      return undefined;
    }
  }

  async write(key: string, entry: CacheEntry, context: RunContext): Promise<void> {
    try {
      await this.#inTime(this.#store.set(key, toText(entry), Math.ceil(entry.staleUntilMs - this.#clock.now())));
    } catch (error) {
      this.#warn(context, "could not be written", error);
    }
  }

  async forget(key: string, context: RunContext): Promise<void> {
    try {
      await this.#inTime(this.#store.delete(key));
    } catch (error) {
      this.#warn(context, "could not be written", error);
    }
  }

  #findLater(key: string, text: PromiseLike<unknown>, context: RunContext): Promise<CacheEntry | undefined> {
    const look = (async () => {
      try {
        return this.#read(await this.#inTime(text));
      } catch (error) {
        this.#warn(context, "could not be read", error);
        return undefined;
      } finally {
        this.#looks.delete(key);
      }
    })();
    this.#looks.set(key, look);
    return look;
  }

  #read(text: unknown): CacheEntry | undefined {
    const entry = toEntry(text);
    return entry !== undefined && entry.staleUntilMs > this.#clock.now() ? entry : undefined;
  }

  #inTime(answer: unknown): unknown {
    if (!isPromise(answer) || this.#storeTimeoutMs === Number.POSITIVE_INFINITY) return answer;
    return new Promise((resolve, reject) => {
      const late = (): void => reject(new DeadlineError(`The store did not answer within ${this.#storeTimeoutMs} ms`));
      const timer = this.#clock.after(this.#storeTimeoutMs, late);
      answer.then(resolve, reject);
      answer.then(timer.cancel, timer.cancel);
    });
  }

  #warn(context: RunContext, what: string, error: unknown): void {
    context.log("warn", `the cache ${what}`, { error });
  }
}
