import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { getEventListeners } from "node:events";
import type { Awaitable, ChannelSpec, Receiver, Sender, Transport } from "@job-orch/core";
import type { Bench } from "../../bench.ts";
import { type Clause, clause } from "../../clause.ts";
import { leavesNothing } from "../../leaves-nothing.ts";
import { never } from "../../never.ts";

/** Something with one connection, both ends of a channel, and one delivery in hand. */
interface Scene {
  readonly transport: Transport;
  readonly channel: ChannelSpec;
  readonly sender: Sender;
  readonly receiver: Receiver;
}

async function scene(bench: Bench): Promise<Scene> {
  const transport = await bench.open();
  const channel = bench.work();
  return { transport, channel, sender: await bench.sender(channel, transport), receiver: await bench.receiver(channel, {}, transport) };
}

type Close = (scene: Scene) => Awaitable<void>;

const options = { leaseMs: 60_000, maxInFlight: 10 };
const reason = new DOMException("no more", "AbortError");
const aborted = AbortSignal.abort(reason);

const closings: Readonly<Record<"end" | "transport", Close>> = {
  end: async ({ sender, receiver }) => {
    await sender[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  },
  transport: ({ transport }) => transport[Symbol.asyncDispose](),
};

/** An operation in a state of its life, and what must come of it. */
function trait(id: string, title: string, check: (bench: Bench, scene: Scene) => Promise<void>): Clause {
  return clause(`SPI-TRT-${id}`, title, [], async (bench) => check(bench, await scene(bench)));
}

async function rejectsWithReason(bench: Bench, call: () => Awaitable<unknown>, what: string): Promise<void> {
  strictEqual(await bench.failure(call, what), reason, `${what}: it failed with something else than the signal's reason`);
}

/** A receive of what is closed ends with nothing, or says that it is closed. */
async function endsEmpty(bench: Bench, receiving: Awaitable<unknown>, what: string): Promise<void> {
  try {
    deepStrictEqual(await bench.within(receiving, what), [], `${what}: it took something`);
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== "ERR_CLOSED") throw error;
  }
}

