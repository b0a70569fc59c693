import type { Clock, Timer } from "@job-orch/core";
import { Loan, type LoanOwner, type MemoryDelivery, SETTLED } from "./delivery.ts";

/**
 * The loans of one receiver, soonest expiry first, behind one timer.
 *
 * The lease clock stands still while the event loop is blocked: its holder had no chance to extend. A look that comes
 * late shows for how long it was, and every lease is that much longer. A quarter of a lease passes between two looks at most,
 * so a holder that extends every third of a lease keeps what it holds however long the loop was blocked.
 */
export class Leases {
  readonly #owner: LoanOwner;
  readonly #clock: Clock;
  readonly #leaseMs: number;
  readonly #lookMs: number;
  #first: Loan | undefined;
  #last: Loan | undefined;
  /** How long the event loop was blocked, as far as it showed. */
  #blockedMs = 0;
  #timer: Timer | undefined;
  #plannedMs = 0;

  constructor(owner: LoanOwner, clock: Clock, leaseMs: number) {
    this.#owner = owner;
    this.#clock = clock;
    this.#leaseMs = leaseMs;
    this.#lookMs = Math.max(1, leaseMs / 4);
  }

  /** Draws up the loan of what was just handed out. */
  open(deliveries: MemoryDelivery[], nowMs: number): void {
    const loan = new Loan(this.#owner, deliveries.slice(), nowMs);
    for (const delivery of deliveries) delivery.loan = loan;
    this.#insert(loan, this.#leaseMs, nowMs);
  }

  /** Keeps one delivery for longer, from now. */
  extend(delivery: MemoryDelivery, leaseMs: number, nowMs: number): void {
    const { startedMs } = delivery.loan;
    this.#leave(delivery.loan);
    const loan = new Loan(this.#owner, [delivery], startedMs);
    delivery.loan = loan;
    this.#insert(loan, leaseMs, nowMs);
  }

  /** A delivery was settled. */
  settle(delivery: MemoryDelivery): void {
    const { loan } = delivery;
    delivery.loan = SETTLED;
    this.#leave(loan);
  }

  /** Ends all leases. Returns what was on loan, for the owner to give back. */
  drain(): MemoryDelivery[] {
    const held = this.held();
    this.#first = undefined;
    this.#last = undefined;
    this.#disarm();
    return held;
  }

  /** What is on loan. */
  held(): MemoryDelivery[] {
    const held: MemoryDelivery[] = [];
    for (let loan = this.#first; loan !== undefined; loan = loan.behind) {
      for (const delivery of loan.deliveries) if (delivery.loan === loan) held.push(delivery);
    }
    return held;
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    const nowMs = this.#clock.now();
    const lateMs = nowMs - this.#plannedMs;
    if (lateMs > this.#lookMs / 2) this.#blockedMs += lateMs;
    for (let loan = this.#first; loan !== undefined && loan.expiresMs <= nowMs - this.#blockedMs; loan = this.#first) {
      this.#unlink(loan);
      this.#owner.lapse(loan.held());
    }
    if (this.#first !== undefined && this.#timer === undefined) this.#arm(nowMs);
  };

  /** The last one usually expires last, so this is one step unless extensions differ in length. */
  #insert(loan: Loan, leaseMs: number, nowMs: number): void {
    loan.expiresMs = nowMs - this.#blockedMs + leaseMs;
    let before = this.#last;
    while (before !== undefined && before.expiresMs > loan.expiresMs) before = before.before;
    const behind = before === undefined ? this.#first : before.behind;
    loan.before = before;
    loan.behind = behind;
    if (before === undefined) this.#first = loan;
    else before.behind = loan;
    if (behind === undefined) this.#last = loan;
    else behind.before = loan;
    if (this.#timer === undefined || (this.#first === loan && loan.expiresMs + this.#blockedMs < this.#plannedMs)) this.#arm(nowMs);
  }

  #leave(loan: Loan): void {
    // The timer stays: it finds nothing to do, which is cheaper than a timer per loan.
    if (--loan.open === 0) this.#unlink(loan);
  }

  #unlink(loan: Loan): void {
    const { before, behind } = loan;
    if (before === undefined) this.#first = behind;
    else before.behind = behind;
    if (behind === undefined) this.#last = before;
    else behind.before = before;
    loan.before = undefined;
    loan.behind = undefined;
  }

  #arm(nowMs: number): void {
    const first = this.#first;
    if (first === undefined || first.expiresMs === Number.POSITIVE_INFINITY) return;
    this.#disarm();
    this.#plannedMs = Math.min(nowMs + this.#lookMs, Math.max(nowMs, first.expiresMs + this.#blockedMs));
    // A lease alone does not keep the process alive: whoever holds it does, or nobody is left to extend it.
    this.#timer = this.#clock.after(this.#plannedMs - nowMs, this.#look, { ref: false });
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
