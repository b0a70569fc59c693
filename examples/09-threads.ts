/** The same job on worker threads, called directly and behind a durable queue. */
import { processor, remote, start } from "@job-orch/core";
import { sqlite } from "@job-orch/sqlite";
import { threads } from "@job-orch/threads";
import { primes } from "./workers/primes.worker.ts";

const pool = threads(primes, new URL("./workers/primes.worker.ts", import.meta.url), { size: 2 });

const ranges = Array.from({ length: 10 }, (_, at) => ({ from: at * 1_000, to: (at + 1) * 1_000 }));
const counts = await Promise.all(ranges.map((range) => pool.call(range)));
console.log(counts.reduce((sum, count) => sum + count, 0));

// A pool is a processor, so a queue can run its work on it: requests outlive this process, and a thread that dies costs an attempt.
const transport = sqlite(":memory:");
const queued = processor(remote(pool), { transport, concurrency: 8, retry: { attempts: 3 } });
const running = start(queued);
console.log(await queued.call({ from: 0, to: 100 }));

await running.stop();
await queued.close();
await pool.close();
await transport[Symbol.asyncDispose]();

// Prints:
// 1229
// 25
