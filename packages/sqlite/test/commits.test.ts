import { readFileSync } from "node:fs";
import type { Delivery } from "@job-orch/core";
import { expect, test } from "vitest";
import { ack, file, frame, frames, never, open, receiver, retry, send, sender, settle, take, text, work } from "./support/scene.ts";

/** Commits in a write-ahead log: frames that carry the size of the database. Source: https://www.sqlite.org/fileformat2.html#the_write_ahead_log */
function commitsIn(path: string): number {
  const wal = readFileSync(`${path}-wal`);
  const pageSize = wal.readUInt32BE(8);
  const salt = wal.subarray(16, 24);
  let commits = 0;
  for (let at = 32; at + 24 + pageSize <= wal.length; at += 24 + pageSize) {
    if (!wal.subarray(at + 8, at + 16).equals(salt)) break;
    if (wal.readUInt32BE(at + 4) > 0) commits++;
  }
  return commits;
}

/** How many commits something takes; the heartbeat's own are left out by counting in a store of exclusive use. */
async function commitsOf(path: string, act: () => Promise<unknown>): Promise<number> {
  const before = commitsIn(path);
  await act();
  return commitsIn(path) - before;
}

/** Resolves when receives of this turn of the event loop have looked at the store: they do at its end, in an immediate that is ahead of this one. */
function looked(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

test("all sends of one turn are one commit", async () => {
  const path = file();
  const transport = open(path, { access: "exclusive" });
  const sends = await sender(transport, work());
  const commits = await commitsOf(path, () => Promise.all(frames(1_000).map((one) => sends.send([one], never))));
  expect(commits).toBe(1);
  expect(await transport.depth("work")).toMatchObject({ ready: 1_000 });
});

test("a send and its start at a receiver that waits are one commit", async () => {
  const path = file();
  const transport = open(path, { access: "exclusive" });
  const sends = await sender(transport, work());
  const mine = await receiver(transport, work());
  const waiting = take(mine, 1);
  await looked();
  const commits = await commitsOf(path, () => Promise.all([sends.send([frame("a")], never), waiting]));
  expect(commits).toBe(1);
});

test("a settle and the receive after it are one commit", async () => {
  const path = file();
  const transport = open(path, { access: "exclusive" });
  const mine = await receiver(transport, work());
  await send(transport, work(), frames(20));
  const held = await take(mine, 10);
  const commits = await commitsOf(path, () => Promise.all([settle(mine, held, ack), mine.receive(10, never)]));
  expect(commits).toBe(1);
  expect(await transport.depth("work")).toMatchObject({ completed: 10, inFlight: 10 });
});

test("settlements of one turn from several channels, and what they send, are one commit", async () => {
  const path = file();
  const transport = open(path, { access: "exclusive" });
  const [one, other] = [await receiver(transport, work("one")), await receiver(transport, work("other"))];
  await send(transport, work("one"), frames(3));
  await send(transport, work("other"), frames(3));
  const [ones, others] = [await take(one, 3), await take(other, 3)];
  const commits = await commitsOf(path, () =>
    Promise.all([
      one.settle(ones.map((delivery) => ({ delivery, outcome: ack, sends: [{ channel: work("next"), frames: [frame("n")] }] }))),
      settle(other, others, ack),
    ]),
  );
  expect(commits).toBe(1);
  expect(await transport.depth("next")).toMatchObject({ ready: 3 });
});

test("a receive that finds nothing commits nothing", async () => {
  const path = file();
  const transport = open(path, { access: "exclusive" });
  const mine = await receiver(transport, work());
  const commits = await commitsOf(path, async () => {
    for (let round = 0; round < 5; round++) await mine.receive(10, AbortSignal.timeout(5));
  });
  expect(commits).toBe(0);
});

test("what goes straight from a send to who waits is a copy, complete, and in the books like any other", async () => {
  const transport = open();
  const mine = await receiver(transport, work(), { maxInFlight: 3 });
  const sends = await sender(transport, work());
  const [one, other] = [mine.receive(1, never), mine.receive(5, never)];
  await looked(); // both in vain
  const body = new TextEncoder().encode("before");
  await sends.send(
    [1, 2, 3].map((index) => ({ id: `f${index}`, body, headers: { index: String(index) }, options: { priority: 8 } })),
    never,
  );
  body.fill(0);
  const taken = [...(await one), ...(await other)];
  expect(taken.map(({ frame: { id, headers, options }, attempt }) => [id, headers?.["index"], options?.priority, attempt])).toEqual([
    ["f1", "1", 8, 1],
    ["f2", "2", 8, 1],
    ["f3", "3", 8, 1],
  ]);
  expect(taken.map(text)).toEqual(["before", "before", "before"]);
  expect(await transport.depth("work")).toMatchObject({ ready: 0, inFlight: 3 });
  await settle(mine, taken.slice(0, 1), retry());
  const again = await take(mine, 1);
  expect([again[0]?.frame.id, again[0]?.attempt, text(again[0] as Delivery)]).toEqual(["f1", 2, "before"]);
});

test("a send does not overtake what is ready, nor levels of its own call", async () => {
  const path = file();
  const [transport, elsewhere] = [open(path), open(path)];
  const mine = await receiver(transport, work(), { maxInFlight: 1 });
  const waiting = mine.receive(1, never);
  await looked(); // in vain
  await transport.pause("work", true);
  await send(elsewhere, work(), [frame("first")]);
  await transport.pause("work", false);
  const sends = await sender(transport, work());
  await sends.send([frame("low", { priority: 1 }), frame("high", { priority: 9 })], never);
  const order: string[] = [];
  for (let held = await waiting; ; held = await take(mine, 1)) {
    order.push(...held.map(text));
    if (order.length === 3) break;
    await settle(mine, held, ack);
  }
  expect(order).toEqual(["first", "high", "low"]);
});
