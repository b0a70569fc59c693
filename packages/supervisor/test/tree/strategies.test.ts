import { turns } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { stage } from "../support/stage.ts";

describe("children", () => {
  it("start left to right and stop right to left", async () => {
    const { actor, begin, seen, clock } = stage();
    const running = await begin([actor("a"), actor("b"), actor("c")]);
    expect(seen()).toBe("+a +b +c");
    expect(running.ready).toBe(true);

    const stopped = running.stop();
    await clock.advance(0);
    await stopped;
    expect(seen()).toBe("-c -b -a");
    expect(running.exitCode).toBe(0);
  });

  it("wait for the one before them to come up", async () => {
    const { actor, begin, seen } = stage();
    const up = Promise.withResolvers<void>();
    const server = {
      id: "server",
      start: async () => {
        await up.promise;
        const ended = Promise.withResolvers<void>();
        const stop = async (): Promise<void> => ended.resolve();
        return { ended: ended.promise, stop, [Symbol.asyncDispose]: stop };
      },
    };
    const running = await begin([server, actor("b")]);
    expect(seen()).toBe("");
    expect(running.ready).toBe(false);

    up.resolve();
    await turns();
    expect(seen()).toBe("+b");
    expect(running.ready).toBe(true);
  });

  it("that are functions and processors need no spec", async () => {
    const { begin, of } = stage();
    async function sweep({ signal }: { readonly signal: AbortSignal }): Promise<void> {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    }
    await begin([sweep]);
    expect(of("started")).toMatchObject([{ supervisor: "main", child: "sweep", incarnation: 1 }]);
  });
});

describe("a child that failed", () => {
  it("is started again, alone, under one_for_one", async () => {
    const { actor, begin, seen, of } = stage();
    const b = actor("b");
    const running = await begin([actor("a"), b, actor("c")]);
    seen();
    await b.fail();
    expect(seen()).toBe("-b +b");
    expect(of("exited")).toMatchObject([{ child: "b", incarnation: 1, exitClass: "crash", error: { message: "b broke" } }]);
    expect(of("restarting")).toMatchObject([{ child: "b", delayMs: 0, failures: 1 }]);
    expect(running.ready).toBe(true);
  });

  it("is started again with those behind it under rest_for_one", async () => {
    const { actor, begin, seen, of, clock } = stage();
    const b = actor("b");
    await begin([actor("a"), b, actor("c"), actor("d")], { strategy: "rest_for_one" });
    seen();
    await b.fail();
    await clock.advance(0);
    expect(seen()).toBe("-b -d -c +b +c +d");
    expect(of("exited").map(({ child, exitClass }) => `${String(child)} ${String(exitClass)}`)).toEqual([
      "b crash",
      "d recycled",
      "c recycled",
    ]);
  });

  it("is started again with all of them under one_for_all", async () => {
    const { actor, begin, seen, clock } = stage();
    const b = actor("b");
    await begin([actor("a"), b, actor("c")], { strategy: "one_for_all" });
    seen();
    await b.fail();
    await clock.advance(0);
    expect(seen()).toBe("-b -c -a +a +b +c");
  });

  it("takes more with it when another one further left fails meanwhile", async () => {
    const { actor, begin, seen, clock } = stage();
    const [a, b] = [actor("a"), actor("b")];
    await begin([a, b, actor("c"), actor("d", { upMs: 500 })], { strategy: "rest_for_one" });
    seen();
    await b.fail();
    await a.fail();
    await clock.advance(1_000);
    expect(seen()).toBe("-b -a -d -c +a +b +c +d");
  });

  it("waits longer each time", async () => {
    const { actor, begin, seen, clock, of } = stage();
    const a = actor("a");
    await begin([a], { intensity: { failures: 100 } });
    for (const waitMs of [0, 100, 200, 400]) {
      seen();
      await a.fail();
      if (waitMs > 0) {
        await clock.advance(waitMs - 1);
        expect(seen()).toBe("-a");
        await clock.advance(1);
        expect(seen()).toBe("+a");
      } else expect(seen()).toBe("-a +a");
    }
    expect(of("restarting").map(({ delayMs }) => delayMs)).toEqual([0, 100, 200, 400]);
  });

  it("says its own class when it knows it", async () => {
    const { actor, begin, of } = stage();
    const a = actor("a");
    await begin([a]);
    await a.fail(Object.assign(new Error("no sign of life"), { exitClass: "hung" }));
    await a.fail(Object.assign(new Error("heap"), { code: "ERR_WORKER_OUT_OF_MEMORY" }));
    expect(of("exited").map(({ exitClass }) => exitClass)).toEqual(["hung", "outOfMemory"]);
  });
});

