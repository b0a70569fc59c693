import { array, assert, asyncProperty, constantFrom, integer, oneof, record } from "fast-check";
import { expect, test } from "vitest";
import { events } from "@job-orch/events";
import { FakeClock, turns } from "@job-orch/test-support";
import { collect, Feed } from "./feed.ts";

interface Note {
  readonly key: number;
  readonly n: number;
}

const step = oneof(
  record({ kind: constantFrom("push" as const), key: integer({ min: 0, max: 2 }) }),
  record({ kind: constantFrom("pass" as const), ms: integer({ min: 1, max: 30 }) }),
);
type Step = { readonly kind: "push"; readonly key: number } | { readonly kind: "pass"; readonly ms: number };

/** Plays the steps, millisecond by millisecond for the model: it is told of every message and asked at every tick. */
async function plays(
  steps: readonly Step[],
  put: (source: ReturnType<typeof events<Note>>) => ReturnType<typeof events<Note>>,
  model: { readonly take: (note: Note, nowMs: number) => void; readonly tick: (nowMs: number) => void; readonly out: readonly Note[] },
): Promise<void> {
  const clock = new FakeClock(0);
  const feed = new Feed<Note>();
  await using row = put(events(feed, { clock }));
  const { out } = collect(row);
  let n = 0;
  await turns();
  for (const step of steps) {
    if (step.kind === "push") {
      const note = { key: step.key, n: n++ };
      model.take(note, clock.steady());
      feed.push(note);
      await turns();
    } else {
      for (let ms = 0; ms < step.ms; ms++) {
        await clock.advance(1);
        model.tick(clock.steady());
      }
    }
    const byN = (notes: readonly Note[]): readonly number[] => notes.map(({ n }) => n).toSorted((one, other) => one - other);
    expect(byN(out)).toEqual(byN(model.out)); // what rings in the same tick has no order among keys
  }
}

test("debounce does what a simple model does", async () => {
  await assert(
    asyncProperty(
      array(step, { minLength: 5, maxLength: 25, size: "max" }),
      integer({ min: 1, max: 20 }),
      integer({ min: 1, max: 40 }),
      async (steps, quietMs, maxWaitMs) => {
        const out: Note[] = [];
        const waiting = new Map<number, { note: Note; sinceMs: number; lastMs: number }>();
        await plays(steps, (source) => source.debounce({ quietMs, maxWaitMs, key: ({ key }) => key }), {
          out,
          take: (note, nowMs) => {
            waiting.set(note.key, { note, sinceMs: waiting.get(note.key)?.sinceMs ?? nowMs, lastMs: nowMs });
          },
          tick: (nowMs) => {
            for (const [key, { note, sinceMs, lastMs }] of waiting) {
              if (nowMs < Math.min(lastMs + quietMs, sinceMs + maxWaitMs)) continue;
              waiting.delete(key);
              out.push(note);
            }
          },
        });
      },
    ),
    { numRuns: 25 },
  );
});

test.each(["first", "last", "both"] as const)("throttle with the %s edge does what a simple model does", async (edge) => {
  await assert(
    asyncProperty(array(step, { minLength: 5, maxLength: 25, size: "max" }), integer({ min: 1, max: 25 }), async (steps, everyMs) => {
      const out: Note[] = [];
      const intervals = new Map<number, { endMs: number; latest: Note | undefined }>();
      await plays(steps, (source) => source.throttle({ everyMs, edge, key: ({ key }) => key }), {
        out,
        take: (note, nowMs) => {
          const interval = intervals.get(note.key);
          if (interval === undefined) {
            if (edge !== "last") out.push(note);
            intervals.set(note.key, { endMs: nowMs + everyMs, latest: edge === "last" ? note : undefined });
          } else if (edge !== "first") interval.latest = note;
        },
        tick: (nowMs) => {
          for (const [key, { endMs, latest }] of [...intervals]) {
            if (nowMs < endMs) continue;
            if (latest === undefined) intervals.delete(key);
            else {
              out.push(latest);
              intervals.set(key, { endMs: nowMs + everyMs, latest: undefined });
            }
          }
        },
      });
    }),
    { numRuns: 100 },
  );
});

test("dedupe does what a simple model does", async () => {
  await assert(
    asyncProperty(array(step, { maxLength: 40 }), integer({ min: 1, max: 40 }), async (steps, windowMs) => {
      const out: Note[] = [];
      const seen = new Map<number, number>();
      await plays(steps, (source) => source.dedupe({ windowMs, key: ({ key }) => key }), {
        out,
        take: (note, nowMs) => {
          if (nowMs < (seen.get(note.key) ?? Number.NEGATIVE_INFINITY)) return;
          seen.set(note.key, nowMs + windowMs);
          out.push(note);
        },
        tick: () => undefined,
      });
    }),
    { numRuns: 25 },
  );
});

test("what is superseded or a duplicate is let go at once; what waits is not", async () => {
  const clock = new FakeClock();
  const feed = new Feed<number>().push(1, 2, 3);
  await using last = events(feed, { clock }).debounce({ quietMs: 100 });
  const { out } = collect(last);
  await turns();
  expect(feed.done).toEqual([1, 2]);
  await clock.advance(100);
  expect(out).toEqual([3]);
  expect(last.counts).toMatchObject({ taken: 3, emitted: 1, dropped: 2 });
});

test("keys are bounded, as said", async () => {
  const clock = new FakeClock();
  const key = (n: number): number => n;
  const debounced = events(new Feed<number>().push(1, 2, 3), { clock }).debounce({ quietMs: 1_000, key, mostKeys: 2 });
  expect(await debounced.receive()).toBe(1);
  await debounced[Symbol.asyncDispose]();
  const deduped = events(new Feed<number>().push(1, 2, 1, 3, 1, 2).end(), { clock }).dedupe({ windowMs: 1_000, key, mostKeys: 2 });
  const { out, ended } = collect(deduped);
  await ended;
  expect(out).toEqual([1, 2, 3, 1, 2]);
  for (const failing of [
    events(new Feed<number>().push(1, 2, 3), { clock }).debounce({ quietMs: 1_000, key, mostKeys: 2, full: "fail" }),
    events(new Feed<number>().push(1, 2, 3), { clock }).throttle({ everyMs: 1_000, edge: "last", key, mostKeys: 2, full: "fail" }),
  ]) {
    await expect(failing.receive()).rejects.toMatchObject({ code: "ERR_BUSY" });
    await failing[Symbol.asyncDispose]();
  }
  expect(clock.pending).toBe(0);
});

test("the end of the source hands out what waits", async () => {
  const feed = () => new Feed<number>().push(1, 2, 3).end();
  for (const row of [events(feed()).debounce({ quietMs: 60_000 }), events(feed()).throttle({ everyMs: 60_000, edge: "last" })]) {
    const { out, ended } = collect(row);
    await ended;
    expect(out).toEqual([3]);
    await row[Symbol.asyncDispose]();
  }
});

test.each([
  ["debounce", { quietMs: 10, key: "id" }],
  ["throttle", { everyMs: 10, key: 5 }],
  ["dedupe", { windowMs: 10, key: "id" }],
  ["dedupe", { windowMs: 10 }],
] as const)("%s(%j) is refused", (kind, options) => {
  expect(() => events(new Feed())[kind](options as never)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
});
