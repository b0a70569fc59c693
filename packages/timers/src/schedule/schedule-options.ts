import { type Awaitable, type Clock, systemClock } from "@job-orch/core";
import { checkedKey, checkFunction, checkMembers, duration, whole } from "@job-orch/core/substrate";
import type { TimerHeap } from "../heap/timer-heap.ts";
import { jitterFor } from "./jitter.ts";
import { type Misfire, mostLate } from "./misfire.ts";
import { type Plan, type Timing, toPlan } from "./plan.ts";
import type { ScheduleProgress } from "./progress.ts";
import { type ScheduleTarget, type SendFiring, toSendFiring } from "./target.ts";

/** One instant of a schedule. */
export interface Firing {
  readonly scheduleId: string;
  /** When it was meant to be, however late it is. Units: epoch milliseconds. */
  readonly plannedAtMs: number;
}

/** What is sent when. */
export type ScheduleDefinition<Request> = Timing & {
  /** Names the schedule on all hosts. Range: 1 to 150 characters. */
  readonly id: string;
  readonly to: ScheduleTarget<Request>;
  /** Makes the request of a firing. Does not run in the timer; what it throws is reported and the firing left out. */
  readonly request: (firing: Firing) => Awaitable<Request>;
  /** Default `once`. */
  readonly misfire?: Misfire;
  /** How late is not yet missed, with `misfire: "skip"`. Units: milliseconds. Default 60,000. */
  readonly toleranceMs?: number;
  /** Spreads schedules that share an instant over this long, each by its id. Units: milliseconds. Default 0. */
  readonly jitterMs?: number;
};

export interface ScheduleOptions {
  readonly clock?: Clock;
  /** Shares one armed timer with other schedules. Default: a heap of its own. */
  readonly heap?: TimerHeap;
  /** Without it, what passed while no host was up is not known. */
  readonly progress?: ScheduleProgress;
  /** How long the store remembers what fired, on transports that dedupe. Units: milliseconds. Default 24 hours. */
  readonly dedupeWindowMs?: number;
  /** Hears what went wrong with a firing: a request that could not be made, a send that failed and is tried again. What it throws itself is not heard of. */
  readonly onError?: (error: unknown, firing: Firing) => void;
}

/** Options with their defaults, checked. */
export interface ScheduleSettings {
  readonly id: string;
  readonly plan: Plan;
  readonly send: SendFiring;
  readonly request: (firing: Firing) => unknown;
  readonly misfire: Misfire;
  readonly mostLate: number;
  readonly toleranceMs: number;
  readonly jitterMs: number;
  readonly clock: Clock;
  readonly progress: ScheduleProgress | undefined;
  readonly onError: (error: unknown, firing: Firing) => void;
}

const DAY_MS = 86_400_000;
/** An instant and a sign between them are added to make ids of at most 200 characters. */
const LONGEST_ID = 150;

export function toScheduleSettings(definition: ScheduleDefinition<never>, options: ScheduleOptions): ScheduleSettings {
  const { clock = systemClock, progress, dedupeWindowMs = DAY_MS, onError = () => undefined } = options;
  checkFunction("onError", onError);
  const { misfire = "once", toleranceMs = 60_000, jitterMs = 0 } = definition;
  const id = checkedKey("id", definition.id);
  whole("id.length", id.length, 1, LONGEST_ID);
  checkMembers("definition", definition, ["request"], "an object with a function request that makes the request");
  if (progress !== undefined) checkMembers("progress", progress, ["get", "set"], "a Map, a Keyv or the like");
  return {
    id,
    plan: toPlan(definition),
    send: toSendFiring(definition.to, duration("dedupeWindowMs", dedupeWindowMs)),
    request: definition.request,
    misfire,
    mostLate: mostLate(misfire),
    toleranceMs: duration("toleranceMs", toleranceMs, 0),
    jitterMs: jitterFor(id, whole("jitterMs", jitterMs, 0, DAY_MS)),
    clock,
    progress,
    onError: (error, firing) => {
      // Who hears of errors must not make new ones.
      try {
        onError(error, firing);
      } catch {}
    },
  };
}
