import type { Awaitable } from "./awaitable.ts";
import type { RunContext } from "./run-context.ts";

/** A job: request × resources → response, independent of where and how it runs. Throw to fail. */
export interface Run<in Request, out Response, in Resources = void> {
  readonly run: (request: Request, resources: Resources, context: RunContext) => Awaitable<Response>;
}
