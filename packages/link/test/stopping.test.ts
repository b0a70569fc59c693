import { job, processor, remote } from "@job-orch/core";
import { memory } from "@job-orch/memory";
import { describe, expect, test } from "vitest";
import { hostJob, payloadOf } from "../src/index.ts";
import { type ScriptedWorker, scripted, turn } from "./support/scripted.ts";

/** Answers one request after the other with itself, as long as the worker is given any. */
async function answerAll(worker: ScriptedWorker | undefined): Promise<readonly unknown[]> {
  const answered: unknown[] = [];
  for (let next = worker?.begin(); next !== undefined; next = worker?.begin()) {
    worker?.answer(next, next.body);
    answered.push(next.body);
    await turn();
  }
  return answered;
}

describe("a stop", () => {
  test("works on what came before it, leaves what comes during it to the next run, and is over when the former has ended", async () => {
    const { hosted, workers } = scripted();
    const running = hosted.run();
    const before = Promise.all(Array.from({ length: 50 }, (_, value) => hosted.call(value)));
    await turn();
    workers[0]?.ready();
    await turn();
    const stopping = hosted.stop({ graceMs: Number.POSITIVE_INFINITY });
    const urgent = hosted.call("urgent", { priority: 9 });
    const sent = await hosted.send("sent", { id: "sent" });
    expect(await answerAll(workers[0])).toHaveLength(50);
    expect(await before).toHaveLength(50);
    expect(workers[0]?.controls).toEqual([{ control: "drain" }]);
    workers[0]?.end({ code: 0 });
    await Promise.all([stopping, running]);
    expect(hosted.stats()).toMatchObject({ waiting: 2, pending: 2, workers: [] });
    expect(sent).toBe("sent");
    void hosted.run();
    await turn();
    workers[1]?.ready();
    await turn();
    expect(await answerAll(workers[1])).toEqual(["urgent", "sent"]);
    expect(await urgent).toBe("urgent");
    expect(hosted.stats()).toMatchObject({ waiting: 0, pending: 0 });
    const closing = hosted.close();
    workers[1]?.end({ code: 0 });
    await closing;
  });

  test("works on what waits for a worker that is still coming up, and on what a crash hands back", async () => {
    const { hosted, workers } = scripted({ retry: { onCrash: true } });
    void hosted.run();
    const calls = Promise.all(["a", "b"].map((value) => hosted.call(value)));
    const stopping = hosted.stop({ graceMs: 60_000 });
    await turn();
    expect(workers[0]?.killed).toBe(false);
    workers[0]?.ready();
    await turn();
    workers[0]?.begin();
    workers[0]?.end();
    await turn();
    for (let count = 0; count < 3; count++) {
      if (workers[1]?.given.length === 0) workers[1].ready();
      await turn();
      await answerAll(workers[1]);
    }
    expect(await calls).toEqual(["a", "b"]);
    workers[1]?.end({ code: 0 });
    await stopping;
  });

  test("that takes too long leaves what was not begun to the next run, and nothing is answered twice", async () => {
    const { hosted, workers } = scripted({ maxWindow: 2 });
    void hosted.run();
    let ends = 0;
    const calls = Promise.all(["runs", "waits", "waits too"].map((value) => hosted.call(value).finally(() => ends++)));
    await turn();
    workers[0]?.ready();
    await turn();
    const begun = workers[0]?.begin();
    const stopping = hosted.stop({ graceMs: 400 });
    expect(workers[0]?.controls).toEqual([]);
    await expect.poll(() => workers[0]?.controls).toEqual([{ control: "drain" }]); // while what runs has time left
    expect(workers[0]?.killed).toBe(false);
    workers[0]?.answer(begun!, "ran");
    expect(workers[0]?.begin()).toBeUndefined();
    workers[0]?.end({ code: 0 });
    await stopping;
    expect(ends).toBe(1);
    expect(hosted.stats()).toMatchObject({ waiting: 2, pending: 2 });
    void hosted.run();
    await turn();
    workers[1]?.ready();
    await turn();
    await answerAll(workers[1]);
    expect(await calls).toEqual(["ran", "waits", "waits too"]);
    expect(ends).toBe(3);
    const closing = hosted.close();
    workers[1]?.end({ code: 0 });
    await closing;
  });

  test("a second time ends at once what the first waits for", async () => {
    const { hosted, workers } = scripted();
    void hosted.run();
    const calls = ["runs", "waits"].map((value) => hosted.sendReceive(value, { timeoutMs: 300 }));
    await turn();
    workers[0]?.ready();
    await turn();
    workers[0]?.begin();
    const stopping = hosted.stop();
    void hosted.stop();
    expect(workers[0]?.killed).toBe(true);
    workers[0]?.end({ code: null, signal: "SIGKILL" });
    await stopping;
    expect(await calls[0]).toMatchObject({ ok: false, error: { code: "ERR_WORKER_CRASHED" } });
    expect(hosted.stats()).toMatchObject({ waiting: 1, pending: 1 });
    expect(await calls[1]).toMatchObject({ ok: false, error: { code: "ERR_DEADLINE" } }); // it waited for a run that did not come
    expect(hosted.stats()).toMatchObject({ waiting: 0, pending: 0 });
    await hosted.close();
  });

  test("of a pool that is paused waits for what runs only", async () => {
    const { hosted, workers } = scripted();
    void hosted.run();
    const runs = hosted.call("runs");
    await turn();
    workers[0]?.ready();
    await turn();
    const begun = workers[0]?.begin();
    hosted.pause();
    const waits = hosted.sendReceive("waits");
    const stopping = hosted.stop({ graceMs: Number.POSITIVE_INFINITY });
    workers[0]?.answer(begun!, "ran");
    workers[0]?.end({ code: 0 });
    await stopping;
    expect(await runs).toBe("ran");
    expect(hosted.stats()).toMatchObject({ waiting: 1, pending: 1 });
    await hosted.close();
    expect(await waits).toMatchObject({ ok: false, error: { code: "ERR_CLOSED" } });
  });

  test("that waits is cut short by a close, which answers everyone at once", async () => {
    const { hosted, workers } = scripted({ maxWindow: 2 });
    void hosted.run();
    const calls = [1, 2, 3, 4].map((value) => hosted.sendReceive(value));
    await turn();
    workers[0]?.ready();
    await turn();
    const begun = workers[0]?.begin();
    const stopping = hosted.stop({ graceMs: Number.POSITIVE_INFINITY });
    const late = hosted.sendReceive("late");
    const closing = hosted.close();
    for (const call of [...calls.slice(1), late]) expect(await call).toMatchObject({ ok: false, error: { code: "ERR_CLOSED" } });
    workers[0]?.answer(begun!, "ran");
    workers[0]?.end({ code: 0 });
    await Promise.all([stopping, closing]);
    expect(await calls[0]).toEqual({ ok: true, value: "ran" });
    expect(hosted.stats()).toMatchObject({ waiting: 0, pending: 0 });
  });

  test("refuses a grace that is none", async () => {
    const { hosted } = scripted();
    await expect(hosted.stop({ graceMs: Number.NaN })).rejects.toMatchObject({ code: "ERR_OPTION" });
    await hosted.close();
  });

  test("of a pool before the queue that asks it lets the queue's requests end", async () => {
    const { hosted, workers } = scripted();
    await using outer = processor(remote(hosted), { transport: memory(), concurrency: 8 });
    const runs = [hosted.run(), outer.run()];
    const calls = Promise.all(Array.from({ length: 8 }, (_, value) => outer.call(value)));
    await expect.poll(() => hosted.stats().pending).toBe(8);
    workers[0]?.ready();
    await turn();
    const stopping = hosted.stop({ graceMs: Number.POSITIVE_INFINITY });
    expect(await answerAll(workers[0])).toHaveLength(8);
    workers[0]?.end({ code: 0 });
    await stopping;
    await outer.stop({ graceMs: Number.POSITIVE_INFINITY });
    await Promise.all(runs);
    expect(await calls).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await hosted.close();
  });
});

