import { FakeClock, rejection, turns, until } from "@job-orch/test-support";
import { Keyv } from "keyv";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import {
  type CachedOptions,
  type CacheStore,
  cached,
  defineJob,
  OptionError,
  processor,
  type RunContext,
  systemEnvironment,
} from "../src/index.ts";
import { belongings } from "./support/belongings.ts";
import { runContext, type TestContext } from "./support/run-context.ts";
import { wires } from "./support/wires.ts";

class Down extends Error {}

/** A job that is counted and whose runs end when the test says so, over a store, with a clock of the test's own. */
function counted(store: CacheStore = new Map(), options: Partial<CachedOptions<string>> = {}) {
  const clock = new FakeClock();
  const open: { readonly context: RunContext; readonly end: (answer: unknown) => Promise<void> }[] = [];
  const job = defineJob({
    name: "look-up",
    errors: [Down],
    run: (_word: string, _: void, context) =>
      new Promise<unknown>((resolve, reject) => {
        const end = async (answer: unknown): Promise<void> => {
          if (answer instanceof Error) reject(answer);
          else resolve(answer);
          await turns();
        };
        open.push({ context, end });
      }),
  });
  const made = cached(job, store, { key: (word) => word, ttlMs: 1_000, clock, ...options });
  /** As a processor does: asks the cache, then runs. */
  const request = async (word: string, context: TestContext = runContext()): Promise<{ response: unknown; ran: boolean }> => {
    const hit = await made.getCache?.(word, undefined, context);
    if (hit !== undefined) return { ...hit, ran: false };
    return { response: await made.run(word, undefined, context), ran: true };
  };
  const fill = async (word: string, answer: unknown): Promise<void> => {
    const filled = request(word);
    await turns();
    await open.at(-1)?.end(answer);
    await filled;
  };
  return { clock, open, job, made, request, fill, runs: () => open.length };
}

/** Stores that answer at once, later, and over Keyv's own JSON. */
const stores: readonly { readonly kind: string; readonly make: () => CacheStore }[] = [
  { kind: "Map", make: () => new Map<string, unknown>() },
  { kind: "Keyv", make: () => new Keyv() },
  { kind: "Keyv over a Map of its own", make: () => new Keyv({ store: new Map(), namespace: "ns" }) },
];

describe.each(stores)("cached over $kind", ({ make }) => {
  it("answers without running, until the time is up", async () => {
    const { clock, request, fill, runs, open } = counted(make());
    await fill("a", "A");
    expect(await request("a")).toEqual({ response: "A", ran: false });
    await clock.advance(999);
    expect(await request("a")).toEqual({ response: "A", ran: false });
    expect(runs()).toBe(1);
    await clock.advance(1);
    const again = request("a");
    await until("it runs again", () => runs() === 2);
    await open[1]?.end("AA");
    expect(await again).toEqual({ response: "AA", ran: true });
  });

  it.each([[undefined], [null], [0], [""], [new Map([[1n, new Date(0)]])], [{ error: "not one" }], [{ response: 1 }]])(
    "takes %o for a hit like any other",
    async (answer) => {
      const { request, fill, runs } = counted(make());
      await fill("a", answer);
      expect(await request("a")).toStrictEqual({ response: answer, ran: false });
      expect(runs()).toBe(1);
    },
  );

  it("gives every hit a copy of its own", async () => {
    const { request, fill } = counted(make());
    const answer = { list: [1] };
    await fill("a", answer);
    answer.list.push(2);
    const { response } = await request("a");
    (response as typeof answer).list.push(3);
    expect(await request("a")).toEqual({ response: { list: [1] }, ran: false });
  });

  it("runs equal requests once while the first one runs, and others on their own", async () => {
    const { request, runs, open } = counted(make());
    const equal = Array.from({ length: 20 }, () => request("a"));
    const other = request("b");
    await until("both run", () => runs() === 2);
    equal.push(request("a"));
    await turns();
    await open[0]?.end("A");
    await open[1]?.end("B");
    expect((await Promise.all(equal)).map(({ response }) => response)).toEqual(Array(21).fill("A"));
    expect((await other).response).toBe("B");
    expect(runs()).toBe(2);
    expect((await request("a")).ran).toBe(false);
  });

  it("keeps the answers of other jobs and versions apart", async () => {
    const store = make();
    const one = defineJob({ name: "one", version: 1, run: async (_: string) => "one" });
    const options = { key: (word: string) => word, ttlMs: 1_000 };
    const two = defineJob({ name: "one", version: 2, run: async (_: string) => "two" });
    const other = defineJob({ name: "other", version: 1, run: async (_: string) => "other" });
    for (const job of [one, two, other])
      expect(await cached(job, store, options).run("a", undefined, runContext())).toBe(await job.run("a", undefined, runContext()));
    expect(await cached(one, store, options).getCache?.("a", undefined, runContext())).toEqual({ response: "one" });
  });
});

