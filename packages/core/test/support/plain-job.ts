import type { Awaitable, GetCache, Job, RunContext } from "../../src/index.ts";

/** What a job is made of when it has no schemas. */
export interface PlainJob<Name extends string, Request, Response, Resources> {
  readonly name: Name;
  readonly run: (request: Request, resources: Resources, context: RunContext) => Awaitable<Response>;
  readonly getCache?: GetCache<Request, Response, Resources>["getCache"];
  readonly errors?: Job<Name, Request, Request, Response, Response, Resources>["errors"];
  readonly version?: string | number;
}

/** A job by its function's types alone. */
export function plainJob<const Name extends string, Request, Response, Resources = void>(
  made: PlainJob<Name, Request, Response, Resources>,
): Job<Name, Request, Request, Response, Response, Resources> {
  return made;
}
