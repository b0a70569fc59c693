import { DatabaseSync } from "node:sqlite";
import { until } from "@job-orch/test-support";
import { expect, test } from "vitest";
import {
  ack,
  broadcast,
  dead,
  file,
  frame,
  journalOf,
  later,
  open,
  quiet,
  receiver,
  receiving,
  send,
  settle,
  startPeer,
  take,
  takeOne,
  text,
  work,
} from "./support/scene.ts";

/** By when a dead process must have been noticed, with the time it takes to look. Units: milliseconds. */
/** Completed frames that are kept by default. */
const MOST_KEPT = 10_000;
const DEAD_WITHIN_MS = 5_000;

test("two processes with eight receivers get each frame once between them", async () => {
  const path = file();
  const peers = await Promise.all([startPeer(path), startPeer(path)]);
  await Promise.all(peers.map((peer) => peer.consume(work(), { leaseMs: 1_000, maxInFlight: 7 }, { receivers: 4 })));
  const transport = open(path);
  let count = 0;
  // On a busy machine one process may be done with many before the other has its turn.
  while (count < 2_000 || (count < 50_000 && peers.some((peer) => peer.taken.length === 0))) {
    const from = count;
    await send(
      transport,
      work(),
      Array.from({ length: 100 }, (_, index) => frame(String(from + index))),
    );
    count += 100;
  }

  const acked = (): string[] => peers.flatMap((peer) => peer.acked);
  await until("all are acked", () => acked().length >= count);
  const taken = peers.flatMap((peer) => peer.taken);
  expect(taken).toHaveLength(count);
  expect(new Set(taken.map(({ id }) => id)).size).toBe(count);
  expect(taken.every(({ attempt }) => attempt === 1)).toBe(true);
  for (const peer of peers) expect(peer.taken.length).toBeGreaterThan(0);
  expect(await transport.depth("work")).toMatchObject({ ready: 0, inFlight: 0, completed: Math.min(count, MOST_KEPT) });
});

test("what a killed process held is back within 5 s, as a lost attempt in its history", async () => {
  const path = file();
  const transport = open(path);
  const mine = await receiver(transport, work("other"));
  await send(transport, work(), [frame("a"), frame("b")]);
  const peer = await startPeer(path);
  const held = await peer.hold(work(), receiving, 2);
  expect(held.map(({ attempt }) => attempt)).toEqual([1, 1]);

  await peer.kill();
  const killedMs = performance.now();
  const again = await take(await receiver(transport, work()), 2, DEAD_WITHIN_MS);
  expect(performance.now() - killedMs).toBeLessThan(DEAD_WITHIN_MS);
  expect(again.map(({ attempt }) => attempt)).toEqual([2, 2]);
  const history = await transport.history("work", again[0]?.frame.id ?? "");
  expect(history?.attempts.map(({ attempt, outcome, error }) => [attempt, outcome, error?.code])).toEqual([
    [1, "lost", "ERR_LEASE_LOST"],
    [2, "running", undefined],
  ]);
  expect(await quiet(mine, 10)).toEqual([]);
});

test("a process whose event loop is blocked for longer than the dead stay unnoticed keeps what it holds", async () => {
  const path = file();
  const transport = open(path);
  await send(transport, work(), [frame("a")]);
  const peer = await startPeer(path);
  await peer.hold(work(), { leaseMs: 1, maxInFlight: 1 }, 1);
  const mine = await receiver(transport, work());
  await peer.block(6_000);
  expect(await quiet(mine, 5_900)).toEqual([]);
  expect(await peer.settle()).toBe(0);
  expect(await transport.depth("work")).toMatchObject({ completed: 1, ready: 0 });
});

test("a process that stands still loses what it holds, and its late settle changes nothing", async () => {
  const path = file();
  const transport = open(path);
  await send(transport, work(), [frame("a")]);
  const peer = await startPeer(path);
  const [old] = await peer.hold(work(), receiving, 1);
  peer.signal("SIGSTOP");
  const mine = await receiver(transport, work());
  const again = await takeOne(mine, DEAD_WITHIN_MS + 1_000);
  expect(again.attempt).toBe(2);
  expect(again.fence).toBeGreaterThan(old?.fence ?? Number.POSITIVE_INFINITY);

  peer.signal("SIGCONT");
  expect(await peer.settle()).toBe(1);
  expect(await transport.depth("work")).toMatchObject({ completed: 0, inFlight: 1 });
  expect(await settle(mine, [again], ack)).toBeUndefined();

  // It is among the living again: what it takes from now on stays with it.
  await send(transport, work("more"), [frame("b")]);
  await peer.hold(work("more"), receiving, 1);
  expect(await quiet(await receiver(transport, work("more")), 4_500)).toEqual([]);
});

