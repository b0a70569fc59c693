import type { Clock } from "@job-orch/core";
import { steadyNow } from "@job-orch/core/substrate";

/** Smaller steps are the clock being disciplined. Units: milliseconds. */
const LEAST_JUMP_MS = 1_000;

/** Notices that somebody set the machine's clock, or that the machine slept: the wall clock against the steady one. */
export class JumpWatch {
  readonly #clock: Clock;
  #apartMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#apartMs = this.#apart();
  }

  /** How far the clock jumped since the last look: 0 when it did not, negative when it was set back. */
  look(): number {
    const apartMs = this.#apart();
    const jumpMs = apartMs - this.#apartMs;
    this.#apartMs = apartMs;
    return Math.abs(jumpMs) >= LEAST_JUMP_MS ? jumpMs : 0;
  }

  #apart(): number {
    return this.#clock.now() - steadyNow(this.#clock);
  }
}
