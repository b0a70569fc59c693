import { fail } from "node:assert/strict";
import type { Delivery, Receiver } from "@job-orch/core";
import type { Bench } from "./bench.ts";

/** What became of draining a channel with several receivers. */
export interface Drained {
  /** The texts that each receiver got, in its order. */
  readonly perReceiver: readonly (readonly string[])[];
  readonly all: readonly string[];
}

export interface DrainOptions {
  /** Most deliveries per receive. Default 5. */
  readonly max?: number;
  /** Called between delivery and ack. */
  readonly hold?: (deliveries: readonly Delivery[]) => Promise<void>;
}

/** Receives and acks with several receivers at once until so many deliveries were acked in total. */
export async function drain(bench: Bench, receivers: readonly Receiver[], count: number, options: DrainOptions = {}): Promise<Drained> {
  const done = new AbortController();
  const timer = bench.clock.after(bench.slowMs, () => done.abort());
  let left = count;
  const work = async (receiver: Receiver): Promise<readonly string[]> => {
    const texts: string[] = [];
    while (left > 0 && !done.signal.aborted) {
      const deliveries = await receiver.receive(options.max ?? 5, done.signal);
      if (deliveries.length === 0) break;
      texts.push(...bench.texts(deliveries));
      await options.hold?.(deliveries);
      await bench.ack(receiver, deliveries);
      left -= deliveries.length;
      if (left <= 0) done.abort();
    }
    return texts;
  };
  try {
    const perReceiver = await bench.within(Promise.all(receivers.map(work)), "a drain ends", 2 * bench.slowMs);
    if (left > 0) fail(`${count - left} of ${count} deliveries came within ${bench.slowMs} ms`);
    return { perReceiver, all: perReceiver.flat() };
  } finally {
    done.abort();
    timer.cancel();
  }
}
