import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runDemo } from "./support/demo.ts";
import { referenceOf } from "./support/reference.ts";
import { deadLettersIn, storedIn } from "./support/stored.ts";
import { Tree } from "./support/tree.ts";

const folder = mkdtempSync(join(tmpdir(), "search-index-"));
const dbPath = join(folder, "demo.db");
const tree = new Tree(join(folder, "tree"), 1);
const index = (): ReturnType<typeof runDemo> => runDemo(tree.root, "--db", dbPath);

beforeAll(() => {
  tree.addTexts(300);
  tree.addTrouble();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** `files   305  305 new, …` of a summary: the number behind a name, or before one. */
function figure(stdout: string, pattern: RegExp): number {
  const found = pattern.exec(stdout)?.[1];
  if (found === undefined) throw new Error(`No ${String(pattern)} in:\n${stdout}`);
  return Number(found.replaceAll(",", ""));
}

async function expectTrue(): Promise<void> {
  const { files, refused } = referenceOf(tree.root);
  const stored = storedIn(dbPath);
  expect(stored.files).toEqual(files);
  expect(stored.refused).toEqual(refused);
  expect(stored.documents).toBe(files.size);
}

test("the index has every text file, and every other file is a dead letter with its reason", { timeout: 60_000 }, async () => {
  const { code, stdout, stderr } = await index();
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  await expectTrue();
  const { refused } = referenceOf(tree.root);
  expect(await deadLettersIn(dbPath)).toEqual([...refused].map(([path, reason]) => `${path} ${reason}`).sort());
  expect(new Set(refused.values())).toEqual(new Set(["ERR_FILE_BINARY", "ERR_FILE_NOT_UTF8", "ERR_FILE_TOO_LARGE", "ERR_FILE_UNREADABLE"]));
  expect(figure(stdout, /dead letters +([\d,]+)/)).toBe(refused.size);
  for (const reason of ["binary", "invalid UTF-8", "too large", "unreadable"]) expect(stdout).toContain(reason);
});

test("a second run is answered from the cache and sends no dead letter twice", { timeout: 60_000 }, async () => {
  const before = await deadLettersIn(dbPath);
  const { code, stdout } = await index();
  expect(code).toBe(0);
  expect(figure(stdout, /cache hits +([\d,]+)/)).toBe(referenceOf(tree.root).files.size);
  expect(stdout).toContain("0 new, 0 changed");
  expect(figure(stdout, /read +([\d,]+)/)).toBe(0);
  expect(await deadLettersIn(dbPath)).toEqual(before);
  await expectTrue();
});

test("what was changed, added, removed, mended and broken since is picked up", { timeout: 60_000 }, async () => {
  tree.changeTexts(20);
  tree.addTexts(10);
  tree.removeTexts(15);
  tree.write("bad/picture.png", "not a picture any more");
  tree.write("just-fits.txt", Buffer.from([0, 1, 2]));
  rmSync(join(tree.root, "d3"), { recursive: true });
  const { code, stdout } = await index();
  expect(code).toBe(0);
  await expectTrue();
  expect(figure(stdout, /([\d,]+) removed/)).toBeGreaterThan(15);
});

test("a file that only has a new time is read and not indexed again", { timeout: 60_000 }, async () => {
  tree.write("same.txt", "the same words");
  await index();
  tree.write("same.txt", "the same words");
  const { stdout } = await index();
  expect(stdout).toContain("0 new, 0 changed");
  expect(figure(stdout, /read +([\d,]+)/)).toBe(1);
  const again = await index();
  expect(figure(again.stdout, /read +([\d,]+)/)).toBe(0);
});
