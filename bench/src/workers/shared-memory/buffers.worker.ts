/** Buffers of 64 KiB, filled by one thread and looked through by another: from a pool, handed over, copied. */
import { BufferPool, type PooledBuffer } from "@job-orch/threads";
import { receiveFrom, sendOver } from "./ports.ts";
import { type Given, play, type Seen } from "./start.ts";

const BYTES = 65_536;

/** Fills all of it; its number is in front. */
function fill(bytes: Uint8Array, i: number): void {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  words.fill(7);
  words[0] = i;
}

/** Looks at every cache line; its number is in front. */
function look({ buffer, byteOffset, length }: Uint8Array): Seen {
  const words = new Uint32Array(buffer, byteOffset, length / 4);
  let sum = 0;
  for (let at = 16; at < words.length; at += 16) sum += words[at] as number;
  if (sum !== (words.length / 16 - 1) * 7) throw new Error(`a buffer was written over: ${sum}`);
  return { seen: 1, sum: words[0] as number };
}

const filled = (first: number): Uint8Array => {
  const bytes = new Uint8Array(BYTES);
  fill(bytes, first);
  return bytes;
};

play({
  sendPooled: (given: Given) => {
    const pool = new BufferPool(given.shared);
    return sendOver((first) => {
      const buffer = pool.takeSync();
      fill(buffer.bytes, first);
      return buffer;
    })(given);
  },
  takePooled: (given: Given) => {
    const pool = new BufferPool(given.shared);
    return receiveFrom((buffer: PooledBuffer) => {
      const seen = look(buffer.bytes);
      pool.give(buffer);
      return seen;
    })(given);
  },
  sendTransferred: sendOver(filled, (bytes) => [(bytes as Uint8Array<ArrayBuffer>).buffer]),
  sendCopied: sendOver(filled),
  take: receiveFrom(look),
});
