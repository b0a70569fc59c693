import type { Awaitable, Clock } from "@job-orch/core";
import type { Held } from "./held.ts";

/** What stands between a receiver and its reader. Made by `batch`, `tumbling`, `debounce` and the like; opened once for each place it stands in. */
export interface Operator<in In, out Out> {
  readonly name: string;
  readonly open: (context: OperatorContext<Out>) => OpenOperator<In>;
}

/** What an operator may use. */
export interface OperatorContext<in Out> {
  readonly clock: Clock;
  /** Hands something out; its parents' holds go with it. */
  readonly emit: (message: Out, parents: readonly Held[]) => void;
  /** A timer of one's own, not set yet. It goes with its stage. */
  readonly alarm: (ring: () => void) => Alarm;
  readonly count: (what: "late" | "dropped" | "early") => void;
}

export interface Alarm {
  /** Rings once, in so long; a second call moves it. Units: milliseconds. */
  readonly set: (delayMs: number) => void;
  readonly clear: () => void;
}

/** An operator at work. It owns one hold of what it takes: keeps it, hands it on with what it emits, or releases it. */
export interface OpenOperator<in In> {
  readonly take: (message: In, held: Held) => Awaitable<void>;
  /** Hands out everything that waits; nothing comes after. */
  readonly end: () => void;
  /** Nothing more is lent until something is let go: hands out what waited longest, before its time. False when nothing waits. */
  readonly relieve: () => boolean;
}
