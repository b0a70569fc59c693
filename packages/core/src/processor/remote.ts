import type { Processor } from "../contracts/processor.ts";
import type { Run } from "../contracts/run.ts";
import type { ErrorClass } from "../errors/wire-error-codec.ts";
import { engineOf } from "./processor.ts";
import { userHeaders } from "./reserved-headers.ts";
import type { AnySendOptions, CallOptions } from "./send-options.ts";
import { sendReceive } from "./send-receive.ts";

/** A job that sends its requests to a processor and answers with its responses. */
export interface RemoteJob<Name extends string, Request, Response> extends Run<Request, Response> {
  readonly name: Name;
  /** The classes that the inner processor's callers get back as such; those of the outer one do too. */
  readonly errors: readonly ErrorClass[];
}

/**
 * Makes a processor a job again: its `run` sends the request on and awaits the response. So a queue can run its work on
 * another host: `processor(remote(pool), { transport: sqlite("jobs.db") })`.
 *
 * Promise: cancelling the outer request cancels the inner one; deadline and headers are handed on, and the
 * outer id as `origin`. The inner processor must be running.
 */
export function remote<Request, Response, Name extends string = string>(
  inner: Processor<Request, Response, never> & {
    readonly name: Name;
    readonly answers?: "one";
    readonly errors?: readonly ErrorClass[];
  },
): RemoteJob<Name, Request, Response> {
  const handle = sendReceive(inner);
  return {
    name: inner.name,
    errors: engineOf(inner)?.errors ?? inner.errors ?? [],
    run: (request, _resources, context) => {
      const timeoutMs = context.deadline === undefined ? Number.POSITIVE_INFINITY : Math.max(1, context.deadline - Date.now());
      const options: AnySendOptions = {
        signal: context.signal,
        timeoutMs,
        headers: userHeaders(context.headers),
        origin: context.id,
      };
      return handle.call(request, options as CallOptions);
    },
  };
}
