import type { NoOp, OpenQueue } from "./queue.ts";

/** What the requests alone take: an array of them, and no queue. */
export const openArray: OpenQueue = async <Payload>(_job: NoOp<Payload>) => {
  const waiting: Payload[] = [];
  return { post: (payload: Payload) => void waiting.push(payload) };
};
