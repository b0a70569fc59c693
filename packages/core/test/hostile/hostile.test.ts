/* oxlint-disable unicorn/no-thenable -- hostile jobs answer with such objects */
import { rejection, until } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import { batch, flatMap, map, pipe, processor } from "../../src/index.ts";
import { belongings } from "../support/belongings.ts";
import { plainJob } from "../support/plain-job.ts";
import { memory, wires } from "../support/wires.ts";

/** `{ value: { value: … } }`, and the same as lists. */
function deep(depth: number, asList: boolean): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = asList ? [value] : { value };
  return value;
}

const echo = plainJob({ name: "echo", run: (value: unknown) => value });

describe.each(wires)("hostile values on the $wire wire", ({ open }) => {
  const { own, run } = belongings();

  it("__proto__ keys pollute nothing, on the way there and back", async () => {
    const hosted = run(processor(echo, { transport: own(open()) }));
    const poisoned = JSON.parse(
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"list":[{"__proto__":{"polluted":1}}]}',
    ) as unknown;

    const result = await hosted.sendReceive(poisoned);

    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    if (result.ok) expect((result.value as { polluted?: unknown }).polluted).toBeUndefined();
    else expect(result.error).toMatchObject({ code: "ERR_ENCODE" });
    expect(await hosted.call("fine")).toBe("fine");
  });

  it.each([true, false])("a depth of 100,000 is carried or refused, and never kills the loop (lists: %s)", async (asList) => {
    const transport = own(open());
    const hosted = run(processor(echo, { transport }));

    const result = await hosted.sendReceive(deep(100_000, asList));

    if (transport.capabilities.wire === "bytes") expect(result).toMatchObject({ ok: false, error: { code: "ERR_ENCODE" } });
    expect(await hosted.call("fine")).toBe("fine");
    expect(await transport.depth("echo")).toMatchObject({ inFlight: 0, ready: 0 });
  });

  it("a response of such a depth is a failed attempt, and never kills the loop", async () => {
    const transport = own(open());
    const hosted = run(processor(plainJob({ name: "digs", run: (good: boolean) => (good ? "fine" : deep(100_000, true)) }), { transport }));

    const result = await hosted.sendReceive(false);

    if (transport.capabilities.wire === "bytes") expect(result).toMatchObject({ ok: false, error: { code: "ERR_ENCODE" } });
    expect(await hosted.call(true)).toBe("fine");
  });

  it("strings of 100 MiB are carried or refused with a code", async () => {
    const hosted = run(processor(plainJob({ name: "weighs", run: (text: string) => text.length }), { transport: own(open()) }));
    const size = 100 * 1024 * 1024;

    const result = await hosted.sendReceive("x".repeat(size));

    if (result.ok) expect(result.value).toBe(size);
    else expect(["ERR_ENCODE", "ERR_TOO_LARGE"]).toContain((result.error as { readonly code?: string }).code);
    expect(await hosted.call("x")).toBe(1);
  }, 30_000);

  it("getters that throw and proxies that refuse are refused at send, or travel untouched", async () => {
    const transport = own(open());
    const hosted = run(processor(plainJob({ name: "takes", run: () => "ran" }), { transport }));
    const throwing = {
      get value(): never {
        throw new Error("boom");
      },
    };
    const refusing = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error("hands off");
        },
        get: () => {
          throw new Error("hands off");
        },
      },
    );

    for (const value of [throwing, { nested: [throwing] }, refusing]) {
      const result = await hosted.sendReceive(value as never);
      if (transport.capabilities.wire === "bytes") expect(result.ok).toBe(false);
    }
    expect(await hosted.call(undefined as never)).toBe("ran");
    expect(await transport.depth("takes")).toMatchObject({ inFlight: 0, ready: 0, dead: 0 });
  });

  it("cycles are carried or refused, never looped over", async () => {
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    const hosted = run(processor(echo, { transport: own(open()) }));

    const result = await hosted.sendReceive(cyclic);

    if (result.ok) expect((result.value as typeof cyclic).self).toBe(result.value);
    else expect(result.error).toMatchObject({ code: "ERR_ENCODE" });
  });

  it("a thenable as response, request or cached value is awaited or passed, never a crash", async () => {
    const angry = {
      then: () => {
        throw new Error("I am no promise");
      },
    };
    const hosted = run(
      processor(
        plainJob({
          name: "thenable",
          run: (which: number): unknown => (which === 0 ? angry : { then: (done: (value: string) => void) => done("settled") }),
        }),
        { transport: own(open()) },
      ),
    );

    expect(await hosted.sendReceive(0)).toMatchObject({ ok: false });
    expect(await hosted.call(1)).toBe("settled");
  });

  it("a thenable that settles twice is answered once", async () => {
    const twice = {
      then: (done: (value: string) => void, fail: (error: Error) => void) => {
        done("first");
        done("second");
        fail(new Error("third"));
      },
    };
    const hosted = run(processor(plainJob({ name: "twice", run: (): unknown => twice }), { transport: own(open()) }));
    const responses = own(await hosted.responseReceiver());

    await hosted.send(undefined, { id: "t" });

    expect(await responses.receive()).toMatchObject({ id: "t", result: { ok: true, value: "first" } });
    expect(await responses.receive({ signal: AbortSignal.timeout(20) }).catch((error: Error) => error.name)).toBe("TimeoutError");
  });

  it("ids and headers that are names of Object.prototype are ordinary", async () => {
    const hosted = run(
      processor(
        plainJob({
          name: "names",
          run: (_: null, _resources, { id, headers }) => `${id} ${Object.hasOwn(headers, "toString") ? headers["toString"] : "none"}`,
        }),
        {
          transport: own(open()),
          concurrency: 4,
        },
      ),
    );

    for (const id of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      expect(await hosted.call(null, { id, headers: { toString: "own" } })).toBe(`${id} own`);
    }
    await hosted.cancel("__proto__");
    expect(await hosted.call(null, { id: "valueOf" })).toBe("valueOf none");
  });

  it("a job that throws at every turn of a long queue leaves nothing behind", async () => {
    const transport = own(open());
    const hosted = run(
      processor(
        plainJob({
          name: "angry",
          run: (at: number) => {
            throw at % 2 === 0 ? undefined : new Error(`${at}`);
          },
        }),
        { transport, concurrency: 16 },
      ),
    );

    await hosted.sendMany(Array.from({ length: 2_000 }, (_, at) => at));
    await until("all are dead", async () => (await transport.depth("angry")).dead === 2_000);

    expect(await transport.depth("angry")).toMatchObject({ ready: 0, inFlight: 0, delayed: 0 });
  });
});

