import { createInterface } from "node:readline";
import { echo, noOp } from "../work.ts";

const run = (process.argv[2] === "noOp" ? noOp : echo) as (value: unknown) => unknown;

// A line per request and per response: what a pool would be without a pool.
createInterface({ input: process.stdin }).on("line", (line) => {
  const [slot, value] = JSON.parse(line) as [number, unknown];
  process.stdout.write(`${JSON.stringify([slot, run(value)])}\n`);
});
process.stdout.write("ready\n");
