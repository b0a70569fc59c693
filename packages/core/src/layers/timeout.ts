import { type Clock, systemClock } from "../clock.ts";
import { isPromise } from "../processor/awaiting.ts";
import { AttemptTimeoutError } from "../errors/errors.ts";
import { AbortableContext } from "./abortable-context.ts";
import { type Layer, layer } from "./layer.ts";
import { layerOption } from "./layer-option.ts";

/**
 * Gives a job so long and no longer: then its `context.signal` aborts, and the attempt fails with `ERR_ATTEMPT_TIMEOUT`.
 *
 * Units: milliseconds, from the start of `run`; time spent in the layers around this one does not count.
 * Promise: the answer comes in time. A job that does not heed its signal goes on behind; where it must not share its
 *          resources with the next one, use the processor's `timeoutMs`, which keeps the slot until the job has ended.
 */
export function timeout(timeoutMs: number, options: { readonly clock?: Clock } = {}): Layer {
  layerOption("timeout", "timeoutMs", timeoutMs, 1);
  const clock = options.clock ?? systemClock;
  return layer((run, name) => (request, resources, context) => {
    const abortable = new AbortableContext(context);
    let answer: unknown;
    try {
      answer = run(request, resources, abortable);
    } finally {
      if (!isPromise(answer)) abortable.release();
    }
    if (!isPromise(answer)) return answer;
    return inTime(answer, abortable, clock, timeoutMs, name);
  });
}

function inTime(
  answer: PromiseLike<unknown>,
  abortable: AbortableContext,
  clock: Clock,
  timeoutMs: number,
  name: string,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(timeoutMs, () => {
      const error = new AttemptTimeoutError(`${name === "" ? "The job" : `"${name}"`} took longer than ${timeoutMs} ms`);
      abortable.abort(error);
      reject(error);
    });
    const ended = (): void => {
      timer.cancel();
      abortable.release();
    };
    answer.then(resolve, reject);
    answer.then(ended, ended);
  });
}
