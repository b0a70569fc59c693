import type { StreamOptions } from "./stream-options.ts";

/** What a job yields, one item after the other, for one reader: `for await` reads it. What the job returned comes with the end. */
export interface ItemStream<Item, Final = unknown> extends AsyncIterableIterator<Item, Final>, AsyncDisposable {
  readonly next: () => Promise<IteratorResult<Item, Final>>;
  /** Gives the request up, as leaving the loop does: the job is told to stop, and its `finally` blocks run. */
  readonly return: (value?: unknown) => Promise<IteratorResult<Item, Final>>;
  readonly [Symbol.asyncIterator]: () => ItemStream<Item, Final>;
}

/** What a job returns that says nothing of it. */
type Known<Final> = 0 extends 1 & Final ? unknown : Final;

/** `stream` of a job that yields; for others a function that takes nothing but this sentence. */
export type StreamOf<Request, Response> = [Response] extends [AsyncIterable<infer Item, infer Final>]
  ? (request: Request, options?: StreamOptions) => ItemStream<Item, Known<Final>>
  : (request: "this job yields nothing: make its run an async generator, or use call(request)", options?: unknown) => never;
