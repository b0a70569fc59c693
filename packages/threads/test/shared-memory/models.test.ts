import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BufferPool, bufferPool, byteRing, ByteRingReader, ByteRingWriter, type PooledBuffer, RecordQueue, recordQueue, recordRing, RecordRingReader,
  RecordRingWriter,
} from "../../src/index.ts"; // prettier-ignore

const numRuns = Number(process.env["JOB_ORCH_RUNS"] ?? 200);
const WRITTEN = 16; // words of a ring, see ring-layout.ts
const READ = 32;
/** Positions count on and wrap at 2³²: begin just before that, and just before they turn negative. */
const beginning = fc.constantFrom(0, 2 ** 31 - 64, -64);

function begun(shared: SharedArrayBuffer, position: number): SharedArrayBuffer {
  const words = new Int32Array(shared, 0, 64);
  words[WRITTEN] = words[READ] = position;
  return shared;
}

const ringCommand = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("write" as const), length: fc.nat(40) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("flush" as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("read" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("drain" as const), max: fc.nat(5) }) },
);

describe("a byte ring", () => {
  it("is a queue: what was flushed comes out, once and in order, and what is refused leaves no trace", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(64, 128, 1_024),
        beginning,
        fc.array(ringCommand, { maxLength: 200, size: "max" }),
        (bytes, at, commands) => {
          const shared = begun(byteRing(bytes), at);
          const [writer, reader] = [new ByteRingWriter(shared), new ByteRingReader(shared)];
          const written: Uint8Array[] = [];
          let flushed = 0;
          let read = 0;
          let next = 0;
          const check = (message: Uint8Array): void => {
            expect(read).toBeLessThan(flushed);
            expect([...message]).toEqual([...(written[read++] ?? [])]);
          };
          for (const one of commands) {
            if (one.kind === "write") {
              const message = new Uint8Array(Math.min(one.length, writer.maxMessageBytes)).fill(++next);
              if (writer.write(message)) written.push(message);
              else {
                flushed = written.length;
                expect(written.length - read).toBeGreaterThan(0); // refused because of what is unread, never for good
              }
            } else if (one.kind === "flush") {
              writer.flush();
              flushed = written.length;
            } else if (one.kind === "read") {
              const message = reader.read();
              if (message === undefined) expect(read).toBe(flushed);
              else check(message);
            } else expect(reader.drain(check, one.max)).toBeLessThanOrEqual(one.max);
          }
          writer.flush();
          flushed = written.length;
          reader.drain(check);
          expect(read).toBe(written.length);
        },
      ),
      { numRuns },
    );
  });
});

describe("a ring of records", () => {
  it("is a queue of as many as it says", () => {
    const commands = fc.array(fc.constantFrom("write", "flush", "read"), { maxLength: 200, size: "max" });
    fc.assert(
      fc.property(fc.constantFrom(2, 8), beginning, commands, (records, at, sequence) => {
        const shared = begun(recordRing({ records, recordBytes: 3 }), at);
        const [writer, reader] = [new RecordRingWriter(shared), new RecordRingReader(shared)];
        const written: number[] = [];
        let flushed = 0;
        let read = 0;
        const into = new Uint8Array(3);
        for (const one of sequence) {
          if (one === "write") {
            const value = written.length & 0xff;
            if (writer.write(new Uint8Array(3).fill(value))) written.push(value);
            else flushed = written.length;
            expect(written.length - read).toBeLessThanOrEqual(records);
          } else if (one === "flush") {
            writer.flush();
            flushed = written.length;
          } else if (reader.read(into)) {
            expect(read).toBeLessThan(flushed);
            expect([...into]).toEqual(Array.from({ length: 3 }, () => written[read]));
            read++;
          } else expect(read).toBe(flushed);
        }
      }),
      { numRuns },
    );
  });
});

describe("a queue of records", () => {
  it("is a queue of as many as it says, whichever handle pushes and pops", () => {
    const command = fc.record({ kind: fc.constantFrom("push", "pop"), who: fc.nat(1) });
    fc.assert(
      fc.property(fc.constantFrom(2, 8), fc.array(command, { maxLength: 200, size: "max" }), (records, commands) => {
        const shared = recordQueue({ records, recordBytes: 1 });
        const handles = [new RecordQueue(shared), new RecordQueue(shared)];
        const model: number[] = [];
        let next = 0;
        const into = new Uint8Array(1);
        for (const { kind, who } of commands) {
          const queue = handles[who] as RecordQueue;
          if (kind === "push") {
            const value = next++ & 0xff;
            expect(queue.push(Uint8Array.of(value))).toBe(model.length < records);
            if (model.length < records) model.push(value);
          } else {
            const expected = model.shift();
            expect(queue.pop(into)).toBe(expected !== undefined);
            if (expected !== undefined) expect(into[0]).toBe(expected);
          }
          expect(queue.size).toBe(model.length);
        }
      }),
      { numRuns },
    );
  });
});

describe("a pool of buffers", () => {
  it("lends each to one at a time, and knows what was given back before", () => {
    const command = fc.record({ kind: fc.constantFrom("take", "give", "giveAgain"), which: fc.nat(100) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(command, { maxLength: 100, size: "max" }), (buffers, commands) => {
        const pool = new BufferPool(bufferPool({ buffers, bytes: 16_384 }));
        const held: PooledBuffer[] = [];
        const given: PooledBuffer[] = [];
        for (const { kind, which } of commands) {
          if (kind === "take" && held.length === buffers) expect(() => pool.take()).toThrow(/All \d buffers/);
          else if (kind === "take") {
            const buffer = pool.take();
            expect(held.map(({ slot }) => slot)).not.toContain(buffer.slot);
            held.push(buffer);
          } else if (kind === "give" && held.length > 0) {
            const [buffer] = held.splice(which % held.length, 1) as [PooledBuffer];
            pool.give(buffer);
            given.push(buffer);
          } else if (kind === "giveAgain" && given.length > 0) {
            // Also when somebody else holds it by now.
            expect(() => pool.give(given[which % given.length] as PooledBuffer)).toThrow(expect.objectContaining({ code: "ERR_NOT_HELD" }));
          }
        }
      }),
      { numRuns },
    );
  });
});
