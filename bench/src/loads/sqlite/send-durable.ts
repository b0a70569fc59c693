import type { Effort } from "../../harness/case.ts";
import type { Request } from "../../queues/queue.ts";
import { collectGarbage, mustEqual } from "../checks.ts";

const SENDERS = 1_000;
const LOOK_EVERY = 64;

/** 1,000 senders, each with one `send` under way at any time. Units: requests per second. */
export async function sendDurably({ warmUpMs, timedMs }: Effort): Promise<number> {
  const { hosted, depth } = (await import("../../stores/job-orch.ts")).openJobOrch();
  const warm = await sendFor(warmUpMs, 0, (request) => hosted.send(request));
  collectGarbage();
  const timed = await sendFor(timedMs, warm.sent, (request) => hosted.send(request));
  mustEqual("requests stored", warm.sent + timed.sent, (await depth()).ready);
  return (timed.sent / timed.tookMs) * 1_000;
}

async function sendFor(
  forMs: number,
  first: number,
  send: (request: Request) => Promise<unknown>,
): Promise<{ readonly sent: number; readonly tookMs: number }> {
  let sent = 0;
  let over = false;
  let next = first;
  const startedMs = performance.now();
  const sender = async (): Promise<void> => {
    while (!over) {
      await send({ i: next++ });
      if (++sent % LOOK_EVERY === 0) over = performance.now() - startedMs >= forMs;
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  return { sent, tookMs: performance.now() - startedMs };
}

/** plainjob: one commit per request; it cannot share them among senders. */
export async function sendWithPlainjob(effort: Effort): Promise<number> {
  const { openPlainjob } = await import("../../stores/plainjob.ts");
  const queue = openPlainjob();
  const { total, perSecond } = addFor(effort, 1, ([request]) => queue.add("no-op", request));
  mustEqual("requests stored", total, queue.countJobs({ type: "no-op" }));
  return perSecond;
}

/** By hand, with this many rows in a commit. */
export async function sendByHand(effort: Effort, rowsPerCommit: number): Promise<number> {
  const { RawQueue } = await import("../../stores/raw-queue.ts");
  const queue = new RawQueue();
  const { total, perSecond } = addFor(effort, rowsPerCommit, (requests) => queue.add(requests));
  mustEqual("requests stored", total, queue.size);
  return perSecond;
}

function addFor(
  { warmUpMs, timedMs }: Effort,
  atOnce: number,
  add: (requests: readonly Request[]) => unknown,
): { readonly total: number; readonly perSecond: number } {
  let total = 0;
  const loop = (forMs: number): number => {
    const before = total;
    const startedMs = performance.now();
    do {
      add(Array.from({ length: atOnce }, () => ({ i: total++ })));
    } while (performance.now() - startedMs < forMs);
    return ((total - before) / (performance.now() - startedMs)) * 1_000;
  };
  loop(warmUpMs);
  collectGarbage();
  return { perSecond: loop(timedMs), total };
}
