import { oneOf, steadyNow } from "@job-orch/core/substrate";
import { type ExitClass, exitClasses, isFailure } from "./exit-class.ts";
import { FailureWindow } from "./intensity.ts";
import { type RestartOptions, type RestartSettings, toRestartSettings } from "./restart-options.ts";

/** `crashLooping`: too much failed in too little time. What is up stays up; what is down comes back one at a time, slowly. */
export type PoolState = "ok" | "crashLooping";

/** What an end means for what comes next. */
export interface ExitVerdict {
  /** Whether it counts as a failure. */
  readonly failure: boolean;
  /** How many failures this slot has had since it was last healthy, this one included. */
  readonly failures: number;
  /** When the slot may start again, as `mayStart` would say now. Units: milliseconds; `Infinity`: after another start has ended. */
  readonly delayMs: number;
  readonly state: PoolState;
}

interface SlotRecord {
  phase: "down" | "starting" | "proving" | "up";
  failures: number;
  /** Units: the clock's steady milliseconds, as all times here. */
  notBeforeMs: number;
  upSinceMs: number;
  worked: number;
}

/**
 * When the slots of a pool may start again after they ended: backoff per slot, an intensity for all of them, and one start at a
 * time while nothing is known to come up. It decides and does nothing else: whoever starts, tells and asks.
 *
 * Shape:  `mayStart(slot)` → 0 → `starting(slot)` → `started(slot)` → `worked(slot)` … → `exited(slot, why)`, and again.
 * Source: docs/adr/0310-restarts.md
 *
 * @example
 * const policy = new RestartPolicy(4);
 * const { delayMs } = policy.exited(slot, "crash"); // 0 for the first, then more and more
 */
export class RestartPolicy<Slot = number> {
  readonly #settings: RestartSettings;
  readonly #slots = new Map<Slot, SlotRecord>();
  readonly #window: FailureWindow;
  #crashLooping = false;
  /** The last start that ended did not come up: the next ones go one by one until one does. */
  #startsFail = false;
  /** Failures in a row of starts that went one by one, and when the next may go. */
  #pace = { failures: 0, notBeforeMs: Number.NEGATIVE_INFINITY };

  /** `size`: how many slots the pool is meant to have. Errors: `ERR_OPTION`. */
  constructor(size: number, options: RestartOptions = {}) {
    this.#settings = toRestartSettings(size, options);
    this.#window = new FailureWindow(this.#settings.intensity);
  }

  get state(): PoolState {
    this.#recoverInTime(this.#nowMs());
    return this.#crashLooping ? "crashLooping" : "ok";
  }

  /** How long until a started probe has proven itself by being up: when to look at `state` again. Units: milliseconds. */
  get provenAfterMs(): number {
    return this.#settings.provenAfterMs;
  }

  /**
   * How long until this slot may start: 0 is now.
   *
   * Units: milliseconds; `Infinity` while another start must end first: ask again after the next `started` or `exited`.
   */
  mayStart(slot: Slot): number {
    const nowMs = this.#nowMs();
    this.#recoverInTime(nowMs);
    const ownMs = this.#slots.get(slot)?.notBeforeMs ?? nowMs;
    if (!this.#oneByOne) return Math.max(0, ownMs - nowMs);
    for (const [other, { phase }] of this.#slots) {
      if (other !== slot && (phase === "starting" || phase === "proving")) return Number.POSITIVE_INFINITY;
    }
    return Math.max(0, ownMs - nowMs, this.#pace.notBeforeMs - nowMs);
  }

  /** The slot is being started. */
  starting(slot: Slot): void {
    const record = this.#of(slot);
    record.phase = "starting";
    record.worked = 0;
  }

  /** The slot is up and can work. */
  started(slot: Slot): void {
    const record = this.#of(slot);
    record.phase = this.#crashLooping ? "proving" : "up";
    record.upSinceMs = this.#nowMs();
    record.worked = 0;
    this.#startsFail = false;
    if (!this.#crashLooping) this.#pace = { failures: 0, notBeforeMs: Number.NEGATIVE_INFINITY };
  }

  /** The slot has done this much: pieces of work that came to an end, well or not. */
  worked(slot: Slot, pieces = 1): void {
    const record = this.#slots.get(slot);
    if (record === undefined) return;
    record.worked += pieces;
    if (record.phase === "proving" && pieces > 0) this.#recover();
  }

  /** The slot has ended. Errors: `ERR_OPTION` for a class that there is not. */
  exited(slot: Slot, exitClass: ExitClass): ExitVerdict {
    oneOf("exitClass", exitClass, exitClasses);
    const nowMs = this.#nowMs();
    this.#recoverInTime(nowMs);
    const record = this.#of(slot);
    if (this.#isHealthy(record, nowMs)) record.failures = 0;
    record.phase = "down";
    const failure = isFailure(exitClass);
    if (failure) this.#failed(record, exitClass, nowMs);
    if (exitClass === "scaledDown") this.#slots.delete(slot);
    return { failure, failures: record.failures, delayMs: this.mayStart(slot), state: this.#crashLooping ? "crashLooping" : "ok" };
  }

  /** The slot is gone for good, and what is known of it too. */
  forget(slot: Slot): void {
    this.#slots.delete(slot);
  }

  get #oneByOne(): boolean {
    return this.#crashLooping || this.#startsFail;
  }

  #failed(record: SlotRecord, exitClass: ExitClass, nowMs: number): void {
    record.failures++;
    record.notBeforeMs = nowMs + this.#backoffMs(record.failures);
    if (exitClass === "startFailure") this.#startsFail = true;
    if (this.#window.note(nowMs)) this.#crashLooping = true;
    if (!this.#oneByOne) return;
    this.#pace.failures++;
    this.#pace.notBeforeMs = nowMs + this.#backoffMs(this.#pace.failures);
  }

  #backoffMs(failures: number): number {
    const { baseMs, maxMs, environment } = this.#settings;
    if (failures <= 1 || baseMs === 0) return 0;
    return Math.round(environment.random() * Math.min(maxMs, baseMs * 2 ** (failures - 2)));
  }

  #isHealthy({ phase, upSinceMs, worked }: SlotRecord, nowMs: number): boolean {
    if (phase !== "up" && phase !== "proving") return false;
    return nowMs - upSinceMs >= this.#settings.healthyAfterMs || worked >= this.#settings.healthyAfterWork;
  }

  /** A crash loop ends by time as well: a probe stayed up, or nothing failed for a whole window and something is up. */
  #recoverInTime(nowMs: number): void {
    if (!this.#crashLooping) return;
    const quiet = this.#window.isEmpty(nowMs);
    for (const { phase, upSinceMs } of this.#slots.values()) {
      const proven = phase === "proving" && nowMs - upSinceMs >= this.#settings.provenAfterMs;
      if (proven || (quiet && phase === "up")) return this.#recover();
    }
  }

  #recover(): void {
    this.#crashLooping = false;
    this.#window.clear();
    this.#pace = { failures: 0, notBeforeMs: Number.NEGATIVE_INFINITY };
    for (const record of this.#slots.values()) {
      if (record.phase === "proving") record.phase = "up";
    }
  }

  #of(slot: Slot): SlotRecord {
    let record = this.#slots.get(slot);
    if (record === undefined) {
      record = { phase: "down", failures: 0, notBeforeMs: Number.NEGATIVE_INFINITY, upSinceMs: 0, worked: 0 };
      this.#slots.set(slot, record);
    }
    return record;
  }

  #nowMs(): number {
    return steadyNow(this.#settings.environment.clock);
  }
}
