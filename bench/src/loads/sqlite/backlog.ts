import type { Effort } from "../../harness/case.ts";
import { quantile } from "../../harness/figures.ts";
import { requests } from "../../stores/fill.ts";
import { collectGarbage, mustEqual } from "../checks.ts";

const PER_CLAIM = 100;
const CLAIMS = 300;
const WARM_UP_CLAIMS = 50;
const SMOKE_CLAIMS = 5;
const FILL_CHUNK = 10_000;
const SMOKE_READY = 5_000;
const LEASE_MS = 600_000;
const never = new AbortController().signal;

/** Ours: what one `receive` of 100 takes while `ready` requests wait, at the median. Units: microseconds per request. */
export async function claimWith(ready: number, { smoke }: Effort): Promise<number> {
  const { openJobOrch } = await import("../../stores/job-orch.ts");
  const { transport, hosted, depth } = openJobOrch();
  const total = smoke ? Math.min(ready, SMOKE_READY) : ready;
  for (const chunk of requests(0, total, FILL_CHUNK)) await hosted.sendMany(chunk);
  const receiver = await transport.receiver({ name: hosted.name, mode: "work" }, { leaseMs: LEASE_MS, maxInFlight: PER_CLAIM * 2 }, never);
  let next = total;
  const micros = await claims(smoke, async () => {
    const startedMs = performance.now();
    const deliveries = await receiver.receive(PER_CLAIM, never);
    const tookMs = performance.now() - startedMs;
    mustEqual("requests claimed", PER_CLAIM, deliveries.length);
    await receiver.settle(deliveries.map((delivery) => ({ delivery, outcome: { kind: "ack" } })));
    for (const chunk of requests(next, (next += PER_CLAIM), PER_CLAIM)) await hosted.sendMany(chunk);
    return tookMs;
  });
  mustEqual("requests ready", total, (await depth()).ready);
  return micros;
}

/** By hand, with the same backlog. */
export async function claimByHandWith(ready: number, { smoke }: Effort): Promise<number> {
  const { RawQueue } = await import("../../stores/raw-queue.ts");
  const queue = new RawQueue();
  const total = smoke ? Math.min(ready, SMOKE_READY) : ready;
  for (const chunk of requests(0, total, FILL_CHUNK)) queue.add(chunk);
  let next = total;
  const micros = await claims(smoke, () => {
    const startedMs = performance.now();
    const jobs = queue.claim(PER_CLAIM);
    const tookMs = performance.now() - startedMs;
    mustEqual("requests claimed", PER_CLAIM, jobs.length);
    for (const job of jobs) queue.complete(job);
    for (const chunk of requests(next, (next += PER_CLAIM), PER_CLAIM)) queue.add(chunk);
    return tookMs;
  });
  mustEqual("requests left", total, queue.size);
  return micros;
}

async function claims(smoke: boolean, once: () => Promise<number> | number): Promise<number> {
  const timed = smoke ? SMOKE_CLAIMS : CLAIMS;
  for (let left = smoke ? 1 : WARM_UP_CLAIMS; left > 0; left--) await once();
  collectGarbage();
  const tookMs = new Float64Array(timed);
  for (let turn = 0; turn < timed; turn++) tookMs[turn] = await once();
  return (quantile(tookMs.sort(), 0.5) / PER_CLAIM) * 1_000;
}
