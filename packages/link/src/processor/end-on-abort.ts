import { toError } from "@job-orch/core/substrate";
import type { Pool } from "../host/pool.ts";
import { SETTLED, type Task } from "../host/task.ts";

/** Gives a request up when its caller's signal says so. */
export function endOnAbort(pool: Pool, task: Task, signal: AbortSignal): void {
  if (task.state === SETTLED) return; // the signal may outlive many requests
  const abort = (): void => pool.abandon(task, toError(signal.reason));
  signal.addEventListener("abort", abort, { once: true });
  task.onEnd = () => signal.removeEventListener("abort", abort);
}
