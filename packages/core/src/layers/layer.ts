import type { Awaitable } from "../contracts/awaitable.ts";
import type { RunContext } from "../contracts/run-context.ts";

/** A job, or anything that runs like one, whatever its types. */
export interface AnyRun {
  readonly run: (request: never, resources: never, context: never) => unknown;
}

/** From a job to a job of the same types that does something around its `run`. Name, schemas, errors and cache stay. */
export type Layer = <J extends AnyRun>(job: J) => J;

/** A job's `run` as a layer sees it: it passes on what it is given. */
export type LayeredRun = (request: unknown, resources: unknown, context: RunContext) => Awaitable<unknown>;

/**
 * Makes a layer from what it does around a job's `run`. One layer on several jobs is one layer: they share its limits.
 *
 * @example
 * const logged = layer((run, name) => (request, resources, context) => {
 *   context.log("info", `${name} begins`);
 *   return run(request, resources, context);
 * });
 */
export function layer(around: (run: LayeredRun, name: string) => LayeredRun): Layer {
  return (job) => {
    const { name, getCache } = job as { readonly name?: unknown; readonly getCache?: unknown };
    const run: LayeredRun = (request, resources, context) =>
      (job as unknown as { readonly run: LayeredRun }).run(request, resources, context);
    const copy = Object.assign(Object.create(Object.getPrototypeOf(job) as object | null) as typeof job, job);
    const own = { run: around(run, typeof name === "string" ? name : "") };
    // Both are asked as members of the job they come from: it may be an instance of a class.
    return Object.assign(copy, own, typeof getCache === "function" ? { getCache: getCache.bind(job) as unknown } : undefined);
  };
}

/**
 * Puts layers on a job; the first is the outermost and sees a request first.
 *
 * @example
 * const polite = withLayers(fetchPage, circuitBreaker(), rateLimit({ limit: 10, perMs: 1_000 }), timeout(5_000));
 */
export function withLayers<J extends AnyRun>(job: J, ...layers: readonly Layer[]): J {
  return layers.reduceRight((inner, outer) => outer(inner), job);
}
