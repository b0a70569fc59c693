import type { Plan } from "./plan.ts";

/** Workers must make it this much faster. */
const LEAST_GAIN = 1.2;
/** Work that goes on at workers comes back only when it gains less than this: nobody should go to and fro. */
const LEAST_GAIN_THERE = 1;
/** What is left to do must be worth waking somebody. Units: microseconds. */
const LEAST_LEFT_US = 2_000;
/** The first items are measured until they took this long or were so many. Units: milliseconds. */
const TRIAL_MS = 2;
const TRIAL_ITEMS = 1_024;
/** … and then on until two samples in a row are alike, but no longer than this: functions warm up, and machines are busy. Units: milliseconds. */
const LONGEST_TRIAL_MS = 20;
const ALIKE = 1.5;
/** The least of so many samples counts: functions warm up, and what disturbs a measurement only adds to it. */
const SAMPLES = 3;
/** How much a new sample of workers counts. */
const ALPHA = 0.3;

export interface PlannerOptions {
  /** No measuring: workers, from the first item on. */
  readonly force: boolean;
  readonly workers: () => number;
  readonly onPlan: ((plan: Plan) => void) | undefined;
}

/**
 * Decides whether workers pay. With `w` µs of work per item, `t` µs to send it and get it back (which one thread does for
 * all) and `n` workers, they are `w / (t + w / n)` times as fast as a loop.
 *
 * Source: measured; a small object costs 0.3 to 0.7 µs each way.
 */
export class Planner {
  readonly #options: PlannerOptions;
  #plan: Plan;
  #trialMs = 0;
  #trialItems = 0;
  readonly #samplesUs: number[] = [];
  #itemUs: number | undefined;
  #transportUs: number | undefined;

  constructor(options: PlannerOptions) {
    this.#options = options;
    this.#plan = options.force
      ? this.#planOf("workers", "it was told to use workers")
      : this.#planOf("undecided", "the first items are measured here");
  }

  get plan(): Plan {
    return this.#plan;
  }

  get where(): Plan["where"] {
    return this.#plan.where;
  }

  /** Units: microseconds; `undefined` until it is known. */
  get itemUs(): number | undefined {
    return this.#itemUs;
  }

  /** What items took here. `transportUs` measures what sending them would cost; it is asked once. `left`: items, where known. */
  ranHere(items: number, tookMs: number, transportUs: () => number, left: number | undefined): void {
    if (items === 0) return;
    if (this.#samplesUs.push((tookMs * 1_000) / items) > SAMPLES) this.#samplesUs.shift();
    this.#itemUs = Math.min(...this.#samplesUs);
    if (this.where === "undecided") {
      this.#trialItems += items;
      this.#trialMs += tookMs;
      if (this.#trialMs < TRIAL_MS && this.#trialItems < TRIAL_ITEMS) return;
      if (!this.#isSteady() && this.#trialMs < LONGEST_TRIAL_MS) return;
      this.#transportUs = transportUs();
    }
    if (this.#transportUs === undefined) return;
    const gain = this.#gain();
    const leftUs = left === undefined ? Number.POSITIVE_INFINITY : left * (this.#itemUs ?? 0);
    if (leftUs < LEAST_LEFT_US) this.#decide("here", "what is left takes less than 2 ms");
    else if (gain >= LEAST_GAIN) this.#decide("workers", `workers make it about ${gain.toFixed(1)} times as fast`);
    else if (Number.isFinite(this.#transportUs))
      this.#decide("here", `an item costs as much to send as it would gain: ${gain.toFixed(2)} times`);
    else this.#decide("here", "the items cannot leave this thread");
  }

  /** What items took at a worker. */
  ranThere(items: number, tookMs: number): void {
    if (items === 0) return;
    const sampleUs = (tookMs * 1_000) / items;
    this.#itemUs = this.#itemUs === undefined ? sampleUs : this.#itemUs + ALPHA * (sampleUs - this.#itemUs);
    if (this.#options.force || this.#transportUs === undefined) return;
    const gain = this.#gain();
    if (gain < LEAST_GAIN_THERE) this.#decide("here", `an item costs as much to send as it would gain: ${gain.toFixed(2)} times`);
  }

  /** Nobody is there to be sent anything. */
  stayHere(why: string): void {
    this.#decide("here", why);
  }

  #isSteady(): boolean {
    const [last = 0, before = 0] = this.#samplesUs.toReversed();
    return before > 0 && last < before * ALIKE && before < last * ALIKE;
  }

  #gain(): number {
    const itemUs = this.#itemUs ?? 0;
    return itemUs / ((this.#transportUs ?? 0) + itemUs / this.#options.workers());
  }

  #decide(where: "here" | "workers", why: string): void {
    const changes = where !== this.#plan.where;
    if (!changes) return;
    this.#plan = this.#planOf(where, why);
    // Who hears of the plan must not change what happens.
    try {
      this.#options.onPlan?.(this.#plan);
    } catch {}
  }

  #planOf(where: Plan["where"], why: string): Plan {
    return { where, why, itemUs: this.#itemUs, transportUs: this.#transportUs, workers: this.#options.workers() };
  }
}
