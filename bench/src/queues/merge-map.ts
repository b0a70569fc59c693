import { mergeMap, Subject } from "rxjs";
import { CONCURRENCY, type NoOp, type OpenQueue } from "./queue.ts";

/** rxjs as a queue: values in, `mergeMap` with a limit. It has no promise per request. */
export const openMergeMap: OpenQueue = async <Payload>(job: NoOp<Payload>, held = false) => {
  const requests = new Subject<Payload>();
  requests.pipe(mergeMap(held ? () => new Promise<number>(() => {}) : job, CONCURRENCY)).subscribe();
  return { post: (payload: Payload) => void requests.next(payload) };
};
