import type { Outcome, WireError } from "@job-orch/core";
import { type Among, among } from "./among.ts";
import { CANCELLED, COMPLETED, countEnded, DEAD, type EndState, erase, letOthersGoOn } from "./ended.ts";
import { errorText, wholeMs } from "./frame-columns.ts";
import type { Loan, QueueKind } from "./loan.ts";
import { place } from "./place.ts";
import type { Transaction } from "./transaction.ts";

/** How many attempts of one frame the store remembers, the newest. */
const MOST_ATTEMPTS = 100;

const CLOSE_ATTEMPT = `insert into jo_attempts select seq, fence, attempt, attempt + ?, started_ms, ?, ?, ? from jo_held where fence = ?`;
const FORGET_ATTEMPTS = `delete from jo_attempts where seq = ? and fence <=
  (select fence from jo_attempts where seq = ? order by fence desc limit 1 offset ? + 0)`;

/** Those of the loans that are on loan no longer. */
export function findLost(tx: Transaction, loans: readonly Loan[]): ReadonlySet<Loan> {
  const { where, values } = fencesOf(loans);
  const [count = 0] = tx.sql.row<[number]>(`select count(*) from jo_held where ${where}`, ...values) ?? [];
  if (count === loans.length) return NONE;
  const held = new Set(tx.sql.rows<[number]>(`select fence from jo_held where ${where}`, ...values).map(([fence]) => fence));
  return new Set(loans.filter(({ fence }) => !held.has(fence)));
}

const NONE: ReadonlySet<Loan> = new Set();

/** Ends loans of one queue as completed, all at once. */
export function complete(tx: Transaction, loans: readonly Loan[], keep: boolean): void {
  const [first] = loans;
  if (first === undefined) return;
  const { queue, kind } = first.source;
  const { where, values } = fencesOf(loans);
  const kept = keep && kind === "work";
  if (kept) {
    const keepThem = `insert into jo_ended select queue, ${COMPLETED}, seq, ?, started_ms, attempt, null from jo_held where ${where}`;
    tx.sql.run(keepThem, tx.nowMs, ...values);
  } else {
    erase(
      tx,
      loans.map(({ seq }) => seq),
    );
  }
  tx.sql.run(`delete from jo_held where ${where}`, ...values);
  let bytes = 0;
  for (const loan of loans) {
    bytes += loan.bytes;
    if (loan.okey !== null || loan.dkey !== null) letOthersGoOn(tx, queue, loan);
  }
  countEnded(tx, queue, kept ? COMPLETED : undefined, loans.length, bytes);
}

/** Ends one loan as cancelled or dead. */
export function end(tx: Transaction, loan: Loan, state: EndState, error: WireError | undefined): void {
  const { queue, kind } = loan.source;
  const kept = keeps(kind, state);
  if (kept) {
    const keepIt = "insert into jo_ended select queue, ?, seq, ?, started_ms, attempt, ? from jo_held where fence = ?";
    tx.sql.run(keepIt, state, tx.nowMs, errorText(error), loan.fence);
  } else erase(tx, [loan.seq]);
  tx.sql.run("delete from jo_held where fence = ?", loan.fence);
  letOthersGoOn(tx, queue, loan);
  countEnded(tx, queue, kept ? state : undefined, 1, loan.bytes);
}

/** Lets one loan come again. As the first of its order key it stays the first. */
export function comeAgain(tx: Transaction, loan: Loan, { delayMs, charge, error }: Extract<Outcome, { kind: "retry" }>): void {
  const { seq, fence, level, source } = loan;
  tx.sql.run(CLOSE_ATTEMPT, charge ? 1 : 0, tx.nowMs, charge ? "retried" : "handed-back", errorText(error), fence);
  tx.sql.run("delete from jo_held where fence = ?", fence);
  tx.sql.run(FORGET_ATTEMPTS, seq, seq, MOST_ATTEMPTS);
  place(tx, source.queue, seq, level, delayMs > 0 ? wholeMs(tx.nowMs + delayMs) : undefined);
}

/** Applies one outcome that is not `ack` as completed. */
export function applyOne(tx: Transaction, loan: Loan, outcome: Outcome): void {
  if (outcome.kind === "ack") end(tx, loan, CANCELLED, undefined);
  else if (outcome.kind === "dead") end(tx, loan, DEAD, outcome.reason);
  else if (outcome.kind === "retry") comeAgain(tx, loan, outcome);
  // `extend` changes nothing: a loan lasts for as long as its process lives.
}

function keeps(kind: QueueKind, state: EndState): boolean {
  return kind === "work" || (kind === "group" && state === DEAD);
}

function fencesOf(loans: readonly Loan[]): Among {
  return among(
    "fence",
    loans.map(({ fence }) => fence),
  );
}
