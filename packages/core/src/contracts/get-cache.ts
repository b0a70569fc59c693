import type { Awaitable } from "./awaitable.ts";
import type { RunContext } from "./run-context.ts";

/** A job that may already know the answer. */
export interface GetCache<in Request, out Response, in Resources = void> {
  /**
   * Answers without running.
   *
   * Shape: `{ response }` is a hit, even when the response is `undefined`; plain `undefined` is a miss.
   */
  readonly getCache: (
    request: Request,
    resources: Resources,
    context: RunContext,
  ) => Awaitable<{ readonly response: Response } | undefined>;
}
