import type { Clock } from "../clock.ts";
import type { Awaitable } from "../contracts/awaitable.ts";
import type { RunContext } from "../contracts/run-context.ts";
import { type ErrorClass, fromWireError, toWireError } from "../errors/wire-error-codec.ts";
import { type AnySchema, validate } from "../job/validate.ts";
import { Attempt } from "../processor/attempt.ts";
import { isPromise } from "../processor/awaiting.ts";
import { CacheBook } from "./cache-book.ts";
import type { CacheEntry } from "./cache-entry.ts";
import type { CacheStore } from "./cache-store.ts";
import { Flights, type Landing } from "./flights.ts";

export interface PlainCachedJob {
  readonly name: string;
  readonly version?: string | number | undefined;
  readonly response?: AnySchema | undefined;
  readonly errors?: readonly ErrorClass[] | undefined;
  readonly run: (request: unknown, resources: unknown, context: RunContext) => Awaitable<unknown>;
  readonly getCache?: ((request: unknown, resources: unknown, context: RunContext) => Awaitable<Hit | undefined>) | undefined;
}

export interface CachedRunOptions {
  readonly key: (request: unknown) => string;
  readonly ttlMs: number;
  readonly staleMs: number;
  readonly negative: { readonly ttlMs: number; readonly when: (error: unknown) => boolean } | undefined;
  readonly storeTimeoutMs: number;
  readonly clock: Clock;
}

interface Hit {
  readonly response: unknown;
}

/** A job's `run` and `getCache` over a store. */
export class CachedRun {
  readonly #job: PlainCachedJob;
  readonly #options: CachedRunOptions;
  readonly #book: CacheBook;
  readonly #flights = new Flights();
  /** What `getCache` found, for the `run` that follows with the same context: it need not look again. */
  readonly #found = new WeakMap<RunContext, { readonly entry: CacheEntry | undefined }>();

  constructor(job: PlainCachedJob, store: CacheStore, options: CachedRunOptions) {
    this.#job = job;
    this.#options = options;
    this.#book = new CacheBook({ store, ...options });
  }

