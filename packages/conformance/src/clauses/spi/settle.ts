import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type Clause, clause } from "../../clause.ts";
import { sameMembers } from "../../same-members.ts";

/** By when the death of a process must have been noticed. Units: milliseconds. */
const DEATH_NOTICED_MS = 5_000;

const reason = { name: "Error", message: "no" };

export const settle: readonly Clause[] = [
  clause("SPI-ACK-01", "what was acked does not come again, to no receiver", [], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    await bench.send(channel, bench.frames(3));
    await bench.ack(receiver, await bench.take(receiver, 3));
    await bench.within(receiver[Symbol.asyncDispose](), "a receiver closes");
    await bench.quiet(await bench.receiver(channel), "all were acked");
  }),

  clause(
    "SPI-ACK-02",
    "what was acked or buried stays so after everything was closed, and the rest is there",
    ["durable"],
    async (bench) => {
      const channel = bench.work();
      const receiver = await bench.receiver(channel);
      await bench.send(channel, bench.frames(3));
      const held = await bench.take(receiver, 3);
      await bench.ack(receiver, held.slice(0, 1));
      await bench.settle(receiver, held.slice(1, 2), { kind: "dead", reason });
      const again = await bench.receiver(channel, {}, await bench.reopen());
      strictEqual((await bench.takeOne(again)).frame.id, held[2]?.frame.id);
      await bench.quiet(again, "the others were settled");
    },
  ),

  clause("SPI-ACK-03", "attempts count from 1, and a retry comes again with the next attempt and a higher fence", [], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    await bench.send(channel, bench.frames(1));
    let before = 0;
    for (const attempt of [1, 2, 3]) {
      const delivery = await bench.takeOne(receiver);
      strictEqual(delivery.attempt, attempt, `loan ${attempt} has attempt ${delivery.attempt}`);
      ok(delivery.fence > before, `the fence did not grow: ${delivery.fence} after ${before}`);
      before = delivery.fence;
      await bench.retry(receiver, [delivery]);
    }
  }),

  clause("SPI-ACK-04", "a hand-back without charge comes again with the same attempt", [], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    await bench.send(channel, bench.frames(1));
    await bench.retry(receiver, [await bench.takeOne(receiver)]);
    const second = await bench.takeOne(receiver);
    await bench.settle(receiver, [second], { kind: "retry", delayMs: 0, charge: false });
    const again = await bench.takeOne(receiver);
    strictEqual(again.attempt, 2, "a hand-back without charge was counted as an attempt");
    ok(again.fence > second.fence, "the fence did not grow");
  }),

  clause("SPI-ACK-05", "what was buried does not come again", [], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    await bench.send(channel, bench.frames(1));
    await bench.settle(receiver, [await bench.takeOne(receiver)], { kind: "dead", reason });
    await bench.quiet(receiver, "it is a dead letter");
    await bench.within(receiver[Symbol.asyncDispose](), "a receiver closes");
    await bench.quiet(await bench.receiver(channel), "it is a dead letter");
  }),

  clause("SPI-ACK-06", "the first settle wins and a second one does nothing: acked, then retried", [], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    await bench.send(channel, bench.frames(1));
    const delivery = await bench.takeOne(receiver);
    await bench.ack(receiver, [delivery]);
    const second = await bench.settle(receiver, [delivery], { kind: "retry", delayMs: 0, charge: true });
    ok(!second?.lost.includes(delivery), "settling twice was reported as a loss");
    await bench.quiet(receiver, "the first settle acked it");
  }),

  clause("SPI-ACK-07", "the first settle wins and a second one does nothing: retried, then acked", [], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    await bench.send(channel, bench.frames(1));
    const delivery = await bench.takeOne(receiver);
    await bench.retry(receiver, [delivery]);
    await bench.ack(receiver, [delivery]);
    const again = await bench.takeOne(receiver);
    strictEqual(again.attempt, 2);
    await bench.ack(receiver, [delivery]);
    await bench.retry(receiver, [again]);
    strictEqual((await bench.takeOne(receiver)).attempt, 3, "an old settle ended a newer loan");
  }),

  clause("SPI-ACK-08", "what a receiver holds when it closes comes again at once, without charge", [], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    await bench.send(channel, bench.frames(3));
    const held = await bench.take(receiver, 3);
    await bench.ack(receiver, held.slice(0, 1));
    await bench.within(receiver[Symbol.asyncDispose](), "a receiver closes");
    const again = await bench.take(await bench.receiver(channel), 2);
    sameMembers(
      again.map(({ frame }) => frame.id),
      held.slice(1).map(({ frame }) => frame.id),
    );
    deepStrictEqual(
      again.map(({ attempt }) => attempt),
      [1, 1],
      "closing a receiver was counted as an attempt",
    );
  }),

  clause("SPI-ACK-09", "a settle through a receiver that is closed ends nobody else's loan", [], async (bench) => {
    const channel = bench.work();
    const [one, other] = [await bench.receiver(channel), await bench.receiver(channel)];
    await bench.send(channel, bench.frames(1));
    const delivery = await bench.takeOne(one);
    await bench.within(one[Symbol.asyncDispose](), "a receiver closes");
    const again = await bench.takeOne(other);
    try {
      const late = await bench.settle(one, [delivery], { kind: "ack" });
      ok(late?.lost.includes(delivery), "a settle after the hand-back was not reported lost");
    } catch (error) {
      strictEqual((error as { readonly code?: unknown }).code, "ERR_CLOSED", `a late settle failed with ${String(error)}`);
    }
    await bench.retry(other, [again]);
    strictEqual((await bench.takeOne(other)).frame.id, again.frame.id, "a late settle ended another receiver's loan");
  }),

  clause("SPI-ACK-10", "one settle takes many deliveries with different outcomes", [], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    await bench.send(channel, bench.frames(4));
    const held = await bench.take(receiver, 4);
    const outcomes = [
      { kind: "ack" },
      { kind: "retry", delayMs: 0, charge: true },
      { kind: "dead", reason },
      { kind: "retry", delayMs: 0, charge: false },
    ] as const;
    const settled = await bench.within(
      receiver.settle(held.map((delivery, index) => ({ delivery, outcome: outcomes[index] ?? outcomes[0] }))),
      "a settle is stored",
    );
    deepStrictEqual(settled?.lost ?? [], []);
    const again = await bench.take(receiver, 2);
    const attempts = new Map(again.map(({ frame, attempt }) => [frame.id, attempt]));
    deepStrictEqual(
      [attempts.get(held[1]?.frame.id ?? ""), attempts.get(held[3]?.frame.id ?? "")],
      [2, 1],
      "the outcomes of one settle were mixed up",
    );
    await bench.quiet(receiver, "the others were settled");
  }),

  clause("SPI-ACK-11", "a retry comes again with its body and headers unchanged", [], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    const headers = { "x-trace": "abc" };
    await bench.send(channel, [bench.frame("body", { headers })]);
    await bench.retry(receiver, [await bench.takeOne(receiver)]);
    const again = await bench.takeOne(receiver);
    strictEqual(bench.text(again), "body", "a retry altered the body");
    deepStrictEqual({ ...again.frame.headers }, headers, "a retry altered the headers");
  }),

  clause("SPI-ACK-12", "what another connection holds when it closes comes again at once", ["beyond one process"], async (bench) => {
    const channel = bench.work();
    const peer = await bench.peer();
    await bench.send(channel, bench.frames(2));
    await bench.take(await bench.receiver(channel, {}, peer), 2);
    await bench.within(peer[Symbol.asyncDispose](), "a connection closes");
    const again = await bench.take(await bench.receiver(channel), 2);
    deepStrictEqual(
      again.map(({ attempt }) => attempt),
      [1, 1],
      "closing a connection was counted as an attempt",
    );
  }),

  clause("SPI-ACK-13", "processes that are killed at random moments lose nothing", ["beyond one process", "durable"], async (bench) => {
    const channel = bench.work();
    const frames = bench.frames(60);
    await bench.send(channel, frames);
    const acked: string[] = [];
    const kills = [7, 23];
    for (const killedAfter of kills) {
      const holder = await bench.holder();
      await holder.consume(channel, { leaseMs: 4 * bench.quietMs, maxInFlight: 5 }, (id) => void acked.push(id));
      await bench.until(() => acked.length >= killedAfter, "another process works");
      await holder.kill();
    }
    const receiver = await bench.receiver(channel);
    const endsMs = bench.clock.now() + DEATH_NOTICED_MS + bench.slowMs;
    // A kill may come between an ack and its report: one frame per kill is then gone without our having heard of it.
    const enough = frames.length - kills.length;
    while (new Set(acked).size < enough && bench.clock.now() < endsMs) {
      const taken = await bench.receive(receiver, 10, bench.quietMs);
      await bench.ack(receiver, taken);
      acked.push(...taken.map(({ frame }) => frame.id));
    }
    const lost = frames.length - new Set(acked).size;
    ok(lost <= kills.length, `${lost} frames were lost in ${kills.length} kills`);
  }),
];
