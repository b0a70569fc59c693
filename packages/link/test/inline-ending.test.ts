import { job } from "@job-orch/core";
import { until } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { hostJob, inlineFactory, Pool, type PooledProcessor } from "../src/index.ts";

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
