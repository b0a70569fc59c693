import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { runWorkerClauses, workerClauses } from "../../src/conformance/index.ts";

const worker = fileURLToPath(new URL("fixtures/worker.mjs", import.meta.url));
const TIMEOUT_MS = 120_000;

/** Which clauses each sabotaged worker must be caught by. */
const mutants: Readonly<Record<string, readonly string[]>> = {
  "says-no-hello": ["start/hello"],
  "hello-comes-second": ["start/hello", "run/ok"],
  wordless: ["start/hint"],
  "claims-unasked": ["start/offered"],
  "answers-twice": ["run/ok"],
  "nameless-errors": ["run/error"],
  "dies-of-unknown-jobs": ["run/unknown-job"],
  "small-ids": ["run/ids"],
  "narrow-letters": ["run/values"],
  "mixes-up-meta": ["run/meta"],
  "reports-afterwards": ["run/report"],
  "prints-into-frames": ["run/prints"],
  "forgets-beginnings": ["frames/split"],
  "first-of-many": ["frames/coalesced"],
  "dies-of-unknown-frames": ["frames/unknown"],
  "short-lines": ["frames/long"],
  "never-pongs": ["control/ping"],
  "deaf-to-cancel": ["control/cancel"],
  "answers-late-cancels": ["control/cancel-late"],
  "begins-late": ["control/begun"],
  "announces-together": ["control/begun-each"],
  "outlives-its-host": ["end/eof"],
  "drops-what-runs": ["end/drain"],
  "dies-of-sigterm": ["end/sigterm"],
};

async function broken(mutant: string, only: string): Promise<readonly string[]> {
  const outcomes = await runWorkerClauses({ command: [process.execPath, worker, mutant], only, patienceMs: 4_000 });
  return outcomes.filter(({ outcome }) => outcome === "broken").map(({ clause }) => clause.id);
}

test("the worker that the mutants are made of breaks nothing", { timeout: TIMEOUT_MS }, async () => {
  const outcomes = await runWorkerClauses({ command: [process.execPath, worker] });
  expect(outcomes.filter(({ outcome }) => outcome === "broken")).toEqual([]);
  expect(outcomes.length).toBe(workerClauses.length);
});

// Several at a time: what they do is wait.
describe.concurrent("a sabotaged worker is caught", () => {
  test.each(Object.entries(mutants))("%s", { timeout: TIMEOUT_MS }, async (mutant, clauses) => {
    for (const id of clauses) expect(await broken(mutant, id)).toContain(id);
  });
});

test("a program that is none is told from a worker, with what it printed", { timeout: TIMEOUT_MS }, async () => {
  const missing = await runWorkerClauses({ command: ["/no/such/program"], only: "start/hello" });
  expect(missing[0]).toMatchObject({ outcome: "broken", why: expect.stringContaining("ENOENT") });
  const script = await runWorkerClauses({ command: [process.execPath, "-e", "throw new Error('no such table')"], only: "start/hello" });
  expect(script[0]).toMatchObject({ outcome: "broken", why: expect.stringContaining("no such table") });
});
