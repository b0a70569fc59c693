import { OptionError } from "@job-orch/core";
import { whole } from "@job-orch/core/substrate";
import { CronPlan } from "./cron-plan.ts";
import { IntervalPlan } from "./interval-plan.ts";

/** When a schedule fires: at instants that every host computes alike. */
export type Timing =
  | {
      /**
       * Five fields (minute to day of week), or six with seconds first. Range: at most 128 characters.
       * Source: https://croner.56k.guru/usage/pattern/
       */
      readonly cron: string;
      /** An IANA name such as `Europe/Stockholm`. Default `UTC`, as the hosts of one schedule may stand anywhere. */
      readonly timeZone?: string;
    }
  | {
      /** Units: milliseconds. Range: integer ≥ 1. */
      readonly everyMs: number;
      /** Where to count from. Units: epoch milliseconds. Default 0, so that hosts which start at different times agree. */
      readonly offsetMs?: number;
    };

/** The instants of a schedule. Units: epoch milliseconds throughout. */
export interface Plan {
  /** The first instant after `ms`; `undefined` when there will be none. */
  readonly after: (ms: number) => number | undefined;
  /** The last `most` instants after `afterMs` up to and with `upToMs`, oldest first. */
  readonly newest: (afterMs: number, upToMs: number, most: number) => readonly number[];
}

/** Errors: `ERR_OPTION` for a pattern that is none, that never fires, or a time zone nobody knows. */
export function toPlan(timing: Timing): Plan {
  if ("cron" in timing && "everyMs" in timing && timing.everyMs !== undefined)
    throw new OptionError('A schedule takes "cron" or "everyMs", not both');
  if ("cron" in timing) return new CronPlan(timing.cron, timing.timeZone ?? "UTC");
  if (!("everyMs" in timing)) throw new OptionError('A schedule takes "cron" or "everyMs"');
  const offsetMs = whole("offsetMs", timing.offsetMs ?? 0, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  return new IntervalPlan(whole("everyMs", timing.everyMs, 1, Number.MAX_SAFE_INTEGER), offsetMs);
}
