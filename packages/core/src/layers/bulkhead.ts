import { isPromise } from "../processor/awaiting.ts";
import { type Layer, layer } from "./layer.ts";
import { layerOption } from "./layer-option.ts";
import { WaitingLine } from "./waiting-line.ts";

export interface BulkheadOptions {
  /** How many may run at once. Range: integer ≥ 1. */
  readonly concurrency: number;
  /** How many may wait; further ones fail with `ERR_BUSY`. Range: integer ≥ 0. Default 1,000. */
  readonly maxWaiting?: number;
}

/**
 * Lets so many runs go on at once, over all jobs of this process that the layer is put on: what they share, such as a
 * database, is not overrun by the sum of their concurrencies. The others wait, holding their slot, in order.
 *
 * Errors: `ERR_BUSY` when too many wait; rejects with `context.signal.reason` when aborted while it waits.
 */
export function bulkhead({ concurrency, maxWaiting = 1_000 }: BulkheadOptions): Layer {
  let free = layerOption("bulkhead", "concurrency", concurrency, 1, true);
  const line = new WaitingLine("bulkhead", layerOption("bulkhead", "maxWaiting", maxWaiting, 0, true));
  const leave = (): void => {
    if (!line.next()) free++; // otherwise the place is handed on
  };
  return layer((run) => {
    const enter: typeof run = (request, resources, context) => {
      try {
        const answer = run(request, resources, context);
        if (!isPromise(answer)) {
          leave();
          return answer;
        }
        answer.then(leave, leave);
        return answer;
      } catch (error) {
        leave();
        throw error;
      }
    };
    return (request, resources, context) => {
      if (free === 0) return line.wait(context.signal).then(() => enter(request, resources, context));
      free--;
      return enter(request, resources, context);
    };
  });
}
