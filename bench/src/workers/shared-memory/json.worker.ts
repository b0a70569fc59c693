/** Small objects, as a job's request would be, over a byte ring and over ports. */
import { ByteRingReader, ByteRingWriter } from "@job-orch/threads";
import { receiveFrom, sendOver } from "./ports.ts";
import { play, type Seen } from "./start.ts";

const FLUSH_EVERY = 64;

interface Order {
  readonly i: number;
  readonly customer: string;
  readonly amount: number;
  readonly tags: readonly string[];
}

const order = (i: number): Order => ({ i, customer: `customer ${i % 1_000}`, amount: i * 1.25, tags: ["new", "paid", "express"] });
const orders = (first: number, size: number): readonly Order[] => Array.from({ length: size }, (_, at) => order(first + at));
const look = (seen: readonly Order[]): Seen => ({ seen: seen.length, sum: seen.reduce((sum, { i }) => sum + i, 0) });

play({
  writeRing: ({ shared }) => {
    const ring = new ByteRingWriter(shared);
    return (count) => {
      for (let i = 0; i < count; i++) {
        const message = Buffer.from(JSON.stringify(order(i)));
        while (!ring.write(message)) ring.waitSync(message.length);
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
      const take = (message: Uint8Array): void => {
        sum += (JSON.parse(Buffer.from(message.buffer, message.byteOffset, message.length).toString("latin1")) as Order).i; // it is ASCII
      };
      for (; seen < count; seen += ring.drain(take)) ring.waitSync();
      return { seen, sum };
    };
  },
  sendObjects: sendOver(orders),
  takeObjects: receiveFrom(look),
  sendText: sendOver((first, size) => JSON.stringify(orders(first, size))),
  takeText: receiveFrom((text: string) => look(JSON.parse(text) as readonly Order[])),
});
