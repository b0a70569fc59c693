import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ack, file, frame, frames, never, open, receiver, send, sender, settle, take, work } from "./support/scene.ts";

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
  await new Promise((resolve) => setImmediate(resolve)); // its own look at the store is over
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
