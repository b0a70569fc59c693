import { type Clock, systemClock, type Timer } from "../clock.ts";
import { type Layer, layer } from "./layer.ts";
import { layerOption } from "./layer-option.ts";
import { WaitingLine } from "./waiting-line.ts";

export interface RateLimitOptions {
  /** How many runs may begin within `perMs`, and how many at once after a pause. Range: integer ≥ 1. */
  readonly limit: number;
  /** Units: milliseconds. */
  readonly perMs: number;
  /** How many may wait for their turn; further ones fail with `ERR_BUSY`. Range: integer ≥ 0. Default 1,000. */
  readonly maxWaiting?: number;
  readonly clock?: Clock;
}

/**
 * Lets so many runs begin per span of time, in this process; the others wait, holding their slot, in order.
 *
 * Errors: `ERR_BUSY` when too many wait, with `retryAfterMs`; rejects with `context.signal.reason` when aborted while it waits.
 */
export function rateLimit(options: RateLimitOptions): Layer {
  const bucket = new Bucket(options);
  return layer((run) => (request, resources, context) => {
    if (bucket.take()) return run(request, resources, context);
    return bucket.wait(context.signal).then(() => run(request, resources, context));
  });
}

/** Tokens that come back evenly; never more than `limit` of them. */
class Bucket {
  readonly #limit: number;
  readonly #msPerToken: number;
  readonly #clock: Clock;
  readonly #line: WaitingLine;
  #tokens: number;
  #filledMs: number;
  #timer: Timer | undefined;

  constructor({ limit, perMs, maxWaiting = 1_000, clock = systemClock }: RateLimitOptions) {
    this.#limit = layerOption("rateLimit", "limit", limit, 1, true);
    this.#msPerToken = layerOption("rateLimit", "perMs", perMs, 1) / limit;
    this.#clock = clock;
    this.#line = new WaitingLine("rateLimit", layerOption("rateLimit", "maxWaiting", maxWaiting, 0, true), () => {
      this.#timer?.cancel(); // or it would keep the process alive
      this.#timer = undefined;
    });
    this.#tokens = limit;
    this.#filledMs = clock.now();
  }

  /** Takes a token, if there is one and nobody waits for it. */
  take(): boolean {
    this.#fill();
    if (this.#line.length > 0 || this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  wait(signal: AbortSignal): Promise<void> {
    const turn = this.#line.wait(signal, this.#msUntilToken(this.#line.length + 1));
    this.#arm();
    return turn;
  }

  #fill(): void {
    const nowMs = this.#clock.now();
    // A clock that was set back must not take tokens away.
    const passedMs = Math.max(0, nowMs - this.#filledMs);
    this.#tokens = Math.min(this.#limit, this.#tokens + passedMs / this.#msPerToken);
    this.#filledMs = nowMs;
  }

  #msUntilToken(count: number): number {
    return Math.ceil(Math.max(0, count - this.#tokens) * this.#msPerToken);
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#line.length === 0) return;
    this.#timer = this.#clock.after(Math.max(1, this.#msUntilToken(1)), () => {
      this.#timer = undefined;
      this.#fill();
      while (this.#tokens >= 1 && this.#line.next()) this.#tokens--;
      this.#arm();
    });
  }
}
