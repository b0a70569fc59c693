import { queue as asyncQueue } from "async";
import { CONCURRENCY, type NoOp, type OpenQueue } from "./queue.ts";

export const openAsyncQueue: OpenQueue = async <Payload>(job: NoOp<Payload>, held = false) => {
  const queue = asyncQueue<Payload>(job as (payload: Payload) => Promise<never>, CONCURRENCY); // its types forget what a job returns
  if (held) queue.pause();
  return { call: (payload: Payload) => queue.pushAsync<number>(payload), post: (payload: Payload) => queue.pushAsync(payload) };
};