  readonly getCache = (request: unknown, resources: unknown, context: RunContext): Awaitable<Hit | undefined> => {
    const key = this.#key(request, context);
    if (key === undefined) return undefined;
    const flying = this.#flights.has(key);
    if (flying && this.#options.staleMs === 0) return undefined; // `run` joins it
    const entry = this.#look(key, context, flying);
    return isPromise(entry)
      ? entry.then((found) => this.#answer(key, found, request, resources, context))
      : this.#answer(key, entry, request, resources, context);
  };

  readonly run = async (request: unknown, resources: unknown, context: RunContext): Promise<unknown> => {
    const key = this.#key(request, context);
    if (key === undefined) return this.#job.run(request, resources, context);
    const found = this.#found.get(context);
    const entry = found === undefined && !this.#flights.has(key) ? await this.#find(key, context) : found?.entry;
    if (entry !== undefined && this.#isFresh(entry)) {
      if ("response" in entry.kept) return entry.kept.response;
      throw fromWireError(entry.kept.error, this.#job.errors);
    }
    for (;;) {
      // Nothing is awaited between looking for a flight and leading one.
      const landing = await (this.#flights.join(key, context) ?? this.#lead(key, entry, request, resources, context));
      if (landing.how === "well") return landing.response;
      if (landing.how === "badly") throw landing.error;
      context.signal.throwIfAborted(); // the leader was told to stop; who was not takes the lead
    }
  };

  /** One look; a second one when a flight landed meanwhile, because what it kept may have come too late for the first. */
  #look(key: string, context: RunContext, flying: boolean): Awaitable<CacheEntry | undefined> {
    const entry = this.#find(key, context);
    if (!flying || !isPromise(entry)) return entry;
    return entry.then((found) =>
      (found !== undefined && this.#isFresh(found)) || this.#flights.has(key) ? found : this.#find(key, context),
    );
  }

  #answer(
    key: string,
    entry: CacheEntry | undefined,
    request: unknown,
    resources: unknown,
    context: RunContext,
  ): Awaitable<Hit | undefined> {
    this.#found.set(context, { entry });
    if (entry === undefined) return this.#job.getCache?.(request, resources, context);
    if (!("response" in entry.kept)) return undefined; // `run` throws it
    // Stale, it is given out only while someone renews it. Who cannot do so behind its own answer does it in `run`.
    const usable =
      this.#isFresh(entry) || this.#flights.has(key) || behind(context, () => this.#renew(key, entry, request, resources, context));
    return usable ? entry.kept : undefined;
  }

  /** Nobody waits for it: what goes wrong is logged, and the next request that finds the entry stale tries again. */
  async #renew(key: string, stale: CacheEntry, request: unknown, resources: unknown, context: RunContext): Promise<void> {
    await this.#lead(key, stale, request, resources, context);
  }

  /** An entry whose response fits the job's schema: schemas change, and others may write to the store. */
  #find(key: string, context: RunContext): Awaitable<CacheEntry | undefined> {
    const entry = this.#book.find(key, context);
    const { response: schema } = this.#job;
    if (schema === undefined) return entry;
    return isPromise(entry)
      ? entry.then((found) => this.#fitting(found, schema, key, context))
      : this.#fitting(entry, schema, key, context);
  }

  #fitting(entry: CacheEntry | undefined, schema: AnySchema, key: string, context: RunContext): Awaitable<CacheEntry | undefined> {
    if (entry === undefined || !("response" in entry.kept)) return entry;
    const misfit = async (error: unknown): Promise<undefined> => {
      context.log("warn", "the cache holds what does not fit the response's schema", { error });
      await this.#book.forget(key, context);
    };
    try {
      const checked = validate(schema, entry.kept.response, "The cached response");
      return isPromise(checked) ? checked.then(() => entry, misfit) : entry;
    } catch (error) {
      return misfit(error);
    }
  }

  #lead(key: string, stale: CacheEntry | undefined, request: unknown, resources: unknown, context: RunContext): Promise<Landing> {
    return this.#flights.lead(key, async () => {
      try {
        const response = await this.#job.run(request, resources, context);
        await this.#keep(key, { response }, this.#options.ttlMs, this.#options.staleMs, context);
        return { how: "well", response };
      } catch (error) {
        return this.#failed(key, stale, error, context);
      }
    });
  }

  async #failed(key: string, stale: CacheEntry | undefined, error: unknown, context: RunContext): Promise<Landing> {
    const { negative } = this.#options;
    if (context.signal.aborted) return { how: "given up" };
    if (stale !== undefined && "response" in stale.kept) {
      context.log("warn", "the job failed; a stale response goes out", { error });
      return { how: "well", response: stale.kept.response };
    }
    if (negative?.when(error) === true) await this.#keep(key, { error: toWireError(error) }, negative.ttlMs, 0, context);
    return { how: "badly", error };
  }

  #keep(key: string, kept: CacheEntry["kept"], ttlMs: number, staleMs: number, context: RunContext): Promise<void> {
    const freshUntilMs = this.#options.clock.now() + ttlMs;
    return this.#book.write(key, { kept, freshUntilMs, staleUntilMs: freshUntilMs + staleMs }, context);
  }

  #isFresh(entry: CacheEntry): boolean {
    return entry.freshUntilMs > this.#options.clock.now();
  }

  #key(request: unknown, context: RunContext): string | undefined {
    const { name, version } = this.#job;
    try {
      const key: unknown = this.#options.key(request);
      if (typeof key === "string") return `${name}${version === undefined ? "" : `@${version}`}:${key}`;
      context.log("warn", `the cache's key is of type ${typeof key}, not a string`);
    } catch (error) {
      context.log("warn", "the cache's key failed", { error });
    }
    return undefined;
  }
}

/** Begins something that goes on after the answer went out, where a slot can be kept for it. */
function behind(context: RunContext, begin: () => Promise<void>): boolean {
  return context instanceof Attempt && context.holdFor(begin);
}
