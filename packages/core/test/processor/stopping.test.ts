import { FakeClock, turns, until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { ClosedError, processor, type ProcessorEvents, start, systemEnvironment } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { tampered } from "../support/transport-double.ts";
import { memory, wires } from "../support/wires.ts";

describe.each(wires)("stopping on the $wire wire", ({ open }) => {
  const { own, started, run } = belongings();

  it("stop takes nothing new and waits for what runs", async () => {
    const gate = Promise.withResolvers<string>();
    const begun: number[] = [];
    const job = plainJob({
      name: "patient",
      run: (value: number) => {
        begun.push(value);
        return gate.promise;
      },
    });
    const transport = own(open());
    const hosted = processor(job, { transport });
    const running = started(hosted);
    const first = hosted.call(1);
    await until("the first runs", () => begun.length === 1);
    await hosted.send(2);

    const stopped = running.stop();
    await turns();
    gate.resolve("done");
    await stopped;

    expect(await first).toBe("done");
    expect(begun).toEqual([1]);
    expect(await transport.depth("patient")).toMatchObject({ ready: 1, inFlight: 0 });
  });

  it("what does not end within the grace period is told so and handed back without charge", async () => {
    const clock = new FakeClock();
    const transport = own(open({ clock }));
    const attempts: number[] = [];
    let aborted: unknown;
    const job = plainJob({
      name: "stubborn",
      run: (_: string, _resources, context) => {
        attempts.push(context.attempt);
        context.signal.addEventListener("abort", () => (aborted = context.signal.reason));
        return attempts.length === 1 ? new Promise<string>(() => undefined) : "second time";
      },
    });
    const environment = { ...systemEnvironment, clock };
    const hosted = processor(job, { transport, graceMs: 5_000, environment });
    const handedBack: ProcessorEvents["handedBack"][] = [];
    hosted.on("handedBack", (event) => handedBack.push(event));
    const responses = own(await hosted.responseReceiver());
    const running = started(hosted);
    const id = await hosted.send("work");
    await clock.advance(10);

    const stopped = running.stop();
    await clock.advance(4_900);
    expect(aborted).toBeUndefined();
    await clock.advance(1_000);
    await stopped;

    expect(aborted).toBeInstanceOf(ClosedError);
    expect(handedBack).toMatchObject([{ id, attempt: 1 }]);
    run(processor(job, { transport, environment }));
    expect(await responses.receive()).toMatchObject({ id, result: { ok: true, value: "second time" } });
    expect(attempts).toEqual([1, 1]); // the hand-back was not charged
  });

  it("a job that ends well when told to stop is answered all the same", async () => {
    const clock = new FakeClock();
    const transport = own(open({ clock }));
    const job = plainJob({
      name: "polite",
      run: (_: null, _resources, { signal }) =>
        new Promise<string>((resolve) => signal.addEventListener("abort", () => resolve("cut short"), { once: true })),
    });
    const hosted = processor(job, { transport, graceMs: 100, environment: { ...systemEnvironment, clock } });
    const running = started(hosted);
    const call = hosted.call(null);
    await clock.advance(10);

    const stopped = running.stop();
    await clock.advance(200);
    await stopped;

    expect(await call).toBe("cut short");
  });

  it("a job that throws because it was told to stop is handed back, not failed", async () => {
    const clock = new FakeClock();
    const transport = own(open({ clock }));
    const job = plainJob({
      name: "throws",
      run: (_: null, _resources, { signal }) =>
        new Promise<never>((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true })),
    });
    const hosted = processor(job, { transport, graceMs: 100, environment: { ...systemEnvironment, clock } });
    const running = started(hosted);
    await hosted.send(null);
    await clock.advance(10);

    const stopped = running.stop();
    await clock.advance(200);
    await stopped;

    expect(await transport.depth("throws")).toMatchObject({ ready: 1, dead: 0, inFlight: 0 });
  });

  it("a second stop does not wait for the grace period", async () => {
    const transport = own(open());
    const job = plainJob({ name: "endless", run: () => new Promise<never>(() => undefined) });
    const hosted = processor(job, { transport, graceMs: 60_000 });
    const running = started(hosted);
    await hosted.send(undefined);
    await until("it runs", async () => (await transport.depth("endless")).inFlight === 1);

    const first = running.stop();
    await turns();
    const second = running.stop();
    await Promise.all([first, second]);

    expect(await transport.depth("endless")).toMatchObject({ ready: 1, inFlight: 0 });
  });

  it("stop right after start ends it, although it was not open yet", async () => {
    const hosted = own(processor(plainJob({ name: "hasty", run: () => 1 }), { transport: own(open()) }));

    const running = start(hosted);
    await running.stop();
    await running.ended;

    const again = start(hosted);
    expect(await hosted.call(undefined)).toBe(1);
    await again.stop();
  });

  it("aborting the signal of run stops it gracefully, and run resolves", async () => {
    const gate = Promise.withResolvers<number>();
    const hosted = own(processor(plainJob({ name: "signalled", run: () => gate.promise }), { transport: own(open()) }));
    const controller = new AbortController();
    const ran = hosted.run(undefined, { signal: controller.signal });
    const call = hosted.call(undefined);
    const begun = Promise.withResolvers<void>();
    hosted.on("started", () => begun.resolve());
    await begun.promise;

    controller.abort();
    await turns();
    gate.resolve(7);

    await ran;
    expect(await call).toBe(7);
  });

  it("aborting the signal of run while it opens makes run resolve as well", async () => {
    const hosted = own(processor(plainJob({ name: "early", run: () => 1 }), { transport: own(open()) }));
    const controller = new AbortController();

    const ran = hosted.run(undefined, { signal: controller.signal });
    controller.abort();

    await ran;
  });

  it("refuses to run twice at a time, and runs again after a stop", async () => {
    const hosted = own(processor(plainJob({ name: "once", run: () => 1 }), { transport: own(open()) }));
    const running = start(hosted);

    await expect(hosted.run()).rejects.toMatchObject({ code: "ERR_OPTION" });
    await running.stop();
    run(hosted);

    expect(await hosted.call(undefined)).toBe(1);
  });

  it("close answers every caller that still waits, and then refuses everything", async () => {
    const hosted = own(processor(plainJob({ name: "closing", run: () => 1 }), { transport: own(open()) }));
    const call = hosted.sendReceive(undefined);
    await turns();

    await hosted.close();
    await hosted.close();

    expect(await call).toMatchObject({ ok: false, error: { code: "ERR_CLOSED" } });
    await expect(hosted.send(undefined)).rejects.toMatchObject({ code: "ERR_CLOSED" });
    await expect(hosted.call(undefined)).rejects.toMatchObject({ code: "ERR_CLOSED" });
    await expect(hosted.run()).rejects.toMatchObject({ code: "ERR_CLOSED" });
    await expect(hosted.responseReceiver()).rejects.toMatchObject({ code: "ERR_CLOSED" });
  });

  it("pause takes nothing, what runs goes on, and resume goes on with the rest", async () => {
    const gate = Promise.withResolvers<void>();
    const begun: number[] = [];
    const job = plainJob({
      name: "paused",
      run: async (value: number) => {
        begun.push(value);
        await gate.promise;
        return value;
      },
    });
    const hosted = run(processor(job, { transport: own(open()), concurrency: 2 }));
    const first = hosted.call(1);
    await until("the first runs", () => begun.length === 1);

    hosted.pause();
    const second = hosted.call(2);
    const third = hosted.call(3);
    gate.resolve();
    expect(await first).toBe(1);
    await turns();
    expect(begun).toEqual([1]);

    hosted.resume();
    expect(await Promise.all([second, third])).toEqual([2, 3]);
  });
});

