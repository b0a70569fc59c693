import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { toCommand, UsageError } from "../command/arguments.ts";
import { runDemo } from "./support/demo.ts";

const folder = mkdtempSync(join(tmpdir(), "search-index-"));
const surroundings = { userFolder: folder, workspace: folder };
writeFileSync(join(folder, "file.txt"), "");
afterAll(() => rmSync(folder, { recursive: true }));

const WRONG: readonly (readonly [what: string, args: readonly string[]])[] = [
  ["an option that is none", ["--foo"]],
  ["a directory that is not there", ["nowhere"]],
  ["a file in place of a directory", ["file.txt"]],
  ["two directories", [".", "."]],
  ["a search without words", ["--search", "!?"]],
  ["a search without a value", ["--search"]],
  ["a limit without a search", [".", "--limit", "3"]],
  ["a limit of nothing", ["--search", "a", "--limit", "0"]],
  ["a limit that is no number", ["--search", "a", "--limit", "many"]],
  ["a fresh search", ["--search", "a", "--fresh"]],
  ["a directory as store", [".", "--db", "."]],
  ["an empty store", [".", "--db", ""]],
];

test.for(WRONG)("%s is refused with one sentence", ([, args]) => {
  const command = (): unknown => toCommand(args, surroundings);
  expect(command).toThrow(UsageError);
  expect(command).toThrow(/^[^\n]+\.$/);
});

test("bad arguments end with exit code 2 and a sentence on stderr alone", { timeout: 60_000 }, async () => {
  const { code, stdout, stderr } = await runDemo("--no-such-option");
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("--help");
  expect(stderr).toMatch(/^Unknown option '--no-such-option'[^\n]*\n$/);
});

test("--help says how to use it", { timeout: 60_000 }, async () => {
  const { code, stdout } = await runDemo("--help");
  expect(code).toBe(0);
  expect(stdout).toContain("npm run demo -- <directory>");
});

test("the command to go on with is the one that was given", () => {
  const command = toCommand([".", "--db", "my store.db", "--processes", "python"], surroundings);
  expect(command).toMatchObject({ kind: "index", again: "npm run demo -- . --db 'my store.db' --processes python" });
  expect(toCommand([".", "--fresh", "--threads", "2"], surroundings)).toMatchObject({ again: "npm run demo -- . --threads 2" });
});

test("the command to search with takes what it is shown with", () => {
  for (const args of [
    [".", "--threads", "2"],
    [".", "--processes", "node", "--db", "store.db"],
  ]) {
    const { look } = toCommand(args, surroundings) as { readonly look: string };
    const [, ...again] = look.replace("npm run demo", "").replaceAll('"', "").split(" ");
    expect(look).toMatch(/^npm run demo -- \. .*--search "event emitter"$/);
    expect(toCommand(again.slice(1, -1), surroundings)).toMatchObject({ kind: "search" });
  }
});
