import { type ClosedError, job, type JobError, processor, start } from "@job-orch/core";
import { memory } from "@job-orch/memory";
import { describe, expect, it, vi } from "vitest";
import { type Predicate, router, type SlowTarget, subjectRouter } from "../../src/index.ts";

type Order =
  | { readonly type: "created"; readonly id: number; readonly total: number }
  | { readonly type: "paid"; readonly id: number; readonly by: string };

/** A target that holds every event until it is let go. */
function slowTarget() {
  const heard: number[] = [];
  const gates: (() => void)[] = [];
  const target = (event: number): Promise<void> => {
    heard.push(event);
    return new Promise((resolve) => gates.push(resolve));
  };
  const letGo = async (until: () => boolean): Promise<void> => {
    await vi.waitUntil(() => {
      for (const go of gates.splice(0)) go();
      return until();
    }, 15_000);
  };
  return { heard, target, letGo };
}

describe("a router", () => {
  it("goes by exact types and by predicates, in the order of the rules", async () => {
    await using orders = router<Order>();
    const heard: string[] = [];
    orders.on({ field: "total", op: "gte", value: 100 }, ({ id }) => heard.push(`large ${id}`));
    orders.on("created", ({ total }) => heard.push(`created ${total}`));
    orders.on("paid", ({ by }) => heard.push(`paid by ${by}`));
    expect(orders.publish({ type: "created", id: 1, total: 100 })).toBe(2);
    expect(orders.publish({ type: "paid", id: 1, by: "card" })).toBe(1);
    expect(heard).toEqual(["large 1", "created 100", "paid by card"]);
  });

  it("takes senders and processors as targets", async () => {
    const transport = memory();
    const seen: number[] = [];
    const work = processor(job<Order, number>()({ name: "work", run: ({ id }) => seen.push(id) }), { transport });
    const running = start(work);
    const orders = router<Order>();
    const sent: Order[] = [];
    orders.on("created", work);
    orders.on("created", {
      name: "own",
      requestSender: () => ({ send: async ({ request }) => void sent.push(request) }),
      responseReceiver: work.responseReceiver,
      run: work.run,
    });
    orders.on("created", { send: async (order) => void sent.push(order) });
    await orders.send({ type: "created", id: 7, total: 1 });
    await orders.idle();
    await vi.waitUntil(() => seen.length === 1);
    expect(sent.map(({ id }) => id)).toEqual([7, 7]);
    await orders.close();
    await running.stop();
    await work.close();
    await transport[Symbol.asyncDispose]();
  });

  it("hands on what a target publishes to its own rule after that target is done", async () => {
    await using numbers = router<{ readonly n: number }>();
    const heard: string[] = [];
    numbers.on({ field: "n", op: "exists" }, ({ n }) => {
      heard.push(`begin ${n}`);
      if (n < 2) void numbers.publish({ n: n + 1 });
      heard.push(`end ${n}`);
    });
    await numbers.publish({ n: 0 });
    expect(heard).toEqual(["begin 0", "end 0", "begin 1", "end 1", "begin 2", "end 2"]);
  });

  it("tells of targets that fail, and goes on", async () => {
    const errors: unknown[] = [];
    await using subjects = subjectRouter<number>({ onError: (error) => errors.push(error) });
    const thrown = subjects.on("a", () => {
      throw new RangeError("sync");
    });
    const rejected = subjects.on("a", () => Promise.reject(new RangeError("async")));
    const fine = subjects.on("a", () => undefined);
    expect(subjects.publish("a", 1)).toBe(3);
    await subjects.idle();
    expect(errors.map(String)).toEqual(["RangeError: sync", "RangeError: async"]);
    expect([thrown.failed, rejected.failed, fine.delivered]).toEqual([1, 1, 1]);
  });

  it("refuses what comes after close, and ends what hangs after the grace", async () => {
    const subjects = subjectRouter<number>();
    const { target, heard } = slowTarget();
    const hanging = subjects.on("a", target);
    void subjects.publish("a", 1);
    void subjects.publish("a", 2);
    await subjects.close({ graceMs: 1 });
    expect([heard, hanging.dropped, hanging.connected]).toEqual([[1], 1, false]);
    expect(() => subjects.publish("a", 3)).toThrow(expect.objectContaining({ code: "ERR_CLOSED" }));
    expect(() => subjects.on("a", target)).toThrow(expect.objectContaining({ code: "ERR_CLOSED" }));
    await expect(subjects.send({ subject: "a", event: 1 })).rejects.toMatchObject({ code: "ERR_CLOSED" });
  });
});

