import { deepStrictEqual, fail, ok, strictEqual } from "node:assert/strict";
import { type ChannelSpec, type Control, canControl, type Inspect, type Receiver, type Transport } from "@job-orch/core";
import type { Bench } from "../../bench.ts";
import { type Clause, clause } from "../../clause.ts";

const reason = { name: "RangeError", message: "too far", code: "ERR_FAR" };

function powersOf(bench: Bench): Transport & Inspect & Control {
  const { transport } = bench;
  return canControl(transport) ? transport : fail("the transport has lost its powers");
}

/** A channel with one frame in each state that time does not change: acked, buried, in flight, ready ×2. */
async function populated(
  bench: Bench,
): Promise<{ readonly channel: ChannelSpec; readonly receiver: Receiver; readonly ids: readonly string[] }> {
  const channel = bench.work();
  const frames = bench.frames(5, { headers: { "x-tenant": "acme" } });
  const receiver = await bench.receiver(channel, { maxInFlight: 3 });
  await bench.send(channel, frames);
  const [acked, buried] = await bench.take(receiver, 3);
  await bench.ack(receiver, acked === undefined ? [] : [acked]);
  await bench.settle(receiver, buried === undefined ? [] : [buried], { kind: "dead", reason });
  return { channel, receiver, ids: frames.map(({ id }) => id) };
}

