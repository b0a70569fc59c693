import { expect, test } from "vitest";
import { memory } from "../src/index.ts";
import { ACK, all, bench, frame, idsOf, NEVER, NEWS, RETRY, take, takeIds } from "./bench.ts";

test("every anonymous receiver gets every frame, from the moment it is there", async () => {
  const { send, receiver } = await bench({}, NEWS);
  await send(frame("before"));
  const listeners = [await receiver(), await receiver(), await receiver()];
  await send(frame("a"), frame("b"));
  const late = await receiver();
  for (const listener of listeners) expect(await takeIds(listener)).toEqual(["a", "b"]);
  expect(await takeIds(late)).toEqual([]);
});

test("members of a group share, and two groups get everything each", async () => {
  const { send, receiver } = await bench({}, NEWS);
  const members = [await receiver({ group: "g" }), await receiver({ group: "g" })];
  const other = await receiver({ group: "h" });
  const waiting = members.map((member) => member.receive(10, NEVER));
  await send(frame("a"), frame("b"));
  expect((await Promise.all(waiting)).flatMap(idsOf).sort()).toEqual(["a", "b"]);
  expect(await takeIds(other)).toEqual(["a", "b"]);
});

test("a group keeps frames while nobody of it is there", async () => {
  const { send, receiver } = await bench({}, NEWS);
  const member = await receiver({ group: "g" });
  await send(frame("a"));
  const held = await take(member);
  await member[Symbol.asyncDispose]();
  await send(frame("b"));
  expect(idsOf(held)).toEqual(["a"]);
  expect(await takeIds(await receiver({ group: "g" }))).toEqual(["a", "b"]);
});

test("the retry of one receiver is nobody else's", async () => {
  const { send, receiver } = await bench({}, NEWS);
  const [one, other] = [await receiver(), await receiver()];
  await send(frame("a"));
  await one.settle(all(await take(one), RETRY));
  await other.settle(all(await take(other), ACK));
  expect((await take(one)).map(({ attempt }) => attempt)).toEqual([2]);
  expect(await takeIds(other)).toEqual([]);
});

test("by default a receiver whose mailbox is full is cut off, hears of it, and nobody waits for it", async () => {
  const { send, receiver } = await bench({ capacity: { frames: 2 } }, NEWS);
  const [slow, quick] = [await receiver({ maxInFlight: 1 }), await receiver()];
  const seen: string[] = [];
  for (const id of ["a", "b", "c", "d"]) {
    await send(frame(id));
    const got = await take(quick);
    seen.push(...idsOf(got));
    await quick.settle(all(got, ACK));
  }
  expect(seen).toEqual(["a", "b", "c", "d"]);
  await expect(slow.receive(1, NEVER)).rejects.toMatchObject({ code: "ERR_RECEIVE", retry: "later" });
});

test("a receiver that is cut off while it waits hears of it at once", async () => {
  const { send, receiver } = await bench({ capacity: { frames: 1 } }, NEWS);
  const slow = await receiver({ maxInFlight: 1 });
  await send(frame("a"));
  await take(slow);
  const waiting = slow.receive(1, NEVER);
  await send(frame("b"));
  await send(frame("c"));
  await expect(waiting).rejects.toMatchObject({ code: "ERR_RECEIVE" });
});

test("with drop-oldest a full mailbox misses what waited longest", async () => {
  const { send, receiver } = await bench({ capacity: { frames: 2 }, slow: "drop-oldest" }, NEWS);
  const slow = await receiver();
  await send(frame("a"), frame("b"), frame("c"));
  await send(frame("d"));
  expect(await takeIds(slow)).toEqual(["c", "d"]);
});

test("with block a full mailbox makes senders wait until it is drained or gone", async () => {
  const { transport, sender, receiver } = await bench({ capacity: { frames: 1 }, slow: "block" }, NEWS);
  const slow = await receiver();
  expect(sender.send([frame("a")], NEVER)).toBeUndefined();
  const second = sender.send([frame("b"), frame("c")], NEVER);
  expect(await takeIds(slow)).toEqual(["a"]);
  expect(await takeIds(slow)).toEqual(["b"]);
  await second;
  const third = sender.send([frame("d")], NEVER);
  await slow[Symbol.asyncDispose]();
  await third;
  expect(await transport.depth("news")).toMatchObject({ ready: 0 });
});

test("a full group makes senders wait whatever the policy for slow receivers", async () => {
  const { sender, receiver } = await bench({ capacity: { frames: 1 } }, NEWS);
  const member = await receiver({ group: "g" });
  await sender.send([frame("a")], NEVER);
  const second = sender.send([frame("b")], NEVER);
  expect(second).toBeInstanceOf(Promise);
  expect(await takeIds(member)).toEqual(["a"]);
  await second;
  expect(await takeIds(member)).toEqual(["b"]);
});

