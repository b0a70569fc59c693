import { job } from "@job-orch/core";
import { until } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { headOf, hostJob, inlineFactory, Pool, type PooledProcessor, transfer } from "../src/index.ts";

test("a job that runs in this thread when its pool is stopped is told by its signal", async () => {
  let reason: unknown;
  let begun = false;
  const patient = job<number, void>()({
    name: "patient",
    run: (_request, _resources, { signal }) => {
      begun = true;
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          reason = signal.reason;
          reject(reason as Error);
        });
      });
    },
  });
  const pool = new Pool({ name: "patient", options: {}, factory: inlineFactory([patient]) });
  const hosted = hostJob(patient, pool, () => undefined, true) as PooledProcessor<number, void>;
  const called = hosted.sendReceive(1);
  await until(() => begun);
  await hosted.stop({ graceMs: 20 });
  expect(await called).toMatchObject({ ok: false });
  await until(() => reason !== undefined);
  expect(reason).toMatchObject({ code: "ERR_CANCELLED" });
  await hosted.close();
});

test("what its worker was not to give back is not begun any more when the worker is given up", async () => {
  const begun: unknown[] = [];
  const end = Promise.withResolvers<void>();
  const stubborn = job<unknown, void>()({ name: "stubborn", run: (request) => (begun.push(request), end.promise) });
  const pool = new Pool({ name: "stubborn", options: { size: 1 }, factory: inlineFactory([stubborn]) });
  const hosted = hostJob(stubborn, pool, () => undefined, true);
  const calls = ["runs", transfer("moved", [])].map((request) => hosted.sendReceive(request));
  await until(() => begun.length > 0);
  await hosted.stop({ graceMs: 20 });
  expect(await Promise.all(calls)).toMatchObject(
    ["ERR_WORKER_CRASHED", "ERR_TRANSFER_LOST"].map((code) => ({ ok: false, error: { code } })),
  );
  end.resolve();
  await hosted.close();
  await new Promise((resolve) => void setImmediate(resolve));
  expect(begun).toEqual(["runs"]);
});

test("what is on its way to a worker that is given up is not begun", async () => {
  const begun: unknown[] = [];
  const noted = job<unknown, void>()({ name: "noted", run: (request) => void begun.push(request) });
  const start = { place: 0, incarnation: 1, jobs: ["noted"], idPrefix: "", claims: undefined, concurrency: 1 };
  const down = Promise.withResolvers<unknown>();
  const ignored = (): void => undefined;
  const heard = { onReady: ignored, onBatch: ignored, onCredit: ignored, onOutput: ignored, onDown: down.resolve };
  const link = inlineFactory([noted]).start(start, heard);
  link.send([headOf(0, 0, 0, 0), 1, "late"], []);
  link.kill();
  expect(await down.promise).toEqual({ code: 0 });
  expect(begun).toEqual([]);
});
