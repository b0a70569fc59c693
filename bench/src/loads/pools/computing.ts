import { once } from "node:events";
import { setEnvironmentData, Worker } from "node:worker_threads";
import type { Effort } from "../../harness/case.ts";
import type { PoolLoad } from "../../pools/contenders.ts";
import { newCells, RAN, type Spin } from "../../workers/work.ts";
import { collectGarbage, mustEqual } from "../checks.ts";
import { openCounted } from "./counted.ts";

const TURNS_PER_MS = 600_000;
const WORKERS = 2;
const JOBS = 2_000;
const WARM_UP_JOBS = 200;
const SMOKE_JOBS = 40;

function listOf(count: number): readonly Spin[] {
  return Array.from({ length: count }, (_, i) => ({ i, turns: TURNS_PER_MS }));
}

/** Jobs of about a millisecond, all handed in at once, two workers. Units: jobs per second. */
export const computing: PoolLoad = async (open, { smoke }) => {
  const { call, mustHaveRun } = await openCounted(open, "spin", WORKERS);
  const runAll = async (list: readonly Spin[]): Promise<void> => {
    const responses = await Promise.all(list.map(call));
    for (const { i } of list) mustEqual("response", i, responses[i] as number);
  };
  const warmUp = listOf(smoke ? SMOKE_JOBS : WARM_UP_JOBS);
  const list = listOf(smoke ? SMOKE_JOBS : JOBS);
  await runAll(warmUp);
  collectGarbage();
  const startedMs = performance.now();
  await runAll(list);
  const tookMs = performance.now() - startedMs;
  mustHaveRun(warmUp.length + list.length);
  return (list.length / tookMs) * 1_000;
};

/** The same work as one list for each worker, one message there and one back. Units: jobs per second. */
export async function computingLists({ smoke }: Effort): Promise<number> {
  const cells = newCells();
  setEnvironmentData(RAN, cells);
  const url = new URL("../../workers/job-list.worker.ts", import.meta.url);
  const workers = Array.from({ length: WORKERS }, () => new Worker(url));
  await Promise.all(workers.map((worker) => once(worker, "message")));
  const runAll = async (list: readonly Spin[]): Promise<void> => {
    const answers = workers.map(async (worker, at) => {
      const own = list.filter(({ i }) => i % WORKERS === at);
      worker.postMessage(own, []);
      const [responses] = (await once(worker, "message")) as [readonly number[]];
      own.forEach(({ i }, index) => mustEqual("response", i, responses[index] as number));
    });
    await Promise.all(answers);
  };
  const warmUp = listOf(smoke ? SMOKE_JOBS : WARM_UP_JOBS);
  const list = listOf(smoke ? SMOKE_JOBS : JOBS);
  await runAll(warmUp);
  collectGarbage();
  const startedMs = performance.now();
  await runAll(list);
  const tookMs = performance.now() - startedMs;
  await Promise.all(workers.map((worker) => worker.terminate()));
  mustEqual(
    "jobs run",
    warmUp.length + list.length,
    cells.reduce((sum, count) => sum + count, 0),
  );
  return (list.length / tookMs) * 1_000;
}
