import type { Environment } from "../environment.ts";
import { JobError } from "../errors/job-error.ts";
import { backoffDelayMs } from "./backoff.ts";
import type { Settings } from "./options.ts";

/** What becomes of a request whose attempt failed. */
export type Verdict = { readonly kind: "retry"; readonly delayMs: number } | { readonly kind: "dead" };

const DEAD: Verdict = { kind: "dead" };

/** Decides between another attempt and the dead letters. The only place where retries are decided. */
export function verdict(
  error: Error,
  attempt: number,
  settings: Pick<Settings, "attempts" | "backoff" | "never">,
  environment: Environment,
): Verdict {
  if (attempt >= settings.attempts) return DEAD;
  if (settings.never.some((unmendable) => error instanceof unmendable)) return DEAD;
  if (JobError.is(error) && error.retry === "never") return DEAD;
  return { kind: "retry", delayMs: backoffDelayMs(settings.backoff, attempt, error, environment.random) };
}
