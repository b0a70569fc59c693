// One batch is one flat array: no object per message, ids that are small integers, and nothing but what a clone can carry.
//
// Host → worker, per request: head, number, body, and `Extra` when the head says so.
// Worker → host: the batch's busy time in µs, how many runs ended in it, then head, body per message.
//
// A head holds what kind of message it is (3 bits), two flags, the job's place in its pool (8 bits) and the slot (15 bits).

/** What a worker says of the slot. The body of `Begun` is false when it was said too early: it has not begun after all. */
export const Kind = { Ok: 0, Error: 1, Skipped: 2, Progress: 3, Log: 4, Begun: 5, Item: 6 } as const;

/** The body is JSON text. */
export const TEXT = 8;
/** An `Extra` follows. */
export const EXTRA = 16;

const KIND_BITS = 7;
const JOB_SHIFT = 5;
const JOB_BITS = 0xff;
const SLOT_SHIFT = 13;

export const MOST_JOBS = JOB_BITS + 1;
export const MOST_SLOTS = 1 << 15;

export function headOf(kind: number, flags: number, job: number, slot: number): number {
  return kind | flags | (job << JOB_SHIFT) | (slot << SLOT_SHIFT);
}

export function kindOf(head: number): number {
  return head & KIND_BITS;
}

export function jobOf(head: number): number {
  return (head >> JOB_SHIFT) & JOB_BITS;
}

export function slotOf(head: number): number {
  return head >>> SLOT_SHIFT;
}

/** What few requests have: everything else a job may know about its attempt. */
export interface Extra {
  /** The caller's own id. */
  readonly id?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Units: epoch milliseconds. */
  readonly deadline?: number | undefined;
  /** From 2: the first needs no saying. */
  readonly attempt?: number | undefined;
  /** The caller reads what the job yields, and takes so many items to begin with. */
  readonly items?: number | undefined;
  /** Its buffers were moved to the worker, and cannot go back: it is begun there, also when the worker is to end. */
  readonly moved?: boolean | undefined;
}

/** What is said outside the order of requests, because it must not wait behind them. */
export type Control =
  /** Whoever waited for this slot gave up. `number` tells a request from the next one in the same slot. */
  | { readonly control: "cancel"; readonly slot: number; readonly number: number; readonly reason: string }
  /** Whoever reads what the job in this slot yields takes so many items more. */
  | { readonly control: "grant"; readonly slot: number; readonly number: number; readonly items: number }
  /** Finish what was begun, send what is to be sent, and end. What was not begun is skipped, unless it was moved here. */
  | { readonly control: "drain" };

/** The first thing a worker says. */
export interface Hello {
  readonly hello: true;
  /** The names of the jobs it serves, in their places. */
  readonly jobs: readonly string[];
  /** How many requests it takes before it has answered one. Default: no limit of its own. */
  readonly credit?: number | undefined;
  /** Whether it says when it begins a request; of what it has begun nothing is known otherwise. */
  readonly tellsBegun?: boolean | undefined;
}
