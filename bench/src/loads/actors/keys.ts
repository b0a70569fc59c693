import { actors } from "@job-orch/actors";
import { job } from "@job-orch/core";
import type { Effort } from "../../harness/case.ts";
import { collectGarbage, mustEqual } from "../checks.ts";

const KEYS = 10_000;
/** So many are told before the next wait until all have been worked on. */
const PER_ROUND = 50_000;
/** Has no divisor in common with the number of keys, so that neighbours are far apart. */
const STRIDE = 7;

interface Hit {
  readonly key: string;
}
interface Counter {
  count: number;
}

const keys = Array.from({ length: KEYS }, (_, at) => `key-${at}`);

/** Ours. Units: messages per second. */
export async function told(effort: Effort): Promise<number> {
  let worked = 0;
  const counters = new Map<string, Counter>();
  const count = job<Hit, number, Counter>()({
    name: "count",
    run: (_hit, counter) => {
      worked++;
      return ++counter.count;
    },
  });
  await using counting = actors(count, {
    key: ({ key }) => key,
    activate: (key) => {
      const counter = { count: 0 };
      counters.set(key, counter);
      return counter;
    },
  });
  return await perSecond(
    effort,
    (hit) => void counting.tell(hit),
    () => worked,
    (key) => counters.get(key)?.count ?? 0,
  );
}

/** The peer: what one writes by hand, a chain of promises per key that leaves when it has ended. */
export async function chained(effort: Effort): Promise<number> {
  let worked = 0;
  const counters = new Map<string, Counter>();
  const tails = new Map<string, Promise<void>>();
  const work = async ({ key }: Hit): Promise<void> => {
    const counter = counters.get(key) ?? { count: 0 };
    counters.set(key, counter);
    counter.count++;
    worked++;
  };
  const tell = (hit: Hit): void => {
    const tail = (tails.get(hit.key) ?? Promise.resolve()).then(() => work(hit));
    tails.set(hit.key, tail);
    void tail.then(() => void (tails.get(hit.key) === tail && tails.delete(hit.key)));
  };
  return perSecond(
    effort,
    tell,
    () => worked,
    (key) => counters.get(key)?.count ?? 0,
  );
}

/** The limit: no mailbox, no order to keep, no other turn. */
export async function called(effort: Effort): Promise<number> {
  let worked = 0;
  const counters = new Map<string, Counter>();
  const tell = ({ key }: Hit): void => {
    const counter = counters.get(key);
    if (counter === undefined) counters.set(key, { count: 1 });
    else counter.count++;
    worked++;
  };
  return perSecond(
    effort,
    tell,
    () => worked,
    (key) => counters.get(key)?.count ?? 0,
  );
}

async function perSecond(
  { warmUpMs, timedMs }: Effort,
  tell: (hit: Hit) => void,
  worked: () => number,
  countOf: (key: string) => number,
): Promise<number> {
  let sent = 0;
  const run = async (forMs: number): Promise<number> => {
    const startedMs = performance.now();
    let tookMs = 0;
    do {
      for (let left = PER_ROUND; left > 0; left--) tell({ key: keys[(sent++ * STRIDE) % KEYS] as string });
      while (worked() < sent) await new Promise<void>((resolve) => void setImmediate(resolve));
      tookMs = performance.now() - startedMs;
    } while (tookMs < forMs);
    return tookMs;
  };
  await run(warmUpMs);
  collectGarbage();
  const before = sent;
  const tookMs = await run(timedMs);
  mustEqual("messages worked on", sent, worked());
  for (const key of keys) mustEqual(`messages of ${key}`, sent / KEYS, countOf(key));
  return ((sent - before) / tookMs) * 1_000;
}
