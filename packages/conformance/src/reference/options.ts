import { type Capabilities, type Clock, systemClock } from "@job-orch/core";
import { ReferenceQueue } from "./queue.ts";
import { ReferenceReceiver } from "./receiver.ts";
import { ReferenceSender } from "./sender.ts";

/** What the reference is built of; a sabotaged one swaps a part for a subclass. */
export interface Parts {
  readonly Queue: typeof ReferenceQueue;
  readonly Sender: typeof ReferenceSender;
  readonly Receiver: typeof ReferenceReceiver;
}

export interface ReferenceOptions {
  /** Turns claims off, or into other ones; the reference does what they say. */
  readonly capabilities?: Partial<Capabilities>;
  /** How many frames each queue holds. Default 10,000. */
  readonly capacity?: number;
  readonly clock?: Clock;
  readonly parts?: Partial<Parts>;
}

/** Options with their defaults. */
export interface Settings {
  readonly capabilities: Capabilities;
  readonly capacity: number;
  readonly clock: Clock;
  readonly parts: Parts;
}

/** Everything, over a pretended network. */
const EVERYTHING: Capabilities = {
  durable: "process",
  ordered: "key",
  delay: true,
  priority: true,
  dedupe: true,
  groups: true,
  replay: false,
  lease: "delivery",
  transactional: true,
  maxFrameBytes: 1_000_000,
  scope: "network",
  wire: "bytes",
};

export function toSettings(options: ReferenceOptions): Settings {
  return {
    capabilities: Object.freeze({ ...EVERYTHING, ...options.capabilities }),
    capacity: options.capacity ?? 10_000,
    clock: options.clock ?? systemClock,
    parts: { Queue: ReferenceQueue, Sender: ReferenceSender, Receiver: ReferenceReceiver, ...options.parts },
  };
}