it("a delivery that arrives while the loop stops is given back, not begun", async () => {
  const inner = memory();
  const stopping = Promise.withResolvers<void>();
  const begun: number[] = [];
  const transport = tampered(inner, {
    wrapReceiver: (channel, receiver) => {
      if (channel.name !== "slippery") return receiver;
      // As a store's answer that is on its way when the wait is aborted.
      return {
        ...receiver,
        receive: async (max) => {
          const got = await receiver.receive(max, new AbortController().signal);
          await stopping.promise;
          await turns(1);
          return got;
        },
      };
    },
  });
  const hosted = processor(plainJob({ name: "slippery", run: (value: number) => void begun.push(value) }), { transport });
  const running = start(hosted);
  await hosted.send(1);
  await turns();

  const stopped = running.stop();
  stopping.resolve();
  await stopped;

  expect(begun).toEqual([]);
  expect(await inner.depth("slippery")).toMatchObject({ ready: 1, inFlight: 0 });
  await hosted.close();
  await inner[Symbol.asyncDispose]();
});

it("leases are extended throughout the grace period", async () => {
  const clock = new FakeClock();
  const transport = memory({ clock });
  const environment = { ...systemEnvironment, clock };
  const gate = Promise.withResolvers<string>();
  const attempts: number[] = [];
  const job = plainJob({
    name: "long",
    run: (_: null, _resources, { attempt }) => {
      attempts.push(attempt);
      return gate.promise;
    },
  });
  const slow = processor(job, { transport, leaseMs: 3_000, graceMs: 60_000, environment });
  const other = processor(job, { transport, leaseMs: 3_000, environment });
  const running = start(slow);
  const call = other.call(null);
  await clock.advance(10);
  const others = start(other);

  const stopped = running.stop();
  await clock.advance(20_000);
  gate.resolve("kept");
  await turns();
  await stopped;

  expect(attempts).toEqual([1]);
  expect(await call).toBe("kept");
  await others.stop();
  await Promise.all([slow.close(), other.close()]);
  await transport[Symbol.asyncDispose]();
});
