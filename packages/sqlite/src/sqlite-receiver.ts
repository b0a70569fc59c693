import { type Awaitable, type Delivery, JobError, OptionError, type Receiver, type Settled, type Settlement } from "@job-orch/core";
import { setTimeout as sleep } from "node:timers/promises";
import { checkChannel, checkFrames } from "./check-frames.ts";
import type { Feed } from "./feed.ts";
import { Loan } from "./loan.ts";
import type { Settings } from "./options.ts";
import { type Ending, SettleOp } from "./settle-op.ts";
import type { Turn } from "./turn.ts";
import { type Taker, Wait } from "./wait.ts";

export interface SqliteReceiverOptions {
  readonly feed: Feed;
  readonly turn: Turn;
  readonly settings: Settings;
  readonly maxInFlight: number;
  readonly onClose: (receiver: SqliteReceiver) => Promise<void>;
  /** Somebody waits from now on, or nobody does any more. */
  readonly onWaiting: () => void;
}

const NOTHING: readonly Delivery[] = Object.freeze([]);
/** How long closing waits for the store to take back what is held; the rest is done behind it. Units: milliseconds. */
const CLOSE_PATIENCE_MS = 2_000;
const HAND_BACK_AGAIN_MS = 1_000;
const HAND_BACK = { kind: "retry", delayMs: 0, charge: false } as const;

/** The receiving end of one queue. */
export class SqliteReceiver implements Receiver, Taker {
  readonly #options: SqliteReceiverOptions;
  /** On loan here, by fence. */
  readonly #loans = new Map<number, Loan>();
  #counted = 0;
  #closing: Promise<void> | undefined;

  constructor(options: SqliteReceiverOptions) {
    this.#options = options;
  }

  get room(): number {
    return this.#options.maxInFlight - this.#counted;
  }

  readonly receive = (max: number, signal: AbortSignal): Awaitable<readonly Delivery[]> => {
    if (this.#closing !== undefined || signal.aborted) return NOTHING;
    if (!(max >= 1)) return Promise.reject(new OptionError(`"max" is ${String(max)}; a receive takes at least 1`));
    const { feed, turn, onWaiting } = this.#options;
    const wait = new Wait(this, Math.floor(max), signal, (ended) => {
      feed.waits.delete(ended);
      onWaiting();
    });
    feed.waits.add(wait);
    onWaiting();
    turn.schedule();
    return wait.promise;
  };

  readonly settle = async (settlements: readonly Settlement[]): Promise<Settled> => {
    const { settings, turn } = this.#options;
    for (const { sends } of settlements) {
      for (const { channel, frames } of sends ?? []) {
        checkChannel(channel);
        checkFrames(channel.name, frames, settings.maxFrameBytes);
      }
    }
    const { endings, lost } = this.#find(settlements);
    if (endings.length === 0) return lost.length === 0 ? undefined : { lost };
    return this.#submit(new SettleOp(endings, lost, settings), turn);
  };

  took(loans: readonly Loan[]): void {
    this.#counted += loans.length;
    for (const loan of loans) this.#loans.set(loan.fence, loan);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= patiently(this.#close(), CLOSE_PATIENCE_MS);
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { feed, onClose } = this.#options;
    for (const wait of [...feed.waits]) if (wait.taker === this) wait.giveUp();
    const endings = Array.from(this.#loans.values(), (loan) => ({ loan, delivery: loan, outcome: HAND_BACK, sends: undefined }));
    this.#loans.clear();
    if (endings.length > 0) await this.#handBack(endings);
    await onClose(this);
  }

  /**
   * What is being settled stays settled: that was asked for earlier, so it comes first. As long as our process lives nobody
   * else takes what it holds, so a hand-back that the store cannot take now (locked, disk full) is tried until it can.
   */
  async #handBack(endings: readonly Ending[]): Promise<void> {
    const { turn, settings } = this.#options;
    for (;;) {
      try {
        await this.#submit(new SettleOp(endings, [], settings, "lost"), turn);
        return;
      } catch (error) {
        if (!JobError.is(error) || error.retry === "never") return;
        await sleep(HAND_BACK_AGAIN_MS, undefined, { ref: false });
      }
    }
  }

  /** Whose delivery it is, as far as it is known here; wrappers may hand in copies. */
  #find(settlements: readonly Settlement[]): { readonly endings: readonly Ending[]; readonly lost: readonly Delivery[] } {
    const endings: Ending[] = [];
    const lost: Delivery[] = [];
    for (const { delivery, outcome, sends } of settlements) {
      const known = this.#loans.get(delivery.fence);
      const loan = known ?? (delivery instanceof Loan ? delivery : undefined);
      if (known !== undefined) endings.push({ loan: known, delivery, outcome, sends });
      else if (loan?.state !== "settled") lost.push(delivery);
    }
    for (const { loan, outcome } of endings) if (outcome.kind !== "extend") this.#uncount(loan);
    return { endings, lost };
  }

  #uncount(loan: Loan): void {
    if (!loan.counted) return;
    loan.counted = false;
    this.#counted--;
  }

  #submit(op: SettleOp, turn: Turn): Promise<Settled> {
    turn.add(op);
    return op.promise.then((settled) => {
      for (const { loan } of op.endings) {
        if (loan.state === "out") continue;
        this.#uncount(loan); // lost while it was extended
        this.#loans.delete(loan.fence);
      }
      return settled;
    });
  }
}

/** Resolves with the promise, or when that takes too long; it goes on then. */
async function patiently(done: Promise<void>, longestMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, longestMs);
  try {
    await Promise.race([done, promise]);
  } finally {
    clearTimeout(timer);
  }
}
