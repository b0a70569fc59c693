import { array, assert, asyncProperty, constantFrom, integer, record } from "fast-check";
import { expect, test } from "vitest";
import { batch, type Events, events } from "@job-orch/events";
import { FakeClock, turns } from "@job-orch/test-support";
import { Feed } from "./feed.ts";

const forEver = Number.POSITIVE_INFINITY;

test("a message is let go when its batch was taken and the next is asked for, and not before", async () => {
  const feed = new Feed<number>().push(1, 2, 3, 4);
  await using batches = events(feed).batch({ max: 2 });
  expect(await batches.receive()).toEqual([1, 2]);
  await turns();
  expect(feed.done).toEqual([]);
  expect(await batches.receive()).toEqual([3, 4]);
  expect(feed.done).toEqual([1, 2]);
});

test("batches can be held side by side and let go in any order, each once", async () => {
  const feed = new Feed<number>().push(1, 2, 3, 4);
  await using batches = events(feed).batch({ max: 2 });
  const [first, second] = [...(await batches.receiveLoans(1)), ...(await batches.receiveLoans(1))];
  second?.done();
  second?.done();
  expect(feed.done).toEqual([3, 4]);
  first?.done();
  expect(feed.done).toEqual([3, 4, 1, 2]);
});

test("a message in several windows is let go with the last of them", async () => {
  const feed = new Feed<number>().push(10, 25).end();
  await using windows = events(feed).sliding({ sizeMs: 20, everyMs: 10, timeOf: (ms) => ms });
  const bounds: number[][] = [];
  for await (const { startMs, endMs } of windows) bounds.push([startMs, endMs, feed.done.length]);
  expect(bounds).toEqual([
    [0, 20, 0],
    [10, 30, 0],
    [20, 40, 1],
  ]);
  expect(feed.done).toEqual([10, 25]);
});

test("a failing consumer lets nothing go", async () => {
  const feed = new Feed<number>().push(1, 2);
  const batches = events(feed).batch({ max: 2 });
  await expect(
    (async () => {
      for await (const _ of batches) throw new Error("bang");
    })(),
  ).rejects.toThrow("bang");
  await batches[Symbol.asyncDispose]();
  expect(feed.done).toEqual([]);
  expect(feed.disposed).toBe(true);
});

test("a function that throws ends the row; its message is not let go", async () => {
  const feed = new Feed<number>().push(1, 2, 3);
  await using mapped = events(feed).map((n) => {
    if (n === 2) throw new TypeError("no");
    return n;
  });
  expect(await mapped.receive()).toBe(1);
  await expect(mapped.receive()).rejects.toThrow("no");
  await expect(mapped.receive()).rejects.toThrow("no");
  expect(feed.done).toEqual([1]);
});

test("when no more is lent, what waits is handed out before its time, through all operators", async () => {
  const clock = new FakeClock();
  const feed = new Feed<number>({ most: 10 }).push(...Array.from({ length: 25 }, (_, i) => i));
  await using nested = events(feed, { clock }).batch({ max: 4, lingerMs: forEver }).batch({ max: 100, lingerMs: forEver });
  const sizes: number[] = [];
  for (let i = 0; i < 2; i++) sizes.push((await nested.receive()).flat().length);
  expect(sizes.every((size) => size > 0 && size <= 10)).toBe(true);
  expect(nested.counts.early).toBeGreaterThan(0);
  expect(feed.room).toBeGreaterThanOrEqual(0);
});

test("a source whose messages come again is not handed out in part when it ends; finish does that", async () => {
  const ended = new Feed<number>({ returns: true }).push(1, 2, 3).end();
  await using batches = events(ended).batch({ max: 2, lingerMs: forEver });
  expect(await batches.receiveBatch(9)).toEqual([[1, 2]]);
  expect(await batches.receiveBatch(9)).toEqual([]);
  expect(ended.done).toEqual([1, 2]);

  const finished = new Feed<number>({ returns: true }).push(1, 2, 3);
  await using others = events(finished).batch({ max: 2, lingerMs: forEver });
  expect(await others.receive()).toEqual([1, 2]);
  const last = others.receive();
  await turns();
  others.finish();
  expect(await last).toEqual([3]);
  await expect(others.receive()).rejects.toMatchObject({ code: "ERR_CLOSED" });
  expect(finished.done).toEqual([1, 2, 3]);
});

