import type { AnyJob, Headers, InputOf, NameOf, RequestOf, ResourcesOf, ResponseMessage, ResponseOf, Result } from "@job-orch/core";
import { OptionError, UnsupportedError } from "@job-orch/core";
import {
  check,
  checkedKey,
  checkJob,
  checkSignal,
  checkUserHeaders,
  duration,
  eraseJob,
  isPromise,
  NEVER,
  steadyNow,
  toError,
} from "@job-orch/core/substrate";
import { ResponseFeed } from "@job-orch/link";
import type { ActorCallOptions, Actors, AskOptions, TellOptions } from "./actors-processor.ts";
import { Engine } from "./engine.ts";
import type { ActorEvents } from "./events.ts";
import { checkedActorKey } from "./key.ts";
import { Message } from "./message.ts";
import { type ActorsOptions, type Settings, toSettings } from "./options.ts";

const CALL_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 25_000;
const ACCEPTED = Promise.resolve();

/**
 * Makes a job with keys virtual actors: every key has its own state, which the job gets as its resources, and works on one
 * message at a time; many keys work at once. States come into memory with their first message and leave it when idle.
 *
 * Errors: `ERR_OPTION`.
 *
 * @example
 * const cart = actors(cartJob, { key: ({ cartId }) => cartId, activate: (_key, items: Item[] = []) => items });
 * await cart.ask({ cartId: "a1", add: "tea" }, { timeoutMs: 1_000 });
 */
export function actors<J extends AnyJob, Snapshot = unknown>(
  job: J,
  options: ActorsOptions<RequestOf<J>, ResourcesOf<J>, Snapshot>,
): Actors<InputOf<J>, ResponseOf<J>, NameOf<J>> {
  checkJob(job);
  return new ActorsOfAJob(job, toSettings(options as unknown as ActorsOptions<never, never, never>)) as unknown as Actors<
    InputOf<J>,
    ResponseOf<J>,
    NameOf<J>
  >;
}

/** `Actors` without the types of its job. */
class ActorsOfAJob implements Actors<unknown, unknown> {
  readonly name: string;
  readonly errors: Actors<unknown, unknown>["errors"];
  readonly #job: AnyJob;
  readonly #settings: Settings;
  readonly #engine: Engine;
  readonly #feeds = new Set<ResponseFeed<unknown>>();
  #running: PromiseWithResolvers<void> | undefined;
  #isClosed = false;

