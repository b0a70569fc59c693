import { BusyError, type Clock, ClosedError, OptionError, systemClock, type Timer } from "@job-orch/core";
import { checkFunction, checkMembers } from "@job-orch/core/substrate";
import { fire, MOST_PER_TURN, type OnTimerError, throwUncaught, type TimerCallback } from "../callbacks.ts";
import { generationOf, MOST_SLOTS, nextGeneration, slotOf, type TimerHandle, toHandle } from "../handles.ts";
import { JumpWatch } from "./jump-watch.ts";
import { OrderedSlots } from "./ordered-slots.ts";

export interface TimerHeapOptions {
  readonly clock?: Clock;
  readonly onError?: OnTimerError;
  /** With `false` what is armed does not keep the process alive. Default true. */
  readonly ref?: boolean;
}

/** A timer stands still while the machine sleeps, and does not hear that its clock was set: so long a jump may go unnoticed. */
const LONGEST_SLEEP_MS = 5_000;

interface Armed {
  readonly generation: number;
  readonly callback: TimerCallback;
  readonly value: unknown;
}

/**
 * Any number of points in time on the wall clock behind one armed timer: schedules, and whatever is further away than a
 * wheel reaches. Fires in the order of time, never before it, and soon after the clock was set forward past it.
 */
export class TimerHeap implements Disposable {
  readonly #clock: Clock;
  readonly #onError: OnTimerError;
  readonly #timerOptions: { readonly ref: boolean };
  readonly #order = new OrderedSlots();
  readonly #armed: (Armed | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #jumps: JumpWatch;
  readonly #onJump = new Set<(byMs: number) => void>();
  #generation = 0;
  #timer: Timer | undefined;
  #wakeMs = Number.POSITIVE_INFINITY;
  #immediate: NodeJS.Immediate | undefined;
  #closed = false;

  constructor(options: TimerHeapOptions = {}) {
    const { clock = systemClock, onError = throwUncaught, ref = true } = options;
    checkMembers("clock", clock, ["now", "after"], "a clock");
    checkFunction("onError", onError);
    this.#clock = clock;
    this.#onError = onError;
    this.#timerOptions = { ref };
    this.#jumps = new JumpWatch(clock);
  }

  /** How many timers are armed. */
  get size(): number {
    return this.#order.size;
  }

  /** When the next one is due; `undefined` when none is. Units: epoch milliseconds. */
  get nextMs(): number | undefined {
    return this.#order.size === 0 ? undefined : this.#order.firstTime;
  }

  /**
   * Calls back once, at `dueMs` or a little later; at once when that is past.
   *
   * Units:  epoch milliseconds.
   * Errors: `ERR_OPTION`, `ERR_CLOSED`, `ERR_BUSY` when 16 million are armed.
   */
  at(dueMs: number, callback: () => void): TimerHandle;
  at<Value>(dueMs: number, callback: TimerCallback<Value>, value: Value): TimerHandle;
  at(dueMs: number, callback: TimerCallback<never>, value?: unknown): TimerHandle {
    if (this.#closed) throw new ClosedError("The timer heap is closed");
    if (typeof callback !== "function") throw new OptionError("A timer takes a function to call back");
    if (!Number.isFinite(dueMs)) throw new OptionError(`"dueMs" is ${String(dueMs)}; it takes epoch milliseconds`);
    if (this.#order.size >= MOST_SLOTS)
      throw new BusyError("timerHeap", "16 million timers are armed; cancel some, or keep them in a store");
    const slot = this.#free.pop() ?? this.#armed.length;
    this.#generation = nextGeneration(this.#generation);
    this.#armed[slot] = { generation: this.#generation, callback: callback as TimerCallback, value };
    this.#order.add(slot, dueMs, this.#generation);
    if (dueMs < this.#wakeMs) this.#sleep();
    return toHandle(slot, this.#generation);
  }

  /** Calls a timer off. False when it fired or was cancelled before: an old handle never touches another timer. */
  cancel(handle: TimerHandle): boolean {
    const slot = slotOf(handle);
    const armed = this.#armed[slot];
    if (armed === undefined || armed.generation !== generationOf(handle)) return false;
    this.#order.remove(slot);
    this.#release(slot);
    if (this.#order.size === 0) this.#disarm();
    return true;
  }

  /** Listens for the wall clock having been set, or the machine having slept; returns what ends that. Seen within 5 s while anything is armed. */
  onJump(listener: (byMs: number) => void): () => void {
    this.#onJump.add(listener);
    return () => this.#onJump.delete(listener);
  }

  /** Forgets what is armed, without calling back. */
  [Symbol.dispose](): void {
    this.#closed = true;
    this.#disarm();
    this.#onJump.clear();
  }

  readonly #wake = (): void => {
    this.#disarm();
    this.#wakeMs = -Infinity; // who arms while it fires need not wake it
    const jumpMs = this.#jumps.look();
    if (jumpMs !== 0) for (const listener of this.#onJump) fire(listener as TimerCallback, jumpMs, this.#onError);
    const nowMs = this.#clock.now();
    let left = MOST_PER_TURN;
    while (!this.#closed && this.#order.firstTime <= nowMs && left-- > 0) {
      const slot = this.#order.firstSlot;
      const { callback, value } = this.#armed[slot] as Armed;
      this.#order.remove(slot);
      this.#release(slot);
      fire(callback, value, this.#onError);
    }
    if (this.#closed) return;
    if (this.#order.firstTime <= nowMs) this.#immediate = setImmediate(this.#wake);
    else this.#sleep();
  };

  #sleep(): void {
    this.#disarm();
    if (this.#order.size === 0) return;
    this.#wakeMs = this.#order.firstTime;
    const delayMs = Math.min(Math.max(0, this.#wakeMs - this.#clock.now()), LONGEST_SLEEP_MS);
    this.#timer = this.#clock.after(delayMs, this.#wake, this.#timerOptions);
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
    this.#wakeMs = Number.POSITIVE_INFINITY;
  }

  #release(slot: number): void {
    this.#armed[slot] = undefined;
    this.#free.push(slot);
  }
}

/** A heap of one's own. Dispose it to leave nothing behind. Errors: `ERR_OPTION`. */
export function timerHeap(options?: TimerHeapOptions): TimerHeap {
  return new TimerHeap(options);
}
