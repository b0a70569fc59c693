import type { Delivery, Frame } from "@job-orch/core";
import { never } from "../never.ts";
import { ReferenceQueue } from "../reference/queue.ts";
import { ReferenceReceiver } from "../reference/receiver.ts";
import { type Mutant, part, settled, wrapping } from "./mutant.ts";

export const receiving: readonly Mutant[] = [
  part("ignores-max", { "SPI-WRK-03": /took \d+/ }, () => ({
    Receiver: class extends ReferenceReceiver {
      override roomFor(max: number): number {
        return super.roomFor(max * 2);
      }
    },
  })),
  part("ignores-max-in-flight", { "SPI-WRK-06": /maxInFlight was reached, but/ }, () => ({
    Receiver: class extends ReferenceReceiver {
      override roomFor(max: number): number {
        return max;
      }
    },
  })),
  wrapping(
    "empty-while-open: a receive gives up after a while",
    { "SPI-WRK-04": /ended although nothing was there/, "SPI-WRK-05": /ended although/ },
    () => ({
      receiver: (receiver) => ({
        receive: (max, signal) => {
          const over = new AbortController();
          setImmediate(() => over.abort());
          return receiver.receive(max, AbortSignal.any([signal, over.signal]));
        },
      }),
    }),
  ),
  part("prefetches: takes what it was not asked for and keeps it to itself", { "SPI-WRK-07": /deliveries came within/ }, () => ({
    Receiver: class extends ReferenceReceiver {
      readonly #hoard: Delivery[] = [];
      override async receive(max: number, signal: AbortSignal): Promise<readonly Delivery[]> {
        if (this.#hoard.length === 0) this.#hoard.push(...(await super.receive(max, signal)), ...this.queue.take(100, this, 60_000));
        return this.#hoard.splice(0, Math.max(0, max));
      }
    },
  })),
  wrapping("abort-eats-next", { "SPI-WRK-08": /deliveries came within/ }, () => ({
    receiver: (receiver) => ({
      receive: async (max, signal) => {
        if (signal.aborted) return [];
        const taking = settled(receiver.receive(max, never)).catch(() => []);
        return Promise.race([taking, aborting(signal)]);
      },
    }),
  })),
  part("closed-eats-next", { "SPI-WRK-09": /deliveries came within/ }, () => ({
    Receiver: class extends ReferenceReceiver {
      override async receive(max: number, signal: AbortSignal): Promise<readonly Delivery[]> {
        const { queue } = this;
        const waiting = super.receive(max, signal);
        void waiting
          .then(async (taken) => {
            if (taken.length > 0 || signal.aborted) return;
            await queue.changes.next(never);
            queue.take(max, this, 60_000);
          })
          .catch(() => {});
        return waiting;
      }
    },
  })),
  wrapping("abort-race-loses: what was taken while the abort came is dropped", { "SPI-WRK-10": /deliveries came within/ }, () => ({
    receiver: (receiver) => ({
      receive: async (max, signal) => {
        const taken = await receiver.receive(max, signal);
        return signal.aborted ? [] : taken;
      },
    }),
  })),
  wrapping("abort-before-takes", { "SPI-TRT-09": /took something/ }, () => ({
    receiver: (receiver) => ({ receive: (max, signal) => receiver.receive(max, signal.aborted ? never : signal) }),
  })),
  wrapping("closed-receiver-takes", { "SPI-TRT-06": /took something/ }, () => ({
    transport: (transport) => ({
      receiver: async (channel, options, signal) => {
        const [shown, spare] = await Promise.all([
          transport.receiver(channel, options, signal),
          transport.receiver(channel, options, signal),
        ]);
        let closed = false;
        return {
          receive: (max, own) => (closed ? spare : shown).receive(max, own),
          settle: (settlements) => shown.settle(settlements),
          [Symbol.asyncDispose]: async () => {
            closed = true;
            await shown[Symbol.asyncDispose]();
          },
        };
      },
    }),
  })),
  wrapping(
    "closing-leaves-receives: a receive waits for ever once its transport is closed",
    { "SPI-TRT-07": /not within/, "SPI-TRT-08": /not within/ },
    () => ({
      receiver: (receiver) => ({
        receive: async (max, signal) => {
          const taken = await receiver.receive(max, signal);
          return taken.length === 0 && !signal.aborted ? new Promise<never>(() => {}) : taken;
        },
      }),
    }),
  ),
  wrapping(
    "receiver-live-late: the subscription is made after receiver() resolved",
    { "API-COR-03": /not within|No response|ERR_DEADLINE/, "SPI-FAN-02": /deliveries came within/, "SPI-FAN-03": /deliveries came within/ },
    () => ({
      transport: (transport) => ({
        receiver: async (channel, options, signal) => {
          const opening = turn()
            .then(turn)
            .then(() => transport.receiver(channel, options, signal));
          return {
            receive: async (max, own) => (await opening).receive(max, own),
            settle: async (settlements) => (await opening).settle(settlements),
            [Symbol.asyncDispose]: async () => (await opening)[Symbol.asyncDispose](),
          };
        },
      }),
    }),
  ),
  part(
    "frames-out-of-order: every receive takes the newest first",
    { "SPI-SND-04": /order of a batch/, "SPI-ORD-01": /order was changed/ },
    () => ({
      Queue: class extends ReferenceQueue {
        override put(frame: Frame): void {
          super.put(frame);
          this.entries.unshift(...this.entries.splice(-1));
        }
      },
    }),
  ),
];

function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

function aborting(signal: AbortSignal): Promise<readonly Delivery[]> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve([]), { once: true }));
}
