/** Messages of 96 bytes, each with its number in front, over a byte ring and over ports. */
import { ByteRingReader, ByteRingWriter } from "@job-orch/threads";
import { receiveFrom, sendOver } from "./ports.ts";
import { play } from "./start.ts";

const BYTES = 96;
const FLUSH_EVERY = 64;
const numberOf = (message: Uint8Array): number =>
  ((message[0] as number) | ((message[1] as number) << 8) | ((message[2] as number) << 16) | ((message[3] as number) << 24)) >>> 0;

function mark(message: Uint8Array, at: number, i: number): void {
  message[at] = i & 0xff;
  message[at + 1] = (i >>> 8) & 0xff;
  message[at + 2] = (i >>> 16) & 0xff;
  message[at + 3] = i >>> 24;
}

/** One object per message, made before: a port could not clone the same one twice into one array. */
const objects = Array.from({ length: FLUSH_EVERY }, () => new Uint8Array(BYTES));

play({
  writeRing: ({ shared }) => {
    const ring = new ByteRingWriter(shared);
    const message = new Uint8Array(BYTES);
    return (count) => {
      for (let i = 0; i < count; i++) {
        mark(message, 0, i);
        while (!ring.write(message)) ring.waitSync(BYTES);
        if (i % FLUSH_EVERY === 0) ring.flush();
      }
      ring.flush();
      return undefined;
    };
  },
  readRing: ({ shared }) => {
    const ring = new ByteRingReader(shared);
    return (count) => {
      let sum = 0;
      let seen = 0;
      const take = (message: Uint8Array): void => void (sum += numberOf(message));
      for (; seen < count; seen += ring.drain(take)) ring.waitSync();
      return { seen, sum };
    };
  },
  sendEach: sendOver((first) => {
    const message = objects[0] as Uint8Array;
    mark(message, 0, first);
    return message;
  }),
  takeEach: receiveFrom((message: Uint8Array) => ({ seen: 1, sum: numberOf(message) })),
  sendArrays: sendOver((first, size) => {
    for (let at = 0; at < size; at++) mark(objects[at] as Uint8Array, 0, first + at);
    return objects.slice(0, size);
  }),
  takeArrays: receiveFrom((messages: readonly Uint8Array[]) => ({
    seen: messages.length,
    sum: messages.reduce((sum, message) => sum + numberOf(message), 0),
  })),
  sendJoined: sendOver((first, size) => {
    const joined = new Uint8Array(size * BYTES);
    for (let at = 0; at < size; at++) mark(joined, at * BYTES, first + at);
    return joined;
  }),
  takeJoined: receiveFrom((joined: Uint8Array) => {
    let sum = 0;
    for (let at = 0; at < joined.length; at += BYTES) sum += numberOf(joined.subarray(at, at + BYTES));
    return { seen: joined.length / BYTES, sum };
  }),
});