export const inspect: readonly Clause[] = [
  clause("SPI-INS-01", "depth counts the frames of a channel in each state", ["inspectable", "ordered"], async (bench) => {
    const { channel } = await populated(bench);
    const depth = await bench.within(powersOf(bench).depth(channel.name), "depth answers");
    const { ready, inFlight, completed, dead, delayed, cancelled, paused } = depth;
    deepStrictEqual(
      { ready, inFlight, completed, dead, delayed, cancelled, paused },
      { ready: 2, inFlight: 1, completed: 1, dead: 1, delayed: 0, cancelled: 0, paused: false },
    );
    ok(depth.oldestReadyMs >= 0 && depth.oldestReadyMs < 600_000, `the oldest ready frame is said to be ${depth.oldestReadyMs} ms old`);
  }),

  clause(
    "SPI-INS-02",
    "list shows the frames of a channel in pages that meet without gap or overlap",
    ["inspectable", "ordered"],
    async (bench) => {
      const { channel, ids } = await populated(bench);
      const { list } = powersOf(bench);
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page = await bench.within(list(channel.name, after === undefined ? { limit: 2 } : { limit: 2, after }), "list answers");
        ok(page.items.length <= 2, "a page is longer than its limit");
        seen.push(...page.items.map(({ id }) => id));
        after = page.next;
      } while (after !== undefined && seen.length <= ids.length);
      deepStrictEqual(seen, ids, "the pages do not add up to what was sent, in its order");
    },
  ),

  clause("SPI-INS-03", "list filters by state and by error, and shows what a frame carries", ["inspectable", "ordered"], async (bench) => {
    const { channel, ids } = await populated(bench);
    const { list } = powersOf(bench);
    for (const query of [{ state: "dead" }, { error: "ERR_FAR" }, { error: "RangeError" }] as const) {
      const { items } = await bench.within(list(channel.name, query), "list answers");
      deepStrictEqual(
        items.map(({ id }) => id),
        [ids[1]],
        `list with ${JSON.stringify(query)}`,
      );
      const [record] = items;
      strictEqual(record?.state, "dead");
      strictEqual(record.error?.message, "too far");
      strictEqual(record.attempt, 1);
      deepStrictEqual({ ...record.headers }, { "x-tenant": "acme" });
      ok((record.endedMs ?? 0) >= record.acceptedMs && record.acceptedMs > 0, "its times are wrong");
    }
    deepStrictEqual((await list(channel.name, { state: "delayed" })).items, []);
  }),

  clause("SPI-INS-04", "history tells every attempt of a frame with its outcome and error", ["inspectable"], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    await bench.send(channel, bench.frames(1));
    const first = await bench.takeOne(receiver);
    await bench.settle(receiver, [first], { kind: "retry", delayMs: 0, charge: true, error: { name: "Error", message: "first" } });
    await bench.settle(receiver, [await bench.takeOne(receiver)], { kind: "dead", reason });
    const { history } = powersOf(bench);
    const told = await bench.within(history(channel.name, first.frame.id), "history answers");
    deepStrictEqual(
      told?.attempts.map(({ attempt, outcome, error }) => [attempt, outcome, error?.message]),
      [
        [1, "retried", "first"],
        [2, "dead", "too far"],
      ],
    );
    strictEqual(told.record.state, "dead");
    strictEqual(await bench.within(history(channel.name, "nobody"), "history answers"), undefined);
  }),

  clause("SPI-INS-05", "redrive makes dead letters ready again, with attempts at zero, once", ["inspectable", "ordered"], async (bench) => {
    const { channel, ids } = await populated(bench);
    const { redrive } = powersOf(bench);
    strictEqual(await bench.within(redrive(channel.name, { ids: ["nobody"] }), "redrive answers"), 0);
    strictEqual(await bench.within(redrive(channel.name), "redrive answers"), 1, "there is one dead letter");
    strictEqual(await bench.within(redrive(channel.name), "redrive answers"), 0, "it was redriven already");
    const again = await bench.take(await bench.receiver(channel), 3);
    strictEqual(again.find(({ frame }) => frame.id === ids[1])?.attempt, 1, "it did not come again with its first attempt");
  }),

  clause("SPI-INS-06", "remove takes away frames that nobody works on", ["inspectable", "ordered"], async (bench) => {
    const { channel, receiver } = await populated(bench);
    const { remove, depth } = powersOf(bench);
    strictEqual(await bench.within(remove(channel.name, { state: "ready" }), "remove answers"), 2);
    strictEqual(await bench.within(remove(channel.name, {}), "remove answers"), 2, "the acked and the buried one are left to remove");
    const { ready, inFlight, completed, dead } = await bench.within(depth(channel.name), "depth answers");
    deepStrictEqual({ ready, inFlight, completed, dead }, { ready: 0, inFlight: 1, completed: 0, dead: 0 });
    await bench.quiet(receiver, "what was ready was removed");
  }),

  clause("SPI-INS-07", "while a channel is paused its receivers get nothing; what is sent is kept", ["inspectable"], async (bench) => {
    const channel = bench.work();
    const { pause, depth } = powersOf(bench);
    const receiver = await bench.receiver(channel);
    await bench.within(pause(channel.name, true), "pause answers");
    await bench.send(channel, bench.frames(2));
    await bench.quiet(receiver, "the channel is paused");
    strictEqual((await bench.within(depth(channel.name), "depth answers")).paused, true);
    const waiting = bench.take(receiver, 2);
    await bench.within(pause(channel.name, false), "pause answers");
    await waiting;
  }),

  clause(
    "SPI-INS-08",
    "cancel ends a frame that nobody has begun, and says what it is otherwise",
    ["inspectable", "ordered"],
    async (bench) => {
      const { channel, ids, receiver } = await populated(bench);
      const { cancel, history } = powersOf(bench);
      strictEqual(await bench.within(cancel(channel.name, ids[2] ?? ""), "cancel answers"), "in-flight");
      strictEqual(await bench.within(cancel(channel.name, ids[3] ?? ""), "cancel answers"), "cancelled");
      strictEqual(await bench.within(cancel(channel.name, ids[3] ?? ""), "cancel answers"), "unknown");
      strictEqual(await bench.within(cancel(channel.name, "nobody"), "cancel answers"), "unknown");
      strictEqual((await bench.within(history(channel.name, ids[3] ?? ""), "history answers"))?.record.state, "cancelled");
      strictEqual((await bench.takeOne(receiver)).frame.id, ids[4], "a frame came that was cancelled");
    },
  ),

  clause("SPI-INS-09", "an ack says whether it completed or was cancelled", ["inspectable"], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    await bench.send(channel, bench.frames(1));
    const delivery = await bench.takeOne(receiver);
    await bench.settle(receiver, [delivery], { kind: "ack", state: "cancelled" });
    const { cancelled, completed } = await bench.within(powersOf(bench).depth(channel.name), "depth answers");
    deepStrictEqual({ cancelled, completed }, { cancelled: 1, completed: 0 });
  }),

  clause(
    "SPI-INS-10",
    "pauses and dead letters are there again after everything was closed",
    ["inspectable", "durable", "ordered"],
    async (bench) => {
      const { channel, ids } = await populated(bench);
      await bench.within(powersOf(bench).pause(channel.name, true), "pause answers");
      const again = await bench.reopen();
      if (!canControl(again)) return fail("the transport has lost its powers");
      const { dead, paused } = await bench.within(again.depth(channel.name), "depth answers");
      deepStrictEqual({ dead, paused }, { dead: 1, paused: true });
      strictEqual((await bench.within(again.history(channel.name, ids[1] ?? ""), "history answers"))?.record.error?.code, "ERR_FAR");
    },
  ),
];
