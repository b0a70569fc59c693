import { type Awaitable, type Clock, type Loan, type LoanReceive, systemClock } from "@job-orch/core";
import { checkMembers, checkSignal } from "@job-orch/core/substrate";
import { batch, type BatchOptions } from "./batch.ts";
import { debounce, type DebounceOptions } from "./debounce.ts";
import { dedupe, type DedupeOptions } from "./dedupe.ts";
import { filter } from "./filter.ts";
import { groupBy, type GroupByOptions, type Grouped } from "./group-by.ts";
import { type EventSource, Root } from "./lender.ts";
import { map } from "./map.ts";
import type { Operator } from "./operator.ts";
import { session, type SessionOptions } from "./session.ts";
import { sliding, type SlidingOptions } from "./sliding.ts";
import { type Row, Stage, type StageCounts } from "./stage.ts";
import { throttle, type ThrottleOptions } from "./throttle.ts";
import { tumbling, type TumblingOptions } from "./tumbling.ts";
import type { Window } from "./window.ts";

export interface EventsOptions {
  readonly clock?: Clock;
  /** Aborted: everything is disposed, as with `await using`. */
  readonly signal?: AbortSignal;
}

/** A receiver with operators behind it; again a receiver. Each operator takes over what it is put behind: use only the last. */
export class Events<Message> implements LoanReceive<Message> {
  readonly #row: Row<Message>;
  readonly #clock: Clock;

  constructor(row: Row<Message>, clock: Clock) {
    this.#row = row;
    this.#clock = clock;
  }

  /** What the last operator has counted. */
  get counts(): StageCounts {
    return this.#row.counts;
  }

  get returns(): boolean {
    return this.#row.returns;
  }

  get room(): number {
    return this.#row.room;
  }

  /** Waits for the next message; that before is done with. Errors: `ERR_CLOSED` at the end; what a function of an operator threw. */
  readonly receive = (options?: { readonly signal?: AbortSignal }): Promise<Message> => this.#row.receive(options);

  readonly receiveBatch = (max: number, options?: { readonly signal?: AbortSignal }): Awaitable<readonly Message[]> =>
    this.#row.receiveBatch(max, options);

  readonly receiveLoans = (max: number, options?: { readonly signal?: AbortSignal }): Awaitable<readonly Loan<Message>[]> =>
    this.#row.receiveLoans(max, options);

  [Symbol.asyncIterator](): AsyncIterator<Message> {
    return this.#row[Symbol.asyncIterator]();
  }

  /** Takes no more from the source and hands out what waits: then it ends. Dispose it after that. */
  readonly finish = (): void => this.#row.finish();

  /** Disposes the source too. What was not done with comes again to the group it was received for. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#row[Symbol.asyncDispose]();
  }

  /** Puts an operator behind. */
  through<Out>(operator: Operator<Message, Out>): Events<Out> {
    checkMembers("operator", operator, ["open"], "an operator, such as batch(…)");
    return new Events(new Stage(this.#row, operator, this.#clock), this.#clock);
  }

  map<Out>(apply: (message: Message) => Out): Events<Out> {
    return this.through(map(apply));
  }

  filter<Out extends Message>(keep: (message: Message) => message is Out): Events<Out>;
  filter(keep: (message: Message) => boolean): Events<Message>;
  filter(keep: (message: Message) => boolean): Events<Message> {
    return this.through(filter(keep));
  }

  batch(options: BatchOptions<Message>): Events<readonly Message[]> {
    return this.through(batch(options));
  }

  tumbling(options: TumblingOptions<Message>): Events<Window<Message, "tumbling">> {
    return this.through(tumbling(options));
  }

  sliding(options: SlidingOptions<Message>): Events<Window<Message, "sliding">> {
    return this.through(sliding(options));
  }

  session(options: SessionOptions<Message>): Events<Window<Message, "session">> {
    return this.through(session(options));
  }

  debounce(options: DebounceOptions<Message>): Events<Message> {
    return this.through(debounce(options));
  }

  throttle(options: ThrottleOptions<Message>): Events<Message> {
    return this.through(throttle(options));
  }

  dedupe(options: DedupeOptions<Message>): Events<Message> {
    return this.through(dedupe(options));
  }

  groupBy<Key, Out>(options: GroupByOptions<Message, Key>, operator: Operator<Message, Out>): Events<Grouped<Key, Out>> {
    return this.through(groupBy(options, operator));
  }
}

/**
 * Puts operators behind a receiver.
 *
 * Promise: a message counts as done when everything that was made of it was taken and the next asked for (or its loan is
 *          `done`). What was not, comes again where the receiver's messages do: in a named group.
 *
 * @example
 * const perMinute = events(await orders.responseReceiver({ group: "stats" })).tumbling({ sizeMs: 60_000 });
 * for await (const { startMs, messages } of perMinute) await store(startMs, messages.length);
 */
export function events<Message>(source: EventSource<Message>, options: EventsOptions = {}): Events<Message> {
  const { clock = systemClock, signal } = options;
  checkMembers("clock", clock, ["now", "after"], "a clock");
  checkSignal(signal);
  const root = new Root(source, () => signal?.removeEventListener("abort", dispose));
  const stage = new Stage<Message, Message>(
    root,
    map((message) => message),
    clock,
  );
  const dispose = (): void => void stage[Symbol.asyncDispose]().catch(() => undefined); // nobody is there to hear of it
  if (signal?.aborted === true) dispose();
  else signal?.addEventListener("abort", dispose, { once: true });
  return new Events(stage, clock);
}
