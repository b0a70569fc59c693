import { array, assert, asyncProperty, integer } from "fast-check";
import { expect, test } from "vitest";
import { batch, events, groupBy, session, type Window } from "@job-orch/events";
import { FakeClock, turns } from "@job-orch/test-support";
import { collect, Feed } from "./feed.ts";

const short = ({ startMs, endMs, messages, closedBy }: Window<unknown>) => [startMs, endMs, messages, closedBy];

test("tumbling windows by the clock close at their end, and not before", async () => {
  const clock = new FakeClock(1_000_000);
  const feed = new Feed<string>();
  await using windows = events(feed, { clock }).tumbling({ sizeMs: 1_000 });
  const { out } = collect(windows);
  await turns();
  await clock.advance(400);
  feed.push("a", "b");
  await turns();
  await clock.advance(599);
  expect(out).toEqual([]);
  await clock.advance(1);
  expect(out.map(short)).toEqual([[1_000_000, 1_001_000, ["a", "b"], "time"]]);
  expect(clock.pending).toBe(0);
});

test("by the clock nothing is late, also when it is set back", async () => {
  for (const byMs of [-5, -3_600_000]) {
    const clock = new FakeClock(1_000_000_000);
    const feed = new Feed<string>();
    const windows = events(feed, { clock }).tumbling({ sizeMs: 1_000 });
    const { out, ended } = collect(windows);
    feed.push("before");
    await turns();
    await clock.advance(1_001);
    clock.set(byMs);
    feed.push("after");
    await turns();
    expect(windows.counts.late).toBe(0);
    feed.end();
    await ended;
    expect(out.map(({ messages }) => messages)).toEqual([["before"], ["after"]]);
    expect(out[1]?.startMs).toBe(Math.floor((1_000_001_001 + byMs) / 1_000) * 1_000);
    await windows[Symbol.asyncDispose]();
  }
});

test("event time: a window closes when the watermark passes its end; later messages go to onLate, or are counted", async () => {
  const late: number[] = [];
  const run = async (onLate?: (ms: number) => Promise<void>) => {
    const feed = new Feed<number>().push(5, 12, 3, 21, 9, 14, 40, 2, 41).end();
    const windows = events(feed).tumbling({ sizeMs: 10, latenessMs: 5, timeOf: (ms) => ms, ...(onLate === undefined ? {} : { onLate }) });
    const { out, ended } = collect(windows);
    await ended;
    expect(feed.done).toHaveLength(9);
    return { out: out.map(short), late: windows.counts.late };
  };
  const expected = [
    [0, 10, [5, 3], "time"],
    [10, 20, [12, 14], "time"],
    [20, 30, [21], "time"],
    [40, 50, [40, 41], "end"],
  ];
  expect(await run()).toEqual({ out: expected, late: 2 });
  expect(await run(async (ms) => void late.push(ms))).toEqual({ out: expected, late: 2 });
  expect(late).toEqual([9, 2]);
});

test("a late message is let go only when onLate has resolved", async () => {
  const taken = Promise.withResolvers<void>();
  const feed = new Feed<number>().push(50, 1);
  await using windows = events(feed).tumbling({ sizeMs: 10, timeOf: (ms) => ms, onLate: () => taken.promise });
  collect(windows);
  await turns();
  expect(feed.done).toEqual([]);
  taken.resolve();
  await turns();
  expect(feed.done).toEqual([1]);
});

test("what is open closes when nothing came for a while", async () => {
  const clock = new FakeClock();
  const feed = new Feed<number>().push(1, 2);
  await using windows = events(feed, { clock }).tumbling({ sizeMs: 10, timeOf: (ms) => ms, idleMs: 1_000 });
  const { out } = collect(windows);
  await turns();
  await clock.advance(999);
  expect(out).toEqual([]);
  await clock.advance(1);
  expect(out.map(short)).toEqual([[0, 10, [1, 2], "time"]]);
});

