import { type Awaitable, type Clock, ClosedError, type Loan, type LoanReceive } from "@job-orch/core";
import { isPromise } from "@job-orch/core/substrate";
import { type TimerWheel, timerWheel } from "@job-orch/timers";
import { Held, MadeLoan } from "./held.ts";
import type { Lender } from "./lender.ts";
import type { Alarm, OpenOperator, Operator, OperatorContext } from "./operator.ts";

const MESSAGES_PER_PULL = 256;
/** How long it takes in without letting timers and I/O have a turn. Units: milliseconds. */
const LONGEST_TURN_MS = 10;
/** An alarm that is further away is set in pieces. Units: milliseconds. */
const LONGEST_ALARM_MS = 86_400_000;

/** What a stage has counted. */
export interface StageCounts {
  /** Messages that came in. */
  readonly taken: number;
  /** What was handed out. */
  readonly emitted: number;
  /** Messages that came after their windows had closed. */
  readonly late: number;
  /** Messages that the operator left out on purpose: duplicates, superseded ones. */
  readonly dropped: number;
  /** What was handed out before its time, because no more could be held. */
  readonly early: number;
}

/** A row of operators as what stands behind it sees it. */
export type Row<Message> = LoanReceive<Message> & Pick<Lender<Message>, "flushes" | "finish"> & { readonly counts: StageCounts };

/**
 * One operator at its place. Takes in only while somebody waits for something to come out, so that what is held is
 * bounded by the operator; messages of the source are let go when all that was made of them is done with.
 */
export class Stage<In, Out> implements LoanReceive<Out>, Lender<Out> {
  readonly #name: string;
  readonly #source: Lender<In>;
  readonly #clock: Clock;
  readonly #operator: OpenOperator<In>;
  readonly #closing = new AbortController();
  readonly #counts = { taken: 0, emitted: 0, late: 0, dropped: 0, early: 0 };
  readonly #waiters = new Set<() => void>();
  #wheel: TimerWheel | undefined;
  #out: Loan<Out>[] = [];
  /** What `receive` and `receiveBatch` gave: done with when the next is asked for. */
  #handedOut: readonly Loan<Out>[] = [];
  #pumping: Promise<void> | undefined;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(source: Lender<In>, operator: Operator<In, Out>, clock: Clock) {
    this.#name = operator.name;
    this.#source = source;
    this.#clock = clock;
    const context: OperatorContext<Out> = { clock, emit: this.#emit, alarm: this.#alarm, count: (what) => void this.#counts[what]++ };
    this.#operator = operator.open(context);
  }

