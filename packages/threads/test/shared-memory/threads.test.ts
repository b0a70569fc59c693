import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { BufferPool, bufferPool, byteRing, PoolExhaustedError, RecordQueue, recordQueue, recordRing } from "../../src/index.ts";
import { posted, thread } from "./support.ts";

const COUNT = 60_000;

describe("between real threads", () => {
  it.each([256, 4_096, 65_536])(
    "a byte ring of %d bytes loses nothing, repeats nothing, tears nothing and keeps the order",
    async (bytes) => {
      const shared = byteRing(bytes);
      const writer = thread("writeBytes", shared, { count: COUNT });
      const reader = thread("readBytes", shared, { count: COUNT });
      expect(await Promise.all([posted(reader), posted(writer)])).toEqual([COUNT, undefined]);
    },
  );

  it.each([2, 64])("a ring of %d records does neither", async (records) => {
    const shared = recordRing({ records, recordBytes: 16 });
    const count = records === 2 ? COUNT / 6 : COUNT; // every two records the threads wait for each other
    const writer = thread("writeRecords", shared, { count });
    const reader = thread("readRecords", shared, { count });
    expect(await Promise.all([posted(reader), posted(writer)])).toEqual([count, undefined]);
  });

  it.each([2, 64])("a queue of %d records gives each to one popper, in each pusher's order", async (records) => {
    const shared = recordQueue({ records, recordBytes: 12 });
    const count = records === 2 ? COUNT / 10 : COUNT / 2;
    const pushers = [0, 1].map((me) => thread("push", shared, { count, me }));
    const poppers = [0, 1].map(() => thread("pop", shared));
    const seen = poppers.map(posted);
    await Promise.all(pushers.map(posted));
    const queue = new RecordQueue(shared);
    const end = new Uint8Array(new Uint32Array([0xff, 0, 0xff]).buffer);
    for (const _ of poppers) expect(await queue.pushLater(end, { timeoutMs: 15_000 })).toBe(true);

    const popped = (await Promise.all(seen)) as readonly (readonly number[])[];
    const all = [new Set<number>(), new Set<number>()];
    let total = 0;
    for (const one of popped) {
      const last = [-1, -1];
      for (let at = 0; at < one.length; at += 2, total++) {
        const [me = 0, i = 0] = one.slice(at, at + 2);
        expect(i > (last[me] ?? 0)).toBe(true); // what one popper got of one pusher came in its order
        last[me] = i;
        all[me]?.add(i);
      }
    }
    expect(total).toBe(2 * count); // no more than were pushed …
    expect(all.map(({ size }) => size)).toEqual([count, count]); // … and every one of them
    expect(queue.size).toBe(0);
  });

  it.each([3, 64])("a pool of %d buffers has one holder for each, and all of them in the end", async (buffers) => {
    const shared = bufferPool({ buffers, bytes: 16_384 });
    const workers = [1, 2].map((me) => thread("takeAndGive", shared, { count: 20_000, me }));
    if (buffers > 3) workers.push(thread("takeAndGive", shared, { count: 20_000, me: 3 }));
    expect(await Promise.all(workers.map(posted))).toEqual(workers.map(() => 20_000));

    const pool = new BufferPool(shared);
    const taken = Array.from({ length: buffers }, () => pool.take());
    expect(new Set(taken.map(({ slot }) => slot)).size).toBe(buffers);
    expect(() => pool.take()).toThrow(PoolExhaustedError);
  });
});

describe("a thread that is terminated", () => {
  it("with a buffer takes that one with it, and no other", async () => {
    const shared = bufferPool({ buffers: 3, bytes: 16_384 });
    const worker = thread("holdAndBlock", shared);
    expect(await posted(worker)).toBe("holding");
    await worker.terminate();
    const pool = new BufferPool(shared);
    const taken = [pool.take(), pool.take()];
    expect(() => pool.take()).toThrow(PoolExhaustedError);
    for (const buffer of taken) pool.give(buffer);
    expect(new Set([pool.take().slot, pool.take().slot])).toEqual(new Set(taken.map(({ slot }) => slot)));
  });

  it("while it waits for a record keeps nobody else from one", async () => {
    const shared = recordQueue({ records: 4, recordBytes: 12 });
    const worker = thread("blockOnPop", shared);
    await once(worker, "message");
    await worker.terminate();
    const queue = new RecordQueue(shared);
    const into = new Uint8Array(12);
    const popped = queue.popLater(into, { timeoutMs: 10_000 });
    expect(queue.push(new Uint8Array(12).fill(7))).toBe(true);
    expect(await popped).toBe(true);
    expect(into[0]).toBe(7);
  });
});
