import { FakeClock, rejection, until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { type Capabilities, processor, systemEnvironment } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { tampered } from "../support/transport-double.ts";
import { memory, wires } from "../support/wires.ts";

describe.each(wires)("send options on the $wire wire", ({ open }) => {
  const { own, run } = belongings();

  function recording() {
    const clock = new FakeClock();
    const transport = own(open({ clock }));
    const ran: [string, number][] = [];
    const startMs = clock.now();
    const job = plainJob({ name: "recorded", run: (name: string) => void ran.push([name, clock.now() - startMs]) });
    const hosted = own(processor(job, { transport, environment: { ...systemEnvironment, clock } }));
    return { clock, transport, ran, hosted };
  }

  it("delayMs and runAt: not begun before, and the others do not wait", async () => {
    const { clock, ran, hosted } = recording();
    run(hosted);
    await hosted.send("delayed", { delayMs: 500 });
    await hosted.send("date", { runAt: new Date(clock.now() + 300) });
    await hosted.send("number", { runAt: clock.now() + 400 });
    await hosted.send("now");

    await clock.advance(1_000);

    expect(ran).toEqual([
      ["now", 0],
      ["date", 300],
      ["number", 400],
      ["delayed", 500],
    ]);
  });

  it("priority: the more urgent first", async () => {
    const { clock, ran, hosted } = recording();
    for (const [name, priority] of [
      ["low", 0],
      ["default", undefined],
      ["high", 9],
    ] as const) {
      await hosted.send(name, priority === undefined ? {} : { priority });
    }
    run(hosted);

    await clock.advance(10);

    expect(ran.map(([name]) => name)).toEqual(["high", "default", "low"]);
  });

  it("orderKey: one at a time per key, in the order of sending, although many run", async () => {
    const transport = own(open());
    const running = new Map<string, number>();
    const done: Record<string, number[]> = { a: [], b: [], c: [] };
    const job = plainJob({
      name: "ordered",
      run: async ({ key, at }: { readonly key: string; readonly at: number }) => {
        expect(running.get(key) ?? 0).toBe(0);
        running.set(key, 1);
        await new Promise<void>((resolve) => void setTimeout(resolve, at % 2));
        running.set(key, 0);
        done[key]?.push(at);
      },
    });
    const hosted = run(processor(job, { transport, concurrency: 8 }));

    for (let at = 0; at < 30; at++) await hosted.send({ key: "abc"[at % 3] ?? "", at }, { orderKey: "abc"[at % 3] ?? "" });
    await until("all ran", () => Object.values(done).every((list) => list.length === 10));

    for (const list of Object.values(done)) expect(list).toEqual([...list].sort((one, other) => one - other));
  });

  it("dedupeKey: one at a time by default, dropped or replaced, within its window and scope", async () => {
    const { clock, ran, hosted } = recording();
    await hosted.send("first", { dedupeKey: "k" });
    await hosted.send("dropped", { dedupeKey: "k" });
    await hosted.send("old", { dedupeKey: "r" });
    await hosted.send("new", { dedupeKey: "r", dedupe: { onDuplicate: "replace" } });
    await hosted.send("windowed", { dedupeKey: "w", dedupe: { scope: "window", windowMs: 1_000 } });
    run(hosted);
    await clock.advance(10);

    await hosted.send("again", { dedupeKey: "k" });
    await hosted.send("too early", { dedupeKey: "w", dedupe: { scope: "window", windowMs: 1_000 } });
    await clock.advance(1_500);
    await hosted.send("late enough", { dedupeKey: "w", dedupe: { scope: "window", windowMs: 1_000 } });
    await clock.advance(10);

    expect(ran.map(([name]) => name)).toEqual(["first", "new", "windowed", "again", "late enough"]);
  });

  it("values out of range are refused before anything is sent", async () => {
    const { transport, hosted } = recording();
    const bad = [
      { priority: 10 },
      { priority: -1 },
      { priority: 1.5 },
      { delayMs: -1 },
      { delayMs: Number.NaN },
      { runAt: Number.NaN },
      { runAt: new Date("no date") },
      { deadline: Number.NaN },
      { dedupeKey: "k", dedupe: { windowMs: 0 } },
      { dedupeKey: "" },
      { orderKey: "" },
    ];

    for (const options of bad) {
      for (const refused of [hosted.send("x", options), hosted.sendMany(["x"], options), hosted.call("x", { ...options, timeoutMs: 50 })]) {
        expect({ options, error: await rejection(refused) }).toMatchObject({ options, error: { code: "ERR_OPTION" } });
      }
    }
    expect(await transport.depth("recorded")).toMatchObject({ ready: 0, delayed: 0 });
  });

  it("an aborted signal refuses before anything is sent", async () => {
    const { transport, hosted } = recording();

    expect(await rejection(hosted.send("x", { signal: AbortSignal.abort("no") }))).toBe("no");
    expect(await rejection(hosted.sendMany(["x"], { signal: AbortSignal.abort("no") }))).toBe("no");
    expect(await rejection(hosted.requestSender().send({ id: "i", request: "x" }, { signal: AbortSignal.abort("no") }))).toBe("no");
    expect(await transport.depth("recorded")).toMatchObject({ ready: 0 });
  });
});

describe("options that the transport has no power for", () => {
  const { own } = belongings();
  const asked: readonly (readonly [keyof Capabilities, Partial<Capabilities>, object])[] = [
    ["delay", { delay: false }, { delayMs: 1 }],
    ["delay", { delay: false }, { runAt: 1 }],
    ["priority", { priority: false }, { priority: 1 }],
    ["dedupe", { dedupe: false }, { dedupeKey: "k" }],
    ["dedupe", { dedupe: false }, { dedupe: { windowMs: 1 } }],
    ["ordered", { ordered: false }, { orderKey: "k" }],
    ["ordered", { ordered: "channel" }, { orderKey: "k" }],
  ];

  it.each(asked)("%s: are refused with the capability's name, before anything is sent", async (capability, capabilities, options) => {
    const inner = own(memory());
    const hosted = own(processor(plainJob({ name: "weak", run: () => 1 }), { transport: tampered(inner, { capabilities }) }));

    for (const refused of [
      hosted.send(undefined, options),
      hosted.sendMany([undefined], options),
      hosted.call(undefined, options),
      hosted.toFrame(undefined, options),
    ]) {
      expect(await rejection(refused)).toMatchObject({ code: "ERR_UNSUPPORTED", message: expect.stringContaining(capability) });
    }
    expect(await inner.depth("weak")).toMatchObject({ ready: 0, delayed: 0 });
  });
});

describe("toFrame", () => {
  const { own, run } = belongings();

  it("is what send would have sent: someone else may enqueue it", async () => {
    const transport = own(memory());
    const hosted = run(processor(plainJob({ name: "framed", run: (n: number) => n + 1 }), { transport }));
    const responses = own(await hosted.responseReceiver());

    const frame = await hosted.toFrame(1, { id: "f", headers: { tenant: "blue" } });
    const sender = await transport.sender({ name: "framed", mode: "work" }, new AbortController().signal);
    await sender.send([frame], new AbortController().signal);
    await sender[Symbol.asyncDispose]();

    expect(await responses.receive()).toMatchObject({ id: "f", result: { ok: true, value: 2 }, headers: { tenant: "blue" } });
  });
});
