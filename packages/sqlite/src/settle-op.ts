import type { ChannelSpec, Delivery, Outcome, Sends, Settled } from "@job-orch/core";
import type { FrameWriter } from "./frame-writer.ts";
import { whyUnread } from "./groups.ts";
import type { Loan } from "./loan.ts";
import type { Op } from "./op.ts";
import type { Settings } from "./options.ts";
import { fullQueueOf, targets } from "./room.ts";
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
 * work would never end. After this long it passes, or is refused when nobody receives there. Units: milliseconds.
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
    if (this.#mustWait(tx)) return false;
    const open = this.#claimEndings(tx);
    if (open.length === 0) return true;
    const lost = findLost(
      tx,
      open.map(({ loan }) => loan),
    );
    this.#lost = lost.size === 0 ? [] : open.filter(({ loan }) => lost.has(loan));
    this.#stored = lost.size === 0 ? open : open.filter(({ loan }) => !lost.has(loan));
    this.#apply(tx, writer);
    return true;
  }

  committed(): void {
    for (const { loan, outcome } of this.#stored) if (outcome.kind !== "extend") loan.state = this.#endState;
    for (const { loan } of this.#lost) loan.state = "lost";
    let lost: Delivery[] | undefined;
    for (const { loan, outcome, delivery } of this.endings) {
      if (loan.state === "out" && outcome.kind !== "extend") return; // it waits for room
      // A second settle of what another call has found to be lost says so as well.
      if (loan.state === "lost") (lost ??= [...this.#lostBefore]).push(delivery);
    }
    if (lost === undefined && this.#lostBefore.length > 0) lost = [...this.#lostBefore];
    this.#resolve(lost === undefined ? undefined : { lost });
  }

  failed(error: unknown): void {
    this.#reject(toSettleError(this.#settings.path, error));
  }

  /** What nobody has settled yet, in this transaction neither: of two settlements of a loan the first holds. */
  #claimEndings(tx: Transaction): Ending[] {
    return this.endings.filter(({ loan, outcome }) => {
      if (loan.state !== "out" || loan.settling === tx) return false;
      if (outcome.kind !== "extend") loan.settling = tx;
      return true;
    });
  }

  #mustWait(tx: Transaction): boolean {
    const patient = performance.now() - this.#madeMs <= LONGEST_WAIT_MS;
    let last: ChannelSpec | undefined;
    for (const { loan, sends } of this.endings) {
      if (sends === undefined || loan.state !== "out" || loan.settling === tx) continue;
      for (const { channel } of sends) {
        if (last !== undefined && isSame(channel, last)) continue; // most have one channel in common
        last = channel;
        // What goes back where it came from takes the place of what is settled.
        const full = fullQueueOf(tx, channel, loan.source.queue, this.#settings.capacity);
        if (full === undefined) continue;
        if (patient) return true;
        // Passing would fill a group that nobody receives from without bound.
        const why = whyUnread(tx, full);
        if (why !== undefined) throw why;
      }
    }
    return false;
  }

  #apply(tx: Transaction, writer: FrameWriter): void {
    const done: Loan[] = [];
    let last: ChannelSpec | undefined;
    let queues: readonly number[] = [];
    for (const { loan, outcome, sends } of this.#stored) {
      if (outcome.kind === "ack" && outcome.state !== "cancelled") done.push(loan);
      else applyOne(tx, loan, outcome);
      if (sends === undefined) continue;
      for (const { channel, frames } of sends) {
        if (last === undefined || !isSame(channel, last)) queues = targets(tx, channel, this.#settings.capacity);
        last = channel;
        for (const frame of frames) for (const queue of queues) writer.add(queue, channel.mode === "work", frame);
      }
    }
    complete(tx, done, this.#settings.retention.completed.count > 0);
  }
}

function isSame(one: ChannelSpec, other: ChannelSpec): boolean {
  return one === other || (one.name === other.name && one.mode === other.mode);
}