test("sessions end after a gap; one for each key inside groupBy", async () => {
  const feed = new Feed<{ user: string; ms: number }>();
  for (const [user, ms] of [
    ["ann", 0],
    ["bob", 3],
    ["ann", 8],
    ["ann", 30],
    ["bob", 31],
  ] as const)
    feed.push({ user, ms });
  await using sessions = events(feed.end()).groupBy({ key: ({ user }) => user }, session({ gapMs: 10, timeOf: ({ ms }) => ms }));
  const { out, ended } = collect(sessions);
  await ended;
  const spans = out.map(({ key, value }) => [key, value.startMs, value.endMs, value.messages.length]);
  expect(spans).toEqual([
    ["ann", 0, 18, 2],
    ["bob", 3, 13, 1],
    ["ann", 30, 40, 1],
    ["bob", 31, 41, 1],
  ]);
});

test("more than may be held closes the first window before its time, or fails, as said", async () => {
  const numbers = [1, 2, 11, 3, 12];
  const options = { sizeMs: 10, timeOf: (ms: number) => ms, latenessMs: 100, mostHeld: 2 };
  const windows = events(new Feed<number>().push(...numbers).end()).tumbling(options);
  const { out, ended } = collect(windows);
  await ended;
  expect(out.map(short)).toEqual([
    [0, 10, [1, 2], "full"],
    [0, 10, [3], "full"],
    [10, 20, [11, 12], "end"],
  ]);
  expect(windows.counts.early).toBe(2);
  const failing = events(new Feed<number>().push(...numbers)).tumbling({ ...options, full: "fail" });
  await expect(failing.receive()).rejects.toMatchObject({ code: "ERR_BUSY", retry: "later" });
  await failing[Symbol.asyncDispose]();
});

const times = array(integer({ min: 0, max: 300 }), { maxLength: 60, size: "max" });

test("with enough lateness, tumbling and sliding windows are those of a simple model", async () => {
  await assert(
    asyncProperty(
      times,
      integer({ min: 1, max: 50 }),
      integer({ min: 1, max: 5 }),
      integer({ min: -30, max: 30 }),
      async (sent, everyMs, overlaps, offsetMs) => {
        const sizeMs = everyMs * overlaps;
        const options = { timeOf: (ms: number) => ms, latenessMs: 1_000, offsetMs };
        const source = events(new Feed<number>().push(...sent).end());
        const windows = overlaps === 1 ? source.tumbling({ ...options, sizeMs }) : source.sliding({ ...options, sizeMs, everyMs });
        const { out, ended } = collect<Window<number>>(windows);
        await ended;
        const expected: unknown[] = [];
        for (let k = -200; k < 400; k++) {
          const startMs = k * everyMs + offsetMs;
          const inside = sent.filter((ms) => ms >= startMs && ms < startMs + sizeMs);
          if (inside.length > 0) expected.push([startMs, startMs + sizeMs, inside, "end"]);
        }
        expect(out.map(short)).toEqual(expected);
      },
    ),
    { numRuns: 150 },
  );
});

test("with little lateness, every message is in a window or late, and no window takes one after it closed", async () => {
  await assert(
    asyncProperty(times, integer({ min: 1, max: 50 }), integer({ min: 0, max: 60 }), async (sent, sizeMs, latenessMs) => {
      const late: number[] = [];
      const options = { sizeMs, latenessMs, timeOf: (ms: number) => ms, onLate: (ms: number) => void late.push(ms) };
      const { out, ended } = collect(events(new Feed<number>().push(...sent).end()).tumbling(options));
      await ended;
      let newest = Number.NEGATIVE_INFINITY;
      const expectedLate = sent.filter((ms) => {
        const isLate = Math.floor(ms / sizeMs) * sizeMs + sizeMs <= newest - latenessMs;
        if (!isLate) newest = Math.max(newest, ms);
        return isLate;
      });
      expect(late).toEqual(expectedLate);
      expect(out.flatMap(({ messages }) => messages)).toHaveLength(sent.length - late.length);
      expect(new Set(out.map(({ startMs }) => startMs)).size).toBe(out.length);
    }),
    { numRuns: 150 },
  );
});

