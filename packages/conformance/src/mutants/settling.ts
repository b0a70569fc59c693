import type { Delivery, Frame, Outcome, Settled, Settlement } from "@job-orch/core";
import type { Entry } from "../reference/entry.ts";
import { ReferenceQueue } from "../reference/queue.ts";
import { ReferenceReceiver } from "../reference/receiver.ts";
import { type Mutant, part, wrapping } from "./mutant.ts";

type ComeBack = Parameters<ReferenceQueue["comeBack"]>[1];

/** Settles with another outcome than was asked for. */
function outcomes(
  name: string,
  breaks: Mutant["breaks"],
  alter: (outcome: Outcome, index: number, all: readonly Settlement[]) => Outcome,
): Mutant {
  return wrapping(name, breaks, () => ({
    receiver: (receiver) => ({
      settle: (settlements) =>
        receiver.settle(settlements.map((one, index) => ({ ...one, outcome: alter(one.outcome, index, settlements) }))),
    }),
  }));
}

/** Shows deliveries otherwise than they are, and takes them back. */
function deliveries(name: string, breaks: Mutant["breaks"], alter: (delivery: Delivery) => Delivery): Mutant {
  return wrapping(name, breaks, () => {
    const originals = new WeakMap<Delivery, Delivery>();
    return {
      receiver: (receiver) => ({
        receive: async (max, signal) =>
          (await receiver.receive(max, signal)).map((delivery) => {
            const shown = alter(delivery);
            originals.set(shown, delivery);
            return shown;
          }),
        settle: async (settlements) => {
          const settled = await receiver.settle(
            settlements.map((one) => ({ ...one, delivery: originals.get(one.delivery) ?? one.delivery })),
          );
          return settled === undefined
            ? undefined
            : { lost: settlements.map(({ delivery }) => delivery).filter((shown) => settled.lost.includes(originals.get(shown) ?? shown)) };
        },
      }),
    };
  });
}

class AckOnReceive extends ReferenceQueue {
  override lend(entry: Entry, receiver: ReferenceReceiver, leaseMs: number): Delivery {
    const delivery = super.lend(entry, receiver, leaseMs);
    this.end(entry, "completed");
    return delivery;
  }
}

class DeadComesBack extends ReferenceQueue {
  override end(entry: Entry, state: "completed" | "cancelled" | "dead"): void {
    if (state === "dead") super.comeBack(entry, { outcome: "retried", delayMs: 0, charge: true });
    else super.end(entry, state);
  }
}

/** What comes back goes behind what came after it. */
class ComesBackLast extends ReferenceQueue {
  override comeBack(entry: Entry, how: ComeBack): void {
    super.comeBack(entry, how);
    this.entries = [...this.entries.filter((other) => other !== entry), entry];
  }
}

class ChargesHandBack extends ReferenceQueue {
  override comeBack(entry: Entry, how: ComeBack): void {
    super.comeBack(entry, { ...how, charge: true });
  }
}

class RetryForgets extends ReferenceQueue {
  override comeBack(entry: Entry, how: ComeBack): void {
    super.comeBack(entry, how);
    const { id, body, options } = entry.frame;
    entry.frame = { id, body, options } satisfies Frame;
  }
}

class DisposeAcksHeld extends ReferenceReceiver {
  override giveBack(): void {
    for (const entry of this.held) this.queue.end(entry, "completed");
  }
}

class DisposeKeepsHeld extends ReferenceReceiver {
  override giveBack(): void {}
}

/** The settle that came last is the one that counts, whoever holds the frame by now. */
class LastSettleWins extends ReferenceReceiver {
  readonly #seen = new Map<Delivery, Entry>();
  override borrow(entry: Entry, delivery: Delivery): Delivery {
    this.#seen.set(delivery, entry);
    return super.borrow(entry, delivery);
  }
  override async settle(settlements: readonly Settlement[]): Promise<Settled> {
    const result = await super.settle(settlements);
    for (const { delivery, outcome } of settlements) {
      const entry = this.#seen.get(delivery);
      if (entry === undefined) continue;
      if (outcome.kind === "ack") this.queue.entries = this.queue.entries.filter((other) => other !== entry);
      else if (outcome.kind === "retry" && !this.queue.entries.includes(entry)) this.queue.accept([entry.frame]);
    }
    return result;
  }
}

class SecondIsLost extends ReferenceReceiver {
  override async settle(settlements: readonly Settlement[]): Promise<Settled> {
    const lost = settlements.map(({ delivery }) => delivery).filter((delivery) => !this.isHeld(delivery));
    await super.settle(settlements);
    return lost.length === 0 ? undefined : { lost };
  }
}

class LateSettleThrows extends ReferenceReceiver {
  override async settle(settlements: readonly Settlement[]): Promise<Settled> {
    if (this.closed) throw new TypeError("cannot read properties of null");
    return super.settle(settlements);
  }
}