test("a full group that nobody comes back for is given up in time: senders go on, and its next member hears what it missed", async () => {
  const { transport, clock, send, sender, receiver } = await bench({ capacity: { frames: 2 }, abandonedMs: 500 }, NEWS);
  const [member, listener] = [await receiver({ group: "g" }), await receiver()];
  await member[Symbol.asyncDispose]();
  await send(frame("a"), frame("b"));
  await clock.advance(499);
  let accepted = false;
  const blocked = Promise.resolve(sender.send([frame("c")], NEVER)).then(() => (accepted = true));
  expect(await takeIds(listener)).toEqual(["a", "b"]);
  expect(accepted).toBe(false);
  expect(await transport.depth("news@g")).toMatchObject({ ready: 2 });

  await clock.advance(1);
  await blocked;
  expect(await takeIds(listener)).toEqual(["c"]);
  expect(await transport.depth("news@g")).toMatchObject({ ready: 0 });
  await expect(receiver({ group: "g" })).rejects.toMatchObject({
    code: "ERR_RECEIVE",
    retry: "later",
    cause: { message: expect.stringMatching(/"g" was given up.* 2 frames/) as unknown },
  });
  const anew = await receiver({ group: "g" });
  await send(frame("d"));
  expect(await takeIds(anew)).toEqual(["d"]);
});

test("a group that is not full keeps what it has, however long nobody comes; one that is wanted again in time, too", async () => {
  const { clock, send, sender, receiver } = await bench({ capacity: { frames: 2 }, abandonedMs: 500 }, NEWS);
  const [first, second] = [await receiver({ group: "g" }), await receiver({ group: "g" })];
  await first[Symbol.asyncDispose]();
  await clock.advance(10_000); // the second one is still there
  await send(frame("a"), frame("b"));
  const blocked = sender.send([frame("c")], NEVER);
  await second[Symbol.asyncDispose]();
  await clock.advance(400);
  const back = await receiver({ group: "g" });
  await clock.advance(400);
  expect(await takeIds(back)).toEqual(["a", "b"]);
  await blocked;
  await back[Symbol.asyncDispose](); // gives back what it held, and goes
  await clock.advance(10_000);
  expect((await takeIds(await receiver({ group: "g" }))).slice(0, 2)).toEqual(["a", "b"]);
});

test("a job's settlement that waits for the room of a group that was given up is stored", async () => {
  const { transport, clock, receiver } = await bench({ capacity: { frames: 1 }, abandonedMs: 500 }, NEWS);
  const member = await receiver({ group: "g" });
  await member[Symbol.asyncDispose]();
  const requests = await transport.sender({ name: "work", mode: "work" }, NEVER);
  const worker = await transport.receiver({ name: "work", mode: "work" }, { leaseMs: 60_000, maxInFlight: 2 }, NEVER);
  await requests.send([frame("one")], NEVER);
  const [one] = await take(worker);
  await requests.send([frame("two")], NEVER);
  const [two] = await take(worker);
  const sends = (id: string) => [{ channel: NEWS, frames: [frame(id)] }];
  expect(await worker.settle([{ delivery: one!, outcome: ACK, sends: sends("one") }])).toBeUndefined();
  const blocked = worker.settle([{ delivery: two!, outcome: ACK, sends: sends("two") }]);
  expect(blocked).toBeInstanceOf(Promise);

  await clock.advance(500);

  expect(await blocked).toBeUndefined();
  expect(await transport.depth("work")).toMatchObject({ completed: 2, inFlight: 0 });
});

test("with an infinite abandonedMs senders wait for a group for ever", async () => {
  const { clock, send, sender, receiver } = await bench({ capacity: { frames: 1 }, abandonedMs: Number.POSITIVE_INFINITY }, NEWS);
  const member = await receiver({ group: "g" });
  await member[Symbol.asyncDispose]();
  await send(frame("a"));
  let accepted = false;
  const blocked = Promise.resolve(sender.send([frame("b")], NEVER)).then(() => (accepted = true));
  await clock.advance(10 ** 9);
  expect(accepted).toBe(false);
  expect(await takeIds(await receiver({ group: "g" }))).toEqual(["a"]);
  await blocked;
});

test("an anonymous receiver that left costs nothing: no key is remembered and nothing is kept for it", async () => {
  const { clock, send, receiver } = await bench({}, NEWS);
  const listener = await receiver();
  await send(frame("a", { dedupe: { key: "k", windowMs: 1_000, scope: "window", onDuplicate: "drop" } }));
  expect(clock.pending).toBe(1);
  await listener[Symbol.asyncDispose]();
  expect(clock.pending).toBe(0);
  await send(frame("b", { dueMs: clock.now() + 1_000 }));
  expect(clock.pending).toBe(0);
});

test("the transport knows whether a broadcast reaches anybody", async () => {
  await using transport = memory();
  const options = { leaseMs: 1_000, maxInFlight: 1 };
  expect(transport.hears(NEWS.name)).toBe(false);
  const sender = await transport.sender(NEWS, NEVER);
  expect(transport.hears(NEWS.name)).toBe(false);
  const anonymous = await transport.receiver(NEWS, options, NEVER);
  expect(transport.hears(NEWS.name)).toBe(true);
  await anonymous[Symbol.asyncDispose]();
  expect(transport.hears(NEWS.name)).toBe(false);
  const member = await transport.receiver(NEWS, { ...options, group: "g" }, NEVER);
  await member[Symbol.asyncDispose]();
  await sender[Symbol.asyncDispose]();
  expect(transport.hears(NEWS.name)).toBe(true); // the group keeps what is sent to it
});
