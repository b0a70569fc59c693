import { type Frame, processor } from "@job-orch/core";
import { memory, toObservable } from "@job-orch/memory";
import type { Effort } from "../harness/case.ts";
import { collectGarbage } from "./checks.ts";
import { ThreeSubscribers } from "./three-subscribers.ts";

const FRAMES_PER_SEND = 256;
/** How far the sender may be ahead of the subscribers. */
const MOST_UNSEEN = 8 * FRAMES_PER_SEND;
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
      while (frames.length < FRAMES_PER_SEND) frames.push({ id: ID, body: { ok: true, value: sent++ }, headers: undefined, options: undefined });
      await sender.send(frames, never);
      if (sent - subscribers.seen >= MOST_UNSEEN) await seen(subscribers, sent - MOST_UNSEEN / 2);
    } while (performance.now() - startedMs < forMs);
    await seen(subscribers, sent);
    return performance.now() - startedMs;
  };
  await sendFor(warmUpMs);
  collectGarbage();
  const before = sent;
  const tookMs = await sendFor(timedMs);
  subscribers.mustHaveSeen(sent, ID.length);
  return ((sent - before) / tookMs) * 1_000;
}

/** Resolves when that many messages were seen. */
function seen(subscribers: ThreeSubscribers, count: number): Promise<void> {
  if (subscribers.seen >= count) return Promise.resolve();
  return new Promise((resolve) => {
    subscribers.onSeen = () => {
      if (subscribers.seen < count) return;
      subscribers.onSeen = () => {};
      resolve();
    };
  });
}
