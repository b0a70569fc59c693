import { type Awaitable, type Delivery, OptionError, type Receiver, type Settled, type Settlement } from "@job-orch/core";
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
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { feed, turn, settings, onClose } = this.#options;
    for (const wait of [...feed.waits]) if (wait.taker === this) wait.giveUp();
    const endings = Array.from(this.#loans.values(), (loan) => ({ loan, delivery: loan, outcome: HAND_BACK, sends: undefined }));
    // What is being settled stays settled: that was asked for earlier, so it comes first. A hand-back that fails is made good when our beat stops.
    if (endings.length > 0) await this.#submit(new SettleOp(endings, [], settings, "lost"), turn).catch(() => undefined);
    this.#loans.clear();
    await onClose(this);
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
