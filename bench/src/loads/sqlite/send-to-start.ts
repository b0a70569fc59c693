import { setTimeout as sleep } from "node:timers/promises";
import type { Effort } from "../../harness/case.ts";
import { quantile } from "../../harness/figures.ts";
import { mustEqual } from "../checks.ts";

const WARM_UP = 200;
const TIMED = 1_000;
const SMOKE = 20;

/** Repeats something that takes a while, first to warm up. Units: microseconds at the median. */
async function median({ smoke }: Effort, once: () => Promise<number> | number): Promise<number> {
  const timed = smoke ? SMOKE : TIMED;
  const tookMs = new Float64Array(timed);
  for (let left = smoke ? 2 : WARM_UP; left > 0; left--) await once();
  for (let turn = 0; turn < timed; turn++) tookMs[turn] = await once();
  return quantile(tookMs.sort(), 0.5) * 1_000;
}

/** Ours, at rest: from the call of `send` to the first line of `run`. The next one is sent when this one is settled. */
export async function startAfterSend(effort: Effort): Promise<number> {
  const [{ start }, { openJobOrch }] = await Promise.all([import("@job-orch/core"), import("../../stores/job-orch.ts")]);
  let beganMs = 0;
  let runs = 0;
  const run = async ({ i }: { readonly i: number }): Promise<number> => {
    beganMs = performance.now();
    runs++;
    return i;
  };
  const { hosted } = openJobOrch({ run });
  let succeeded = (): void => {};
  hosted.on("succeeded", () => succeeded());
  const running = start(hosted);
  let sent = 0;
  const micros = await median(effort, async () => {
    const settled = new Promise<void>((resolve) => (succeeded = resolve));
    await breath();
    const sentMs = performance.now();
    await hosted.send({ i: sent++ });
    await settled;
    return beganMs - sentMs;
  });
  await running.stop();
  mustEqual("jobs run", sent, runs);
  return micros;
}

/** plainjob, polling as often as a timer allows. */
export async function startAfterAdd(effort: Effort): Promise<number> {
  const [{ defineWorker, JobStatus }, { openPlainjob, quiet }] = await Promise.all([
    import("plainjob"),
    import("../../stores/plainjob.ts"),
  ]);
  const queue = openPlainjob();
  let beganMs = 0;
  let completed = (): void => {};
  const work = async (): Promise<void> => void (beganMs = performance.now());
  const worker = defineWorker("no-op", work, { queue, logger: quiet, pollIntervall: 1, onCompleted: () => completed() });
  void worker.start();
  let sent = 0;
  const micros = await median(effort, async () => {
    const settled = new Promise<void>((resolve) => (completed = resolve));
    await breath();
    const sentMs = performance.now();
    queue.add("no-op", { i: sent++ });
    await settled;
    return beganMs - sentMs;
  });
  await worker.stop();
  mustEqual("jobs done", sent, queue.countJobs({ type: "no-op", status: JobStatus.Done }));
  return micros;
}

/** The limit: one row, one synced commit. */
export async function commitByHand(effort: Effort): Promise<number> {
  const { RawQueue } = await import("../../stores/raw-queue.ts");
  const queue = new RawQueue();
  let sent = 0;
  const micros = await median(effort, async () => {
    await breath();
    const startedMs = performance.now();
    queue.add([{ i: sent++ }]);
    return performance.now() - startedMs;
  });
  mustEqual("requests stored", sent, queue.size);
  return micros;
}

/** Lets everyone come to rest before the next one. */
function breath(): Promise<void> {
  return sleep(1);
}
