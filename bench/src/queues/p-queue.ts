import PQueue from "p-queue";
import { CONCURRENCY, type NoOp, type OpenQueue } from "./queue.ts";

export const openPQueue: OpenQueue = async <Payload>(job: NoOp<Payload>, held = false) => {
  const queue = new PQueue({ concurrency: CONCURRENCY, autoStart: !held });
  const add = (payload: Payload): Promise<number> => queue.add(() => job(payload));
  return { call: add, post: add };
};
