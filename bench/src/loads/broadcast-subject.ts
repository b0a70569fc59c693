import type { ResponseMessage } from "@job-orch/core";
import { Subject } from "rxjs";
import type { Effort } from "../harness/case.ts";
import { collectGarbage } from "./checks.ts";
import { ThreeSubscribers } from "./three-subscribers.ts";

const LOOK_EVERY = 1_024;
const ID = "a-response";

/** The limit: a Subject with the same three subscribers and the same messages. Units: messages per second. */
export async function broadcastSubject({ warmUpMs, timedMs }: Effort): Promise<number> {
  const responses = new Subject<ResponseMessage<number>>();
  const subscribers = new ThreeSubscribers(responses);
  let sent = 0;
  const sendFor = (forMs: number): number => {
    const startedMs = performance.now();
    do {
      for (let left = LOOK_EVERY; left > 0; left--) responses.next({ id: ID, result: { ok: true, value: sent++ } });
    } while (performance.now() - startedMs < forMs);
    return performance.now() - startedMs;
  };
  sendFor(warmUpMs);
  collectGarbage();
  const before = sent;
  const tookMs = sendFor(timedMs);
  subscribers.mustHaveSeen(sent, ID.length);
  return ((sent - before) / tookMs) * 1_000;
}
