import { steadyNow } from "../clock.ts";
import type { Awaitable } from "../contracts/awaitable.ts";
import type { RunContext } from "../contracts/run-context.ts";
import { AttemptTimeoutError, CancelledError, DeadlineError, LeaseLostError } from "../errors/errors.ts";
import type { ErasedJob } from "./erased-job.ts";
import type { Delivery } from "../transport/delivery.ts";
import type { Frame } from "../transport/frame.ts";
import { Admission } from "./admission.ts";
import { Attempt } from "./attempt.ts";
import { isPromise } from "./awaiting.ts";
import { type BodyCodec, check } from "./body-codec.ts";
import type { ProcessorChannels } from "./channels.ts";
import { Endings } from "./endings.ts";
import type { ProcessorEmitter } from "./events.ts";
import type { Settings } from "./options.ts";
import type { Slot, Slots } from "./slots.ts";

export interface WorkOptions {
  readonly name: string;
  readonly job: ErasedJob;
  readonly channels: ProcessorChannels;
  readonly settings: Settings;
  readonly bodies: BodyCodec;
  readonly emitter: ProcessorEmitter;
  readonly slots: Slots;
  /** Whether a request was cancelled before it was begun; asking forgets it. */
  readonly isCancelled: (frame: Frame) => boolean;
  /** Something must be looked at by then. */
  readonly onLimit: (atMs: number) => void;
  /** The attempt's fate is decided. */
  readonly onDecided: (attempt: Attempt) => void;
  /** Its slot is free again. */
  readonly onFree: () => void;
}

/**
 * The life of one delivery, step by step: admit → decode → validate → equip → ask the cache → run → answer → decide.
 * A step that has nothing to wait for calls the next one directly: the hot path makes no promise of its own.
 */
export class Work {
  readonly #options: WorkOptions;
  readonly #stops: boolean;
  readonly #what: string;
  readonly #admission: Admission;
  readonly #endings: Endings;
  readonly #bury: (attempt: Attempt, error: unknown) => void;
  readonly #fail: (attempt: Attempt, error: unknown) => void;

