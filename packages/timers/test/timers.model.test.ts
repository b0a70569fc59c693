import { assert, asyncProperty, integer, array, constantFrom, oneof, record } from "fast-check";
import { expect, test } from "vitest";
import { timerHeap, timerWheel } from "@job-orch/timers";
import { FakeClock } from "@job-orch/test-support";

type Step =
  | { readonly kind: "arm"; readonly delayMs: number }
  | { readonly kind: "cancel"; readonly which: number }
  | { readonly kind: "advance" | "block"; readonly byMs: number };

const delayMs = oneof(
  integer({ max: 300, min: 0 }),
  integer({ max: 70_000, min: 0 }),
  integer({ max: 2 ** 25, min: 0 }),
  integer({ max: 2 ** 32 - 2 ** 24, min: 0 }),
);
const step = oneof(
  record({ kind: constantFrom("arm" as const), delayMs }),
  record({ kind: constantFrom("cancel" as const), which: integer({ max: 200, min: 0 }) }),
  record({ kind: constantFrom("advance" as const, "block" as const), byMs: delayMs }),
);

interface Timers extends Disposable {
  readonly size: number;
  readonly arm: (delayMs: number, callback: (id: number) => void, id: number) => number;
  readonly cancel: (handle: number) => boolean;
}

const kinds: Readonly<Record<string, (clock: FakeClock, tickMs: number) => Timers>> = {
  wheel: (clock, tickMs) => {
    const wheel = timerWheel({ clock, tickMs });
    return {
      get size() {
        return wheel.size;
      },
      arm: (delayMs, callback, id) => wheel.arm(delayMs, callback, id),
      cancel: (handle) => wheel.cancel(handle),
      [Symbol.dispose]: () => wheel[Symbol.dispose](),
    };
  },
  heap: (clock) => {
    const heap = timerHeap({ clock });
    return {
      get size() {
        return heap.size;
      },
      arm: (delayMs, callback, id) => heap.at(clock.now() + delayMs, callback, id),
      cancel: (handle) => heap.cancel(handle),
      [Symbol.dispose]: () => heap[Symbol.dispose](),
    };
  },
};

/** What a list of dues would do: each fires once unless cancelled, at the first multiple of the tick that is not early. */
async function follows(open: (clock: FakeClock, tickMs: number) => Timers, steps: readonly Step[], tickMs: number): Promise<void> {
  const clock = new FakeClock(0);
  using timers = open(clock, tickMs);
  const handles: number[] = [];
  const dues: number[] = [];
  const alive = new Set<number>();
  const firedAt = new Map<number, number>();
  let blockedFromMs = 0;
  for (const step of steps) {
    if (step.kind === "arm") {
      const id = handles.length;
      alive.add(id);
      dues.push(clock.steady() + step.delayMs);
      handles.push(
        timers.arm(
          step.delayMs,
          (fired) => {
            expect(alive.delete(fired)).toBe(true);
            firedAt.set(fired, clock.steady());
          },
          id,
        ),
      );
    } else if (step.kind === "cancel") {
      if (handles.length === 0) continue;
      const id = step.which % handles.length;
      expect(timers.cancel(handles[id] as number)).toBe(alive.delete(id));
    } else {
      blockedFromMs = step.kind === "block" ? clock.steady() + step.byMs : 0;
      await clock[step.kind](step.byMs);
      for (const id of alive) expect(dues[id] as number, "is overdue").toBeGreaterThan(clock.steady() - tickMs);
      for (const [id, atMs] of firedAt) {
        expect(atMs, "is early").toBeGreaterThanOrEqual(dues[id] as number);
        expect(atMs, "is late").toBeLessThanOrEqual(Math.max((dues[id] as number) + tickMs, blockedFromMs));
      }
      firedAt.clear();
    }
    expect(timers.size).toBe(alive.size);
    expect(clock.pending).toBeLessThanOrEqual(1);
  }
}

test.each([
  ["wheel", 1],
  ["wheel", 20],
  ["wheel", 3],
])("a %s with ticks of %s ms does what a list would do", async (kind, tickMs) => {
  await assert(
    asyncProperty(array(step, { maxLength: 60, size: "max" }), (steps) =>
      follows(kinds[kind] as (typeof kinds)["wheel"] & {}, steps, tickMs),
    ),
    { numRuns: 150 },
  );
});

test("a heap does what a list would do", async () => {
  const near = oneof(integer({ max: 300, min: 0 }), integer({ max: 70_000, min: 0 }), integer({ max: 2 ** 45, min: 0 }));
  const moves = integer({ max: 70_000, min: 0 }); // it looks every 5 s
  const heapStep = oneof(
    record({ kind: constantFrom("arm" as const), delayMs: near }),
    record({ kind: constantFrom("cancel" as const), which: integer({ max: 200, min: 0 }) }),
    record({ kind: constantFrom("advance" as const, "block" as const), byMs: moves }),
  );
  await assert(
    asyncProperty(array(heapStep, { maxLength: 60, size: "max" }), (steps) =>
      follows(kinds["heap"] as (typeof kinds)["heap"] & {}, steps, 0.001),
    ),
    { numRuns: 150 },
  );
});

test("a heap of hundreds stays in order when any of them is taken out", async () => {
  const dues = array(integer({ min: 0, max: 1_000 }), { minLength: 50, maxLength: 400, size: "max" });
  await assert(
    asyncProperty(dues, integer({ min: 2, max: 7 }), async (dues, every) => {
      const clock = new FakeClock(0);
      using heap = timerHeap({ clock });
      const fired: number[] = [];
      const handles = dues.map((dueMs) => heap.at(dueMs, (value) => void fired.push(value), dueMs));
      for (let i = 0; i < handles.length; i += every) heap.cancel(handles[i] as number);
      await clock.block(1_000);
      expect(fired).toEqual(dues.filter((_, i) => i % every !== 0).toSorted((one, other) => one - other));
    }),
    { numRuns: 200 },
  );
});