test("with enough lateness, sessions are the runs of a sorted list", async () => {
  await assert(
    asyncProperty(times, integer({ min: 1, max: 40 }), async (sent, gapMs) => {
      const { out, ended } = collect(
        events(new Feed<number>().push(...sent).end()).session({ gapMs, latenessMs: 1_000, timeOf: (ms) => ms }),
      );
      await ended;
      const runs: number[][] = [];
      for (const ms of sent.toSorted((one, other) => one - other)) {
        const last = runs.at(-1);
        if (last !== undefined && ms < (last.at(-1) as number) + gapMs) last.push(ms);
        else runs.push([ms]);
      }
      const found = out.map(({ startMs, endMs, messages }) => [startMs, endMs, messages.toSorted((one, other) => one - other)]);
      expect(found).toEqual(runs.map((run) => [run[0], (run.at(-1) as number) + gapMs, run]));
    }),
    { numRuns: 150 },
  );
});

test.each([
  ["tumbling", { sizeMs: 0 }],
  ["tumbling", { sizeMs: 10, latenessMs: 5 }],
  ["tumbling", { sizeMs: 10, full: "drop" }],
  ["sliding", { sizeMs: 10, everyMs: 20 }],
  ["sliding", { sizeMs: 1_001, everyMs: 1 }],
  ["session", {}],
  ["session", { gapMs: 5, timeOf: "at" }],
  ["tumbling", { sizeMs: 10, timeOf: 5 }],
  ["sliding", { sizeMs: 10, everyMs: 5, onLate: 5 }],
] as const)("%s(%j) is refused", (kind, options) => {
  expect(() => events(new Feed())[kind](options as never)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
});

test("a time that is none ends the row with a coded error", async () => {
  const nanoseconds = 1_700_000_000_000_000_000; // adding milliseconds to so large a number need not change it
  for (const timeMs of [Number.NaN, Number.POSITIVE_INFINITY, nanoseconds, -nanoseconds]) {
    await using windows = events(new Feed<number>().push(1)).tumbling({ sizeMs: 1_000, timeOf: () => timeMs });
    await expect(windows.receive()).rejects.toMatchObject({ code: "ERR_OPTION" });
    await using overlapping = events(new Feed<number>().push(1)).sliding({ sizeMs: 1_000, everyMs: 100, timeOf: () => timeMs });
    await expect(overlapping.receive()).rejects.toMatchObject({ code: "ERR_OPTION" });
  }
});

test("groups are bounded: the one that was silent longest is closed, or it fails, as said", async () => {
  const keyed = (...keys: string[]) => new Feed<string>().push(...keys);
  const by = groupBy(
    { key: (text: string) => text[0] as string, mostGroups: 2 },
    batch<string>({ max: 9, lingerMs: Number.POSITIVE_INFINITY }),
  );
  const { out, ended } = collect(events(keyed("a1", "b1", "a2", "c1", "a3").end()).through(by));
  await ended;
  expect(out).toEqual([
    { key: "b", value: ["b1"] },
    { key: "c", value: ["c1"] },
    { key: "a", value: ["a1", "a2", "a3"] },
  ]);
  await using failing = events(keyed("a", "b", "c")).groupBy({ key: (text) => text, mostGroups: 2, full: "fail" }, batch({ max: 9 }));
  await expect(failing.receive()).rejects.toMatchObject({ code: "ERR_BUSY" });
});

test("a group that had no message for a while is closed", async () => {
  const clock = new FakeClock();
  const feed = new Feed<string>().push("a", "b");
  const waits = { max: 9, lingerMs: Number.POSITIVE_INFINITY };
  await using groups = events(feed, { clock }).groupBy({ key: (text) => text, idleMs: 100 }, batch(waits));
  const { out } = collect(groups);
  await turns();
  await clock.advance(60);
  feed.push("b");
  await turns();
  await clock.advance(40);
  expect(out).toEqual([{ key: "a", value: ["a"] }]);
  await clock.advance(60);
  expect(out[1]).toEqual({ key: "b", value: ["b", "b"] });
  expect(clock.pending).toBe(0);
});
