import { expect, test } from "vitest";
import { chance } from "./support/chance.ts";
import { type Given, type ScriptedWorker, scripted, turn } from "./support/scripted.ts";

/** In a life that goes well the rest is answered at once; stealing takes a moment more. Units: milliseconds. */
const PATIENCE_MS = 10_000;

const seeds = Array.from({ length: 150 }, (_, seed) => seed + 1);

test.for([true, false])(
  "whatever happens in whichever order, every call ends once and the pool works on (claims: %s)",
  { timeout: 60_000 },
  async (shares) => {
    for (const seed of seeds) await live(seed, shares);
  },
);

/** One life of a pool: things happen at random, then all is well again, and nothing may be missing. */
async function live(seed: number, shares: boolean): Promise<void> {
  const pick = chance(seed);
  const options = {
    size: [1, 2, { min: 0, max: 3 }][pick(3)] as number,
    concurrency: 1 + pick(3),
    maxWindow: 2 + pick(8),
    targetMs: pick(2) * 1_000,
    queue: { maxItems: 1 + pick(20) },
    retry: { onCrash: pick(2) === 0 },
    restart: { backoff: { maxMs: 0 }, intensity: { failures: 1_000_000 } },
    whenUnavailable: "wait",
    graceMs: Number.POSITIVE_INFINITY,
    callTimeoutMs: Number.POSITIVE_INFINITY,
  } as const;
  const { hosted, pool, workers } = scripted(options, shares);
  const replace = (at: number): void => {
    const member = pool.roster.ready[at];
    if (member !== undefined) pool.roster.recycle(member);
  };
  const running = new Map<ScriptedWorker, Given[]>();
  const ends: number[] = [];
  const calls: Promise<unknown>[] = [];
  const aborters: AbortController[] = [];
  /** Calls whose lane has to keep its order, and the last of each lane that was begun. */
  const lanes = new Map<number, number>();
  const lastOf = new Map<number, number>();
  const inOrder = (number: number): void => {
    const lane = lanes.get(number);
    if (lane === undefined) return;
    expect({ seed, lane, number, last: lastOf.get(lane) ?? -1 }).toSatisfy(({ last }) => number > last);
    lastOf.set(lane, number);
  };
  let stopping: Promise<void> | undefined;
  const call = (): void => {
    const number = calls.length;
    const aborter = new AbortController();
    aborters.push(aborter);
    const own = {
      ...(pick(4) === 0 ? { origin: `o${pick(3)}` } : {}),
      ...(pick(4) === 0 ? { lane: pick(4) } : {}),
      ...(pick(4) === 0 ? { priority: pick(10) } : {}),
    };
    if (Object.keys(own).length === 1 && own.lane !== undefined && !options.retry.onCrash) lanes.set(number, own.lane);
    const end = (): void => void (ends[number] = (ends[number] ?? 0) + 1);
    calls.push(hosted.call(number, { ...own, signal: aborter.signal }).then(end, end));
  };
  const act = (worker: ScriptedWorker, what: number): void => {
    const busy = running.get(worker) ?? [];
    running.set(worker, busy);
    const isDraining = worker.controls.some(({ control }) => control === "drain");
    if (worker.killed || (isDraining && busy.length === 0)) {
      if (isDraining && !worker.killed) worker.skip(...worker.given.splice(0));
      return worker.end({ code: 0 });
    }
    if (isDraining && worker.given.length > 0) return worker.skip(...worker.given.splice(0));
    if (what === 0) worker.ready({ tellsBegun: !shares });
    else if (what < 5 && busy.length < options.concurrency) {
      const next = worker.begin();
      if (next === undefined) return;
      inOrder(next.body as number);
      busy.push(next);
    } else if (what < 10 && busy.length > 0) {
      const [done] = busy.splice(pick(busy.length), 1);
      if (done !== undefined) worker.answer(done, done.body);
    } else if (what === 10) worker.end({ code: 1 });
    else if (what === 11) worker.credit(pick(6));
  };
  for (let step = 0; step < 120; step++) {
    const alive = workers.filter(({ down }) => !down);
    const what = pick(30);
    const worker = alive[pick(Math.max(1, alive.length))];
    if (what < 10) call();
    else if (what < 24 && worker !== undefined) act(worker, pick(12));
    else if (what === 24) aborters[pick(Math.max(1, aborters.length))]?.abort();
    else if (what === 25) hosted.pause();
    else if (what === 26) hosted.resume();
    else if (what === 27 && pick(4) === 0) stopping = hosted.stop();
    else if (what === 28) void hosted.run();
    else if (what === 29 && pick(3) === 0) replace(pick(3));
    else await turn();
  }
  // All is well from here on.
  hosted.resume();
  void hosted.run();
  const endMs = performance.now() + PATIENCE_MS;
  while (ends.filter((count) => count > 0).length < calls.length && performance.now() < endMs) {
    for (const worker of workers.filter(({ down }) => !down)) {
      worker.credit(64);
      for (const what of [0, 9, 1, 9, 1, 9]) act(worker, what);
    }
    await turn();
    if (stopping === undefined) void hosted.run();
    else if (workers.every(({ down, controls }) => down || controls.length === 0)) void hosted.run();
  }
  const open = calls.map((_, number) => number).filter((number) => ends[number] !== 1);
  expect({ seed, open, ...hosted.stats() }).toMatchObject({ seed, open: [], waiting: 0, pending: 0 });
  await Promise.all(calls);
  const closing = hosted.close();
  for (const worker of workers) worker.end({ code: 0 });
  await closing;
  await stopping;
}
