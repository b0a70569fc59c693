/** Records of two doubles (a number and a value) over a ring, over a queue with several receivers, and over ports. */
import { RecordQueue, RecordRingReader, RecordRingWriter } from "@job-orch/threads";
import { receiveFrom, sendOver } from "./ports.ts";
import { play, type Seen } from "./start.ts";

const RECORD_BYTES = 16;
const FLUSH_EVERY = 64;
/** The number that tells a receiver of a queue that there is no more. */
const END = -1;

play({
  writeRing: ({ shared }) => {
    const ring = new RecordRingWriter(shared);
    const record = new Float64Array(2);
    const bytes = new Uint8Array(record.buffer);
    return (count) => {
      for (let i = 0; i < count; i++) {
        record[0] = i;
        record[1] = i / 2;
        while (!ring.write(bytes)) ring.waitSync();
        if (i % FLUSH_EVERY === 0) ring.flush();
      }
      ring.flush();
      return undefined;
    };
  },
  readRing: ({ shared }) => {
    const ring = new RecordRingReader(shared);
    const record = new Float64Array(2);
    const bytes = new Uint8Array(record.buffer);
    return (count) => {
      let sum = 0;
      for (let seen = 0; seen < count; seen++) {
        while (!ring.read(bytes)) ring.waitSync();
        sum += record[0] as number;
      }
      return { seen: count, sum };
    };
  },
  pushQueue: ({ shared, ports }) => {
    const queue = new RecordQueue(shared);
    const record = new Float64Array(2);
    const bytes = new Uint8Array(record.buffer, 0, RECORD_BYTES);
    return (count) => {
      for (let i = 0; i < count + ports.length; i++) {
        record[0] = i < count ? i : END;
        record[1] = i / 2;
        queue.pushSync(bytes);
      }
      return undefined;
    };
  },
  popQueue: ({ shared }) => {
    const queue = new RecordQueue(shared);
    const record = new Float64Array(2);
    const bytes = new Uint8Array(record.buffer, 0, RECORD_BYTES);
    return () => {
      let sum = 0;
      for (let seen = 0; ; seen++) {
        queue.popSync(bytes);
        if (record[0] === END) return { seen, sum };
        sum += record[0] as number;
      }
    };
  },
  sendObjects: sendOver((first, size) => Array.from({ length: size }, (_, at) => ({ i: first + at, value: (first + at) / 2 }))),
  takeObjects: receiveFrom((records: readonly { readonly i: number }[]): Seen => ({
    seen: records.length,
    sum: records.reduce((sum, { i }) => sum + i, 0),
  })),
  sendDoubles: sendOver((first, size) => {
    const doubles = new Float64Array(2 * size);
    for (let at = 0; at < size; at++) {
      doubles[2 * at] = first + at;
      doubles[2 * at + 1] = (first + at) / 2;
    }
    return doubles;
  }),
  takeDoubles: receiveFrom((doubles: Float64Array): Seen => {
    let sum = 0;
    for (let at = 0; at < doubles.length; at += 2) sum += doubles[at] as number;
    return { seen: doubles.length / 2, sum };
  }),
});
