import { expect, it } from "vitest";
import { Ledger, mustEqual, WrongCount } from "../src/loads/checks.ts";
import { callFor } from "../src/loads/steady.ts";

it.each([
  ["missing", [0, 1]],
  ["done twice", [0, 1, 2, 2]],
  ["done twice while another is missing", [0, 1, 1]],
  ["none of ours", [0, 1, 7]],
])("a job that was %s voids the count", (_, ran) => {
  const ledger = new Ledger(3);
  for (const i of ran) ledger.note(i);
  expect(() => ledger.mustBeExact()).toThrow(WrongCount);
});

it("each job once is right, in any order", () => {
  const ledger = new Ledger(3);
  for (const i of [2, 0, 1]) ledger.note(i);
  ledger.mustBeExact();
  expect(() => mustEqual("jobs", 3, 4)).toThrow("jobs: expected 3, found 4");
});

it("a response that belongs to another request voids the calls", async () => {
  await expect(callFor(1_000, async ({ i }) => i + 1, 4)).rejects.toThrow(WrongCount);
});
