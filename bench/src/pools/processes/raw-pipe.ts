import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { OpenPool } from "../pool.ts";

/** A line and a write per request over standard input and output of one child, and nothing else. */
export const openRawPipe: OpenPool = async (work) => {
  const program = fileURLToPath(new URL("../../workers/processes/raw-pipe.worker.ts", import.meta.url));
  const child = spawn(process.execPath, [program, work], { stdio: ["pipe", "pipe", "inherit"] });
  const resolvers: ((value: unknown) => void)[] = [];
  const free: number[] = [];
  const lines = createInterface({ input: child.stdout });
  await once(lines, "line");
  lines.on("line", (line) => {
    const [slot, value] = JSON.parse(line) as [number, unknown];
    const resolve = resolvers[slot];
    free.push(slot);
    resolve?.(value);
  });
  return {
    call: (request) =>
      new Promise((resolve) => {
        const slot = free.pop() ?? resolvers.length;
        resolvers[slot] = resolve;
        child.stdin.write(`${JSON.stringify([slot, request])}\n`);
      }),
  };
};
