import { CancelledError, type Headers, type LogLevel, type RunContext } from "@job-orch/core";
import { NO_HEADERS } from "@job-orch/core/substrate";
import { type Extra, Kind } from "../wire/frames.ts";

/** What a job in a worker knows about its attempt. */
export class WorkerContext implements RunContext {
  /** The request's, in its pool. */
  readonly number: number;
  readonly #idPrefix: string;
  readonly #extra: Extra | undefined;
  readonly #aside: (slot: number, kind: number, value: unknown) => void;
  readonly #slot: number;
  #controller: AbortController | undefined;
  #reason: CancelledError | undefined;
  #ended = false;

  constructor(
    number: number,
    idPrefix: string,
    extra: Extra | undefined,
    aside: (slot: number, kind: number, value: unknown) => void,
    slot: number,
  ) {
    this.number = number;
    this.#idPrefix = idPrefix;
    this.#extra = extra;
    this.#aside = aside;
    this.#slot = slot;
  }

  get id(): string {
    return this.#extra?.id ?? this.#idPrefix + this.number.toString(36);
  }

  get attempt(): number {
    return this.#extra?.attempt ?? 1;
  }

  get fence(): number {
    return this.attempt;
  }

  get headers(): Headers {
    return this.#extra?.headers ?? NO_HEADERS;
  }

  get deadline(): number | undefined {
    return this.#extra?.deadline;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  get progress(): (value: unknown) => void {
    return (value) => {
      if (!this.#ended) this.#aside(this.#slot, Kind.Progress, value);
    };
  }

  get log(): (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void {
    return (level, message, fields) => {
      if (!this.#ended) this.#aside(this.#slot, Kind.Log, fields === undefined ? { level, message } : { level, message, fields });
    };
  }

  /** Tells the job to stop; the first reason stays. */
  abort(reason: string): void {
    if (this.#reason !== undefined) return;
    this.#reason = new CancelledError(reason);
    this.#controller?.abort(this.#reason);
  }

  /** What the job says from now on is about nothing: its slot may be another request's. */
  end(): void {
    this.#ended = true;
  }
}
