import { FakeClock } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { processor, type ProcessorOptions, type ProcessorEvents, systemEnvironment } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { tampered } from "../support/transport-double.ts";
import { memory, wires } from "../support/wires.ts";

class Unmendable extends Error {}

/** A job that fails `failures` times, and when it was begun. */
function flaky(failures: number, clock: FakeClock, fail: () => unknown = () => new Error("not yet")) {
  const begunMs: number[] = [];
  const attempts: number[] = [];
  const made = plainJob({
    name: "flaky",
    run: (_: null, _resources, { attempt }) => {
      begunMs.push(clock.now());
      attempts.push(attempt);
      if (begunMs.length <= failures) throw fail();
      return "ok";
    },
  });
  return { made, attempts, gapsMs: () => begunMs.slice(1).map((ms, at) => ms - (begunMs[at] ?? 0)) };
}

describe.each(wires)("retries on the $wire wire", ({ open }) => {
  const { own, run } = belongings();

  function host(
    made: ReturnType<typeof flaky>["made"],
    clock: FakeClock,
    options: Omit<ProcessorOptions, "transport" | "environment" | "resources">,
  ) {
    const transport = own(open({ clock }));
    // Chance always at its highest: what "full jitter" then gives is the whole delay.
    const environment = { ...systemEnvironment, clock, random: () => 1 - Number.EPSILON };
    const hosted = run(processor(made, { ...options, transport, environment, callTimeoutMs: Number.POSITIVE_INFINITY }));
    return { hosted, transport };
  }

  it("fails after one attempt when nobody asked for retries", async () => {
    const clock = new FakeClock();
    const { made, attempts } = flaky(1, clock);
    const { hosted, transport } = host(made, clock, {});

    expect(await hosted.sendReceive(null)).toMatchObject({ ok: false, error: { message: "not yet" } });
    expect(attempts).toEqual([1]);
    expect(await transport.depth("flaky")).toMatchObject({ dead: 1, ready: 0 });
  });

  it("answers once, with the attempt that succeeded", async () => {
    const clock = new FakeClock();
    const { made, attempts } = flaky(3, clock);
    const { hosted } = host(made, clock, { retry: { attempts: 4, backoff: { kind: "fixed", baseMs: 10 } } });
    const responses = own(await hosted.responseReceiver());
    const call = hosted.call(null, { id: "one" });

    await clock.advance(100);

    expect(await call).toBe("ok");
    expect(attempts).toEqual([1, 2, 3, 4]);
    expect(await responses.receive()).toMatchObject({ id: "one", result: { ok: true } });
    expect(await responses.receive({ signal: AbortSignal.timeout(20) }).catch((error: Error) => error.name)).toBe("TimeoutError");
  });

  it("waits a fixed time between attempts", async () => {
    const clock = new FakeClock();
    const { made, gapsMs } = flaky(3, clock);
    const { hosted } = host(made, clock, { retry: { attempts: 4, backoff: { kind: "fixed", baseMs: 200, jitter: "none" } } });
    await hosted.send(null);

    await clock.advance(2_000);

    expect(gapsMs()).toEqual([200, 200, 200]);
  });

  it("doubles the wait up to its cap", async () => {
    const clock = new FakeClock();
    const { made, gapsMs } = flaky(4, clock);
    const { hosted } = host(made, clock, {
      retry: { attempts: 5, backoff: { kind: "exponential", baseMs: 100, maxMs: 350, jitter: "none" } },
    });
    await hosted.send(null);

    await clock.advance(5_000);

    expect(gapsMs()).toEqual([100, 200, 350, 350]);
  });

  it("dead-letters with the last reason when all attempts failed", async () => {
    const clock = new FakeClock();
    let count = 0;
    const { made, attempts } = flaky(9, clock, () => Object.assign(new Error(`failure ${++count}`), { code: "E_FLAKY" }));
    const { hosted, transport } = host(made, clock, { retry: { attempts: 3, backoff: { kind: "fixed", baseMs: 10 } } });
    const result = hosted.sendReceive(null, { id: "doomed" });

    await clock.advance(1_000);

    expect(await result).toMatchObject({ ok: false, error: { message: "failure 3" } });
    expect(attempts).toEqual([1, 2, 3]);
    const { items } = await transport.list("flaky", { state: "dead" });
    expect(items).toMatchObject([{ id: "doomed", attempt: 3, error: { message: "failure 3", code: "E_FLAKY" } }]);
    const history = await transport.history("flaky", "doomed");
    expect(history?.attempts.map(({ outcome, error }) => [outcome, error?.message])).toEqual([
      ["retried", "failure 1"],
      ["retried", "failure 2"],
      ["dead", "failure 3"],
    ]);
  });

  it("does not retry the classes named as never, nor errors that say never", async () => {
    const clock = new FakeClock();
    for (const fail of [() => new Unmendable("no use"), () => Object.assign(new Unmendable("no use"), { retry: "never" })]) {
      const { made, attempts } = flaky(9, clock, fail);
      const { hosted } = host(made, clock, { retry: { attempts: 5, never: [Unmendable] } });

      expect(await hosted.sendReceive(null)).toMatchObject({ ok: false, error: { message: "no use" } });
      expect(attempts).toEqual([1]);
      await hosted.close();
    }
  });

  it("a request that waits for its next attempt holds up nobody else", async () => {
    const clock = new FakeClock();
    const job = plainJob({
      name: "mixed",
      run: (bad: boolean) => {
        if (bad) throw new Error("bad");
        return "good";
      },
    });
    const transport = own(open({ clock }));
    const hosted = run(
      processor(job, {
        transport,
        retry: { attempts: 2, backoff: { kind: "fixed", baseMs: 60_000 } },
        environment: { ...systemEnvironment, clock },
      }),
    );
    await hosted.send(true);

    expect(await hosted.call(false)).toBe("good");
  });

  it("tells of every failure and what became of it, once", async () => {
    const clock = new FakeClock();
    const { made } = flaky(9, clock);
    const { hosted } = host(made, clock, { retry: { attempts: 2, backoff: { kind: "fixed", baseMs: 10, jitter: "none" } } });
    const told: string[] = [];
    const tell = <Name extends "failed" | "retried" | "dead">(name: Name) =>
      hosted.on(name, ({ id, attempt, error }: ProcessorEvents[Name]) => told.push(`${name} ${id} ${attempt} ${error.message}`));
    for (const name of ["failed", "retried", "dead"] as const) tell(name);
    await hosted.send(null, { id: "x" });

    await clock.advance(100);

    expect(told).toEqual(["failed x 1 not yet", "retried x 1 not yet", "failed x 2 not yet", "dead x 2 not yet"]);
  });
});

