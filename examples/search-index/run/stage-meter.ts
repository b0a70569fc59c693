import { createHistogram, type RecordableHistogram } from "node:perf_hooks";

/** Where a request is too long for the histogram to care. Units: microseconds. */
const LONGEST_US = 3_600_000_000;

/** What happened to the requests of one stage in this process, by its events. */
export class StageMeter {
  succeeded = 0;
  cached = 0;
  retried = 0;
  dead = 0;
  readonly #durationsUs: RecordableHistogram = createHistogram({ lowest: 1, highest: LONGEST_US, figures: 3 });
  readonly #startedMs = new Map<string, number>();

  /** Requests that are over. */
  get done(): number {
    return this.succeeded + this.dead;
  }

  start(id: string): void {
    this.#startedMs.set(id, performance.now());
  }

  /** From the beginning of a request's job until its end is stored. Units: milliseconds; `undefined` when none was run. */
  percentileMs(percent: number): number | undefined {
    return this.#durationsUs.count === 0 ? undefined : this.#durationsUs.percentile(percent) / 1000;
  }

  end(id: string, how: "succeeded" | "dead" | "retried" | undefined): void {
    if (how !== undefined) this[how]++;
    const startedMs = this.#startedMs.get(id);
    if (startedMs === undefined) return;
    this.#startedMs.delete(id);
    const durationUs = Math.round((performance.now() - startedMs) * 1000);
    this.#durationsUs.record(Math.min(Math.max(1, durationUs), LONGEST_US));
  }
}
