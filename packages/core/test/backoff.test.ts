import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Backoff, OptionError } from "../src/index.ts";
import { backoffDelayMs, checkBackoff } from "../src/processor/backoff.ts";

const YEAR_MS = 365 * 24 * 60 * 60 * 1_000;
const error = new Error("x");
const delays = (backoff: Backoff, attempts: number, random = 1): number[] =>
  Array.from({ length: attempts }, (_, index) => backoffDelayMs(backoff, index + 1, error, () => random));

describe("a backoff", () => {
  it("that is fixed waits the same each time", () => {
    expect(delays({ kind: "fixed", baseMs: 50 }, 3)).toEqual([50, 50, 50]);
  });

  it("that is exponential doubles, up to its cap", () => {
    expect(delays({ kind: "exponential", baseMs: 100, maxMs: 1_000, jitter: "none" }, 6)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    expect(delays({ kind: "exponential", baseMs: 100, factor: 10, jitter: "none" }, 3)).toEqual([100, 1_000, 10_000]);
  });

  it("waits five minutes at most when it does not say", () => {
    expect(delays({ kind: "exponential", baseMs: 1_000 }, 40).at(-1)).toBe(300_000);
  });

  it("draws evenly between nothing and the wait", () => {
    expect(backoffDelayMs({ kind: "exponential", baseMs: 100 }, 2, error, () => 0.25)).toBe(50);
    expect(backoffDelayMs({ kind: "fixed", baseMs: 100, jitter: "full" }, 2, error, () => 0)).toBe(0);
    expect(backoffDelayMs({ kind: "fixed", baseMs: 100 }, 2, error, () => 0)).toBe(100);
  });

  it("may be a function of the attempt and its error", () => {
    const asked: unknown[] = [];
    const backoff = (attempt: number, cause: Error): number => asked.push([attempt, cause]) * 10;
    expect(backoffDelayMs(backoff, 7, error, Math.random)).toBe(10);
    expect(asked).toEqual([[7, error]]);
  });

  it.each([() => Number.NaN, () => -1, () => "soon" as never, () => undefined as never, () => { throw new Error("no"); }])(
    "that answers nonsense waits a second: %o", (backoff) => {
      expect(backoffDelayMs(backoff, 1, error, Math.random)).toBe(1_000);
    },
  ); // prettier-ignore

  it("is a whole number of milliseconds up to a year, whatever it is made of", () => {
    const positive = fc.oneof(
      fc.double({ min: 0, noNaN: true }),
      fc.constantFrom(0, Number.MAX_VALUE, Number.POSITIVE_INFINITY, Number.MIN_VALUE),
    );
    const plan = fc.record({
      kind: fc.constantFrom("fixed" as const, "exponential" as const),
      baseMs: positive,
      factor: positive.map((factor) => factor + 1),
      maxMs: positive,
      jitter: fc.constantFrom("full" as const, "none" as const),
    });
    const attempt = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }));
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(plan, attempt, random, (backoff, at, drawn) => {
        const delayMs = backoffDelayMs(checkBackoff(backoff), at, error, () => drawn);
        expect(Number.isSafeInteger(delayMs)).toBe(true);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(Math.min(YEAR_MS, Math.ceil(backoff.maxMs)));
      }),
    );
  });

  it("without jitter never waits less after a later attempt", () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.double({ min: 1, max: 10, noNaN: true }), fc.nat(1_000_000), (baseMs, factor, maxMs) => {
        const waits = delays({ kind: "exponential", baseMs, factor, maxMs, jitter: "none" }, 50);
        expect(waits.toSorted((a, b) => a - b)).toEqual(waits);
      }),
    );
  });

  it.each([{ kind: "linear" }, { baseMs: -1 }, { baseMs: Number.NaN }, { baseMs: "1s" }, { factor: 0.5 }, { maxMs: -1 }, { jitter: "half" }])(
    "is refused when it is out of range: %o", (wrong) => {
      expect(() => checkBackoff({ kind: "exponential", baseMs: 1, ...wrong } as Backoff)).toThrow(OptionError);
    },
  ); // prettier-ignore
});
