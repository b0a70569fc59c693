import { getEventListeners } from "node:events";
import { turns } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { ACK, all, bench, frame, idsOf, NEVER, take, takeIds, WORK } from "./bench.ts";

test("a frame arrives as it was sent, at its first attempt", async () => {
  const { send, receiver } = await bench();
  const body = new Uint8Array(256).map((_, index) => index);
  await send({ id: "a", body, headers: { name: "zoë 🦊" } });
  const [delivery] = await take(await receiver());
  expect(delivery?.frame).toEqual({ id: "a", body, headers: { name: "zoë 🦊" } });
  expect(delivery?.attempt).toBe(1);
});

test("what fits is accepted, and what is ready is received, without a promise", async () => {
  const { sender, receiver } = await bench();
  const worker = await receiver();
  expect(sender.send([frame("a"), frame("b")], NEVER)).toBeUndefined();
  const got = worker.receive(10, NEVER);
  expect(Array.isArray(got)).toBe(true);
  expect(worker.settle(all(got as [], ACK))).toBeUndefined();
});

test("a receive never brings more than its max, and the order of sending is kept", async () => {
  const { send, receiver } = await bench();
  const worker = await receiver();
  const sent = Array.from({ length: 1_000 }, (_, index) => frame(String(index)));
  await send(...sent);
  const got: string[] = [];
  while (got.length < sent.length) {
    const batch = await take(worker, 64);
    expect(batch.length).toBeLessThanOrEqual(64);
    got.push(...idsOf(batch));
    await worker.settle(all(batch, ACK));
  }
  expect(got).toEqual(sent.map(({ id }) => id));
});

test("a waiting receive gets together what is sent in one turn", async () => {
  const { sender, receiver } = await bench();
  const waiting = (await receiver()).receive(10, NEVER);
  for (const id of ["a", "b", "c"]) void sender.send([frame(id)], NEVER);
  expect(idsOf(await waiting)).toEqual(["a", "b", "c"]);
});

test("receivers that wait share what comes, and no frame reaches two of them", async () => {
  const { send, receiver } = await bench();
  const workers = [await receiver(), await receiver(), await receiver()];
  const waiting = workers.map((worker) => worker.receive(100, NEVER));
  await send(...Array.from({ length: 9 }, (_, index) => frame(String(index))));
  const got = await Promise.all(waiting);
  expect(got.map((batch) => batch.length)).toEqual([3, 3, 3]);
  expect(new Set(got.flatMap(idsOf)).size).toBe(9);
});

test("a receiver never holds more than maxInFlight, and settling makes room", async () => {
  const { send, receiver } = await bench();
  const worker = await receiver({ maxInFlight: 2 });
  await send(frame("a"), frame("b"), frame("c"));
  const held = await take(worker);
  expect(idsOf(held)).toEqual(["a", "b"]);
  const waiting = worker.receive(10, NEVER);
  await turns();
  await worker.settle(all(held.slice(0, 1), ACK));
  expect(idsOf(await waiting)).toEqual(["c"]);
});

test("a receiver that holds what it has does not keep the rest from another", async () => {
  const { send, receiver } = await bench();
  const [stalled, working] = [await receiver({ maxInFlight: 1 }), await receiver({ maxInFlight: 1 })];
  await send(...Array.from({ length: 10 }, (_, index) => frame(String(index))));
  expect(await take(stalled)).toHaveLength(1);
  for (let index = 0; index < 9; index++) {
    const got = await take(working);
    expect(got).toHaveLength(1);
    await working.settle(all(got, ACK));
  }
});

test("an aborted receive ends empty and takes nothing", async () => {
  const { send, receiver } = await bench();
  const worker = await receiver();
  const controller = new AbortController();
  const waiting = worker.receive(10, controller.signal);
  controller.abort();
  expect(await waiting).toEqual([]);
  await send(frame("a"));
  expect(await worker.receive(10, controller.signal)).toEqual([]);
  expect(await takeIds(worker)).toEqual(["a"]);
});

test("a receive aborted in the turn in which frames come takes them or leaves them, but loses none", async () => {
  const { sender, receiver } = await bench();
  const worker = await receiver();
  const controller = new AbortController();
  const waiting = worker.receive(10, controller.signal);
  void sender.send([frame("a")], NEVER);
  controller.abort();
  expect([...idsOf(await waiting), ...(await takeIds(worker))]).toEqual(["a"]);
});

test("a waiting receive of a disposed receiver ends empty and steals nothing", async () => {
  const { send, receiver } = await bench();
  const worker = await receiver();
  const waiting = worker.receive(10, NEVER);
  await worker[Symbol.asyncDispose]();
  await send(frame("a"));
  expect(await waiting).toEqual([]);
  expect(await takeIds(await receiver())).toEqual(["a"]);
});

test("what a receiver holds is back at once, in order and uncharged, when it is disposed", async () => {
  const { send, receiver } = await bench();
  const worker = await receiver();
  await send(frame("a"), frame("b"), frame("c"));
  const held = await take(worker, 2);
  await worker[Symbol.asyncDispose]();
  const again = await take(await receiver());
  expect(idsOf(again)).toEqual(["a", "b", "c"]);
  expect(again.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
  expect(again[0]?.fence).toBeGreaterThan(held[0]?.fence ?? Number.POSITIVE_INFINITY);
  expect(await worker.settle(all(held, ACK))).toEqual({ lost: held });
});

test("fifty senders at once lose nothing", async () => {
  const { transport, receiver } = await bench();
  const senders = await Promise.all(Array.from({ length: 50 }, () => transport.sender(WORK, NEVER)));
  await Promise.all(
    senders.flatMap((sender, from) => Array.from({ length: 200 }, async (_, index) => sender.send([frame(`${from}-${index}`)], NEVER))),
  );
  const got = await takeIds(await receiver({ maxInFlight: 20_000 }), 20_000);
  expect(new Set(got).size).toBe(10_000);
});

test("waiting leaves no listener on the signal", async () => {
  const { send, receiver } = await bench();
  const worker = await receiver();
  const { signal } = new AbortController();
  for (let index = 0; index < 100; index++) {
    const waiting = worker.receive(1, signal);
    await send(frame(String(index)));
    await worker.settle(all(await waiting, ACK));
  }
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

test("names and numbers that make no sense are refused with what they may be", async () => {
  const { transport, sender, receiver } = await bench();
  await expect(transport.sender({ name: "with space", mode: "work" }, NEVER)).rejects.toMatchObject({ code: "ERR_OPTION" });
  await expect(transport.receiver(WORK, { leaseMs: 0, maxInFlight: 1 }, NEVER)).rejects.toMatchObject({ code: "ERR_OPTION" });
  await expect(transport.receiver(WORK, { leaseMs: 1, maxInFlight: 0 }, NEVER)).rejects.toMatchObject({ code: "ERR_OPTION" });
  await expect(transport.receiver(WORK, { leaseMs: 1, maxInFlight: 1, group: "g" }, NEVER)).rejects.toMatchObject({ code: "ERR_OPTION" });
  await expect((await receiver()).receive(0, NEVER)).rejects.toMatchObject({ code: "ERR_OPTION" });
  await expect(sender.send([frame("a"), frame("b", { priority: 10 })], NEVER)).rejects.toMatchObject({ code: "ERR_OPTION" });
  expect((await transport.depth("work")).ready).toBe(0);
});
