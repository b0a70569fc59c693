import { AsyncLocalStorage } from "node:async_hooks";
import { channel, tracingChannel } from "node:diagnostics_channel";
import { FakeClock, rejection, turns } from "@job-orch/test-support";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import {
  AttemptTimeoutError, BusyError, bulkhead, circuitBreaker, defineJob, type JobRunTrace, type Layer, layer, OptionError, rateLimit, type Run, type RunContext,
  timeout, trace, validate, ValidationError, withLayers,
} from "../src/index.ts"; // prettier-ignore
import { runContext } from "./support/run-context.ts";

const upper = defineJob({
  name: "upper",
  request: z.string(),
  response: z.string(),
  version: 2,
  run: (text, _: void, { id }) => `${id}:${text.toUpperCase()}`,
});

/** A job whose runs end when the test says so. */
function gated() {
  const open: { readonly request: string; readonly context: RunContext; readonly end: (answer?: string | Error) => Promise<void> }[] = [];
  const job: Run<string, string> & { readonly name: string } = {
    name: "gated",
    run: (request, _, context) =>
      new Promise((resolve, reject) => {
        const end = async (answer: string | Error = request): Promise<void> => {
          if (answer instanceof Error) reject(answer);
          else resolve(answer);
          await turns();
        };
        open.push({ request, context, end });
      }),
  };
  return { job, open, names: () => open.map(({ request }) => request).join("") };
}

/** What became of a promise so far. */
function watched<Value>(promise: PromiseLike<Value> | Value): { value?: Value; error?: unknown } {
  const state: { value?: Value; error?: unknown } = {};
  void Promise.resolve(promise).then(
    (value) => (state.value = value),
    (error: unknown) => (state.error = error),
  );
  return state;
}

