import { job } from "@job-orch/core";
import { eraseJob } from "@job-orch/core/substrate";
import { expect, test } from "vitest";
import { headOf, Kind, Runner } from "../../src/index.ts";
import { turn } from "../support/scripted.ts";

test("what reaches a worker after it was told to end goes back, and does not run on what was disposed of", async () => {
  const log: unknown[] = [];
  const disposal = Promise.withResolvers<void>();
  const resources = () => ({
    [Symbol.asyncDispose]: () => {
      log.push("disposed");
      return disposal.promise;
    },
  });
  const note = job<string, null, unknown>()({ name: "note", run: (request) => (log.push(request), null) });
  const runner = new Runner({
    jobs: [eraseJob(note)],
    resources,
    concurrency: 1,
    claims: undefined,
    idPrefix: "w-",
    toText: () => undefined,
    announces: false,
    post: (batch) => log.push(batch.slice(2)),
    onDrained: () => log.push("over"),
  });
  runner.take([headOf(0, 0, 0, 0), 1, "begun"]);
  await turn();
  runner.tell({ control: "drain" });
  runner.take([headOf(0, 0, 0, 1), 2, "late", headOf(0, 0, 0, 2), 3, "later"]);
  await turn();
  disposal.resolve();
  await turn();
  const skipped = [1, 2].flatMap((slot) => [headOf(Kind.Skipped, 0, 0, slot), undefined]);
  expect(log).toEqual(["begun", [headOf(Kind.Ok, 0, 0, 0), null], "disposed", skipped, "over"]);
});
