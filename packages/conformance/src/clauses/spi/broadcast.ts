import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Bench } from "../../bench.ts";
import { type Clause, clause } from "../../clause.ts";
import { sameMembers } from "../../same-members.ts";

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));

export const broadcast: readonly Clause[] = [
  clause("SPI-FAN-01", "every anonymous receiver of a broadcast channel gets every frame", [], async (bench) => {
    const channel = bench.broadcast();
    const receivers = [await bench.receiver(channel), await bench.receiver(channel), await bench.receiver(channel)];
    await bench.send(channel, bench.frames(20));
    for (const receiver of receivers) sameMembers(bench.texts(await bench.take(receiver, 20)), numbers(20));
  }),

  clause("SPI-FAN-02", "a subscription is live once receiver() has resolved: nothing sent afterwards is missed", [], async (bench) => {
    await liveAtOnce(bench, bench.transport);
  }),

  clause("SPI-FAN-03", "that holds for what is sent on another connection too", ["beyond one process"], async (bench) => {
    await liveAtOnce(bench, await bench.peer());
  }),

  clause("SPI-FAN-04", "a receiver that stalls holds up neither the sender nor other receivers", [], async (bench) => {
    const channel = bench.broadcast();
    const stalled = await bench.receiver(channel, { maxInFlight: 1 });
    const other = await bench.receiver(channel);
    const sender = await bench.sender(channel);
    await bench.accepted(sender, [bench.frame("0")]);
    await bench.takeOne(stalled);
    for (let index = 1; index < 50; index++) await bench.accepted(sender, [bench.frame(String(index))]);
    sameMembers(bench.texts(await bench.take(other, 50)), numbers(50));
  }),

  clause("SPI-FAN-05", "what one receiver retries or buries comes to the others no second time", [], async (bench) => {
    const channel = bench.broadcast();
    const [one, other] = [await bench.receiver(channel), await bench.receiver(channel)];
    await bench.send(channel, bench.frames(2));
    const [first, second] = await bench.take(one, 2);
    await bench.ack(other, await bench.take(other, 2));
    await bench.retry(one, first === undefined ? [] : [first]);
    await bench.settle(one, second === undefined ? [] : [second], { kind: "dead", reason: { name: "Error", message: "no" } });
    const again = await bench.takeOne(one);
    strictEqual(again.frame.id, first?.frame.id);
    strictEqual(again.attempt, 2);
    await bench.quiet(other, "another receiver's retry is not its business");
  }),

  clause("SPI-FAN-06", "a receiver that comes late gets nothing old", ["no replay"], async (bench) => {
    const channel = bench.broadcast();
    const early = await bench.receiver(channel);
    await bench.send(channel, bench.frames(3));
    await bench.take(early, 3);
    const late = await bench.receiver(channel);
    await bench.quiet(late, "it came after these were sent");
    await bench.send(channel, [bench.frame("new")]);
    strictEqual(bench.text(await bench.takeOne(late)), "new");
  }),

  clause("SPI-FAN-07", "what is sent where nobody listens goes nowhere, and the send is accepted", [], async (bench) => {
    const channel = bench.broadcast();
    await bench.send(channel, bench.frames(3));
    await bench.quiet(await bench.receiver(channel), "nobody was listening then");
  }),

  clause("SPI-FAN-08", "an anonymous receiver that is closed leaves nothing behind", ["counts leftovers"], async (bench) => {
    const channel = bench.broadcast();
    const count = async (): Promise<number> => (await bench.harness.leftovers?.()) ?? 0;
    const before = await count();
    for (let round = 0; round < 10; round++) {
      const receiver = await bench.receiver(channel);
      await bench.send(channel, bench.frames(1));
      await bench.takeOne(receiver);
      await bench.within(receiver[Symbol.asyncDispose](), "a receiver closes");
    }
    const endsMs = bench.clock.now() + bench.slowMs;
    let left = await count();
    while (left > before && bench.clock.now() < endsMs) {
      await bench.pause(10);
      left = await count();
    }
    ok(left <= before, `${left - before} things are left of anonymous receivers that were closed`);
  }),

  clause("SPI-FAN-09", "a receiver that is closed gets nothing more, and what it held goes to nobody else", [], async (bench) => {
    const channel = bench.broadcast();
    const [one, other] = [await bench.receiver(channel), await bench.receiver(channel)];
    await bench.send(channel, bench.frames(2));
    await bench.take(one, 2);
    await bench.ack(other, await bench.take(other, 2));
    await bench.within(one[Symbol.asyncDispose](), "a receiver closes");
    await bench.quiet(other, "it has had these");
  }),

  clause("SPI-FAN-10", "every receiver gets the frames of one sender in their order", ["ordered"], async (bench) => {
    const channel = bench.broadcast();
    const receivers = [await bench.receiver(channel), await bench.receiver(channel)];
    const sender = await bench.sender(channel);
    for (let batch = 0; batch < 10; batch++)
      await bench.accepted(
        sender,
        [0, 1, 2].map((index) => bench.frame(String(3 * batch + index))),
      );
    for (const receiver of receivers) deepStrictEqual(bench.texts(await bench.take(receiver, 30)), numbers(30), "the order was changed");
  }),
];

async function liveAtOnce(bench: Bench, sending: Bench["transport"]): Promise<void> {
  const channel = bench.broadcast();
  const sender = await bench.sender(channel, sending);
  for (let round = 0; round < 25; round++) {
    const receiver = await bench.receiver(channel);
    await bench.accepted(sender, [bench.frame(String(round))]);
    strictEqual(bench.text(await bench.takeOne(receiver)), String(round), "a frame was missed");
    await bench.within(receiver[Symbol.asyncDispose](), "a receiver closes");
  }
}
