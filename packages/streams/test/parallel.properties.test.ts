import { array, asyncProperty, assert, boolean, constantFrom, integer, option, record } from "fast-check";
import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { afterAll, describe, test } from "vitest";
import { expect } from "vitest";
import { parallel, type ParallelStream } from "../src/index.ts";
import { functions, pool } from "./fixtures/pool.ts";

const seed = Number(process.env["JOB_ORCH_SEED"] ?? 20_261_128);
const numRuns = Number(process.env["JOB_ORCH_RUNS"] ?? 250);

const threads = pool();
afterAll(() => threads.close());

/** Stages that numbers pass and leave as numbers. */
const stage = constantFrom(
  { kind: "map", name: "twice" } as const,
  { kind: "map", name: "later" } as const,
  { kind: "map", name: "sometimesLater" } as const,
  { kind: "map", name: "failsAt5" } as const,
  { kind: "map", name: "failsAbove500" } as const,
  { kind: "filter", name: "isEven" } as const,
  { kind: "filter", name: "isLarge" } as const,
  { kind: "filter", name: "evenLater" } as const,
);
type Stage = { readonly kind: "map" | "filter"; readonly name: "twice" };

const sources = {
  list: (items: readonly number[]) => items,
  generator: function* (items: readonly number[]) {
    yield* items;
  },
  async: async function* (items: readonly number[]) {
    yield* items;
  },
  slow: async function* (items: readonly number[]) {
    for (const [index, item] of items.entries()) {
      if (index % 7 === 0) await turn();
      yield item;
    }
  },
  stream: (items: readonly number[]) => Readable.from(items),
  web: (items: readonly number[]) => ReadableStream.from(items),
  typed: (items: readonly number[]) => Float64Array.from(items),
  shared: (items: readonly number[]) => {
    const view = new Float64Array(new SharedArrayBuffer(items.length * 8));
    view.set(items);
    return view;
  },
  failing: function* (items: readonly number[]) {
    yield* items;
    throw new RangeError("the source failed");
  },
} as const;
type SourceName = keyof typeof sources;

interface Expected {
  readonly items: readonly unknown[];
  readonly error: string | undefined;
}

function called(name: string, value: number): unknown {
  return (functions as Readonly<Record<string, unknown> & { readonly [known in Stage["name"]]: (value: number) => unknown }>)[
    name as Stage["name"]
  ](value);
}

/** What a loop comes to: what it had until its error. */
async function loop(from: SourceName, items: readonly number[], stages: readonly Stage[]): Promise<Expected> {
  const came: unknown[] = [];
  try {
    for (const item of sources.list(items)) {
      let value: unknown = item;
      let stays = true;
      for (const { kind, name } of stages) {
        const returned: unknown = await called(name, value as number);
        if (kind === "map") value = returned;
        else stays = Boolean(returned);
        if (!stays) break;
      }
      if (stays) came.push(value);
    }
    return { items: came, error: from === "failing" ? "the source failed" : undefined };
  } catch (error) {
    return { items: came, error: (error as Error).message };
  }
}

const setting = record({
  items: array(integer({ min: 0, max: 600 }), { maxLength: 120 }),
  stages: array(stage, { maxLength: 4 }),
  from: constantFrom(...(Object.keys(sources) as SourceName[])),
  order: constantFrom("keep" as const, "any" as const),
  chunk: option(integer({ min: 1, max: 40 }), { nil: "auto" as const }),
  window: integer({ min: 1, max: 3 }),
  force: boolean(),
  slow: boolean(),
});

/** The stream under test, its names taken on trust. */
function built({ items, stages, from, order, chunk, window, force }: Parameters<typeof make>[0]): ParallelStream<typeof functions, number> {
  return make({ items, stages, from, order, chunk, window, force });
}

