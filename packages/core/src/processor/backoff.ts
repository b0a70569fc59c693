import { OptionError } from "../errors/errors.ts";

/**
 * How long to wait before the next attempt.
 *
 * Units: milliseconds. `baseMs` is the wait after the first failure; `exponential` multiplies it by `factor` (default 2)
 *        after each further one; nothing waits longer than `maxMs` (default 5 min).
 * Shape: `jitter: "full"` draws evenly between 0 and the wait, so that those who failed together do not come back
 *        together; it is the default of `exponential`, and `"none"` that of `fixed`. A function is given the attempt that
 *        failed (from 1) and its error.
 * Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export type Backoff = BackoffPlan | ((attempt: number, error: Error) => number);

/** A backoff as data. */
export interface BackoffPlan {
  readonly kind: "fixed" | "exponential";
  readonly baseMs: number;
  readonly factor?: number;
  readonly maxMs?: number;
  readonly jitter?: "full" | "none";
}

const DEFAULT_MAX_MS = 300_000;
/** Longer waits are mistakes, and would leave the range of dates that stores can hold. */
const LONGEST_MS = 365 * 24 * 60 * 60 * 1_000;
/** For a function that throws or answers what is not a duration: an immediate retry would be the worst guess. */
const FALLBACK_MS = 1_000;

/** How long to wait after `attempt` failed. Never throws. Range of the answer: whole, 0 to one year. */
export function backoffDelayMs(backoff: Backoff, attempt: number, error: Error, random: () => number): number {
  const waitMs = typeof backoff === "function" ? asked(backoff, attempt, error) : planned(backoff, attempt, random);
  return Math.round(Math.min(waitMs, LONGEST_MS));
}

/** Errors: `ERR_OPTION` when a number is out of range. */
export function checkBackoff(backoff: Backoff): Backoff {
  if (typeof backoff === "function") return backoff;
  const { kind, baseMs, factor = 2, maxMs = DEFAULT_MAX_MS, jitter = "full" } = backoff;
  if (kind !== "fixed" && kind !== "exponential") throw wrong("kind", kind, '"fixed" or "exponential"');
  if (!(typeof baseMs === "number" && baseMs >= 0)) throw wrong("baseMs", baseMs, "milliseconds, at least 0");
  if (!(typeof factor === "number" && factor >= 1)) throw wrong("factor", factor, "a number from 1");
  if (!(typeof maxMs === "number" && maxMs >= 0)) throw wrong("maxMs", maxMs, "milliseconds, at least 0");
  if (jitter !== "full" && jitter !== "none") throw wrong("jitter", jitter, '"full" or "none"');
  return backoff;
}

function planned(plan: BackoffPlan, attempt: number, random: () => number): number {
  const { kind, baseMs, factor = 2, maxMs = DEFAULT_MAX_MS } = plan;
  // The power is Infinity for late attempts, and 0 × Infinity is NaN; a base of 0 never waits.
  const grownMs = kind === "fixed" || baseMs === 0 ? baseMs : baseMs * factor ** (attempt - 1);
  const waitMs = Math.min(grownMs, maxMs, LONGEST_MS);
  const jitter = plan.jitter ?? (kind === "fixed" ? "none" : "full");
  return jitter === "full" ? random() * waitMs : waitMs;
}

function asked(backoff: (attempt: number, error: Error) => number, attempt: number, error: Error): number {
  try {
    const waitMs = backoff(attempt, error);
    return typeof waitMs === "number" && waitMs >= 0 ? waitMs : FALLBACK_MS;
  } catch {
    return FALLBACK_MS;
  }
}

function wrong(option: string, value: unknown, takes: string): OptionError {
  return new OptionError(`"backoff.${option}" is ${String(value)}; it takes ${takes}`);
}
