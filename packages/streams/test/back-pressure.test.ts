import { Readable } from "node:stream";
import { until } from "@job-orch/test-support";
import { afterAll, describe, expect, test } from "vitest";
import { parallel } from "../src/index.ts";
import { functions, pool, upTo } from "./fixtures/pool.ts";

const threads = pool();
afterAll(() => threads.close());

/** Counts how many items were asked for. */
function counted(count: number) {
  const source = {
    pulled: 0,
    *[Symbol.iterator](): Generator<number> {
      for (const value of upTo(count)) {
        source.pulled++;
        yield value;
      }
    },
    async *later(): AsyncGenerator<number> {
      yield* source;
    },
  };
  return source;
}

describe("back-pressure", () => {
  for (const order of ["keep", "any"] as const) {
    for (const kind of ["iterable", "async iterable"] as const) {
      test(`a reader that pauses stops the source: ${order}, ${kind}`, async () => {
        const source = counted(10_000);
        const from = kind === "iterable" ? source : source.later();
        const stream = parallel(from, { pool: threads, functions, force: true, chunk: 10, window: 3, workers: 2, order }).map("twice");
        const most = 2 * 3 * 10;
        const iterator = stream[Symbol.asyncIterator]();
        await iterator.next();
        await until("the window is full", () => source.pulled >= most);
        // Everything that was begun ends, and still nothing more is asked for while nobody reads.
        await until("the workers have nothing to do", () => threads.stats().pending === 0);
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => void setImmediate(resolve));
        expect(source.pulled).toBeLessThanOrEqual(most + 10); // the chunk that was delivered made room for one
        for (let read = 1; read < 500; read++) {
          await iterator.next();
          expect(source.pulled).toBeLessThanOrEqual(read + 1 + most + 10);
        }
        await iterator.return?.();
        const { pulled } = source;
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => void setImmediate(resolve));
        expect(source.pulled).toBe(pulled);
      });
    }
  }

  test("a chunk that takes long holds up those behind it, and they hold up the source", async () => {
    const counter = new Int32Array(new SharedArrayBuffer(4));
    let pulled = 0;
    const source = function* () {
      for (const at of upTo(1_000)) {
        pulled++;
        yield { counter, at, waitMs: at === 0 ? 300 : 0 };
      }
    };
    const stream = parallel(source(), { pool: threads, functions, force: true, chunk: 1, window: 4, workers: 2 }).map("tick");
    const first = stream[Symbol.asyncIterator]();
    expect((await first.next()).value).toBe(0);
    expect(pulled).toBeLessThanOrEqual(2 * 4 + 1);
    await first.return?.();
  });

  test("a source without work ahead is not asked for more than the reader wants", async () => {
    const source = counted(1_000);
    const stream = parallel(source, { pool: threads, functions, chunk: 1 }).map("twice");
    for await (const item of stream) if (item === 10) break;
    expect(source.pulled).toBeLessThanOrEqual(6 + 2);
  });

  test("a Node stream is read no faster than its items leave", async () => {
    let read = 0;
    const source = new Readable({
      objectMode: true,
      highWaterMark: 4,
      read() {
        this.push(read++);
      },
    });
    const stream = parallel(source, { pool: threads, functions, force: true, chunk: 5, window: 2, workers: 2 }).map("twice");
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => void setImmediate(resolve));
    expect(read).toBeLessThanOrEqual(2 * 2 * 5 + 5 + 4 + 4);
    await iterator.return?.();
    expect(source.destroyed).toBe(true);
  });

  test("items of a slow source do not wait until a chunk is full", async () => {
    let release = (): void => undefined;
    const source = async function* () {
      yield 1;
      yield 2;
      await new Promise<void>((resolve) => (release = resolve));
      yield 3;
    };
    const iterator = parallel(source(), { pool: threads, functions, force: true, chunk: 100 }).map("twice")[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toBe(2);
    expect((await iterator.next()).value).toBe(4);
    release();
    expect((await iterator.next()).value).toBe(6);
    expect((await iterator.next()).done).toBe(true);
  });
});