  constructor(options: WorkOptions) {
    this.#options = options;
    this.#stops = Number.isFinite(options.settings.timeoutMs);
    this.#what = `The request of "${options.name}"`;
    this.#admission = new Admission(options);
    const endings = (this.#endings = new Endings(options));
    this.#bury = (attempt, error) => endings.bury(attempt, error);
    this.#fail = (attempt, error) => endings.fail(attempt, error);
  }

  /** From now on a job that fails because it was told to stop is handed back without charge. */
  stopping(): void {
    this.#endings.stopping();
  }

  begin(delivery: Delivery): void {
    const { emitter, slots } = this.#options;
    const attempt = new Attempt(delivery, this.#options);
    attempt.slot = slots.take(attempt);
    if (emitter.wants("received")) emitter.emit("received", this.#endings.event(attempt));
    const refusal = this.#admission.refusal(attempt);
    if (refusal !== undefined) return this.#refuse(attempt, refusal);
    this.#read(attempt);
  }

  /** Stops an attempt from outside: cancelled, timed out, lease lost. Its fate is decided now, whether its job listens or not. */
  interrupt(attempt: Attempt, reason: Error): void {
    if (attempt.decided) return attempt.after === undefined ? undefined : attempt.abort(reason);
    attempt.abort(reason);
    if (reason instanceof LeaseLostError) return; // whoever holds it now decides
    if (reason instanceof AttemptTimeoutError) return this.#endings.fail(attempt, reason);
    // The job may still end it well, see #fail; not one that was told to stop for another reason before.
    if (reason instanceof CancelledError && attempt.running && attempt.abortReason instanceof CancelledError) return;
    this.#endings.cancel(attempt, reason);
  }

  /** Hands back without charge: as if it had not been begun. */
  handBack(attempt: Attempt): void {
    this.#endings.handBack(attempt);
  }

  #refuse(attempt: Attempt, refusal: Error): void {
    if (refusal instanceof CancelledError || refusal instanceof DeadlineError) return this.#endings.cancel(attempt, refusal);
    this.#endings.bury(attempt, refusal);
  }

  #read(attempt: Attempt): void {
    const { job, bodies } = this.#options;
    let request: unknown;
    try {
      request = check(job.request, bodies.decode(attempt.delivery.frame.body), this.#what);
    } catch (error) {
      return this.#endings.bury(attempt, error);
    }
    if (isPromise(request)) this.#later(attempt, request, this.#equip, this.#bury);
    else this.#equip(attempt, request);
  }

  #equip(attempt: Attempt, request: unknown): void {
    const slot = attempt.slot;
    if (slot === undefined || slot.ready) this.#ask(attempt, request);
    else this.#prepare(attempt, request, slot);
  }

  // Here and below: what has nothing to wait for has no closure in its method, because the room for one is made at its begin.
  #prepare(attempt: Attempt, request: unknown, slot: Slot): void {
    attempt.holding = true;
    this.#options.slots.prepare(slot).then(
      () => {
        attempt.holding = false;
        this.#ask(attempt, request);
      },
      (error: unknown) => {
        attempt.holding = false;
        this.#endings.fail(attempt, error);
      },
    );
  }

  #ask(attempt: Attempt, request: unknown): void {
    const { getCache } = this.#options.job;
    if (attempt.decided) this.#endings.left(attempt);
    else if (getCache === undefined) this.#run(attempt, request);
    else this.#askCache(attempt, request, getCache);
  }

  #askCache(attempt: Attempt, request: unknown, getCache: NonNullable<ErasedJob["getCache"]>): void {
    if (this.#stops) this.#limit(attempt);
    attempt.holding = true;
    const onward = (_: Attempt, hit: { readonly response: unknown } | undefined): void => {
      attempt.holding = false;
      if (hit === undefined) return this.#run(attempt, request);
      if (attempt.after !== undefined) this.#holdFor(attempt, attempt.after);
      this.#answer(attempt, hit.response, true);
    };
    // A cache that fails is a miss: the job can still answer.
    const miss = (_: Attempt, error: unknown): void => {
      attempt.holding = false;
      attempt.log("warn", "the cache failed", { error });
      this.#run(attempt, request);
    };
    this.#try(attempt, () => getCache(request, attempt.slot?.resources, attempt as RunContext), onward, miss);
  }

  /** It is answered now, but its slot is not free: it ends with the attempt's own limit, or when the processor stops. */
  #holdFor(attempt: Attempt, after: Promise<unknown>): void {
    attempt.holding = true;
    attempt.limitMs = undefined; // the caller's deadline has nothing to do with it any more
    if (this.#stops) this.#limit(attempt);
    const over = (): void => {
      attempt.holding = false;
      this.#endings.left(attempt);
    };
    after.then(over, over);
  }

  #limit(attempt: Attempt): void {
    const { settings, onLimit } = this.#options;
    const endsMs = steadyNow(settings.environment.clock) + settings.timeoutMs;
    if (attempt.limitMs === undefined || endsMs < attempt.limitMs) {
      attempt.limitMs = endsMs;
      attempt.limitedByTimeout = true;
    }
    onLimit(attempt.limitMs);
  }

  #run(attempt: Attempt, request: unknown): void {
    const { job, emitter, settings } = this.#options;
    if (attempt.decided) return this.#endings.left(attempt);
    if (emitter.wants("succeeded") || emitter.wants("failed")) attempt.startedMs = settings.environment.clock.now();
    if (this.#stops) this.#limit(attempt);
    if (emitter.wants("started")) emitter.emit("started", this.#endings.event(attempt));
    attempt.running = true;
    let returned: Awaitable<unknown>;
    let later: boolean;
    try {
      returned = job.run(request, attempt.slot?.resources, attempt);
      later = isPromise(returned); // a Proxy that was revoked throws when it is asked
    } catch (error) {
      attempt.running = false;
      return this.#endings.fail(attempt, error);
    }
    if (!later) {
      attempt.running = false;
      return this.#answer(attempt, returned, false);
    }
    const { slot } = attempt;
    if (slot === undefined) return; // cannot be: what runs has a place
    if (slot.onResponse === undefined) this.#listen(slot);
    // Anything else that can be waited for is made a promise first: those of others may call back twice.
    void Promise.resolve(returned).then(slot.onResponse, slot.onError);
  }

  /** A place is not free before what runs in it has ended, so its attempt then is the one that ended. */
  #listen(slot: Slot): void {
    slot.onResponse = (response) => {
      const attempt = this.#ended(slot);
      if (attempt !== undefined) this.#answer(attempt, response, false);
    };
    slot.onError = (error) => {
      const attempt = this.#ended(slot);
      if (attempt !== undefined) this.#endings.fail(attempt, error);
    };
  }

  #ended({ attempt }: Slot): Attempt | undefined {
    if (attempt !== undefined) attempt.running = false;
    return attempt;
  }

  #answer(attempt: Attempt, response: unknown, cached: boolean): void {
    if (attempt.decided) this.#endings.left(attempt);
    else if (this.#options.job.response === undefined) this.#endings.succeed(attempt, response, cached);
    else this.#checkResponse(attempt, response, cached);
  }

  #checkResponse(attempt: Attempt, response: unknown, cached: boolean): void {
    const { job, name } = this.#options;
    this.#try(
      attempt,
      () => check(job.response, response, `The response of "${name}"`),
      (_, valid) => this.#endings.succeed(attempt, valid, cached),
      this.#fail,
    );
  }

  #try<Value>(
    attempt: Attempt,
    make: () => Awaitable<Value>,
    onward: (attempt: Attempt, value: Value) => void,
    failed: (attempt: Attempt, error: unknown) => void,
  ): void {
    let value: Awaitable<Value>;
    let later: boolean;
    try {
      value = make();
      later = isPromise(value);
    } catch (error) {
      return failed.call(this, attempt, error);
    }
    if (later) this.#later(attempt, value as PromiseLike<Value>, onward, failed);
    else onward.call(this, attempt, value as Value);
  }

  #later<Value>(
    attempt: Attempt,
    value: PromiseLike<Value>,
    onward: (attempt: Attempt, value: Value) => void,
    failed: (attempt: Attempt, error: unknown) => void,
  ): void {
    value.then(
      (resolved) => onward.call(this, attempt, resolved),
      (error: unknown) => failed.call(this, attempt, error),
    );
  }
}
