import { JobError, systemClock } from "@job-orch/core";
import { expect, test } from "vitest";
import { timerWheel } from "@job-orch/timers";
import { FakeClock, turns } from "@job-orch/test-support";

test("a timer fires with its value, once, at its tick", async () => {
  const clock = new FakeClock();
  using wheel = timerWheel({ clock });
  const fired: string[] = [];
  wheel.arm(10, (name: string) => fired.push(name), "a");
  await clock.advance(9);
  expect(fired).toEqual([]);
  await clock.advance(1);
  expect(fired).toEqual(["a"]);
  await clock.advance(100_000);
  expect(fired).toEqual(["a"]);
});

test("an idle wheel arms one timer for the next occupied slot, and none when it is empty", async () => {
  const clock = new FakeClock();
  using wheel = timerWheel({ clock });
  const handles = Array.from({ length: 1000 }, (_, i) => wheel.arm(200 + i * 977, () => undefined));
  expect(clock.pending).toBe(1);
  expect(clock.nextInMs).toBe(200);
  for (const handle of handles) wheel.cancel(handle);
  await turns();
  expect(clock.pending).toBe(0);
  expect(wheel.size).toBe(0);
});

test("a timer far away wakes the wheel at most four times", async () => {
  const clock = new FakeClock();
  using wheel = timerWheel({ clock });
  let firedAt = 0;
  wheel.arm(30 * 86_400_000 + 12_345, () => (firedAt = clock.steady()));
  await clock.advance(31 * 86_400_000);
  expect(firedAt).toBe(30 * 86_400_000 + 12_345);
  expect(clock.everSet).toBeLessThanOrEqual(4);
});

test("one timer armed and cancelled over and over in a turn costs the clock one timer", async () => {
  const clock = new FakeClock();
  using wheel = timerWheel({ clock });
  for (let i = 0; i < 1000; i++) wheel.cancel(wheel.arm(30_000, () => undefined));
  expect(clock.everSet).toBe(1);
  await turns();
  expect(clock.pending).toBe(0);
});

test("an old handle touches nobody", async () => {
  const clock = new FakeClock();
  using wheel = timerWheel({ clock });
  const first = wheel.arm(5, () => undefined);
  expect(wheel.cancel(first)).toBe(true);
  let fired = 0;
  wheel.arm(5, () => fired++); // takes the place of the first
  for (const handle of [first, 0, -1, 1.5, Number.NaN, 2 ** 53, undefined as never]) expect(wheel.cancel(handle)).toBe(false);
  await clock.advance(5);
  expect(fired).toBe(1);
});

test("a callback that throws does not harm the others", async () => {
  const clock = new FakeClock();
  const errors: unknown[] = [];
  using wheel = timerWheel({ clock, onError: (error) => errors.push(error) });
  const fired: number[] = [];
  for (let i = 0; i < 5; i++) {
    wheel.arm(1, () => {
      fired.push(i);
      if (i % 2 === 0) throw new Error(`bang ${i}`);
    });
  }
  await clock.advance(1);
  expect(fired.toSorted((one, other) => one - other)).toEqual([0, 1, 2, 3, 4]);
  expect(errors).toHaveLength(3);
});

test("what is due at once is spread over turns, and can still be cancelled", async () => {
  const clock = new FakeClock();
  using wheel = timerWheel({ clock });
  let fired = 0;
  const handles = Array.from({ length: 2_000 }, () => wheel.arm(1, () => fired++));
  clock.advanceNow(1);
  expect(fired).toBe(512);
  const called = handles.filter((handle) => wheel.cancel(handle)).length;
  expect(called).toBe(2_000 - 512);
  await turns();
  expect(fired).toBe(512);
  expect(wheel.size).toBe(0);
  expect(clock.pending).toBe(0);
});

test("a callback may arm and cancel", async () => {
  const clock = new FakeClock();
  using wheel = timerWheel({ clock });
  const fired: string[] = [];
  const other = wheel.arm(2, () => fired.push("other"));
  wheel.arm(1, () => {
    wheel.cancel(other);
    wheel.arm(0, () => fired.push("next tick"));
    fired.push("first");
  });
  await clock.advance(1);
  expect(fired).toEqual(["first"]);
  await clock.advance(1);
  expect(fired).toEqual(["first", "next tick"]);
});

test("nothing is left and nothing fires after dispose, also in the middle of a turn", async () => {
  const clock = new FakeClock();
  const wheel = timerWheel({ clock });
  let fired = 0;
  for (let i = 0; i < 1_000; i++) wheel.arm(1, () => ++fired === 3 && wheel[Symbol.dispose]());
  await clock.advance(10);
  expect(fired).toBe(3);
  expect(clock.pending).toBe(0);
  expect(() => wheel.arm(1, () => undefined)).toThrow(expect.objectContaining({ code: "ERR_CLOSED" }));
});

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32, "5" as never])("a delay of %s is refused with a sentence", (delayMs) => {
  using wheel = timerWheel({ clock: new FakeClock() });
  try {
    wheel.arm(delayMs === ("5" as never) ? (undefined as never) : delayMs, () => undefined);
    expect.unreachable();
  } catch (error) {
    expect(JobError.is(error) && error.code).toBe("ERR_OPTION");
  }
});

test.each([0, -5, Number.NaN, 1e9, "5", null])("a tick of %j ms is refused", (tickMs) => {
  expect(() => timerWheel({ tickMs: tickMs as never })).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
});

test("on the machine's clock nothing fires early", async () => {
  using wheel = timerWheel();
  const early: number[] = [];
  await Promise.all(
    Array.from({ length: 300 }, (_, i) => {
      const delayMs = (i * 7) % 60;
      const armedMs = performance.now();
      return new Promise<void>((resolve) => {
        wheel.arm(delayMs, () => {
          const tookMs = performance.now() - armedMs;
          if (tookMs < delayMs) early.push(tookMs - delayMs);
          resolve();
        });
      });
    }),
  );
  expect(early).toEqual([]);
  expect(systemClock.steady).toBeDefined();
});

test("a burst's memory is given back, and its handles stay harmless", async () => {
  const clock = new FakeClock();
  using wheel = timerWheel({ clock });
  const handles = Array.from({ length: 70_000 }, () => wheel.arm(1_000, () => undefined));
  for (const handle of handles) wheel.cancel(handle);
  await turns();
  let fired = 0;
  for (let i = 0; i < 3_000; i++) wheel.arm(10, () => fired++);
  expect(handles.some((handle) => wheel.cancel(handle))).toBe(false);
  await clock.advance(10);
  await turns();
  await turns();
  expect(fired).toBe(3_000);
});
