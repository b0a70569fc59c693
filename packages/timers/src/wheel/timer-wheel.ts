import { BusyError, type Clock, ClosedError, OptionError, systemClock, type Timer } from "@job-orch/core";
import { checkFunction, checkMembers, safeString, steadyNow } from "@job-orch/core/substrate";
import { fire, MOST_PER_TURN, type OnTimerError, throwUncaught, type TimerCallback } from "../callbacks.ts";
import type { TimerHandle } from "../handles.ts";
import { TimerNodes } from "./nodes.ts";
import { Occupancy } from "./occupancy.ts";
import { FURTHEST_TICKS, LEVELS, nextVisit, slotFor, slotsToSpread, SLOTS_PER_LEVEL, visitTick } from "./ticks.ts";

export interface TimerWheelOptions {
  /** How exact it is: a timer fires up to one tick late, never early. Units: milliseconds. Range: 0.1 to 60,000. Default 1. */
  readonly tickMs?: number;
  readonly clock?: Clock;
  readonly onError?: OnTimerError;
  /** With `false` what is armed does not keep the process alive. Default true. */
  readonly ref?: boolean;
}

const SLOTS = LEVELS * SLOTS_PER_LEVEL;
/** The list of what is due. Up to it, a slot's number is that of its list's head. */
const DUE = SLOTS;
/** Below what the levels reach, so that a wheel whose event loop was blocked for hours still takes it. */
const LONGEST_TICKS = 2 ** 32 - 2 ** 24;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * Any number of volatile timeouts behind one armed timer: deadlines, heartbeats, passivation; most of them are cancelled.
 * Four levels of 256 slots, each 256 times as coarse as the one below; a timer moves down at most three times.
 *
 * @example
 * const wheel = timerWheel();
 * const handle = wheel.arm(5_000, (id) => expire(id), "order-7");
 * wheel.cancel(handle);
 */
export class TimerWheel implements Disposable {
  readonly #tickMs: number;
  readonly #clock: Clock;
  readonly #onError: OnTimerError;
  readonly #timerOptions: { readonly ref: boolean };
  readonly #originMs: number;
  readonly #nodes = new TimerNodes(SLOTS + 1);
  readonly #occupied = new Occupancy(LEVELS);
  /** Everything up to this tick was looked at. */
  #cursor = 0;
  #timer: Timer | undefined;
  /** When the timer wakes it; no slot begins before. −∞ while it fires. */
  #wakeTick = NEVER;
  #immediate: NodeJS.Immediate | undefined;
  #tidying = false;
  #closed = false;

  constructor(options: TimerWheelOptions = {}) {
    const { tickMs = 1, clock = systemClock, onError = throwUncaught, ref = true } = options;
    if (typeof tickMs !== "number" || !(tickMs >= 0.1 && tickMs <= 60_000)) {
      throw new OptionError(`"tickMs" is ${safeString(tickMs)}; it takes milliseconds from 0.1 to 60,000`);
    }
    checkMembers("clock", clock, ["now", "after"], "a clock");
    checkFunction("onError", onError);
    this.#tickMs = tickMs;
    this.#clock = clock;
    this.#onError = onError;
    this.#timerOptions = { ref };
    this.#originMs = steadyNow(clock);
  }

  /** How many timers are armed. */
  get size(): number {
    return this.#nodes.size;
  }

