import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Ended, runDemo } from "./support/demo.ts";
import { Tree } from "./support/tree.ts";

const folder = mkdtempSync(join(tmpdir(), "search-index-"));
const dbPath = join(folder, "demo.db");
const tree = new Tree(join(folder, "tree"), 2);

beforeAll(async () => {
  tree.write("a/much.txt", "first line\nretry the retry with a retry\nlast line\n");
  tree.write("a/little.txt", `${"other words ".repeat(200)}\n  and then\tone retry after all\n`);
  tree.write("b/retry-policy.ts", "export const policy = 1;\n");
  tree.write("b/server.ts", "class RetryServer { startRetrying() {} }\n");
  tree.write("b/unrelated.ts", "nothing here\n");
  tree.write("b/gone.txt", "vanishing\n");
  const { code } = await runDemo(tree.root, "--db", dbPath);
  expect(code).toBe(0);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const search = (...args: readonly string[]): Promise<Ended> => runDemo("--db", dbPath, "--search", ...args);

/** The paths of the results, in order. */
function results({ stdout }: Ended): readonly string[] {
  return [...stdout.matchAll(/^ +\d+\. (\S+)/gm)].map(([, path]) => path ?? "").map((path) => path.slice(path.indexOf("tree/") + 5));
}

test("files that have all the words come best first, with the lines that show them", { timeout: 60_000 }, async () => {
  const found = await search("retry");
  expect(found.code).toBe(0);
  expect(results(found)).toHaveLength(4);
  expect(results(found)[0]).toBe("b/retry-policy.ts"); // a file's name says most
  expect(results(found).indexOf("a/much.txt")).toBeLessThan(results(found).indexOf("a/little.txt"));
  expect(found.stdout).toContain("2  retry the retry with a retry");
  expect(found.stdout).toContain("2  and then one retry after all");
});

test("a search in a directory finds only what is there, and no more than asked for", { timeout: 60_000 }, async () => {
  expect(results(await runDemo(join(tree.root, "a"), "--db", dbPath, "--search", "retry")).every((path) => path.startsWith("a/"))).toBe(
    true,
  );
  const one = await search("retry", "--limit", "1");
  expect(results(one)).toHaveLength(1);
  expect(one.stdout).toContain("3 more");
});

test("when no file has the words as such, beginnings of words do, and then some of the words", { timeout: 60_000 }, async () => {
  expect(results(await search("retryser"))).toEqual(["b/server.ts"]);
  expect(results(await search("vanishing policy"))).toEqual(expect.arrayContaining(["b/gone.txt", "b/retry-policy.ts"]));
});

test("words that nobody has get a sentence, and a file that is gone says so", { timeout: 60_000 }, async () => {
  const nothing = await search("xylophone");
  expect({ code: nothing.code, hits: results(nothing) }).toEqual({ code: 0, hits: [] });
  expect(nothing.stdout).toContain("No file has xylophone");
  rmSync(join(tree.root, "b/gone.txt"));
  expect((await search("vanishing")).stdout).toContain("no longer there");
});

test("words that mean something to the index's query language are words like others", { timeout: 60_000 }, async () => {
  for (const words of ['" OR NOT', "retry AND", "NEAR(retry)", "col:retry*"]) expect((await search(words)).code).toBe(0);
});

test("a file's name does nothing to a terminal", { timeout: 60_000 }, async () => {
  const odd = new Tree(join(folder, "odd"), 1);
  odd.write("a\u001b[31mred\nline.txt", "crimson");
  odd.write("b\u001b]0;title.txt", Buffer.from([0, 1, 2]));
  const [store, words] = [
    ["--db", join(folder, "odd.db")],
    ["--search", "crimson"],
  ];
  const indexed = await runDemo(odd.root, ...store);
  const found = await runDemo(...store, ...words);
  expect(found.stdout).toContain("a\ufffd[31mred\ufffdline.txt");
  expect(indexed.stdout).toContain("b\ufffd]0;title.txt");
  expect(indexed.stdout + found.stdout).not.toContain("\u001b");
});

test("a search without an index says how to make one", { timeout: 60_000 }, async () => {
  const { code, stderr } = await runDemo("--db", join(folder, "none.db"), "--search", "word");
  expect(code).toBe(1);
  expect(stderr).toContain("npm run demo");
});
