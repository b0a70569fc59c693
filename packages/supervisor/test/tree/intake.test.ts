import { job, OptionError, processor, start, type Startable } from "@job-orch/core";
import { memory } from "@job-orch/memory";
import { sqlite } from "@job-orch/sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "@job-orch/test-support";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Child, type ChildContext, supervise } from "../../src/index.ts";
import { stage } from "../support/stage.ts";

/** A file with queues in it, for one test. */
function file() {
  const folder = mkdtempSync(join(tmpdir(), "job-orch-intake-"));
  const transport = sqlite(join(folder, "jobs.db"), { synchronous: "normal" });
  onTestFinished(async () => {
    await transport[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
  return transport;
}

type Queue = Startable & { readonly name: string };

/** A queue that never runs out of short jobs, and to the right of it one whose jobs end when the test says so. */
async function twoQueues(asChild: (queue: Queue) => Child = (queue) => queue) {
  const transport = file();
  const gate = Promise.withResolvers<string>();
  const late: string[] = [];
  const left = processor(job<number, number>()({ name: "left", run: (value) => new Promise((resolve) => setTimeout(resolve, 2, value)) }), {
    transport,
    concurrency: 4,
  });
  const right = processor(job<number, string>()({ name: "right", run: () => gate.promise }), { transport, concurrency: 2 });
  await left.sendMany(Array.from({ length: 1_000 }, (_, at) => at));
  await right.sendMany([1, 2, 3]);
  const running = supervise([asChild(left), asChild(right)], { graceMs: 60_000 });
  onTestFinished(async () => {
    await running.stop();
    await Promise.all([left.close(), right.close()]);
  });
  await until("both are at work", async () => {
    const depths = await Promise.all([transport.depth("left"), transport.depth("right")]);
    return (depths[0]?.completed ?? 0) > 0 && depths[1]?.inFlight === 2;
  });
  for (const one of [left, right]) one.on("received", ({ id }) => (running.ready ? undefined : late.push(`${one.name} ${id}`)));
  return { transport, gate, late, running };
}

it("a queue and the pool it runs on have one name, so they are counted", async () => {
  const transport = memory();
  const named = () => processor(job<number, number>()({ name: "twice", run: (value) => value }), { transport });
  const [first, second] = [named(), named()];
  const running = supervise([first, second]);
  const started: string[] = [];
  running.on("started", ({ child }) => started.push(child));
  await until("both are up", () => running.ready);
  expect(started).toEqual(["twice", "twice-2"]);
  await running.stop();
  expect(() => supervise([first, first])).toThrow(OptionError);
  await Promise.all([first.close(), second.close()]);
  await transport[Symbol.asyncDispose]();
});

describe("when a stop begins", () => {
  it.each<readonly [string, (queue: Queue) => Child]>([
    ["queues", (queue) => queue],
    ["queues that start began", (queue) => ({ id: queue.name, start: () => start(queue) })],
  ])("of %s none takes anything more, however long those to the right of it need, and nothing is lost", async (_, asChild) => {
    const { transport, gate, late, running } = await twoQueues(asChild);
    const stopping = running.stop();
    await until("the left one has ended what it ran", async () => (await transport.depth("left")).inFlight === 0);
    const { completed, ready } = await transport.depth("left");
    expect(ready).toBeGreaterThan(0);
    expect(await transport.depth("right")).toMatchObject({ inFlight: 2 });

    gate.resolve("done");
    await stopping;
    expect(late).toEqual([]);
    expect(await transport.depth("left")).toMatchObject({ completed, ready, inFlight: 0, dead: 0 });
    expect(completed + ready).toBe(1_000);
    expect(await transport.depth("right")).toMatchObject({ completed: 2, ready: 1, inFlight: 0 });
    expect(running.exitCode).toBe(0);
  });

  it("and begins again, everything is handed back at once and without charge", async () => {
    const { transport, late, running } = await twoQueues();
    const stopping = running.stop();
    await running.stop();
    await stopping;
    expect(late).toEqual([]);
    expect(await transport.depth("right")).toMatchObject({ completed: 0, ready: 3, inFlight: 0 });
    const { items } = await transport.list("right");
    expect(items.map(({ attempt }) => attempt)).toEqual([0, 0, 0]);
    const { completed, ready, inFlight } = await transport.depth("left");
    expect([completed + ready, inFlight]).toEqual([1_000, 0]);
  });

  it.each([
    ["a queue in the same file", (shared: ReturnType<typeof file>) => shared],
    ["a queue in memory", () => memory()],
  ])("what runs may still ask %s, as often as it needs", async (_, transportOf) => {
    const shared = file();
    const transport = transportOf(shared);
    const gate = Promise.withResolvers<void>();
    const inner = processor(job<string, string>()({ name: "inner", run: async (text) => text.toUpperCase() }), { transport });
    const outer = processor(
      job<string, string>()({
        name: "outer",
        run: async (text) => {
          const first = await inner.call(`${text} once`);
          await gate.promise;
          return `${first}, ${await inner.call(`${text} twice`)}`;
        },
      }),
      { transport: shared },
    );
    const running = supervise([inner, outer], { graceMs: 60_000 });
    onTestFinished(() => Promise.all([inner.close(), outer.close()]).then(() => transport[Symbol.asyncDispose]()));
    const called = outer.call("asked");
    await until("it has its first answer", async () => (await transport.depth("inner")).completed === 1);
    const stopping = running.stop();
    gate.resolve();
    expect(await called).toBe("ASKED ONCE, ASKED TWICE");
    await stopping;
    expect(running.exitCode).toBe(0);
  });

  it("functions are told so at once, in nested supervisors and while the hook takes its time as well", async () => {
    const { actor, begin, clock } = stage();
    const told: string[] = [];
    const listens = (id: string) => ({
      ...actor(id),
      run: async (context: ChildContext) => {
        context.closing.addEventListener("abort", () => told.push(id), { once: true });
        await actor(id).run(context);
      },
    });
    const running = await begin([listens("a"), { id: "below", children: [listens("b")] }, actor("c", { upMs: 10_000 })], {
      closeIntake: () => new Promise<void>(() => undefined),
    });
    void running.stop();
    expect(told).toEqual(["a", "b"]);
    await clock.advance(20_000);
    await running.ended;
  });

  it("who ends because nothing comes any more has ended well, and is not started again", async () => {
    const { actor, begin, clock, of } = stage();
    const source = ({ closing }: ChildContext): Promise<void> =>
      new Promise((resolve) => closing.addEventListener("abort", () => resolve(), { once: true }));
    const running = await begin([{ id: "source", run: source }, actor("slow", { upMs: 10_000 })], {
      closeIntake: () => new Promise<void>((resolve) => void clock.after(500, resolve)),
    });
    void running.stop();
    await clock.advance(20_000);
    await running.ended;
    expect(of("exited")).toMatchObject([
      { child: "source", exitClass: "drained" },
      { child: "slow", exitClass: "drained" },
    ]);
    expect(of("restarting")).toEqual([]);
    expect(of("started")).toHaveLength(2);
  });

  it("who is started again before all are stopped takes nothing either", async () => {
    const { actor, begin, clock } = stage();
    const a = actor("a");
    const closed: boolean[] = [];
    const run = async (context: ChildContext): Promise<void> => {
      queueMicrotask(() => closed.push(context.closing.aborted));
      await a.run(context);
    };
    const running = await begin([{ id: "a", run }], { closeIntake: () => new Promise<void>((resolve) => void clock.after(500, resolve)) });
    void running.stop();
    await a.fail();
    await clock.advance(1_000);
    await running.ended;
    expect(closed).toEqual([false, true]);
  });
});
