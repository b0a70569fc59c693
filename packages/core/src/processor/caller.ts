import type { Awaitable } from "../contracts/awaitable.ts";
import type { Result } from "../contracts/result.ts";
import type { RunContext } from "../contracts/run-context.ts";
import { CancelledError } from "../errors/errors.ts";
import type { ErasedJob } from "./erased-job.ts";
import type { Frame } from "../transport/frame.ts";
import { Attempt } from "./attempt.ts";
import { isPromise } from "./awaiting.ts";
import type { ProcessorEmitter } from "./events.ts";
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
  /** The caller's own resources, for its side of the cache; `undefined`: it has none and the cache is not asked here. */
  readonly resources: { readonly value: unknown } | undefined;
  /** Called when a caller gives up: nobody wants the answer any more. */
  readonly onAbandoned: (id: string) => void;
}

/** Sends a request and waits for the response with its id. */
export class Caller {
  readonly #options: CallerOptions;

  constructor(options: CallerOptions) {
    this.#options = options;
  }

  /** Settles always, and never rejects: what went wrong is in the result. */
  sendReceive(request: unknown, options?: AnySendOptions): Promise<Result<unknown>> {
    return new Promise((resolve) => this.#start(request, options, resolve));
  }

  /** The same, throwing what went wrong. */
  call(request: unknown, options?: AnySendOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#start(request, options, (result) => (result.ok ? resolve(result.value) : reject(unwrap(result.error, options?.signal))));
    });
  }

  #start(request: unknown, options: AnySendOptions | undefined, settle: (result: Result<unknown>) => void): void {
    try {
      if (options?.signal?.aborted === true) return settle({ ok: false, error: toError(options.signal.reason) });
      const { job, resources } = this.#options;
      if (job.getCache !== undefined && resources !== undefined) return this.#ask(request, options, settle, resources.value);
      this.#write(request, options, settle);
    } catch (error) {
      settle({ ok: false, error: toError(error) });
    }
  }

  #ask(request: unknown, options: AnySendOptions | undefined, settle: (result: Result<unknown>) => void, resources: unknown): void {
    const { job, name, emitter } = this.#options;
    const id = options?.id ?? "";
    const context: RunContext = new Attempt({ frame: { id, body: undefined, headers: options?.headers }, attempt: 1, fence: 0 }, name, emitter);
    const onward = (hit: { readonly response: unknown } | undefined): void => {
      if (hit === undefined) return this.#write(request, options, settle);
      if (emitter.wants("cached")) emitter.emit("cached", { processor: name, id, where: "caller" });
      settle({ ok: true, value: hit.response });
    };
    // A cache that fails is a miss: the processor can still answer.
    attemptTo(() => job.getCache?.(request, resources, context), onward, () => this.#write(request, options, settle));
  }

  #write(request: unknown, options: AnySendOptions | undefined, settle: (result: Result<unknown>) => void): void {
    const { settings, writer, desk } = this.#options;
    const timeoutMs = duration("timeoutMs", options?.timeoutMs ?? settings.callTimeoutMs);
    const nowMs = timeoutMs === Number.POSITIVE_INFINITY ? 0 : settings.environment.clock.now();
    const deadlineMs = Math.min(nowMs + timeoutMs, options?.deadline ?? Number.POSITIVE_INFINITY);
    const stated = deadlineMs === Number.POSITIVE_INFINITY ? undefined : deadlineMs;
    const refuse = (error: unknown): void => settle({ ok: false, error: toError(error) });
    attemptTo(() => writer.frame(request, options, desk.address, stated), (frame) => this.#send(frame, deadlineMs, options, settle, refuse), refuse);
  }

  #send(
    frame: Frame,
    deadlineMs: number,
    options: AnySendOptions | undefined,
    settle: (result: Result<unknown>) => void,
    refuse: (error: unknown) => void,
  ): void {
    const { desk, outbox } = this.#options;
    const { id } = frame;
    if (options?.signal?.aborted === true) return refuse(options.signal.reason); // while its schema took its time
    const end = options?.signal === undefined ? settle : this.#abortable(id, options.signal, settle);
    try {
      desk.expect(id, { settle: end, deadlineMs });
    } catch (error) {
      return end({ ok: false, error: toError(error) });
    }
    const failed = (error: unknown): void => void desk.answer(id, { ok: false, error: toError(error) });
    const accepted = (): void => this.#sent(id);
    if (desk.live) return attemptTo(() => outbox.send(frame), accepted, failed);
    desk.open().then(() => {
      // It may have timed out or been aborted meanwhile; then nobody wants it.
      if (desk.waits(id)) attemptTo(() => outbox.send(frame), accepted, failed);
    }, failed);
  }

  #sent(id: string): void {
    const { emitter, name } = this.#options;
    if (emitter.wants("sent")) emitter.emit("sent", { processor: name, id });
  }

  #abortable(id: string, signal: AbortSignal, settle: (result: Result<unknown>) => void): (result: Result<unknown>) => void {
    const { desk, onAbandoned } = this.#options;
    const abort = (): void => {
      if (desk.answer(id, { ok: false, error: toError(signal.reason) })) onAbandoned(id);
    };
    signal.addEventListener("abort", abort, { once: true });
    return (result) => {
      signal.removeEventListener("abort", abort);
      settle(result);
    };
  }
}

/** Goes on with a value now or later; what is thrown on the way goes to `failed`. */
function attemptTo<Value>(make: () => Awaitable<Value>, onward: (value: Value) => void, failed: (error: unknown) => void): void {
  let value: Awaitable<Value>;
  try {
    value = make();
  } catch (error) {
    return failed(error);
  }
  if (isPromise(value)) value.then(onward, failed);
  else onward(value);
}

/** A result holds an `Error`; who calls gets the reason of an abort as it is. */
function unwrap(error: Error, signal: AbortSignal | undefined): unknown {
  return signal?.aborted === true && error instanceof CancelledError && error.cause === signal.reason ? signal.reason : error;
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new CancelledError(`The call was aborted: ${String(reason)}`, { cause: reason });
}
