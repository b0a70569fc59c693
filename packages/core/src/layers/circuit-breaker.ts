import { type Clock, systemClock } from "../clock.ts";
import { isPromise } from "../processor/awaiting.ts";
import { Circuit } from "./circuit.ts";
import { type Layer, layer } from "./layer.ts";
import { layerOption } from "./layer-option.ts";

export interface CircuitBreakerOptions {
  /** The circuit opens when this part of the runs within `windowMs` failed. Range: above 0, to 1. Default 0.5. */
  readonly failureRatio?: number;
  /** … but not before so many ended. Range: integer ≥ 1. Default 10. */
  readonly minimumRuns?: number;
  /** Units: milliseconds. Default 10,000. */
  readonly windowMs?: number;
  /** How long it stays open before one run may try. Units: milliseconds. Default 30,000. */
  readonly openMs?: number;
  /** Which errors say that what the job needs is down. Default: all but those with `retry: "never"`. */
  readonly isFailure?: (error: unknown) => boolean;
  readonly clock?: Clock;
}

/**
 * Stops running a job whose attempts mostly fail, so that what it needs can recover: while the circuit is open it fails at
 * once; then one run tries, and its outcome closes the circuit or keeps it open.
 *
 * Errors: `ERR_BUSY` while open, with `retryAfterMs`.
 */
export function circuitBreaker(options: CircuitBreakerOptions = {}): Layer {
  const { failureRatio = 0.5, isFailure = mayMend } = options;
  const circuit = new Circuit({
    failureRatio: Math.min(1, layerOption("circuitBreaker", "failureRatio", failureRatio, Number.MIN_VALUE)),
    minimumRuns: layerOption("circuitBreaker", "minimumRuns", options.minimumRuns ?? 10, 1, true),
    windowMs: layerOption("circuitBreaker", "windowMs", options.windowMs ?? 10_000, 1),
    openMs: layerOption("circuitBreaker", "openMs", options.openMs ?? 30_000, 1),
    clock: options.clock ?? systemClock,
  });
  const counts = (error: unknown): boolean => {
    try {
      return isFailure(error);
    } catch {
      return true; // the run's own error matters more
    }
  };
  return layer((run) => (request, resources, context) => {
    const pass = circuit.enter();
    const failed = (error: unknown): void => circuit.ended(pass, !counts(error));
    try {
      const answer = run(request, resources, context);
      if (!isPromise(answer)) {
        circuit.ended(pass, true);
        return answer;
      }
      answer.then(() => circuit.ended(pass, true), failed);
      return answer;
    } catch (error) {
      failed(error);
      throw error;
    }
  });
}

function mayMend(error: unknown): boolean {
  return !(typeof error === "object" && error !== null && "retry" in error && error.retry === "never");
}
