import type { Awaitable } from "../contracts/awaitable.ts";
import type { Headers } from "../contracts/headers.ts";
import { OptionError, UnsupportedError } from "../errors/errors.ts";
import { safeString } from "../errors/safe-read.ts";
import type { ErasedJob } from "./erased-job.ts";
import type { Dedupe, Frame, FrameOptions } from "../transport/frame.ts";
import { isPromise } from "./awaiting.ts";
import { checkedKey, oneOf } from "./check-arguments.ts";
import { type BodyCodec, check } from "./body-codec.ts";
import { duration, type Settings, whole } from "./options.ts";
import { checkUserHeaders, DEADLINE, REPLY_TO, VERSION } from "./reserved-headers.ts";
import type { AnySendOptions } from "./send-options.ts";

/** How long a dedupe key is remembered when the sender does not say. Units: milliseconds. */
const DEDUPE_WINDOW_MS = 24 * 60 * 60 * 1000;

export interface RequestWriterOptions {
  readonly name: string;
  readonly job: ErasedJob;
  readonly settings: Settings;
  readonly bodies: BodyCodec;
  readonly nextId: () => string;
}

/** Turns requests into frames, and refuses here, before anything is sent, what could not arrive. */
export class RequestWriter {
  readonly #options: RequestWriterOptions;
  readonly #version: string | undefined;
  /** What a validation error says was wrong. */
  readonly #what: string;
  // Headers that core adds differ only by deadline and reply address: requests of the same millisecond share one object.
  #lastHeaders: Headers | undefined;
  #lastDeadlineMs: number | undefined;
  #lastReplyTo: string | undefined;

  constructor(options: RequestWriterOptions) {
    this.#options = options;
    this.#version = options.job.version === undefined ? undefined : String(options.job.version);
    this.#what = `The request of "${options.name}"`;
  }

