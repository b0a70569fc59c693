import { assert, constantFrom, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { CronPlan } from "../src/schedule/cron-plan.ts";
import { IntervalPlan } from "../src/schedule/interval-plan.ts";

const stockholm = (pattern: string): CronPlan => new CronPlan(pattern, "Europe/Stockholm");
const iso = (ms: number | undefined): string => new Date(ms ?? Number.NaN).toISOString();

test("where clocks go forward, an instant that is left out becomes the first that exists", () => {
  expect(iso(stockholm("30 2 * * *").after(Date.parse("2026-03-29T00:00:00Z")))).toBe("2026-03-29T01:00:00.000Z");
});

test("where clocks go back, a fixed time fires once, and a pattern of stars through both hours", () => {
  const daily = stockholm("30 2 * * *");
  const first = daily.after(Date.parse("2026-10-24T12:00:00Z"));
  expect(iso(first)).toBe("2026-10-25T00:30:00.000Z");
  expect(iso(daily.after(first as number))).toBe("2026-10-26T01:30:00.000Z");
  const halfHours = stockholm("*/30 * * * *").newest(Date.parse("2026-10-24T23:45:00Z"), Date.parse("2026-10-25T02:00:00Z"), 10);
  expect(halfHours.map((ms) => iso(ms).slice(11, 16))).toEqual(["00:00", "00:30", "01:00", "01:30", "02:00"]);
});

test("the newest instants are those that looking forward gives, also where clocks change", () => {
  const around = constantFrom(Date.parse("2026-03-29T01:00:00Z"), Date.parse("2026-10-25T01:00:00Z"), Date.parse("2027-01-01T00:00:00Z"));
  const pattern = constantFrom("30 2 * * *", "*/30 * * * *", "15 */2 * * *", "0 0 1 * *", "*/20 * * * * *", "0 2 * * SUN", "59 23 L * *");
  const hoursMs = integer({ min: -6 * 3_600_000, max: 6 * 3_600_000 });
  assert(
    property(
      pattern,
      around,
      hoursMs,
      integer({ min: 0, max: 20 * 60_000 }),
      integer({ min: 1, max: 8 }),
      (pattern, middleMs, awayMs, lengthMs, most) => {
        const plan = stockholm(pattern);
        const afterMs = middleMs + awayMs;
        const upToMs = afterMs + lengthMs;
        const forward: number[] = [];
        for (let ms = plan.after(afterMs); ms !== undefined && ms <= upToMs; ms = plan.after(ms)) forward.push(ms);
        expect(plan.newest(afterMs, upToMs, most).map(iso)).toEqual(forward.slice(-most).map(iso));
      },
    ),
    { numRuns: 400 },
  );
});

test("intervals do the same, from any offset", () => {
  const ms = integer({ min: -1_000_000, max: 1_000_000 });
  assert(
    property(
      integer({ min: 1, max: 5_000 }),
      ms,
      ms,
      integer({ min: 0, max: 20_000 }),
      integer({ min: 1, max: 8 }),
      (everyMs, offsetMs, afterMs, lengthMs, most) => {
        const plan = new IntervalPlan(everyMs, offsetMs);
        const upToMs = afterMs + lengthMs;
        const forward: number[] = [];
        for (let next = plan.after(afterMs); next <= upToMs; next = plan.after(next)) forward.push(next);
        expect(plan.newest(afterMs, upToMs, most)).toEqual(forward.slice(-most));
      },
    ),
  );
});

test.each([
  ["61 0 * * *", "UTC"],
  ["", "UTC"],
  ["* * *", "UTC"],
  ["every day", "UTC"],
  ["0 0 30 2 *", "UTC"],
  [`${"1,".repeat(70)}1 * * * *`, "UTC"],
  [7 as never, "UTC"],
  ["0 3 * * *", "Mars/Olympus"],
])('the pattern "%s" in %s is refused with a sentence', (pattern, timeZone) => {
  expect(() => new CronPlan(pattern, timeZone)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
});
