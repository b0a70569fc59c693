import { FakeClock } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { AttemptTimeoutError, DeadlineError, processor, systemEnvironment } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { wires } from "../support/wires.ts";

/** A job that never ends by itself, and what its signal said. */
function endless(heeds: boolean) {
  const reasons: unknown[] = [];
  const made = plainJob({
    name: "endless",
    run: (_: null, _resources, { signal }) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          reasons.push(signal.reason);
          if (heeds) reject(signal.reason as Error);
        });
      }),
  });
  return { made, reasons };
}

describe.each(wires)("timeouts and deadlines on the $wire wire", ({ open }) => {
  const { own, run } = belongings();

  function opened() {
    const clock = new FakeClock();
    return { clock, transport: own(open({ clock })), environment: { ...systemEnvironment, clock } };
  }

  it.each([true, false])("an attempt that takes too long is told so and fails, whether its job heeds the signal (%s)", async (heeds) => {
    const { clock, transport, environment } = opened();
    const { made, reasons } = endless(heeds);
    const hosted = run(processor(made, { transport, environment, timeoutMs: 500 }));
    const result = hosted.sendReceive(null);

    await clock.advance(490);
    expect(reasons).toEqual([]);
    await clock.advance(20);

    expect(reasons).toMatchObject([expect.any(AttemptTimeoutError)]);
    expect(await result).toMatchObject({ ok: false, error: { code: "ERR_ATTEMPT_TIMEOUT" } });
  });

  it("each attempt has the whole timeout for itself", async () => {
    const { clock, transport, environment } = opened();
    const { made, reasons } = endless(true);
    const hosted = run(
      processor(made, {
        transport,
        environment,
        timeoutMs: 500,
        retry: { attempts: 2, backoff: { kind: "fixed", baseMs: 1_000, jitter: "none" } },
      }),
    );
    const result = hosted.sendReceive(null, { timeoutMs: 60_000 });

    await clock.advance(1_900);
    expect(reasons).toHaveLength(1);
    await clock.advance(200);

    expect(reasons).toHaveLength(2);
    expect(await result).toMatchObject({ ok: false, error: { code: "ERR_ATTEMPT_TIMEOUT" } });
  });

  it("a timed-out job keeps its slot until it lets go, so that no more than `concurrency` run", async () => {
    const { clock, transport, environment } = opened();
    const gate = Promise.withResolvers<void>();
    let runs = 0;
    const job = plainJob({
      name: "deaf",
      run: async () => {
        runs++;
        await gate.promise;
      },
    });
    const hosted = run(processor(job, { transport, environment, timeoutMs: 100 }));
    const first = hosted.sendReceive(undefined);
    const second = hosted.sendReceive(undefined);

    await clock.advance(1_000);
    expect(await first).toMatchObject({ ok: false });
    expect(runs).toBe(1);
    gate.resolve();
    await clock.advance(10);

    expect(runs).toBe(2);
    expect(await second).toMatchObject({ ok: true });
  });

  it("what a job returns after its timeout changes nothing", async () => {
    const { clock, transport, environment } = opened();
    const gate = Promise.withResolvers<string>();
    const hosted = run(processor(plainJob({ name: "tardy", run: () => gate.promise }), { transport, environment, timeoutMs: 100 }));
    const responses = own(await hosted.responseReceiver());
    await hosted.send(undefined, { id: "t" });
    await clock.advance(200);
    gate.resolve("too late");
    await clock.advance(200);

    expect(await responses.receive()).toMatchObject({ id: "t", result: { ok: false } });
    expect(await transport.depth("tardy")).toMatchObject({ dead: 1, completed: 0, inFlight: 0 });
  });

  it("a request whose deadline passed is not begun", async () => {
    const { clock, transport, environment } = opened();
    let runs = 0;
    const hosted = own(processor(plainJob({ name: "expired", run: () => runs++ }), { transport, environment }));
    const responses = own(await hosted.responseReceiver());
    await hosted.send(undefined, { id: "e", deadline: clock.now() + 100 });
    await clock.advance(101);

    run(hosted);

    expect(await responses.receive()).toMatchObject({ id: "e", result: { ok: false, error: { code: "ERR_DEADLINE" } } });
    expect(runs).toBe(0);
    expect(await transport.depth("expired")).toMatchObject({ cancelled: 1, dead: 0 });
  });

  it("a deadline that passes while the job runs aborts it, and no retry follows", async () => {
    const { clock, transport, environment } = opened();
    const { made, reasons } = endless(true);
    const hosted = run(processor(made, { transport, environment, retry: { attempts: 5 } }));
    const responses = own(await hosted.responseReceiver());
    await hosted.send(null, { id: "d", deadline: clock.now() + 100 });

    await clock.advance(120);

    expect(reasons).toMatchObject([expect.any(DeadlineError)]);
    expect(await responses.receive()).toMatchObject({ id: "d", result: { ok: false, error: { code: "ERR_DEADLINE" } } });
    expect(await transport.depth("endless")).toMatchObject({ cancelled: 1, ready: 0, delayed: 0 });
  });

  it("a caller's timeout is its request's deadline, and the job can read it", async () => {
    const { clock, transport, environment } = opened();
    const job = plainJob({ name: "reader", run: (_: null, _resources, { deadline }) => deadline });
    const hosted = run(processor(job, { transport, environment }));

    expect(await hosted.call(null, { timeoutMs: 4_000 })).toBe(clock.now() + 4_000);
    expect(await hosted.call(null, { timeoutMs: Number.POSITIVE_INFINITY, deadline: clock.now() + 9_000 })).toBe(clock.now() + 9_000);
    expect(await hosted.call(null, { timeoutMs: 4_000, deadline: clock.now() + 9_000 })).toBe(clock.now() + 4_000);
  });

  it("a deadline ends a request also while its cache or its resources take their time", async () => {
    const { clock, transport, environment } = opened();
    const never = (): Promise<never> => new Promise(() => undefined);
    const cached = run(
      processor(plainJob({ name: "slow-cache", run: () => 1, getCache: never }), { transport, environment, resources: () => undefined }),
    );
    const equipped = run(processor(plainJob({ name: "slow-make", run: () => 1 }), { transport, environment, resources: never }));
    const answers = [cached, equipped].map(async (hosted) => {
      const responses = own(await hosted.responseReceiver());
      await hosted.send(undefined, { deadline: clock.now() + 100 });
      return responses.receive();
    });

    await clock.advance(200);

    for (const answer of answers) expect(await answer).toMatchObject({ result: { ok: false, error: { code: "ERR_DEADLINE" } } });
  });

  it("refuses timeouts that are none", async () => {
    const { transport } = opened();
    const hosted = own(processor(plainJob({ name: "refuses", run: () => 1 }), { transport }));

    for (const timeoutMs of [0, -1, Number.NaN])
      await expect(hosted.call(undefined, { timeoutMs })).rejects.toMatchObject({ code: "ERR_OPTION" });
    expect(() => processor(plainJob({ name: "refuses", run: () => 1 }), { transport, timeoutMs: 0 })).toThrow(/timeoutMs/);
  });
});
