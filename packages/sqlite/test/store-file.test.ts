import { StoreError } from "@job-orch/core";
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { sqlite } from "../src/index.ts";
import { file, folder, frame, frames, journalOf, never, open, receiver, send, sender, take, work } from "./support/scene.ts";

/** Source: https://www.sqlite.org/changes.html#version_3_51_3 */
const SAFE_WAL = (process.versions["sqlite"] ?? "0").localeCompare("3.51.3", undefined, { numeric: true }) >= 0;

async function closedStore(path: string, count: number): Promise<void> {
  const transport = sqlite(path);
  await send(transport, work(), frames(count));
  await transport[Symbol.asyncDispose]();
}

test("nothing is touched before the first sender or receiver", async () => {
  const path = file();
  const transport = open(path);
  expect(readdirSync(dirname(path))).toEqual([]);
  await sender(transport, work());
  expect(existsSync(path)).toBe(true);
});

test("a file with a newer schema is refused, and says so", async () => {
  const path = file();
  await closedStore(path, 1);
  const db = new DatabaseSync(path);
  db.exec("pragma user_version = 999");
  db.close();
  await expect(sender(open(path), work())).rejects.toThrow(/schema version 999.*newer/);
  await expect(sender(open(path), work())).rejects.toBeInstanceOf(StoreError);
});

test("a file of another application is refused and left as it is", async () => {
  const path = file();
  const db = new DatabaseSync(path);
  db.exec("create table orders (id integer primary key); insert into orders values (7)");
  db.close();
  const before = readFileSync(path);
  await expect(receiver(open(path), work())).rejects.toMatchObject({ code: "ERR_STORE" });
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("queues live beside the application's own tables when asked to, and leave its marks alone", async () => {
  const path = file();
  const db = new DatabaseSync(path);
  db.exec("create table orders (id integer primary key); pragma user_version = 12; pragma application_id = 99");
  const transport = open(path, { besideOwnTables: true });
  await send(transport, work(), [frame("a")]);
  expect(db.prepare("pragma user_version").get()).toEqual({ user_version: 12 });
  expect(db.prepare("pragma application_id").get()).toEqual({ application_id: 99 });
  db.close();
  await transport[Symbol.asyncDispose]();
  const again = open(path); // it holds queues by now, so nothing needs to be said
  expect(await take(await receiver(again, work()), 1)).toHaveLength(1);
});

test("what is no database at all is refused", async () => {
  const path = file();
  writeFileSync(path, "this is a letter, not a database. ".repeat(100));
  await expect(sender(open(path), work())).rejects.toMatchObject({ code: "ERR_STORE" });
  await expect(open(path).depth("work")).rejects.toMatchObject({ code: "ERR_STORE" });
});

test.each([0.9, 0.5, 0.1])("a file cut to %d of its length is refused, never read in part", async (share) => {
  const path = file();
  await closedStore(path, 5_000);
  const { length } = readFileSync(path);
  truncateSync(path, Math.floor(length * share));
  await expect(sender(open(path), work())).rejects.toMatchObject({ code: "ERR_STORE" });
});

test("a file that was overwritten in the middle is refused", async () => {
  const path = file();
  await closedStore(path, 2_000);
  const bytes = readFileSync(path);
  bytes.fill(0x5a, 4_096 * 4, 4_096 * 12);
  writeFileSync(path, bytes);
  await expect(sender(open(path), work())).rejects.toMatchObject({ code: "ERR_STORE" });
});

test("a folder that does not exist is an error with a code, and opening is tried anew", async () => {
  const transport = open(join(folder(), "nowhere", "jobs.db"));
  await expect(sender(transport, work())).rejects.toMatchObject({ code: "ERR_CONNECTION", retry: "later" });
  await expect(sender(transport, work())).rejects.toMatchObject({ code: "ERR_CONNECTION" });
});

test("several transports may open a new file at the same moment", async () => {
  const path = file();
  const transports = Array.from({ length: 5 }, () => open(path));
  await Promise.all(transports.map((transport, index) => send(transport, work(), [frame(String(index))])));
  expect(await transports[0]?.depth("work")).toMatchObject({ ready: 5 });
});

test("a file is opened for exclusive use only while nobody else has it", async () => {
  const path = file();
  const mine = open(path, { access: "exclusive" });
  expect(mine.capabilities.scope).toBe("process");
  await send(mine, work(), [frame("a")]);
  await expect(sender(open(path, { access: "exclusive" }), work())).rejects.toMatchObject({ code: "ERR_CONNECTION" });
});

test("what an exclusive owner held is ready again when the file is opened anew", async () => {
  const path = file();
  const before = sqlite(path, { access: "exclusive" });
  await send(before, work(), frames(3));
  await take(await receiver(before, work()), 2);
  await before[Symbol.asyncDispose]();
  const after = open(path, { access: "exclusive" });
  expect(await take(await receiver(after, work()), 3)).toHaveLength(3);
});

test("a rollback journal works for several transports as well", async () => {
  const path = file();
  const [one, other] = [open(path, { journal: "delete" }), open(path, { journal: "delete" })];
  const mine = await receiver(other, work());
  await send(one, work(), frames(50));
  expect(await take(mine, 50)).toHaveLength(50);
});

const fileJournal = (path: string): string => {
  const db = new DatabaseSync(path, { timeout: 5_000 });
  try {
    return journalOf(db);
  } finally {
    db.close();
  }
};

test("a file keeps the journal it has, and a new one gets the best that is safe with this engine", async () => {
  const path = file();
  await closedStore(path, 1);
  const best = fileJournal(path);
  expect(best).toBe(SAFE_WAL ? "wal" : "delete");
  const other = file();
  await send(open(other, { journal: "delete" }), work(), [frame("a")]);
  const transport = open(other);
  const mine = await receiver(transport, work());
  await send(open(other), work(), [frame("b")]);
  expect(await take(mine, 2)).toHaveLength(2);
  expect(fileJournal(other)).toBe("delete");
});

test("WAL for several processes is refused where the engine could damage the file, with what to do", async () => {
  const opening = sender(open(file(), { journal: "wal" }), work());
  if (SAFE_WAL) await expect(opening).resolves.toBeDefined();
  else await expect(opening).rejects.toThrow(/SQLite 3\..* can corrupt .*access: "exclusive"/);
});

test("a store in memory works without a file and claims no durability", async () => {
  const transport = open(":memory:");
  expect(transport.capabilities).toMatchObject({ durable: "none", scope: "process" });
  const mine = await receiver(transport, work());
  await send(transport, work(), frames(3));
  expect(await take(mine, 3)).toHaveLength(3);
});

test("bad options are refused before anything is opened", () => {
  expect(() => sqlite("")).toThrow(/path/);
  expect(() => sqlite("x.db", { maxFrameBytes: 0 })).toThrow(/maxFrameBytes/);
  expect(() => sqlite("x.db", { synchronous: "off" as "full" })).toThrow(/synchronous/);
  expect(() => sqlite("x.db", { retention: { dead: { count: -1 } } })).toThrow(/retention.dead.count/);
  expect(sqlite("x.db").capabilities.durable).toBe("machine");
  expect(sqlite("x.db", { synchronous: "normal" }).capabilities.durable).toBe("process");
});

test("transports that are aborted while opening leave nothing open", async () => {
  const transport = open();
  await expect(transport.sender(work(), AbortSignal.abort("no"))).rejects.toBe("no");
  await transport[Symbol.asyncDispose]();
  await expect(transport.sender(work(), never)).rejects.toMatchObject({ code: "ERR_CLOSED" });
});
