import { OptionError } from "@job-orch/core";
import { FakeClock } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { type ExitClass, exitClasses, RestartPolicy, type RestartOptions } from "../../src/index.ts";

const LATE = Number.POSITIVE_INFINITY;

/** Chance always draws the longest wait, so that waits can be told. */
function scene(size: number, options: RestartOptions = {}) {
  const clock = new FakeClock();
  const policy = new RestartPolicy(size, { environment: { clock, random: () => 1 }, ...options });
  const up = (slot: number): void => {
    policy.starting(slot);
    policy.started(slot);
  };
  const crash = (slot: number): number => {
    up(slot);
    return policy.exited(slot, "crash").delayMs;
  };
  return { clock, policy, up, crash };
}

describe("the backoff of a slot", () => {
  it("is nothing after the first crash, then doubles from 100 ms up to 30 s", () => {
    const { crash } = scene(100);
    expect(Array.from({ length: 12 }, () => crash(0))).toEqual([
      0, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000,
    ]);
  });

  it("is drawn evenly between nothing and that", () => {
    const clock = new FakeClock();
    const policy = new RestartPolicy(100, { environment: { clock, random: () => 0.25 } });
    policy.exited(0, "crash");
    policy.exited(0, "crash");
    expect(policy.exited(0, "crash").delayMs).toBe(50);
  });

  it("runs out as time goes by", () => {
    const { clock, policy, crash } = scene(100);
    for (let n = 0; n < 4; n++) crash(0);
    clock.jump(150);
    expect(policy.mayStart(0)).toBe(250);
    clock.jump(250);
    expect(policy.mayStart(0)).toBe(0);
  });

  it("is each slot's own", () => {
    const { policy, crash } = scene(100);
    for (let n = 0; n < 4; n++) crash(0);
    expect(policy.mayStart(1)).toBe(0);
    expect(crash(1)).toBe(0);
  });

  it("begins again after a minute up", () => {
    const { clock, policy, crash, up } = scene(100);
    for (let n = 0; n < 4; n++) crash(0);
    up(0);
    clock.jump(60_000);
    expect(policy.exited(0, "crash")).toMatchObject({ failures: 1, delayMs: 0 });
  });

  it("does not begin again a millisecond earlier", () => {
    const { clock, policy, crash, up } = scene(100);
    for (let n = 0; n < 4; n++) crash(0);
    up(0);
    clock.jump(59_999);
    expect(policy.exited(0, "crash")).toMatchObject({ failures: 5, delayMs: 800 });
  });

  it("begins again after a thousand pieces of work", () => {
    const { policy, crash, up } = scene(100);
    for (let n = 0; n < 4; n++) crash(0);
    up(0);
    policy.worked(0, 999);
    expect(policy.exited(0, "crash").failures).toBe(5);
    up(0);
    policy.worked(0, 999);
    policy.worked(0);
    expect(policy.exited(0, "crash").failures).toBe(1);
  });

  it("is forgotten with its slot", () => {
    const { policy, crash } = scene(100);
    for (let n = 0; n < 4; n++) crash(0);
    policy.forget(0);
    expect(policy.mayStart(0)).toBe(0);
    expect(crash(0)).toBe(0);
  });
});

describe("an exit class", () => {
  const failures: readonly ExitClass[] = ["startFailure", "crash", "outOfMemory", "hung", "lost"];

  it.each(exitClasses)("counts as a failure or not: %s", (exitClass) => {
    const { policy, up } = scene(100);
    up(0);
    expect(policy.exited(0, exitClass).failure).toBe(failures.includes(exitClass));
  });

  it("that is none is refused", () => {
    const { policy } = scene(1);
    expect(() => policy.exited(0, "oom" as ExitClass)).toThrow(OptionError);
  });

  it("that is no failure makes nobody wait and never loops", () => {
    const { policy, up } = scene(1);
    for (let n = 0; n < 100; n++) {
      up(0);
      expect(policy.exited(0, n % 2 === 0 ? "recycled" : "condemned")).toMatchObject({ delayMs: 0, failures: 0, state: "ok" });
    }
  });
});

describe("too many failures in a minute", () => {
  it.each([
    [1, 5],
    [2, 6],
    [10, 30],
  ])("are more than max(5, 3 × size): size %d takes %d", (size, most) => {
    const { policy, crash } = scene(size);
    for (let n = 0; n < most; n++) crash(n % size);
    expect(policy.state).toBe("ok");
    crash(0);
    expect(policy.state).toBe("crashLooping");
  });

  it("are no longer too many when they come slower", () => {
    const { clock, policy, crash } = scene(1);
    for (let n = 0; n < 50; n++) {
      crash(0);
      clock.jump(12_001);
      expect(policy.state).toBe("ok");
    }
  });
});

