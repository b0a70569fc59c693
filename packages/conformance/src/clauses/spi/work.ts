import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type Clause, clause } from "../../clause.ts";
import { never } from "../../never.ts";
import { drain } from "../../drain.ts";
import { sameMembers } from "../../same-members.ts";

export const work: readonly Clause[] = [
  clause("SPI-WRK-01", "receivers of a work channel share: each frame goes to one of them, once", [], async (bench) => {
    const channel = bench.work();
    const receivers = [await bench.receiver(channel), await bench.receiver(channel)];
    const frames = bench.frames(60);
    await bench.send(channel, frames);
    const { all } = await drain(bench, receivers, 60);
    sameMembers(
      all,
      frames.map((_, index) => String(index)),
    );
    for (const receiver of receivers) await bench.quiet(receiver, "all were acked");
  }),

  clause("SPI-WRK-02", "receivers on two connections share as well", ["beyond one process"], async (bench) => {
    const channel = bench.work();
    const peer = await bench.peer();
    const receivers = [await bench.receiver(channel), await bench.receiver(channel, {}, peer)];
    const frames = bench.frames(60);
    await bench.send(channel, frames.slice(0, 30));
    await bench.send(channel, frames.slice(30), peer);
    const { all } = await drain(bench, receivers, 60);
    sameMembers(
      all,
      frames.map((_, index) => String(index)),
    );
    for (const receiver of receivers) await bench.quiet(receiver, "all were acked");
  }),

  clause("SPI-WRK-03", "a receive takes no more than it asked for", [], async (bench) => {
    const channel = bench.work();
    await bench.send(channel, bench.frames(20));
    const receiver = await bench.receiver(channel);
    for (const max of [1, 7, 3]) {
      const taken = await bench.receive(receiver, max, bench.slowMs);
      ok(taken.length >= 1 && taken.length <= max, `a receive of at most ${max} took ${taken.length}`);
    }
  }),

  clause("SPI-WRK-04", "a receive waits while there is nothing, and ends when something comes", [], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    const waiting = Promise.resolve(receiver.receive(5, never));
    ok(await bench.staysPending(waiting), "a receive ended although nothing was there");
    await bench.send(channel, bench.frames(1));
    const taken = await bench.within(waiting, "a waiting receive is woken by a send");
    strictEqual(taken.length, 1);
  }),

  clause("SPI-WRK-05", "a waiting receive is woken by a send on another connection", ["beyond one process"], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    const waiting = Promise.resolve(receiver.receive(5, never));
    ok(await bench.staysPending(waiting), "a receive ended although nothing was there");
    await bench.send(channel, bench.frames(1), await bench.peer());
    strictEqual((await bench.within(waiting, "a waiting receive is woken by a peer's send")).length, 1);
  }),

  clause("SPI-WRK-06", "no more than maxInFlight deliveries are unsettled at once", [], async (bench) => {
    const channel = bench.work();
    await bench.send(channel, bench.frames(10));
    const receiver = await bench.receiver(channel, { maxInFlight: 3 });
    const held = await bench.take(receiver, 3);
    await bench.quiet(receiver, "maxInFlight was reached");
    await bench.ack(receiver, held.slice(0, 1));
    const more = await bench.receive(receiver, 10, bench.slowMs);
    strictEqual(more.length, 1, "one was settled, so one more may be lent out");
  }),

  clause("SPI-WRK-07", "a receiver that stalls hoards nothing that another could take", [], async (bench) => {
    const channel = bench.work();
    const stalled = await bench.receiver(channel, { maxInFlight: 1 });
    const other = await bench.receiver(channel);
    await bench.send(channel, bench.frames(10));
    await bench.takeOne(stalled);
    const over = new AbortController();
    const waiting = stalled.receive(10, over.signal);
    await bench.take(other, 9);
    over.abort();
    await bench.within(waiting, "an aborted receive ends");
  }),

  clause("SPI-WRK-08", "a receive that was aborted while waiting takes nothing afterwards", [], async (bench) => {
    const channel = bench.work();
    const [one, other] = [await bench.receiver(channel), await bench.receiver(channel)];
    const over = new AbortController();
    const waiting = Promise.resolve(one.receive(5, over.signal));
    ok(await bench.staysPending(waiting), "a receive ended although nothing was there");
    over.abort();
    deepStrictEqual(await bench.within(waiting, "an aborted receive ends"), []);
    await bench.send(channel, bench.frames(1));
    await bench.takeOne(other);
  }),

  clause("SPI-WRK-09", "a receive of a receiver that was closed while waiting takes nothing afterwards", [], async (bench) => {
    const channel = bench.work();
    const [one, other] = [await bench.receiver(channel), await bench.receiver(channel)];
    const waiting = Promise.resolve(one.receive(5, never));
    ok(await bench.staysPending(waiting), "a receive ended although nothing was there");
    await bench.within(one[Symbol.asyncDispose](), "a receiver closes");
    deepStrictEqual(await bench.within(waiting, "a receive of a closed receiver ends"), []);
    await bench.send(channel, bench.frames(1));
    await bench.takeOne(other);
  }),

  clause("SPI-WRK-10", "an abort in the same moment as a send loses nothing", [], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    const sender = await bench.sender(channel);
    for (let round = 0; round < 30; round++) {
      const over = new AbortController();
      const receiving = Promise.resolve(receiver.receive(1, over.signal));
      const sending = bench.accepted(sender, [bench.frame(String(round))]);
      for (let turns = round % 6; turns > 0; turns--) await undefined;
      over.abort();
      await sending;
      const taken = await bench.within(receiving, "an aborted receive ends");
      const deliveries = taken.length > 0 ? taken : await bench.take(receiver, 1);
      deepStrictEqual(bench.texts(deliveries), [String(round)], "a frame was lost or came again");
      await bench.ack(receiver, deliveries);
    }
  }),

  clause("SPI-WRK-11", "channels with similar names are different channels", [], async (bench) => {
    const stem = bench.name();
    const names = [
      stem,
      stem.toUpperCase(),
      `${stem}.x`,
      `${stem}/x`,
      `${stem}:x`,
      `${stem}_x`,
      `${stem}/../x`,
      stem.padEnd(200, "y"),
      `${stem.padEnd(199, "y")}z`,
    ];
    const channels = names.map((name) => ({ name, mode: "work" }) as const);
    for (const channel of channels) await bench.send(channel, [bench.frame(channel.name)]);
    for (const channel of channels) {
      const receiver = await bench.receiver(channel);
      const taken = await bench.receive(receiver, 10, bench.slowMs);
      deepStrictEqual(bench.texts(taken), [channel.name], "frames of different channels were mixed up");
    }
  }),
];
