import { PoolUnavailableError, type WorkerStartError } from "../link-errors.ts";
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
  #lastFailure: Error | undefined;
  /** The last worker that was started did not come up. */
  #startsFail = false;

  constructor(options: AvailabilityOptions) {
    this.#options = options;
  }

  noteUp(): void {
    this.#startsFail = false;
  }

  /** `error`: why it never came up. */
  noteDown(member: Member, error: WorkerStartError | undefined): void {
    if (error !== undefined) {
      this.#lastFailure = error;
      this.#startsFail = true;
    } else if (member.exit?.error !== undefined) this.#lastFailure = member.exit.error;
  }

  /** Why nobody will come soon for a request that comes now. */
  get refusal(): Error | undefined {
    const { name, roster, settings } = this.#options;
    const delayMs = roster.nextStartMs;
    // One that crashed now and then comes back in a moment; what does not come up, or not for long, may stay away.
    const failing = this.#startsFail || roster.policy.state === "crashLooping";
    if (delayMs === 0 || !failing || !settings.rejectsWhenUnavailable) return undefined;
    return new PoolUnavailableError(name, Number.isFinite(delayMs) ? delayMs : 0, this.#lastFailure);
  }

  /** Why nobody comes for those who wait, now that a worker is gone. `error`: why that one never came up. */
  lost(error: WorkerStartError | undefined): Error | undefined {
    const { name, roster, settings } = this.#options;
    if (!settings.rejectsWhenUnavailable) return undefined;
    if (error !== undefined && roster.ready.length === 0 && roster.starting === 0) return error;
    const delayMs = roster.nextStartMs;
    return delayMs > 0 && roster.policy.state === "crashLooping" ? new PoolUnavailableError(name, delayMs, this.#lastFailure) : undefined;
  }
}
