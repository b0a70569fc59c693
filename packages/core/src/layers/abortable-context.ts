import type { Headers } from "../contracts/headers.ts";
import type { RunContext } from "../contracts/run-context.ts";

/** A job's context with a signal that a layer can abort too. Like the one it wraps, it makes the signal on first use. */
export class AbortableContext implements RunContext {
  readonly #outer: RunContext;
  #controller: AbortController | undefined;
  #aborted: { readonly reason: Error } | undefined;
  #unlink: (() => void) | undefined;

  constructor(outer: RunContext) {
    this.#outer = outer;
  }

  get id(): string {
    return this.#outer.id;
  }

  get attempt(): number {
    return this.#outer.attempt;
  }

  get headers(): Headers {
    return this.#outer.headers;
  }

  get deadline(): number | undefined {
    return this.#outer.deadline;
  }

  get fence(): number {
    return this.#outer.fence;
  }

  get progress(): RunContext["progress"] {
    return this.#outer.progress;
  }

  get log(): RunContext["log"] {
    return this.#outer.log;
  }

  get signal(): AbortSignal {
    return (this.#controller ??= this.#link()).signal;
  }

  abort(reason: Error): void {
    this.#aborted ??= { reason };
    this.#controller?.abort(reason);
  }

  /** The job has ended: the outer signal need not know of it any longer. */
  release(): void {
    this.#unlink?.();
  }

  #link(): AbortController {
    const controller = new AbortController();
    const { signal } = this.#outer;
    const pass = (): void => controller.abort(signal.reason);
    if (this.#aborted !== undefined) controller.abort(this.#aborted.reason);
    else if (signal.aborted) pass();
    else signal.addEventListener("abort", pass, { once: true });
    this.#unlink = () => signal.removeEventListener("abort", pass);
    return controller;
  }
}
