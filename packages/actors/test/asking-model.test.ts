import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Hop } from "./fixtures/hops.ts";
import { askingWorld } from "./support/asking-world.ts";

const seed = Number(process.env["JOB_ORCH_SEED"] ?? 20_261_121);
const numRuns = 150;

const name = fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h");
const hop: fc.Arbitrary<Hop> = fc.record(
  { to: name, via: fc.array(name, { maxLength: 4 }), timeoutMs: fc.constantFrom(20, 60) },
  { requiredKeys: ["to", "via"], noNullPrototype: true },
);
/** Longer than the whole test may take: what waited for its end would fail it. */
const ask = { timeoutMs: 30_000 };

describe.each(["threads", "processes"] as const)(`actors on %s that ask each other at random (seed ${seed})`, (kind) => {
  it.each([
    { dies: false, concurrency: 1 },
    { dies: false, concurrency: 2 },
    { dies: true, concurrency: 2 },
  ])(
    "end each message once and at once: $concurrency at a time, workers die: $dies",
    { timeout: 15_000 },
    async ({ dies, concurrency }) => {
      const asked = fc
        .sample(hop, { seed, numRuns })
        .map((one, at): Hop => (dies && at % 60 === 59 ? { ...one, via: ["a", "b"], dies: true } : one));
      await using on = await askingWorld(kind, { pool: { concurrency } });
      const exits: string[] = [];
      on.pool.on("workerExited", ({ exitClass }) => exits.push(exitClass));
      const results = await Promise.allSettled(asked.map((one) => on.placed.ask(one, ask)));
      const seen = new Set<string>();
      for (const [at, result] of results.entries()) {
        const { to, via = [], timeoutMs } = asked[at]!;
        const end = result.status === "fulfilled" ? "answered" : (result.reason as { readonly code: string }).code;
        seen.add(end);
        if (result.status === "fulfilled") expect(result.value).toBe([to, ...via].join(" "));
        // Only who is in a hurry may give up.
        else
          expect(["ERR_DEADLOCK", ...(dies ? ["ERR_HOST_LOST"] : []), ...(timeoutMs === undefined ? [] : ["ERR_DEADLINE"])]).toContain(end);
      }
      expect([...seen]).toEqual(expect.arrayContaining(["answered", "ERR_DEADLOCK"]));
      if (dies) await expect.poll(() => exits).toContain("crash");
      // One that is about to end may take such a message along.
      for (const to of "abcdefgh") await expect.poll(() => on.placed.ask({ to }, ask).catch(String)).toBe(to);
      await expect.poll(() => on.pool.stats().pending).toBe(0);
    },
  );
});
