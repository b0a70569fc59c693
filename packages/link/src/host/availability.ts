import { type ExitClass, isFailure } from "@job-orch/supervisor";
import { PoolUnavailableError, type WorkerStartError } from "../link-errors.ts";
import type { Exit } from "../worker-link.ts";
import type { Member } from "./member.ts";
import type { PoolSettings } from "./pool-options.ts";
import type { Roster } from "./roster.ts";

export interface AvailabilityOptions {
  readonly name: string;
  readonly roster: Roster;
  readonly settings: PoolSettings;
}

/** Whether anybody will come for requests: while workers do not come up, or not for long, callers had better hear of it at once. */
export class Availability {
  readonly #options: AvailabilityOptions;
  /** How the last one failed. */
  #lastExit: Exit | undefined;
  /** The same as an error, where there is one. */
  #lastError: Error | undefined;
  /** The last worker that was started did not come up. */
  #startsFail = false;

  constructor(options: AvailabilityOptions) {
    this.#options = options;
  }

  noteUp(): void {
    this.#startsFail = false;
  }

  /** `error`: why it never came up. */
  noteDown({ exit }: Member, exitClass: ExitClass, error: WorkerStartError | undefined): void {
    if (!isFailure(exitClass)) return;
    this.#lastExit = exit;
    this.#lastError = error ?? exit?.error;
    if (error !== undefined) this.#startsFail = true;
  }

  /** Why nobody will come soon for a request that comes now. */
  get refusal(): Error | undefined {
    const { roster, settings } = this.#options;
    const delayMs = roster.nextStartMs;
    // One that crashed now and then comes back in a moment; what does not come up, or not for long, may stay away.
    const failing = this.#startsFail || roster.policy.state === "crashLooping";
    if (delayMs === 0 || !failing || !settings.rejectsWhenUnavailable) return undefined;
    return this.#unavailable(Number.isFinite(delayMs) ? delayMs : 0);
  }

  /** Why nobody comes for those who wait, now that a worker is gone. `error`: why that one never came up. */
  lost(error: WorkerStartError | undefined): Error | undefined {
    const { roster, settings } = this.#options;
    if (!settings.rejectsWhenUnavailable) return undefined;
    if (error !== undefined && roster.ready.length === 0 && roster.starting === 0) return error;
    const delayMs = roster.nextStartMs;
    return delayMs > 0 && roster.policy.state === "crashLooping" ? this.#unavailable(delayMs) : undefined;
  }

  #unavailable(retryAfterMs: number): PoolUnavailableError {
    return new PoolUnavailableError(this.#options.name, retryAfterMs, this.#lastExit, this.#lastError);
  }
}
