import { hostClauses, hostMutants } from "../src/index.ts";
import { expect, test } from "vitest";

test("every clause of hosts is failed by a mutant", () => {
  const failed = new Set(hostMutants.flatMap(({ breaks }) => Object.keys(breaks)));
  expect(hostClauses.map(({ id }) => id).toSorted()).toEqual([...failed].toSorted());
});

test("no two mutants of hosts have the same name", () => {
  expect(new Set(hostMutants.map(({ name }) => name)).size).toBe(hostMutants.length);
});
