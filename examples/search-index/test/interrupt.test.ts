import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { indexPathOf } from "../store/paths.ts";
import { runDemo, startDemo } from "./support/demo.ts";
import { referenceOf } from "./support/reference.ts";
import { countIn, deadLettersIn, storedIn, waitingIn } from "./support/stored.ts";
import { Tree } from "./support/tree.ts";

let folder: string;
let dbPath: string;
let tree: Tree;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "search-index-"));
  dbPath = join(folder, "demo.db");
  tree = new Tree(join(folder, "tree"), 3);
  tree.addTexts(2_000);
  tree.addTrouble();
});
afterEach(() => rmSync(folder, { recursive: true }));

test("Ctrl-C drains, says how to go on, and the next run does", { timeout: 120_000 }, async () => {
  const first = startDemo([tree.root, "--db", dbPath]);
  await first.printed("Search index");
  await someIndexed();
  first.child.kill("SIGINT");
  const stopped = await first.ended;
  expect(stopped).toMatchObject({ code: 130, stderr: "" });
  expect(stopped.stdout).toContain("Stopped.");
  expect(stopped.stdout).toContain(`To go on: npm run demo -- ${tree.root} --db ${dbPath}`);
  expect(await waitingIn(dbPath)).toBeGreaterThan(0);

  const before = storedIn(dbPath).files.size;
  const second = await runDemo(tree.root, "--db", dbPath);
  expect(second.code).toBe(0);
  expect(asBefore(second.stdout)).toBe(before);
  expect(second.stdout).toContain("Going on where an earlier run stopped");
  expect(storedIn(dbPath).files).toEqual(referenceOf(tree.root).files);
});

test("a second Ctrl-C quits at once, and still nothing is lost", { timeout: 120_000 }, async () => {
  const first = startDemo([tree.root, "--db", dbPath]);
  await first.printed("Search index");
  await someIndexed();
  first.child.kill("SIGINT");
  await first.printed("Stopping");
  first.child.kill("SIGINT");
  expect((await first.ended).code).toBe(130);
  expect((await runDemo(tree.root, "--db", dbPath)).code).toBe(0);
  expect(storedIn(dbPath).files).toEqual(referenceOf(tree.root).files);
});

test("two runs at once share the work, and end with one index", { timeout: 120_000 }, async () => {
  tree.addTexts(4_000); // enough that neither is done before the other has begun
  const runs = await Promise.all([runDemo(tree.root, "--db", dbPath), runDemo(tree.root, "--db", dbPath)]);
  for (const { code, stderr } of runs) expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(runs.filter(({ stdout }) => stdout.includes("this one helps it"))).toHaveLength(1);
  const { files, refused } = referenceOf(tree.root);
  expect(storedIn(dbPath)).toEqual({ files, refused, documents: files.size });
  expect(await deadLettersIn(dbPath)).toEqual([...refused].map(([path, code]) => `${path} ${code}`).sort());
});

test("--fresh waits for nobody: while a run is at work it is refused", { timeout: 120_000 }, async () => {
  const first = startDemo([tree.root, "--db", dbPath]);
  await first.printed("Search index");
  const fresh = await runDemo(tree.root, "--db", dbPath, "--fresh");
  expect(fresh.code).toBe(1);
  expect(fresh.stderr).toContain("Another run is at work");
  first.child.kill("SIGKILL");
  await first.ended;
  expect((await runDemo(tree.root, "--db", dbPath, "--fresh")).stdout).not.toContain("Going on");
  expect(storedIn(dbPath).files).toEqual(referenceOf(tree.root).files);
});

/** Resolves when the run has put some files into the index. */
async function someIndexed(): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (existsSync(indexPathOf(dbPath)) && countIn(dbPath) >= 50) return;
  }
}

test("a reader that goes away ends it without a word, and the next run goes on", { timeout: 120_000 }, async () => {
  const first = startDemo([tree.root, "--db", dbPath]);
  await first.printed("Search index");
  first.child.stdout?.destroy();
  expect(await first.ended).toMatchObject({ code: 141, stderr: "" });
  expect((await runDemo(tree.root, "--db", dbPath)).code).toBe(0);
  expect(storedIn(dbPath).files).toEqual(referenceOf(tree.root).files);
});

test.runIf(process.platform === "linux")("a place where nothing can be kept is told in a sentence", { timeout: 60_000 }, async () => {
  for (const more of [[], ["--fresh"]]) {
    const { code, stdout, stderr } = await runDemo(tree.root, "--db", "/proc/demo.db", ...more);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^Nothing can be kept beside \/proc\/demo\.lock: [^\n]+\n$/);
  }
});

/** Files that a run found in the index, as its summary has it. */
function asBefore(stdout: string): number {
  return Number((/([\d,]+) as before/.exec(stdout)?.[1] ?? "none").replaceAll(",", ""));
}
