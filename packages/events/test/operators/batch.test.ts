import { array, assert, asyncProperty, constantFrom, integer, oneof, record } from "fast-check";
import { expect, test } from "vitest";
import { events } from "@job-orch/events";
import { FakeClock, turns } from "@job-orch/test-support";
import { collect, Feed } from "./feed.ts";

test("an incomplete batch waits as long as it may, counted from its first message", async () => {
  const clock = new FakeClock();
  const feed = new Feed<string>();
  await using batches = events(feed, { clock }).batch({ max: 3, lingerMs: 100 });
  const { out } = collect(batches);
  feed.push("a");
  await turns();
  await clock.advance(60);
  feed.push("b");
  await turns();
  await clock.advance(39);
  expect(out).toEqual([]);
  await clock.advance(1);
  expect(out).toEqual([["a", "b"]]);
  expect(clock.pending).toBe(0);
});

test("bytes bound a batch; what alone is larger is alone", async () => {
  const feed = new Feed<string>().push("aaaa", "bbbb", "cc", "d".repeat(50), "e", "üü").end();
  const { out, ended } = collect(events(feed).batch({ max: 100, maxBytes: 8 }));
  await ended;
  expect(out).toEqual([["aaaa", "bbbb"], ["cc"], ["d".repeat(50)], ["e", "üü"]]);
});

test("batches are those of a simple model", async () => {
  const step = oneof(
    record({ kind: constantFrom("push" as const), bytes: integer({ min: 0, max: 9 }) }),
    record({ kind: constantFrom("pass" as const), ms: integer({ min: 1, max: 40 }) }),
  );
  await assert(
    asyncProperty(
      array(step, { maxLength: 40 }),
      integer({ min: 1, max: 5 }),
      integer({ min: 1, max: 20 }),
      async (steps, max, maxBytes) => {
        const lingerMs = 30;
        const clock = new FakeClock(0);
        const feed = new Feed<{ readonly bytes: number }>();
        await using batches = events(feed, { clock }).batch({ max, maxBytes, lingerMs, sizeOf: ({ bytes }) => bytes });
        const { out } = collect(batches);
        await turns();
        const expected: { readonly bytes: number }[][] = [];
        let open: { readonly bytes: number }[] = [];
        let sinceMs = 0;
        const flush = (): void => {
          if (open.length > 0) expected.push(open);
          open = [];
        };
        const size = (): number => open.reduce((sum, { bytes }) => sum + bytes, 0);
        for (const step of steps) {
          if (step.kind === "push") {
            if (size() + step.bytes > maxBytes) flush();
            if (open.length === 0) sinceMs = clock.steady();
            open.push(step);
            if (open.length >= max || size() >= maxBytes) flush();
            feed.push(step);
            await turns();
          } else {
            if (open.length > 0 && sinceMs + lingerMs <= clock.steady() + step.ms) flush();
            await clock.advance(step.ms);
          }
          expect(out).toEqual(expected);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test.each([{ max: 0 }, { max: 1.5 }, { max: 2, lingerMs: -1 }, { max: 2, maxBytes: 0 }, { max: 2, sizeOf: 5 }, {}])(
  "%j is refused",
  (options) => {
    expect(() => events(new Feed()).batch(options as never)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
  },
);

test("a generator that never comes to its next message does not hold up the end of the row", async () => {
  const never = Promise.withResolvers<void>();
  async function* stuck() {
    await never.promise;
    yield 1;
  }
  const row = events(stuck()).batch({ max: 2 });
  const receiving = row.receive();
  await turns();
  await Promise.all([row[Symbol.asyncDispose](), expect(receiving).rejects.toMatchObject({ code: "ERR_CLOSED" })]);
  never.resolve();
});

test("a source that iterates over itself is disposed of, also when it is asked for its next message", async () => {
  let disposed = 0;
  const source = {
    next: () => new Promise<IteratorResult<number>>(() => undefined),
    [Symbol.asyncIterator]: () => source,
    [Symbol.asyncDispose]: async () => void disposed++,
  };
  const row = events(source).batch({ max: 2 });
  const receiving = row.receive();
  await turns();
  await Promise.all([row[Symbol.asyncDispose](), expect(receiving).rejects.toMatchObject({ code: "ERR_CLOSED" })]);
  expect(disposed).toBe(1);
});
