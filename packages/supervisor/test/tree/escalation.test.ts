import { rejection, turns } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { CrashLoopError } from "../../src/index.ts";
import { stage } from "../support/stage.ts";

describe("children that fail too often", () => {
  it("end everything with a coded error", async () => {
    const { actor, begin, seen, of, clock } = stage();
    const b = actor("b");
    const running = await begin([actor("a"), b, actor("c")], { intensity: { failures: 1 } });
    await b.fail();
    seen();
    await b.fail(new Error("the disk is gone"));
    await clock.advance(0);

    const error = await rejection(running.ended);
    expect(error).toBeInstanceOf(CrashLoopError);
    expect(error).toMatchObject({ code: "ERR_CRASH_LOOP", supervisor: "main", child: "b", cause: { message: "the disk is gone" } });
    expect(seen()).toBe("-b -c -a");
    expect(of("crashLooping")).toMatchObject([{ supervisor: "main", child: "b" }]);
    expect(of("escalated")).toHaveLength(1);
    expect(running.exitCode).toBe(1);
    expect(running.ready).toBe(false);
  });

  it("of a nested supervisor are a crash of it to its parent, which starts all of it anew", async () => {
    const { actor, begin, seen, of, clock } = stage();
    const inner = actor("inner");
    const running = await begin([actor("a"), { id: "nest", children: [inner, actor("beside")], intensity: { failures: 0 } }]);
    expect(seen()).toBe("+a +inner +beside");
    await inner.fail();
    await clock.advance(0);
    expect(seen()).toBe("-inner -beside +inner +beside");
    expect(of("escalated")).toMatchObject([{ supervisor: "main/nest" }]);
    expect(of("exited").at(-1)).toMatchObject({ supervisor: "main", child: "nest", exitClass: "crash", error: { code: "ERR_CRASH_LOOP" } });
    expect(running.ready).toBe(true);
  });

  it("of a nested supervisor make everything unready until it is whole again, and hold up nobody", async () => {
    const { actor, begin, seen, of, clock } = stage();
    const inner = actor("inner");
    const running = await begin([{ id: "nest", children: [{ id: "deeper", children: [inner] }] }, actor("b")]);
    await inner.fail();
    await inner.fail(); // the second one is waited for
    expect(running.ready).toBe(false);
    await clock.advance(100);
    expect(running.ready).toBe(true);
    expect(of("readiness").map(({ ready }) => ready)).toEqual([true, false, true, false, true]);
    expect(seen()).toBe("+inner +b -inner +inner -inner +inner");
  });

  it("may be probed for: what is up stays up, and the loop ends when a probe proves itself", async () => {
    const { actor, begin, seen, of, clock } = stage();
    const [a, b] = [actor("a"), actor("b")];
    const running = await begin([a, b], { whenCrashLooping: "probe", intensity: { failures: 2 } });
    for (let n = 0; n < 3; n++) {
      await b.fail();
      await clock.advance(400);
    }
    expect(of("crashLooping")).toHaveLength(1);
    expect(of("recovered")).toEqual([]);
    expect(seen().split(" ")).not.toContain("-a");

    await clock.advance(5_000);
    expect(of("recovered")).toEqual([{ name: "recovered", supervisor: "main" }]);
    expect(running.ready).toBe(true);
  });
});

describe("a child that can never come up", () => {
  it("is tried seldom, its neighbour goes on, and it comes up when it is mended", async () => {
    const { actor, begin, clock, of } = stage();
    let tries = 0;
    let mended = false;
    const broken = {
      id: "broken",
      start: async () => {
        tries++;
        if (!mended) throw new Error("no such file");
        const ended = Promise.withResolvers<void>();
        const stop = async (): Promise<void> => ended.resolve();
        return { ended: ended.promise, stop, [Symbol.asyncDispose]: stop };
      },
    };
    const running = await begin([actor("a"), broken], { whenCrashLooping: "probe" });
    await clock.advance(600_000);
    expect(tries).toBeLessThan(40); // in ten minutes
    expect(of("exited").every(({ child }) => child === "broken")).toBe(true);
    expect(running.ready).toBe(false);

    mended = true;
    await clock.advance(35_000);
    expect(running.ready).toBe(true);
    expect(of("recovered")).toHaveLength(1);
  });
});

describe("a nested supervisor", () => {
  it("is up when all its children are, and stops before what is left of it", async () => {
    const { actor, begin, seen, clock } = stage();
    const up = Promise.withResolvers<void>();
    const slow = {
      id: "slow",
      start: async () => {
        await up.promise;
        const ended = Promise.withResolvers<void>();
        const stop = async (): Promise<void> => ended.resolve();
        return { ended: ended.promise, stop, [Symbol.asyncDispose]: stop };
      },
    };
    const running = await begin([actor("a"), { id: "nest", children: [actor("b"), slow] }, actor("c")]);
    expect(seen()).toBe("+a +b");
    up.resolve();
    await turns();
    expect(seen()).toBe("+c");

    void running.stop();
    await clock.advance(0);
    await running.ended;
    expect(seen()).toBe("-c -b -a");
  });
});