describe("withLayers", () => {
  const mark = (sign: string): Layer =>
    layer((run, name) => async (request, resources, context) => `${sign}${name}(${String(await run(request, resources, context))})`);

  it("puts the first layer outermost and keeps the job's type, name and schemas", async () => {
    const layered = withLayers(upper, mark("a"), mark("b"));
    expectTypeOf(layered).toEqualTypeOf(upper);
    expect(layered).toMatchObject({ name: "upper", version: 2, request: upper.request, response: upper.response });
    expect(await layered.run("x", undefined, runContext({ id: "7" }))).toBe("aupper(bupper(7:X))");
    expect(await upper.run("x", undefined, runContext({ id: "7" }))).toBe("7:X");
  });

  it("takes an instance of a class, with its private fields", async () => {
    class Shop {
      readonly name = "shop";
      readonly #price = 3;
      getCache = undefined;
      run(count: number): number {
        return this.#price * count;
      }
    }
    const layered = withLayers(new Shop(), mark("a"));
    expect(layered).toBeInstanceOf(Shop);
    expect(await layered.run(2)).toBe("ashop(6)");
  });

  it("keeps the cache of a job, asked as its member", async () => {
    class Known {
      readonly #known = "yes";
      run(): string {
        return "no";
      }
      getCache(): { response: string } {
        return { response: this.#known };
      }
    }
    expect(withLayers(new Known(), mark("a")).getCache()).toEqual({ response: "yes" });
  });
});

describe("timeout", () => {
  it("fails what takes too long and tells it to stop", async () => {
    const clock = new FakeClock();
    const { job, open } = gated();
    const answer = watched(withLayers(job, timeout(100, { clock })).run("a", undefined, runContext()));
    await clock.advance(99);
    expect([answer, open[0]?.context.signal.aborted]).toEqual([{}, false]);
    await clock.advance(1);
    expect(answer.error).toBeInstanceOf(AttemptTimeoutError);
    expect(answer.error).toMatchObject({ retry: "later", message: '"gated" took longer than 100 ms' });
    expect(open[0]?.context.signal.reason).toBe(answer.error);
    await open[0]?.end(new Error("too late to matter"));
  });

  it("leaves alone what is in time, and no timer behind", async () => {
    const clock = new FakeClock();
    const { job, open } = gated();
    const layered = withLayers(job, timeout(100, { clock }));
    const [well, badly] = [watched(layered.run("a", undefined, runContext())), watched(layered.run("b", undefined, runContext()))];
    await open[0]?.end("done");
    await open[1]?.end(new RangeError("no"));
    expect([well.value, badly.error]).toEqual(["done", new RangeError("no")]);
    expect(clock.pending).toBe(0);
    expect(withLayers(upper, timeout(1, { clock })).run("x", undefined, runContext())).toBe("1:X");
    expect(clock.pending).toBe(0);
  });

  it("passes the outer signal on, also one that is aborted already, and nothing else of the context changes", async () => {
    const { job, open } = gated();
    const context = runContext({ id: "9", attempt: 3, headers: { a: "b" }, deadline: 5, fence: 4 });
    const answer = watched(withLayers(job, timeout(60_000)).run("a", undefined, context));
    const inner = open[0]?.context;
    expect(inner).toMatchObject({
      id: "9",
      attempt: 3,
      headers: { a: "b" },
      deadline: 5,
      fence: 4,
      progress: context.progress,
      log: context.log,
    });
    expect(inner?.signal.aborted).toBe(false);
    context.abort(new Error("enough"));
    expect(inner?.signal.reason).toEqual(new Error("enough"));
    const late = watched(withLayers(job, timeout(60_000)).run("b", undefined, context));
    expect(open[1]?.context.signal.reason).toEqual(new Error("enough"));
    for (const { end } of open) await end();
    expect([answer.value, late.value]).toEqual(["a", "b"]);
  });

  it("tells a job that looks at its signal only after the time is up", async () => {
    const clock = new FakeClock();
    const { job, open } = gated();
    const answer = watched(withLayers(job, timeout(10, { clock })).run("a", undefined, runContext()));
    await clock.advance(10);
    expect(open[0]?.context.signal.reason).toBe(answer.error);
    await open[0]?.end();
  });
});

describe("rateLimit", () => {
  it("lets a burst through and then so many per span, in order", async () => {
    const clock = new FakeClock();
    const { job, names } = gated();
    const layered = withLayers(job, rateLimit({ limit: 2, perMs: 1_000, clock }));
    for (const request of "abcde") watched(layered.run(request, undefined, runContext()));
    await turns();
    expect(names()).toBe("ab");
    await clock.advance(499);
    expect(names()).toBe("ab");
    await clock.advance(1);
    expect(names()).toBe("abc");
    await clock.advance(1_000);
    expect(names()).toBe("abcde");
    expect(clock.pending).toBe(0);
  });

  it("never saves up more than the limit, and a clock that is set back takes nothing away", async () => {
    let nowMs = 1_000_000;
    const { job, names } = gated();
    const layered = withLayers(
      job,
      rateLimit({ limit: 2, perMs: 10, maxWaiting: 0, clock: { now: () => nowMs, after: () => ({ cancel: () => undefined }) } }),
    );
    nowMs += 1_000;
    for (const request of "abc") watched(layered.run(request, undefined, runContext()));
    expect(names()).toBe("ab");
    nowMs -= 500;
    watched(layered.run("d", undefined, runContext()));
    expect(names()).toBe("ab");
    nowMs += 5;
    watched(layered.run("e", undefined, runContext()));
    expect(names()).toBe("abe");
  });

  it("is one limit for all jobs it is put on", () => {
    const { job, names } = gated();
    const limit = rateLimit({ limit: 1, perMs: 60_000, maxWaiting: 0 });
    watched(withLayers(job, limit).run("a", undefined, runContext()));
    watched(withLayers(job, limit).run("b", undefined, runContext()));
    expect(names()).toBe("a");
  });

  it("refuses when too many wait, and says when there is room", async () => {
    const clock = new FakeClock();
    const { job } = gated();
    const layered = withLayers(job, rateLimit({ limit: 1, perMs: 1_000, maxWaiting: 1, clock }));
    const [, waits, refused] = "abc".split("").map((request) => watched(layered.run(request, undefined, runContext())));
    await turns();
    expect(waits).toEqual({});
    expect(refused?.error).toBeInstanceOf(BusyError);
    expect(refused?.error).toMatchObject({ code: "ERR_BUSY", retry: "later", layer: "rateLimit", retryAfterMs: 2_000 });
  });

  it("lets go of who is told to stop, and of its timer", async () => {
    const clock = new FakeClock();
    const { job, names } = gated();
    const layered = withLayers(job, rateLimit({ limit: 1, perMs: 3_600_000, clock }));
    watched(layered.run("a", undefined, runContext()));
    const context = runContext();
    const waits = watched(layered.run("b", undefined, context));
    expect(clock.pending).toBe(1);
    context.abort(new Error("enough"));
    await turns();
    expect(waits.error).toEqual(new Error("enough"));
    expect(clock.pending).toBe(0);
    expect(await rejection(Promise.resolve(layered.run("c", undefined, context)))).toEqual(new Error("enough"));
    expect(names()).toBe("a");
  });
});

describe("bulkhead", () => {
  it("lets so many run at once, the others in order, however the runs end", async () => {
    const { job, open, names } = gated();
    const layered = withLayers(job, bulkhead({ concurrency: 2 }));
    const answers = "abcd".split("").map((request) => watched(layered.run(request, undefined, runContext())));
    expect(names()).toBe("ab");
    await open[1]?.end(new Error("no"));
    expect(names()).toBe("abc");
    await open[0]?.end();
    await open[2]?.end();
    await open[3]?.end();
    expect(answers.map(({ value, error }) => value ?? error)).toEqual(["a", new Error("no"), "c", "d"]);
  });

  it("frees the place of what returns or throws at once", () => {
    const layered = withLayers(
      { run: (n: number) => { if (n < 0) throw new RangeError("negative"); return n; } },
      bulkhead({ concurrency: 1, maxWaiting: 0 }),
    ); // prettier-ignore
    expect([1, 2, 3].map((n) => layered.run(n))).toEqual([1, 2, 3]);
    expect(() => layered.run(-1)).toThrow(RangeError);
    expect(layered.run(4)).toBe(4);
  });

  it("refuses when too many wait; who leaves makes room", async () => {
    const { job, open, names } = gated();
    const layered = withLayers(job, bulkhead({ concurrency: 1, maxWaiting: 1 }));
    watched(layered.run("a", undefined, runContext()));
    const context = runContext();
    watched(layered.run("b", undefined, context));
    const refused = watched(layered.run("c", undefined, runContext()));
    await turns();
    expect(refused.error).toMatchObject({ layer: "bulkhead", retryAfterMs: undefined });
    context.abort();
    watched(layered.run("d", undefined, runContext()));
    await open[0]?.end();
    expect(names()).toBe("ad");
    await open[1]?.end();
    watched(layered.run("e", undefined, runContext()));
    expect(names()).toBe("ade");
  });
});

describe("circuitBreaker", () => {
  const flaky = (clock: FakeClock, options: Parameters<typeof circuitBreaker>[0] = {}) => {
    let runs = 0;
    const layered = withLayers(
      { run: (error: Error | undefined) => { runs++; if (error !== undefined) throw error; return "well"; } },
      circuitBreaker({ minimumRuns: 4, windowMs: 1_000, openMs: 500, clock, ...options }),
    ); // prettier-ignore
    const one = (error?: Error): unknown => {
      try {
        return layered.run(error);
      } catch (thrown) {
        return thrown;
      }
    };
    return { one, runs: () => runs };
  };
  const down = new Error("down");

  it("opens when half of the runs failed, and then runs nothing", () => {
    const clock = new FakeClock();
    const { one, runs } = flaky(clock);
    for (const error of [undefined, down, undefined]) one(error);
    expect(one()).toBe("well");
    one(down);
    expect(one(down)).toBe(down);
    expect(one()).toMatchObject({ code: "ERR_BUSY", layer: "circuitBreaker", retryAfterMs: 500 });
    expect(runs()).toBe(6);
  });

  it("lets one try after a while: well closes it, badly keeps it open", async () => {
    const clock = new FakeClock();
    const { one, runs } = flaky(clock);
    for (let n = 0; n < 4; n++) one(down);
    await clock.advance(500);
    expect(one(down)).toBe(down);
    expect(one()).toBeInstanceOf(BusyError);
    await clock.advance(500);
    expect(one()).toBe("well");
    for (let n = 0; n < 3; n++) expect(one(down)).toBe(down); // it counts anew
    expect(runs()).toBe(9);
  });

  it("lets one at a time try, and another when that one never ends", async () => {
    const clock = new FakeClock();
    const { job, open, names } = gated();
    const layered = withLayers(job, circuitBreaker({ minimumRuns: 1, openMs: 500, clock }));
    const run = (request: string) => {
      try {
        return watched(layered.run(request, undefined, runContext()));
      } catch (error) {
        return { error };
      }
    };
    run("a");
    run("b");
    await open[0]?.end(down);
    await clock.advance(500);
    run("c");
    expect(run("d").error).toBeInstanceOf(BusyError);
    await open[1]?.end("b"); // it began before: it says nothing about now
    expect(run("e").error).toBeInstanceOf(BusyError);
    await clock.advance(500);
    run("f");
    await open[2]?.end(down); // nor does the one that took too long
    expect(run("g").error).toBeInstanceOf(BusyError);
    await open[3]?.end("f");
    run("h");
    expect(names()).toBe("abcfh");
  });

  it("forgets what is longer ago than its window", async () => {
    const clock = new FakeClock();
    const { one } = flaky(clock);
    for (let n = 0; n < 3; n++) one(down);
    await clock.advance(1_000);
    for (let n = 0; n < 3; n++) expect(one()).toBe("well");
    expect(one(down)).toBe(down);
    expect(one()).toBe("well");
  });

  it("does not count errors that say nothing about what the job needs", () => {
    const mistake = Object.assign(new Error("yours"), { retry: "never" });
    const { one } = flaky(new FakeClock());
    for (let n = 0; n < 10; n++) expect(one(mistake)).toBe(mistake);
    const picky = flaky(new FakeClock(), { isFailure: (error) => error !== down });
    for (let n = 0; n < 10; n++) expect(picky.one(down)).toBe(down);
  });
});

describe("validate", () => {
  const lengths = withLayers(
    { name: "length", run: (text: string) => text.length },
    validate({ request: z.string().max(3).trim(), response: z.number().min(1) }),
  );

  it("passes on what fits, as it is", () => {
    expect(lengths.run(" a ")).toBe(3);
  });

  it("refuses what does not fit, on either side", () => {
    expect(() => lengths.run("long")).toThrow(ValidationError);
    expect(() => lengths.run("")).toThrow('The response of "length" does not fit its schema at the root');
  });

  it("waits where the schema or the job does", async () => {
    const even = z.number().refine(async (n) => Promise.resolve(n % 2 === 0), "odd");
    const layered = withLayers({ name: "half", run: async (n: number) => n / 2 }, validate({ request: even, response: even }));
    expect(await layered.run(8)).toBe(4);
    expect(await rejection(layered.run(7))).toMatchObject({ message: 'The request of "half" does not fit its schema at the root: odd' });
    expect(await rejection(layered.run(6))).toMatchObject({ message: 'The response of "half" does not fit its schema at the root: odd' });
  });
});

describe("trace", () => {
  const kinds = ["start", "end", "asyncStart", "asyncEnd", "error"] as const;
  const listening = async (act: () => unknown): Promise<[string, JobRunTrace][]> => {
    const heard: [string, JobRunTrace][] = [];
    const subscribers = Object.fromEntries(
      kinds.map((kind) => [kind, (told: unknown) => void heard.push([kind, { ...(told as JobRunTrace) }])]),
    );
    const channels = tracingChannel("job-orch:job.run");
    channels.subscribe(subscribers as never);
    try {
      await act();
    } catch {
      // heard
    } finally {
      channels.unsubscribe(subscribers as never);
    }
    return heard;
  };

  it("tells of a run that returns at once, of one that takes its time and of one that fails", async () => {
    const run = (job: Run<string, string>): unknown => withLayers({ name: "traced", ...job }, trace()).run("x", undefined, runContext({ id: "7", headers: { tenant: "a" } }));
    const told = { job: "traced", id: "7", attempt: 1, headers: { tenant: "a" } };
    const down = new Error("down");
    expect(await listening(() => run({ run: (text) => text }))).toEqual([["start", told], ["end", { ...told, result: "x" }]]);
    const well = { ...told, result: "x" };
    expect(await listening(() => run({ run: async (text) => text }))).toEqual([["start", told], ["end", told], ["asyncStart", well], ["asyncEnd", well]]);
    const badly = { ...told, error: down };
    const thrower = () => { throw down; }; // prettier-ignore
    expect(await listening(() => run({ run: thrower }))).toEqual([["start", told], ["error", badly], ["end", badly]]);
    expect(await listening(() => run({ run: () => Promise.reject(down) }))).toEqual([["start", told], ["end", told], ["error", badly], ["asyncStart", badly], ["asyncEnd", badly]]);
  }); // prettier-ignore

  it("enters stores that are bound to its start", async () => {
    const store = new AsyncLocalStorage<string>();
    const start = channel("tracing:job-orch:job.run:start");
    start.bindStore(store, (told) => (told as JobRunTrace).id);
    try {
      const layered = withLayers({ run: async (_: void, _resources: void, _context: RunContext) => store.getStore() }, trace());
      expect(await layered.run(undefined, undefined, runContext({ id: "7" }))).toBe("7");
    } finally {
      start.unbindStore(store);
    }
  });

  it("is out of the way while nobody listens", () => {
    expect(withLayers(upper, trace()).run("x", undefined, runContext())).toBe("1:X");
  });
});

describe("options of layers", () => {
  it.each<[string, () => unknown]>([
    ["timeout", () => timeout(0)],
    ["limit", () => rateLimit({ limit: 0.5, perMs: 1 })],
    ["perMs", () => rateLimit({ limit: 1, perMs: Number.NaN })],
    ["maxWaiting", () => rateLimit({ limit: 1, perMs: 1, maxWaiting: -1 })],
    ["concurrency", () => bulkhead({ concurrency: 0 })],
    ["failureRatio", () => circuitBreaker({ failureRatio: 0 })],
    ["minimumRuns", () => circuitBreaker({ minimumRuns: 0 })],
    ["openMs", () => circuitBreaker({ openMs: 0 })],
  ])("out of range are refused: %s", (_, make) => {
    expect(make).toThrow(OptionError);
  });
});
