import { checkFunction, duration, steadyNow, whole } from "@job-orch/core/substrate";
import { checkFull, type Full, tooMany } from "./full.ts";
import type { Held } from "./held.ts";
import type { Alarm, OpenOperator, Operator, OperatorContext } from "./operator.ts";

export interface DebounceOptions<Message> {
  /** How long nothing newer must come. Units: milliseconds. */
  readonly quietMs: number;
  /** The longest that a key's first message is put off by newer ones. Units: milliseconds. Default: for ever. */
  readonly maxWaitMs?: number;
  /** Default: one key for all. */
  readonly key?: (message: Message) => unknown;
  /** How many keys may wait at once. Range: integer 1 to 1,000,000. Default 10,000. */
  readonly mostKeys?: number;
  /** `emit` (default): what waited longest is handed out before its time. */
  readonly full?: Full<"emit">;
}

/** Hands out the newest message of a key once none has come for a while. Those that it supersedes are let go. */
export function debounce<Message>(options: DebounceOptions<Message>): Operator<Message, Message> {
  checkFunction("debounce.key", options.key);
  const settings: Settings<Message> = {
    quietMs: duration("debounce.quietMs", options.quietMs),
    maxWaitMs: duration("debounce.maxWaitMs", options.maxWaitMs ?? Number.POSITIVE_INFINITY),
    key: options.key ?? (() => undefined),
    mostKeys: whole("debounce.mostKeys", options.mostKeys ?? 10_000, 1, 1_000_000),
    fails: checkFull("debounce", options.full ?? "emit", "emit"),
  };
  return { name: "debounce", open: (context) => new Debounce(settings, context) };
}

interface Settings<Message> {
  readonly quietMs: number;
  readonly maxWaitMs: number;
  readonly key: (message: Message) => unknown;
  readonly mostKeys: number;
  readonly fails: boolean;
}

interface Waiting<Message> {
  message: Message;
  held: Held;
  readonly sinceMs: number;
  readonly quiet: Alarm;
}

class Debounce<Message> implements OpenOperator<Message> {
  readonly #settings: Settings<Message>;
  readonly #context: OperatorContext<Message>;
  readonly #waiting = new Map<unknown, Waiting<Message>>();

  constructor(settings: Settings<Message>, context: OperatorContext<Message>) {
    this.#settings = settings;
    this.#context = context;
  }

  readonly take = (message: Message, held: Held): void => {
    const { quietMs, maxWaitMs, mostKeys, fails } = this.#settings;
    const key = this.#settings.key(message);
    const nowMs = steadyNow(this.#context.clock);
    let waiting = this.#waiting.get(key);
    if (waiting !== undefined) {
      waiting.held.release();
      this.#context.count("dropped");
      waiting.message = message;
      waiting.held = held;
    } else {
      if (this.#waiting.size >= mostKeys) {
        if (fails) throw tooMany("debounce", "keys", mostKeys);
        this.#context.count("early");
        this.relieve();
      }
      waiting = { message, held, sinceMs: nowMs, quiet: this.#context.alarm(() => this.#emit(key)) };
      this.#waiting.set(key, waiting);
    }
    waiting.quiet.set(Math.min(quietMs, waiting.sinceMs + maxWaitMs - nowMs));
  };

  readonly end = (): void => {
    while (this.relieve());
  };

  readonly relieve = (): boolean => {
    if (this.#waiting.size === 0) return false;
    this.#emit(this.#waiting.keys().next().value);
    return true;
  };

  #emit(key: unknown): void {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return;
    this.#waiting.delete(key);
    waiting.quiet.clear();
    this.#context.emit(waiting.message, [waiting.held]);
  }
}
