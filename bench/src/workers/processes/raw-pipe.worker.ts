import { createInterface } from "node:readline";
import { echo, noOp } from "../work.ts";

const run = (process.argv[2] === "noOp" ? noOp : echo) as (value: unknown) => unknown;

const gathers = process.argv[3] === "gather";
let gathered = "";

// A line per request and per response: what a pool would be without a pool.
createInterface({ input: process.stdin }).on("line", (line) => {
  const [slot, value] = JSON.parse(line) as [number, unknown];
  const answer = `${JSON.stringify([slot, run(value)])}\n`;
  if (!gathers) return void process.stdout.write(answer);
  if (gathered === "") process.nextTick(flush);
  gathered += answer;
});

function flush(): void {
  process.stdout.write(gathered);
  gathered = "";
}
process.stdout.write("ready\n");
