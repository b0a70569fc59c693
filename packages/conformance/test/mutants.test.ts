import { expect, test } from "vitest";
import { clauses, mutants, readClaims, runClause, unmetNeed } from "../src/index.ts";

const byId = new Map(clauses.map((clause) => [clause.id, clause]));

for (const { name, breaks, make, core } of mutants) {
  test(`the suite catches ${name}`, async () => {
    for (const [id, says] of Object.entries(breaks)) {
      const clause = byId.get(id);
      if (clause === undefined) throw new Error(`there is no clause ${id}`);
      const harness = make();
      expect(unmetNeed(clause.needs, await readClaims(harness)), `${id} is not tried on it`).toBeUndefined();
      const failure = await runClause(clause, harness, core).then(
        () => undefined,
        (error: unknown) => error as Error,
      );
      expect(`${id}: ${failure?.message ?? "it passed"}`).toMatch(says);
    }
  });
}

test("every clause is failed by a mutant", () => {
  const failed = new Set(mutants.flatMap(({ breaks }) => Object.keys(breaks)));
  expect(clauses.map(({ id }) => id).filter((id) => !failed.has(id))).toEqual([]);
});

test("no two mutants have the same name", () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
});
