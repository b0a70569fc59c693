import { SteadyTime } from "../clock.ts";
import { CancelledError, DeadlineError, ProcessError, UnknownVersionError } from "../errors/errors.ts";
import type { Attempt } from "./attempt.ts";
import { VERSION } from "./reserved-headers.ts";
import type { WorkOptions } from "./work.ts";

/** Says which requests are not begun, and why. */
export class Admission {
  readonly #options: Pick<WorkOptions, "name" | "job" | "settings" | "isCancelled" | "onLimit">;
  readonly #steady: SteadyTime;

  constructor(options: Pick<WorkOptions, "name" | "job" | "settings" | "isCancelled" | "onLimit">) {
    this.#options = options;
    this.#steady = new SteadyTime(options.settings.environment.clock);
  }

  /** `undefined`: it is begun, and from here on its caller's deadline counts. */
  refusal(attempt: Attempt): Error | undefined {
    const { job, settings, isCancelled, name, onLimit } = this.#options;
    const { frame } = attempt.delivery;
    const version = frame.headers?.[VERSION];
    if (version !== undefined && String(job.version) !== version) {
      return new UnknownVersionError(
        `The request is for version "${version}" of "${name}"; this processor has version "${String(job.version)}"`,
      );
    }
    if (isCancelled(frame)) return new CancelledError(`Request "${frame.id}" was cancelled before it began`);
    if (attempt.attempt > settings.attempts + settings.crashes) {
      return new ProcessError(`The request was begun ${attempt.attempt - 1} times and its holder died each time`, { retry: "never" });
    }
    const { deadline } = attempt;
    if (deadline !== undefined) {
      if (deadline <= settings.environment.clock.now()) return new DeadlineError("The request's deadline passed before it was begun");
      attempt.limitMs = this.#steady.of(deadline);
      onLimit(attempt.limitMs);
    }
    return undefined;
  }
}
