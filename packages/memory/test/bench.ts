import type { Delivery, Frame, FrameOptions, Receiver, Sender, Settlement } from "@job-orch/core";
import { FakeClock } from "@job-orch/test-support";
import { afterEach } from "vitest";
import { memory, type MemoryOptions, type MemoryTransport } from "../src/index.ts";

export const NEVER = new AbortController().signal;
export const ACK = { kind: "ack" } as const;
export const WORK = { name: "work", mode: "work" } as const;
export const NEWS = { name: "news", mode: "broadcast" } as const;
export const RETRY = { kind: "retry", delayMs: 0, charge: true } as const;

const open: MemoryTransport[] = [];
afterEach(async () => {
  for (const transport of open.splice(0)) await transport[Symbol.asyncDispose]();
});

export interface Bench {
  readonly transport: MemoryTransport;
  readonly clock: FakeClock;
  readonly sender: Sender;
  readonly send: (...frames: Frame[]) => Promise<void>;
  readonly receiver: (options?: { leaseMs?: number; maxInFlight?: number; group?: string }) => Promise<Receiver>;
}

/** A transport with a fake clock, and a sender on one channel. It is disposed after the test. */
export async function bench(options: MemoryOptions = {}, channel: typeof WORK | typeof NEWS = WORK): Promise<Bench> {
  const clock = new FakeClock(undefined, { turnsPerTimer: 1 }); // nothing stands above the transport that would need more
  const transport: MemoryTransport = memory({ clock, ...options });
  open.push(transport);
  const sender = await transport.sender(channel, NEVER);
  return {
    transport,
    clock,
    sender,
    send: async (...frames) => sender.send(frames, NEVER),
    receiver: ({ leaseMs = 1_000, maxInFlight = 1_000, group } = {}) => transport.receiver(channel, { leaseMs, maxInFlight, group }, NEVER),
  };
}

export function frame(id: string, options?: FrameOptions): Frame {
  return options === undefined ? { id, body: `body of ${id}` } : { id, body: `body of ${id}`, options };
}

/** What is there now; nothing when a receive would wait. */
export async function take(receiver: Receiver, max = 1_000): Promise<readonly Delivery[]> {
  const giveUp = new AbortController();
  const got = receiver.receive(max, giveUp.signal);
  setImmediate(() => giveUp.abort());
  return got;
}

export async function takeIds(receiver: Receiver, max?: number): Promise<string[]> {
  return idsOf(await take(receiver, max));
}

export function idsOf(deliveries: readonly Delivery[]): string[] {
  return deliveries.map(({ frame }) => frame.id);
}

export function all(deliveries: readonly Delivery[], outcome: Settlement["outcome"]): Settlement[] {
  return deliveries.map((delivery) => ({ delivery, outcome }));
}
