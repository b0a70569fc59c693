import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Delivery } from "@job-orch/core";
import { type Clause, clause } from "../../clause.ts";
import { never } from "../../never.ts";
import { sameMembers } from "../../same-members.ts";

const everyByte = Uint8Array.from({ length: 256 }, (_, value) => value);

/** Four-byte UTF-8, a joined emoji, NUL, upper case and nothing at all. */
const headers = { "x-name": "žluťoučký 👩‍🚀 \u0000 end", "X-Case": "Kept", empty: "" };

export const send: readonly Clause[] = [
  clause("SPI-SND-01", "a body of bytes arrives as it was sent, whatever the bytes are", ["bytes"], async (bench) => {
    const channel = bench.work();
    const bodies = [everyByte, new Uint8Array(0), Uint8Array.of(0xff, 0xfe, 0x00, 0xc3, 0x28)];
    const receiver = await bench.receiver(channel);
    for (const [index, body] of bodies.entries()) {
      await bench.send(channel, [{ id: `b${index}`, body }]);
      const { frame } = await bench.takeOne(receiver);
      ok(frame.body instanceof Uint8Array, "a body of bytes arrived as something else");
      deepStrictEqual(Array.from(frame.body), Array.from(body), "the bytes of a body were altered");
    }
  }),

  clause("SPI-SND-02", "a value arrives equal to the one that was sent", ["values"], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    for (const body of [{ list: [1, { deep: null }], when: new Date(0) }, null, undefined, 0, "", false]) {
      await bench.send(channel, [{ id: bench.name("v"), body }]);
      const { frame } = await bench.takeOne(receiver);
      deepStrictEqual(frame.body, body, "a value was altered");
    }
  }),

  clause("SPI-SND-03", "the id and the headers arrive as they were sent", [], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    const id = `${bench.name()}/..:é👍`.padEnd(200, "x");
    await bench.send(channel, [{ ...bench.frame("0", { headers }), id }]);
    const { frame } = await bench.takeOne(receiver);
    strictEqual(frame.id, id, "the id was altered");
    deepStrictEqual({ ...frame.headers }, headers, "the headers were altered");
  }),

  clause("SPI-SND-04", "a batch arrives in its order", [], async (bench) => {
    const channel = bench.work();
    const frames = bench.frames(50);
    await bench.send(channel, frames);
    const deliveries = await bench.take(await bench.receiver(channel), 50);
    deepStrictEqual(
      ids(deliveries),
      frames.map(({ id }) => id),
      "the order of a batch was changed",
    );
  }),

  clause("SPI-SND-05", "every frame that was accepted arrives", [], async (bench) => {
    const channel = bench.work();
    const sender = await bench.sender(channel);
    const frames = bench.frames(200);
    await bench.within(Promise.all(frames.map((frame) => sender.send([frame], never))), "200 sends are accepted");
    const deliveries = await bench.take(await bench.receiver(channel), 200);
    sameMembers(
      ids(deliveries),
      frames.map(({ id }) => id),
    );
  }),

  clause("SPI-SND-06", "many senders at once lose nothing", [], async (bench) => {
    const channel = bench.work();
    const batches = Array.from({ length: 20 }, () => bench.frames(20));
    const senders = await Promise.all(batches.map(() => bench.sender(channel)));
    await bench.within(Promise.all(batches.map((frames, index) => senders[index]?.send(frames, never))), "20 senders are accepted");
    const deliveries = await bench.take(await bench.receiver(channel), 400);
    sameMembers(
      ids(deliveries),
      batches.flat().map(({ id }) => id),
    );
  }),

  clause("SPI-SND-07", "a work channel keeps what nobody receives yet, also when its sender has gone", [], async (bench) => {
    const channel = bench.work();
    const sender = await bench.sender(channel);
    const frames = bench.frames(3);
    await bench.accepted(sender, frames);
    await bench.within(sender[Symbol.asyncDispose](), "a sender closes");
    const deliveries = await bench.take(await bench.receiver(channel), 3);
    sameMembers(
      ids(deliveries),
      frames.map(({ id }) => id),
    );
  }),

  clause("SPI-SND-08", "a send of no frames is accepted and delivers nothing", [], async (bench) => {
    const channel = bench.work();
    const receiver = await bench.receiver(channel);
    await bench.send(channel, []);
    await bench.quiet(receiver, "nothing was sent");
  }),

  clause("SPI-SND-09", "what was accepted survives the death of its sender", ["durable", "beyond one process"], async (bench) => {
    const channel = bench.work();
    const frames = bench.frames(5, { headers });
    const holder = await bench.holder();
    await bench.within(holder.send(channel, frames), "another process sends");
    await holder.kill();
    const deliveries = await bench.take(await bench.receiver(channel), 5);
    sameMembers(
      ids(deliveries),
      frames.map(({ id }) => id),
    );
  }),

  clause("SPI-SND-10", "what was accepted is there again after everything was closed", ["durable"], async (bench) => {
    const channel = bench.work();
    const frames = bench.frames(5, { headers });
    await bench.send(channel, frames);
    const again = await bench.reopen();
    const deliveries = await bench.take(await bench.receiver(channel, {}, again), 5);
    sameMembers(
      ids(deliveries),
      frames.map(({ id }) => id),
    );
    deepStrictEqual({ ...deliveries[0]?.frame.headers }, headers, "the headers were not kept");
    sameMembers(
      bench.texts(deliveries),
      frames.map((_, index) => String(index)),
    );
  }),
];

function ids(deliveries: readonly Delivery[]): string[] {
  return deliveries.map(({ frame }) => frame.id);
}
