import { job } from "@job-orch/core";
import { eraseJob } from "@job-orch/core/substrate";
import { until } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { EXTRA, headOf, Kind, Runner } from "../../src/index.ts";
import { turn } from "../support/scripted.ts";

test("what was moved to a worker is begun there, when it is told to end as well", async () => {
  const log: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<null>();
  const note = job<string, null>()({ name: "note", run: (request) => (log.push(request), request === "long" ? promise : null) });
  const runner = new Runner({
    jobs: [eraseJob(note)],
    resources: undefined,
    concurrency: 1,
    claims: undefined,
    idPrefix: "w-",
    toText: () => undefined,
    announces: false,
    post: (batch) => log.push(batch.slice(2)),
    onDrained: () => log.push("over"),
  });
  const moved = (slot: number, request: string): readonly unknown[] => [headOf(0, EXTRA, 0, slot), slot, request, { moved: true }];
  runner.take([headOf(0, 0, 0, 0), 0, "long", ...moved(1, "moved"), headOf(0, 0, 0, 2), 2, "waits"]);
  runner.tell({ control: "drain" });
  runner.take(moved(3, "moved late"));
  await turn();
  expect(log).toEqual(["long", [headOf(Kind.Skipped, 0, 0, 2), undefined]]);
  resolve(null);
  await until(() => log.includes("over"));
  const answered = [0, 1, 3].flatMap((slot) => [headOf(Kind.Ok, 0, 0, slot), null]);
  const after = log.slice(2);
  expect(after.filter((one) => !Array.isArray(one))).toEqual(["moved", "moved late", "over"]);
  expect(after.filter(Array.isArray).flat()).toEqual(answered); // in one batch, unless the machine is busy
});

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