test("a receiver that waits gets what another process sends, without asking again", async () => {
  const path = file();
  const transport = open(path);
  const mine = await receiver(transport, work());
  const peer = await startPeer(path);
  await peer.send(work("warm-up"), [{ id: "w", body: "w" }]);
  for (let round = 0; round < 10; round++) {
    const waiting = takeOne(mine, 2_000);
    await peer.send(work(), [{ id: `f${round}`, body: "hello" }]);
    const delivery = await waiting;
    expect(text(delivery)).toBe("hello");
    await settle(mine, [delivery], ack);
  }
});

test("of equal dedupe keys from two processes at once one frame is kept", async () => {
  const path = file();
  const peers = await Promise.all([startPeer(path), startPeer(path)]);
  const dedupe = { windowMs: 60_000, scope: "pending", onDuplicate: "drop" } as const;
  const keyed = (from: number) =>
    Array.from({ length: 50 }, (_, index) => ({ id: `${from}-${index}`, body: "x", options: { dedupe: { ...dedupe, key: `k${index}` } } }));
  await Promise.all(peers.flatMap((peer, from) => [peer.send(work(), keyed(from)), peer.send(work(), keyed(from))]));
  expect(await open(path).depth("work")).toMatchObject({ ready: 50 });
});

test("a send that waits for room goes on when another process makes some", async () => {
  const path = file();
  const transport = open(path, { capacity: { frames: 10 } });
  await send(
    transport,
    work(),
    Array.from({ length: 10 }, () => frame("x")),
  );
  const waiting = send(
    transport,
    work(),
    Array.from({ length: 5 }, () => frame("y")),
  );
  const peer = await startPeer(path);
  await peer.consume(work(), { leaseMs: 1_000, maxInFlight: 4 });
  await waiting;
  await until("all are consumed", () => peer.acked.length === 15);
});

test("what anonymous receivers of a killed process would have got is gone with them", async () => {
  const path = file();
  const transport = open(path);
  const keepsBeating = await receiver(transport, work("other"));
  const peer = await startPeer(path);
  const opening = peer.hold(broadcast(), receiving, 1);
  opening.catch(() => undefined);
  const db = new DatabaseSync(path, { timeout: 5_000 });
  const count = (what: string): number => (db.prepare(`select count(*) as count from ${what}`).get() as { count: number }).count;
  await until("the subscription is there", () => count("jo_queues where grp is null") === 1);
  await send(transport, broadcast(), [frame("a"), frame("b")]);
  expect(count("jo_frames")).toBe(2);
  await peer.kill();
  await until("the subscription is ended", () => count("jo_queues where grp is null and gone = 0") === 0, DEAD_WITHIN_MS);
  await until("nothing is left of it", () => count("jo_frames") + count("jo_queues where grp is null") === 0, 12_000);
  db.close();
  expect(await quiet(keepsBeating, 10)).toEqual([]);
}, 30_000);

test("eight processes that write at once see no lock, and the log stays bounded beside a long reader", async (context) => {
  const path = file();
  const transport = open(path);
  await send(transport, work(), [frame("first")]);
  const reader = new DatabaseSync(path, { timeout: 5_000 });
  later(() => reader.close());
  if (journalOf(reader) !== "wal") return context.skip("a rollback journal lets nobody write beside a reader");
  reader.exec("begin");
  reader.prepare("select count(*) from jo_frames").get();
  const peers = await Promise.all(Array.from({ length: 8 }, () => startPeer(path)));
  const batch = (from: number) => Array.from({ length: 20 }, (_, index) => ({ id: `${from}-${index}`, body: "x".repeat(200) }));
  await Promise.all(
    peers.map(async (peer, from) => {
      for (let round = 0; round < 10; round++) await peer.send(work(), batch(from));
    }),
  );
  reader.exec("rollback");
  expect(await transport.depth("work")).toMatchObject({ ready: 1 + 8 * 10 * 20 });
}, 30_000);

test("a dead letter of one process is seen and driven again by another", async () => {
  const path = file();
  const [one, other] = [open(path), open(path)];
  const mine = await receiver(one, work());
  await send(one, work(), [frame("a")]);
  await settle(mine, await take(mine, 1), dead);
  expect((await other.list("work", { state: "dead", error: "ERR_NO_GOOD" })).items).toHaveLength(1);
  expect(await other.redrive("work")).toBe(1);
  const again = await takeOne(mine);
  expect(again.attempt).toBe(1);
  expect((await other.history("work", again.frame.id))?.attempts.map(({ outcome }) => outcome)).toEqual(["dead", "running"]);
});
