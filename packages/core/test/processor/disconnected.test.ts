import { FakeClock, rejection, turns, until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { ConnectionError, processor, start, systemEnvironment } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { tampered } from "../support/transport-double.ts";
import { memory } from "../support/wires.ts";

const echo = plainJob({ name: "echo", run: (value: number) => value });
const away = (): ConnectionError => new ConnectionError("the store is away", { retry: "later" });

describe("while the store is away", () => {
  const { own, run } = belongings();

  it("a call fails with the store's error, and the next one works once it is back", async () => {
    const inner = own(memory());
    let down = true;
    const transport = tampered(inner, {
      onOpen: () => {
        if (down) throw away();
      },
    });
    run(processor(echo, { transport: inner }));
    const caller = own(processor(echo, { transport }));

    expect(await caller.sendReceive(1)).toMatchObject({ ok: false, error: { code: "ERR_CONNECTION" } });
    expect(await rejection(caller.send(1))).toMatchObject({ code: "ERR_CONNECTION" });
    down = false;

    expect(await caller.call(2)).toBe(2);
    expect(await caller.send(3)).toEqual(expect.any(String));
  });

  it.each(["receiver", "sender"] as const)("a call times out, or is aborted, although its %s never opens", async (hanging) => {
    const clock = new FakeClock();
    const inner = own(memory({ clock }));
    const opened = Promise.withResolvers<void>();
    const transport = tampered(inner, { onOpen: (what) => (what === hanging ? opened.promise : undefined) });
    const caller = own(processor(echo, { transport, environment: { ...systemEnvironment, clock } }));
    const controller = new AbortController();
    const timed = caller.sendReceive(1, { timeoutMs: 500 });
    const aborted = rejection(caller.call(2, { signal: controller.signal }));

    await clock.advance(600);
    expect(await timed).toMatchObject({ ok: false, error: { code: "ERR_DEADLINE" } });
    controller.abort("enough");
    expect(await aborted).toBe("enough");
    opened.resolve();
  });

  it("a send can be aborted although its channel never opens", async () => {
    const opened = Promise.withResolvers<void>();
    const caller = own(processor(echo, { transport: tampered(own(memory()), { onOpen: () => opened.promise }) }));
    const controller = new AbortController();
    const sent = rejection(caller.send(1, { signal: controller.signal }));
    const many = rejection(caller.sendMany([1, 2], { signal: controller.signal }));
    await turns();

    controller.abort("enough");

    expect(await sent).toBe("enough");
    expect(await many).toBe("enough");
    opened.resolve();
  });

  it("closing does not wait for a store that never answers", async () => {
    const transport = tampered(own(memory()), {
      onOpen: () => new Promise<never>(() => undefined),
    });
    const caller = processor(echo, { transport });
    const call = caller.sendReceive(1);
    const sent = rejection(caller.send(1));
    await turns();

    await caller.close();

    expect(await call).toMatchObject({ ok: false, error: { code: "ERR_CLOSED" } });
    expect(await sent).toMatchObject({ code: "ERR_CLOSED" });
  });

  it("run rejects when the store was never there", async () => {
    const transport = tampered(own(memory()), {
      onOpen: () => {
        throw away();
      },
    });

    expect(await rejection(own(processor(echo, { transport })).run())).toMatchObject({ code: "ERR_CONNECTION" });
  });

  it("a subscription that breaks is opened again, and what it held comes again", async () => {
    const clock = new FakeClock();
    const inner = own(memory({ clock }));
    let breaks: (() => void) | undefined;
    let opens = 0;
    const transport = tampered(inner, {
      onOpen: (what, { name }) => {
        if (what === "receiver" && name === "echo" && ++opens === 2) throw away();
      },
      wrapReceiver: ({ name }, receiver) => {
        if (name !== "echo") return receiver;
        const broken = Promise.withResolvers<never>();
        broken.promise.catch(() => undefined);
        breaks = () => broken.reject(away());
        return { ...receiver, receive: (max, signal) => Promise.race([receiver.receive(max, signal), broken.promise]) };
      },
    });
    const hosted = own(processor(echo, { transport, environment: { ...systemEnvironment, clock } }));
    const told: string[] = [];
    hosted.on("connected", () => told.push("connected"));
    hosted.on("disconnected", ({ error }) => told.push(`disconnected: ${error.message}`));
    run(hosted);
    expect(await hosted.call(1)).toBe(1);

    breaks?.();
    await clock.advance(1_000);

    expect(await hosted.call(2)).toBe(2);
    expect(opens).toBe(3);
    expect(told).toEqual(["connected", "disconnected: the store is away", "connected"]);
  });

  it("the replies of a handle come again after its subscription broke", async () => {
    const clock = new FakeClock();
    const inner = own(memory({ clock }));
    let breaks: (() => void) | undefined;
    const transport = tampered(inner, {
      wrapReceiver: ({ name }, receiver) => {
        if (!name.startsWith("reply.")) return receiver;
        const broken = Promise.withResolvers<never>();
        broken.promise.catch(() => undefined);
        breaks = () => broken.reject(away());
        return { ...receiver, receive: (max, signal) => Promise.race([receiver.receive(max, signal), broken.promise]) };
      },
    });
    run(processor(echo, { transport: inner }));
    const caller = own(processor(echo, { transport, environment: { ...systemEnvironment, clock } }));
    expect(await caller.call(1)).toBe(1);

    breaks?.();
    await clock.advance(1_000);

    expect(await caller.call(2)).toBe(2);
  });

  it("a settlement that does not get through is repeated until it does", async () => {
    const clock = new FakeClock();
    const inner = own(memory({ clock }));
    let down = true;
    let tries = 0;
    const transport = tampered(inner, {
      onSettle: ({ name }) => {
        if (name !== "echo") return;
        tries++;
        if (down) throw away();
      },
    });
    const hosted = run(processor(echo, { transport, environment: { ...systemEnvironment, clock } }));
    let succeeded = 0;
    hosted.on("succeeded", () => succeeded++);
    const call = hosted.call(1);
    await clock.advance(2_000);
    expect(tries).toBeGreaterThan(3);
    expect(succeeded).toBe(0);

    down = false;
    await clock.advance(10_000);

    expect(await call).toBe(1);
    expect(succeeded).toBe(1);
    expect(await inner.depth("echo")).toMatchObject({ completed: 1, inFlight: 0 });
  });

  it("what is settled while there is no subscription is not taken for stored", async () => {
    const clock = new FakeClock();
    const inner = own(memory({ clock }));
    const gate = Promise.withResolvers<number>();
    let breaks: (() => void) | undefined;
    let down = false;
    const transport = tampered(inner, {
      onOpen: () => {
        if (down) throw away();
      },
      wrapReceiver: ({ name }, receiver) => {
        if (name !== "held") return receiver;
        const broken = Promise.withResolvers<never>();
        broken.promise.catch(() => undefined);
        breaks = () => broken.reject(away());
        return { ...receiver, receive: (max, signal) => Promise.race([receiver.receive(max, signal), broken.promise]) };
      },
    });
    const attempts: number[] = [];
    const job = plainJob({
      name: "held",
      run: (_: null, _resources, { attempt }) => {
        attempts.push(attempt);
        return attempts.length === 1 ? gate.promise : 2;
      },
    });
    const hosted = run(processor(job, { transport, concurrency: 2, environment: { ...systemEnvironment, clock } }));
    const told: string[] = [];
    for (const name of ["succeeded", "leaseLost"] as const) hosted.on(name, ({ attempt }) => told.push(`${name} ${attempt}`));
    const call = hosted.call(null);
    await clock.advance(1);

    down = true;
    breaks?.();
    await clock.advance(10);
    gate.resolve(1); // nobody can hear it: the loan went with the subscription
    await clock.advance(10);
    expect(told).toEqual(["leaseLost 1"]);
    down = false;
    await clock.advance(10_000);

    expect(await call).toBe(2);
    expect(attempts).toHaveLength(2);
    expect(told).toHaveLength(2);
  });

  it("stop gives up on a store that is away, once the grace period is over", async () => {
    const clock = new FakeClock();
    const inner = own(memory({ clock }));
    let down = false;
    const transport = tampered(inner, {
      onSettle: () => {
        if (down) throw away();
      },
    });
    const hosted = own(processor(echo, { transport, graceMs: 2_000, environment: { ...systemEnvironment, clock } }));
    const running = start(hosted);
    expect(await hosted.call(1)).toBe(1);
    down = true;
    await hosted.send(2);
    await clock.advance(10);

    const stopped = running.stop();
    await clock.advance(10_000);
    await stopped;

    expect(await inner.depth("echo")).toMatchObject({ ready: 1, inFlight: 0 }); // it comes again
  });
});

describe("very many reply channels", () => {
  const { own, run } = belongings();

  it("a handle that answered them still sends, and lost none", async () => {
    const inner = own(memory());
    const transport = tampered(inner, { capabilities: { transactional: false } });
    const hosted = run(processor(echo, { transport, concurrency: 100 }));
    const callers = Array.from({ length: 1_200 }, () => own(processor(echo, { transport: inner })));

    const answers = await Promise.all(callers.map((caller, at) => caller.call(at)));

    expect(answers.every((answer, at) => answer === at)).toBe(true);
    expect(await hosted.call(7)).toBe(7);
    await until("all are stored", async () => (await inner.depth("echo")).inFlight === 0);
  });
});