  constructor(job: AnyJob, settings: Settings) {
    this.name = job.name;
    this.errors = job.errors ?? [];
    this.#job = job;
    this.#settings = settings;
    this.#engine = new Engine(eraseJob(job), settings, (name) =>
      name in settings.asks ? settings.asks[name] : name === job.name ? this : undefined,
    );
  }

  readonly ask = (request: unknown, options: AskOptions): Promise<unknown> => {
    const timeoutMs: number | undefined = options?.timeoutMs;
    if (!Number.isFinite(timeoutMs))
      return Promise.reject(new OptionError('"timeoutMs" is missing: who asks an actor says how long to wait'));
    return this.#ask(request, options);
  };

  readonly call = (request: unknown, options: ActorCallOptions = {}): Promise<unknown> => this.#ask(request, options);

  readonly sendReceive = (request: unknown, options: ActorCallOptions = {}): Promise<Result<unknown>> =>
    this.#ask(request, options).then(
      (value) => ({ ok: true, value }),
      (error: unknown) => ({ ok: false, error: toError(error) }),
    );

  readonly tell = (request: unknown, options?: TellOptions): Promise<void> => {
    try {
      const valid = check(this.#job.request, request, `The request of "${this.name}"`);
      return isPromise(valid) ? Promise.resolve(valid).then((known) => this.#tell(known, options)) : this.#tell(valid, options);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  };

  readonly requestSender = () => ({
    send: (
      { id, request, headers }: { readonly id: string; readonly request: unknown; readonly headers?: Headers },
      options?: { readonly signal?: AbortSignal },
    ): Promise<void> => this.tell(request, { id, ...(headers === undefined ? {} : { headers }), ...options }),
  });

  readonly responseReceiver = async (options?: {
    readonly group?: string;
    readonly signal?: AbortSignal;
  }): Promise<ResponseFeed<unknown>> => {
    checkSignal(options?.signal);
    options?.signal?.throwIfAborted();
    if (options?.group !== undefined) {
      throw new UnsupportedError(
        `The actors "${this.name}" keep no responses for groups: host them behind a transport that does, with remote(…)`,
      );
    }
    if (this.#isClosed) throw this.#engine.closedError();
    const feed = new ResponseFeed<unknown>(this.name, (ended) => {
      this.#feeds.delete(ended);
      if (this.#feeds.size === 0) this.#engine.onEnded = undefined;
    });
    this.#feeds.add(feed);
    this.#engine.onEnded = this.#publish;
    return feed;
  };

  readonly run = async (_resources?: unknown, options?: { readonly signal?: AbortSignal }): Promise<void> => {
    checkSignal(options?.signal);
    options?.signal?.throwIfAborted();
    if (this.#isClosed) throw this.#engine.closedError();
    this.#running ??= Promise.withResolvers<void>();
    const { promise } = this.#running;
    const stop = (): void => void this.stop().catch(() => undefined); // that it failed is heard here
    options?.signal?.addEventListener("abort", stop, { once: true });
    this.#engine.open();
    await promise.finally(() => options?.signal?.removeEventListener("abort", stop));
  };

  readonly stop = async ({ graceMs = STOP_GRACE_MS }: { readonly graceMs?: number } = {}): Promise<void> => {
    const stopping = this.#engine.stop(duration("graceMs", graceMs, 0));
    try {
      await stopping;
      this.#running?.resolve();
    } catch (error) {
      this.#running?.reject(error);
      throw error;
    } finally {
      this.#running = undefined;
    }
  };

  readonly close = async (): Promise<void> => {
    this.#isClosed = true;
    try {
      await this.stop();
    } finally {
      await Promise.all(Array.from(this.#feeds, (feed) => feed[Symbol.asyncDispose]()));
    }
  };

  readonly on = <Name extends keyof ActorEvents>(name: Name, listener: (event: ActorEvents[Name]) => unknown): (() => void) => {
    if (typeof listener !== "function") throw new OptionError(`A listener of "${String(name)}" is a function`);
    return this.#engine.emitter.on(name, listener);
  };

  readonly size = (): number => this.#engine.size;

  readonly revive = (key: string): boolean => this.#engine.supervision.revive(key);

  readonly takeDead: Actors<unknown, unknown>["takeDead"] = () => this.#engine.supervision.takeDead();

  readonly passivate = (which: (key: string) => boolean): Promise<void> => this.#engine.passivate(which);

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #tell(request: unknown, options: TellOptions | undefined): Promise<void> {
    const message = this.#message(request, options);
    if (this.#admit(message)) return ACCEPTED;
    return new Promise((resolve, reject) => {
      message.placed = resolve;
      message.reject = reject;
    });
  }

  #ask(request: unknown, options: ActorCallOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const valid = check(this.#job.request, request, `The request of "${this.name}"`);
      if (!isPromise(valid)) this.#send(valid, options, resolve, reject);
      else valid.then((known) => this.#send(known, options, resolve, reject)).then(undefined, reject);
    });
  }

  #send(request: unknown, options: ActorCallOptions, resolve: (value: unknown) => void, reject: (error: unknown) => void): void {
    const message = this.#message(request, options);
    const timeoutMs = duration("timeoutMs", options.timeoutMs ?? CALL_TIMEOUT_MS);
    const { clock } = this.#settings.environment;
    if (timeoutMs !== Number.POSITIVE_INFINITY) {
      message.endsMs = Math.min(message.endsMs ?? Number.POSITIVE_INFINITY, steadyNow(clock) + timeoutMs);
      message.deadline = Math.min(message.deadline ?? Number.POSITIVE_INFINITY, clock.now() + timeoutMs);
    }
    message.resolve = resolve;
    message.reject = reject;
    this.#admit(message);
  }

  #admit(message: Message): boolean {
    try {
      const isPlaced = this.#engine.admit(message);
      this.#engine.watch(message);
      return isPlaced;
    } catch (error) {
      message.onEnd?.(); // nobody listens for its abort any more
      throw error;
    }
  }

  #message(request: unknown, options: TellOptions | undefined): Message {
    const key = checkedActorKey(`"${this.name}"`, this.#settings.key(request));
    if (options === undefined) return new Message(this.#engine, key, request, undefined);
    const { id, headers, deadline, signal = NEVER } = options;
    checkSignal(signal);
    signal.throwIfAborted();
    const message = new Message(this.#engine, key, request, id === undefined ? undefined : checkedKey("id", id));
    if (headers !== undefined) {
      checkUserHeaders(headers);
      message.headers = headers;
    }
    if (deadline !== undefined) {
      const { clock } = this.#settings.environment;
      message.deadline = duration("deadline", deadline, 0);
      message.endsMs = steadyNow(clock) + deadline - clock.now();
    }
    if (signal !== NEVER) {
      const abandon = (): void => this.#engine.abandon(message, signal.reason);
      signal.addEventListener("abort", abandon, { once: true });
      message.onEnd = () => signal.removeEventListener("abort", abandon);
    }
    return message;
  }

  readonly #publish = ({ id, headers }: Message, ok: boolean, value: unknown): void => {
    const result: Result<unknown> = ok ? { ok, value } : { ok, error: toError(value) };
    const message: ResponseMessage<unknown> = { id, result, headers };
    for (const feed of this.#feeds) feed.push(message);
  };
}
