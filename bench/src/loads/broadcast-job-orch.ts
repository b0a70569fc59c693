import { setImmediate } from "node:timers/promises";
import { type Frame, processor } from "@job-orch/core";
import { memory, toObservable } from "@job-orch/memory";
import type { Effort } from "../harness/case.ts";
import { collectGarbage } from "./checks.ts";
import { ThreeSubscribers } from "./three-subscribers.ts";

const FRAMES_PER_SEND = 256;
/** How far the sender may be ahead of the subscribers. */
const MOST_UNSEEN = 2 * FRAMES_PER_SEND;
const LOOKS_PER_TURN = 64;
const ID = "a-response";
const never = new AbortController().signal;

/** Responses as a processor would send them, through the broadcast channel to an Observable. Units: messages per second. */
export async function broadcastJobOrch({ warmUpMs, timedMs }: Effort): Promise<number> {
  const transport = memory();
  const counted = processor({ name: "counted", run: (i: number) => i }, { transport });
  const receiver = await counted.responseReceiver();
  const subscribers = new ThreeSubscribers(toObservable(receiver));
  const sender = await transport.sender({ name: "counted.responses", mode: "broadcast" }, never);

  let sent = 0;
  const sendFor = async (forMs: number): Promise<number> => {
    const startedMs = performance.now();
    do {
      const frames: Frame[] = [];
      while (frames.length < FRAMES_PER_SEND)
        frames.push({ id: ID, body: { ok: true, value: sent++ }, headers: undefined, options: undefined });
      await sender.send(frames, never);
      // The subscribers' turn; now and then that of timers, which they make way for as well.
      for (let looks = 1; sent - subscribers.seen >= MOST_UNSEEN; looks++) await (looks % LOOKS_PER_TURN === 0 ? setImmediate() : null);
    } while (performance.now() - startedMs < forMs);
    while (subscribers.seen < sent) await setImmediate();
    return performance.now() - startedMs;
  };
  await sendFor(warmUpMs);
  collectGarbage();
  const before = sent;
  const tookMs = await sendFor(timedMs);
  subscribers.mustHaveSeen(sent, ID.length);
  return ((sent - before) / tookMs) * 1_000;
}
