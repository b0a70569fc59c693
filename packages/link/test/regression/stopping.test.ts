import { job } from "@job-orch/core";
import { expect, test } from "vitest";
import { hostJob, payloadOf } from "../../src/index.ts";
import { scripted, turn } from "../support/scripted.ts";

test("workers of a new run are not ended by the stop before it", async () => {
  const { hosted, workers } = scripted();
  void hosted.run();
  const slow = hosted.call("slow");
  await turn();
  workers[0]?.ready();
  await turn();
  const begun = workers[0]?.begin();
  const stopping = hosted.stop({ graceMs: 30 });
  void hosted.run();
  await turn();
  workers[1]?.ready();
  const fresh = hosted.call("fresh");
  await turn();
  const other = workers[1]?.begin();
  await expect.poll(() => workers[0]?.killed).toBe(true);
  expect(workers[1]?.killed).toBe(false);
  workers[0]?.end({ code: null, signal: "SIGKILL" });
  await stopping;
  await expect(slow).rejects.toMatchObject({ code: "ERR_WORKER_CRASHED" });
  expect(begun?.body).toBe("slow");
  workers[1]?.answer(other!, "answered");
  expect(await fresh).toBe("answered");
  const closing = hosted.close();
  workers[1]?.end({ code: 0 });
  await closing;
});

test("two jobs of one pool that stop together do not hurry each other", async () => {
  const { pool, hosted, workers } = scripted();
  const other = hostJob(job<unknown, unknown>()({ name: "other", run: () => undefined }), pool, payloadOf("auto"), false);
  const slow = hosted.call("slow");
  await turn();
  workers[0]?.ready();
  await turn();
  const begun = workers[0]?.begin();
  const stopping = Promise.all([hosted.stop(), other.stop()]);
  await turn();
  expect(workers[0]?.killed).toBe(false);
  void hosted.stop(); // a second time of the same one is in a hurry
  await turn();
  expect(workers[0]?.killed).toBe(true);
  workers[0]?.answer(begun!, "just in time");
  workers[0]?.end({ code: 0 });
  await stopping;
  expect(await slow).toBe("just in time");
  await hosted.close();
});

test("a worker that is stopped while it comes up is not used, whatever it says", async () => {
  const { hosted, workers } = scripted();
  void hosted.run();
  await turn();
  const stopping = hosted.stop();
  expect(workers[0]?.killed).toBe(true);
  workers[0]?.ready();
  const waits = hosted.call("waits");
  await turn();
  expect(workers[0]?.given).toEqual([]);
  workers[0]?.end({ code: 0 });
  await stopping;
  void hosted.run();
  await turn();
  workers[1]?.ready();
  await turn();
  workers[1]?.answer(workers[1].begin()!, "answered");
  expect(await waits).toBe("answered");
  const closing = hosted.close();
  workers[1]?.end({ code: 0 });
  await closing;
});

test("closing while workers crash as soon as they are up answers everyone", async () => {
  const { hosted, workers } = scripted({ whenUnavailable: "wait", restart: { intensity: { failures: 1 }, backoff: { baseMs: 5 } } });
  const calls = Promise.all([1, 2, 3].map((value) => hosted.sendReceive(value)));
  for (let count = 0; count < 4; count++) {
    await expect.poll(() => workers.at(-1)?.down).toBe(false);
    workers.at(-1)?.end();
  }
  const closing = hosted.close();
  for (const worker of workers) worker.end();
  await closing;
  for (const result of await calls) expect(result).toMatchObject({ ok: false, error: { code: "ERR_CLOSED" } });
});

test("who receives the responses of a job hears that the pool of several jobs is closed", async () => {
  const { pool, hosted } = scripted();
  const other = hostJob(job<unknown, unknown>()({ name: "other", run: () => undefined }), pool, payloadOf("auto"), false);
  const feeds = await Promise.all([hosted.responseReceiver(), other.responseReceiver()]);
  const received = Promise.allSettled(feeds.map((feed) => feed.receive()));
  await pool.close(0);
  expect(await received).toMatchObject([0, 1].map(() => ({ status: "rejected", reason: { code: "ERR_CLOSED" } })));
});
