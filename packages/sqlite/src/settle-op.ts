import type { Delivery, Outcome, Sends, Settled } from "@job-orch/core";
import type { FrameWriter } from "./frame-writer.ts";
import type { Loan } from "./loan.ts";
import type { Op } from "./op.ts";
import type { Settings } from "./options.ts";
import { isChannelFull, targets } from "./room.ts";
import { applyOne, complete, findLost } from "./settle.ts";
import { toSettleError } from "./sqlite-errors.ts";
import type { Transaction } from "./transaction.ts";

/** One settlement, its delivery found. */
export interface Ending {
  readonly loan: Loan;
  readonly delivery: Delivery;
  readonly outcome: Outcome;
  readonly sends: readonly Sends[] | undefined;
}

/**
 * What goes out with a settlement waits for room like any send, but not for ever: two channels that are full of each other's
 * work would never end. After this long it passes. Units: milliseconds.
 */
const LONGEST_WAIT_MS = 5_000;

/** One `settle`: outcomes and what they send, in one transaction. */
export class SettleOp implements Op {
  readonly stage = "settle";
  readonly more = false;
  readonly dropped = false;
  readonly promise: Promise<Settled>;
  readonly endings: readonly Ending[];
  readonly #settings: Settings;
  readonly #endState: "settled" | "lost";
  /** Deliveries that were lost before this call. */
  readonly #lostBefore: readonly Delivery[];
  readonly #madeMs = performance.now();
  #lost: readonly Ending[] = [];
  #stored: readonly Ending[] = [];
  #resolve!: (settled: Settled) => void;
  #reject!: (error: unknown) => void;

  /** `endState`: `lost` to hand back what the receiver shall not settle any more. */
  constructor(endings: readonly Ending[], lostBefore: readonly Delivery[], settings: Settings, endState: "settled" | "lost" = "settled") {
    this.#endState = endState;
    this.endings = endings;
    this.#lostBefore = lostBefore;
    this.#settings = settings;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get weight(): number {
    return this.endings.length;
  }

  run(tx: Transaction, writer: FrameWriter): boolean {
    this.#lost = [];
    this.#stored = [];
    const open = this.endings.filter(({ loan }) => loan.state === "out" && loan.settling !== tx);
    if (open.length === 0) return true;
    if (this.#mustWait(tx, open)) return false;
    const lost = findLost(
      tx,
      open.map(({ loan }) => loan),
    );
    this.#lost = lost.size === 0 ? [] : open.filter(({ loan }) => lost.has(loan));
    this.#stored = lost.size === 0 ? open : open.filter(({ loan }) => !lost.has(loan));
    for (const { loan, outcome } of this.#stored) if (outcome.kind !== "extend") loan.settling = tx;
    this.#apply(tx, writer);
    return true;
  }

  committed(): void {
    for (const { loan, outcome } of this.#stored) if (outcome.kind !== "extend") loan.state = this.#endState;
    for (const { loan } of this.#lost) loan.state = "lost";
    if (this.#waits()) return;
    // A second settle of what another call has found to be lost says so as well.
    const lost = this.endings.filter(({ loan }) => loan.state === "lost").map(({ delivery }) => delivery);
    const all = [...this.#lostBefore, ...lost];
    this.#resolve(all.length === 0 ? undefined : { lost: all });
  }

  failed(error: unknown): void {
    this.#reject(toSettleError(this.#settings.path, error));
  }

  #waits(): boolean {
    return this.endings.some(({ loan, outcome }) => loan.state === "out" && outcome.kind !== "extend");
  }

  #mustWait(tx: Transaction, open: readonly Ending[]): boolean {
    if (performance.now() - this.#madeMs > LONGEST_WAIT_MS) return false;
    const seen = new Set<string>();
    for (const { loan, sends } of open) {
      for (const { channel } of sends ?? []) {
        const key = `${channel.mode} ${channel.name}`;
        if (seen.has(key)) continue;
        seen.add(key);
        // What goes back where it came from takes the place of what is settled.
        if (isChannelFull(tx, channel, loan.source.queue, this.#settings.capacity)) return true;
      }
    }
    return false;
  }

  #apply(tx: Transaction, writer: FrameWriter): void {
    const { capacity, retention } = this.#settings;
    const done: Loan[] = [];
    for (const { loan, outcome, sends } of this.#stored) {
      if (outcome.kind === "ack" && outcome.state !== "cancelled") done.push(loan);
      else applyOne(tx, loan, outcome);
      for (const { channel, frames } of sends ?? []) {
        const queues = targets(tx, channel, capacity);
        for (const frame of frames) for (const queue of queues) writer.add(queue, channel.mode === "work", frame);
      }
    }
    complete(tx, done, retention.completed.count > 0);
  }
}
