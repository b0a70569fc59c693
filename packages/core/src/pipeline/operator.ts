import type { Awaitable } from "../contracts/awaitable.ts";
import type { Headers } from "../contracts/headers.ts";

/** A message between two stages, as an operator sees it. */
export interface LinkContext {
  /** The id of the request whose response this is. */
  readonly id: string;
  readonly headers: Headers;
}

declare const flow: unique symbol;

/** What goes into a part of a pipeline and what comes out of it; only for the type checker. */
export interface Flow<in In, out Out> {
  readonly [flow]?: { readonly in: (value: In) => void; readonly out: () => Out };
}

/** One step between two stages. `many`: one response may become none or several requests, so that a call has no single answer. */
export interface Operator<in In, out Out, Name extends string = string, Many extends boolean = boolean> extends Flow<In, Out> {
  readonly operator: Name;
  readonly many: Many;
  readonly step: Step;
}

/** How an operator works, without its types. */
export type Step =
  | { readonly kind: "map"; readonly apply: (value: unknown, context: LinkContext) => Awaitable<unknown> }
  | { readonly kind: "filter"; readonly keep: (value: unknown, context: LinkContext) => Awaitable<boolean> }
  | {
      readonly kind: "flatMap";
      readonly spread: (value: unknown, context: LinkContext) => Awaitable<Iterable<unknown> | AsyncIterable<unknown>>;
    }
  | { readonly kind: "tap"; readonly look: (value: unknown, context: LinkContext) => Awaitable<void> }
  | { readonly kind: "batch"; readonly max: number; readonly lingerMs: number };
