import { expect, test } from "vitest";
import { timerHeap, timerWheel } from "@job-orch/timers";
import { FakeClock, turns } from "@job-orch/test-support";

test("timers fire in the order of their time, equal ones in the order they were armed", async () => {
  const clock = new FakeClock(0);
  using heap = timerHeap({ clock });
  const fired: string[] = [];
  for (const [dueMs, name] of [
    [30, "c"],
    [10, "a"],
    [20, "b1"],
    [20, "b2"],
    [20, "b3"],
    [-5, "past"],
  ] as const) {
    heap.at(dueMs, (value: string) => fired.push(value), name);
  }
  expect(heap.nextMs).toBe(-5);
  await clock.advance(30);
  expect(fired).toEqual(["past", "a", "b1", "b2", "b3", "c"]);
  expect(clock.pending).toBe(0);
});

test("a time beyond every timeout is fine", async () => {
  const clock = new FakeClock(0);
  using heap = timerHeap({ clock });
  let fired = 0;
  heap.at(2 ** 40, () => fired++);
  clock.set(2 ** 40 - 1);
  await clock.advance(5_000);
  expect(fired).toBe(1);
});

test("a clock that is set forward makes timers fire within 5 s, and is told", async () => {
  const clock = new FakeClock(0);
  using heap = timerHeap({ clock });
  const jumps: number[] = [];
  let fired = 0;
  heap.onJump((byMs) => jumps.push(byMs));
  heap.at(3_600_000, () => fired++);
  clock.set(3_600_000);
  await clock.advance(5_000);
  expect(fired).toBe(1);
  expect(jumps).toEqual([3_600_000]);
});

test("what is due at once is spread over turns; dispose in between ends it", async () => {
  const clock = new FakeClock(0);
  const heap = timerHeap({ clock });
  let fired = 0;
  for (let i = 0; i < 2_000; i++) heap.at(1, () => fired++);
  clock.advanceNow(1);
  expect(fired).toBe(512);
  heap[Symbol.dispose]();
  await turns();
  expect(fired).toBe(512);
  expect(() => heap.at(1, () => undefined)).toThrow(expect.objectContaining({ code: "ERR_CLOSED" }));
});

test("a callback that throws harms nobody, an old handle neither", async () => {
  const clock = new FakeClock(0);
  const errors: unknown[] = [];
  using heap = timerHeap({ clock, onError: (error) => errors.push(error) });
  let fired = 0;
  const old = heap.at(1, () => {
    throw new Error("bang");
  });
  await clock.advance(1);
  heap.at(2, () => fired++);
  expect(heap.cancel(old)).toBe(false);
  await clock.advance(1);
  expect([fired, errors.length]).toEqual([1, 1]);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])("a time of %s is refused", (dueMs) => {
  using heap = timerHeap();
  expect(() => heap.at(dueMs, () => undefined)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
});

test("what hears of errors is a function", () => {
  for (const open of [timerHeap, timerWheel]) {
    expect(() => open({ onError: 5 as never })).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
  }
});
