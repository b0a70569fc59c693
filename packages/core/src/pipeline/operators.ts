import type { Awaitable } from "../contracts/awaitable.ts";
import { duration, whole } from "../processor/options.ts";
import type { LinkContext, Operator, Step } from "./operator.ts";

/** Turns each response into the request of the next stage. What it throws is the answer: an error of its link. */
export function map<In, Out>(apply: (value: In, context: LinkContext) => Awaitable<Out>): Operator<In, Out, "map", false> {
  return { operator: "map", many: false, step: { kind: "map", apply: apply as never } };
}

/** Lets through what `keep` says; the caller of what is dropped gets `ERR_FILTERED`. */
export function filter<In, Out extends In>(keep: (value: In, context: LinkContext) => value is Out): Operator<In, Out, "filter", false>;
export function filter<In>(keep: (value: In, context: LinkContext) => Awaitable<boolean>): Operator<In, In, "filter", false>;
export function filter(keep: (value: never, context: LinkContext) => Awaitable<boolean>): Operator<never, unknown, "filter", false> {
  return { operator: "filter", many: false, step: { kind: "filter", keep: keep as never } };
}

/** One response becomes none, one or many requests. Their ids are the parent's with `.0`, `.1`, … added, so that a repeat is the same. */
export function flatMap<In, Out>(
  spread: (value: In, context: LinkContext) => Awaitable<Iterable<Out> | AsyncIterable<Out>>,
): Operator<In, Out, "flatMap", true> {
  return { operator: "flatMap", many: true, step: { kind: "flatMap", spread: spread as never } };
}

/** Looks at each response and changes nothing, also when it throws. */
export function tap<In>(look: (value: In, context: LinkContext) => Awaitable<void>): Operator<In, In, "tap", false> {
  return { operator: "tap", many: false, step: { kind: "tap", look: look as never } };
}

/**
 * Gathers responses into one request of the next stage. Its parents are let go only after that was accepted, and each of
 * their callers gets the batch's response.
 *
 * Range: `max` 1 to 10,000; `lingerMs` 0 to 10,000: how long an incomplete batch waits. Default 50.
 */
export function batch(options: {
  readonly max: number;
  readonly lingerMs?: number;
}): Operator<unknown, readonly unknown[], "batch", false> {
  const step: Step = {
    kind: "batch",
    max: whole("batch.max", options.max, 1, 10_000),
    lingerMs: Math.min(duration("batch.lingerMs", options.lingerMs ?? 50, 0), 10_000),
  };
  return { operator: "batch", many: false, step };
}
