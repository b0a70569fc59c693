import { checkMembers, duration, steadyNow, whole } from "@job-orch/core/substrate";
import { checkFull, type Full, tooMany } from "./full.ts";
import type { Operator } from "./operator.ts";

export interface DedupeOptions<Message> {
  readonly key: (message: Message) => unknown;
  /** How long a key is remembered, from its first message. Units: milliseconds. */
  readonly windowMs: number;
  /** How many keys are remembered. Range: integer 1 to 10,000,000. Default 100,000. */
  readonly mostKeys?: number;
  /** `forget` (default): the oldest key is forgotten, and may pass again. */
  readonly full?: Full<"forget">;
}

/** Lets through the first message of each key within a window; the others are let go. What it remembers is lost with the process. */
export function dedupe<Message>(options: DedupeOptions<Message>): Operator<Message, Message> {
  checkMembers("dedupe", options, ["key"], "an object with a function key");
  const windowMs = duration("dedupe.windowMs", options.windowMs);
  const mostKeys = whole("dedupe.mostKeys", options.mostKeys ?? 100_000, 1, 10_000_000);
  const fails = checkFull("dedupe", options.full ?? "forget", "forget");
  return {
    name: "dedupe",
    open: ({ clock, emit, count }) => {
      /** Until when a key is remembered; all for the same time, so the first to come is the first to go. */
      const until = new Map<unknown, number>();
      return {
        take: (message, held) => {
          const nowMs = steadyNow(clock);
          for (const [key, ms] of until) {
            if (ms > nowMs) break;
            until.delete(key);
          }
          const key = options.key(message);
          if (until.has(key)) {
            count("dropped");
            return held.release();
          }
          if (until.size >= mostKeys) {
            if (fails) throw tooMany("dedupe", "keys", mostKeys);
            until.delete(until.keys().next().value);
          }
          until.set(key, nowMs + windowMs);
          return emit(message, [held]);
        },
        end: () => undefined,
        relieve: () => false,
      };
    },
  };
}
