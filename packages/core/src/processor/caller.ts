import type { Awaitable } from "../contracts/awaitable.ts";
import type { Result } from "../contracts/result.ts";
import type { RunContext } from "../contracts/run-context.ts";
import type { ErasedJob } from "./erased-job.ts";
import type { Frame } from "../transport/frame.ts";
import { Attempt } from "./attempt.ts";
import { isPromise } from "./awaiting.ts";
import { Call, toError } from "./call.ts";
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
    return new Promise((resolve) => this.#start(request, options, new Call(options?.signal, resolve as (value: unknown) => void)));
  }

  /** The same, throwing what went wrong. */
  call(request: unknown, options?: AnySendOptions): Promise<unknown> {
    return new Promise((resolve, reject) => this.#start(request, options, new Call(options?.signal, resolve, reject)));
  }

  #start(request: unknown, options: AnySendOptions | undefined, call: Call): void {
    try {
      call.signal?.throwIfAborted();
      const { job, resources } = this.#options;
      if (job.getCache === undefined || resources === undefined) this.#write(request, options, call);
      else this.#ask(request, options, call, resources.value);
    } catch (error) {
      call.refuse(error);
    }
  }

  #ask(request: unknown, options: AnySendOptions | undefined, call: Call, resources: unknown): void {
    const { job, name, emitter } = this.#options;
    const id = options?.id ?? "";
    const context: RunContext = new Attempt({ frame: { id, body: undefined, headers: options?.headers }, attempt: 1, fence: 0 }, name, emitter);
    const miss = (): void => {
      try {
        this.#write(request, options, call);
      } catch (error) {
        call.refuse(error);
      }
    };
    const onward = (hit: { readonly response: unknown } | undefined): void => {
      if (hit === undefined) return miss();
      if (emitter.wants("cached")) emitter.emit("cached", { processor: name, id, where: "caller" });
      call.settle({ ok: true, value: hit.response });
    };
    let hit: Awaitable<{ readonly response: unknown } | undefined>;
    try {
      hit = job.getCache?.(request, resources, context);
    } catch {
      return miss(); // a cache that fails is a miss: the processor can still answer
    }
    if (isPromise(hit)) hit.then(onward, miss);
    else onward(hit);
  }

  #write(request: unknown, options: AnySendOptions | undefined, call: Call): void {
    const { settings, writer, desk } = this.#options;
    const timeoutMs = duration("timeoutMs", options?.timeoutMs ?? settings.callTimeoutMs);
    let deadlineMs = options?.deadline;
    if (timeoutMs !== Number.POSITIVE_INFINITY) {
      const endsMs = settings.environment.clock.now() + timeoutMs;
      if (deadlineMs === undefined || endsMs < deadlineMs) deadlineMs = endsMs;
    }
    if (deadlineMs === Number.POSITIVE_INFINITY) deadlineMs = undefined;
    if (deadlineMs !== undefined) call.deadlineMs = deadlineMs;
    const frame = writer.frame(request, options, desk.address, deadlineMs);
    if (!isPromise(frame)) return this.#send(frame, call);
    frame.then((written) => this.#send(written, call)).then(undefined, (error: unknown) => call.refuse(error));
  }

  #send(frame: Frame, call: Call): void {
    const { desk } = this.#options;
    const { signal } = call;
    if (signal !== undefined) {
      signal.throwIfAborted(); // while its schema took its time
      this.#endOnAbort(frame.id, call, signal);
    }
    desk.expect(frame.id, call);
    if (desk.live) return this.#hand(frame);
    desk.open().then(
      // It may have timed out or been aborted meanwhile; then nobody wants it.
      () => desk.waits(frame.id) && this.#hand(frame),
      (error: unknown) => this.#failed(frame.id, error),
    );
  }

  #hand(frame: Frame): void {
    try {
      const sent = this.#options.outbox.send(frame);
      if (sent === undefined) return this.#sent(frame.id);
      sent.then(
        () => this.#sent(frame.id),
        (error: unknown) => this.#failed(frame.id, error),
      );
    } catch (error) {
      this.#failed(frame.id, error);
    }
  }

  #sent(id: string): void {
    const { emitter, name } = this.#options;
    if (emitter.wants("sent")) emitter.emit("sent", { processor: name, id });
  }

  #failed(id: string, error: unknown): void {
    this.#options.desk.answer(id, { ok: false, error: toError(error) });
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