describe("a crash loop", () => {
  const looping = (size = 4) => {
    const all = scene(size, { intensity: { failures: 3 } });
    for (let n = 0; n < 4; n++) all.crash(0);
    expect(all.policy.state).toBe("crashLooping");
    return all;
  };

  it("lets one probe start at a time, and the others wait until it has proven itself", () => {
    const { clock, policy } = looping();
    clock.jump(1_000);
    expect(policy.mayStart(0)).toBe(0);
    policy.starting(0);
    expect([policy.mayStart(1), policy.mayStart(2)]).toEqual([LATE, LATE]);
    policy.started(0);
    expect(policy.mayStart(1)).toBe(LATE);
    policy.worked(0);
    expect([policy.state, policy.mayStart(1), policy.mayStart(2)]).toEqual(["ok", 0, 0]);
  });

  it("ends as well when the probe has been up for five seconds", () => {
    const { clock, policy, up } = looping();
    clock.jump(1_000);
    up(0);
    clock.jump(4_999);
    expect(policy.state).toBe("crashLooping");
    clock.jump(1);
    expect(policy.state).toBe("ok");
  });

  it("slows the probes down whichever slot tries", () => {
    const { clock, policy } = looping(100);
    const waits: number[] = [];
    for (let slot = 10; slot < 20; slot++) {
      clock.jump(policy.mayStart(slot));
      policy.starting(slot);
      policy.exited(slot, "crash");
      waits.push(policy.mayStart(slot + 1));
    }
    expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000]);
  });

  it("leaves what is up alone, and its work ends nothing", () => {
    const { policy, up } = scene(4, { intensity: { failures: 0 } });
    up(1);
    up(0);
    expect(policy.exited(0, "crash").state).toBe("crashLooping");
    policy.worked(1, 5_000);
    expect(policy.state).toBe("crashLooping");
  });

  it("ends when nothing failed for a whole window and something is up, also without a probe", () => {
    const { clock, policy, up } = scene(4, { intensity: { failures: 0 } });
    up(1);
    up(0);
    policy.exited(0, "crash");
    clock.jump(59_999);
    expect(policy.state).toBe("crashLooping");
    clock.jump(1);
    expect(policy.state).toBe("ok");
  });

  it("begins counting anew once it has ended", () => {
    const { clock, policy, crash, up } = looping();
    clock.jump(1_000);
    up(0);
    policy.worked(0);
    for (let n = 0; n < 3; n++) crash(1);
    expect(policy.state).toBe("ok");
    crash(1);
    expect(policy.state).toBe("crashLooping");
  });
});

describe("a start that fails", () => {
  it("makes the next starts go one by one until one comes up, before anything loops", () => {
    const { clock, policy } = scene(4);
    for (const slot of [0, 1, 2, 3]) {
      expect(policy.mayStart(slot)).toBe(0);
      policy.starting(slot);
    }
    expect(policy.exited(0, "startFailure")).toMatchObject({ delayMs: LATE, state: "ok" }); // three others are still starting
    policy.exited(1, "startFailure");
    policy.exited(2, "startFailure");
    policy.exited(3, "startFailure");
    clock.jump(10_000);
    policy.starting(2);
    expect([0, 1, 3].map((slot) => policy.mayStart(slot))).toEqual([LATE, LATE, LATE]);
    policy.started(2);
    expect([0, 1, 3].map((slot) => policy.mayStart(slot))).toEqual([0, 0, 0]);
  });

  it("slows them down whichever slot tries", () => {
    const { clock, policy } = scene(100);
    const waits: number[] = [];
    for (let slot = 0; slot < 6; slot++) {
      clock.jump(policy.mayStart(slot));
      policy.starting(slot);
      policy.exited(slot, "startFailure");
      waits.push(policy.mayStart(slot + 1));
    }
    expect(waits).toEqual([0, 100, 200, 400, 800, 1_600]);
  });
});

describe("options", () => {
  it.each<[number, RestartOptions]>([
    [0, {}],
    [1.5, {}],
    [1, { backoff: { baseMs: -1 } }],
    [1, { backoff: { maxMs: Number.NaN } }],
    [1, { intensity: { failures: -1 } }],
    [1, { intensity: { windowMs: 0 } }],
    [1, { healthy: { afterMs: 0 } }],
    [1, { healthy: { afterWork: 0 } }],
    [1, { provenAfterMs: 0 }],
    [1, { environment: {} as never }],
  ])("out of range are refused: %o %o", (size, options) => {
    expect(() => new RestartPolicy(size, options)).toThrow(OptionError);
  });
});
