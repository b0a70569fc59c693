import { FakeClock, rejection, until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { DeadlineError, OptionError, processor, ProcessError, sendReceive, systemEnvironment } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { sorted } from "../support/sorted.ts";
import { wires } from "../support/wires.ts";

const double = plainJob({ name: "double", run: (value: number) => value * 2 });

describe.each(wires)("sending and calling on the $wire wire", ({ open }) => {
  const { own, run } = belongings();

  it("send resolves with an id, and the response carries the same one", async () => {
    const hosted = run(processor(double, { transport: own(open()) }));
    const responses = own(await hosted.responseReceiver());

    const id = await hosted.send(21);

    expect(await responses.receive()).toEqual({ id, result: { ok: true, value: 42 } });
  });

  it("send accepts a request although nobody runs, and it runs once somebody does", async () => {
    const transport = own(open());
    const sender = own(processor(double, { transport }));
    const responses = own(await sender.responseReceiver());
    const id = await sender.send(4);

    run(processor(double, { transport }));

    expect(await responses.receive()).toMatchObject({ id, result: { ok: true, value: 8 } });
  });

  it("ids of one handle are unique and sort in the order of sending", async () => {
    const hosted = own(processor(double, { transport: own(open()) }));

    const ids = [...(await hosted.sendMany(Array.from({ length: 2_000 }, (_, n) => n))), await hosted.send(1), await hosted.send(2)];

    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
  });

  it("sendMany accepts all or nothing to send at all, and resolves with ids in order", async () => {
    const seen: number[] = [];
    const hosted = run(processor(plainJob({ name: "collect", run: (value: number) => void seen.push(value) }), { transport: own(open()) }));

    expect(await hosted.sendMany([])).toEqual([]);
    expect(await hosted.sendMany(new Set([3, 1, 2]))).toHaveLength(3);

    await until("all three ran", () => seen.length === 3);
    expect(seen).toEqual([3, 1, 2]);
  });

  it("call resolves with the response and throws what the job threw", async () => {
    const job = plainJob({
      name: "odd",
      run: (value: number): string => {
        if (value % 2 === 0) throw new RangeError(`${value} is even`);
        return `${value} is odd`;
      },
    });
    const hosted = run(processor(job, { transport: own(open()) }));

    expect(await hosted.call(3)).toBe("3 is odd");
    const error = await rejection(hosted.call(4));
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: "RangeError", message: "4 is even" });
  });

  it("sendReceive never rejects: the error is in its result", async () => {
    const hosted = run(
      processor(
        plainJob({
          name: "fails",
          run: () => {
            throw new TypeError("no");
          },
        }),
        { transport: own(open()) },
      ),
    );

    const result = await hosted.sendReceive(undefined);

    expect(result).toMatchObject({ ok: false, error: { name: "TypeError", message: "no" } });
  });

  it("the function sendReceive makes a handle that calls over the same processor", async () => {
    const hosted = run(processor(double, { transport: own(open()) }));
    const handle = own(sendReceive(hosted));

    expect(await handle.sendReceive(5)).toEqual({ ok: true, value: 10 });
    expect(await handle.call(6)).toBe(12);
  });

  it("calls over a handle in which nothing runs are answered by whoever runs the job", async () => {
    const transport = own(open());
    run(processor(double, { transport }));
    const callers = [own(processor(double, { transport })), own(processor(double, { transport }))];

    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => callers[n % 2]?.call(n)));

    expect(answers).toEqual(Array.from({ length: 40 }, (_, n) => n * 2));
  });

  it("answers find their own caller although they come in another order", async () => {
    const gates = Array.from({ length: 8 }, () => Promise.withResolvers<void>());
    const job = plainJob({ name: "gated", run: async (at: number) => gates[at]?.promise.then(() => at) });
    const hosted = run(processor(job, { transport: own(open()), concurrency: 8 }));
    const order: number[] = [];
    const calls = gates.map((_, at) => hosted.call(at).then((value) => order.push(value ?? -1)));

    for (const at of [5, 0, 7, 3, 1, 6, 2, 4]) gates[at]?.resolve();
    await Promise.all(calls);

    expect(sorted(order)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("refuses a second call under an id that is waited for, and the first is still answered", async () => {
    const gate = Promise.withResolvers<string>();
    const hosted = run(processor(plainJob({ name: "slow", run: () => gate.promise }), { transport: own(open()) }));
    const caller = new AbortController();
    const first = hosted.call(undefined, { id: "same" });

    const refused = await rejection(hosted.call(undefined, { id: "same", signal: caller.signal }));
    caller.abort(); // the refused call is over: its signal must not touch the other one's wait
    gate.resolve("answer");

    expect(refused).toBeInstanceOf(OptionError);
    expect(await first).toBe("answer");
  });

  it("refuses ids that no channel would take", async () => {
    const hosted = own(processor(double, { transport: own(open()) }));

    expect(await rejection(hosted.send(1, { id: "" }))).toMatchObject({ code: "ERR_OPTION" });
    expect(await rejection(hosted.call(1, { id: "x".repeat(201) }))).toMatchObject({ code: "ERR_OPTION" });
  });

  it("a call times out when nobody runs", async () => {
    const clock = new FakeClock();
    const hosted = own(processor(double, { transport: own(open({ clock })), environment: { ...systemEnvironment, clock } }));
    const call = rejection(hosted.call(1, { timeoutMs: 1_000 }));

    await clock.advance(900);
    const early = await Promise.race([call, Promise.resolve("waits")]);
    await clock.advance(110);

    expect(early).toBe("waits");
    expect(await call).toBeInstanceOf(DeadlineError);
  });

  it("calls that do not say wait for the processor's callTimeoutMs", async () => {
    const clock = new FakeClock();
    const hosted = own(
      processor(double, { transport: own(open({ clock })), callTimeoutMs: 50, environment: { ...systemEnvironment, clock } }),
    );
    const result = hosted.sendReceive(1);

    await clock.advance(60);

    expect(await result).toMatchObject({ ok: false, error: { code: "ERR_DEADLINE", retry: "unknown" } });
  });

  it("a response that comes after the timeout is ignored, and its id can be used again", async () => {
    const gate = Promise.withResolvers<string>();
    const hosted = run(
      processor(plainJob({ name: "late", run: (quick: boolean) => (quick ? "quick" : gate.promise) }), {
        transport: own(open()),
        concurrency: 2,
      }),
    );
    expect(await rejection(hosted.call(false, { id: "once", timeoutMs: 20 }))).toBeInstanceOf(DeadlineError);

    const again = hosted.call(true, { id: "twice", timeoutMs: 2_000 });
    gate.resolve("slow");

    expect(await again).toBe("quick");
  });

  it("answers every one of 100,000 calls that wait at once", async () => {
    const hosted = run(processor(double, { transport: own(open()), concurrency: 256, callTimeoutMs: 60_000 }));

    const answers = await Promise.all(Array.from({ length: 100_000 }, (_, n) => hosted.call(n)));

    expect(answers.every((answer, n) => answer === n * 2)).toBe(true);
  }, 60_000);

  it("an aborted call rejects with the signal's reason, whatever that is", async () => {
    const hosted = own(processor(double, { transport: own(open()) }));
    const reasons = [new ProcessError("enough", {}), "enough", 0];
    for (const reason of reasons) {
      const controller = new AbortController();
      const call = rejection(hosted.call(1, { signal: controller.signal }));
      controller.abort(reason);
      expect(await call).toBe(reason);
    }
    expect(await rejection(hosted.call(1, { signal: AbortSignal.abort("before") }))).toBe("before");
    expect(await hosted.sendReceive(1, { signal: AbortSignal.abort("before") })).toMatchObject({
      ok: false,
      error: { code: "ERR_CANCELLED", cause: "before" },
    });
  });

  it("calls leave no listener on a signal that outlives them", async () => {
    const hosted = run(processor(double, { transport: own(open()), concurrency: 8 }));
    const { signal, count } = countedSignal();

    await Promise.all(Array.from({ length: 50 }, (_, n) => hosted.call(n, { signal })));
    await hosted.send(1, { signal });

    expect(count()).toBe(0);
  });
});

/** A signal that knows how many listeners it has. */
function countedSignal(): { readonly signal: AbortSignal; readonly count: () => number } {
  const { signal } = new AbortController();
  let count = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...given: Parameters<AbortSignal["addEventListener"]>) => {
    count++;
    add(...given);
  };
  signal.removeEventListener = (...given: Parameters<AbortSignal["removeEventListener"]>) => {
    count--;
    remove(...given);
  };
  return { signal, count: () => count };
}