describe("a slow target", () => {
  const cases: readonly (readonly [SlowTarget, readonly number[], number])[] = [
    ["drop-oldest", [1, 4, 5], 2],
    ["drop-newest", [1, 2, 3], 2],
  ];
  it.each(cases)("with %s misses what it is to miss, and nobody else does", async (slow, expected, dropped) => {
    await using subjects = subjectRouter<number>();
    const { heard, target, letGo } = slowTarget();
    const other: number[] = [];
    const subscription = subjects.on("a", target, { capacity: 2, slow });
    subjects.on("a", (event) => other.push(event));
    for (const event of [1, 2, 3, 4, 5]) expect(subjects.publish("a", event)).toBe(2);
    expect([subscription.lag, other]).toEqual([2, [1, 2, 3, 4, 5]]);
    await letGo(() => subscription.delivered === 3);
    expect([heard, subscription.dropped, subscription.lag]).toEqual([expected, dropped, 0]);
  });

  it("with block makes its publishers wait, in order, and refuses when too many do", async () => {
    await using subjects = subjectRouter<number>();
    const { heard, target, letGo } = slowTarget();
    const other: number[] = [];
    const subscription = subjects.on("a", target, { capacity: 2 });
    subjects.on("a", (event) => other.push(event));
    const results = [1, 2, 3, 4, 5].map((event) => subjects.publish("a", event));
    expect(results.map((result) => typeof result)).toEqual(["number", "number", "number", "object", "object"]);
    expect(other).toEqual([1, 2, 3, 4, 5]);
    expect(subscription.lag).toBe(4);
    await expect(subjects.publish("a", 6)).rejects.toMatchObject({ code: "ERR_BUSY" });
    await letGo(() => subscription.delivered === 5);
    expect(await Promise.all(results)).toEqual([2, 2, 2, 2, 2]);
    expect(heard).toEqual([1, 2, 3, 4, 5]);
  });

  it("with disconnect is cut off, and the router's owner is told", async () => {
    const errors: unknown[] = [];
    await using subjects = subjectRouter<number>({ onError: (error) => errors.push(error) });
    const { heard, target } = slowTarget();
    const subscription = subjects.on("a", target, { capacity: 1, slow: "disconnect" });
    for (const event of [1, 2, 3, 4]) void subjects.publish("a", event);
    expect([heard, subscription.connected, subscription.dropped]).toEqual([[1], false, 2]);
    expect(errors.map((error) => (error as ClosedError).code)).toEqual(["ERR_CLOSED"]);
    expect(subjects.publish("a", 5)).toBe(0);
  });

  it("works on as many as it says at once", async () => {
    await using subjects = subjectRouter<number>();
    const { heard, target, letGo } = slowTarget();
    const subscription = subjects.on("a", target, { concurrency: 3 });
    for (const event of [1, 2, 3, 4]) void subjects.publish("a", event);
    expect(heard).toEqual([1, 2, 3]);
    await letGo(() => subscription.delivered === 4);
  });

  it("that leaves lets its publishers go", async () => {
    await using subjects = subjectRouter<number>();
    const subscription = subjects.on("a", () => new Promise(() => {}), { capacity: 1 });
    const results = [1, 2, 3].map((event) => subjects.publish("a", event));
    subscription();
    subscription[Symbol.dispose]();
    expect(await Promise.all(results)).toEqual([1, 1, 1]);
    expect([subscription.dropped, subscription.connected]).toEqual([2, false]);
  });
});

