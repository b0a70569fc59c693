import { EventEmitter } from "eventemitter3";
import type { LogLevel } from "../contracts/run-context.ts";
import { OptionError } from "../errors/errors.ts";
import { isPromise } from "./awaiting.ts";
import { hooks } from "./hooks.ts";

/** What every event about one request says. */
export interface RequestEvent {
  readonly processor: string;
  readonly id: string;
}

/** What every event about one attempt says. */
export interface AttemptEvent extends RequestEvent {
  readonly attempt: number;
}

/** The life of requests, as a processor sees it. A listener that throws changes nothing. */
export interface ProcessorEvents {
  /** A request was accepted by the channel. */
  readonly sent: RequestEvent;
  /** A request was taken from the channel. */
  readonly received: AttemptEvent;
  /** Its job begins. */
  readonly started: AttemptEvent;
  readonly progress: AttemptEvent & { readonly value: unknown };
  readonly log: AttemptEvent & {
    readonly level: LogLevel;
    readonly message: string;
    readonly fields: Readonly<Record<string, unknown>> | undefined;
  };
  /** Answered without running, at the caller's side or at the processor's. */
  readonly cached: RequestEvent & { readonly where: "caller" | "processor" };
  /** Units: `durationMs` from begin to stored settlement; 0 where nobody knows: the workers of a pool do not say. */
  readonly succeeded: AttemptEvent & { readonly durationMs: number };
  /** An attempt failed; `retried`, `dead` or `cancelled` follows. */
  readonly failed: AttemptEvent & { readonly error: Error; readonly durationMs: number };
  readonly retried: AttemptEvent & { readonly delayMs: number; readonly error: Error };
  readonly dead: AttemptEvent & { readonly error: Error };
  readonly cancelled: RequestEvent & { readonly error: Error };
  /** Handed back without charge, because the processor stops. */
  readonly handedBack: AttemptEvent;
  /** Someone else may hold the request now; what this attempt did was not stored. */
  readonly leaseLost: AttemptEvent;
  /** Nothing is running and nothing is waiting. */
  readonly idle: { readonly processor: string };
  readonly connected: { readonly processor: string };
  /** A subscription broke, of its requests or of a receiver of its responses, or a settlement did not get through; it is tried again. */
  readonly disconnected: { readonly processor: string; readonly error: Error };
}

type Listener<Name extends keyof ProcessorEvents> = (event: ProcessorEvents[Name]) => void;

/** Typed events that cost a property read while nobody listens. */
export class ProcessorEmitter {
  readonly #emitter = new EventEmitter();
  readonly #counts: Partial<Record<keyof ProcessorEvents, number>> = {};
  #listeners = 0;

  on<Name extends keyof ProcessorEvents>(name: Name, listener: Listener<Name>): () => void {
    if (typeof listener !== "function") throw new OptionError(`A listener of "${String(name)}" is a function`);
    const guarded = (event: ProcessorEvents[Name]): void => {
      // A listener's failure is its own: the request's fate must not depend on who watches.
      try {
        const returned: unknown = listener(event);
        if (isPromise(returned)) returned.then(undefined, () => undefined);
      } catch {}
    };
    this.#emitter.on(name, guarded);
    this.#counts[name] = (this.#counts[name] ?? 0) + 1;
    this.#listeners++;
    let listening = true;
    return () => {
      if (!listening) return;
      listening = false;
      this.#emitter.off(name, guarded);
      this.#counts[name] = (this.#counts[name] ?? 1) - 1;
      this.#listeners--;
    };
  }

  /** Whether anyone would hear this event; ask before building one. */
  wants(name: keyof ProcessorEvents): boolean {
    return (this.#listeners > 0 && (this.#counts[name] ?? 0) > 0) || hooks.event.hasSubscribers;
  }

  emit<Name extends keyof ProcessorEvents>(name: Name, event: ProcessorEvents[Name]): void {
    this.#emitter.emit(name, event);
    if (hooks.event.hasSubscribers) hooks.event.publish({ name, ...event });
  }
}
