import pLimit from "p-limit";
import { CONCURRENCY, type NoOp, type OpenQueue } from "./queue.ts";

export const openPLimit: OpenQueue = async <Payload>(job: NoOp<Payload>, held = false) => {
  const limit = pLimit(CONCURRENCY);
  if (held) for (let slot = 0; slot < CONCURRENCY; slot++) void limit(() => new Promise(() => {})); // it cannot be paused: keep it busy
  return { call: (payload: Payload) => limit(job, payload), post: (payload: Payload) => limit(job, payload) };
};