describe("run alone, without the cache being asked before,", () => {
  it("asks it itself", async () => {
    const { made, fill, runs } = counted();
    await fill("a", "A");
    expect(await made.run("a", undefined, runContext())).toBe("A");
    expect(runs()).toBe(1);
  });
});

describe("a flight", () => {
  it("that fails fails for all that joined it, and is not kept", async () => {
    const { request, open, runs, fill } = counted();
    const both = [request("a"), request("a")].map((asked) => rejection(asked));
    await turns();
    const down = new Down("down");
    await open[0]?.end(down);
    expect(await Promise.all(both)).toEqual([down, down]);
    await fill("a", "A");
    expect(runs()).toBe(2);
  });

  it("whose leader is told to stop is led by the next one", async () => {
    const { request, open, runs } = counted();
    const leader = runContext();
    const stopped = rejection(request("a", leader));
    const others = [request("a"), request("a")];
    await turns();
    leader.abort(new Error("cancelled"));
    await open[0]?.end(new Error("stopped half way"));
    expect(await stopped).toEqual(new Error("cancelled"));
    expect(runs()).toBe(2);
    await open[1]?.end("A");
    expect((await Promise.all(others)).map(({ response }) => response)).toEqual(["A", "A"]);
  });

  it("can be left by who is told to stop", async () => {
    const { request, open } = counted();
    const leader = request("a");
    const context = runContext();
    const follower = rejection(request("a", context));
    await turns();
    context.abort(new Error("cancelled"));
    expect(await follower).toEqual(new Error("cancelled"));
    await open[0]?.end("A");
    expect((await leader).response).toBe("A");
  });

  it("is not repeated by who looked into a slow store before it landed", async () => {
    const kept = new Map<string, unknown>();
    const looks: (() => void)[] = [];
    const slow: CacheStore = {
      get: (key) => {
        const seen = kept.get(key);
        return new Promise((resolve) => looks.push(() => resolve(seen)));
      },
      set: async (key, text) => void kept.set(key, text),
      delete: async (key) => kept.delete(key),
    };
    const { request, open, runs } = counted(slow, { staleMs: 1_000 });
    const first = request("a");
    looks.shift()?.();
    await turns();
    const second = request("a"); // looks while the first one runs, and sees nothing
    await open[0]?.end("A");
    await first;
    looks.shift()?.();
    await turns();
    looks.shift()?.(); // so it looks again
    expect(await second).toEqual({ response: "A", ran: false });
    expect(runs()).toBe(1);
  });
});

describe("a stale response", () => {
  const stale = async (options: Partial<CachedOptions<string>> = {}) => {
    const made = counted(new Map(), { staleMs: 5_000, ...options });
    await made.fill("a", "old");
    await made.clock.advance(1_000);
    return made;
  };

  it("is given to all but the one that renews it", async () => {
    const { request, open, runs } = await stale();
    const renewing = request("a");
    await turns();
    expect(await Promise.all([request("a"), request("a")])).toEqual([
      { response: "old", ran: false },
      { response: "old", ran: false },
    ]);
    await open[1]?.end("new");
    expect(await renewing).toEqual({ response: "new", ran: true });
    expect(await request("a")).toEqual({ response: "new", ran: false });
    expect(runs()).toBe(2);
  });

  it("is given out when the renewal fails, and the next request tries again", async () => {
    const { request, open, runs } = await stale();
    const context = runContext();
    const renewing = request("a", context);
    await turns();
    await open[1]?.end(new Down("down"));
    expect(await renewing).toEqual({ response: "old", ran: true });
    expect(context.logged).toEqual([["warn", "the job failed; a stale response goes out", { error: new Down("down") }]]);
    void request("a");
    await turns();
    expect(runs()).toBe(3);
    await open[2]?.end("new");
  });

  it("is not given out after its time", async () => {
    const { clock, request, open } = await stale();
    await clock.advance(5_000);
    const asked = rejection(request("a"));
    await turns();
    await open[1]?.end(new Down("down"));
    expect(await asked).toEqual(new Down("down"));
  });
});