describe("of two jobs that share a pool", () => {
  function two(options = {}) {
    const bench = scripted(options);
    const other = hostJob(job<unknown, unknown>()({ name: "other", run: () => undefined }), bench.pool, payloadOf("auto"), false);
    return { ...bench, other };
  }

  test("one that stops takes nothing more; the other goes on, and with it the workers end", async () => {
    const { hosted, other, workers } = two();
    const runs = [hosted.run(), other.run()];
    const before = hosted.call("before");
    await turn();
    workers[0]?.ready();
    await turn();
    const stopping = hosted.stop();
    const late = hosted.call("late");
    expect(await answerAll(workers[0])).toEqual(["before"]);
    await Promise.all([stopping, runs[0]]);
    expect(await before).toBe("before");
    const goesOn = other.call("goes on");
    await turn();
    expect(await answerAll(workers[0])).toEqual(["goes on"]);
    expect(await goesOn).toBe("goes on");
    expect(workers[0]?.controls).toEqual([]);
    expect(hosted.stats()).toMatchObject({ waiting: 1, pending: 1 });
    const again = hosted.run();
    await turn();
    expect(await answerAll(workers[0])).toEqual(["late"]);
    expect(await late).toBe("late");
    await other.stop();
    const last = hosted.stop();
    expect(workers[0]?.controls).toEqual([{ control: "drain" }]);
    workers[0]?.end({ code: 0 });
    await Promise.all([last, again, runs[1]]);
    await hosted.close();
  });

  test("one that stops waits no longer than its grace, and takes no worker from the other", async () => {
    const { hosted, other, workers } = two();
    const runs = [hosted.run(), other.run()];
    const slow = hosted.call("slow");
    await turn();
    workers[0]?.ready();
    await turn();
    const begun = workers[0]?.begin();
    await hosted.stop({ graceMs: 10 });
    await runs[0];
    expect(workers[0]?.killed).toBe(false);
    workers[0]?.answer(begun!, "ended all the same");
    expect(await slow).toBe("ended all the same");
    const stopping = other.stop();
    workers[0]?.end({ code: 0 });
    await Promise.all([stopping, runs[1]]);
    await hosted.close();
  });

  test("one that has stopped does not crowd out the other, however much is asked of it", async () => {
    const { hosted, other, workers } = two({ queue: { maxItems: 3 }, maxWindow: 2 });
    const runs = [hosted.run(), other.run()];
    await turn();
    workers[0]?.ready();
    await hosted.stop();
    const late = Promise.all(Array.from({ length: 10 }, (_, value) => hosted.call(value)));
    const calls = Promise.all(Array.from({ length: 10 }, (_, value) => other.call(value)));
    await turn();
    await answerAll(workers[0]);
    expect(await calls).toHaveLength(10);
    expect(hosted.stats()).toMatchObject({ waiting: 10, pending: 10 });
    const again = hosted.run();
    await turn();
    await answerAll(workers[0]);
    expect(await late).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await other.stop();
    const last = hosted.stop();
    workers[0]?.end({ code: 0 });
    await Promise.all([last, again, ...runs]);
    await hosted.close();
  });

  test("both runs are over when the pool is closed", async () => {
    const { hosted, other, workers } = two();
    const runs = [hosted.run(), other.run()];
    await turn();
    const closing = hosted.close(); // it is the pool's owner
    workers[0]?.end({ code: 0 });
    await Promise.all([closing, ...runs]);
    await expect(other.run()).rejects.toMatchObject({ code: "ERR_CLOSED" });
  });
});
