/** A job that yields: rows from a thread, no faster than they are read, and a reader who has enough. */
import { threads } from "@job-orch/threads";
import { rows } from "./workers/rows.worker.ts";

const pool = threads(rows, new URL("./workers/rows.worker.ts", import.meta.url), { size: 1 });
const csv = Array.from({ length: 10_000 }, (_, at) => `player ${at},${(at * 7_919) % 1_000}`).join("\n");

// The thread is at most eight rows ahead, however slow this loop is.
let best = { name: "nobody", score: -1 };
for await (const row of pool.stream(csv, { window: 8 })) if (row.score > best.score) best = row;
console.log(best);

// Leaving the loop closes the job: its finally blocks run, and the thread is free.
for await (const row of pool.stream(csv)) {
  if (row.score < 900) continue;
  console.log(row.name);
  break;
}
await pool.close();

// Prints:
// { name: 'player 321', score: 999 }
// player 1
