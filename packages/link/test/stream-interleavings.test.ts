import { expect, test } from "vitest";
import { headOf, Kind } from "../src/index.ts";
import { chance } from "./support/chance.ts";
import { ended } from "./support/ended.ts";
import { type Given, type ScriptedWorker, scripted, turn } from "./support/scripted.ts";

/** One stream as its worker sees it: how many items it may still give. */
interface Running {
  readonly given: Given;
  left: number;
  said: number;
}

/** The same as its reader sees it. */
interface Read {
  readonly items: number[];
  readonly window: number;
  readonly reader: AsyncIterator<number>;
  asked: number;
  /** How many items its worker has given. */
  said: number;
  ends: number;
}

const seeds = Array.from({ length: 150 }, (_, seed) => seed + 1);
/** What a job yields at most. */
const LONGEST = 12;

test.for([true, false])(
  "items come in order, as many as there is room for, and every stream ends once (claims: %s)",
  { timeout: 60_000 },
  async (shares) => {
    for (const seed of seeds) await live(seed, shares);
  },
);

async function live(seed: number, shares: boolean): Promise<void> {
  const pick = chance(seed);
  const options = {
    size: 1 + pick(2),
    concurrency: 1 + pick(2),
    maxWindow: 2 + pick(4),
    targetMs: 1_000,
    retry: { onCrash: pick(2) === 0 },
    restart: { backoff: { maxMs: 0 }, intensity: { failures: 1_000_000 } },
    whenUnavailable: "wait",
    graceMs: Number.POSITIVE_INFINITY,
    callTimeoutMs: Number.POSITIVE_INFINITY,
  } as const;
  const bench = scripted(options, shares);
  const { hosted, pool, workers } = bench;
  const running = new Map<ScriptedWorker, Running[]>();
  const reads: Read[] = [];
  const open = (): void => {
    const window = 1 + pick(5);
    const reader = (hosted.stream as unknown as (request: number, options: object) => AsyncIterator<number>)(reads.length, { window });
    reads.push({ items: [], window, reader, asked: 0, said: 0, ends: 0 });
  };
  const ask = (read: Read): void => {
    if (read.asked > 3 || read.ends > 0) return;
    read.asked++;
    const end = (): void => void read.ends++;
    read.reader.next().then(({ done, value }) => {
      read.asked--;
      if (done === true) end();
      else read.items.push(value);
    }, end);
  };
  const act = (worker: ScriptedWorker, what: number): void => {
    const busy = running.get(worker) ?? [];
    running.set(worker, busy);
    for (const control of worker.controls.splice(0)) {
      if (control.control === "drain") {
        worker.controls.push(control);
        continue;
      }
      const at = busy.findIndex(({ given }) => given.slot === control.slot);
      const one = busy[at];
      const waits = worker.given.findIndex(({ slot }) => slot === control.slot);
      if (one === undefined) {
        if (waits !== -1) worker.answer(worker.given.splice(waits, 1)[0]!, "cancelled");
      } else if (control.control === "grant") one.left += control.items;
      else {
        busy.splice(at, 1);
        worker.answer(one.given, "cancelled");
      }
    }
    const isDraining = worker.controls.length > 0;
    if (isDraining && worker.given.length > 0) return worker.skip(...worker.given.splice(0));
    if (worker.killed || (isDraining && busy.length === 0)) return worker.end({ code: 0 });
    if (what === 0) worker.ready({ tellsBegun: !shares });
    else if (what < 4 && busy.length < options.concurrency) {
      const next = worker.begin();
      if (next === undefined) return;
      const read = reads[next.body as number]!;
      expect(next.extra?.items).toBe(read.window);
      expect(read.said).toBe(0); // what was yielded is not yielded again
      busy.push({ given: next, left: read.window, said: 0 });
    } else if (what < 10 && busy.length > 0) {
      const one = busy[pick(busy.length)]!;
      const read = reads[one.given.body as number]!;
      if (one.said === LONGEST || (what === 9 && pick(4) === 0)) {
        busy.splice(busy.indexOf(one), 1);
        worker.answer(one.given, "over");
      } else if (one.left > 0) {
        one.left--;
        read.said++;
        worker.say([1, 0, headOf(Kind.Item, 0, 0, one.given.slot), one.said++]);
        if (read.ends === 0) expect(read.said - read.items.length).toBeLessThanOrEqual(read.window + read.asked);
      }
    } else if (what === 10) {
      running.delete(worker);
      worker.end({ code: 1 });
    }
  };
  for (let step = 0; step < 150; step++) {
    const alive = workers.filter(({ down }) => !down);
    const worker = alive[pick(Math.max(1, alive.length))];
    const read = reads[pick(Math.max(1, reads.length))];
    const what = pick(30);
    if (what < 3) open();
    else if (what < 12 && read !== undefined) ask(read);
    else if (what === 12 && read !== undefined && pick(2) === 0) {
      void read.reader.return?.();
      read.ends++;
      read.asked = 0;
    } else if (what === 13 && pick(3) === 0) {
      const [member] = pool.roster.ready;
      if (member !== undefined) pool.roster.recycle(member);
    } else if (what < 27 && worker !== undefined) act(worker, pick(11));
    else await turn();
  }
  const endMs = performance.now() + 10_000;
  while (reads.some(({ ends }) => ends === 0) && performance.now() < endMs) {
    for (const read of reads) ask(read);
    for (const worker of workers.filter(({ down }) => !down)) for (const what of [0, 1, 4, 4, 1, 4, 4]) act(worker, what);
    await turn();
  }
  for (const [at, { items, ends, said }] of reads.entries()) {
    const order = items.every((item, index) => item === index);
    expect({ seed, at, ends: ends > 0, order, said: items.length <= said }).toEqual({ seed, at, ends: true, order: true, said: true });
  }
  await ended(bench);
  for (const { reader } of reads) await reader.return?.();
}