test("an aborted receive takes nothing, and what it had begun is for the next one", async () => {
  const feed = new Feed<number>();
  await using batches = events(feed).batch({ max: 2 });
  const stop = new AbortController();
  const aborted = batches.receive({ signal: stop.signal });
  await turns();
  stop.abort(new Error("enough"));
  await expect(aborted).rejects.toThrow("enough");
  feed.push(1, 2);
  expect(await batches.receive()).toEqual([1, 2]);
});

test("dispose and an aborted signal end iterations quietly and leave no timer", async () => {
  for (const how of ["dispose", "signal"] as const) {
    const clock = new FakeClock();
    const stop = new AbortController();
    const feed = new Feed<number>().push(1);
    const batches = events(feed, { clock, signal: stop.signal }).debounce({ quietMs: 5_000 }).batch({ max: 2, lingerMs: 1_000 });
    const iteration = (async () => {
      for await (const _ of batches);
    })();
    await turns();
    expect(clock.pending).toBe(1);
    if (how === "signal") stop.abort();
    await batches[Symbol.asyncDispose]();
    await iteration;
    expect(clock.pending).toBe(0);
    expect(feed.done).toEqual([]);
  }
});

test("without anybody who waits, nothing is taken in", async () => {
  const feed = new Feed<number>({ most: 10_000 }).push(...Array.from({ length: 5_000 }, (_, i) => i));
  await using batches = events(feed).batch({ max: 10 });
  await batches.receive();
  await turns();
  expect(feed.left).toBeGreaterThan(4_500);
});

test("async iterables are sources, too", async () => {
  async function* numbers(): AsyncGenerator<number> {
    for (let i = 0; i < 5; i++) yield i;
  }
  await using batches = events(numbers()).batch({ max: 2, lingerMs: forEver });
  const out: (readonly number[])[] = [];
  for await (const one of batches) out.push(one);
  expect(out).toEqual([[0, 1], [2, 3], [4]]);
});

/** Operators that let everything through; in the end each message must have been let go once. */
const links = constantFrom("batch", "tumbling", "sliding", "session", "groupBy", "dedupe");

test("whatever the row, every message is let go exactly once, after all that was made of it", async () => {
  const message = record({ key: integer({ min: 0, max: 3 }), atMs: integer({ min: 0, max: 500 }) });
  await assert(
    asyncProperty(
      array(message, { maxLength: 60 }),
      array(links, { minLength: 1, maxLength: 3 }),
      integer({ min: 3, max: 100 }),
      async (sent, row, most) => {
        const feed = new Feed<{ readonly key: number; readonly atMs: number }>({ most }).push(...sent).end();
        let stage = events(feed) as Events<unknown>;
        for (const link of row) stage = put(link, stage);
        await using last = stage;
        for (;;) {
          const loans = await last.receiveLoans(3);
          if (loans.length === 0) break;
          for (const loan of loans) {
            for (const one of leaves(loan.message)) expect(feed.done).not.toContain(one);
            loan.done();
          }
        }
        expect(feed.done).toHaveLength(sent.length);
        expect(new Set(feed.done).size).toBe(sent.length);
        expect(feed.room).toBe(most);
      },
    ),
    { numRuns: 200 },
  );
});

function put(link: string, stage: Events<unknown>): Events<unknown> {
  const timeOf = (message: unknown): number => Math.min(...leaves(message).map((one) => (one as { readonly atMs: number }).atMs));
  if (link === "batch") return stage.batch({ max: 4 });
  if (link === "tumbling") return stage.tumbling({ sizeMs: 50, timeOf, latenessMs: 100, mostHeld: 20 });
  if (link === "sliding") return stage.sliding({ sizeMs: 60, everyMs: 20, timeOf, latenessMs: 1_000 });
  if (link === "session") return stage.session({ gapMs: 20, timeOf, latenessMs: 60 });
  if (link === "dedupe") return stage.dedupe({ key: (message) => message, windowMs: 1_000 });
  return stage.groupBy({ key: (message) => (leaves(message)[0] as { readonly key: number }).key, mostGroups: 2 }, batch({ max: 3 }));
}

/** The messages of the source in something that was made of them. */
function leaves(made: unknown): readonly unknown[] {
  if (Array.isArray(made)) return made.flatMap(leaves);
  if (typeof made === "object" && made !== null && "messages" in made) return leaves(made.messages);
  if (typeof made === "object" && made !== null && "value" in made) return leaves(made.value);
  return [made];
}
