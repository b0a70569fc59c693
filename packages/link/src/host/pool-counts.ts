import type { ExitClass } from "@job-orch/supervisor";
import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import type { Task } from "./task.ts";

/** Where a request is too long for the histogram to care. Units: microseconds. */
const LONGEST_US = 3_600_000_000;

/** What happened in a pool since it was made. */
export class PoolCounts {
  answered = 0;
  stolen = 0;
  /** Workers that ended, by how. */
  readonly exits: Partial<Record<ExitClass, number>> = {};
  readonly #latencyUs: RecordableHistogram | undefined;

  constructor(measured: boolean) {
    this.#latencyUs = measured ? createHistogram({ lowest: 1, highest: LONGEST_US, figures: 2 }) : undefined;
  }

  noteExit(exitClass: ExitClass): void {
    this.exits[exitClass] = (this.exits[exitClass] ?? 0) + 1;
  }

  /** A request is taken in; costs a look at the clock where latencies are measured. */
  noteAdmitted(task: Task): void {
    if (this.#latencyUs !== undefined) task.admittedMs = performance.now();
  }

  noteAnswered(task: Task): void {
    this.answered++;
    if (this.#latencyUs === undefined) return;
    const us = Math.round((performance.now() - task.admittedMs) * 1_000);
    this.#latencyUs.record(Math.min(Math.max(1, us), LONGEST_US));
  }

  /** Units: milliseconds; `undefined` where it is not measured or nothing was answered. */
  latencyMs(percent: number): number | undefined {
    return this.#latencyUs === undefined || this.#latencyUs.count === 0 ? undefined : this.#latencyUs.percentile(percent) / 1_000;
  }
}
