import { OptionError } from "@job-orch/core";
import { rejection } from "@job-orch/test-support";
import { describe, expect, it } from "vitest";
import {
  BufferPool, bufferPool, byteRing, ByteRingReader, ByteRingWriter, NotHeldError, RecordQueue, recordQueue, recordRing, RecordRingReader,
  RecordRingWriter, SharedMemoryError,
} from "../../src/index.ts"; // prettier-ignore

describe("a wait", () => {
  it("of a reader ends with what is flushed, not with what is only written", async () => {
    const shared = byteRing(256);
    const [writer, reader] = [new ByteRingWriter(shared), new ByteRingReader(shared)];
    writer.write(Uint8Array.of(1));
    expect(reader.waitSync(1)).toBe(false);
    const waiting = reader.wait({ timeoutMs: 10_000 });
    writer.flush();
    expect(await waiting).toBe(true);
    expect(reader.read()).toEqual(Uint8Array.of(1));
  });

  it("of a writer ends when there is room", async () => {
    const shared = byteRing(64);
    const [writer, reader] = [new ByteRingWriter(shared), new ByteRingReader(shared)];
    const message = new Uint8Array(28).fill(1);
    expect([writer.write(message), writer.write(message), writer.write(message)]).toEqual([true, true, false]);
    expect(writer.waitSync(28, 1)).toBe(false);
    const waiting = writer.wait(28, { timeoutMs: 10_000 });
    expect(reader.drain(() => undefined)).toBe(2);
    expect(await waiting).toBe(true);
    expect(writer.write(message)).toBe(true);
  });

  it("of records, both ways", async () => {
    const shared = recordRing({ records: 2, recordBytes: 1 });
    const [writer, reader] = [new RecordRingWriter(shared), new RecordRingReader(shared)];
    const reading = reader.wait({ timeoutMs: 10_000 });
    writer.write(Uint8Array.of(1));
    writer.write(Uint8Array.of(2));
    expect(writer.write(Uint8Array.of(3))).toBe(false);
    expect(await reading).toBe(true);
    const writing = writer.wait({ timeoutMs: 10_000 });
    const into = new Uint8Array(1);
    while (reader.read(into));
    expect(await writing).toBe(true);
    expect(into[0]).toBe(2);
  });

  it("that is aborted rejects with the reason, and one that takes too long says false", async () => {
    const queue = new RecordQueue(recordQueue({ records: 2, recordBytes: 1 }));
    const into = new Uint8Array(1);
    const controller = new AbortController();
    const popping = queue.popLater(into, { signal: controller.signal });
    controller.abort("enough");
    expect(await rejection(popping)).toBe("enough");
    expect(await rejection(queue.popLater(into, { signal: controller.signal }))).toBe("enough");
    expect(await queue.popLater(into, { timeoutMs: 1 })).toBe(false);
    expect(queue.popSync(into, 1)).toBe(false);
    queue.push(into);
    queue.push(into);
    expect(queue.pushSync(into, 1)).toBe(false);
  });

  it("for a buffer ends when one is given back, in the end with a code", async () => {
    const pool = new BufferPool(bufferPool({ buffers: 1, bytes: 16_384 }));
    const first = pool.take();
    expect(() => pool.takeSync(1)).toThrow(expect.objectContaining({ code: "ERR_POOL_EXHAUSTED", retry: "later", buffers: 1 }));
    expect(await rejection(pool.takeLater({ timeoutMs: 1 }))).toMatchObject({ code: "ERR_POOL_EXHAUSTED" });
    const waiting = pool.takeLater({ timeoutMs: 10_000 });
    pool.give(first);
    expect((await waiting).slot).toBe(0);
  });
});

describe("a new end of a ring", () => {
  it("goes on where the one before it left off: after what was flushed", () => {
    const shared = byteRing(64);
    const dead = new ByteRingWriter(shared);
    dead.write(Uint8Array.of(1));
    dead.flush();
    dead.write(Uint8Array.of(2));
    const writer = new ByteRingWriter(shared);
    writer.write(Uint8Array.of(3));
    writer.flush();
    const reader = new ByteRingReader(shared);
    expect([reader.read(), new ByteRingReader(shared).read()]).toEqual([Uint8Array.of(1), Uint8Array.of(1)]); // it gave nothing back yet
    expect([reader.read(), reader.read()]).toEqual([Uint8Array.of(3), undefined]);
    expect(new ByteRingReader(shared).read()).toBe(undefined);
  });
});

describe("a pool that may allocate", () => {
  it("lends a buffer that is not its own when all are taken", () => {
    const shared = bufferPool({ buffers: 1, bytes: 20_000 });
    const pool = new BufferPool(shared, { whenExhausted: "allocate" });
    const own = pool.take();
    const other = pool.take();
    expect([own.slot, own.bytes.length, other.slot, other.bytes.length]).toEqual([0, 20_000, -1, 20_000]);
    expect(own.bytes.buffer).toBe(shared);
    pool.give(other);
    pool.give(own);
    expect(pool.take().slot).toBe(0);
  });
});

describe("what is wrong", () => {
  it("with memory or measures is said before anything is touched", () => {
    for (const bytes of [0, 63, 100, 2 ** 31]) expect(() => byteRing(bytes)).toThrow(OptionError);
    expect(() => recordRing({ records: 3, recordBytes: 4 })).toThrow(OptionError);
    expect(() => recordQueue({ records: 4, recordBytes: 0 })).toThrow(OptionError);
    expect(() => bufferPool({ buffers: 0, bytes: 16_384 })).toThrow(OptionError);
    expect(() => bufferPool({ buffers: 1, bytes: 16_383 })).toThrow(OptionError);
    expect(() => new ByteRingReader(new ArrayBuffer(64) as unknown as SharedArrayBuffer)).toThrow(OptionError);
    expect(() => new ByteRingReader(new SharedArrayBuffer(4))).toThrow(SharedMemoryError);
    expect(() => new ByteRingWriter(recordRing({ records: 2, recordBytes: 4 }))).toThrow(SharedMemoryError);
    expect(() => new BufferPool(bufferPool({ buffers: 1, bytes: 16_384 }), { whenExhausted: "wait" as never })).toThrow(OptionError);
  });

  it("with what is put in is said, too", () => {
    const ring = new ByteRingWriter(byteRing(64));
    expect(ring.maxMessageBytes).toBe(28);
    expect(() => ring.write(new Uint8Array(29))).toThrow(/29 bytes is over the 28/);
    expect(() => ring.waitSync(29, 1)).toThrow(OptionError);
    expect(() => ring.waitSync(1, -1)).toThrow(OptionError);
    expect(() => new RecordRingWriter(recordRing({ records: 2, recordBytes: 4 })).write(new Uint8Array(3))).toThrow(OptionError);
    expect(() => new RecordQueue(recordQueue({ records: 2, recordBytes: 4 })).push(new Uint8Array(5))).toThrow(OptionError);
    const pool = new BufferPool(bufferPool({ buffers: 2, bytes: 16_384 }));
    const { bytes } = pool.take();
    for (const slot of [0.5, 7, -2]) expect(() => pool.give({ bytes, slot, ticket: 1 })).toThrow(NotHeldError);
  });

  it("in a ring that somebody wrote over is noticed by its reader", () => {
    const shared = byteRing(64);
    const [writer, reader] = [new ByteRingWriter(shared), new ByteRingReader(shared)];
    writer.write(new Uint8Array(8));
    writer.flush();
    new Int32Array(shared)[5 * 16] = 1_000;
    expect(() => reader.read()).toThrow(SharedMemoryError);
  });
});
