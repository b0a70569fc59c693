import type { Headers } from "@job-orch/core";
import { OptionError } from "@job-orch/core";
import { checkedKey, checkGroup, checkSignal, checkUserHeaders, duration, whole } from "@job-orch/core/substrate";
import { LEVELS } from "../host/task-queue.ts";
import type { Task } from "../host/task.ts";

/** What can be said of a request to a pool. */
export interface PoolSendOptions {
  /** Default: made up. Range: 1 to 200 characters, unique within the pool. */
  readonly id?: string;
  /** After this nobody wants the answer. Units: epoch milliseconds. */
  readonly deadline?: number;
  /** Range: names that start with `job-orch-` are reserved. */
  readonly headers?: Headers;
  /** Gives the request up. */
  readonly signal?: AbortSignal;
  /** Range: integer 0 to 9, 9 first; default 5. No level starves. */
  readonly priority?: number;
  /**
   * Requests with an equal lane go to the same worker, in order; nobody else takes them. One whose buffers were moved (`transfer`) stays where
   * it is when others go back, and may overtake them so. Range: integer ≥ 0.
   */
  readonly lane?: number;
  /** On whose behalf it is sent: a request that ends its workers is recognised by it across retries. Range: 1 to 200 characters. */
  readonly origin?: string;
}

export interface PoolCallOptions extends PoolSendOptions {
  /**
   * How long to wait. Units: milliseconds; `Infinity` waits for ever. Default: the pool's `callTimeoutMs`. Only what is said here, or by
   * `deadline`, is the job's `context.deadline`: to tell every request of the default would cost each of them an object.
   */
  readonly timeoutMs?: number;
}

/** Writes the options on the task. Errors: `ERR_OPTION`; throws the reason of a signal that is aborted already. */
export function applyOptions(task: Task, options: PoolCallOptions, nowMs: number, epochMs: number): void {
  checkGroup("options", options);
  const { id, deadline, headers, signal, priority, lane, origin, timeoutMs } = options;
  checkSignal(signal);
  signal?.throwIfAborted();
  if (id !== undefined) task.ownId = checkedKey("id", id);
  if (origin !== undefined) task.origin = checkedKey("origin", origin);
  if (headers !== undefined) {
    checkUserHeaders(headers);
    if (Object.keys(headers).length > 0) task.headers = headers;
  }
  if (priority !== undefined) task.priority = whole("priority", priority, 0, LEVELS - 1);
  if (lane !== undefined) task.lane = whole("lane", lane, 0, Number.MAX_SAFE_INTEGER);
  if (timeoutMs !== undefined) {
    task.endsMs = nowMs + duration("timeoutMs", timeoutMs);
    if (Number.isFinite(timeoutMs)) task.deadline = epochMs + timeoutMs;
  }
  if (deadline === undefined) return;
  task.deadline = Math.min(checkedDeadline(deadline), task.deadline ?? Number.POSITIVE_INFINITY);
  task.endsMs = Math.min(task.endsMs, nowMs + (deadline - epochMs));
}

export function checkedDeadline(deadline: number): number {
  if (typeof deadline === "number" && !Number.isNaN(deadline)) return deadline;
  throw new OptionError(`"deadline" is ${String(deadline)}; it takes epoch milliseconds`);
}
