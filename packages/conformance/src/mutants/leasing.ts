import type { Capabilities, Delivery, ReceiveOptions, Settled, Settlement } from "@job-orch/core";
import type { Harness } from "../harness.ts";
import type { Entry } from "../reference/entry.ts";
import { ReferenceReceiver } from "../reference/receiver.ts";
import { plainReference, processLeaseReference } from "../reference/variants.ts";
import { type Mutant, part, wrapping } from "./mutant.ts";

/** Opens receivers with another lease than was asked for. */
function leases(name: string, breaks: Mutant["breaks"], alter: (leaseMs: number) => number): Mutant {
  return wrapping(name, breaks, () => ({
    transport: (transport) => ({
      receiver: (channel, options: ReceiveOptions, signal) =>
        transport.receiver(channel, { ...options, leaseMs: alter(options.leaseMs) }, signal),
    }),
  }));
}

/** Goes by a lease of its own although it claims other ones. */
class Expires extends ReferenceReceiver {
  override borrow(entry: Entry, delivery: Delivery): Delivery {
    entry.leaseEndsMs = this.queue.nowMs + 50;
    return super.borrow(entry, delivery);
  }
}

class NoDeath extends ReferenceReceiver {
  override die(): void {
    super.die(Number.POSITIVE_INFINITY);
  }
}

class NoLeaseAtAll extends ReferenceReceiver {
  override borrow(entry: Entry, delivery: Delivery): Delivery {
    entry.leaseEndsMs = Number.POSITIVE_INFINITY;
    return super.borrow(entry, delivery);
  }
}

class ExtendsForEver extends ReferenceReceiver {
  override close(entry: Entry, outcome: Settlement["outcome"]): void {
    super.close(entry, outcome.kind === "extend" ? { ...outcome, leaseMs: Number.MAX_SAFE_INTEGER } : outcome);
  }
}

class ExtendIgnored extends ReferenceReceiver {
  override close(entry: Entry, outcome: Settlement["outcome"]): void {
    if (outcome.kind !== "extend") super.close(entry, outcome);
  }
}

class LossUnreported extends ReferenceReceiver {
  override async settle(settlements: readonly Settlement[]): Promise<Settled> {
    await super.settle(settlements);
    return undefined;
  }
}

/** Whatever holds the frame by now, a settle of the same frame ends it. */
class FenceIgnored extends ReferenceReceiver {
  readonly #seen = new Map<Delivery, Entry>();
  override borrow(entry: Entry, delivery: Delivery): Delivery {
    this.#seen.set(delivery, entry);
    return super.borrow(entry, delivery);
  }
  override async settle(settlements: readonly Settlement[]): Promise<Settled> {
    const settled = await super.settle(settlements);
    for (const delivery of settled?.lost ?? []) {
      const entry = this.#seen.get(delivery);
      if (entry !== undefined && entry.endedMs === undefined) this.queue.end(entry, "completed");
    }
    return settled;
  }
}

/** What it lost still counts against `maxInFlight`. */
class LostStillCounts extends ReferenceReceiver {
  #lent = 0;
  override borrow(entry: Entry, delivery: Delivery): Delivery {
    this.#lent++;
    return super.borrow(entry, delivery);
  }
  override roomFor(max: number): number {
    return super.roomFor(max) - (this.#lent - this.held.size);
  }
}

/** A process that is too busy to say that it lives is given up. */
function blockedIsDead(): Harness {
  const harness = processLeaseReference();
  return {
    ...harness,
    crash: async () => {
      const holder = await (harness.crash?.() ?? Promise.reject(new Error("no crash")));
      return { ...holder, block: () => holder.kill() };
    },
  };
}

const late = /deliveries came within/;
const claims = (capabilities: Partial<Capabilities>): { readonly capabilities: Partial<Capabilities> } => ({ capabilities });

export const leasing: readonly Mutant[] = [
  part("lease-never-expires", { "SPI-LSE-01": late, "SPI-LSE-05": late, "SPI-LSE-06": late }, () => ({ Receiver: NoLeaseAtAll })),
  leases("lease-half-as-long", { "SPI-LSE-01": /after 100 ms, its lease being 200 ms/ }, (leaseMs) => leaseMs / 2),
  part("extend-ignored", { "SPI-LSE-02": /its lease was extended, but/, "SPI-LSE-03": late }, () => ({ Receiver: ExtendIgnored })),
  part("extends-for-ever", { "SPI-LSE-03": late }, () => ({ Receiver: ExtendsForEver })),
  part("loss-unreported", { "SPI-LSE-04": /not reported lost/, "SPI-TRX-03": /not reported lost/ }, () => ({ Receiver: LossUnreported })),
  part("fence-ignored", { "SPI-LSE-04": late, "SPI-ACK-09": /./ }, () => ({ Receiver: FenceIgnored })),
  part("lost-still-counts", { "SPI-LSE-05": late }, () => ({ Receiver: LostStillCounts })),
  {
    name: "living-process-expires",
    breaks: { "SPI-LSE-07": /its holder lives, but/ },
    make: () => processLeaseReference({ parts: { Receiver: Expires } }),
  },
  { name: "death-unnoticed", breaks: { "SPI-LSE-08": late }, make: () => processLeaseReference({ parts: { Receiver: NoDeath } }) },
  { name: "blocked-is-dead", breaks: { "SPI-LSE-09": /busy, not dead, but/ }, make: blockedIsDead },
  {
    name: "expires-without-leases",
    breaks: { "SPI-LSE-10": /its receiver is open, but/ },
    make: () => plainReference({ parts: { Receiver: Expires }, ...claims({ lease: false }) }),
  },
  { name: "connection-end-unnoticed", breaks: { "SPI-LSE-11": late }, make: () => plainReference({ parts: { Receiver: NoDeath } }) },
];
