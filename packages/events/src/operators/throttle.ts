import { checkFunction, duration, oneOf, whole } from "@job-orch/core/substrate";
import { checkFull, type Full, tooMany } from "./full.ts";
import type { Held } from "./held.ts";
import type { Alarm, OpenOperator, Operator, OperatorContext } from "./operator.ts";

export interface ThrottleOptions<Message> {
  /** At most one message of a key is handed out per this long. Units: milliseconds. */
  readonly everyMs: number;
  /** Which of an interval's messages: the `first` (default), the `last`, at its end, or `both`. */
  readonly edge?: "first" | "last" | "both";
  /** Default: one key for all. */
  readonly key?: (message: Message) => unknown;
  /** How many keys are in an interval at once. Range: integer 1 to 1,000,000. Default 10,000. */
  readonly mostKeys?: number;
  /** `forget` (default): the oldest interval ends before its time. */
  readonly full?: Full<"forget">;
}

/** Hands out at most one message of a key per interval; the others are let go. */
export function throttle<Message>(options: ThrottleOptions<Message>): Operator<Message, Message> {
  const edge = oneOf("throttle.edge", options.edge ?? "first", ["first", "last", "both"]);
  checkFunction("throttle.key", options.key);
  const settings: Settings<Message> = {
    everyMs: duration("throttle.everyMs", options.everyMs),
    first: edge !== "last",
    last: edge !== "first",
    key: options.key ?? (() => undefined),
    mostKeys: whole("throttle.mostKeys", options.mostKeys ?? 10_000, 1, 1_000_000),
    fails: checkFull("throttle", options.full ?? "forget", "forget"),
  };
  return { name: "throttle", open: (context) => new Throttle(settings, context) };
}

interface Settings<Message> {
  readonly everyMs: number;
  readonly first: boolean;
  readonly last: boolean;
  readonly key: (message: Message) => unknown;
  readonly mostKeys: number;
  readonly fails: boolean;
}

interface Interval<Message> {
  latest: { readonly message: Message; readonly held: Held } | undefined;
  readonly ends: Alarm;
}

class Throttle<Message> implements OpenOperator<Message> {
  readonly #settings: Settings<Message>;
  readonly #context: OperatorContext<Message>;
  readonly #intervals = new Map<unknown, Interval<Message>>();

  constructor(settings: Settings<Message>, context: OperatorContext<Message>) {
    this.#settings = settings;
    this.#context = context;
  }

  readonly take = (message: Message, held: Held): void => {
    const key = this.#settings.key(message);
    const interval = this.#intervals.get(key);
    if (interval === undefined) {
      const opened = this.#open(key);
      if (this.#settings.first) this.#context.emit(message, [held]);
      else opened.latest = { message, held };
    } else if (this.#settings.last) {
      if (interval.latest !== undefined) this.#drop(interval.latest.held);
      interval.latest = { message, held };
    } else this.#drop(held);
  };

  readonly end = (): void => {
    for (const key of this.#intervals.keys()) this.#forget(key);
  };

  readonly relieve = (): boolean => {
    for (const [key, { latest }] of this.#intervals) {
      if (latest === undefined) continue;
      this.#forget(key);
      return true;
    }
    return false;
  };

  #open(key: unknown): Interval<Message> {
    const { everyMs, mostKeys, fails } = this.#settings;
    if (this.#intervals.size >= mostKeys) {
      if (fails) throw tooMany("throttle", "keys", mostKeys);
      this.#context.count("early");
      this.#forget(this.#intervals.keys().next().value);
    }
    const interval: Interval<Message> = { latest: undefined, ends: this.#context.alarm(() => this.#over(key)) };
    interval.ends.set(everyMs);
    this.#intervals.set(key, interval);
    return interval;
  }

  /** What is handed out at the end of an interval begins the next one. */
  #over(key: unknown): void {
    const { latest } = this.#intervals.get(key) as Interval<Message>;
    this.#intervals.delete(key);
    if (latest === undefined) return;
    this.#open(key);
    this.#context.emit(latest.message, [latest.held]);
  }

  #forget(key: unknown): void {
    const { latest, ends } = this.#intervals.get(key) as Interval<Message>;
    this.#intervals.delete(key);
    ends.clear();
    if (latest !== undefined) this.#context.emit(latest.message, [latest.held]);
  }

  #drop(held: Held): void {
    this.#context.count("dropped");
    held.release();
  }
}
