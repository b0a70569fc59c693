import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RunLock } from "../run/run-lock.ts";
import { FileIndex } from "../store/file-index.ts";
import { runDemo } from "./support/demo.ts";
import { storedIn } from "./support/stored.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "search-index-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const FILE = { path: "/somewhere/a.txt", size: 3, mtimeNs: "1" };

test("putting the same file in twice changes nothing the second time", async () => {
  const index = new FileIndex(join(folder, "demo.index.db"));
  const file = { ...FILE, hash: "h", tokens: 2, terms: "one one two" };
  expect(await Promise.all([index.put(file), index.put(file)])).toEqual(["new", "same"]);
  expect(await index.put({ ...file, hash: "h2", terms: "three" })).toBe("changed");
  index.close();
  expect(storedIn(join(folder, "demo.db"))).toMatchObject({ documents: 1, files: new Map([[FILE.path, new Map([["three", 1]])]]) });
});

test("a file is refused until it is put in, and the other way round", async () => {
  const index = new FileIndex(join(folder, "demo.index.db"));
  await index.refuse(FILE, "ERR_FILE_BINARY");
  expect([index.has(FILE), index.wasRefused(FILE)]).toEqual([false, true]);
  await index.put({ ...FILE, hash: "h", tokens: 1, terms: "one" });
  expect([index.has(FILE), index.wasRefused(FILE)]).toEqual([true, false]);
  await index.refuse(FILE, "ERR_FILE_BINARY");
  expect([index.has(FILE), index.wasRefused(FILE)]).toEqual([false, true]);
  index.close();
});

test("one run leads until it is over, however many there are, and none may be alone with the files meanwhile", () => {
  const path = join(folder, "demo.lock");
  const [first, second] = [RunLock.take(path), RunLock.take(path)];
  expect([first.lead(), second.lead(), first.lead()]).toEqual([true, false, true]);
  expect(RunLock.alone(path, () => expect.unreachable())).toBe(false);
  first.release();
  expect(second.lead()).toBe(true);
  second.release();
  expect(RunLock.alone(path, () => undefined)).toBe(true);
});

test.for(["demo.db", "demo.index.db"])("a %s that is none is told in a sentence, and left alone", { timeout: 60_000 }, async (name) => {
  mkdirSync(join(folder, "tree"));
  writeFileSync(join(folder, name), "x".repeat(5_000));
  const { code, stderr } = await runDemo(join(folder, "tree"), "--db", join(folder, "demo.db"));
  expect(code).toBe(1);
  expect(stderr).toMatch(/^[^\n]*not a[^\n]* database[^\n]*\n$/);
});

test("an index of a later version is told in a sentence", { timeout: 60_000 }, async () => {
  mkdirSync(join(folder, "tree"));
  const database = new DatabaseSync(join(folder, "demo.index.db"));
  database.exec("pragma user_version = 99");
  database.close();
  const { code, stderr } = await runDemo(join(folder, "tree"), "--db", join(folder, "demo.db"));
  expect(code).toBe(1);
  expect(stderr).toContain("version 99");
});