describe("a restart rule", () => {
  it("permanent: also when it just returned", async () => {
    const { actor, begin, seen, of } = stage();
    const a = actor("a");
    await begin([a]);
    await a.leave();
    expect(seen()).toBe("+a -a +a");
    expect(of("exited")).toMatchObject([{ exitClass: "crash", error: undefined }]);
  });

  it("transient: only after a failure, and the end of the last one is the end of all", async () => {
    const { actor, begin, seen, of } = stage();
    const a = actor("a");
    const running = await begin([{ ...a, restart: "transient" }]);
    await a.fail();
    expect(seen()).toBe("+a -a +a");
    await a.leave();
    await running.ended;
    expect(seen()).toBe("-a");
    expect(of("stopped")).toMatchObject([{ exitCode: 0, forced: false }]);
  });

  it("temporary: never, and its failures count for nothing", async () => {
    const { actor, begin, seen, of } = stage();
    const a = actor("a");
    await begin([{ ...a, restart: "temporary" }, actor("b")], { intensity: { failures: 0 } });
    await a.fail();
    expect(seen()).toBe("+a +b -a");
    expect(of("crashLooping")).toEqual([]);
  });

  it("temporary ones are not started again with their group", async () => {
    const { actor, begin, seen, clock } = stage();
    const a = actor("a");
    await begin([a, { ...actor("b"), restart: "temporary" }, actor("c")], { strategy: "one_for_all" });
    seen();
    await a.fail();
    await clock.advance(0);
    expect(seen()).toBe("-a -c -b +a +c");
  });
});

describe("a child that does not come up", () => {
  it("is a failed start, tried again, and nobody behind it starts", async () => {
    const { actor, begin, seen, clock, of } = stage();
    let tries = 0;
    const start = async (): Promise<never> => {
      tries++;
      throw new Error("the store is away");
    };
    await begin([{ id: "server", start }, actor("b")], { intensity: { failures: 100 } });
    await clock.advance(1_000);
    expect(tries).toBe(5); // at 0, 0, 100, 300 and 700 ms
    expect(seen()).toBe("");
    expect(of("exited")[0]).toMatchObject({ child: "server", exitClass: "startFailure", error: { message: "the store is away" } });
  });

  it("is a failed start too when what it started is nothing that runs", async () => {
    const { begin, of } = stage();
    await begin([{ id: "server", start: (() => undefined) as never, restart: "temporary" }]);
    expect(of("exited")).toMatchObject([{ child: "server", exitClass: "startFailure", error: { code: "ERR_OPTION" } }]);
  });

  it("is a failed start too when what it started cannot say when it ends, and that is stopped", async () => {
    const { begin, of } = stage();
    let stops = 0;
    const start = (() => ({ stop: async () => void stops++ })) as never;
    await begin([{ id: "server", start, restart: "temporary" }]);
    expect(of("exited")).toMatchObject([{ child: "server", exitClass: "startFailure", error: { code: "ERR_OPTION" } }]);
    expect(stops).toBe(1);
  });

  it("in its time is given up, and stopped when it comes up late", async () => {
    const { begin, clock, of } = stage();
    const late = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    let stops = 0;
    const start = async () => {
      await late.promise;
      const stop = async (): Promise<void> => {
        stops++;
        end.reject(new Error("cut short")); // nobody is left to hear of it
      };
      return { ended: end.promise, stop, [Symbol.asyncDispose]: stop };
    };
    await begin([{ id: "slow", start, startTimeoutMs: 50, restart: "temporary" }]);
    await clock.advance(50);
    expect(of("exited")).toMatchObject([{ exitClass: "startFailure", error: { code: "ERR_CHILD_START" } }]);
    late.resolve();
    await turns();
    expect(stops).toBe(1);
  });
});
