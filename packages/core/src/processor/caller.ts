import { SteadyTime } from "../clock.ts";
import type { Awaitable } from "../contracts/awaitable.ts";
import type { Result } from "../contracts/result.ts";
import type { RunContext } from "../contracts/run-context.ts";
import type { ErasedJob } from "./erased-job.ts";
import type { Frame } from "../transport/frame.ts";
import { Attempt } from "./attempt.ts";
import { isPromise } from "./awaiting.ts";
import { check } from "./body-codec.ts";
import { Call, toError } from "./call.ts";
import type { ProcessorEmitter } from "./events.ts";
import { checkedKey, checkSignal } from "./check-arguments.ts";
import { duration, type Settings } from "./options.ts";
import type { Outbox } from "./outbox.ts";
import type { ReplyDesk } from "./reply-desk.ts";
import type { RequestWriter } from "./request-writer.ts";
import type { AnySendOptions } from "./send-options.ts";

export interface CallerOptions {
  readonly name: string;
  readonly job: ErasedJob;
  readonly settings: Settings;
  readonly writer: Pick<RequestWriter, "frame">;
  readonly outbox: Outbox;
  readonly desk: ReplyDesk;
  readonly emitter: ProcessorEmitter;
  readonly nextId: () => string;
  /** The caller's own resources, for its side of the cache; `undefined`: it has none and the cache is not asked here. */
  readonly resources: { readonly value: unknown } | undefined;
  /** Called when a caller gives up: nobody wants the answer any more. */
  readonly onAbandoned: (id: string) => void;
}

/** Sends a request and waits for the response with its id. */
export class Caller {
  readonly #options: CallerOptions;
  readonly #steady: SteadyTime;

  constructor(options: CallerOptions) {
    this.#options = options;
    this.#steady = new SteadyTime(options.settings.environment.clock);
  }

  /** Settles always, and never rejects: what went wrong is in the result. */
  sendReceive(request: unknown, options?: AnySendOptions): Promise<Result<unknown>> {
    return new Promise((resolve) => this.#start(request, options, new Call(options?.signal, resolve as (value: unknown) => void)));
  }

  /** The same, throwing what went wrong. */
  call(request: unknown, options?: AnySendOptions): Promise<unknown> {
    return new Promise((resolve, reject) => this.#start(request, options, new Call(options?.signal, resolve, reject)));
  }

  #start(request: unknown, options: AnySendOptions | undefined, call: Call): void {
    try {
      checkSignal(call.signal);
      call.signal?.throwIfAborted();
      const { job, resources } = this.#options;
      if (job.getCache === undefined || resources === undefined) this.#write(request, options, call);
      else this.#ask(request, options, call, resources.value);
    } catch (error) {
      call.refuse(error);
    }
  }

  /** The caller waits from here on: neither a schema nor a cache can keep it for longer than it wants. */
  #ask(request: unknown, options: AnySendOptions | undefined, call: Call, resources: unknown): void {
    const { job, name, emitter, desk, nextId } = this.#options;
    const id = options?.id === undefined ? nextId() : checkedKey("id", options.id);
    this.#limit(options, call);
    this.#expect(id, call);
    const context: RunContext = new Attempt(
      { frame: { id, body: undefined, headers: options?.headers }, attempt: 1, fence: 0 },
      this.#options,
    );
    const failed = (error: unknown): void => this.#failed(id, error, call);
    const send = (frame: Frame): void => this.#dispatch(frame, call);
    // A cache that fails is a miss: the processor can still answer.
    const miss = (): void => {
      if (desk.waits(id, call)) whenThere(() => this.#frame(request, { ...options, id }, call), send, failed);
    };
    const hit = (value: unknown): void => {
      if (this.#answer(id, { ok: true, value }, call) && emitter.wants("cached"))
        emitter.emit("cached", { processor: name, id, where: "caller" });
    };
    const found = (cached: { readonly response: unknown } | undefined): void => {
      if (cached === undefined) miss();
      else whenThere(() => check(job.response, cached.response, `The cached response of "${name}"`), hit, miss);
    };
    const ask = (valid: unknown): void => whenThere(() => job.getCache?.(valid, resources, context), found, miss);
    whenThere(() => check(job.request, request, `The request of "${name}"`), ask, failed);
  }

  #write(request: unknown, options: AnySendOptions | undefined, call: Call): void {
    this.#limit(options, call);
    const frame = this.#frame(request, options, call);
    if (isPromise(frame)) this.#sendLater(frame, call);
    else this.#send(frame, call);
  }

  // Here and below: what is there already goes on without a closure, because making the room for one costs more than the step.
  #sendLater(frame: PromiseLike<Frame>, call: Call): void {
    frame.then((written) => this.#send(written, call)).then(undefined, (error: unknown) => call.refuse(error));
  }

  #limit(options: AnySendOptions | undefined, call: Call): void {
    const { settings } = this.#options;
    const timeoutMs = duration("timeoutMs", options?.timeoutMs ?? settings.callTimeoutMs);
    const deadlineMs = options?.deadline === undefined ? Number.POSITIVE_INFINITY : duration("deadline", options.deadline);
    call.deadlineMs = Math.min(deadlineMs, settings.environment.clock.now() + timeoutMs);
    call.endsMs = this.#steady.of(call.deadlineMs);
  }