  get counts(): StageCounts {
    return { ...this.#counts };
  }

  get room(): number {
    return this.#source.room;
  }

  get returns(): boolean {
    return !this.#source.flushes;
  }

  get flushes(): boolean {
    return this.#source.flushes;
  }

  readonly finish = (): void => this.#source.finish();

  readonly receiveLoans = (max: number, options?: { readonly signal?: AbortSignal }): Awaitable<readonly Loan<Out>[]> => {
    this.#letGo();
    if (this.#out.length > 0 && !this.#closing.signal.aborted && options?.signal?.aborted !== true) return this.#out.splice(0, max);
    return this.#wait(max, options?.signal);
  };

  readonly receiveBatch = (max: number, options?: { readonly signal?: AbortSignal }): Awaitable<readonly Out[]> => {
    const hand = (loans: readonly Loan<Out>[]): readonly Out[] => {
      this.#handedOut = this.#handedOut.length === 0 ? loans : [...this.#handedOut, ...loans];
      return loans.map(({ message }) => message);
    };
    const loans = this.receiveLoans(max, options);
    return isPromise(loans) ? loans.then(hand) : hand(loans);
  };

  readonly receive = async (options?: { readonly signal?: AbortSignal }): Promise<Out> => {
    options?.signal?.throwIfAborted();
    const batch = await this.receiveBatch(1, options);
    if (batch.length > 0) return batch[0] as Out;
    options?.signal?.throwIfAborted();
    throw new ClosedError(`${this.#name}: there is no more to receive`);
  };

  async *[Symbol.asyncIterator](): AsyncIterator<Out> {
    for (;;) {
      const batch = await this.receiveBatch(1);
      if (batch.length === 0) return;
      yield batch[0] as Out;
    }
  }

  /** Disposes the source, too. What was not done with comes again where the source's messages do. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#wheel?.[Symbol.dispose]();
    this.#wake();
    await this.#source[Symbol.asyncDispose]();
    await this.#pumping;
    this.#out = [];
  }

  async #wait(max: number, signal: AbortSignal | undefined): Promise<readonly Loan<Out>[]> {
    for (;;) {
      if (this.#closing.signal.aborted || signal?.aborted === true) return [];
      if (this.#out.length > 0) return this.#out.splice(0, max);
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#ended) return [];
      const change = this.#change(signal);
      this.#pumping ??= this.#pump().finally(() => {
        this.#pumping = undefined;
        this.#wake(); // who began to wait as it stopped begins another one
      });
      await change;
    }
  }

  /** Resolves when there may be something new, or the signal aborts. */
  #change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const over = (): void => {
        this.#waiters.delete(over);
        signal?.removeEventListener("abort", over);
        resolve();
      };
      this.#waiters.add(over);
      signal?.addEventListener("abort", over, { once: true });
    });
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter();
  }

  /** Takes in until something came out, the source ended, or nobody waits any more. Never rejects. */
  async #pump(): Promise<void> {
    try {
      let turnMs = performance.now();
      while (this.#waiters.size > 0 && this.#out.length === 0 && !this.#ended && !this.#closing.signal.aborted) {
        if (this.#source.room <= 0 && this.#operator.relieve()) {
          this.#counts.early++;
          continue;
        }
        const got = this.#source.receiveLoans(MESSAGES_PER_PULL, { signal: this.#closing.signal });
        await this.#takeAll(isPromise(got) ? await got : got);
        if (performance.now() - turnMs < LONGEST_TURN_MS) continue;
        await new Promise((resolve) => setImmediate(resolve));
        turnMs = performance.now();
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  async #takeAll(loans: readonly Loan<In>[]): Promise<void> {
    if (loans.length === 0 && !this.#closing.signal.aborted) {
      this.#ended = true;
      if (this.#source.flushes) this.#operator.end();
      this.#wake();
    }
    for (const loan of loans) {
      if (this.#closing.signal.aborted) return; // the rest comes again
      this.#counts.taken++;
      const taken = this.#operator.take(loan.message, new Held(loan));
      if (isPromise(taken)) await taken;
    }
  }

  readonly #emit = (message: Out, parents: readonly Held[]): void => {
    this.#counts.emitted++;
    this.#out.push(new MadeLoan(message, parents));
    if (this.#waiters.size > 0) this.#wake();
  };

  readonly #alarm = (ring: () => void): Alarm => {
    let handle = 0;
    const rung = (): void => {
      handle = 0;
      ring();
    };
    const set = (delayMs: number): void => {
      if (this.#closing.signal.aborted) return;
      this.#wheel ??= timerWheel({ clock: this.#clock, onError: (error) => this.#fail(error) });
      if (handle !== 0) this.#wheel.cancel(handle);
      const leftMs = delayMs - LONGEST_ALARM_MS;
      handle = leftMs > 0 ? this.#wheel.arm(LONGEST_ALARM_MS, () => set(leftMs)) : this.#wheel.arm(Math.max(0, delayMs), rung);
    };
    return {
      set,
      clear: () => {
        if (handle !== 0) this.#wheel?.cancel(handle);
        handle = 0;
      },
    };
  };

  /** A function of the user's threw, or the source broke: whoever receives hears of it, from now on. */
  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake();
  }

  #letGo(): void {
    if (this.#handedOut.length === 0) return;
    const loans = this.#handedOut;
    this.#handedOut = [];
    for (const { done } of loans) done();
  }
}
