import { deepStrictEqual, fail, ok, strictEqual } from "node:assert/strict";
import type { RunContext } from "@job-orch/core";
import { type Clause, clause } from "../../clause.ts";
import { failureOf, host, processorOf, run } from "./host.ts";

export const timeouts: readonly Clause[] = [
  clause("API-TMO-01", "a call that is not answered in time fails with ERR_DEADLINE, and others go on", [], async (bench) => {
    const hosted = host(bench, { concurrency: 2, run: (request) => (request === "stuck" ? new Promise(() => {}) : request) });
    const stuck = failureOf(bench, hosted.call("stuck", { timeoutMs: bench.quietMs }));
    strictEqual(await bench.within(hosted.call("fine"), "a call is answered"), "fine");
    strictEqual((await stuck).code, "ERR_DEADLINE");
  }),

  clause("API-TMO-02", "a request whose caller has given up by then is not begun", [], async (bench) => {
    const ran: unknown[] = [];
    const hosted = processorOf(bench, { run: (request) => void ran.push(request) });
    strictEqual((await failureOf(bench, hosted.call("late", { timeoutMs: bench.quietMs }))).code, "ERR_DEADLINE");
    run(bench, hosted);
    await bench.within(hosted.call("fresh"), "a call is answered");
    deepStrictEqual(ran, ["fresh"], "it was begun although nobody waited any more");
  }),

  clause("API-TMO-03", "a call also times out while the server is away", ["network"], async (bench) => {
    const hosted = host(bench);
    await bench.within(hosted.call("x"), "a call is answered");
    const bouncing = (bench.harness.restart ?? fail("the harness has no restart()"))();
    const { code } = await failureOf(bench, hosted.call("y", { timeoutMs: 5 }));
    ok(typeof code === "string", "it failed without a code");
    await bench.within(bouncing, "the server restarts", 10 * bench.slowMs);
  }),

  clause("API-TMO-04", "an attempt that takes too long is told to stop, counts as failed, and is retried", [], async (bench) => {
    const seen: RunContext[] = [];
    const hosted = host(bench, {
      timeoutMs: bench.quietMs,
      retry: { attempts: 2, backoff: { kind: "fixed", baseMs: 0 } },
      run: (request, _resources, context) => {
        seen.push(context);
        return context.attempt === 2
          ? request
          : new Promise((_, reject) => context.signal.addEventListener("abort", () => reject(context.signal.reason)));
      },
    });
    strictEqual(await bench.within(hosted.call("x"), "a call is answered"), "x");
    strictEqual((seen[0]?.signal.reason as { readonly code?: unknown } | undefined)?.code, "ERR_ATTEMPT_TIMEOUT");
    deepStrictEqual(
      seen.map(({ attempt }) => attempt),
      [1, 2],
    );
  }),
];
