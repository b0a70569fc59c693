import type { Awaitable } from "@job-orch/core";
import { check, type ErasedJob, isPromise } from "@job-orch/core/substrate";
import type { Message } from "./message.ts";

/** What the messages of a job have done: it is run, and its response checked as everywhere else. */
export type Work = (request: unknown, state: unknown, message: Message) => Awaitable<unknown>;

export function workOf(job: ErasedJob): Work {
  if (job.response === undefined) return (request, state, message) => job.run(request, state, message);
  const checked = (response: unknown): Awaitable<unknown> => check(job.response, response, `The response of "${job.name}"`);
  return (request, state, message) => {
    const returned = job.run(request, state, message);
    return isPromise(returned) ? returned.then(checked) : checked(returned);
  };
}
