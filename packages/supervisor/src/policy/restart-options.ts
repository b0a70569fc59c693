import { type Environment, systemEnvironment } from "@job-orch/core";
import { checkMembers, duration, whole } from "@job-orch/core/substrate";
import type { Intensity } from "./intensity.ts";

/** How long a slot waits after it failed: not at all the first time, then between 0 and `baseMs` × 2ⁿ, never more than `maxMs`. */
export interface RestartBackoff {
  /** Units: milliseconds. Default 100. */
  readonly baseMs?: number;
  /** Units: milliseconds. Default 30,000. */
  readonly maxMs?: number;
}

export interface RestartOptions {
  readonly backoff?: RestartBackoff;
  /** More failures than this, and the pool is crash looping. Default: `max(5, 3 × size)` in 60 s. */
  readonly intensity?: Partial<Intensity>;
  /** A slot that was up for so long, or has done so much, is as good as new: its backoff begins again. Default 60,000 ms, 1,000 pieces of work. */
  readonly healthy?: { readonly afterMs?: number; readonly afterWork?: number };
  /** A probe that was up for so long, or has done one piece of work, ends the crash loop. Units: milliseconds. Default 5,000. */
  readonly provenAfterMs?: number;
  /** Time and chance. */
  readonly environment?: Environment;
}

export interface RestartSettings {
  readonly baseMs: number;
  readonly maxMs: number;
  readonly intensity: Intensity;
  readonly healthyAfterMs: number;
  readonly healthyAfterWork: number;
  readonly provenAfterMs: number;
  readonly environment: Environment;
}

/** Errors: `ERR_OPTION` when a number is out of range. */
export function toRestartSettings(size: number, options: RestartOptions): RestartSettings {
  const { backoff, intensity, healthy, environment = systemEnvironment } = options;
  whole("size", size, 1, 100_000);
  checkMembers("environment", environment, ["random"], "a clock and a source of chance");
  checkMembers("environment.clock", environment.clock, ["now", "after"], "a clock");
  return {
    baseMs: duration("backoff.baseMs", backoff?.baseMs ?? 100, 0),
    maxMs: duration("backoff.maxMs", backoff?.maxMs ?? 30_000, 0),
    intensity: {
      failures: whole("intensity.failures", intensity?.failures ?? Math.max(5, 3 * size), 0, 1_000_000),
      windowMs: duration("intensity.windowMs", intensity?.windowMs ?? 60_000),
    },
    healthyAfterMs: duration("healthy.afterMs", healthy?.afterMs ?? 60_000),
    healthyAfterWork: whole("healthy.afterWork", healthy?.afterWork ?? 1_000, 1, Number.MAX_SAFE_INTEGER),
    provenAfterMs: duration("provenAfterMs", options.provenAfterMs ?? 5_000),
    environment,
  };
}