export const lifecycle: readonly Clause[] = [
  trait("01", "opening a sender: refused when closed, and with the reason when aborted before", async (bench, { transport, channel }) => {
    await rejectsWithReason(bench, () => transport.sender(channel, aborted), "opening a sender, aborted before");
    await transport[Symbol.asyncDispose]();
    await bench.refused(() => transport.sender(channel, never), ["ERR_CLOSED"], "opening a sender on what is closed");
  }),

  trait("02", "opening a receiver: refused when closed, and with the reason when aborted before", async (bench, { transport, channel }) => {
    await rejectsWithReason(bench, () => transport.receiver(channel, options, aborted), "opening a receiver, aborted before");
    await transport[Symbol.asyncDispose]();
    await bench.refused(() => transport.receiver(channel, options, never), ["ERR_CLOSED"], "opening a receiver on what is closed");
  }),

  trait("03", "a send on a closed sender is refused, and nothing is sent", async (bench, open) => {
    await closings.end(open);
    await bench.refused(async () => open.sender.send(bench.frames(1), never), ["ERR_CLOSED"], "a send on a closed sender");
    await bench.quiet(await bench.receiver(open.channel, {}, open.transport), "the send was refused");
  }),

  trait("04", "a send on a closed transport is refused", async (bench, open) => {
    await closings.transport(open);
    await bench.refused(async () => open.sender.send(bench.frames(1), never), ["ERR_CLOSED"], "a send on a closed transport");
  }),

  trait("05", "a send that was aborted before rejects with the reason, and nothing is sent", async (bench, { sender, receiver }) => {
    await rejectsWithReason(bench, async () => sender.send(bench.frames(2), aborted), "a send, aborted before");
    await bench.quiet(receiver, "the send was aborted");
  }),

  trait("06", "a receive of a closed receiver is empty", async (bench, open) => {
    await bench.accepted(open.sender, bench.frames(1));
    await closings.end(open);
    await endsEmpty(
      bench,
      call(() => open.receiver.receive(1, never)),
      "a receive of a closed receiver",
    );
  }),

  trait("07", "a receive on a closed transport ends", async (bench, open) => {
    await closings.transport(open);
    await endsEmpty(
      bench,
      call(() => open.receiver.receive(1, never)),
      "a receive on a closed transport",
    );
  }),

  trait("08", "closing the transport ends a receive that waits", async (bench, open) => {
    const waiting = call(() => open.receiver.receive(1, never));
    await closings.transport(open);
    await endsEmpty(bench, waiting, "a receive that waited while the transport closed");
  }),

  trait(
    "09",
    "a receive that was aborted before is empty and takes nothing, although something is there",
    async (bench, { sender, receiver }) => {
      await bench.accepted(sender, bench.frames(1));
      deepStrictEqual(await bench.within(receiver.receive(1, aborted), "a receive, aborted before"), [], "it took something");
      strictEqual((await bench.takeOne(receiver)).attempt, 1, "a receive that was aborted before was counted as an attempt");
    },
  ),

  trait("10", "a settle through a closed receiver or transport ends, at worst with a code", async (bench, open) => {
    await bench.accepted(open.sender, bench.frames(2));
    const [one, other] = await bench.take(open.receiver, 2);
    for (const [close, delivery] of [
      [closings.end, one],
      [closings.transport, other],
    ] as const) {
      await close(open);
      try {
        if (delivery !== undefined) await bench.settle(open.receiver, [delivery], { kind: "ack" });
      } catch (error) {
        const { code } = error as { readonly code?: unknown };
        strictEqual(code, "ERR_CLOSED", `a settle after closing failed with ${String(error)}`);
      }
    }
  }),

  trait("11", "closing a sender twice, also at once, is the same as closing it once", async (bench, { sender }) => {
    await closesTwice(bench, sender, "a sender");
  }),

  trait(
    "12",
    "closing a receiver twice, also at once, is the same as closing it once",
    async (bench, { sender, receiver, channel, transport }) => {
      await bench.accepted(sender, bench.frames(1));
      await bench.takeOne(receiver);
      await closesTwice(bench, receiver, "a receiver");
      const again = await bench.receiver(channel, {}, transport);
      strictEqual((await bench.takeOne(again)).attempt, 1);
      await bench.quiet(again, "there is one frame");
    },
  ),

  trait("13", "closing a transport twice, also at once, is the same as closing it once", async (bench, { transport }) => {
    await closesTwice(bench, transport, "a transport");
  }),

  trait("14", "a transport that was never used closes, and its ends may be closed after it", async (bench, open) => {
    const unused = await bench.open();
    await bench.within(unused[Symbol.asyncDispose](), "an unused transport closes");
    await closings.transport(open);
    await bench.within(closings.end(open), "ends close after their transport");
  }),

  trait("15", "closing one sender leaves the others of its channel open", async (bench, { sender, receiver, channel, transport }) => {
    const other = await bench.sender(channel, transport);
    await bench.within(sender[Symbol.asyncDispose](), "a sender closes");
    await bench.accepted(other, bench.frames(1));
    await bench.takeOne(receiver);
  }),

  trait("16", "a signal that lives long keeps no listeners of calls that are over", async (bench, { sender, receiver }) => {
    const { signal } = new AbortController();
    for (let round = 0; round < 20; round++) {
      const receiving = call(() => receiver.receive(1, signal));
      await bench.accepted(sender, bench.frames(1), signal);
      await bench.ack(receiver, await bench.within(receiving, "a receive ends"));
    }
    strictEqual(getEventListeners(signal, "abort").length, 0, "listeners were left on a signal");
  }),

  clause("SPI-TRT-17", "nothing is left running once a transport is closed", [], async (bench) => {
    await leavesNothing(bench, async () => {
      const { transport, channel, sender, receiver } = await scene(bench);
      await bench.receiver(bench.broadcast(), {}, transport);
      await bench.accepted(sender, bench.frames(2));
      await bench.take(receiver, 1);
      const busy = await bench.receiver(channel, { maxInFlight: 1 }, transport);
      const waiting = [call(() => busy.receive(5, never)), call(() => receiver.receive(5, never))];
      if (bench.capabilities.delay)
        await bench.accepted(sender, [bench.frame("late", { options: { dueMs: bench.clock.now() + 3_600_000 } })]);
      await bench.within(transport[Symbol.asyncDispose](), "a transport closes");
      for (const one of waiting)
        await bench.within(
          one.catch(() => undefined),
          "a receive ends when its transport closes",
        );
    });
  }),

  clause("SPI-TRT-18", "closing a transport while its ends are opening leaves nothing running, and no end usable", [], async (bench) => {
    await leavesNothing(bench, async () => {
      const transport = await bench.harness.open();
      const channel = bench.work();
      const senders = call(() => transport.sender(channel, never)).catch(isClosed);
      const receivers = call(() => transport.receiver(channel, options, never)).catch(isClosed);
      await bench.within(transport[Symbol.asyncDispose](), "a transport closes while its ends are opening");
      const sender = await bench.within(senders, "opening a sender comes to an end");
      if (sender !== undefined)
        await bench.refused(async () => sender.send(bench.frames(1), never), ["ERR_CLOSED"], "a send on a closed transport");
      const receiver = await bench.within(receivers, "opening a receiver comes to an end");
      if (receiver !== undefined)
        await endsEmpty(
          bench,
          call(() => receiver.receive(1, never)),
          "a receive on a closed transport",
        );
      await bench.within(Promise.all([sender, receiver].map((end) => end?.[Symbol.asyncDispose]())), "ends close after their transport");
    });
  }),
];

/** Refused because it is closed: fine. */
function isClosed(error: unknown): undefined {
  if ((error as { readonly code?: unknown }).code !== "ERR_CLOSED") throw error;
}

async function call<Value>(make: () => Awaitable<Value>): Promise<Value> {
  return make();
}

async function closesTwice(bench: Bench, one: AsyncDisposable, what: string): Promise<void> {
  await bench.within(Promise.all([one[Symbol.asyncDispose](), one[Symbol.asyncDispose]()]), `${what} closes twice at once`);
  await bench.within(one[Symbol.asyncDispose](), `${what} closes once more`);
}
