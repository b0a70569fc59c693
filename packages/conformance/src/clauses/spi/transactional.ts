import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Settlement } from "@job-orch/core";
import { type Clause, clause } from "../../clause.ts";

export const transactional: readonly Clause[] = [
  clause("SPI-TRX-01", "a settlement and what it sends on are stored together", ["transactional"], async (bench) => {
    const [channel, next, news] = [bench.work("from"), bench.work("to"), bench.broadcast("news")];
    const receiver = await bench.receiver(channel);
    const [onNext, onNews] = [await bench.receiver(next), await bench.receiver(news)];
    await bench.send(channel, bench.frames(1));
    const delivery = await bench.takeOne(receiver);
    const sends = [
      { channel: next, frames: [bench.frame("a", { headers: { "x-from": "settle" } }), bench.frame("b")] },
      { channel: news, frames: [bench.frame("c")] },
    ];
    await bench.within(receiver.settle([{ delivery, outcome: { kind: "ack" }, sends }]), "a settle with sends is stored");
    const sent = await bench.take(onNext, 2);
    deepStrictEqual(bench.texts(sent), ["a", "b"]);
    deepStrictEqual({ ...sent[0]?.frame.headers }, { "x-from": "settle" });
    strictEqual(bench.text(await bench.takeOne(onNews)), "c");
    await bench.quiet(receiver, "it was acked");
  }),

  clause("SPI-TRX-02", "settling twice sends once", ["transactional"], async (bench) => {
    const [channel, next] = [bench.work("from"), bench.work("to")];
    const receiver = await bench.receiver(channel);
    await bench.send(channel, bench.frames(1));
    const delivery = await bench.takeOne(receiver);
    const settlement = (text: string): Settlement => ({
      delivery,
      outcome: { kind: "ack" },
      sends: [{ channel: next, frames: [bench.frame(text)] }],
    });
    await bench.within(receiver.settle([settlement("first")]), "a settle with sends is stored");
    await bench.within(receiver.settle([settlement("second")]), "a second settle ends");
    const onNext = await bench.receiver(next);
    strictEqual(bench.text(await bench.takeOne(onNext)), "first");
    await bench.quiet(onNext, "the second settle did nothing");
  }),

  clause(
    "SPI-TRX-03",
    "a settlement that came too late sends nothing, and is in `lost`",
    ["transactional", "lease per delivery"],
    async (bench) => {
      const [channel, next] = [bench.work("from"), bench.work("to")];
      const hung = await bench.receiver(channel, { leaseMs: bench.quietMs });
      await bench.send(channel, bench.frames(1));
      const delivery = await bench.takeOne(hung);
      await bench.takeOne(await bench.receiver(channel));
      const settled = await bench.within(
        hung.settle([{ delivery, outcome: { kind: "ack" }, sends: [{ channel: next, frames: bench.frames(1) }] }]),
        "a late settle ends",
      );
      ok(settled?.lost.includes(delivery), "a settle of a lost loan was not reported lost");
      await bench.quiet(await bench.receiver(next), "the settlement was lost, so nothing of it may be sent");
    },
  ),

  clause("SPI-TRX-04", "a settle that is refused has done nothing: neither settled nor sent", ["transactional", "limit"], async (bench) => {
    const [channel, next] = [bench.work("from"), bench.work("to")];
    const receiver = await bench.receiver(channel);
    const onNext = await bench.receiver(next);
    await bench.send(channel, bench.frames(1));
    const delivery = await bench.takeOne(receiver);
    const huge = { id: bench.name(), body: new Uint8Array(bench.capabilities.maxFrameBytes + 1) };
    const sends = [{ channel: next, frames: [bench.frame("small"), huge] }];
    await bench.refused(
      async () => receiver.settle([{ delivery, outcome: { kind: "ack" }, sends }]),
      ["ERR_TOO_LARGE"],
      "a settle with a frame over the limit",
    );
    await bench.quiet(onNext, "the settle was refused");
    await bench.retry(receiver, [delivery]);
    strictEqual((await bench.takeOne(receiver)).attempt, 2, "a refused settle had settled all the same");
  }),

  clause("SPI-TRX-05", "what a retry sends on goes out with it", ["transactional"], async (bench) => {
    const [channel, news] = [bench.work("from"), bench.broadcast("news")];
    const receiver = await bench.receiver(channel);
    const onNews = await bench.receiver(news);
    await bench.send(channel, bench.frames(1));
    const delivery = await bench.takeOne(receiver);
    const sends = [{ channel: news, frames: [bench.frame("retrying")] }];
    await bench.within(
      receiver.settle([{ delivery, outcome: { kind: "retry", delayMs: 0, charge: true }, sends }]),
      "a settle with sends is stored",
    );
    strictEqual(bench.text(await bench.takeOne(onNews)), "retrying");
    strictEqual((await bench.takeOne(receiver)).attempt, 2);
  }),
];
