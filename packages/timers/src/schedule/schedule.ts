import { JobError } from "@job-orch/core";
import { pause } from "@job-orch/core/substrate";
import type { TimerHandle } from "../handles.ts";
import { type TimerHeap, timerHeap } from "../heap/timer-heap.ts";
import { chosen } from "./misfire.ts";
import { loadProgress, saveProgress } from "./progress.ts";
import {
  type Firing,
  type ScheduleDefinition,
  type ScheduleOptions,
  type ScheduleSettings,
  toScheduleSettings,
} from "./schedule-options.ts";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;
/** A clock that is so far behind what was dealt with was set back; less is a clock being disciplined. Units: milliseconds. */
const SET_BACK_MS = 1_000;

/**
 * Sends a request at every instant of a plan. The timer only starts the sending; one sending at a time, and what passes
 * meanwhile is for the misfire policy. Nothing is left behind when it is disposed.
 */
export class Schedule implements AsyncDisposable {
  readonly #settings: ScheduleSettings;
  readonly #heap: TimerHeap;
  readonly #ownsHeap: boolean;
  readonly #closing = new AbortController();
  readonly #leaveHeap: () => void;
  /** Instants up to this one were dealt with. */
  #lastMs: number;
  #handle: TimerHandle | undefined;
  #nextMs: number | undefined;
  #working: Promise<void>;

  constructor(definition: ScheduleDefinition<never>, options: ScheduleOptions) {
    this.#settings = toScheduleSettings(definition, options);
    const { clock } = this.#settings;
    this.#ownsHeap = options.heap === undefined;
    this.#heap = options.heap ?? timerHeap({ clock });
    this.#lastMs = clock.now();
    this.#leaveHeap = this.#heap.onJump(this.#jumped);
    this.#working = this.#begin();
  }

  /** The next instant that is planned; `undefined` when there is none, or while it sends. Units: epoch milliseconds. */
  get nextMs(): number | undefined {
    return this.#nextMs;
  }

  /** Plans nothing more, gives up a send that waits, and resolves when nothing is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#disarm();
    this.#leaveHeap();
    await this.#working;
    if (this.#ownsHeap) this.#heap[Symbol.dispose]();
  }

  async #begin(): Promise<void> {
    const { id, progress, clock, onError } = this.#settings;
    try {
      const lastMs = await loadProgress(progress, id);
      // Later than now: it was written by a clock that was ahead.
      if (lastMs !== undefined) this.#lastMs = Math.min(lastMs, clock.now());
      else await saveProgress(progress, id, this.#lastMs);
    } catch (error) {
      onError(error, { scheduleId: id, plannedAtMs: this.#lastMs });
    }
    await this.#catchUp();
  }

  readonly #due = (): void => {
    this.#handle = undefined;
    this.#nextMs = undefined;
    this.#working = this.#catchUp();
  };

  /** The clock was set back: instants come again, under the ids they had. Forward: what passed is due. */
  readonly #jumped = (): void => {
    if (this.#handle === undefined) return; // it sends, and plans after that
    this.#disarm();
    this.#working = this.#catchUp();
  };

  /** Sends what is due, then waits for the next instant. Never rejects. */
  async #catchUp(): Promise<void> {
    const { plan, clock, jitterMs, misfire, mostLate, toleranceMs } = this.#settings;
    for (;;) {
      if (this.#closing.signal.aborted) return;
      const nowMs = clock.now() - jitterMs;
      if (this.#lastMs - nowMs > SET_BACK_MS + jitterMs) this.#lastMs = nowMs;
      const passed = plan.newest(this.#lastMs, nowMs, mostLate);
      if (passed.length === 0) break;
      for (const plannedAtMs of chosen(passed, nowMs, misfire, toleranceMs)) await this.#send(plannedAtMs);
      if (this.#closing.signal.aborted) return;
      await this.#dealtWith(passed.at(-1) as number);
    }
    this.#arm();
  }

  #arm(): void {
    const { plan, jitterMs } = this.#settings;
    this.#nextMs = plan.after(this.#lastMs);
    if (this.#nextMs !== undefined) this.#handle = this.#heap.at(this.#nextMs + jitterMs, this.#due);
  }

  #disarm(): void {
    if (this.#handle !== undefined) this.#heap.cancel(this.#handle);
    this.#handle = undefined;
    this.#nextMs = undefined;
  }

  async #dealtWith(plannedAtMs: number): Promise<void> {
    const { id, progress, onError } = this.#settings;
    this.#lastMs = plannedAtMs;
    try {
      await saveProgress(progress, id, plannedAtMs);
    } catch (error) {
      onError(error, { scheduleId: id, plannedAtMs }); // after a restart it may fire again, under the same id
    }
  }

  /** Sends one firing, again and again while the channel may still take it. */
  async #send(plannedAtMs: number): Promise<void> {
    const { id, send, request, clock, onError } = this.#settings;
    const { signal } = this.#closing;
    const firing: Firing = { scheduleId: id, plannedAtMs };
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      let isMade = false;
      try {
        const made = await request(firing);
        isMade = true;
        await send(firingId(firing), made, signal);
        return;
      } catch (error) {
        if (signal.aborted) return;
        onError(error, firing);
        if (JobError.is(error) ? error.retry === "never" : !isMade) return;
        await pause(clock, pauseMs, signal);
      }
    }
  }
}

/** The same on every host, so that a store collapses what several of them send. */
export function firingId({ scheduleId, plannedAtMs }: Firing): string {
  return `${scheduleId}@${new Date(plannedAtMs).toISOString()}`;
}

/**
 * Sends a request to a processor by the clock: cron in a time zone, or every so many milliseconds. Any number of hosts may
 * run the same schedule: no leader is needed, as a firing has the same id everywhere and the store takes it once.
 *
 * Promise: at least once per instant that the misfire policy keeps; once where the transport has `dedupe`.
 * Errors:  `ERR_OPTION` at once, for a pattern or an option that is wrong.
 *
 * @example
 * await using nightly = schedule({ id: "nightly", cron: "0 3 * * *", to: report, request: ({ plannedAtMs }) => ({ plannedAtMs }) });
 */
export function schedule<Request>(definition: ScheduleDefinition<Request>, options: ScheduleOptions = {}): Schedule {
  return new Schedule(definition as unknown as ScheduleDefinition<never>, options);
}
