import { rejection, until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import {
  type McReceive,
  type Processor,
  processor,
  remote,
  type RequestMessage,
  type ResponseMessage,
  sendReceive,
} from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { wires } from "../support/wires.ts";

/** A processor of a user's own: the five contracts over arrays and promises, and nothing of core. */
class Shouter implements Processor<string, string, void> {
  readonly name = "shouter";
  subscriptions = 0;
  refuses = false;
  answersTwice = false;
  readonly silent = new Set<string>();
  readonly requests: RequestMessage<string>[] = [];
  readonly #receivers = new Set<(message: ResponseMessage<string>) => void>();
  readonly #ends = new Set<() => void>();

  readonly requestSender = () => ({
    send: async (message: RequestMessage<string>): Promise<void> => {
      this.requests.push(message);
      if (this.silent.has(message.request)) return;
      const { id, request } = message;
      const result =
        request === ""
          ? ({ ok: false, error: new RangeError("nothing to shout") } as const)
          : ({ ok: true, value: request.toUpperCase() } as const);
      for (const receive of this.#receivers) {
        receive({ id: "somebody else's", result: { ok: true, value: "?" } });
        receive({ id, result });
        if (this.answersTwice) receive({ id, result: { ok: true, value: "again" } });
      }
    },
  });

  readonly responseReceiver = async (): Promise<McReceive<ResponseMessage<string>>> => {
    this.subscriptions++;
    if (this.refuses) throw new Error("no subscription today");
    const waiting: ResponseMessage<string>[] = [];
    let wake = Promise.withResolvers<void>();
    let closed = false;
    const receive = (message: ResponseMessage<string>): void => {
      waiting.push(message);
      wake.resolve();
    };
    const end = (): void => {
      closed = true;
      wake.resolve();
    };
    this.#receivers.add(receive);
    this.#ends.add(end);
    const next = async (): Promise<ResponseMessage<string> | undefined> => {
      while (waiting.length === 0 && !closed) {
        await wake.promise;
        wake = Promise.withResolvers<void>();
      }
      return waiting.shift();
    };
    return {
      receive: async () => (await next()) ?? Promise.reject(new Error("closed")),
      async *[Symbol.asyncIterator]() {
        for (let message = await next(); message !== undefined; message = await next()) yield message;
      },
      [Symbol.asyncDispose]: async () => {
        this.#receivers.delete(receive);
        end();
      },
    };
  };

  readonly run = async (): Promise<void> => undefined;

  breakOff(): void {
    for (const end of this.#ends) end();
    this.#ends.clear();
    this.#receivers.clear();
  }
}

describe("sendReceive over a processor that core did not make", () => {
  const { own } = belongings();

  it("subscribes once, before it sends, and finds its answers among others", async () => {
    const shouter = new Shouter();
    const calls = own(sendReceive(shouter));

    expect(await Promise.all(["a", "b", "c"].map((word) => calls.call(word)))).toEqual(["A", "B", "C"]);
    expect(await calls.sendReceive("")).toMatchObject({ ok: false, error: { message: "nothing to shout" } });
    expect(await rejection(calls.call(""))).toBeInstanceOf(RangeError);
    expect(shouter.subscriptions).toBe(1);
    expect(new Set(shouter.requests.map(({ id }) => id)).size).toBe(5);
  });

  it("ignores duplicate answers", async () => {
    const shouter = new Shouter();
    shouter.answersTwice = true;
    const calls = own(sendReceive(shouter));

    expect(await calls.call("a")).toBe("A");
    expect(await calls.call("b")).toBe("B");
  });

  it("refuses an id while a call with it waits, and that call still gets its answer", async () => {
    const shouter = new Shouter();
    const calls = own(sendReceive(shouter));
    const first = calls.call("a", { id: "same" });

    expect(await calls.sendReceive("b", { id: "same" })).toMatchObject({ ok: false, error: { code: "ERR_OPTION" } });

    expect(await first).toBe("A");
    expect(await calls.call("c", { id: "same" })).toBe("C");
  });

  it("times out, and can be aborted", async () => {
    const shouter = new Shouter();
    shouter.silent.add("hush");
    const calls = own(sendReceive(shouter));
    const controller = new AbortController();
    const aborted = rejection(calls.call("hush", { signal: controller.signal }));

    expect(await calls.sendReceive("hush", { timeoutMs: 20 })).toMatchObject({ ok: false, error: { code: "ERR_DEADLINE" } });
    controller.abort("enough");

    expect(await aborted).toBe("enough");
  });

  it("subscribes again when the subscription could not be made, or ended", async () => {
    const shouter = new Shouter();
    const calls = own(sendReceive(shouter));
    shouter.refuses = true;
    expect(await calls.sendReceive("a")).toMatchObject({ ok: false, error: { message: "no subscription today" } });
    shouter.refuses = false;
    expect(await calls.call("a")).toBe("A");
    shouter.silent.add("hush");
    const waits = calls.sendReceive("hush");
    await until("it is sent", () => shouter.requests.length === 2);

    shouter.breakOff();

    expect(await waits).toMatchObject({ ok: false, error: { code: "ERR_CLOSED" } });
    expect(await calls.call("b")).toBe("B");
  });

  it("is closed once it is disposed, and what waits is told", async () => {
    const shouter = new Shouter();
    shouter.silent.add("hush");
    const calls = sendReceive(shouter);
    const waits = calls.sendReceive("hush");
    await until("it is sent", () => shouter.requests.length === 1);

    await calls[Symbol.asyncDispose]();

    expect(await waits).toMatchObject({ ok: false, error: { code: "ERR_CLOSED" } });
    expect(await calls.sendReceive("a")).toMatchObject({ ok: false, error: { code: "ERR_CLOSED" } });
  });
});

describe.each(wires)("remote jobs on the $wire wire", ({ open }) => {
  const { own, run } = belongings();

  it("a queue can run its work on another host", async () => {
    const inner = run(processor(plainJob({ name: "inner", run: (n: number) => n + 1 }), { transport: own(open()), concurrency: 4 }));
    const outer = run(processor(remote(inner), { transport: own(open()), concurrency: 4 }));

    expect(outer.name).toBe("inner");
    expect(await Promise.all([1, 2, 3, 4].map((n) => outer.call(n)))).toEqual([2, 3, 4, 5]);
  });

  it("a queue can run its work on a processor of a user's own", async () => {
    const shouter = new Shouter();
    const outer = run(processor(remote(shouter), { transport: own(open()) }));

    expect(await outer.call("hello")).toBe("HELLO");
    expect(await outer.sendReceive("")).toMatchObject({ ok: false, error: { name: "RangeError" } });
  });

  it("errors keep their class through both, where both know it", async () => {
    class LeafError extends Error {
      override readonly name = "LeafError";
    }
    const leaf = plainJob({
      name: "leaf",
      errors: [LeafError],
      run: (): never => {
        throw new LeafError("deep");
      },
    });
    const inner = run(processor(leaf, { transport: own(open()) }));
    const outer = run(processor(remote(inner), { transport: own(open()) }));

    expect(await rejection(outer.call(undefined))).toBeInstanceOf(LeafError);
  });

  it("cancelling the outer request cancels the inner one", async () => {
    const begun = Promise.withResolvers<void>();
    const told = Promise.withResolvers<unknown>();
    const leaf = plainJob({
      name: "leaf",
      run: (_: null, _resources, { signal }) => {
        begun.resolve();
        return new Promise<never>((_resolve, reject) =>
          signal.addEventListener("abort", () => {
            told.resolve(signal.reason);
            reject(signal.reason as Error);
          }),
        );
      },
    });
    const inner = run(processor(leaf, { transport: own(open()) }));
    const outer = run(processor(remote(inner), { transport: own(open()) }));
    const result = outer.sendReceive(null, { id: "outer" });
    await begun.promise;

    await outer.cancel("outer");

    expect(await told.promise).toMatchObject({ code: "ERR_CANCELLED" });
    expect(await result).toMatchObject({ ok: false, error: { code: "ERR_CANCELLED" } });
  });

  it("a host hears on whose behalf it is called, the same id in every attempt", async () => {
    const origins: unknown[] = [];
    const host = Object.assign(new Shouter(), {
      call: async (_request: string, options?: object): Promise<string> => {
        origins.push((options as { readonly origin?: unknown }).origin);
        if (origins.length < 2) throw new Error("its worker died");
        return "done";
      },
      sendReceive: async (): Promise<never> => {
        throw new Error("not what remote uses");
      },
    });
    const outer = run(processor(remote(host), { transport: own(open()), retry: { attempts: 2, backoff: { kind: "fixed", baseMs: 1 } } }));

    expect(await outer.call("a", { id: "outer" })).toBe("done");
    expect(origins).toEqual(["outer", "outer"]);
  });

  it("the deadline is handed on", async () => {
    const leaf = plainJob({ name: "leaf", run: (_: null, _resources, { deadline }) => deadline ?? null });
    const inner = run(processor(leaf, { transport: own(open()) }));
    const outer = run(processor(remote(inner), { transport: own(open()) }));
    const deadline = Date.now() + 20_000;

    const handed = await outer.call(null, { deadline, timeoutMs: 60_000 });

    expect(Math.abs((handed ?? 0) - deadline)).toBeLessThan(1_000);
  });
});
