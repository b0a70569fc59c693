import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { getEventListeners } from "node:events";
import type { RunContext } from "@job-orch/core";
import { type Clause, clause } from "../../clause.ts";
import { failureOf, host, later, processorOf, responsesOf, run } from "./host.ts";

const reason = new DOMException("not wanted any more", "AbortError");

/** Runs until it is told to stop, and then throws what it was told. */
function untilTold(began: (context: RunContext) => void): (request: unknown, resources: unknown, context: RunContext) => Promise<unknown> {
  return (_request, _resources, context) =>
    new Promise((_resolve, reject) => {
      context.signal.addEventListener("abort", () => reject(context.signal.reason));
      began(context);
    });
}

export const cancelling: readonly Clause[] = [
  clause("API-CAN-01", "a call that was aborted before sends nothing", [], async (bench) => {
    let runs = 0;
    const hosted = host(bench, { run: () => ++runs });
    strictEqual(await bench.failure(() => hosted.call("x", { signal: AbortSignal.abort(reason) }), "an aborted call fails"), reason);
    await bench.pause(bench.quietMs);
    strictEqual(runs, 0, "it was sent all the same");
  }),

  clause("API-CAN-02", "aborting a call that waits rejects it with the signal's reason and stops the job", [], async (bench) => {
    let told: RunContext | undefined;
    const hosted = host(bench, { run: untilTold((context) => (told = context)) });
    const over = new AbortController();
    const calling = later(hosted.call("x", { signal: over.signal, timeoutMs: 10 * bench.slowMs }));
    await bench.until(() => told !== undefined, "the job runs");
    over.abort(reason);
    strictEqual(await bench.failure(() => calling, "an aborted call fails"), reason);
    await bench.until(() => told?.signal.aborted === true, "the job is told to stop");
  }),

  clause("API-CAN-03", "a cancel from another connection reaches the job", ["beyond one process"], async (bench) => {
    let told: RunContext | undefined;
    const hosted = host(bench, { run: untilTold((context) => (told = context)) });
    const calling = failureOf(bench, hosted.call("x", { id: "far", timeoutMs: 10 * bench.slowMs }));
    const elsewhere = processorOf(bench, { name: hosted.name, transport: await bench.peer() });
    await bench.until(() => told !== undefined, "the job runs");
    await bench.within(elsewhere.cancel("far"), "a cancel is stored");
    await bench.until(() => told?.signal.aborted === true, "the job is told to stop");
    strictEqual((await calling).code, "ERR_CANCELLED");
  }),

  clause("API-CAN-04", "a job that was cancelled has one response, which says so", [], async (bench) => {
    let told: RunContext | undefined;
    const hosted = host(bench, {
      run: untilTold((context) => (told = context)),
      retry: { attempts: 5, backoff: { kind: "fixed", baseMs: 0 } },
    });
    const responses = await responsesOf(bench, hosted);
    const id = await bench.within(hosted.send("x"), "a send is accepted");
    await bench.until(() => told !== undefined, "the job runs");
    await bench.within(hosted.cancel(id), "a cancel is stored");
    const { result } = await responses.next();
    strictEqual(result.ok ? "it succeeded" : (result.error as { readonly code?: unknown }).code, "ERR_CANCELLED");
    await responses.quiet("there is one response");
    strictEqual(told?.attempt, 1, "it was retried");
  }),

  clause("API-CAN-05", "a request that is cancelled before anyone has begun it is not run", ["inspectable"], async (bench) => {
    const ran: unknown[] = [];
    const hosted = processorOf(bench, { run: (request) => void ran.push(request) });
    const responses = await responsesOf(bench, hosted);
    const id = await bench.within(hosted.send("unwanted"), "a send is accepted");
    strictEqual(await bench.within(hosted.cancel(id), "a cancel is stored"), "cancelled");
    strictEqual((await responses.next()).id, id, "nobody was told");
    run(bench, hosted);
    await bench.within(hosted.call("wanted"), "a call is answered");
    deepStrictEqual(ran, ["wanted"]);
  }),

  clause("API-CAN-06", "a signal that lives long keeps no listeners of calls that are over", [], async (bench) => {
    const hosted = host(bench);
    const { signal } = new AbortController();
    for (let count = 0; count < 20; count++) await bench.within(hosted.call(count, { signal }), "a call is answered");
    ok(getEventListeners(signal, "abort").length === 0, `${getEventListeners(signal, "abort").length} listeners were left on a signal`);
  }),
];
