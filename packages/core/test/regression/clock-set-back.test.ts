import { rejection, until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import {
  AttemptTimeoutError,
  circuitBreaker,
  type Clock,
  DeadlineError,
  processor,
  systemClock,
  systemEnvironment,
  withLayers,
} from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { memory } from "../support/wires.ts";

/** The machine's clock, which somebody sets. */
function settableClock(): Clock & { movedMs: number } {
  const clock = { ...systemClock, movedMs: 0, now: () => Date.now() + clock.movedMs };
  return clock;
}

describe("when somebody sets the machine's clock back by an hour", () => {
  const { own, run } = belongings();

  // Waits were measured with the clock that had moved: a call of 50 ms waited for an hour.
  it("a call still ends in time", async () => {
    const clock = settableClock();
    const hosted = own(
      processor(plainJob({ name: "away", run: () => 1 }), { transport: own(memory()), environment: { ...systemEnvironment, clock } }),
    );
    const waiting = rejection(hosted.call(undefined, { timeoutMs: 50 }));
    clock.movedMs = -3_600_000;

    expect(await waiting).toBeInstanceOf(DeadlineError);
  });

  it("an attempt is still told to stop in time", async () => {
    const clock = settableClock();
    let begun = false;
    const job = plainJob({
      name: "endless",
      run: () => {
        begun = true;
        return new Promise<never>(() => undefined);
      },
    });
    const hosted = run(
      own(processor(job, { transport: own(memory()), timeoutMs: 50, graceMs: 0, environment: { ...systemEnvironment, clock } })),
    );
    const waiting = rejection(hosted.call(undefined, { timeoutMs: 10_000 }));
    await until("it runs", () => begun);
    clock.movedMs = -3_600_000;

    expect(await waiting).toBeInstanceOf(AttemptTimeoutError);
  });

  it("a circuit that is open still lets one try in time", async () => {
    const clock = settableClock();
    let down = true;
    const job = plainJob({
      name: "downstream",
      run: (_: null) => {
        if (down) throw new Error("down");
        return 1;
      },
    });
    const guarded = withLayers(job, circuitBreaker({ minimumRuns: 1, openMs: 20, clock }));
    const hosted = run(processor(guarded, { transport: own(memory()) }));
    expect(await hosted.sendReceive(null)).toMatchObject({ ok: false, error: { message: "down" } });
    clock.movedMs = -3_600_000;
    down = false;

    await until("the circuit closes", async () => (await hosted.sendReceive(null)).ok);
  });

  it("a call is not given up early when the clock is set forward", async () => {
    const clock = settableClock();
    const gate = Promise.withResolvers<number>();
    let begun = false;
    const job = plainJob({
      name: "slow",
      run: () => {
        begun = true;
        return gate.promise;
      },
    });
    const hosted = run(own(processor(job, { transport: own(memory()), environment: { ...systemEnvironment, clock } })));
    const short = rejection(
      own(processor(plainJob({ name: "nobody", run: () => 1 }), { transport: own(memory()) })).call(undefined, { timeoutMs: 100 }),
    );
    const waiting = hosted.call(undefined, { timeoutMs: 10_000 });
    await until("it runs", () => begun);
    clock.movedMs = 3_600_000;
    await short; // time enough for a look at who waits
    gate.resolve(7);

    expect(await waiting).toBe(7);
  });
});