describe("errors", () => {
  it("are kept as long as asked for, and come back as what they were", async () => {
    const { clock, request, open, runs } = counted(new Keyv(), { negative: { ttlMs: 100 } });
    const first = rejection(request("a"));
    await until("it runs", () => runs() === 1);
    await open[0]?.end(Object.assign(new Down("down"), { status: 503 }));
    expect(await first).toBeInstanceOf(Down);
    const second = await rejection(request("a"));
    expect(second).toBeInstanceOf(Down);
    expect(second).toMatchObject({ message: "down", status: 503 });
    expect(runs()).toBe(1);
    await clock.advance(100);
    void request("a");
    await until("it runs again", () => runs() === 2);
    await open[1]?.end("A");
  });

  it("are kept only when they are of the kind to be kept, and not when the test for that fails", async () => {
    for (const when of [
      (error: unknown) => error instanceof Down,
      () => {
        throw new Error("no");
      },
    ]) {
      // prettier-ignore
      const { request, open, runs } = counted(new Map(), { negative: { ttlMs: 100, when } });
      for (let n = 1; n <= 2; n++) {
        const asked = rejection(request("a"));
        await turns();
        expect(runs()).toBe(n);
        await open[n - 1]?.end(new RangeError("other"));
        expect(await asked).toBeInstanceOf(Error);
      }
    }
  });

  it("of who is told to stop are not kept", async () => {
    const { request, open, runs } = counted(new Map(), { negative: { ttlMs: 100 } });
    const context = runContext();
    const asked = rejection(request("a", context));
    await turns();
    context.abort();
    await open[0]?.end(new Down("stopped"));
    await asked;
    void request("a");
    await turns();
    expect(runs()).toBe(2);
    await open[1]?.end("A");
  });
});

describe("a store", () => {
  const rubbish: readonly (readonly [string, unknown])[] = [
    ["text that is none of ours", "hello"], ["half of an entry", '\n[1,2,{"resp'], ["another shape", ' {"a":1}'], ["a short list", " [1]"], ["an entry of nothing", " [9e15,9e15,{}]"], ["a number", 5], ["an object", { a: 1 }], ["null", null],
  ]; // prettier-ignore
  it.each<[string, Partial<CacheStore>]>([
    ["throws at get", { get: () => { throw new Down(); } }],
    ["rejects get", { get: () => Promise.reject(new Down()) }],
    ["throws at set", { set: () => { throw new Down(); } }],
    ["rejects set", { set: () => Promise.reject(new Down()) }],
    ...rubbish.map(([what, held]): [string, Partial<CacheStore>] => [`holds ${what}`, { get: async () => held }]),
  ])("that %s fails no job", async (_, broken) => {
    const { request, fill, runs, open } = counted({ get: () => undefined, set: () => undefined, delete: () => undefined, ...broken });
    await fill("a", "A");
    const context = runContext();
    const asked = request("a", context);
    await turns();
    await open[1]?.end("A");
    expect(await asked).toEqual({ response: "A", ran: true });
    expect(runs()).toBe(2);
    for (const [level] of context.logged) expect(level).toBe("warn");
  }); // prettier-ignore

  it("that hangs holds no job up for longer than asked for", async () => {
    const never = new Promise<never>(() => undefined);
    const { clock, request, open, runs } = counted({ get: () => never, set: () => never, delete: () => never }, { storeTimeoutMs: 200 });
    const context = runContext();
    const asked = request("a", context);
    await clock.advance(199);
    expect(runs()).toBe(0);
    await clock.advance(1);
    expect(runs()).toBe(1);
    await open[0]?.end("A");
    await clock.advance(200);
    expect(await asked).toEqual({ response: "A", ran: true });
    expect(context.logged.map(([, message]) => message)).toEqual(["the cache could not be read", "the cache could not be written"]);
    expect(clock.pending).toBe(0);
  });

  it("is not given what the codec refuses", async () => {
    const { request, fill, runs, open } = counted();
    await fill("a", () => "a function");
    const asked = request("a");
    await turns();
    expect(runs()).toBe(2);
    await open[1]?.end("A");
    expect((await asked).response).toBe("A");
  });

  it("whose entry does not fit the schema any more has none", async () => {
    const store = new Map();
    const options = { key: String, ttlMs: 1_000 };
    const before = defineJob({ name: "n", request: z.number(), run: async () => "text" });
    await cached(before, store, options).run(1, undefined, runContext());
    for (const response of [z.number(), z.number().refine(async () => Promise.resolve(true))]) {
      const after = cached(defineJob({ name: "n", request: z.number(), response, run: async (n) => n }), store, options);
      const context = runContext();
      expect(await after.getCache?.(1, undefined, context)).toBe(undefined);
      expect(context.logged[0]?.[1]).toContain("does not fit");
      expect(store.size).toBe(0);
      expect(await after.run(1, undefined, context)).toBe(1);
      await cached(before, store, options).run(2, undefined, runContext());
      store.set("n:1", store.get("n:2"));
      store.delete("n:2");
    }
  });

  it("that is a Map is bounded, by entries and by characters, the oldest first", async () => {
    const many = new Map<string, unknown>();
    const job = cached(defineJob({ name: "n", run: (n: number) => n }), many, { key: String, ttlMs: 60_000 });
    for (let n = 0; n < 10_500; n++) await job.run(n, undefined, runContext());
    expect(many.size).toBeLessThanOrEqual(10_000);
    expect(many.has("n:10499")).toBe(true);
    expect(many.has("n:0")).toBe(false);

    const large = new Map<string, unknown>();
    const long = cached(defineJob({ name: "n", run: (_: number) => "x".repeat(8 * 1024 * 1024) }), large, { key: String, ttlMs: 60_000 });
    for (let n = 0; n < 12; n++) await long.run(n, undefined, runContext());
    expect(large.size).toBeGreaterThan(2);
    expect(large.size).toBeLessThanOrEqual(8);
    expect(large.has("n:11")).toBe(true);
  });
});

