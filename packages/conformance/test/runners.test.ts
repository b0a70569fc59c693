import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { clauses, conformance, plainReference, readClaims, referenceHarness, type RegisterTest, unmetNeed } from "../src/index.ts";

const fixture = fileURLToPath(new URL("./fixtures/under-node-test.ts", import.meta.url));

function underNodeTest(mutant: string): { readonly status: number | null; readonly text: string } {
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--test", "--test-reporter=tap", fixture], {
    encoding: "utf8",
    env: { ...environment, MUTANT: mutant },
  });
  return { status, text: stdout + stderr };
}

test("the suite runs under node:test, and what is not claimed is skipped there with its reason", async () => {
  const { status, text } = underNodeTest("");
  const claims = await readClaims(plainReference());
  const unclaimed = clauses.filter(({ needs }) => unmetNeed(needs, claims) !== undefined).length;
  expect(text).toContain(`# skipped ${unclaimed}`);
  expect(text).toContain("# fail 0");
  expect(text).toContain("has no 'delay' capability");
  expect(status).toBe(0);
});

test("under node:test a broken transport fails", () => {
  const { status, text } = underNodeTest("sends-twice");
  expect(text).toMatch(/not ok \d+ - reference: SPI-WRK-01/);
  expect(status).not.toBe(0);
});

/** Registers tests in a list. */
function listing(): { readonly register: RegisterTest; readonly run: (filter: (name: string) => boolean) => Promise<string[]> } {
  const tests: { readonly name: string; readonly check: () => Promise<void> }[] = [];
  return {
    register: (name, check) => tests.push({ name, check }),
    run: async (filter) => {
      const failed: string[] = [];
      for (const { name, check } of tests)
        if (filter(name)) await check().catch((error: Error) => failed.push(`${name}: ${error.message}`));
      return failed;
    },
  };
}

test("a run that leaves out promised clauses fails", async () => {
  const { register, run } = listing();
  conformance({ test: register, harness: referenceHarness() });
  const failed = await run((name) => !name.includes("SPI-SND-0"));
  expect(failed).toEqual([
    expect.stringMatching(/every clause that the capabilities promise was tried: \d+ of \d+ promised clauses were not tried: SPI-SND-01/),
  ]);
});

test("a harness that cannot show what is claimed fails", async () => {
  const { register, run } = listing();
  const { crash: _, ...harness } = referenceHarness();
  conformance({ test: register, harness, filter: () => false });
  expect(await run(() => true)).toEqual([expect.stringContaining("the harness must have crash()")]);
});

test("a clause that is not claimed is reported to a runner that has its own way to skip", async () => {
  const { register, run } = listing();
  const reasons: string[] = [];
  conformance({
    test: register,
    harness: plainReference(),
    skip: (reason) => reasons.push(reason),
    filter: ({ id }) => id === "SPI-DLY-01",
  });
  expect(await run(() => true)).toEqual([]);
  expect(reasons).toEqual(["'reference' has no 'delay' capability"]);
});
