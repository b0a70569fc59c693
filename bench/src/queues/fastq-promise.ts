import fastq from "fastq";
import { CONCURRENCY, type NoOp, type OpenQueue } from "./queue.ts";

export const openFastqPromise: OpenQueue = async <Payload>(job: NoOp<Payload>, held = false) => {
  const queue = fastq.promise<unknown, Payload, number>(job, CONCURRENCY);
  if (held) queue.pause();
  return { call: (payload: Payload) => queue.push(payload), post: (payload: Payload) => queue.push(payload) };
};
