import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type RunContext, start } from "@job-orch/core";
import { type Clause, clause } from "../../clause.ts";
import { leavesNothing } from "../../leaves-nothing.ts";
import { failureOf, host, processorOf, responsesOf, run } from "./host.ts";

export const shutdown: readonly Clause[] = [
  clause("API-SHD-01", "stopping lets what runs finish, sends its response, and begins nothing more", [], async (bench) => {
    const release = Promise.withResolvers<void>();
    const began: unknown[] = [];
    const hosted = processorOf(bench, {
      run: async (request) => {
        began.push(request);
        await release.promise;
        return request;
      },
    });
    const responses = await responsesOf(bench, hosted);
    const running = bench.keep(start(hosted));
    await bench.within(hosted.sendMany(["first", "second"]), "a send is accepted");
    await bench.until(() => began.length === 1, "the job runs");
    const stopping = running.stop();
    await bench.pause(4 * bench.quietMs); // longer than a job is given that was told to stop
    release.resolve();
    await bench.within(stopping, "a processor stops");
    deepStrictEqual((await responses.next()).result, { ok: true, value: "first" }, "what ran was not finished");
    await responses.quiet("it has stopped");
    deepStrictEqual(began, ["first"], "a request was begun after the stop");
  }),

  clause("API-SHD-02", "when the grace is over, what runs is told to stop and handed back without charge", [], async (bench) => {
    const began: RunContext[] = [];
    const name = bench.name("p");
    const stuck = processorOf(bench, { name, run: (_request, _resources, context) => (began.push(context), new Promise(() => {})) });
    const running = bench.keep(start(stuck));
    await bench.within(stuck.send("x", { id: "handed-back" }), "a send is accepted");
    await bench.until(() => began.length === 1, "the job runs");
    const { signal } = began[0] as RunContext;
    await bench.within(running.stop({ graceMs: bench.quietMs }), "a processor stops");
    ok(signal.aborted, "the job was not told to stop");
    const next = processorOf(bench, { name, run: (_request, _resources, { attempt }) => attempt });
    const responses = await responsesOf(bench, next);
    run(bench, next);
    deepStrictEqual((await responses.next()).result, { ok: true, value: 1 }, "it was lost, or handed back with charge");
  }),

  clause("API-SHD-03", "stopping and closing twice, at once, or without ever having run is the same as once", [], async (bench) => {
    const unused = processorOf(bench);
    await bench.within(Promise.all([unused.close(), unused.close()]), "an unused processor closes");
    const hosted = host(bench);
    await bench.within(hosted.call("x"), "a call is answered");
    await bench.within(Promise.all([hosted.stop(), hosted.stop()]), "a processor stops");
    await bench.within(Promise.all([hosted.close(), hosted.close()]), "a processor closes");
    await bench.within(hosted.close(), "a processor closes once more");
    await bench.refused(() => hosted.send("y"), ["ERR_CLOSED"], "a send on a closed processor");
  }),

  clause("API-SHD-04", "closing answers everyone who still waits", [], async (bench) => {
    const hosted = processorOf(bench);
    const calling = failureOf(bench, hosted.call("x", { timeoutMs: 100 * bench.slowMs }));
    await bench.pause(bench.quietMs);
    await bench.within(hosted.close(), "a processor closes");
    strictEqual((await calling).code, "ERR_CLOSED");
  }),

  clause("API-SHD-05", "the transport stays open: it belongs to who made it", [], async (bench) => {
    const hosted = host(bench);
    await bench.within(hosted.call("x"), "a call is answered");
    await bench.within(hosted.close(), "a processor closes");
    strictEqual(await bench.within(host(bench).call("y"), "a call is answered"), "y");
  }),

  clause("API-SHD-06", "nothing of a processor is left running once it is closed, whatever it was doing", [], async (bench) => {
    await leavesNothing(bench, async () => {
      const transport = await bench.open();
      const hosted = host(bench, {
        transport,
        concurrency: 2,
        retry: { attempts: 3, backoff: { kind: "fixed", baseMs: 100 * bench.slowMs } },
        run: (request) => {
          if (request === "waits") throw new RangeError("later");
          return request === "stuck" ? new Promise(() => {}) : request;
        },
      });
      const waiting = ["waits", "stuck", "stuck", "queued"].map((request) =>
        failureOf(bench, hosted.call(request, { timeoutMs: 100 * bench.slowMs })),
      );
      await bench.within((await hosted.responseReceiver())[Symbol.asyncDispose](), "a response receiver closes");
      await bench.pause(bench.quietMs);
      await bench.within(hosted.stop({ graceMs: 1 }), "a processor stops");
      await bench.within(hosted.close(), "a processor closes");
      for (const failing of waiting) strictEqual((await failing).code, "ERR_CLOSED");
      await bench.within(transport[Symbol.asyncDispose](), "a transport closes");
    });
  }),
];
