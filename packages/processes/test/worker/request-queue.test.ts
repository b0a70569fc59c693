import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { job } from "@job-orch/core";
import { eraseJob } from "@job-orch/core/substrate";
import { until } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { RequestQueue } from "../../src/worker/request-queue.ts";

const jobs = [eraseJob(job<unknown, unknown>()({ name: "echo", run: (value) => value }))];

test("keeps nothing of what was given up behind a long job, and the rest in order", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const queue = new RequestQueue(jobs, 1);
  queue.push(1, "echo", "long");
  queue.take(1, undefined);
  queue.push(2, "echo", "first");
  const kept: WeakRef<object>[] = [];
  for (let n = 0; n < 2_000; n++) {
    const request = { n };
    kept.push(new WeakRef(request));
    queue.push(10, "echo", request);
    if (n === 1_000) queue.push(3, "echo", "second");
    expect(queue.remove(10)).toBe(true);
  }
  queue.push(4, "echo", "third");
  expect([queue.waiting, queue.open]).toEqual([3, 4]);
  await until(() => {
    collect();
    return kept.filter((request) => request.deref() !== undefined).length < 100;
  });
  expect([queue.shift()?.id, queue.shift()?.id, queue.shift()?.id, queue.shift()]).toEqual([2, 3, 4, undefined]);
});
