import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { partitionOf, placedActors, poolHosts } from "../src/index.ts";
import type { Note } from "./fixtures/notes.ts";
import { world } from "./support/hosted.ts";

const key = ({ key: own }: Note): string => own;
const ask = { timeoutMs: 30_000 };
const keys = Array.from({ length: 20 }, (_, at) => `key-${at}`);

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, n) => n);
}

describe.each(["threads", "processes"] as const)("actors on %s", (kind) => {
  it("work one at a time per key and in order, on both of them", async () => {
    await using on = await world(kind);
    const asked = keys.flatMap((own) => upTo(15).map((n) => ({ own, n, page: on.placed.ask({ key: own, n, ms: n % 3 }, ask) })));
    const where = new Map<string, Set<string>>();
    for (const { own, n, page } of asked) {
      const { notes: seen, most, where: worker } = await page;
      expect([seen, most]).toEqual([upTo(n + 1), 1]);
      where.set(own, (where.get(own) ?? new Set()).add(worker));
    }
    expect([...where.values()].every(({ size }) => size === 1)).toBe(true);
    expect(new Set([...where.values()].flatMap((of) => [...of])).size).toBe(2);
  });

  it("a worker that dies costs nothing that was answered, and nothing that was not begun", async () => {
    await using on = await world(kind);
    const before = await Promise.all(keys.map((own) => on.placed.ask({ key: own, n: 0 }, ask)));
    const dying = on.placed.ask({ key: "key-0", n: 1, ms: 30, dies: true }, ask);
    const behind = upTo(40).map((n) => on.placed.ask({ key: "key-0", n: n + 2 }, ask));
    await expect(dying).rejects.toMatchObject({ code: "ERR_HOST_LOST", retry: "unknown" });
    for (const [n, page] of (await Promise.all(behind)).entries()) {
      expect(page.notes).toEqual([0, ...upTo(n + 1).map((one) => one + 2)]);
      expect(page.where).not.toBe(before[0]?.where);
    }
    // Also those who lived there and were not at work.
    for (const own of keys.slice(1)) expect((await on.placed.ask({ key: own, n: 1 }, ask)).notes).toEqual([0, 1]);
    // The next worker in its place gets its share again.
    await expect.poll(() => on.placed.placeOf("key-0").host, { timeout: 20_000 }).toMatch(/^notes-[01]$/);
    await expect.poll(() => new Set(keys.map((own) => on.placed.placeOf(own).host)).size, { timeout: 20_000 }).toBe(2);
  });

  it("what a worker had and did not begin goes on in order", async () => {
    // One at a time per worker: of what it has in hand, it has begun one.
    await using on = await world(kind, { pool: { concurrency: 1 } });
    await Promise.all(keys.map((own) => on.placed.ask({ key: own, n: 0 }, ask)));
    const dying = on.placed.ask({ key: "key-0", n: 1, ms: 50, dies: true }, ask);
    const others = keys.slice(1).flatMap((own) => [1, 2, 3].map((n) => on.placed.ask({ key: own, n }, ask)));
    await expect(dying).rejects.toMatchObject({ code: "ERR_HOST_LOST" });
    const answers = (await Promise.all(others)).map(({ notes: seen }) => seen.length);
    expect(answers).toEqual(keys.slice(1).flatMap(() => [2, 3, 4]));
  });

  it("runs what it had begun again, when told to, and gives up what ends one worker after the other", async () => {
    const folder = mkdtempSync(join(tmpdir(), "actors-"));
    try {
      await using on = await world(kind, { placed: { crash: "retry" } });
      const asks = [0, 1, 2].map((n) => on.placed.ask(n === 1 ? { key: "a", n, dies: join(folder, "died") } : { key: "a", n }, ask));
      expect((await Promise.all(asks)).map(({ notes: seen }) => seen)).toEqual([[0], [0, 1], [0, 1, 2]]);
      await expect(on.placed.ask({ key: "b", n: 0, dies: true }, ask)).rejects.toMatchObject({ code: "ERR_HOST_LOST" });
      expect((await on.placed.ask({ key: "b", n: 1 }, ask)).notes).toEqual([1]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("begins again from what rests, when answers bring no snapshot", async () => {
    await using on = await world(kind, { hosts: { snapshotEvery: Number.POSITIVE_INFINITY, idleMs: 20 } });
    await on.placed.ask({ key: "a", n: 0 }, ask);
    await expect.poll(() => on.store.get("notes:a"), { timeout: 20_000 }).toBeDefined(); // it was idle, and rests
    await on.placed.ask({ key: "a", n: 1, ms: 5 }, ask);
    await expect(on.placed.ask({ key: "a", n: 2, dies: true }, ask)).rejects.toMatchObject({ code: "ERR_HOST_LOST" });
    const { notes: seen } = await on.placed.ask({ key: "a", n: 3 }, ask);
    expect([
      [0, 3],
      [0, 1, 3],
    ]).toContainEqual(seen); // what is between two rests is a worker's own
  });

  it("take their states along when a fresh worker takes the place of an old one", async () => {
    await using on = await world(kind, { pool: { recycle: { requests: 40 } } });
    const exits: string[] = [];
    on.pool.on("workerExited", ({ exitClass }) => exits.push(exitClass));
    let n = 0;
    do {
      const pages = await Promise.all(keys.map((own) => on.placed.ask({ key: own, n }, ask)));
      n++;
      for (const page of pages) expect([page.notes, page.most]).toEqual([upTo(n), 1]);
    } while (exits.length < 3 && n < 1_000);
    expect(new Set(exits)).toEqual(new Set(["recycled"]));
  });

  it("an epoch that is over is refused, and its state is none", async () => {
    await using on = await world(kind);
    const send = (epoch: number, n: number, begins = false) =>
      on.pool.call(
        { do: "run", key: "x", epoch, request: { key: "x", n }, keep: false, ...(begins ? { begin: { snapshot: [] } } : {}) },
        { lane: 0 },
      );
    expect(await send(1, 0)).toEqual({ missing: true });
    expect(await send(1, 0, true)).toMatchObject({ response: { notes: [0] } });
    expect(await send(2, 1)).toEqual({ missing: true });
    expect(await send(2, 1, true)).toMatchObject({ response: { notes: [1] } });
    await expect(send(1, 2, true)).rejects.toMatchObject({ code: "ERR_LEASE_LOST" });
    await expect(send(1, 2)).rejects.toMatchObject({ code: "ERR_LEASE_LOST" });
    expect(await on.pool.call({ do: "rest", key: "x", epoch: 2 }, { lane: 0 })).toEqual({ kept: { snapshot: [1] } });
    expect(await send(2, 3)).toEqual({ missing: true });
  });

  it("are supervised here: an error is its sender's, the state stays, and a stopped key can be revived", async () => {
    await using on = await world(kind, { hosts: { onError: (_error, own) => (own === "bad" ? "stop" : "resume") } });
    const failed: string[] = [];
    on.hosts.on("failed", ({ key: own, directive }) => failed.push(`${own}: ${directive}`));
    await on.placed.ask({ key: "good", n: 0 }, ask);
    await expect(on.placed.ask({ key: "good", n: 1, fails: true }, ask)).rejects.toThrow("note 1 fails");
    expect((await on.placed.ask({ key: "good", n: 2 }, ask)).notes).toEqual([0, 2]);
    await expect(on.placed.ask({ key: "bad", n: 0, fails: true }, ask)).rejects.toThrow("note 0 fails");
    await expect(on.placed.ask({ key: "bad", n: 1 }, ask)).rejects.toMatchObject({ code: "ERR_ACTOR_STOPPED" });
    expect([on.hosts.revive("bad"), on.hosts.revive("bad")]).toEqual([true, false]);
    expect((await on.placed.ask({ key: "bad", n: 2 }, ask)).notes).toEqual([2]);
    expect(failed).toEqual(["good: resume", "bad: stop"]);
  });

  it("store every state when they leave", async () => {
    const on = await world(kind);
    await Promise.all(keys.map((own) => on.placed.ask({ key: own, n: 7 }, ask)));
    const waits = on.placed.ask({ key: "key-1", n: 8, ms: 20 }, ask);
    await on.hosts.close();
    expect((await waits).notes).toEqual([7, 8]);
    expect(on.store.size).toBe(keys.length);
    expect(on.placed.placeOf("key-1")).toMatchObject({ partition: partitionOf("key-1"), host: undefined });
    await on.placed.close();
    await on.pool.close();
  });

  it("refuse what cannot be", async () => {
    await using on = await world(kind);
    await expect(on.placed.ask({ key: 5 as never, n: 0 }, ask)).rejects.toMatchObject({ code: "ERR_OPTION" });
    await expect(on.hosts.joinTo(on.placed)).rejects.toMatchObject({ code: "ERR_OPTION" });
    const options = { key, places: 2, snapshots: new Map<string, string>() };
    for (const wrong of [{ places: 0 }, { snapshots: undefined }, { snapshotEvery: 0 }, { partitions: 0 }, { key: "a" }]) {
      expect(() => poolHosts(on.pool, { ...options, ...wrong } as never)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
    }
    expect(() => poolHosts({} as never, options)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
  });
});

it("a pool whose workers serve something else is told from its first answer", async () => {
  for (const run of [() => 5, () => undefined, ({ key: own }: Note) => own.length]) {
    const pool = { name: "plain", errors: [], call: async (mail: unknown) => run(mail as Note), on: () => () => undefined };
    const placed = placedActors<Note, unknown>({ key });
    const hosts = poolHosts<Note, unknown>(pool as never, { key, places: 1, snapshots: new Map() });
    await expect(hosts.joinTo(placed)).rejects.toMatchObject({ code: "ERR_UNSUPPORTED", message: expect.stringContaining("actorsJob") });
    await hosts.close();
    await placed.close();
  }
});
