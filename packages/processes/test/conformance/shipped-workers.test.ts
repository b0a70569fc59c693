import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { runWorkerClauses } from "../../src/conformance/index.ts";

const workers = fileURLToPath(new URL("../../workers", import.meta.url));
const TIMEOUT_MS = 240_000;

const folder = mkdtempSync(join(tmpdir(), "job-orch-rust-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Shipped {
  readonly language: string;
  /** Why it cannot run here, and how to change that. */
  readonly missing: string | undefined;
  readonly command: readonly string[];
  /** What its language cannot do. */
  readonly skips: readonly string[];
}

const single = ["run/tags", "run/bytes", "run/separated", "control/take-back", "stream/items", "stream/cancel", "stream/asked"];
const shipped: readonly Shipped[] = [
  { language: "node", missing: undefined, command: [process.execPath, join(workers, "node", "conformance.ts")], skips: [] },
  {
    language: "python",
    missing: lacks(["python3", "--version"], "https://www.python.org/downloads/"),
    command: ["python3", join(workers, "python", "conformance.py")],
    skips: single,
  },
  {
    language: "bash",
    missing: lacks(["bash", "-c", "((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 402))"], "your system's package manager (4.2 or newer)"),
    command: ["bash", join(workers, "bash", "conformance.sh")],
    skips: ["run/meta", "control/cancel", "control/cancel-cut", "control/cancel-meta", "end/eof-busy", ...single],
  },
  {
    language: "rust",
    missing: lacks(["rustc", "--version"], "https://rustup.rs"),
    command: [join(folder, "worker")],
    skips: single,
  },
];

describe.each(shipped)("the $language worker keeps every promise that its language can", ({ language, missing, command, skips }) => {
  test.for(["fd3", "stdio"] as const)("over %s", { timeout: TIMEOUT_MS }, async (transport, { skip }) => {
    if (missing !== undefined) skip(missing);
    if (language === "rust") build();
    // What differs between the two is how frames and prints are told apart.
    const only = transport === "stdio" ? { only: "run/" } : {};
    const outcomes = await runWorkerClauses({ command, transport, ...only });
    expect(outcomes.filter(({ outcome }) => outcome === "broken").map(({ clause, why }) => `${clause.id}: ${why}`)).toEqual([]);
    expect(
      outcomes
        .filter(({ outcome }) => outcome === "skipped")
        .map(({ clause }) => clause.id)
        .sort(),
    ).toEqual(
      [...skips, ...(transport === "fd3" && language === "node" ? ["run/separated"] : [])]
        .filter((id) => id.startsWith(only.only ?? ""))
        .sort(),
    );
  });
});

let built = false;

function build(): void {
  if (built) return;
  const args = ["-O", "--edition", "2021", "--deny", "warnings", join(workers, "rust", "conformance.rs"), "-o", join(folder, "worker")];
  const { status, stderr } = spawnSync("rustc", args, { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  built = true;
}

function lacks([command = "", ...args]: readonly string[], where: string): string | undefined {
  return spawnSync(command, args).status === 0 ? undefined : `${command} is missing here: get it from ${where}`;
}
