import fastq from "fastq";
import { CONCURRENCY, type NoOp, type OpenQueue } from "./queue.ts";

/** The callback API. To await a response its users wrap it in a promise; to post they hand in one callback for all. */
export const openFastqCallback: OpenQueue = async <Payload>(job: NoOp<Payload>, held = false) => {
  const work = (payload: Payload, done: fastq.done<number>): void => {
    job(payload).then((response) => done(null, response), done);
  };
  const queue = fastq<unknown, Payload, number>(work, CONCURRENCY);
  if (held) queue.pause();
  const done = (error: Error | null): void => {
    if (error !== null) throw error;
  };
  return {
    call: (payload: Payload) =>
      new Promise<number>((resolve, reject) => {
        queue.push(payload, (error, response) => (error === null ? resolve(response as number) : reject(error)));
      }),
    post: (payload: Payload) => void queue.push(payload, done),
  };
};
