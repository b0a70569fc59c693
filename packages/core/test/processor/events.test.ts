import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import { turns, until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { type HostedProcessor, processor, type ProcessorEvents } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { wires } from "../support/wires.ts";

const EVERY = [
  "sent",
  "received",
  "started",
  "progress",
  "log",
  "cached",
  "succeeded",
  "failed",
  "retried",
  "dead",
  "cancelled",
  "handedBack",
  "leaseLost",
  "idle",
  "connected",
  "disconnected",
] as const satisfies readonly (keyof ProcessorEvents)[];

type Listens = Pick<HostedProcessor<never, unknown>, "on">;

/** Everything a processor tells about requests, in order, as `[name, event]`. */
function recorded(hosted: Listens): [string, Record<string, unknown>][] {
  const told: [string, Record<string, unknown>][] = [];
  for (const name of EVERY) hosted.on(name, (event) => told.push([name, { ...event }]));
  return told;
}

describe.each(wires)("events on the $wire wire", ({ open }) => {
  const { own, run } = belongings();

  it("tell the life of a request once each, with id, attempt and duration", async () => {
    const job = plainJob({
      name: "lively",
      run: (_: null, _resources, { progress, log }) => {
        progress(0.5);
        log("info", "half way", { at: 1 });
        return "done";
      },
    });
    const hosted = own(processor(job, { transport: own(open()) }));
    const told = recorded(hosted);
    run(hosted);

    await hosted.call(null, { id: "a" });
    await until("it is told of", () => told.some(([name]) => name === "succeeded"));

    const about = told.filter(([, { id }]) => id === "a").map(([name, event]) => [name, event]);
    const common = { processor: "lively", id: "a", attempt: 1 };
    expect(about).toEqual([
      ["sent", { processor: "lively", id: "a" }],
      ["received", common],
      ["started", common],
      ["progress", { ...common, value: 0.5 }],
      ["log", { ...common, level: "info", message: "half way", fields: { at: 1 } }],
      ["succeeded", { ...common, durationMs: expect.any(Number) }],
    ]);
    expect(told.filter(([name]) => name === "connected")).toHaveLength(1);
  });

  it("are told for every way of sending", async () => {
    const hosted = own(processor(plainJob({ name: "ways", run: () => 1 }), { transport: own(open()) }));
    const told = recorded(hosted);

    const one = await hosted.send(undefined);
    const many = await hosted.sendMany([undefined, undefined]);
    await hosted.requestSender().send({ id: "raw", request: undefined });

    expect(told.map(([name, { id }]) => [name, id])).toEqual([one, ...many, "raw"].map((id) => ["sent", id]));
  });

  it("idle says that nothing runs and nothing waits, again after each burst", async () => {
    const hosted = own(processor(plainJob({ name: "lazy", run: () => 1 }), { transport: own(open()) }));
    let idle = 0;
    hosted.on("idle", () => idle++);
    run(hosted);
    await until("it is idle at first", () => idle === 1);

    await hosted.call(undefined);

    await until("it is idle again", () => idle === 2);
  });

  it("a listener that throws, or rejects, changes nothing", async () => {
    const hosted = own(processor(plainJob({ name: "watched", run: () => "fine" }), { transport: own(open()) }));
    const heard: string[] = [];
    for (const name of EVERY) {
      hosted.on(name, () => {
        throw new Error(`listener of ${name}`);
      });
      hosted.on(name, async () => {
        throw new Error(`async listener of ${name}`);
      });
      hosted.on(name, () => heard.push(name));
    }
    run(hosted);

    expect(await hosted.call(undefined)).toBe("fine");
    await until("the others hear it", () => heard.includes("succeeded"));
    await turns();
  });

  it("a listener that left hears nothing more, and leaving twice does no harm", async () => {
    const hosted = run(processor(plainJob({ name: "left", run: () => 1 }), { transport: own(open()) }));
    let first = 0;
    let second = 0;
    const leave = hosted.on("sent", () => first++);
    hosted.on("sent", () => second++);
    await hosted.send(undefined);

    leave();
    leave();
    await hosted.send(undefined);

    expect([first, second]).toEqual([1, 2]);
  });

  it("context members work when taken apart, and cost nothing that nobody asked for", async () => {
    const job = plainJob({
      name: "apart",
      run: (_: null, _resources, context) => {
        const { id, attempt, headers, deadline, fence, progress, log } = context;
        progress("unheard");
        log("debug", "unheard");
        return { id, attempt, headers: { ...headers }, deadline: deadline ?? null, fenced: fence > 0 };
      },
    });
    const hosted = run(processor(job, { transport: own(open()) }));

    expect(await hosted.call(null, { id: "c", headers: { tenant: "blue" }, timeoutMs: Number.POSITIVE_INFINITY })).toMatchObject({
      id: "c",
      attempt: 1,
      headers: { tenant: "blue" },
      deadline: null,
      fenced: true,
    });
  });

  it("diagnostics channels publish every event and every batch, to whoever subscribes", async () => {
    const hosted = run(processor(plainJob({ name: `hooked-${open.name}`, run: () => 1 }), { transport: own(open()) }));
    const published: Record<string, unknown>[] = [];
    const hear = (message: unknown): void => void published.push(message as Record<string, unknown>);
    const names = ["job-orch:event", "job-orch:receive", "job-orch:settle"];
    expect(names.map((name) => channel(name).hasSubscribers)).toEqual([false, false, false]);
    for (const name of names) subscribe(name, hear);
    try {
      await hosted.call(undefined, { id: "d" });
      await until("it is told of", () => published.some(({ name }) => name === "succeeded"));
    } finally {
      for (const name of names) unsubscribe(name, hear);
    }
    const told = published.length;

    await hosted.call(undefined);

    expect(published.filter(({ id }) => id === "d").map(({ name }) => name)).toEqual(["sent", "received", "started", "succeeded"]);
    expect(published).toContainEqual({ processor: hosted.name, count: 1 });
    expect(published).toHaveLength(told);
  });
});