  /**
   * Calls back once, after `delayMs` or a little more. Timers of one tick fire in no particular order.
   *
   * Units:  milliseconds of time that does not jump. Range: 0 to 49 days (times `tickMs`); a `timerHeap` takes more.
   * Errors: `ERR_OPTION`, `ERR_CLOSED`, `ERR_BUSY` when 16 million are armed.
   */
  arm(delayMs: number, callback: () => void): TimerHandle;
  arm<Value>(delayMs: number, callback: TimerCallback<Value>, value: Value): TimerHandle;
  arm(delayMs: number, callback: TimerCallback<never>, value?: unknown): TimerHandle {
    if (this.#closed) throw new ClosedError("The timer wheel is closed");
    if (typeof callback !== "function") throw new OptionError("A timer takes a function to call back");
    if (!(delayMs >= 0 && delayMs <= LONGEST_TICKS * this.#tickMs)) this.#refuse(delayMs);
    const nowTicks = this.#nowTicks();
    const nowTick = Math.floor(nowTicks);
    if (nowTick < this.#wakeTick && nowTick > this.#cursor) this.#cursor = nowTick; // nothing begins in between
    const dueTick = Math.max(this.#cursor + 1, Math.ceil(nowTicks + delayMs / this.#tickMs));
    const ticksAway = dueTick - this.#cursor;
    if (ticksAway > FURTHEST_TICKS)
      throw new BusyError("timerWheel", "its event loop was blocked for hours; arm again when it has caught up");
    const node = this.#nodes.take(dueTick, callback as TimerCallback, value);
    const slot = slotFor(dueTick, ticksAway);
    this.#nodes.link(node, slot);
    this.#occupied.set(slot);
    const wakeTick = visitTick(dueTick, slot);
    if (wakeTick < this.#wakeTick) this.#wakeAt(wakeTick);
    return this.#nodes.handle(node);
  }

  /** Calls a timer off. False when it fired or was cancelled before: an old handle never touches another timer. */
  cancel(handle: TimerHandle): boolean {
    const node = this.#nodes.find(handle);
    if (node === 0) return false;
    const emptied = this.#nodes.unlink(node);
    this.#nodes.release(node);
    if (emptied >= 0 && emptied < SLOTS) this.#occupied.clear(emptied);
    if (this.#nodes.size === 0) this.#tidySoon();
    return true;
  }

  /** Forgets what is armed, without calling back. */
  [Symbol.dispose](): void {
    this.#closed = true;
    this.#disarm();
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
  }

  #nowTicks(): number {
    return (steadyNow(this.#clock) - this.#originMs) / this.#tickMs;
  }

  /** Fires what is due, then sleeps until the next slot begins. */
  readonly #wake = (): void => {
    this.#timer = undefined;
    this.#immediate = undefined;
    this.#wakeTick = -NEVER;
    const nowTick = Math.floor(this.#nowTicks());
    let left = MOST_PER_TURN;
    for (;;) {
      left = this.#fireDue(left);
      if (this.#closed) return;
      if (left === 0) {
        this.#immediate = setImmediate(this.#wake);
        return;
      }
      const next = nextVisit(this.#occupied, this.#cursor);
      if (next > nowTick) {
        this.#cursor = Math.max(this.#cursor, nowTick);
        this.#wakeTick = NEVER;
        if (next < NEVER) this.#wakeAt(next);
        else this.#nodes.shrink();
        return;
      }
      this.#visit(next);
    }
  };

  #fireDue(most: number): number {
    const nodes = this.#nodes;
    let left = most;
    while (left > 0 && !nodes.isEmpty(DUE) && !this.#closed) {
      const node = nodes.next[DUE] as number;
      const callback = nodes.callback(node);
      const value = nodes.value(node);
      nodes.unlink(node);
      nodes.release(node);
      fire(callback, value, this.#onError);
      left--;
    }
    return left;
  }

  /** Spreads the coarser slots that begin here over finer ones; what is due here moves to the due. */
  #visit(tick: number): void {
    const nodes = this.#nodes;
    this.#cursor = tick;
    for (const slot of slotsToSpread(tick)) {
      this.#occupied.clear(slot);
      while (!nodes.isEmpty(slot)) {
        const node = nodes.next[slot] as number;
        nodes.unlink(node);
        const dueTick = nodes.dueTicks[node] as number;
        const finer = slotFor(dueTick, (dueTick - tick) >>> 0); // both modulo 2^32
        nodes.link(node, finer);
        this.#occupied.set(finer);
      }
    }
    const slot = tick & (SLOTS_PER_LEVEL - 1);
    this.#occupied.clear(slot);
    nodes.splice(slot, DUE);
  }

  #wakeAt(tick: number): void {
    this.#timer?.cancel();
    this.#wakeTick = tick;
    const delayMs = Math.max(0, this.#originMs + tick * this.#tickMs - steadyNow(this.#clock));
    this.#timer = this.#clock.after(delayMs, this.#wake, this.#timerOptions);
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#wakeTick = NEVER;
  }

  /** At the end of the turn: who arms and cancels one timer over and over need not pay for the clock's. */
  #tidySoon(): void {
    if (this.#tidying) return;
    this.#tidying = true;
    queueMicrotask(() => {
      this.#tidying = false;
      if (this.#nodes.size > 0 || this.#wakeTick === -NEVER) return;
      this.#disarm();
      this.#nodes.shrink();
    });
  }

  #refuse(delayMs: number): never {
    const longest = Math.floor(LONGEST_TICKS * this.#tickMs);
    throw new OptionError(`"delayMs" is ${String(delayMs)}; a wheel takes 0 to ${longest} ms, a timerHeap any time`);
  }
}

/** A wheel of one's own. Dispose it to leave nothing behind. Errors: `ERR_OPTION`. */
export function timerWheel(options?: TimerWheelOptions): TimerWheel {
  return new TimerWheel(options);
}
