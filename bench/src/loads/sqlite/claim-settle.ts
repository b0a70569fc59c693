import type { Effort } from "../../harness/case.ts";
import type { Request } from "../../queues/queue.ts";
import { requests } from "../../stores/fill.ts";
import { collectGarbage, Ledger, mustEqual } from "../checks.ts";

const CONCURRENCY = 256;
const FILL_CHUNK = 10_000;

/** How many jobs are drained: first to warm up, then timed. One commit per job is so slow that fewer must do. */
interface Amounts {
  readonly warmUp: number;
  readonly timed: number;
}

function amounts({ smoke }: Effort, batched: boolean): Amounts {
  if (batched) return smoke ? { warmUp: 500, timed: 2_000 } : { warmUp: 20_000, timed: 100_000 };
  return smoke ? { warmUp: 20, timed: 100 } : { warmUp: 200, timed: 2_000 };
}

/** Fills, then drains and times that. Units: jobs per second. */
async function drained(
  { warmUp, timed }: Amounts,
  fill: (first: number, total: number) => Promise<void>,
  drain: (ledger: Ledger) => Promise<void>,
): Promise<number> {
  let tookMs = Number.NaN;
  for (const total of [warmUp, timed]) {
    await fill(0, total);
    const ledger = new Ledger(total);
    collectGarbage();
    const startedMs = performance.now();
    await drain(ledger);
    tookMs = performance.now() - startedMs;
    ledger.mustBeExact();
  }
  return (timed / tookMs) * 1_000;
}

/** Ours: until everything has run and the processor that settled all of it has stopped. */
export async function drainJobOrch(effort: Effort): Promise<number> {
  const [{ start }, { openJobOrch }] = await Promise.all([import("@job-orch/core"), import("../../stores/job-orch.ts")]);
  let ledger = new Ledger(0);
  let total = 0;
  let finished = (): void => {};
  const run = async ({ i }: Request): Promise<number> => {
    ledger.note(i);
    if (ledger.count === total) finished();
    return i;
  };
  const { hosted, depth } = openJobOrch({ run, concurrency: CONCURRENCY });
  const fill = async (first: number, upTo: number): Promise<void> => {
    total = upTo;
    for (const chunk of requests(first, upTo, FILL_CHUNK)) await hosted.sendMany(chunk);
  };
  const perSecond = await drained(amounts(effort, true), fill, async (next) => {
    ledger = next;
    const done = new Promise<void>((resolve) => (finished = resolve));
    const running = start(hosted);
    await done;
    await running.stop();
  });
  const { ready, inFlight, dead } = await depth();
  mustEqual("requests left", 0, ready + inFlight + dead);
  return perSecond;
}

/** By hand: 100 claimed per commit, which also completes the 100 before. */
export async function drainByHand(effort: Effort, perCommit: number): Promise<number> {
  const { RawQueue } = await import("../../stores/raw-queue.ts");
  const queue = new RawQueue();
  const perSecond = await drained(amounts(effort, true), fillOf(queue), async (ledger) => {
    let claimed = queue.next([], perCommit);
    while (claimed.length > 0) {
      for (const { body } of claimed) ledger.note((JSON.parse(body) as Request).i);
      claimed = queue.next(claimed, perCommit);
    }
  });
  mustEqual("requests left", 0, queue.size);
  return perSecond;
}

/** By hand, one job per transaction: claims one, runs it, completes it. */
export async function drainOneByOne(effort: Effort): Promise<number> {
  const { RawQueue } = await import("../../stores/raw-queue.ts");
  const queue = new RawQueue();
  const perSecond = await drained(amounts(effort, false), fillOf(queue), async (ledger) => {
    for (let [job] = queue.claim(1); job !== undefined; [job] = queue.claim(1)) {
      ledger.note((JSON.parse(job.body) as Request).i);
      queue.complete(job);
    }
  });
  mustEqual("requests left", 0, queue.size);
  return perSecond;
}

export async function drainPlainjob(effort: Effort): Promise<number> {
  const [{ defineWorker, JobStatus }, { openPlainjob, quiet }] = await Promise.all([
    import("plainjob"),
    import("../../stores/plainjob.ts"),
  ]);
  const queue = openPlainjob();
  let ledger = new Ledger(0);
  const work = async ({ data }: { readonly data: string }): Promise<void> => ledger.note((JSON.parse(data) as Request).i);
  const fill = async (first: number, total: number): Promise<void> => {
    for (const [request] of requests(first, total, 1)) queue.add("no-op", request);
  };
  let total = 0;
  const perSecond = await drained(amounts(effort, false), fill, async (next) => {
    ledger = next;
    total += next.size;
    let settled = 0;
    const worker = defineWorker("no-op", work, {
      queue,
      logger: quiet,
      pollIntervall: 1,
      onCompleted: () => void (++settled === next.size && worker.stop()),
    });
    await worker.start();
  });
  mustEqual("requests done", total, queue.countJobs({ type: "no-op", status: JobStatus.Done }));
  return perSecond;
}

function fillOf(queue: { readonly add: (requests: readonly Request[]) => void }): (first: number, total: number) => Promise<void> {
  return async (first, total) => {
    for (const chunk of requests(first, total, FILL_CHUNK)) queue.add(chunk);
  };
}
