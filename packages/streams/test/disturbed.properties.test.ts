import { array, assert, asyncProperty, constantFrom, integer, option, record } from "fast-check";
import { setImmediate as turn } from "node:timers/promises";
import { until } from "@job-orch/test-support";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parallel, type ParallelStream } from "../src/index.ts";
import { functions, pool } from "./fixtures/pool.ts";

const seed = Number(process.env["JOB_ORCH_SEED"] ?? 20_261_128);
const numRuns = Number(process.env["JOB_ORCH_RUNS"] ?? 60);
const DEADLINE_MS = 20_000;

const crashes = new Int32Array(new SharedArrayBuffer(4));
/** Workers come again at once, however many were lost. */
const restart = { backoff: { baseMs: 0 }, intensity: { failures: 1_000_000 } };
const threads = pool({ retry: { onCrash: true }, workerData: { crashes }, restart });
// The first stream asks a pool what it shares, for all that follow.
beforeAll(() => parallel([1], { pool: threads, functions, force: true }).map("twice").toArray());
afterAll(() => threads.close());

type Numbers = ParallelStream<typeof functions, number>;
type Given = typeof setting extends { generate: (...args: never[]) => { value: infer Value } } ? Value : never;

const { twice, later, medium, failsAbove500, isEven, isLarge, evenLater } = functions;
const called = { twice, later, medium, failsAbove500, isEven, isLarge, evenLater };
const names = Object.keys(called) as readonly (keyof typeof called)[];

const setting = record({
  items: array(integer({ min: 0, max: 600 }), { minLength: 1, maxLength: 150 }),
  stages: array(constantFrom(...names), { maxLength: 3 }),
  from: constantFrom("generator", "async", "slow", "typed", "shared"),
  order: constantFrom("keep" as const, "any" as const),
  chunk: option(integer({ min: 1, max: 20 }), { nil: "auto" as const }),
  window: integer({ min: 1, max: 3 }),
  end: constantFrom("list", "take", "find", "sum", "into", "each", "loop", "break"),
  count: integer({ min: 0, max: 40 }),
});

/** The items as a source, and whether all of them that were opened are closed. */
function sourceOf({ from, items }: Given, onPull: (pulled: number) => void) {
  const open = { now: 0 };
  async function* slowly() {
    open.now++;
    try {
      for (const [at, item] of items.entries()) {
        if (from === "slow" && at % 7 === 0) await turn();
        onPull(at);
        yield item;
      }
    } finally {
      open.now--;
    }
  }
  function* quickly() {
    open.now++;
    try {
      for (const [at, item] of items.entries()) {
        onPull(at);
        yield item;
      }
    } finally {
      open.now--;
    }
  }
  const bytes = items.length * 8;
  const view = new Float64Array(from === "shared" ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  view.set(items);
  const source = from === "generator" ? quickly() : from === "async" || from === "slow" ? slowly() : view;
  return { source: source as Iterable<number>, isClosed: () => open.now === 0 };
}

function built(given: Given, source: Iterable<number>, signal?: AbortSignal): Numbers {
  const { order, chunk, window } = given;
  let stream: Numbers = parallel(source, { pool: threads, functions, order, chunk, window, force: true, ...(signal && { signal }) });
  stream = stream.map("crashWhereTold");
  for (const name of given.stages) {
    const filters = name === "isEven" || name === "isLarge" || name === "evenLater";
    stream = filters ? stream.filter(name as "isEven") : stream.map(name as "twice");
  }
  return stream;
}

/** What a stream comes to, and what it gave before. */
interface Came {
  readonly items: readonly number[];
  readonly value?: unknown;
  readonly error?: unknown;
}

async function ended({ end, count, items: all }: Given, stream: Numbers): Promise<Came> {
  const items: number[] = [];
  try {
    if (end === "loop" || end === "break") {
      for await (const item of stream) {
        items.push(item);
        if (end === "break" && items.length > count) break;
      }
      return { items, value: items };
    }
    if (end === "list") return { items, value: await stream.toArray() };
    if (end === "take") return { items, value: await stream.take(count) };
    if (end === "find") return { items, value: await stream.find("isEven") };
    if (end === "each") return { items, value: await stream.forEach("twice") };
    if (end === "into") return { items, value: Array.from(await stream.into(new Float64Array(all.length))) };
    return { items, value: await stream.reduce("add", { identity: 0, combine: "add" }) };
  } catch (error) {
    return { items, error };
  }
}

/** What a loop comes to. */
async function sequentially({ items, stages, end, count }: Given): Promise<Came> {
  const came: number[] = [];
  let failure: unknown;
  try {
    each: for (const item of items) {
      let value = item;
      for (const name of stages) {
        const returned = await called[name](value);
        if (typeof returned === "number") value = returned;
        else if (!(returned as unknown)) continue each;
      }
      came.push(value);
    }
  } catch (error) {
    failure = error;
  }
  const failed = { items: came, error: failure };
  const found = came.find((value) => value % 2 === 0);
  if (end === "take") return came.length >= count || failure === undefined ? { items: [], value: came.slice(0, count) } : failed;
  if (end === "find") return found !== undefined || failure === undefined ? { items: [], value: found } : failed;
  if (end === "break" && came.length > count) return { items: came.slice(0, count + 1), value: came.slice(0, count + 1) };
  if (failure !== undefined) return failed;
  if (end === "sum") return { items: [], value: came.reduce((sum, value) => sum + value, 0) };
  if (end === "each") return { items: [], value: undefined };
  return { items: came, value: came };
}

const sorted = (value: unknown): unknown => (Array.isArray(value) ? value.toSorted((one, other) => Number(one) - Number(other)) : value);

/** Whether it is what the loop came to, as far as the order says what that is. */
function expectSame({ order, end }: Given, came: Came, expected: Came, all: readonly unknown[]): void {
  if (order === "keep") {
    expect({ value: came.value, error: (came.error as Error | undefined)?.message }).toEqual({
      value: expected.value,
      error: (expected.error as Error | undefined)?.message,
    });
  } else if (expected.error !== undefined) {
    if (came.error === undefined) expect(["take", "find", "break"]).toContain(end);
  } else if (came.error !== undefined) {
    expect((came.error as Error).message).toMatch(/^\d+$/); // an item behind those that were wanted
    expect(["take", "find", "break"]).toContain(end);
  } else if (end === "take" || end === "break") {
    expect((came.value as unknown[]).length).toBe((expected.value as unknown[]).length);
    for (const one of came.value as unknown[]) expect(all).toContain(one);
  } else if (end === "find") {
    if (expected.value === undefined) expect(came.value).toBeUndefined();
    else expect(all).toContain(came.value);
  } else expect(sorted(came.value)).toEqual(sorted(expected.value));
}

async function inTime(came: Promise<Came>): Promise<Came> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("it hangs")), DEADLINE_MS);
  try {
    return await Promise.race([came, promise]);
  } finally {
    clearTimeout(timer);
  }
}

