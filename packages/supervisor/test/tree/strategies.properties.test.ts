import { FakeClock, turns } from "@job-orch/test-support";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ChildContext, supervise, type Strategy } from "../../src/index.ts";

const numRuns = Number(process.env["JOB_ORCH_RUNS"] ?? 100);
const MOST = 4;

const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("fail" as const), at: fc.nat(MOST - 1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("leave" as const), at: fc.nat(MOST - 1) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(0, 5, 150, 40_000) }) },
);
const strategies: readonly Strategy[] = ["one_for_one", "rest_for_one", "one_for_all"];

interface Part {
  live: boolean;
  lives: number;
  end: PromiseWithResolvers<void>;
}

/** Children whose lives are counted, and what they saw that must not be. Each takes `upMs` to end when told to. */
function cast(clock: FakeClock, count: number, upMs: number, strategy: Strategy) {
  const seen = { stopping: false, wrong: [] as string[] };
  const parts = Array.from({ length: count }, (): Part => ({ live: false, lives: 0, end: Promise.withResolvers() }));
  const children = parts.map((part, at) => ({
    id: `child ${at}`,
    run: async ({ signal, hurry }: ChildContext): Promise<void> => {
      if (part.live) seen.wrong.push(`${at} lives twice at once`);
      if (seen.stopping) seen.wrong.push(`${at} started after the stop`);
      const ordered = strategy !== "one_for_one" || part.lives === 0;
      if (ordered && parts.slice(0, at).some(({ live }) => !live)) seen.wrong.push(`${at} started before one it depends on`);
      Object.assign(part, { live: true, lives: part.lives + 1, end: Promise.withResolvers() });
      const { promise, resolve } = part.end;
      signal.addEventListener("abort", () => clock.after(upMs, resolve), { once: true });
      hurry.addEventListener("abort", () => resolve(), { once: true });
      try {
        await promise;
      } finally {
        part.live = false;
        if (seen.stopping && parts.slice(at + 1).some(({ live }) => live)) seen.wrong.push(`${at} stopped before one that depends on it`);
      }
    },
  }));
  return { parts, children, seen };
}

describe("whatever fails, and whenever", () => {
  it.each(strategies)("%s restarts whom it says, keeps its order, and ends with everything down", async (strategy) => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: MOST }),
        fc.constantFrom(0, 20),
        fc.array(command, { maxLength: 25 }),
        async (count, upMs, commands) => {
          const clock = new FakeClock();
          const { parts, children, seen } = cast(clock, count, upMs, strategy);
          const running = supervise(children, {
            strategy,
            whenCrashLooping: "probe",
            environment: { clock, random: () => 0.5 },
          });
          await turns();
          for (const one of commands) {
            if (one.kind === "wait") {
              await clock.advance(one.ms);
              continue;
            }
            const part = parts[one.at];
            if (part === undefined || !part.live) continue;
            const before = parts.map(({ lives }) => lives);
            const allUp = parts.every(({ live }) => live);
            if (one.kind === "fail") part.end.reject(new Error("broke"));
            else part.end.resolve();
            await turns();
            if (!allUp) continue; // what follows is for one failure at a time
            for (let waitedMs = 0; !running.ready && waitedMs < 70_000; waitedMs += 500) await clock.advance(500); // backoff, and proving itself
            const again = parts.map(({ lives }, at) => lives > (before[at] ?? 0));
            expect(again).toEqual(parts.map((_, at) => isConcerned(strategy, at, one.at)));
          }
          await clock.advance(300_000);
          expect(parts.map(({ live }) => live)).toEqual(parts.map(() => true));
          expect(running.ready).toBe(true);

          seen.stopping = true;
          const stopped = running.stop();
          await clock.advance(10_000);
          await stopped;
          expect(parts.some(({ live }) => live)).toBe(false);
          expect(clock.pending).toBe(0);
          expect(seen.wrong).toEqual([]);
        },
      ),
      { numRuns },
    );
  });
});

function isConcerned(strategy: Strategy, at: number, failed: number): boolean {
  if (strategy === "one_for_all") return true;
  return strategy === "one_for_one" ? at === failed : at >= failed;
}