  #frame(request: unknown, options: AnySendOptions | undefined, call: Call): Awaitable<Frame> {
    const { writer, desk } = this.#options;
    const { deadlineMs } = call;
    return writer.frame(request, options, desk.address, deadlineMs === Number.POSITIVE_INFINITY ? undefined : deadlineMs);
  }

  #send(frame: Frame, call: Call): void {
    call.signal?.throwIfAborted(); // while its schema took its time
    this.#expect(frame.id, call);
    this.#dispatch(frame, call);
  }

  #expect(id: string, call: Call): void {
    if (call.signal !== undefined) this.#endOnAbort(id, call, call.signal);
    this.#options.desk.expect(id, call);
  }

  #dispatch(frame: Frame, call: Call): void {
    if (this.#options.desk.live) this.#hand(frame, call);
    else this.#handLater(frame, call);
  }

  #handLater(frame: Frame, call: Call): void {
    const { desk } = this.#options;
    desk.open().then(
      // It may have timed out or been aborted meanwhile; then nobody wants it.
      () => desk.waits(frame.id, call) && this.#hand(frame, call),
      (error: unknown) => this.#failed(frame.id, error, call),
    );
  }

  #hand(frame: Frame, call: Call): void {
    try {
      const sent = this.#options.outbox.send(frame, undefined, call);
      if (sent === undefined) this.#sent(frame.id);
      else this.#sentLater(frame.id, sent, call);
    } catch (error) {
      this.#failed(frame.id, error, call);
    }
  }

  #sentLater(id: string, sent: PromiseLike<void>, call: Call): void {
    sent.then(
      () => this.#sent(id),
      (error: unknown) => this.#failed(id, error, call),
    );
  }

  #sent(id: string): void {
    const { emitter, name } = this.#options;
    if (emitter.wants("sent")) emitter.emit("sent", { processor: name, id });
  }

  #failed(id: string, error: unknown, call: Call): void {
    this.#answer(id, { ok: false, error: toError(error) }, call);
  }

  /** Not one that came with the same id after this one was given up. */
  #answer(id: string, result: Result<unknown>, call: Call): boolean {
    const { desk } = this.#options;
    return desk.waits(id, call) && desk.answer(id, result);
  }

  #endOnAbort(id: string, call: Call, signal: AbortSignal): void {
    const { desk, onAbandoned } = this.#options;
    const abort = (): void => {
      if (desk.answer(id, { ok: false, error: toError(signal.reason) })) onAbandoned(id);
    };
    signal.addEventListener("abort", abort, { once: true });
    call.onEnd = () => signal.removeEventListener("abort", abort);
  }
}

/** Goes on with a value now or later; what making it threw goes to `failed`. */
function whenThere<Value>(make: () => Awaitable<Value>, onward: (value: Value) => void, failed: (error: unknown) => void): void {
  let value: Awaitable<Value>;
  try {
    value = make();
  } catch (error) {
    return failed(error);
  }
  if (isPromise(value)) value.then(onward, failed);
  else onward(value);
}
