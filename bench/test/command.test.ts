import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { grounds as allGrounds } from "../src/cases/grounds.ts";
import { readArguments, UsageError } from "../src/harness/arguments.ts";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));

async function bench(...args: string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [main, ...args])) };
  } catch (error) {
    const { code, stdout, stderr } = error as { readonly code: number; readonly stdout: string; readonly stderr: string };
    return { code, stdout, stderr };
  }
}

describe("what can be asked for", () => {
  const grounds = ["inprocess", "sqlite"];

  it("is a ground, with five rounds unless it is only to be smoked", () => {
    const rest = { json: false, smoke: false, caseId: undefined };
    expect(readArguments(["sqlite"], grounds)).toEqual({ ...rest, ground: "sqlite", rounds: 5 });
    expect(readArguments(["sqlite", "--smoke"], grounds)).toEqual({ ...rest, ground: "sqlite", smoke: true, rounds: 1 });
    expect(readArguments(["--json", "inprocess", "--rounds", "3", "--case", "burst"], grounds)).toEqual({
      ground: "inprocess",
      json: true,
      smoke: false,
      rounds: 3,
      caseId: "burst",
    });
  });

  it.each([
    [[]],
    [["moon"]],
    [["sqlite", "inprocess"]],
    [["sqlite", "--rounds", "0"]],
    [["sqlite", "--rounds", "many"]],
    [["sqlite", "--fast"]],
  ])("is not %j", (args: string[]) => {
    expect(() => readArguments(args, grounds)).toThrow(UsageError);
  });
});

it("a smoke with --json is one object and nothing else", async () => {
  const { code, stdout } = await bench("inprocess", "--case", "codec-1k", "--smoke", "--json");
  expect(code).toBe(0);
  const lines = stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(1);
  expect(Object.keys(JSON.parse(lines[0] ?? "") as object)).toEqual([
    "ground",
    "case",
    "ours",
    "unit",
    "peers",
    "limit",
    "ratioToBestPeer",
    "ratioToLimit",
    "bar",
    "aim",
    "holds",
  ]);
});

it("a mistake gets a sentence and exit code 2", async () => {
  const known = Object.keys(allGrounds).join(", ");
  expect(known).toContain("inprocess, threads, processes");
  expect(await bench("moon")).toEqual({ code: 2, stdout: "", stderr: `There is no ground "moon"; there are: ${known}\n` });
  const { code, stderr } = await bench("sqlite", "--case", "moon");
  expect(code).toBe(2);
  expect(stderr).toContain('There is no case "moon" on "sqlite"; there are: send-durable,');
});
