import { deepStrictEqual, fail, ok } from "node:assert/strict";
import { type Clause, clause } from "../../clause.ts";
import { drain } from "../../drain.ts";

const level = (priority: number): { readonly options: { readonly priority: number } } => ({ options: { priority } });

export const priority: readonly Clause[] = [
  clause("SPI-PRI-01", "what is ready goes by priority, 9 first, 5 when it does not say", ["priority"], async (bench) => {
    const channel = bench.work();
    await bench.send(channel, [
      bench.frame("1", level(1)),
      bench.frame("5"),
      bench.frame("0", level(0)),
      bench.frame("9", level(9)),
      bench.frame("6", level(6)),
    ]);
    const { all } = await drain(bench, [await bench.receiver(channel, { maxInFlight: 1 })], 5, { max: 1 });
    deepStrictEqual(all, ["9", "6", "5", "1", "0"], "the priorities were not followed");
  }),

  clause("SPI-PRI-02", "of many, nearly all with a high priority go before those with a low one", ["priority"], async (bench) => {
    const channel = bench.work();
    await bench.send(
      channel,
      Array.from({ length: 40 }, () => bench.frame("low", level(1))),
    );
    await bench.send(
      channel,
      Array.from({ length: 40 }, () => bench.frame("high", level(8))),
    );
    const { all } = await drain(bench, [await bench.receiver(channel)], 80, { max: 4 });
    const early = all.slice(0, 40).filter((text) => text === "high").length;
    ok(early >= 34, `only ${early} of the first 40 had the high priority`);
  }),

  clause("SPI-PRI-03", "no priority starves, however many more urgent frames keep coming", ["priority"], async (bench) => {
    const channel = bench.work();
    const sender = await bench.sender(channel);
    const receiver = await bench.receiver(channel);
    await bench.accepted(sender, [bench.frame("low", level(0)), ...Array.from({ length: 4 }, () => bench.frame("high", level(9)))]);
    const endsMs = bench.clock.now() + bench.slowMs;
    for (let picks = 0; picks < 1_000 || bench.clock.now() < endsMs; picks++) {
      const delivery = await bench.takeOne(receiver);
      if (bench.text(delivery) === "low") return;
      await bench.accepted(sender, [bench.frame("high", level(9))]);
      await bench.ack(receiver, [delivery]);
      if (picks >= 1_000) await bench.pause(bench.quietMs);
    }
    fail("a frame of low priority was never delivered");
  }),

  clause("SPI-PRI-04", "frames of one priority keep their order", ["priority", "ordered"], async (bench) => {
    const channel = bench.work();
    const texts = Array.from({ length: 10 }, (_, index) => String(index));
    await bench.send(
      channel,
      texts.map((text) => bench.frame(text, level(7))),
    );
    const { all } = await drain(bench, [await bench.receiver(channel)], 10, { max: 3 });
    deepStrictEqual(all, texts, "the order was changed");
  }),
];
