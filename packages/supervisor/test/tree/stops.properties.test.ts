import type { Running } from "@job-orch/core";
import { FakeClock, turns } from "@job-orch/test-support";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { type Child, type ChildContext, supervise, type Strategy } from "../../src/index.ts";

/** Children, with those of nested supervisors. */
const MOST = 12;
const numRuns = Number(process.env["JOB_ORCH_RUNS"] ?? 150);

const leaf = fc.record({
  kind: fc.constantFrom("run" as const, "start" as const),
  /** How long it takes to come up and to end. Units: milliseconds; `Infinity`: it never does. */
  upMs: fc.constantFrom(0, 30, Number.POSITIVE_INFINITY),
  endMs: fc.constantFrom(0, 20, 60_000, Number.POSITIVE_INFINITY),
  deaf: fc.boolean(),
  restart: fc.constantFrom("permanent" as const, "transient" as const, "temporary" as const),
  shutdown: fc.constantFrom(undefined, 10, "kill" as const),
  throwsAtOnce: fc.boolean(),
});
type Leaf = typeof leaf extends fc.Arbitrary<infer One> ? One : never;
const strategy = fc.constantFrom<Strategy>("one_for_one", "rest_for_one", "one_for_all");
const command = fc.oneof(
  fc.record({ do: fc.constant("fail" as const), at: fc.nat(20) }),
  fc.record({ do: fc.constant("leave" as const), at: fc.nat(20) }),
  fc.record({ do: fc.constant("wait" as const), at: fc.constantFrom(0, 5, 30, 150, 40_000) }),
);

/** Children that live as they are told, and those of them that live now. */
function cast(clock: FakeClock) {
  const live = new Map<object, { readonly deaf: boolean; readonly end: PromiseWithResolvers<void> }>();
  const seen = { lives: 0 };
  const liveOn = async ({ deaf, endMs, throwsAtOnce }: Leaf, { signal, hurry }: ChildContext): Promise<void> => {
    if (++seen.lives % 2 === 0 && throwsAtOnce) throw new Error("at once");
    const key = {};
    const end = Promise.withResolvers<void>();
    live.set(key, { deaf, end });
    const never = deaf || endMs === Number.POSITIVE_INFINITY;
    signal.addEventListener("abort", () => (never ? undefined : clock.after(endMs, end.resolve)), { once: true });
    hurry.addEventListener("abort", () => (deaf ? undefined : end.resolve()), { once: true });
    if (hurry.aborted && !deaf) end.resolve(); // it came up too late
    await end.promise.finally(() => live.delete(key));
  };
  let made = 0;
  const child = (leaf: Leaf): Child => {
    const { kind, upMs, restart, shutdown } = leaf;
    const spec = { id: `child ${++made}`, restart, ...(shutdown === undefined ? {} : { shutdown }) };
    if (kind === "run") return { ...spec, run: (context: ChildContext) => liveOn(leaf, context) };
    const start = async (context: ChildContext): Promise<Running> => {
      await new Promise<void>((resolve) => (upMs === Number.POSITIVE_INFINITY ? undefined : clock.after(upMs, resolve)));
      const stop = async (): Promise<void> => undefined;
      return { ended: liveOn(leaf, context), stop, [Symbol.asyncDispose]: stop };
    };
    return { ...spec, start };
  };
  const nest = (below: readonly Leaf[], of: Strategy): Child => ({ id: `nest ${++made}`, children: below.map(child), strategy: of });
  return { live, seen, child, nest };
}

const nested = fc.record({ below: fc.array(leaf, { minLength: 1, maxLength: 3 }), of: strategy });

it("a stop at any moment, and a second one, ends everything in its time and leaves behind only who is deaf", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(leaf, nested), { minLength: 1, maxLength: 3 }),
      strategy,
      fc.constantFrom("escalate" as const, "probe" as const),
      fc.array(command, { maxLength: 12 }),
      fc.constantFrom(undefined, 0, 10, 2_000),
      async (tops, outer, whenCrashLooping, commands, againAfterMs) => {
        const clock = new FakeClock();
        const { live, seen, child, nest } = cast(clock);
        const children = tops.map((top) => ("below" in top ? nest(top.below, top.of) : child(top)));
        const running = supervise(children, { strategy: outer, whenCrashLooping, environment: { clock, random: () => 0.5 } });
        let over = false;
        void running.ended.catch(() => undefined).then(() => (over = true));
        await turns();
        for (const { do: deed, at } of commands) {
          if (deed === "wait") await clock.advance(at);
          const one = [...live.values()][at];
          if (deed === "fail") one?.end.reject(new Error("broke"));
          if (deed === "leave") one?.end.resolve();
          await turns();
        }
        void running.stop();
        await clock.advance(againAfterMs ?? 25_000);
        if (againAfterMs !== undefined) void running.stop();
        await clock.advance(againAfterMs === undefined ? MOST * 2_000 : 3_000);
        expect(over).toBe(true);
        expect(running.ready).toBe(false);
        expect([...live.values()].filter(({ deaf }) => !deaf)).toEqual([]);
        const { lives } = seen;
        await clock.advance(120_000);
        expect(seen.lives).toBe(lives); // nobody comes back
      },
    ),
    { numRuns },
  );
});