describe("a subject", () => {
  it("meets a predicate as well, where the rule asks for one", async () => {
    await using subjects = subjectRouter<{ readonly total: number }>();
    const heard: string[] = [];
    subjects.on("orders.>", (_event, subject) => heard.push(subject), { where: { field: "total", op: "gt", value: 10 } });
    subjects.on("orders.*.created", () => heard.push("any"));
    expect(subjects.publish("orders.eu.created", { total: 10 })).toBe(1);
    expect(subjects.publish("orders.eu.created", { total: 11 })).toBe(2);
    expect(heard).toEqual(["any", "orders.eu.created", "any"]);
  });

  const hostile = [
    "",
    ".",
    "a..b",
    ".a",
    "a.",
    "*",
    "a.>",
    ">",
    Array.from({ length: 100_000 }, () => "a").join("."),
    7,
    null,
    undefined,
    {},
  ];
  it.each(hostile.map((subject) => [JSON.stringify(subject)?.slice(0, 20), subject] as const))(
    "that is none is refused: %s",
    async (_name, subject) => {
      await using subjects = subjectRouter<number>();
      subjects.on(">", () => undefined);
      expect(() => subjects.publish(subject as string, 1)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
    },
  );

  it.each(["", "a..b", "a.>.b", ">.a", "a.".repeat(50_000)])("pattern that is none is refused: %s", async (pattern) => {
    await using subjects = subjectRouter<number>();
    expect(() => subjects.on(pattern, () => undefined)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
  });

  it("with names of every object is a name like any other", async () => {
    await using subjects = subjectRouter<number>();
    const heard: string[] = [];
    subjects.on("__proto__.constructor", (_event, subject) => heard.push(subject));
    expect(subjects.publish("__proto__.constructor", 1)).toBe(1);
    expect(subjects.publish("toString", 1)).toBe(0);
    expect(heard).toEqual(["__proto__.constructor"]);
  });

  it("is as deep as it likes within its length", async () => {
    await using subjects = subjectRouter<number>();
    const deep = Array.from({ length: 2_000 }, () => "a").join(".");
    subjects.on("a.>", () => undefined);
    subjects.on(Array.from({ length: 2_000 }, () => "*").join("."), () => undefined);
    expect(subjects.publish(deep, 1)).toBe(2);
  });
});

describe("what is wrong is said with its place", () => {
  const deep = Array.from({ length: 40 }).reduce<unknown>((part) => ({ not: part }), { field: "id", op: "exists" });
  const wrong: readonly (readonly [unknown, string])[] = [
    [null, "The predicate is null"],
    [
      {
        and: [
          { field: "id", op: "eq", value: 1 },
          { field: "id", op: "like", value: "x" },
        ],
      },
      'at "and[1].op"',
    ],
    [{ not: { or: [{ field: "id", op: "eq", value: {} }] } }, 'at "not.or[0].value"'],
    [{ field: "id", op: "eq", value: Number.NaN }, "takes a number"],
    [{ field: "__proto__", op: "exists" }, "names joined by dots"],
    [{ field: "a..b", op: "exists" }, "names joined by dots"],
    [{ field: "id", op: "in", values: new Array(10_001).fill(1) }, "at most 10000 values"],
    [{ or: new Array(1_025).fill({ field: "id", op: "exists" }) }, "at most 1024"],
    [deep, "deeper than 32 levels"],
    [{ field: "id", op: "prefix", value: "x".repeat(4_097) }, "at most 4096 characters"],
    [{ field: "id", op: "range", min: 1 }, 'at "max"'],
  ];
  it.each(wrong)("%o", (predicate, sentence) => {
    const orders = router<Order>();
    let error: unknown;
    try {
      orders.on(predicate as Predicate<Order>, () => undefined);
    } catch (thrown) {
      error = thrown;
    }
    expect((error as JobError).code).toBe("ERR_OPTION");
    expect((error as JobError).message).toContain(sentence);
  });

  it("also of targets, options and too many rules", () => {
    const orders = router<Order>({ maxRules: 1 });
    const option = expect.objectContaining({ code: "ERR_OPTION" });
    expect(() => orders.on("created", 7 as never)).toThrow(option);
    expect(() => orders.on("created", () => undefined, { capacity: 0 })).toThrow(option);
    expect(() => orders.on("created", () => undefined, { slow: "wait" as never })).toThrow(option);
    const stop = orders.on("created", () => undefined);
    expect(() => orders.on("created", () => undefined)).toThrow(option);
    stop();
    orders.on("created", () => undefined);
    expect(() => router({ onError: 1 as never })).toThrow(option);
    expect(() => router({ tag: "" } as never)).toThrow(option);
  });
});

it("a router that is closed by one of its own targets does not wait for it", async () => {
  const orders = router<{ readonly type: "stop" }>();
  const closing: Promise<void>[] = [];
  orders.on("stop", () => void closing.push(orders.close({ graceMs: 600_000 })));
  await orders.publish({ type: "stop" });
  expect(closing).toHaveLength(1);
  await closing[0];
});
