import type { Dedupe } from "@job-orch/core";
import { expect, test } from "vitest";
import { ACK, all, bench, frame, NEVER, RETRY, take, takeIds } from "./bench.ts";

const once: Dedupe = { key: "k", windowMs: 1_000, scope: "window", onDuplicate: "drop" };
const pending: Dedupe = { ...once, scope: "pending" };
const newest: Dedupe = { ...once, onDuplicate: "replace" };

test("an equal key within the window is accepted and goes nowhere", async () => {
  const { send, receiver } = await bench();
  await send(frame("a", { dedupe: once }));
  await send(frame("b", { dedupe: once }), frame("c", { dedupe: { ...once, key: "other" } }));
  expect(await takeIds(await receiver())).toEqual(["a", "c"]);
});

test("after the window the key is free again", async () => {
  const { clock, send, receiver } = await bench();
  await send(frame("a", { dedupe: once }));
  await clock.advance(999);
  await send(frame("b", { dedupe: once }));
  await clock.advance(1);
  await send(frame("c", { dedupe: once }));
  expect(await takeIds(await receiver())).toEqual(["a", "c"]);
});

test("with scope window the key stays taken when its frame has ended", async () => {
  const { send, receiver } = await bench();
  const worker = await receiver();
  await send(frame("a", { dedupe: once }));
  await worker.settle(all(await take(worker), ACK));
  await send(frame("b", { dedupe: once }));
  expect(await takeIds(worker)).toEqual([]);
});

test.each(["ack", "dead"] as const)(
  "with scope pending the key is free when its frame has ended by %s, and not when it is retried",
  async (kind) => {
    const { send, receiver } = await bench();
    const worker = await receiver();
    await send(frame("a", { dedupe: pending }));
    await worker.settle(all(await take(worker), RETRY));
    await send(frame("b", { dedupe: pending }));
    const held = await take(worker);
    expect(held.map(({ frame: { id } }) => id)).toEqual(["a"]);
    await worker.settle(all(held, kind === "ack" ? ACK : { kind, reason: { name: "Error", message: "" } }));
    await send(frame("c", { dedupe: pending }));
    expect(await takeIds(worker)).toEqual(["c"]);
  },
);

test("a cancelled frame frees its key", async () => {
  const { transport, send, receiver } = await bench();
  await send(frame("a", { dedupe: pending }));
  await transport.cancel("work", "a");
  await send(frame("b", { dedupe: pending }));
  expect(await takeIds(await receiver())).toEqual(["b"]);
});

test("replace swaps body, headers and due time of a frame nobody has begun", async () => {
  const { clock, send, receiver } = await bench();
  const worker = await receiver();
  await send({ id: "a", body: 1, headers: { v: "1" }, options: { dedupe: newest, priority: 7 } });
  await send({ id: "b", body: 2, headers: { v: "2" }, options: { dedupe: newest, dueMs: clock.now() + 500 } });
  expect(await takeIds(worker)).toEqual([]);
  await send({ id: "c", body: 3, headers: { v: "3" }, options: { dedupe: newest, dueMs: clock.now() + 100 } });
  await clock.advance(100);
  const [got] = await take(worker);
  expect(got?.frame).toMatchObject({ id: "a", body: 3, headers: { v: "3" }, options: { priority: 7 } });
  expect(await takeIds(worker)).toEqual([]);
});

test("replace drops the new frame once the old one is begun", async () => {
  const { send, receiver } = await bench();
  const worker = await receiver();
  await send({ id: "a", body: 1, options: { dedupe: newest } });
  const held = await take(worker);
  await send({ id: "b", body: 2, options: { dedupe: newest } });
  await worker.settle(all(held, RETRY));
  expect((await take(worker)).map(({ frame }) => frame.body)).toEqual([1]);
});

test("keys belong to their channel", async () => {
  const { transport, send, receiver } = await bench();
  const other = { name: "other", mode: "work" } as const;
  await send(frame("a", { dedupe: once }));
  await (await transport.sender(other, NEVER)).send([frame("b", { dedupe: once })], NEVER);
  expect(await takeIds(await receiver())).toEqual(["a"]);
  expect(await takeIds(await transport.receiver(other, { leaseMs: 1_000, maxInFlight: 1 }, NEVER))).toEqual(["b"]);
});

test("keys are forgotten when their window ends, without anything being sent", async () => {
  const { clock, send } = await bench();
  for (let index = 0; index < 1_000; index++) await send(frame("a", { dedupe: { ...once, key: String(index), windowMs: 100 + index } }));
  expect(clock.pending).toBe(1);
  await clock.advance(1_100);
  expect(clock.pending).toBe(0);
});
