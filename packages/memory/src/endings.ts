import type { AttemptRecord, Outcome, WireError } from "@job-orch/core";
import { LOST, type MemoryDelivery } from "./delivery.ts";
import { Entry } from "./entry.ts";
import type { Mailbox } from "./mailbox.ts";

/** Ends a loan for good: the frame did what it was sent for, or was called off. */
export function finish(mailbox: Mailbox, delivery: MemoryDelivery, state: "completed" | "cancelled"): void {
  mailbox.lent--;
  const nowMs = mailbox.home.turn.now();
  const { entry } = delivery;
  const { startedMs } = delivery.loan;
  if (entry === undefined && state === "completed") return mailbox.ended.finish(delivery, startedMs, nowMs);
  const record = entry ?? toEntry(mailbox, delivery);
  record.record(attemptOf(delivery, nowMs, state, undefined));
  mailbox.end(record, state, nowMs);
  mailbox.ended.finish(record, startedMs, nowMs);
}

/** Ends a loan with the frame put aside. */
export function bury(mailbox: Mailbox, delivery: MemoryDelivery, reason: WireError): void {
  mailbox.lent--;
  const nowMs = mailbox.home.clock.now();
  const entry = toEntry(mailbox, delivery);
  entry.error = reason;
  entry.record(attemptOf(delivery, nowMs, "dead", reason));
  mailbox.end(entry, "dead", nowMs);
  mailbox.ended.bury(entry);
}

/** Ends a loan with the frame to come again: behind the others when the attempt counts, before them when it does not. */
export function comeAgain(mailbox: Mailbox, delivery: MemoryDelivery, outcome: Outcome & { kind: "retry" }): void {
  mailbox.lent--;
  if (mailbox.closed) return;
  const { delayMs, charge, error } = outcome;
  const nowMs = mailbox.home.clock.now();
  const entry = toEntry(mailbox, delivery);
  if (error !== undefined) entry.error = error;
  entry.record(attemptOf(delivery, nowMs, charge ? "retried" : "handed-back", error));
  if (!charge) entry.begun--;
  entry.dueMs = delayMs > 0 ? nowMs + delayMs : 0;
  mailbox.weigh(entry.frame, 1);
  if (charge || delayMs > 0) mailbox.place(entry, nowMs);
  else mailbox.placeFront(entry);
}

/** Puts frames back where they came from, in the order of acceptance: their receiver let them go, or lost them. */
export function giveBack(mailbox: Mailbox, deliveries: readonly MemoryDelivery[], why: "handed-back" | "lost"): void {
  mailbox.lent -= deliveries.length;
  const nowMs = mailbox.home.clock.now();
  for (const delivery of [...deliveries].sort((one, other) => other.stamp - one.stamp)) {
    if (!mailbox.closed) {
      const entry = toEntry(mailbox, delivery);
      entry.record(attemptOf(delivery, nowMs, why, undefined));
      if (why === "handed-back") entry.begun--;
      entry.dueMs = 0;
      mailbox.weigh(entry.frame, 1);
      mailbox.placeFront(entry);
    }
    delivery.loan = LOST;
  }
  mailbox.wake();
}

/** The record of a frame on loan; a plain one gets it now. */
function toEntry(mailbox: Mailbox, delivery: MemoryDelivery): Entry {
  if (delivery.entry !== undefined) return delivery.entry;
  const entry = new Entry(delivery.frame, delivery.stamp, mailbox);
  entry.begun = delivery.attempt;
  entry.fence = delivery.fence;
  return entry;
}

function attemptOf(
  { attempt, loan: { startedMs } }: MemoryDelivery,
  endedMs: number,
  outcome: AttemptRecord["outcome"],
  error: WireError | undefined,
): AttemptRecord {
  return { attempt, startedMs, endedMs, outcome, error };
}
