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
  "needs-a-value": ["run/no-value"],
  "merges-keys": ["run/prototype-keys"],
  untags: ["run/tags"],
  "bytes-as-text": ["run/bytes"],
  "separates-some": ["run/separated"],
  "narrow-letters": ["run/values"],
  "mixes-up-meta": ["run/meta"],
  "reports-afterwards": ["run/report"],
  "prints-into-frames": ["run/prints"],
  "forgets-beginnings": ["frames/split"],
  "first-of-many": ["frames/coalesced"],
  "dies-of-unknown-frames": ["frames/unknown"],
  "short-lines": ["frames/long"],
  "half-long-lines": ["frames/limit"],
  "dies-unread": ["frames/credit"],
  "never-pongs": ["control/ping"],
  "deaf-to-cancel": ["control/cancel"],
  "answers-late-cancels": ["control/cancel-late"],
  "remembers-cancels": ["control/cancel-late"],
  "hears-half-cancels": ["control/cancel-cut"],
  "keeps-meta": ["control/cancel-meta"],
  "begins-late": ["control/begun"],
  "announces-together": ["control/begun-each"],
  "gives-back-what-runs": ["control/take-back"],
  "overruns-grants": ["stream/items"],
  "never-stops-counting": ["stream/cancel"],
  "counts-unasked": ["stream/asked"],
  "outlives-its-host": ["end/eof"],
  "outlives-its-host-at-work": ["end/eof-busy"],
  "drops-what-runs": ["end/drain"],
  "drains-only-at-work": ["end/drain-idle"],
  "dies-of-sigterm": ["end/sigterm"],
  "drops-what-runs-at-sigterm": ["end/sigterm-busy"],
};

async function broken(mutant: string, only: string): Promise<readonly string[]> {
  const transport = only === "run/separated" ? "stdio" : "fd3";
  const outcomes = await runWorkerClauses({ command: [process.execPath, worker, mutant], transport, only, patienceMs: 4_000 });
  return outcomes.filter(({ outcome }) => outcome === "broken").map(({ clause }) => clause.id);
}

test("the worker that the mutants are made of breaks nothing", { timeout: TIMEOUT_MS }, async () => {
  const outcomes = await runWorkerClauses({ command: [process.execPath, worker] });
  expect(outcomes.filter(({ outcome }) => outcome === "broken")).toEqual([]);
  expect(outcomes.length).toBe(workerClauses.length);
  const onStdio = await runWorkerClauses({ command: [process.execPath, worker], transport: "stdio", only: "run/" });
  const skipped = [...outcomes.filter(({ clause }) => clause.id !== "run/separated"), ...onStdio].filter(
    ({ outcome }) => outcome === "skipped",
  );
  expect(skipped).toEqual([]);
  expect(onStdio.filter(({ outcome }) => outcome === "broken")).toEqual([]);
});

test("every clause has a sabotaged worker that it catches", () => {
  const caught = new Set(Object.values(mutants).flat());
  expect(workerClauses.map(({ id }) => id).filter((id) => !caught.has(id))).toEqual([]);
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
