import type { Clock } from "@job-orch/core";
import { systemClock } from "@job-orch/core";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { toSettings } from "../src/options.ts";
import { sweep } from "../src/retention.ts";
import { Store } from "../src/store.ts";
import { ack, dead, file, frames, open, receiver, send, settle, take, work } from "./support/scene.ts";
import type { Outcome } from "@job-orch/core";
import type { SqliteOptions, SqliteTransport } from "../src/index.ts";

/** Sends so many, and ends them in pieces. */
async function endAll(transport: SqliteTransport, count: number, outcome: Outcome): Promise<void> {
  const mine = await receiver(transport, work());
  await send(transport, work(), frames(count));
  for (let left = count; left > 0;) {
    const held = await take(mine, Math.min(left, 100));
    await settle(mine, held, outcome);
    left -= held.length;
  }
  await mine[Symbol.asyncDispose]();
}

function rows(path: string, table: string): number {
  const db = new DatabaseSync(path);
  const { count } = db.prepare(`select count(*) as count from ${table}`).get() as { count: number };
  db.close();
  return count;
}

test("completed frames are kept up to a count, the newest, and nothing hangs on after them", async () => {
  const path = file();
  const transport = open(path, { retention: { completed: { count: 50 } } });
  await endAll(transport, 1_000, ack);
  const { completed } = await transport.depth("work");
  expect(completed).toBeGreaterThanOrEqual(50);
  expect(completed).toBeLessThanOrEqual(60);
  expect(rows(path, "jo_frames")).toBe(completed);
  const { items } = await transport.list("work", { limit: 1_000 });
  expect(new TextDecoder().decode(items.at(-1)?.body as Uint8Array)).toBe("999");
});

test("with a count of zero nothing is kept, not for a moment", async () => {
  const path = file();
  const transport = open(path, { retention: { completed: { count: 0 } } });
  await endAll(transport, 200, ack);
  expect(await transport.depth("work")).toMatchObject({ completed: 0, ready: 0 });
  expect(rows(path, "jo_frames")).toBe(0);
});

test("dead letters have bounds of their own", async () => {
  const path = file();
  const transport = open(path, { retention: { completed: { count: 0 }, dead: { count: 20 } } });
  await endAll(transport, 300, dead);
  const { dead: kept } = await transport.depth("work");
  expect(kept).toBeGreaterThanOrEqual(20);
  expect(kept).toBeLessThanOrEqual(22);
  expect(rows(path, "jo_frames")).toBe(kept);
});

test("what is kept is bounded by bytes as well", async () => {
  const path = file();
  const transport = open(path, { retention: { completed: { bytes: 10_000 } } });
  const mine = await receiver(transport, work());
  for (let round = 0; round < 10; round++) {
    await send(
      transport,
      work(),
      Array.from({ length: 10 }, (_, index) => ({ id: `${round}-${index}`, body: new Uint8Array(500) })),
    );
    await settle(mine, await take(mine, 10), ack);
  }
  const { completed } = await transport.depth("work");
  expect(completed).toBe(20);
});

test("what is too old goes with the sweep, and so do keys whose window is over", async () => {
  const path = file();
  let aheadMs = 0;
  const clock: Clock = { ...systemClock, now: () => Date.now() + aheadMs };
  const options: SqliteOptions = { clock, retention: { completed: { ageMs: 60_000 } } };
  const transport = open(path, options);
  await endAll(transport, 30, ack);
  const dedupe = (key: string, windowMs: number) => ({ dedupe: { key, windowMs, scope: "window", onDuplicate: "drop" } as const });
  await send(transport, work("keys"), [...frames(1, dedupe("short", 1_000)), ...frames(1, dedupe("long", 600_000))]);

  const store = new Store(toSettings(path, options));
  const sql = await store.open();
  const sweepOnce = (): boolean[] => {
    const more: boolean[] = [];
    expect(store.transaction(sql, (tx) => void more.push(sweep(tx, store.settings)))).toEqual({ ok: true });
    return more;
  };
  sweepOnce();
  expect(await transport.depth("work")).toMatchObject({ completed: 30 });
  aheadMs = 120_000;
  expect(sweepOnce()).toEqual([false]);
  expect(await transport.depth("work")).toMatchObject({ completed: 0 });
  expect(rows(path, "jo_dedupe")).toBe(1);
  await store.close();
});

test("what is past the count goes, and nothing of another channel that lies between", async () => {
  const path = file();
  const transport = open(path, { retention: { completed: { count: 10 } } });
  const mine = await receiver(transport, work());
  for (let round = 0; round < 10; round++) {
    await send(transport, work(), frames(5));
    await send(transport, work("other"), frames(2));
  }
  const held = await take(mine, 50);
  const scattered = [...held.filter((_, index) => index % 3 === 0), ...held.filter((_, index) => index % 3 !== 0)];
  await settle(mine, scattered.slice(0, 30), ack);
  await settle(mine, scattered.slice(30), ack);
  const { completed } = await transport.depth("work");
  expect(completed).toBeLessThanOrEqual(11);
  expect(await transport.depth("other")).toMatchObject({ ready: 20 });
  expect(await take(await receiver(transport, work("other")), 20)).toHaveLength(20);
  expect(rows(path, "jo_frames")).toBe(completed + 20);
});
