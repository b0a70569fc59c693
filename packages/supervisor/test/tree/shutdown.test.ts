import { job, OptionError, processor } from "@job-orch/core";
import { memory } from "@job-orch/memory";
import { turns, until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { type Child, supervise, type SuperviseOptions } from "../../src/index.ts";
import { stage } from "../support/stage.ts";

describe("a stop", () => {
  it("goes through its steps in order: not ready, intake, children, flush, resources from the last to the first", async () => {
    const { actor, begin, journal, events, clock } = stage();
    const resource = (name: string): AsyncDisposable => ({ [Symbol.asyncDispose]: async () => void journal.push(`close ${name}`) });
    const running = await begin([actor("a"), actor("b")], {
      closeIntake: async () => void journal.push(running.ready ? "intake, ready" : "intake, not ready"),
      flush: () => void journal.push("flush"),
      resources: [resource("store"), { [Symbol.dispose]: () => void journal.push("close pool") }],
    });
    journal.length = 0;
    const stopped = running.stop();
    expect(events.slice(-2)).toMatchObject([{ name: "readiness", ready: false }, { name: "stopping" }]);
    await clock.advance(0);
    await stopped;
    expect(journal).toEqual(["intake, not ready", "-b", "-a", "flush", "close pool", "close store"]);
    expect(events.at(-1)).toMatchObject({ name: "stopped", exitCode: 0, forced: false });
  });

  it("is bounded by one deadline for all children, then leaves behind what is deaf", async () => {
    const { actor, begin, of, clock } = stage();
    const deaf = { deaf: true };
    const running = await begin([actor("a", deaf), actor("b", deaf)], { graceMs: 10_000, cancelMs: 2_000 });
    void running.stop();
    await clock.advance(10_000 + 3 * 2_000);
    await running.ended;
    expect(of("abandoned").map(({ child }) => child)).toEqual(["b", "a"]);
    expect(of("stopped")).toMatchObject([{ exitCode: 1, forced: true }]);
  });

  it("gives a child its own time, and no time at all to those it is to kill", async () => {
    const { actor, begin, seen, clock } = stage();
    const slow = { upMs: 60_000 };
    const running = await begin([
      { ...actor("a", slow), shutdown: 1_000 },
      { ...actor("b", slow), shutdown: "kill" },
    ]);
    seen();
    void running.stop();
    await clock.advance(1_000); // half of what is granted for letting go
    expect(seen()).toBe("-b");
    await clock.advance(2_000);
    expect(seen()).toBe("-a");
  });

  it("that is asked for again hurries all of them at once", async () => {
    const { actor, begin, seen, clock } = stage();
    const slow = { upMs: 60_000 };
    const running = await begin([actor("a", slow), actor("b", slow), actor("c", slow)]);
    seen();
    void running.stop();
    await clock.advance(100);
    expect(seen()).toBe("");
    void running.stop();
    await turns();
    await running.ended;
    expect(seen()).toBe("-a -b -c");
  });

  it("that is hurried leaves the deaf behind within a second", async () => {
    const { actor, begin, clock, of } = stage();
    const running = await begin([actor("a", { deaf: true }), actor("b", { deaf: true })]);
    void running.stop();
    void running.stop();
    await clock.advance(1_000);
    await running.ended;
    expect(of("abandoned")).toHaveLength(2);
  });

  it("in the middle of a group's new start ends it", async () => {
    const { actor, begin, seen, clock } = stage();
    const a = actor("a");
    const running = await begin([a, actor("b", { upMs: 20_000 }), actor("c", { upMs: 500 })], { strategy: "one_for_all" });
    await a.fail();
    await clock.advance(100);
    seen();
    void running.stop({ graceMs: 1_000 });
    await clock.advance(5_000);
    await running.ended;
    expect(seen()).toBe("-c -b");
  });

  it("says which hook or resource failed, and goes on", async () => {
    const { actor, begin, of, clock } = stage();
    const never = new Promise<void>(() => undefined);
    const broken = { [Symbol.asyncDispose]: () => Promise.reject(new Error("still in use")) };
    const running = await begin([actor("a")], { flush: () => never, resources: [broken] });
    void running.stop();
    await clock.advance(3_000);
    await running.ended;
    expect(of("failed")).toMatchObject([
      { what: "flush", error: undefined },
      { what: "resource", error: { message: "still in use" } },
    ]);
    expect(running.exitCode).toBe(1);
  });
});

describe("processors", () => {
  it("are started, answer, survive each other and stop with what they run", async () => {
    const transport = memory();
    const echo = processor(job<number, number>()({ name: "echo", run: (value) => value }), { transport });
    const gate = Promise.withResolvers<string>();
    const slow = processor(job<string, string>()({ name: "slow", run: () => gate.promise }), { transport });
    const running = supervise([echo, slow], { resources: [transport] });
    expect(await echo.call(1)).toBe(1);
    const called = slow.call("now");
    await until("it runs", async () => (await transport.depth("slow")).inFlight === 1);
    const stopping = running.stop();
    gate.resolve("done");
    await stopping;
    expect(await called).toBe("done");
    await Promise.all([echo.close(), slow.close()]);
  });

  it("that somebody else stopped are started again", async () => {
    const transport = memory();
    const echo = processor(job<number, number>()({ name: "echo", run: (value) => value }), { transport });
    const running = supervise([echo]);
    expect(await echo.call(1)).toBe(1);
    await echo.stop();
    expect(await echo.call(2)).toBe(2);
    await running.stop();
    await echo.close();
    await transport[Symbol.asyncDispose]();
  });

  it("hand back at once what a second stop does not wait for", async () => {
    const transport = memory();
    const endless = processor(job<void, void>()({ name: "endless", run: () => new Promise<never>(() => undefined) }), { transport });
    const running = supervise([endless], { graceMs: 60_000 });
    await endless.send(undefined);
    await until("it runs", async () => (await transport.depth("endless")).inFlight === 1);
    const stopping = running.stop();
    await running.stop();
    await stopping;
    expect(await transport.depth("endless")).toMatchObject({ ready: 1, inFlight: 0 });
    await endless.close();
    await transport[Symbol.asyncDispose]();
  });
});

describe("what is no child or no option", () => {
  const run = async (): Promise<void> => undefined;
  it.each<[string, unknown, SuperviseOptions?]>([
    ["no children", []],
    ["no array", run],
    [
      "two of one name",
      [
        { id: "a", run },
        { id: "a", run },
      ],
    ],
    ["a nameless function", [async () => undefined]],
    ["nothing to run", [{ id: "a" }]],
    ["two things to run", [{ id: "a", run, start: run }]],
    ["null", [null]],
    ["a rule there is not", [{ id: "a", run, restart: "always" }]],
    ["a wrong child further down", [{ id: "a", children: [{ id: "b", children: [] }] }]],
    ["a wrong option further down", [{ id: "a", children: [{ id: "b", run }], intensity: { failures: -1 } }]],
    ["a strategy there is not", [{ id: "a", run }], { strategy: "all_for_one" as never }],
    ["a signal there is not", [{ id: "a", run }], { signals: ["SIGNONE" as never] }],
    ["a resource that cannot be closed", [{ id: "a", run }], { resources: [{} as never] }],
    ["a negative grace", [{ id: "a", run }], { graceMs: -1 }],
  ])("is refused: %s", (_, children, options) => {
    expect(() => supervise(children as readonly Child[], options)).toThrow(OptionError);
  });
});
