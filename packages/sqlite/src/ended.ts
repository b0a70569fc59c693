import { among } from "./among.ts";
import { release } from "./dedupe.ts";
import { moveUp } from "./place.ts";
import type { Transaction } from "./transaction.ts";

/** The codes of `jo_ended.state`. */
export const COMPLETED = 0;
export const CANCELLED = 1;
export const DEAD = 2;
export type EndState = typeof COMPLETED | typeof CANCELLED | typeof DEAD;

export interface EndingFrame {
  readonly seq: number;
  readonly okey: string | null;
  readonly dkey: string | null;
  readonly bytes: number;
}

/** A frame reached its end: who waited for it may go on. `first`: it was the first of its order key, not one behind. */
export function letOthersGoOn(tx: Transaction, queue: number, { seq, okey, dkey }: EndingFrame, first = true): void {
  if (dkey !== null) release(tx, queue, seq, dkey);
  if (okey !== null && first) moveUp(tx, queue, okey);
}

/** Counts frames out of the live ones, and in among the ended when they are kept. */
export function countEnded(tx: Transaction, queue: number, state: EndState | undefined, count: number, bytes: number): void {
  const tally = tx.tally(queue);
  tally.liveN -= count;
  tally.liveBytes -= bytes;
  tx.ended.add(queue);
  if (state === COMPLETED) {
    tally.completedN += count;
    tally.completedBytes += bytes;
  } else if (state === CANCELLED) {
    tally.cancelledN += count;
    tally.cancelledBytes += bytes;
  } else if (state === DEAD) {
    tally.deadN += count;
    tally.deadBytes += bytes;
  }
}

/** Removes frames and all that hangs on them but their place. */
export function erase(tx: Transaction, seqs: readonly number[]): void {
  const { where, values } = among("seq", seqs);
  tx.sql.run(`delete from jo_frames where ${where}`, ...values);
  tx.sql.run(`delete from jo_attempts where ${where}`, ...values);
}
