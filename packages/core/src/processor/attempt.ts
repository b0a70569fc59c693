import type { Headers } from "../contracts/headers.ts";
import type { LogLevel, RunContext } from "../contracts/run-context.ts";
import type { Delivery } from "../transport/delivery.ts";
import type { Outcome, Sends, Settlement } from "../transport/settlement.ts";
import type { ProcessorEmitter } from "./events.ts";
import { DEADLINE, NO_HEADERS } from "./reserved-headers.ts";
import type { Slot } from "./slots.ts";

/** What most attempts end with; one object for all of them. */
export const ACK: Outcome = Object.freeze({ kind: "ack" });

/** Where an attempt happens. */
export interface AttemptHost {
  /** The processor's. */
  readonly name: string;
  readonly emitter: ProcessorEmitter;
}

/**
 * One loan of one request: what the job sees of it (`RunContext`) and what becomes of it (`Settlement`), in one object,
 * because there is one per request on the hot path.
 */
export class Attempt implements RunContext, Settlement {
  readonly delivery: Delivery;
  outcome: Outcome = ACK;
  sends: readonly Sends[] | undefined;

  slot: Slot | undefined;
  /** When the job began, if someone wants to know. Units: epoch milliseconds. */
  startedMs: number | undefined;
  /** When it must be over: the caller's deadline or the attempt's own limit, whichever comes first. Units: milliseconds of steady time. */
  limitMs: number | undefined;
  /** It is the attempt's own. */
  limitedByTimeout = false;
  /** The job's promise has not settled yet, so its slot is not free. */
  running = false;
  /** Its cache is being asked, or its resources are being made: its slot is not free either. */
  holding = false;
  /** What goes on with its resources after it was answered, see `holdFor`. */
  after: Promise<unknown> | undefined;
  /** Its fate is decided; what the job does afterwards changes nothing. */
  decided = false;
  /** Why it failed or was cancelled, for events. */
  error: Error | undefined;

  readonly #host: AttemptHost;
  #controller: AbortController | undefined;
  #abortReason: Error | undefined;

  constructor(delivery: Delivery, host: AttemptHost) {
    this.delivery = delivery;
    this.#host = host;
  }

  get id(): string {
    return this.delivery.frame.id;
  }

  get attempt(): number {
    return this.delivery.attempt;
  }

  get fence(): number {
    return this.delivery.fence;
  }

  get headers(): Headers {
    return this.delivery.frame.headers ?? NO_HEADERS;
  }

  get deadline(): number | undefined {
    const text = this.delivery.frame.headers?.[DEADLINE];
    if (text === undefined) return undefined;
    const deadline = Number(text);
    return Number.isFinite(deadline) ? deadline : undefined;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  /** Why the job was told to stop, if it was. */
  get abortReason(): Error | undefined {
    return this.#abortReason;
  }

  /**
   * Keeps its slot, and with it its resources, until something ends that began while its cache was asked. False where there is no slot
   * to keep: at the caller's side.
   */
  holdFor(begin: () => Promise<unknown>): boolean {
    if (this.slot === undefined || this.decided) return false;
    this.after = begin();
    return true;
  }

  /** Tells the job to stop; the first reason stays. */
  abort(reason: Error): void {
    if (this.#abortReason !== undefined) return;
    this.#abortReason = reason;
    this.#controller?.abort(reason);
  }

  // Getters that return closures, so that jobs may take them apart: `const { progress } = context`.
  get progress(): (value: unknown) => void {
    return (value) => {
      const { name, emitter } = this.#host;
      if (emitter.wants("progress")) emitter.emit("progress", { processor: name, id: this.id, attempt: this.attempt, value });
    };
  }

  get log(): (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void {
    return (level, message, fields) => {
      const { name, emitter } = this.#host;
      if (emitter.wants("log")) emitter.emit("log", { processor: name, id: this.id, attempt: this.attempt, level, message, fields });
    };
  }
}
