import { CancelledError, ClosedError, type ErrorClass, type Result } from "@job-orch/core";
import { check, checkedKey, checkSignal, duration, type ErasedJob, isPromise, steadyNow, toError } from "@job-orch/core/substrate";
import type { Pool } from "../host/pool.ts";
import { isPoolEvent } from "../host/pool-events.ts";
import { statsOf } from "../host/pool-stats.ts";
import { SETTLED, Task, type TaskOwner } from "../host/task.ts";
import { Kind } from "../wire/frames.ts";
import type { ToText } from "../wire/payload.ts";
import { bare, Transferred } from "../wire/transfer.ts";
import { askCache } from "./caller-cache.ts";
import { applyOptions, type PoolCallOptions, type PoolSendOptions } from "./call-options.ts";
import { endOnAbort } from "./end-on-abort.ts";
import { inCallTime } from "./in-call-time.ts";
import { JobEvents } from "./job-events.ts";
import { PooledItems, toIterator } from "./pooled-items.ts";
import { senderTo } from "./request-sender.ts";
import type { ResponseFeed } from "./response-feed.ts";
import { type FeedOptions, ResponseFeeds } from "./response-feeds.ts";
import { type StreamOptions, streamOptions } from "./stream-options.ts";

/** A job's side of a pool, without its types: `PooledProcessor` is this, seen through them. */
export class Pooled implements TaskOwner {
  readonly name: string;
  readonly errors: readonly ErrorClass[];
  readonly #job: ErasedJob;
  readonly #pool: Pool;
  readonly #place: number;
  readonly #toText: ToText;
  readonly #ownsPool: boolean;
  readonly #events: JobEvents;
  readonly #feeds: ResponseFeeds;
  #running: PromiseWithResolvers<void> | undefined;
  #stopping: Promise<void> | undefined;
  #closed = false;

  constructor(job: ErasedJob, pool: Pool, toText: ToText, ownsPool: boolean) {
    this.name = job.name;
    this.errors = job.errors ?? [];
    this.#job = job;
    this.#pool = pool;
    this.#toText = toText;
    this.#ownsPool = ownsPool;
    this.#events = new JobEvents(job.name, pool);
    this.#feeds = new ResponseFeeds(job.name);
    this.#place = pool.register(this);
  }

  readonly call = (request: unknown, options?: PoolCallOptions): Promise<unknown> =>
    new Promise((resolve, reject) => {
      this.#start(request, options, resolve, reject);
    });

  readonly sendReceive = (request: unknown, options?: PoolCallOptions): Promise<Result<unknown>> =>
    new Promise((resolve) => {
      const failed = (error: unknown): void => resolve({ ok: false, error: toError(error) });
      this.#start(request, options, (value) => resolve({ ok: true, value }), failed);
    });

