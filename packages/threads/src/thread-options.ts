import type { PoolOptions, Wire } from "@job-orch/link";
import type { ResourceLimits, WorkerOptions } from "node:worker_threads";

/** What a pool of threads can be told. */
export interface ThreadOptions extends PoolOptions {
  /**
   * How values cross. `auto`: plain JSON as text, which costs a third of a clone, the rest as a clone. `clone`: everything as
   * a clone. `json`: text alone; what is not plain JSON is refused. Default `auto`.
   */
  readonly wire?: Wire;
  /** Heap and stack of each thread. Buffers are not counted in: see `maxMemoryMb`. */
  readonly resourceLimits?: ResourceLimits;
  readonly env?: WorkerOptions["env"];
  readonly execArgv?: readonly string[];
  /** For the thread's own use, as `workerData`. Range: an object. */
  readonly workerData?: Readonly<Record<string, unknown>>;
}
