import { AttemptTimeoutError, CancelledError, ClosedError, DeadlineError, LeaseLostError } from "../errors/errors.ts";
import type { Delivery } from "../transport/delivery.ts";
import { Attempt } from "./attempt.ts";
import { isPromise } from "./awaiting.ts";
import { Extender } from "./extender.ts";
import { hooks } from "./hooks.ts";
import type { Outboxes } from "./outbox.ts";
import { reportStored } from "./report.ts";
import { ROOT } from "./reserved-headers.ts";
import { RetryHold } from "./retry-hold.ts";
import { Settler } from "./settler.ts";
import type { SteadyReceiver } from "./steady-receiver.ts";
import { Sweeper } from "./sweeper.ts";
import { Work, type WorkOptions } from "./work.ts";

/** With more calls than this on their way to the store, nothing new is taken. */
const MOST_SETTLES_UNDER_WAY = 8;
/** How long the loop may go on without letting timers and I/O have a turn. Units: milliseconds. */
const LONGEST_TURN_MS = 10;
/** After the grace is over, how long a job that was told to stop may take to end. Units: milliseconds. */
const LAST_WORD_MS = 250;

export interface LoopOptions extends Pick<
  WorkOptions,
  "name" | "job" | "channels" | "settings" | "bodies" | "emitter" | "slots" | "isCancelled"
> {
  readonly receiver: SteadyReceiver;
  readonly outboxes: Outboxes;
}

/** Receive, work, settle, around and around: as many at once as there are slots. */
export class Loop {
  readonly #options: LoopOptions;
  readonly #work: Work;
  readonly #settler: Settler<Attempt>;
  readonly #sweeper: Sweeper;
  readonly #extender: Extender;
  readonly #hold: RetryHold;
  readonly #stop = new AbortController();
  /** Ends the wait for deliveries: the loop pauses or stops. */
  #taking = new AbortController();
  #pumped: Promise<void> = Promise.resolve();
  #wake: (() => void) | undefined;
  #turnDue = false;
  #inPump = false;
  #paused = false;
  #hurry: (() => void) | undefined;
  #turnStartedMs = 0;
  #stopped: Promise<void> = Promise.resolve();