describe("a key", () => {
  it.each([
    () => {
      throw new Error("no");
    },
    () => 5 as never,
    () => undefined as never,
  ])("that cannot be made only costs the cache: %o", async (key) => {
    // prettier-ignore
    const { request, open } = counted(new Map(), { key });
    const context = runContext();
    const asked = request("a", context);
    await turns();
    await open[0]?.end("A");
    expect(await asked).toEqual({ response: "A", ran: true });
    expect(context.logged[0]?.[0]).toBe("warn");
  });
});

describe("a cached job", () => {
  it("has the type of the job", () => {
    const job = defineJob({
      name: "typed",
      request: z.object({ n: z.coerce.number() }),
      response: z.string(),
      run: ({ n }, pool: Map<number, string>) => pool.get(n) ?? "",
    });
    const made = cached(job, new Keyv(), {
      key: (request) => {
        expectTypeOf(request).toEqualTypeOf<{ n: number }>();
        return String(request.n);
      },
      ttlMs: 1,
    });
    expectTypeOf(made).toEqualTypeOf(job);
    expect(made).toMatchObject({ name: "typed", request: job.request, response: job.response });
  });

  it("still asks the cache that the job brings along", async () => {
    const job = defineJob({ name: "own", run: (n: number) => n, getCache: (n) => (n === 1 ? { response: 10 } : undefined) });
    const made = cached(job, new Map(), { key: String, ttlMs: 1_000 });
    expect(await made.getCache?.(1, undefined, runContext())).toEqual({ response: 10 });
    expect(await made.getCache?.(2, undefined, runContext())).toBe(undefined);
  });

  it.each([{ ttlMs: 0 }, { staleMs: -1 }, { negative: { ttlMs: Number.NaN } }, { storeTimeoutMs: 0 }])(
    "refuses options out of range: %o",
    (wrong) => {
      expect(() => counted(new Map(), wrong)).toThrow(OptionError);
    },
  );
});

describe.each(wires)("a processor of a cached job on the $wire wire", ({ open }) => {
  const { own, run } = belongings();

  it("runs equal requests once, answers further ones at the caller's side, and says so", async () => {
    let runs = 0;
    const job = defineJob({
      name: "slow", request: z.object({ n: z.coerce.number() }),
      run: async ({ n }) => { runs++; await turns(); return n * 2; },
    }); // prettier-ignore
    const transport = own(open());
    const made = cached(job, new Map(), { key: ({ n }) => String(n), ttlMs: 60_000 });
    const hosted = run(processor(made, { transport, concurrency: 8, environment: systemEnvironment }));
    const where: string[] = [];
    hosted.on("cached", (event) => where.push(event.where));
    expect(await Promise.all(Array.from({ length: 5 }, () => hosted.call({ n: "4" })))).toEqual([8, 8, 8, 8, 8]);
    expect([runs, where]).toEqual([1, []]);
    expect(await hosted.call({ n: 4 })).toBe(8);
    const responses = own(await hosted.responseReceiver());
    const id = await hosted.send({ n: 4 });
    expect(await responses.receive()).toMatchObject({ id, result: { ok: true, value: 8 }, headers: { "job-orch-cached": "processor" } });
    expect([runs, where]).toEqual([1, ["caller", "processor"]]);
  });
});
