import { fail, ok, strictEqual } from "node:assert/strict";
import type { ChannelSpec, Sender, Transport } from "@job-orch/core";
import type { Bench } from "../../bench.ts";
import { type Clause, clause } from "../../clause.ts";

interface Full {
  readonly transport: Transport;
  readonly channel: ChannelSpec;
  readonly sender: Sender;
  readonly frames: number;
}

/** A work channel that holds as much as it can. */
async function full(bench: Bench): Promise<Full> {
  const { bounded } = bench.harness;
  if (bounded === undefined) return fail("the harness has no bounded transport");
  const transport = bench.keep(await bench.within(bounded.open(), "a bounded transport opens"));
  const channel = bench.work();
  const sender = await bench.sender(channel, transport);
  await bench.accepted(sender, bench.frames(bounded.frames));
  return { transport, channel, sender, frames: bounded.frames };
}

export const backpressure: readonly Clause[] = [
  clause("SPI-BPR-01", "a send to a full channel waits, and goes on when there is room", ["bounded"], async (bench) => {
    const { transport, channel, sender, frames } = await full(bench);
    const waiting = bench.accepted(sender, [bench.frame("more")]);
    ok(await bench.staysPending(waiting), "a send was accepted by a channel that was full");
    const receiver = await bench.receiver(channel, {}, transport);
    await bench.ack(receiver, await bench.take(receiver, 1));
    await bench.within(waiting, "a send goes on when there is room");
    const rest = await bench.take(receiver, frames);
    strictEqual(bench.texts(rest).filter((text) => text === "more").length, 1, "what waited was lost");
  }),

  clause(
    "SPI-BPR-02",
    "aborting a send that waits rejects it with the signal's reason, and nothing of it is sent",
    ["bounded"],
    async (bench) => {
      const { transport, channel, sender, frames } = await full(bench);
      const over = new AbortController();
      const waiting = Promise.resolve(sender.send([bench.frame("more")], over.signal));
      ok(await bench.staysPending(waiting), "a send was accepted by a channel that was full");
      const reason = new DOMException("enough", "AbortError");
      over.abort(reason);
      strictEqual(
        await bench.failure(() => waiting, "an aborted send rejects"),
        reason,
        "it rejected with something else than the signal's reason",
      );
      const receiver = await bench.receiver(channel, {}, transport);
      await bench.ack(receiver, await bench.take(receiver, frames));
      await bench.quiet(receiver, "the send was aborted");
    },
  ),

  clause("SPI-BPR-03", "a full channel holds up no other channel", ["bounded"], async (bench) => {
    const { transport, sender } = await full(bench);
    const over = new AbortController();
    const waiting = Promise.resolve(sender.send([bench.frame("more")], over.signal)).catch(() => undefined);
    const other = bench.work();
    await bench.send(other, bench.frames(1), transport);
    await bench.takeOne(await bench.receiver(other, {}, transport));
    over.abort();
    await bench.within(waiting, "an aborted send ends");
  }),

  clause("SPI-BPR-04", "closing the transport ends a send that waits", ["bounded"], async (bench) => {
    const { transport, sender } = await full(bench);
    const waiting = Promise.resolve(sender.send([bench.frame("more")], new AbortController().signal));
    ok(await bench.staysPending(waiting), "a send was accepted by a channel that was full");
    const refused = bench.refused(() => waiting, ["ERR_CLOSED", "ERR_SEND"], "a send on a transport that closes");
    await bench.within(transport[Symbol.asyncDispose](), "a transport closes");
    await refused;
  }),

  clause(
    "SPI-BPR-05",
    "an anonymous receiver that reads nothing slows its sender, is cut off, or misses frames; it never keeps them all",
    ["bounded"],
    async (bench) => {
      const { transport, frames } = await full(bench);
      const channel = bench.broadcast();
      const receiver = await bench.receiver(channel, {}, transport);
      const sender = await bench.sender(channel, transport);
      const over = new AbortController();
      const timer = bench.clock.after(bench.quietMs, () => over.abort());
      let accepted = 0;
      try {
        for (; accepted < 4 * frames; accepted++) await sender.send([bench.frame(String(accepted))], over.signal);
      } catch (error) {
        if (!over.signal.aborted) throw error;
      }
      timer.cancel();
      let kept = 0;
      try {
        for (let more = 1; more > 0; kept += more) more = (await bench.receive(receiver, 1_000, bench.quietMs)).length;
      } catch (error) {
        strictEqual((error as { readonly code?: unknown }).code, "ERR_RECEIVE", `it was cut off with ${String(error)}`);
      }
      ok(kept <= 2 * frames, `${kept} frames were kept for a receiver that reads nothing, where ${frames} fit`);
    },
  ),
];
