import type { Timer } from "@job-orch/core";
import type { RestartPolicy } from "@job-orch/supervisor";
import type { RosterOptions } from "./roster.ts";

export interface CrashLoopOptions extends Pick<RosterOptions, "name" | "emitter" | "settings"> {
  readonly policy: RestartPolicy;
  /** Whether workers are to be up at all. */
  readonly isWanted: () => boolean;
  /** It may be over: others may be started. */
  readonly onLook: () => void;
}

/** Tells when workers crash as soon as they are up, and when that is over: also when the one that stays up has nothing to do that would show it. */
export class CrashLoop {
  readonly #options: CrashLoopOptions;
  #timer: Timer | undefined;
  isOn = false;

  constructor(options: CrashLoopOptions) {
    this.#options = options;
  }

  /** To be called whenever a worker came, went or did something. */
  note(): void {
    const { name, emitter, policy, settings, isWanted } = this.#options;
    const isOn = policy.state === "crashLooping";
    if (isOn && isWanted()) this.#timer ??= settings.environment.clock.after(policy.provenAfterMs, this.#look, { ref: false });
    if (isOn === this.isOn) return;
    this.isOn = isOn;
    emitter.emit(isOn ? "crashLooping" : "recovered", { pool: name });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    this.note();
    this.#options.onLook();
  };
}
