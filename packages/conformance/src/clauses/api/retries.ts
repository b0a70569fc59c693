import { deepStrictEqual, fail, ok, strictEqual } from "node:assert/strict";
import { canControl } from "@job-orch/core";
import type { Bench } from "../../bench.ts";
import { type Clause, clause } from "../../clause.ts";
import { atOnce, failureOf, host, responsesOf } from "./host.ts";

class Unmendable extends Error {}

/** Fails until its nth attempt, and notes each. */
function failing(times: number, seen: number[]): (request: unknown, resources: unknown, context: { readonly attempt: number }) => unknown {
  return (request, _resources, { attempt }) => {
    seen.push(attempt);
    if (attempt <= times) throw new RangeError(`attempt ${attempt}`);
    return request;
  };
}

export const retries: readonly Clause[] = [
  clause("API-RTY-01", "a request that fails twice and then succeeds has one response, after three attempts", [], async (bench) => {
    const seen: number[] = [];
    const hosted = host(bench, { run: failing(2, seen), ...atOnce(5) });
    const responses = await responsesOf(bench, hosted);
    strictEqual(await bench.within(hosted.call("x"), "a call is answered"), "x");
    deepStrictEqual(seen, [1, 2, 3]);
    deepStrictEqual((await responses.next()).result, { ok: true, value: "x" });
    await responses.quiet("there is one response");
  }),

  clause("API-RTY-02", "attempts are at least the backoff apart", [], async (bench) => {
    const beganMs: number[] = [];
    const run = (request: unknown, _: unknown, { attempt }: { readonly attempt: number }): unknown => {
      beganMs.push(bench.clock.now());
      if (attempt < 3) throw new RangeError("again");
      return request;
    };
    const hosted = host(bench, { run, retry: { attempts: 3, backoff: { kind: "fixed", baseMs: bench.quietMs } } });
    await bench.within(hosted.call("x"), "a call is answered");
    const gapsMs = beganMs.slice(1).map((atMs, index) => atMs - (beganMs[index] ?? 0));
    ok(
      gapsMs.length === 2 && gapsMs.every((gapMs) => gapMs >= bench.quietMs - 2),
      `the attempts were ${gapsMs.join(" and ")} ms apart, the backoff being ${bench.quietMs} ms`,
    );
  }),

  clause(
    "API-RTY-03",
    "a request that always fails is run as often as it may, no more, and its caller gets the last error",
    [],
    async (bench) => {
      const seen: number[] = [];
      const hosted = host(bench, { run: failing(99, seen), ...atOnce(3) });
      const error = await failureOf(bench, hosted.call("x"));
      ok(error instanceof RangeError && error.message === "attempt 3", `the caller got ${String(error)}`);
      await bench.pause(bench.quietMs);
      deepStrictEqual(seen, [1, 2, 3], "there is more than one layer of retries");
    },
  ),

  clause("API-RTY-04", "then it is a dead letter with its reason and its history", ["inspectable"], async (bench) => {
    const hosted = host(bench, { run: failing(99, []), ...atOnce(2) });
    await failureOf(bench, hosted.call("x", { id: "doomed" }));
    const { record, attempts } = await buried(bench, hosted.name, "doomed");
    deepStrictEqual([record.error?.name, record.error?.message], ["RangeError", "attempt 2"], "the reason was not kept");
    deepStrictEqual(
      attempts.map(({ outcome }) => outcome),
      ["retried", "dead"],
    );
  }),

  clause("API-RTY-05", "an error that no retry can mend is not retried", [], async (bench) => {
    let runs = 0;
    const run = (): never => {
      runs++;
      throw new Unmendable("never");
    };
    const hosted = host(bench, { run, retry: { attempts: 5, backoff: { kind: "fixed", baseMs: 0 }, never: [Unmendable] } });
    await failureOf(bench, hosted.call("x"));
    await bench.pause(bench.quietMs);
    strictEqual(runs, 1, "it was retried all the same");
  }),

  clause("API-RTY-06", "a request that waits for its next attempt holds up no other", [], async (bench) => {
    const ran: unknown[] = [];
    const run = (request: unknown): unknown => {
      ran.push(request);
      if (request === "slow") throw new RangeError("later");
      return request;
    };
    const hosted = host(bench, { run, retry: { attempts: 2, backoff: { kind: "fixed", baseMs: 10 * bench.slowMs } } });
    const slow = failureOf(bench, hosted.call("slow", { id: "slow" }));
    await bench.until(() => ran.includes("slow"), "the job runs");
    strictEqual(await bench.within(hosted.call("quick"), "a call beside one that waits is answered"), "quick");
    await bench.within(hosted.cancel("slow"), "a cancel is stored");
    await slow;
  }),

  clause("API-RTY-07", "a request that is cancelled while it waits for its next attempt has none", [], async (bench) => {
    const seen: number[] = [];
    const backoffMs = 10 * bench.quietMs;
    const hosted = host(bench, { run: failing(99, seen), retry: { attempts: 9, backoff: { kind: "fixed", baseMs: backoffMs } } });
    const calling = failureOf(bench, hosted.call("x", { id: "unwanted" }));
    await bench.until(() => seen.length === 1, "the job runs");
    await bench.pause(bench.quietMs);
    await bench.within(hosted.cancel("unwanted"), "a cancel is stored");
    strictEqual((await calling).code, "ERR_CANCELLED");
    await bench.pause(backoffMs + bench.quietMs);
    deepStrictEqual(seen, [1], "it was retried after it was cancelled");
  }),

  clause("API-RTY-08", "a dead letter that is redriven is run anew, with attempts from 1", ["inspectable"], async (bench) => {
    const seen: number[] = [];
    let mended = false;
    const run = (request: unknown, _: unknown, { attempt }: { readonly attempt: number }): unknown => {
      seen.push(attempt);
      if (!mended) throw new RangeError("broken");
      return request;
    };
    const hosted = host(bench, { run, ...atOnce(2) });
    const responses = await responsesOf(bench, hosted);
    await failureOf(bench, hosted.call("x", { id: "redriven" }));
    strictEqual((await responses.next()).result.ok, false);
    await buried(bench, hosted.name, "redriven");
    mended = true;
    const { transport } = bench;
    if (!canControl(transport)) return fail("the transport has lost its powers");
    strictEqual(await bench.within(transport.redrive(hosted.name), "redrive answers"), 1);
    deepStrictEqual((await responses.next()).result, { ok: true, value: "x" });
    deepStrictEqual(seen, [1, 2, 1]);
  }),
];

/** The record of a dead letter. Its caller may hear of the end before the store has it, where the two are not one step. */
async function buried(bench: Bench, channel: string, id: string) {
  const { transport } = bench;
  if (!canControl(transport)) return fail("the transport has lost its powers");
  const endsMs = bench.clock.now() + bench.slowMs;
  for (;;) {
    const history = await bench.within(transport.history(channel, id), "history answers");
    if (history?.record.state === "dead") return history;
    if (bench.clock.now() >= endsMs) return fail(`"${id}" is ${history?.record.state ?? "unknown"}, not a dead letter`);
    await bench.pause(2);
  }
}