  constructor(options: LoopOptions) {
    this.#options = options;
    const { settings, receiver, outboxes, name, emitter } = options;
    const { clock } = settings.environment;
    const { capabilities } = settings.transport;
    this.#settler = new Settler<Attempt>({
      processor: name,
      receiver,
      outboxes,
      transactional: capabilities.transactional,
      clock,
      onStored: (attempts, lost) => reportStored(name, emitter, clock, attempts, lost),
      onTrouble: (error) => emitter.emit("disconnected", { processor: name, error }),
    });
    this.#hold = new RetryHold(clock, capabilities.delay, (attempt) => this.#settle(attempt));
    this.#work = new Work({
      ...options,
      onLimit: (atMs) => this.#sweeper.note(atMs),
      onDecided: (attempt) => this.#hold.pass(attempt),
      onFree: () => this.#due(),
    });
    this.#sweeper = new Sweeper(clock, (nowMs) => this.#interruptOverdue(nowMs));
    this.#extender = new Extender({
      receiver,
      slots: options.slots,
      hold: this.#hold,
      leaseMs: settings.leaseMs,
      clock,
      needed: capabilities.lease === "delivery",
      onLost: (attempt) => this.#work.interrupt(attempt, new LeaseLostError(`Another receiver may hold request "${attempt.id}" now`)),
    });
  }

  /** Works until the loop is stopped. Rejects when the subscription can never be opened again. */
  async pump(): Promise<void> {
    const { slots, receiver } = this.#options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#pumped = promise;
    this.#extender.start(); // until nothing runs any more, which is after the last turn
    try {
      while (!this.#stop.signal.aborted) {
        this.#settler.flush();
        if (this.#paused || slots.free === 0 || this.#settler.underWay >= MOST_SETTLES_UNDER_WAY) {
          await this.#changed();
          continue;
        }
        const { signal } = this.#taking;
        let got = receiver.receive(slots.free, signal);
        if (isPromise(got)) {
          if (slots.busy === 0) this.#idle();
          got = await got;
          this.#turnStartedMs = 0;
        }
        if (signal.aborted) this.#giveBack(got);
        else this.#begin(got);
        await this.#breathe();
      }
    } finally {
      resolve();
    }
  }

  /** Takes nothing new; waits up to `graceMs` for what runs; tells the rest to stop and hands it back. Calling it again hurries. */
  stop(graceMs: number): Promise<void> {
    if (this.#stop.signal.aborted) {
      this.#hurry?.();
      return this.#stopped;
    }
    this.#stop.abort();
    this.#taking.abort();
    this.#wakeUp();
    this.#stopped = this.#wind(graceMs);
    return this.#stopped;
  }

  /** Resolves when nothing is left running; stops the loop when nobody has. */
  windDown(graceMs: number): Promise<void> {
    return this.#stop.signal.aborted ? this.#stopped : this.stop(graceMs);
  }

  async #wind(graceMs: number): Promise<void> {
    const { slots, settings } = this.#options;
    const { clock } = settings.environment;
    await this.#quiet(graceMs, clock);
    this.#work.stopping();
    const reason = new ClosedError(`The processor "${this.#options.name}" stops and the grace period is over`);
    for (const { attempt } of slots.all) attempt?.abort(reason);
    if (slots.busy > 0) await this.#quiet(LAST_WORD_MS, clock);
    for (const { attempt } of slots.all) if (attempt !== undefined) this.#work.handBack(attempt);
    await this.#pumped; // it gives back what was on its way when the loop was stopped
    this.#hold.release();
    this.#sweeper.stop();
    this.#extender.stop();
    const giveUp = clock.after(Math.max(graceMs, 1_000), () => this.#settler.abandon());
    this.#hurry = () => this.#settler.abandon();
    await this.#settler.drain();
    this.#hurry = undefined;
    giveUp.cancel();
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    if (paused) this.#taking.abort();
    else if (this.#taking.signal.aborted && !this.#stop.signal.aborted) this.#taking = new AbortController();
    this.#wakeUp();
  }

  /** Cancels a request that is running here. */
  cancel(id: string): boolean {
    const slot = this.#options.slots.all.find(({ attempt }) => attempt?.id === id);
    // One whose fate is decided may wait for its next attempt, although its job has not let go of the slot.
    if (slot?.attempt === undefined || slot.attempt.decided) return this.#cancelHeld((attempt) => attempt.id === id);
    this.#work.interrupt(slot.attempt, cancelled(slot.attempt));
    return true;
  }

  /** Cancels what pipelines made of a request and is running here. */
  cancelDerived(root: string): void {
    const derived = (attempt: Attempt): boolean => attempt.headers[ROOT] === root && attempt.id !== root;
    for (const { attempt } of this.#options.slots.all) {
      if (attempt !== undefined && derived(attempt)) this.#work.interrupt(attempt, cancelled(attempt));
    }
    this.#cancelHeld(derived);
  }

  #cancelHeld(which: (attempt: Attempt) => boolean): boolean {
    return this.#hold.cancel(which, (attempt) => this.#work.interrupt(attempt, cancelled(attempt)));
  }

  #begin(deliveries: readonly Delivery[]): void {
    if (hooks.receive.hasSubscribers) hooks.receive.publish({ processor: this.#options.name, count: deliveries.length });
    this.#inPump = true; // what ends at once is settled by the pump itself
    for (const delivery of deliveries) this.#work.begin(delivery);
    this.#inPump = false;
  }

  /** What arrived when nothing was to be taken any more: as if it had not. */
  #giveBack(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) this.#work.handBack(new Attempt(delivery, this.#options));
  }

  #settle(attempt: Attempt): void {
    this.#settler.add(attempt);
    this.#due();
  }

  /** One microtask for everything that ends in this turn: settle it together, then take as many new ones together. */
  #due(): void {
    if (this.#turnDue || this.#inPump) return;
    this.#turnDue = true;
    queueMicrotask(() => {
      this.#turnDue = false;
      this.#settler.flush();
      this.#wakeUp();
    });
  }

  async #changed(): Promise<void> {
    const settled = this.#settler.underWay >= MOST_SETTLES_UNDER_WAY ? this.#settler.progress() : undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      void settled?.then(resolve);
    });
    this.#turnStartedMs = 0;
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /** Lets timers and I/O have a turn when jobs that never wait have kept the loop busy for long. */
  #breathe(): Promise<void> | undefined {
    const nowMs = performance.now();
    if (this.#turnStartedMs === 0) this.#turnStartedMs = nowMs;
    if (nowMs - this.#turnStartedMs < LONGEST_TURN_MS) return undefined;
    this.#settler.flush();
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#turnStartedMs = 0;
        resolve();
      });
    });
  }

  #idle(): void {
    const { emitter, name } = this.#options;
    if (emitter.wants("idle")) emitter.emit("idle", { processor: name });
  }

  #interruptOverdue(nowMs: number): number {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { attempt } of this.#options.slots.all) {
      if (attempt?.limitMs === undefined || (attempt.decided && attempt.after === undefined)) continue;
      if (attempt.limitMs > nowMs) nextMs = Math.min(nextMs, attempt.limitMs);
      else this.#work.interrupt(attempt, this.#overdue(attempt));
    }
    return nextMs;
  }

  #overdue(attempt: Attempt): Error {
    if (!attempt.limitedByTimeout) return new DeadlineError(`The deadline of request "${attempt.id}" passed while it ran`);
    return new AttemptTimeoutError(
      `Attempt ${attempt.attempt} of request "${attempt.id}" took longer than ${this.#options.settings.timeoutMs} ms`,
    );
  }

  /** Resolves when no slot is busy, when the time is over, or when someone hurries. */
  #quiet(longestMs: number, clock: LoopOptions["settings"]["environment"]["clock"]): Promise<void> {
    const { slots } = this.#options;
    return new Promise((resolve) => {
      const finish = (): void => {
        timer.cancel();
        this.#hurry = undefined;
        resolve();
      };
      const look = (): void => {
        if (slots.busy === 0) finish();
        else this.#wake = look;
      };
      const timer = clock.after(longestMs, finish);
      this.#hurry = finish;
      look();
    });
  }
}

function cancelled({ id }: Attempt): CancelledError {
  return new CancelledError(`Request "${id}" was cancelled`);
}