function make(given: {
  readonly items: readonly number[];
  readonly stages: readonly { readonly kind: "map" | "filter"; readonly name: string }[];
  readonly from: SourceName;
  readonly order: "keep" | "any";
  readonly chunk: "auto" | number;
  readonly window: number;
  readonly force: boolean;
}): ParallelStream<typeof functions, number> {
  const { items, stages, from, order, chunk, window, force } = given;
  const source = sources[from](items) as Iterable<number>;
  let stream = parallel(source, { pool: threads, functions, order, chunk, window, force });
  for (const { kind, name } of stages) stream = kind === "map" ? stream.map(name as "twice") : stream.filter(name as "isEven");
  return stream;
}

const sorted = (items: readonly unknown[]): readonly unknown[] => items.toSorted((one, other) => Number(one) - Number(other));
const error = (thrown: unknown): { readonly error: string } => ({ error: (thrown as Error).message });

describe("parallel equals sequential", () => {
  test("iteration, with a reader that may be slow", async () => {
    await assert(
      asyncProperty(setting, async (given) => {
        const expected = await loop(given.from, given.items, given.stages as readonly Stage[]);
        const came: unknown[] = [];
        let failure: string | undefined;
        try {
          for await (const item of built(given)) {
            came.push(item);
            if (given.slow && came.length % 5 === 0) await turn();
          }
        } catch (thrown) {
          failure = (thrown as Error).message;
        }
        if (given.order === "keep") expect({ items: came, error: failure }).toEqual(expected);
        else if (expected.error === undefined)
          expect({ items: sorted(came), error: failure }).toEqual({ items: sorted(expected.items), error: undefined });
        else expect(failure).toBeDefined();
      }),
      { seed, numRuns },
    );
  });

  test("early exit: take, find, some, every", async () => {
    await assert(
      asyncProperty(setting, integer({ min: 0, max: 30 }), async (given, count) => {
        const expected = await loop(given.from, given.items, given.stages as readonly Stage[]);
        const enough = expected.items.length >= count;
        const taken = await built(given).take(count).catch(error);
        const found = await built(given).find("isEven").catch(error);
        const some = await built(given).some("isEven").catch(error);
        const every = await built(given).every("isEven").catch(error);
        const first = expected.items.find((item) => Number(item) % 2 === 0);
        const odd = expected.items.some((item) => Number(item) % 2 !== 0);
        if (given.order === "keep") {
          const failed = { error: expected.error };
          expect(taken).toEqual(enough || expected.error === undefined ? expected.items.slice(0, count) : failed);
          expect(found).toEqual(first !== undefined || expected.error === undefined ? first : failed);
          expect(some).toEqual(first !== undefined || expected.error === undefined ? first !== undefined : failed);
          expect(every).toEqual(odd || expected.error === undefined ? !odd : failed);
        } else if (expected.error === undefined) {
          expect(taken).toHaveLength(Math.min(count, expected.items.length));
          expect(found === undefined || expected.items.includes(found)).toBe(true);
          expect([found !== undefined, some, every]).toEqual([first !== undefined, first !== undefined, !odd]);
        }
      }),
      { seed, numRuns: Math.ceil(numRuns / 3) },
    );
  });

  test("ends that gather: toArray, into, reduce", async () => {
    await assert(
      asyncProperty(setting, boolean(), async (given, deterministic) => {
        const expected = await loop(given.from, given.items, given.stages as readonly Stage[]);
        const sum = await built(given).reduce("add", { identity: 0, combine: "add", deterministic }).catch(error);
        const filled = await built(given)
          .into(new Float64Array(given.items.length))
          .then((view) => Array.from(view), error);
        const list = await built(given).toArray().catch(error);
        if (expected.error !== undefined) {
          const failed = given.order === "keep" ? { error: expected.error } : { error: expect.any(String) };
          expect([filled, list]).toEqual([failed, failed]);
          expect(sum).toHaveProperty("error");
          return;
        }
        const total = expected.items.reduce<number>((all, item) => all + Number(item), 0);
        const inOrder = given.order === "keep" ? (items: readonly unknown[]) => items : sorted;
        expect(sum).toBe(total);
        expect(inOrder(list as unknown[])).toEqual(inOrder(expected.items));
        expect(inOrder(filled as unknown[])).toEqual(inOrder(expected.items));
      }),
      { seed, numRuns: Math.ceil(numRuns / 3) },
    );
  });
});
