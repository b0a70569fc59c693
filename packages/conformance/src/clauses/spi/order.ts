import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Delivery } from "@job-orch/core";
import { type Clause, clause } from "../../clause.ts";
import { drain } from "../../drain.ts";

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));
const keyed = (orderKey: string): { readonly options: { readonly orderKey: string } } => ({ options: { orderKey } });

export const order: readonly Clause[] = [
  clause("SPI-ORD-01", "one receiver gets the frames of one sender in their order", ["ordered"], async (bench) => {
    const channel = bench.work();
    const sender = await bench.sender(channel);
    for (let batch = 0; batch < 20; batch++)
      await bench.accepted(
        sender,
        [0, 1, 2, 3, 4].map((index) => bench.frame(String(5 * batch + index))),
      );
    const { all } = await drain(bench, [await bench.receiver(channel)], 100, { max: 7 });
    deepStrictEqual(all, numbers(100), "the order was changed");
  }),

  clause(
    "SPI-ORD-02",
    "frames with one order key are lent out one at a time, in their order, among many receivers",
    ["ordered by key"],
    async (bench) => {
      const channel = bench.work();
      const keys = ["a", "b", "c", "d", "e"];
      const receivers = await Promise.all([0, 1, 2, 3].map(() => bench.receiver(channel)));
      await bench.send(
        channel,
        numbers(12).flatMap((text) => keys.map((key) => bench.frame(`${key}${text}`, keyed(key)))),
      );
      const begun: string[] = [];
      const open = new Set<string>();
      const hold = async (deliveries: readonly Delivery[]): Promise<void> => {
        for (const delivery of deliveries) {
          const key = bench.text(delivery).slice(0, 1);
          ok(!open.has(key), `two frames with the order key "${key}" were lent out at once`);
          open.add(key);
          begun.push(bench.text(delivery));
        }
        await bench.pause(1);
        for (const delivery of deliveries) open.delete(bench.text(delivery).slice(0, 1));
      };
      await drain(bench, receivers, 60, { hold });
      for (const key of keys) {
        const ofKey = begun.filter((text) => text.startsWith(key)).map((text) => text.slice(1));
        deepStrictEqual(ofKey, numbers(12), `the order of key "${key}" was changed`);
      }
    },
  ),

  clause("SPI-ORD-03", "a retry of the first frame of a key lets no later one overtake", ["ordered by key"], async (bench) => {
    const channel = bench.work();
    await bench.send(
      channel,
      numbers(3).map((text) => bench.frame(text, keyed("k"))),
    );
    const receiver = await bench.receiver(channel);
    await bench.retry(receiver, [await bench.takeOne(receiver)]);
    const { all } = await drain(bench, [receiver], 3);
    deepStrictEqual(all, numbers(3), "a later frame of the key overtook one that was retried");
  }),

  clause(
    "SPI-ORD-04",
    "not even while the first one waits for its next attempt; other keys go on",
    ["ordered by key", "delay"],
    async (bench) => {
      const channel = bench.work();
      await bench.send(channel, [bench.frame("0", keyed("k")), bench.frame("1", keyed("k"))]);
      const receiver = await bench.receiver(channel);
      const headMs = bench.clock.now() + 2 * bench.quietMs;
      await bench.retry(receiver, [await bench.takeOne(receiver)], 2 * bench.quietMs);
      await bench.send(channel, [bench.frame("other", keyed("l"))]);
      const first = await bench.takeOne(receiver);
      // On a machine that stalls the first of the key may be due by now.
      ok(
        bench.text(first) === "other" || bench.clock.now() >= headMs,
        `"${bench.text(first)}" came before its time, or another key was held up`,
      );
      await bench.ack(receiver, [first]);
      const { all } = await drain(bench, [receiver], 2);
      const ofKey = [bench.text(first), ...all].filter((text) => text !== "other");
      deepStrictEqual(ofKey, ["0", "1"], "a later frame of the key overtook one that waits");
    },
  ),

  clause("SPI-ORD-05", "a key that is being worked on holds up no other", ["ordered by key"], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    await bench.send(channel, [
      bench.frame("a0", keyed("a")),
      bench.frame("a1", keyed("a")),
      bench.frame("b0", keyed("b")),
      bench.frame("free"),
    ]);
    const held = await bench.take(receiver, 3);
    deepStrictEqual(bench.texts(held).sort(), ["a0", "b0", "free"]);
    await bench.quiet(receiver, "a1 waits for a0");
    await bench.ack(receiver, held);
    strictEqual(bench.text(await bench.takeOne(receiver)), "a1");
  }),

  clause("SPI-ORD-06", "what a receiver held when it closed comes before later frames of its key", ["ordered by key"], async (bench) => {
    const channel = bench.work();
    const one = await bench.receiver(channel);
    await bench.send(
      channel,
      numbers(3).map((text) => bench.frame(text, keyed("k"))),
    );
    strictEqual(bench.text(await bench.takeOne(one)), "0");
    await bench.within(one[Symbol.asyncDispose](), "a receiver closes");
    const { all } = await drain(bench, [await bench.receiver(channel)], 3);
    deepStrictEqual(all, numbers(3), "a later frame of the key overtook one that was given back");
  }),

  clause("SPI-ORD-07", "a key whose first frame was buried goes on with the next", ["ordered by key"], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    await bench.send(
      channel,
      numbers(2).map((text) => bench.frame(text, keyed("k"))),
    );
    await bench.settle(receiver, [await bench.takeOne(receiver)], { kind: "dead", reason: { name: "Error", message: "no" } });
    strictEqual(bench.text(await bench.takeOne(receiver)), "1");
  }),
];
