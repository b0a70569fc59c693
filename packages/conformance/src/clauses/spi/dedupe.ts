import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { ChannelSpec, Dedupe, Frame } from "@job-orch/core";
import type { Bench } from "../../bench.ts";
import { type Clause, clause } from "../../clause.ts";

const HOUR_MS = 3_600_000;

/** A frame with the key `k`, dropped while one is pending, for an hour. */
function keyed(bench: Bench, text: string, dedupe: Partial<Dedupe> = {}): Frame {
  return bench.frame(text, { options: { dedupe: { key: "k", windowMs: HOUR_MS, scope: "pending", onDuplicate: "drop", ...dedupe } } });
}

async function expectTexts(bench: Bench, channel: ChannelSpec, texts: readonly string[]): Promise<void> {
  const receiver = await bench.receiver(channel);
  deepStrictEqual(bench.texts(await bench.take(receiver, texts.length)), texts);
  await bench.quiet(receiver, "the others were duplicates");
}

export const dedupe: readonly Clause[] = [
  clause("SPI-DDP-01", "of frames with one key the first is stored; a duplicate counts as accepted", ["dedupe"], async (bench) => {
    const channel = bench.work();
    await bench.send(channel, [keyed(bench, "first")]);
    await bench.send(channel, [keyed(bench, "second")]);
    await expectTexts(bench, channel, ["first"]);
  }),

  clause("SPI-DDP-02", "also within one batch, and frames without a key are none of its business", ["dedupe"], async (bench) => {
    const channel = bench.work();
    await bench.send(channel, [keyed(bench, "first"), keyed(bench, "second"), bench.frame("plain"), keyed(bench, "other", { key: "l" })]);
    await expectTexts(bench, channel, ["first", "plain", "other"]);
  }),

  clause("SPI-DDP-03", "keys belong to their channel", ["dedupe"], async (bench) => {
    const [one, other] = [bench.work(), bench.work()];
    await bench.send(one, [keyed(bench, "one")]);
    await bench.send(other, [keyed(bench, "other")]);
    await expectTexts(bench, one, ["one"]);
    await expectTexts(bench, other, ["other"]);
  }),

  clause("SPI-DDP-04", "a key is free again when its window ends", ["dedupe"], async (bench) => {
    const channel = bench.work();
    const window = { windowMs: bench.quietMs, scope: "window" } as const;
    await bench.send(channel, [keyed(bench, "first", window)]);
    await bench.pause(2 * bench.quietMs);
    await bench.send(channel, [keyed(bench, "second", window)]);
    await expectTexts(bench, channel, ["first", "second"]);
  }),

  clause("SPI-DDP-05", "scope pending: the key is free again when its frame has ended", ["dedupe"], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    await bench.send(channel, [keyed(bench, "first")]);
    const first = await bench.takeOne(receiver);
    await bench.send(channel, [keyed(bench, "meanwhile")]);
    await bench.quiet(receiver, "the first is in flight");
    await bench.ack(receiver, [first]);
    await bench.send(channel, [keyed(bench, "second")]);
    const second = await bench.takeOne(receiver);
    strictEqual(bench.text(second), "second");
    await bench.settle(receiver, [second], { kind: "dead", reason: { name: "Error", message: "no" } });
    await bench.send(channel, [keyed(bench, "third")]);
    strictEqual(bench.text(await bench.takeOne(receiver)), "third");
  }),

  clause("SPI-DDP-06", "scope window: the key stays taken although its frame has ended", ["dedupe"], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    await bench.send(channel, [keyed(bench, "first", { scope: "window" })]);
    await bench.ack(receiver, [await bench.takeOne(receiver)]);
    await bench.send(channel, [keyed(bench, "second", { scope: "window" })]);
    await bench.quiet(receiver, "the window has not ended");
  }),

  clause("SPI-DDP-07", "a duplicate that replaces swaps body and headers of a frame that nobody has begun", ["dedupe"], async (bench) => {
    const channel = bench.work();
    await bench.send(channel, [keyed(bench, "old")]);
    await bench.send(channel, [{ ...keyed(bench, "new", { onDuplicate: "replace" }), headers: { "x-new": "yes" } }]);
    const receiver = await bench.receiver(channel);
    const delivery = await bench.takeOne(receiver);
    strictEqual(bench.text(delivery), "new", "the body was not replaced");
    deepStrictEqual({ ...delivery.frame.headers }, { "x-new": "yes" }, "the headers were not replaced");
    await bench.quiet(receiver, "there is one frame");
  }),

  clause("SPI-DDP-08", "a duplicate that would replace is dropped once the frame was begun", ["dedupe"], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    await bench.send(channel, [keyed(bench, "old")]);
    const delivery = await bench.takeOne(receiver);
    await bench.send(channel, [keyed(bench, "new", { onDuplicate: "replace" })]);
    await bench.retry(receiver, [delivery]);
    strictEqual(bench.text(await bench.takeOne(receiver)), "old", "a frame was replaced after it was begun");
    await bench.quiet(receiver, "there is one frame");
  }),

  clause("SPI-DDP-09", "a duplicate that replaces moves the due time", ["dedupe", "delay"], async (bench) => {
    const channel = bench.work();
    const late = keyed(bench, "late");
    await bench.send(channel, [{ ...late, options: { ...late.options, dueMs: bench.clock.now() + HOUR_MS } }]);
    await bench.send(channel, [keyed(bench, "now", { onDuplicate: "replace" })]);
    strictEqual(bench.text(await bench.takeOne(await bench.receiver(channel))), "now");
  }),

  clause("SPI-DDP-10", "keys hold across connections", ["dedupe", "beyond one process"], async (bench) => {
    const channel = bench.work();
    await bench.send(channel, [keyed(bench, "first")]);
    await bench.send(channel, [keyed(bench, "second")], await bench.peer());
    await expectTexts(bench, channel, ["first"]);
  }),

  clause("SPI-DDP-11", "keys hold after everything was closed", ["dedupe", "durable"], async (bench) => {
    const channel = bench.work();
    await bench.send(channel, [keyed(bench, "first")]);
    const again = await bench.reopen();
    await bench.send(channel, [keyed(bench, "second")], again);
    const receiver = await bench.receiver(channel, {}, again);
    deepStrictEqual(bench.texts(await bench.take(receiver, 1)), ["first"]);
    await bench.quiet(receiver, "the other was a duplicate");
  }),
];
