import { Ring } from "@job-orch/core/substrate";
import type { Message } from "./message.ts";
import type { Stored } from "./snapshots.ts";

/** `new`: has no state yet. `activating`, `passivating`: its state is on the way in or out, and messages wait. `gone`: not used any more. */
export type Phase = "new" | "activating" | "ready" | "passivating" | "gone";

/** The actor of one key, as long as it is in memory. */
export class Activation {
  readonly key: string;
  readonly mailbox = new Ring<Message>();
  /** Messages beyond the mailbox's bound, whose senders wait. */
  readonly beyond = new Ring<Message>();
  phase: Phase = "new";
  state: unknown = undefined;
  /** What was read from the store or written to it last, where the store wants to know. */
  stored: Stored | undefined = undefined;
  /** How many messages it works on: one, or more when it is reentrant. */
  running = 0;
  /** Whether it waits for its turn. */
  isReady = false;
  /** Whether its state could not be stored when it was last tried. */
  isUnsaved = false;
  /** Since when it has nothing to do; its neighbours among those that have nothing to do. */
  idleSinceMs = 0;
  isIdle = false;
  longer: Activation | undefined = undefined;
  shorter: Activation | undefined = undefined;

  constructor(key: string) {
    this.key = key;
  }
}