  readonly send = async (request: unknown, options?: PoolCallOptions): Promise<string> => {
    const valid = check(this.#job.request, bare(request), `The request of "${this.name}"`);
    if (isPromise(valid)) await inCallTime(valid, options, { ...this.#pool.settings, callTimeoutMs: Number.POSITIVE_INFINITY });
    const task = this.#task(request);
    if (options !== undefined) this.#apply(task, options);
    await new Promise<void>((resolve, reject) => {
      task.reject = reject;
      this.#admit(task, resolve);
      if (options?.signal !== undefined) endOnAbort(this.#pool, task, options.signal);
    });
    task.reject = undefined;
    const id = this.#pool.idOf(task);
    this.#events.sent(id);
    return id;
  };

  readonly sendMany = (requests: Iterable<unknown>, options?: PoolCallOptions): Promise<readonly string[]> =>
    Promise.all(Array.from(requests, (request) => this.send(request, options)));

  readonly stream = (request: unknown, options: StreamOptions = {}): AsyncIterableIterator<unknown> => {
    const { window, timeoutMs, rest } = streamOptions(options, this.#pool.settings.callTimeoutMs);
    const items = new PooledItems({ pool: this.#pool, window, timeoutMs, begin: () => void this.#open(items, request, rest, timeoutMs) });
    return toIterator(items);
  };

  readonly requestSender = () => senderTo(this.send);

  readonly responseReceiver = async (options?: FeedOptions): Promise<ResponseFeed<unknown>> => {
    this.#mustBeOpen();
    return this.#feeds.open(options);
  };

  readonly run = async (_resources?: unknown, options?: { readonly signal?: AbortSignal }): Promise<void> => {
    checkSignal(options?.signal);
    options?.signal?.throwIfAborted();
    this.#mustBeOpen();
    this.#running ??= Promise.withResolvers<void>();
    const { promise } = this.#running;
    const stop = (): void => void this.stop();
    options?.signal?.addEventListener("abort", stop, { once: true });
    this.#stopping = undefined; // a stop that comes now is not in a hurry
    this.#pool.run(this.#place);
    await promise.finally(() => options?.signal?.removeEventListener("abort", stop));
  };

  readonly stop = async (options?: { readonly graceMs?: number }): Promise<void> => {
    const graceMs = options?.graceMs === undefined ? STOP_GRACE_MS : duration("graceMs", options.graceMs, 0);
    if (this.#stopping !== undefined) this.#pool.hurry(this.#place);
    const running = this.#running;
    this.#running = undefined;
    const stopping = this.#pool.stop(this.#place, graceMs);
    this.#stopping = stopping;
    await stopping;
    if (this.#stopping === stopping) this.#stopping = undefined;
    running?.resolve();
  };

  readonly close = async (): Promise<void> => {
    this.#closed = true;
    if (this.#ownsPool) await this.#pool.close(STOP_GRACE_MS);
    else this.#pool.jobs.leave(this.#place); // the pool is its owner's
    this.ended();
  };

  readonly cancel = async (id: string): Promise<"cancelled" | "requested"> => {
    const task = this.#find(checkedKey("id", id));
    if (task === undefined) return "requested";
    this.#pool.abandon(task, new CancelledError(`Request "${id}" was cancelled`));
    // Only now is it certain: it may have begun until it was taken back, and then it has no worker any more.
    return task.member?.mayRun(task.slot) === true ? "requested" : "cancelled";
  };

  readonly pause = (): void => this.#pool.setPaused(true);

  readonly resume = (): void => this.#pool.setPaused(false);

  readonly stats = () => statsOf(this.#pool);

  readonly on = (event: string, listener: (event: never) => void): (() => void) =>
    isPoolEvent(event) ? this.#pool.emitter.on(event, listener as never) : this.#events.on(event, listener);

  succeeded(task: Task, value: unknown): void {
    task.onEnd?.();
    this.#events.succeeded(task);
    task.resolve?.(value);
    if (!this.#feeds.isEmpty) this.#publish(task, { ok: true, value });
  }

  failed(task: Task, error: Error): void {
    task.onEnd?.();
    this.#events.failed(task, error);
    task.reject?.(error);
    if (!this.#feeds.isEmpty) this.#publish(task, { ok: false, error });
  }

  said(task: Task, kind: number, value: unknown): void {
    if (kind === Kind.Item) task.items?.push(value);
    else this.#events.said(task, kind, value);
  }

  retried(task: Task, error: Error): void {
    this.#events.retried(task, error);
  }

  buried(task: Task, error: Error): void {
    this.#events.dead(task, error);
  }

  ended(): void {
    this.#running?.resolve();
    this.#running = undefined;
    this.#feeds.close();
  }

  #start(
    request: unknown,
    options: PoolCallOptions | undefined,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ): void {
    try {
      // Nothing to check, nothing to ask: straight to the pool.
      if (this.#job.request === undefined && this.#job.getCache === undefined) this.#hand(request, options, resolve, reject);
      else void this.#prepare(request, options, resolve, reject);
    } catch (error) {
      reject(error);
    }
  }

  async #prepare(
    request: unknown,
    options: PoolCallOptions | undefined,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ): Promise<void> {
    try {
      const valid = check(this.#job.request, bare(request), `The request of "${this.name}"`);
      if (this.#job.getCache === undefined && !isPromise(valid)) return this.#hand(request, options, resolve, reject);
      const sinceMs = this.#nowMs();
      const hit = await inCallTime(askCache(this.#job, valid, options), options, this.#pool.settings);
      if (hit === undefined) return this.#hand(request, options, resolve, reject, this.#nowMs() - sinceMs);
      this.#events.cached(options?.id ?? "");
      resolve(hit.response);
    } catch (error) {
      reject(error);
    }
  }

  /** `waitedMs`: what of its time the call has used up already. */
  #hand(
    request: unknown,
    options: PoolCallOptions | undefined,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
    waitedMs = 0,
  ): void {
    const task = this.#task(request);
    task.resolve = resolve;
    task.reject = reject;
    const { callTimeoutMs } = this.#pool.settings;
    if (callTimeoutMs !== Number.POSITIVE_INFINITY) task.endsMs = this.#nowMs() - waitedMs + callTimeoutMs;
    if (options !== undefined) this.#apply(task, options, waitedMs);
    this.#admit(task);
    if (options?.signal !== undefined) endOnAbort(this.#pool, task, options.signal);
  }

  async #open(items: PooledItems, request: unknown, options: PoolSendOptions, timeoutMs: number): Promise<void> {
    try {
      const valid = check(this.#job.request, bare(request), `The request of "${this.name}"`);
      if (isPromise(valid)) await inCallTime(valid, options, { ...this.#pool.settings, callTimeoutMs: timeoutMs });
      if (items.isOver) return; // the reader left meanwhile
      const task = this.#task(request);
      this.#apply(task, options);
      items.attach(task);
      this.#admit(task);
      if (options.signal !== undefined) endOnAbort(this.#pool, task, options.signal);
    } catch (error) {
      items.fail(error);
    }
  }

  /** What has not ended and has this id, whichever job's it is: ids are the pool's. */
  #find(id: string): Task | undefined {
    let found: Task | undefined;
    this.#pool.each((task) => {
      if (this.#pool.idOf(task) === id) found = task;
    });
    return found;
  }

  #task(request: unknown): Task {
    const number = this.#pool.nextNumber();
    if (request instanceof Transferred && this.#pool.roster.moves) {
      const task = new Task(this, this.#place, number, request.value, false);
      task.transfers = request.list;
      return task;
    }
    const value = bare(request);
    const text = this.#toText(value);
    return new Task(this, this.#place, number, text ?? value, text !== undefined);
  }

  #apply(task: Task, options: PoolCallOptions, waitedMs = 0): void {
    applyOptions(task, options, this.#nowMs() - waitedMs, this.#pool.settings.environment.clock.now() - waitedMs);
  }

  #admit(task: Task, admitted?: () => void): void {
    if (!this.#closed) return this.#pool.admit(task, admitted);
    task.state = SETTLED;
    this.failed(task, this.#closedError());
  }

  #publish(task: Task, result: Result<unknown>): void {
    const id = this.#pool.idOf(task);
    this.#feeds.publish(task.headers === undefined ? { id, result } : { id, result, headers: task.headers });
  }

  #nowMs(): number {
    return steadyNow(this.#pool.settings.environment.clock);
  }

  #mustBeOpen(): void {
    if (this.#closed || this.#pool.isClosed) throw this.#closedError();
  }

  #closedError(): ClosedError {
    return this.#pool.isClosed ? this.#pool.closedError() : new ClosedError(`"${this.name}" is closed`);
  }
}

/** How long what runs has when the pool is stopped. Units: milliseconds. */
const STOP_GRACE_MS = 25_000;