class DeadBlocksKey extends ReferenceQueue {
  override ready(): Entry[] {
    const dead = new Set(this.ended.filter(({ state }) => state === "dead").map(({ orderKey }) => orderKey));
    return super.ready().filter(({ orderKey }) => orderKey === undefined || !dead.has(orderKey));
  }
}

class KeysIgnored extends ReferenceQueue {
  override ready(): Entry[] {
    return this.entries.filter((entry) => entry.holder === undefined && entry.dueMs <= this.nowMs);
  }
}

/** A frame that waits for its next attempt does not hold its key. */
class WaitingIsOvertaken extends ReferenceQueue {
  override ready(): Entry[] {
    const keys = new Set(this.entries.filter(({ holder }) => holder !== undefined).map(({ orderKey }) => orderKey));
    return this.entries.filter(({ holder, dueMs, orderKey }) => {
      if (holder !== undefined || dueMs > this.nowMs || (orderKey !== undefined && keys.has(orderKey))) return false;
      keys.add(orderKey);
      return true;
    });
  }
}

const late = /deliveries came within/;
const overtook = /a later frame of the key overtook/;

export const settling: readonly Mutant[] = [
  part("ack-on-receive", { "SPI-ACK-03": late, "SPI-ACK-08": late, "SPI-ACK-13": /frames were lost in 2 kills/ }, () => ({
    Queue: AckOnReceive,
  })),
  outcomes("ack-forgotten", { "SPI-ACK-01": /all were acked, but/ }, (outcome) =>
    outcome.kind === "ack" ? { kind: "retry", delayMs: 0, charge: true } : outcome,
  ),
  outcomes("retry-is-ack", { "API-RTY-01": /not within|No response|ERR_DEADLINE/, "SPI-ACK-03": late }, (outcome) =>
    outcome.kind === "retry" ? { kind: "ack" } : outcome,
  ),
  outcomes("first-outcome-for-all", { "SPI-ACK-10": late }, (outcome, _, all) => all[0]?.outcome ?? outcome),
  deliveries("attempt-always-1", { "API-PSN-04": /./, "SPI-ACK-03": /loan 2 has attempt 1/, "SPI-LSE-01": /not counted/ }, (delivery) => ({
    ...delivery,
    attempt: 1,
  })),
  deliveries("attempt-from-0", { "SPI-ACK-03": /loan 1 has attempt 0/ }, (delivery) => ({ ...delivery, attempt: delivery.attempt - 1 })),
  deliveries("fence-constant", { "SPI-ACK-03": /fence did not grow/ }, (delivery) => ({ ...delivery, fence: 1 })),
  part(
    "charges-hand-back",
    {
      "API-SHD-02": /with charge/,
      "SPI-ACK-04": /counted as an attempt/,
      "SPI-ACK-08": /counted as an attempt/,
      "SPI-ACK-12": /counted as an attempt/,
    },
    () => ({ Queue: ChargesHandBack }),
  ),
  part("dead-comes-back", { "SPI-ACK-05": /it is a dead letter, but/ }, () => ({ Queue: DeadComesBack })),
  part("settle-second-wins", { "SPI-ACK-06": /the first settle acked it, but/, "SPI-ACK-07": late }, () => ({ Receiver: LastSettleWins })),
  part("second-settle-is-a-loss", { "SPI-ACK-06": /reported as a loss/ }, () => ({ Receiver: SecondIsLost })),
  part("dispose-acks-held", { "SPI-ACK-08": late, "SPI-ACK-12": late, "SPI-GRP-05": late }, () => ({ Receiver: DisposeAcksHeld })),
  part("dispose-keeps-held", { "SPI-ACK-08": late, "SPI-ACK-12": late }, () => ({ Receiver: DisposeKeepsHeld })),
  part("retry-loses-headers", { "SPI-ACK-11": /altered the headers/ }, () => ({ Queue: RetryForgets })),
  part("late-settle-throws", { "SPI-TRT-10": /TypeError/ }, () => ({ Receiver: LateSettleThrows })),
  part("comes-back-last: a retry lets later frames of its key overtake", { "SPI-ORD-03": overtook, "SPI-ORD-06": overtook }, () => ({
    Queue: ComesBackLast,
  })),
  part("keys-ignored: frames of one key run at once", { "SPI-ORD-02": /lent out at once/, "SPI-ORD-05": /./ }, () => ({
    Queue: KeysIgnored,
  })),
  part("waiting-is-overtaken: a key goes on while its first frame waits", { "SPI-ORD-04": /came before its time|overtook/ }, () => ({
    Queue: WaitingIsOvertaken,
  })),
  part("dead-blocks-key", { "SPI-ORD-07": late }, () => ({ Queue: DeadBlocksKey })),
];