describe("a stream that is disturbed", () => {
  test("by a crash comes to what a loop does when its pool begins again", { timeout: 1_200_000 }, async () => {
    await assert(
      asyncProperty(setting, integer({ min: 0, max: 149 }), async (given, at) => {
        const { source, isClosed } = sourceOf(given, () => undefined);
        Atomics.store(crashes, 0, (given.items[at % given.items.length] as number) + 1);
        const came = await inTime(ended(given, built(given, source)));
        Atomics.store(crashes, 0, 0);
        const expected = await sequentially(given);
        const all = (await sequentially({ ...given, end: "list" })).items;
        const code = (came.error as { readonly code?: string } | undefined)?.code;
        // The error that others were given up for went with the worker that met it.
        const mayLack =
          expected.error !== undefined || ["find", "take", "break"].includes(given.end) || given.stages.includes("failsAbove500");
        if (code !== "ERR_PROCESS" || !mayLack) expectSame(given, came, expected, all);
        await until("the source is closed", isClosed); // nobody waits for what it was asked before
        expect(threads.stats().pending).toBe(0);
      }),
      { seed, numRuns: Math.ceil(numRuns / 4) },
    );
  });

  test("by an abort says so or was done before, and leaves nothing behind", { timeout: 1_200_000 }, async () => {
    const disturbance = record({ by: constantFrom("pull", "turn"), at: integer({ min: 0, max: 60 }) });
    await assert(
      asyncProperty(setting, disturbance, async (given, { by, at }) => {
        const abort = new AbortController();
        const reason = new RangeError("enough");
        const { source, isClosed } = sourceOf(given, (pulled) => (by === "pull" && pulled === at ? abort.abort(reason) : undefined));
        const coming = inTime(ended(given, built(given, source, abort.signal)));
        if (by === "turn") for (let left = at; left > 0; left--) await turn();
        if (by === "turn") abort.abort(reason);
        const came = await coming;
        const all = (await sequentially({ ...given, end: "list" })).items;
        if (came.error !== reason) expectSame(given, came, await sequentially(given), all);
        else if (given.order === "keep") expect(came.items).toEqual(all.slice(0, came.items.length));
        await until("the source is closed", isClosed); // nobody waits for what it was asked before
        expect(threads.stats().pending).toBe(0);
      }),
      { seed, numRuns },
    );
  });
});
