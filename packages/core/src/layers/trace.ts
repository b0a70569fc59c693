import { tracingChannel } from "node:diagnostics_channel";
import type { Headers } from "../contracts/headers.ts";
import { isPromise } from "../processor/awaiting.ts";
import { type Layer, type LayeredRun, layer } from "./layer.ts";

/** What subscribers of `tracing:job-orch:job.run:start`, `:end`, `:asyncStart`, `:asyncEnd` and `:error` are given. */
export interface JobRunTrace {
  readonly job: string;
  readonly id: string;
  readonly attempt: number;
  readonly headers: Headers;
  /** There once the run has ended well. */
  result?: unknown;
  /** There once it has failed. */
  error?: unknown;
}

const runs = tracingChannel<unknown, JobRunTrace>("job-orch:job.run");

/**
 * Tells telemetry about every run over the tracing channel `job-orch:job.run`; free while nobody listens.
 *
 * Shape:  `start` and `end` enclose the synchronous part, in which stores bound to `start` are entered; `asyncStart` and
 *         `asyncEnd` follow where `run` returned a promise; `error` comes before the end that follows it.
 * Source: https://nodejs.org/api/diagnostics_channel.html#class-tracingchannel
 */
export function trace(): Layer {
  return layer((run, job) => (request, resources, context) => {
    if (!runs.hasSubscribers) return run(request, resources, context);
    const told: JobRunTrace = { job, id: context.id, attempt: context.attempt, headers: context.headers };
    return runs.start.runStores(told, () => traced(run, told, [request, resources, context]));
  });
}

function traced(run: LayeredRun, told: JobRunTrace, given: Parameters<LayeredRun>): unknown {
  try {
    const answer = run(...given);
    if (isPromise(answer)) return answer.then(settled(told, "result"), rejected(told));
    told.result = answer;
    return answer;
  } catch (error) {
    told.error = error;
    runs.error.publish(told);
    throw error;
  } finally {
    runs.end.publish(told);
  }
}

function settled(told: JobRunTrace, how: "result" | "error"): (value: unknown) => unknown {
  return (value) => {
    told[how] = value;
    if (how === "error") runs.error.publish(told);
    runs.asyncStart.publish(told);
    runs.asyncEnd.publish(told);
    return value;
  };
}

function rejected(told: JobRunTrace): (error: unknown) => never {
  const tell = settled(told, "error");
  return (error) => {
    throw tell(error);
  };
}
