import { defineJob, job, pipe, processor, remote } from "@job-orch/core";
import { memory } from "@job-orch/memory";
import { expectError, expectType } from "tsd";
import {
  type ItemStream,
  type PooledProcessor,
  type PoolStats,
  serve,
  threadPool,
  threads,
  transfer,
  WorkerCrashedError,
} from "../src/index.ts";

const url = new URL("file:///worker.js");
const length = job<string, number>()({ name: "length", run: (text) => text.length });
const age = job<Date, number>()({ name: "age", run: (date) => date.getTime() });
const dated = job<string, { readonly at: Date }>()({ name: "dated", run: () => ({ at: new Date() }) });
const needy = job<string, number, { readonly open: boolean }>()({ name: "needy", run: () => 1 });

const lengths = threads(length, url, { size: 2, wire: "json" });
expectType<PooledProcessor<string, number, "length">>(lengths);
expectType<Promise<number>>(lengths.call("text"));
expectType<PoolStats>(lengths.stats());
lengths.on("failed", ({ error }) => error instanceof WorkerCrashedError && expectType<number | null>(error.exitCode));
expectError(lengths.on("crashed", () => undefined));
expectError(lengths.call(1));
expectError(lengths.call("text", { timeout: 1 }));
expectError(lengths.call("text", { delayMs: 1 })); // a pool keeps nothing for later
expectError(threads(length, url, { sise: 2 }));
expectError(threads(length, url, { size: "2" }));
expectError(threads(length, "worker.js"));
expectError(threads({ name: "x" }, url));

// JSON alone, where the job's values are JSON.
threads(age, url, { wire: "auto" });
threads(age, url, { wire: "clone" });
expectError(threads(age, url, { wire: "json" }));
expectError(threads(dated, url, { wire: "json" }));

// A pool is a processor, and behind a queue a job.
const queued = processor(remote(lengths), { transport: memory() });
expectType<Promise<number>>(queued.call("text"));
expectError(queued.call(1));
const triple = processor(job<number, number>()({ name: "triple", run: (n) => n * 3 }), { transport: memory() });
expectType<Promise<number>>(pipe(queued, triple).call("text"));
expectError(pipe(triple, queued));

const pool = threadPool(url, { size: 1 });
expectType<PooledProcessor<string, number, "length">>(threads(length, pool));

serve(length);
serve([length, length]);
serve(needy, () => ({ open: true }));
serve(needy, async () => ({ open: true }));
expectError(serve(needy, () => ({ open: "yes" })));
expectError(serve({ name: "x" }));

expectType<Uint8Array<ArrayBuffer>>(transfer(new Uint8Array(1)));
expectError(transfer(new Uint8Array(1), [1]));

const parsed = threads(defineJob({ name: "parse", run: (text: string) => ({ text }) }), url);
expectType<Promise<{ text: string }>>(parsed.call("x"));

// Jobs that yield are read; what they return comes with the end.
const lines = threads(
  defineJob({
    name: "lines",
    run: async function* (file: string) {
      yield { line: file };
      return 1;
    },
  }),
  url,
  { wire: "json" },
);
expectType<ItemStream<{ line: string }, number>>(lines.stream("a", { window: 4, timeoutMs: 1 }));
for await (const item of lines.stream("a")) expectType<{ line: string }>(item);
expectError(lines.stream(1));
expectError(lines.stream("a", { windows: 4 }));
expectError(lengths.stream("text"));
const bytes = threads(job<string, AsyncIterable<Uint8Array>>()({ name: "bytes", run: () => new ReadableStream<Uint8Array>() }), url);
expectType<ItemStream<Uint8Array, unknown>>(bytes.stream("a"));
expectError(threads(job<string, AsyncIterable<Date>>()({ name: "dates", run: () => new ReadableStream<Date>() }), url, { wire: "json" }));