describe("hostile steps", () => {
  const { own, run } = belongings();

  it("an iterable that throws half way, or is none, is the error of its link", async () => {
    const transport = own(memory());
    const first = own(processor(plainJob({ name: "first", run: (which: number) => which }), { transport }));
    const last = own(processor(plainJob({ name: "last", run: (value: number) => value }), { transport }));
    const halfWay = function* (): Generator<number> {
      yield 1;
      throw new RangeError("half way");
    };
    const chain = run(
      pipe(
        first,
        flatMap((which: number) => (which === 0 ? halfWay() : (7 as unknown as Iterable<number>))),
        last,
      ),
    );
    const responses = own(await chain.responseReceiver());

    await chain.send(0, { id: "a" });
    await chain.send(1, { id: "b" });

    const got = [await responses.receive(), await responses.receive()];
    expect(new Map(got.map(({ id, result }) => [id, result.ok]))).toEqual(
      new Map([
        ["a", false],
        ["b", false],
      ]),
    );
  });

  it("a batch whose next stage refuses it answers all its callers", async () => {
    const transport = own(memory({ isolation: "codec" }));
    const first = own(processor(plainJob({ name: "first", run: (value: number) => value }), { transport, concurrency: 8 }));
    const last = own(processor(plainJob({ name: "last", run: (values: readonly unknown[]) => values.length }), { transport }));
    const chain = run(
      pipe(
        first,
        batch({ max: 3, lingerMs: 5 }),
        map(() => [() => "not carried"]),
        last,
      ),
    );

    const errors = await Promise.all([1, 2, 3].map((value) => rejection(chain.call(value))));

    expect(errors).toMatchObject(Array.from({ length: 3 }, () => ({ code: "ERR_ENCODE" })));
  });
});
