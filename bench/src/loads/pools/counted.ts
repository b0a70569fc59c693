import { setEnvironmentData } from "node:worker_threads";
import type { OpenPool, PoolUnderTest, Work } from "../../pools/pool.ts";
import { newCells, RAN } from "../../workers/work.ts";
import { mustEqual } from "../checks.ts";

export interface CountedPool extends PoolUnderTest {
  /** Errors: `WrongCount` unless its threads ran exactly so many. */
  readonly mustHaveRun: (total: number) => void;
}

/** A pool whose threads count what they run. Nobody ends it: its process ends with it. */
export async function openCounted(open: OpenPool, work: Work, workers: number): Promise<CountedPool> {
  const cells = newCells();
  setEnvironmentData(RAN, cells);
  const pool = await open(work, workers);
  return {
    ...pool,
    mustHaveRun: (total) => mustEqual("jobs run", total, sum(cells)),
  };
}

function sum(cells: Int32Array): number {
  return cells.reduce((total, count) => total + count, 0);
}
