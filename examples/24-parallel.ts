/** Lists, generators and typed arrays through functions on two threads: in order, without more in memory than a few chunks. */
import { join, parallel, stagesJob } from "@job-orch/streams";
import { threads } from "@job-orch/threads";
import * as functions from "./24-parallel/functions.ts";

const pool = threads(stagesJob(functions), new URL("./24-parallel/functions.worker.ts", import.meta.url), { size: 2 });

function* lines() {
  for (let hour = 0; hour < 10_000; hour++) yield `station ${hour % 7};${(hour * 7) % 40}`;
}

// The types go from function to function: "celsiusOf" before "parse" would not compile.
const hot = parallel(lines(), { pool, functions }).map("parse").filter("isHot");
console.log((await hot.take(2)).map(({ station, celsius }) => `${station}: ${celsius} °C`).join(", "));

// Numbers in shared memory: nothing is copied, both threads take ranges from one cursor.
const numbers = new Float64Array(new SharedArrayBuffer(8 * 8_000));
for (let index = 0; index < numbers.length; index++) numbers[index] = index;
const heavy = parallel(numbers, { pool, functions }).map("divisors");
const filled = await heavy.into(new Float64Array(numbers.length));
console.log(filled[12], filled[3_600], heavy.plan.where);

// So little work that sending it away would cost more: it stays here, and says so.
const light = parallel(numbers, { pool, functions });
console.log(await light.reduce("add", { identity: 0, combine: "add" }), light.plan.where);

// Two at once: if one failed, the other would be told to stop.
const [perfect, largest] = await join(
  (signal) => parallel([6, 28, 496], { pool, functions, signal, force: true }).map("divisors").toArray(),
  (signal) => parallel([10, 20, 30], { pool, functions, signal, force: true }).map("divisors").take(1),
);
console.log(perfect.join(" "), largest.join(" "));

await pool.close();

// Prints:
// station 5: 35 °C, station 4: 37 °C
// 28 12493 workers
// 31996000 here
// 12 56 992 18