  /** Errors: `ERR_VALIDATION`, `ERR_ENCODE`, `ERR_TOO_LARGE`, `ERR_OPTION`, `ERR_UNSUPPORTED`. */
  frame(
    request: unknown,
    options: AnySendOptions | undefined,
    replyTo: string | undefined,
    deadlineMs: number | undefined,
  ): Awaitable<Frame> {
    const checked = check(this.#options.job.request, request, this.#what);
    // What the schema made of it is not sent: transforms run once, before `run`.
    if (isPromise(checked)) return this.#writeLater(checked, request, options, replyTo, deadlineMs);
    return this.#write(request, options, replyTo, deadlineMs);
  }

  /** A request made from the response of an upstream stage: its headers go along as they are. */
  forward(request: unknown, id: string, headers: Headers, options: FrameOptions | undefined): Awaitable<Frame> {
    const { job, name, bodies } = this.#options;
    const write = (): Frame => ({ id, body: bodies.encode(request, name), headers: this.#versioned(headers), options });
    const checked = check(job.request, request, this.#what);
    return isPromise(checked) ? checked.then(write) : write();
  }

  /** Apart from the rest, because the hot path must not pay for the closure. */
  #writeLater(
    checked: PromiseLike<unknown>,
    request: unknown,
    options: AnySendOptions | undefined,
    replyTo: string | undefined,
    deadlineMs: number | undefined,
  ): PromiseLike<Frame> {
    return checked.then(() => this.#write(request, options, replyTo, deadlineMs));
  }

  #versioned(headers: Headers): Headers {
    if (this.#version === undefined && headers[VERSION] === undefined) return headers;
    const { [VERSION]: _upstream, ...rest } = headers;
    return this.#version === undefined ? rest : { ...rest, [VERSION]: this.#version };
  }

  #write(request: unknown, options: AnySendOptions | undefined, replyTo: string | undefined, deadlineMs: number | undefined): Frame {
    const { bodies, name, nextId } = this.#options;
    return {
      id: options?.id === undefined ? nextId() : checkedKey("id", options.id),
      body: bodies.encode(request, name),
      headers: this.#headers(options?.headers, replyTo, deadlineMs ?? options?.deadline),
      options: options === undefined || options === null ? undefined : this.#frameOptions(options),
    };
  }

  #headers(own: Headers | undefined, replyTo: string | undefined, deadlineMs: number | undefined): Headers | undefined {
    if (own !== undefined && own !== null) {
      checkUserHeaders(own);
      return { ...own, ...this.#coreHeaders(replyTo, deadlineMs) };
    }
    return this.#coreHeaders(replyTo, deadlineMs);
  }

  #coreHeaders(replyTo: string | undefined, deadlineMs: number | undefined): Headers | undefined {
    if (replyTo === undefined && deadlineMs === undefined && this.#version === undefined) return undefined;
    if (this.#lastHeaders !== undefined && this.#lastDeadlineMs === deadlineMs && this.#lastReplyTo === replyTo) return this.#lastHeaders;
    const headers: Record<string, string> = {};
    if (replyTo !== undefined) headers[REPLY_TO] = replyTo;
    if (deadlineMs !== undefined) headers[DEADLINE] = String(duration("deadline", deadlineMs));
    if (this.#version !== undefined) headers[VERSION] = this.#version;
    this.#lastDeadlineMs = deadlineMs;
    this.#lastReplyTo = replyTo;
    this.#lastHeaders = Object.freeze(headers);
    return headers;
  }

  #frameOptions(options: AnySendOptions): FrameOptions | undefined {
    const { delayMs, runAt, priority, orderKey, dedupeKey, dedupe } = options;
    if (
      delayMs === undefined &&
      runAt === undefined &&
      priority === undefined &&
      orderKey === undefined &&
      dedupeKey === undefined &&
      dedupe === undefined
    ) {
      return undefined;
    }
    const { clock } = this.#options.settings.environment;
    const { capabilities } = this.#options.settings.transport;
    const dueMs = runAt === undefined ? (delayMs === undefined ? undefined : clock.now() + delay(delayMs)) : dueTime(runAt);
    if (dueMs !== undefined) this.#needs(capabilities.delay, "delay");
    if (priority !== undefined) this.#needs(capabilities.priority, "priority");
    if (orderKey !== undefined) this.#needs(capabilities.ordered === "key", "ordered");
    if (dedupeKey !== undefined || dedupe !== undefined) this.#needs(capabilities.dedupe, "dedupe");
    return {
      dueMs,
      priority: priority === undefined ? undefined : whole("priority", priority, 0, 9),
      orderKey: orderKey === undefined ? undefined : checkedKey("orderKey", orderKey),
      dedupe: dedupeKey === undefined && dedupe === undefined ? undefined : toDedupe(dedupeKey, dedupe),
    };
  }

  #needs(has: boolean, capability: string): void {
    if (has) return;
    throw new UnsupportedError(`'${this.#options.settings.transport.name}' has no '${capability}' capability`);
  }
}

function toDedupe(key: string | undefined, how: AnySendOptions["dedupe"]): Dedupe {
  if (key === undefined) throw new OptionError('"dedupe" says how "dedupeKey" works; there is none');
  return {
    key: checkedKey("dedupeKey", key),
    windowMs: duration("dedupe.windowMs", how?.windowMs ?? DEDUPE_WINDOW_MS),
    scope: oneOf("dedupe.scope", how?.scope ?? "pending", ["pending", "window"]),
    onDuplicate: oneOf("dedupe.onDuplicate", how?.onDuplicate ?? "drop", ["drop", "replace"]),
  };
}

function delay(delayMs: number): number {
  if (duration("delayMs", delayMs, 0) < Number.POSITIVE_INFINITY) return delayMs;
  throw new OptionError('"delayMs" is Infinity; it takes milliseconds: a request that is never due would never end');
}

function dueTime(runAt: Date | number): number {
  const dueMs = typeof runAt === "number" ? runAt : runAt instanceof Date ? runAt.getTime() : Number.NaN;
  if (Number.isFinite(dueMs)) return dueMs;
  throw new OptionError(`"runAt" is ${safeString(runAt)}; it takes a Date or epoch milliseconds`);
}