describe("retries where the transport has no delay", () => {
  const { own, run } = belongings();

  it("keeps the wait itself, holds no slot meanwhile, and counts attempts the same", async () => {
    const clock = new FakeClock();
    const inner = own(memory({ clock }));
    const transport = tampered(inner, { capabilities: { delay: false } });
    const { made, attempts, gapsMs } = flaky(2, clock);
    const environment = { ...systemEnvironment, clock };
    const hosted = run(
      processor(made, {
        transport,
        environment,
        leaseMs: 300,
        retry: { attempts: 3, backoff: { kind: "fixed", baseMs: 1_000, jitter: "none" } },
      }),
    );
    const call = hosted.call(null);

    await clock.advance(2_500);

    expect(await call).toBe("ok");
    expect(attempts).toEqual([1, 2, 3]);
    expect(gapsMs()).toEqual([1_000, 1_000]);
  });

  it("gives what it holds back when it stops", async () => {
    const clock = new FakeClock();
    const inner = own(memory({ clock }));
    const transport = tampered(inner, { capabilities: { delay: false } });
    const { made } = flaky(9, clock);
    const hosted = own(
      processor(made, {
        transport,
        environment: { ...systemEnvironment, clock },
        retry: { attempts: 3, backoff: { kind: "fixed", baseMs: 60_000 } },
      }),
    );
    const ran = hosted.run();
    await hosted.send(null);
    await clock.advance(10);

    await hosted.stop();
    await ran;

    expect(await inner.depth("flaky")).toMatchObject({ ready: 1, inFlight: 0, delayed: 0 });
  });

  it("cancels what it holds", async () => {
    const clock = new FakeClock();
    const inner = own(memory({ clock }));
    const transport = tampered(inner, { capabilities: { delay: false } });
    const { made, attempts } = flaky(9, clock);
    const hosted = run(
      processor(made, {
        transport,
        environment: { ...systemEnvironment, clock },
        retry: { attempts: 3, backoff: { kind: "fixed", baseMs: 60_000 } },
      }),
    );
    const result = hosted.sendReceive(null, { id: "waits" });
    await clock.advance(10);

    await hosted.cancel("waits");
    await clock.advance(10);

    expect(await result).toMatchObject({ ok: false, error: { code: "ERR_CANCELLED" } });
    expect(await inner.depth("flaky")).toMatchObject({ cancelled: 1, inFlight: 0 });
    expect(attempts).toEqual([1]);
  });
});

describe("a job that does not heed its timeout", () => {
  const { own, run } = belongings();

  it("is cancelled while its request waits for the next attempt", async () => {
    const clock = new FakeClock();
    const inner = own(memory({ clock }));
    const transport = tampered(inner, { capabilities: { delay: false } });
    const job = plainJob({ name: "deaf", run: () => new Promise<never>(() => undefined) });
    const retry = { attempts: 3, backoff: { kind: "fixed", baseMs: 60_000, jitter: "none" } } as const;
    const hosted = run(processor(job, { transport, environment: { ...systemEnvironment, clock }, timeoutMs: 100, retry }));
    const result = hosted.sendReceive(undefined, { id: "deaf" });
    await clock.advance(200);

    await hosted.cancel("deaf");
    await clock.advance(10);

    expect(await result).toMatchObject({ ok: false, error: { code: "ERR_CANCELLED" } });
    expect(await inner.depth("deaf")).toMatchObject({ cancelled: 1, inFlight: 0 });
  });
});

describe("requests whose holder dies with them", () => {
  const { own, run } = belongings();

  it("become dead letters when they were begun too often, although their job never failed", async () => {
    const clock = new FakeClock();
    const transport = own(memory({ clock }));
    const environment = { ...systemEnvironment, clock };
    const begun: number[] = [];
    const job = plainJob({ name: "killer", run: (_: null, _resources, { attempt }) => begun.push(attempt) });
    const hosted = processor(job, { transport, environment, retry: { attempts: 1, crashes: 2 } });
    const result = hosted.sendReceive(null, { id: "k", timeoutMs: 60_000 });
    await clock.advance(1);
    for (let death = 1; death <= 3; death++) {
      const holder = await transport.receiver(
        { name: "killer", mode: "work" },
        { leaseMs: 50, maxInFlight: 1 },
        new AbortController().signal,
      );
      expect(await holder.receive(1, new AbortController().signal)).toMatchObject([{ attempt: death }]);
      await clock.advance(100); // it is never heard of again: its lease runs out
      void holder;
    }

    run(hosted);
    await clock.advance(10);

    expect(await result).toMatchObject({ ok: false, error: { code: "ERR_PROCESS" } });
    expect(begun).toEqual([]);
    expect(await transport.list("killer", { state: "dead" })).toMatchObject({ items: [{ id: "k", error: { code: "ERR_PROCESS" } }] });
  });
});
