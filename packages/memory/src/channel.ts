import type { Frame } from "@job-orch/core";
import type { Mailbox } from "./mailbox.ts";
import type { Waiters } from "./waiters.ts";

/** Where frames go in, whatever its mode. */
export interface Channel {
  readonly name: string;
  /** Who waits for room in it. */
  readonly waiters: Waiters;
  /** How many senders and receivers are open. */
  users: number;
  /** Whether it can be forgotten: nobody uses it and nothing is in it. */
  readonly idle: boolean;
  /** How many of these frames there is room for, from the first on. */
  readonly roomFor: (frames: readonly Frame[], from: number) => number;
  /** Whether all of them go in at once; more than the capacity do when nothing else is there. */
  readonly fits: (frames: readonly Frame[]) => boolean;
  /** Takes frames in. The caller has seen to the room. */
  readonly accept: (frames: readonly Frame[]) => void;
  readonly mailboxes: () => Iterable<Mailbox>;
}
