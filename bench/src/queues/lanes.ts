import { CONCURRENCY, type NoOp, type OpenQueue } from "./queue.ts";

/** The limit of a queue: an array that is read by 64 loops. */
export const openLanes: OpenQueue = async <Payload>(job: NoOp<Payload>) => {
  const waiting: Payload[] = [];
  let next = 0;
  let lanes = 0;
  const lane = async (): Promise<void> => {
    while (next < waiting.length) await job(waiting[next++] as Payload);
    lanes--;
  };
  return {
    post: (payload: Payload) => {
      waiting.push(payload);
      if (lanes < CONCURRENCY) {
        lanes++;
        void lane();
      }
      return undefined;
    },
  };
};
