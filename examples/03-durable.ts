/** Requests on a SQLite file survive the process: sent by one handle, worked on by another that opens the file later. */
import { defineJob, processor, start } from "@job-orch/core";
import { sqlite } from "@job-orch/sqlite";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

const square = defineJob({ name: "square", request: z.number(), response: z.number(), run: (side) => side * side });
const folder = await mkdtemp(join(tmpdir(), "job-orch-"));
const file = join(folder, "jobs.db");

const writing = sqlite(file);
const sender = processor(square, { transport: writing });
await sender.sendMany([1, 2, 3], { headers: { tenant: "a" } });
await sender.close();
await writing[Symbol.asyncDispose](); // the sender is gone; its requests are not

const working = sqlite(file);
const worker = processor(square, { transport: working, concurrency: 2 });
const responses = await worker.responseReceiver();
const running = start(worker);

const squares: number[] = [];
for await (const { result, headers } of responses) {
  if (result.ok) squares.push(result.value);
  if (squares.length === 3) console.log(squares.toSorted((a, b) => a - b).join(" "), "for tenant", headers?.["tenant"]);
  if (squares.length === 3) break;
}

await running.stop();
await worker.close();
await working[Symbol.asyncDispose]();
await rm(folder, { recursive: true });

// Prints:
// 1 4 9 for tenant a
