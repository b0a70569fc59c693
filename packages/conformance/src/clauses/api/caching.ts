import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { cached, shared } from "@job-orch/core";
import { type Clause, clause } from "../../clause.ts";
import { definitionOf, type Hosting, host, processorOf, responsesOf } from "./host.ts";

/** With resources of each place's own, the caller's side has none and does not ask the cache. */
const processorSideOnly: Pick<Hosting, "resources"> = { resources: () => undefined };

export const caching: readonly Clause[] = [
  clause("API-CCH-01", "what the cache knows is answered without a run, under the same id, and says so", [], async (bench) => {
    let runs = 0;
    const hosted = host(bench, { ...processorSideOnly, run: () => ++runs, getCache: () => ({ response: "known" }) });
    const responses = await responsesOf(bench, hosted);
    const id = await bench.within(hosted.send("x"), "a send is accepted");
    const response = await responses.next();
    strictEqual(response.id, id);
    deepStrictEqual(response.result, { ok: true, value: "known" });
    strictEqual(response.headers?.["job-orch-cached"], "processor", "the response does not say where it came from");
    strictEqual(runs, 0, "the job ran all the same");
  }),

  clause("API-CCH-02", "what it does not know is run", [], async (bench) => {
    const hosted = host(bench, { run: () => "run", getCache: () => undefined });
    strictEqual(await bench.within(hosted.call("x"), "a call is answered"), "run");
  }),

  clause("API-CCH-03", "a cached undefined is an answer", [], async (bench) => {
    let runs = 0;
    const hosted = host(bench, { ...processorSideOnly, run: () => ++runs, getCache: () => ({ response: undefined }) });
    strictEqual(await bench.within(hosted.call("x"), "a call is answered"), undefined);
    strictEqual(runs, 0, "the job ran all the same");
  }),

  clause("API-CCH-04", "a cache that fails is one that does not know", [], async (bench) => {
    const getCache = (): never => {
      throw new RangeError("the cache is away");
    };
    strictEqual(await bench.within(host(bench, { run: () => "run", getCache }).call("x"), "a call is answered"), "run");
  }),

  clause("API-CCH-05", "the caller's side is asked first, and then nothing is sent", [], async (bench) => {
    const hosted = processorOf(bench, { resources: shared(undefined), getCache: () => ({ response: "known" }) });
    let sent = 0;
    hosted.on("sent", () => sent++);
    strictEqual(await bench.within(hosted.call("x"), "a call is answered"), "known");
    strictEqual(sent, 0, "it was sent all the same");
  }),

  clause("API-CCH-06", "with a cache, equal requests that are worked on at the same time run once", [], async (bench) => {
    let runs = 0;
    const slow = async (request: unknown): Promise<unknown> => {
      runs++;
      await bench.pause(bench.quietMs);
      return request;
    };
    const job = cached(definitionOf(bench, slow), new Map(), { key: String, ttlMs: 60_000, clock: bench.clock });
    const hosted = host(bench, { job, concurrency: 10 });
    const answers = await bench.within(Promise.all(Array.from({ length: 10 }, () => hosted.call("same"))), "all calls are answered");
    deepStrictEqual(
      answers,
      Array.from({ length: 10 }, () => "same"),
    );
    strictEqual(runs, 1, `it ran ${runs} times for one key`);
  }),
];
