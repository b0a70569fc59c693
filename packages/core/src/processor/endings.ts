import { CancelledError, ClosedError, DeadlineError, LeaseLostError } from "../errors/errors.ts";
import { toWireError } from "../errors/wire-error-codec.ts";
import { Answers } from "./answers.ts";
import { ACK, type Attempt } from "./attempt.ts";
import { thrownError } from "./thrown.ts";
import { verdict } from "./verdict.ts";
import type { WorkOptions } from "./work.ts";

/** How an attempt ends: its fate, the response that goes with it, and its slot for the next one. Decided once, whatever comes later. */
export class Endings {
  readonly #options: WorkOptions;
  readonly #answers: Answers;
  #stopping = false;

  constructor(options: WorkOptions) {
    this.#options = options;
    this.#answers = new Answers(options);
  }

  /** From now on a job that fails because it was told to stop is handed back without charge. */
  stopping(): void {
    this.#stopping = true;
  }

  succeed(attempt: Attempt, value: unknown, cached: boolean): void {
    if (attempt.decided) return this.left(attempt);
    const { emitter, name } = this.#options;
    try {
      attempt.sends = this.#answers.to(attempt, { ok: true, value }, cached);
    } catch (error) {
      return this.fail(attempt, error);
    }
    attempt.outcome = ACK;
    if (cached && emitter.wants("cached")) emitter.emit("cached", { processor: name, id: attempt.id, where: "processor" });
    this.#decide(attempt);
  }

  fail(attempt: Attempt, thrown: unknown): void {
    if (attempt.decided) return this.left(attempt);
    const { emitter, settings } = this.#options;
    const told = attempt.abortReason;
    if (told instanceof CancelledError || told instanceof DeadlineError) return this.cancel(attempt, told);
    if (this.#stopping && told instanceof ClosedError) return this.handBack(attempt);
    if (told instanceof LeaseLostError) return this.handBack(attempt); // refused by the fence, which is what shows the loss
    const error = thrownError(thrown);
    attempt.error = error;
    if (emitter.wants("failed")) emitter.emit("failed", { ...this.event(attempt), error, durationMs: this.#elapsedMs(attempt) });
    const fate = verdict(error, attempt.attempt, settings, settings.environment);
    if (fate.kind === "dead") return this.bury(attempt, error);
    attempt.outcome = { kind: "retry", delayMs: fate.delayMs, charge: true, error: this.#wire(error) };
    this.#decide(attempt);
  }

  /** To the dead letters, with the reason, and an error response to whoever waits. */
  bury(attempt: Attempt, thrown: unknown): void {
    const error = thrownError(thrown);
    this.#conclude(attempt, error);
    attempt.outcome = { kind: "dead", reason: this.#wire(error) };
    this.#decide(attempt);
  }

  cancel(attempt: Attempt, error: Error): void {
    this.#conclude(attempt, error);
    attempt.outcome = { kind: "ack", state: "cancelled" };
    this.#decide(attempt);
  }

  /** Without charge: as if it had not been begun. */
  handBack(attempt: Attempt): void {
    if (attempt.decided) return;
    attempt.outcome = { kind: "retry", delayMs: 0, charge: false };
    attempt.sends = undefined;
    this.#decide(attempt);
  }

  /** Frees the slot once fate is decided and the job has let go of its resources. */
  left(attempt: Attempt): void {
    const { slot } = attempt;
    if (slot === undefined || attempt.running || attempt.holding || !attempt.decided) return;
    attempt.slot = undefined;
    this.#options.slots.give(slot);
    this.#options.onFree();
  }

  event(attempt: Attempt): { readonly processor: string; readonly id: string; readonly attempt: number } {
    return { processor: this.#options.name, id: attempt.id, attempt: attempt.attempt };
  }

  #conclude(attempt: Attempt, error: Error): void {
    attempt.error = error;
    try {
      attempt.sends = this.#answers.to(attempt, { ok: false, error: this.#wire(error) }, false);
    } catch {
      attempt.sends = undefined; // nothing at all fits the wire: the request comes to its end all the same
    }
  }

  #decide(attempt: Attempt): void {
    attempt.decided = true;
    this.#options.onDecided(attempt);
    this.left(attempt);
  }

  #wire(error: Error): ReturnType<typeof toWireError> {
    return toWireError(error, { stack: this.#options.settings.stacks });
  }

  #elapsedMs(attempt: Attempt): number {
    return attempt.startedMs === undefined ? 0 : this.#options.settings.environment.clock.now() - attempt.startedMs;
  }
}
