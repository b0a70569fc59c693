import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { OpenPool } from "../pool.ts";

/** A line and a write per request over standard input and output of one child, and nothing else. */
export const openRawPipe: OpenPool = open(false);

/** The same with one write for all lines of a turn, both ways: the most that lines can do. */
export const openGatheredPipe: OpenPool = open(true);

function open(gathers: boolean): OpenPool {
  return async (work) => {
    const program = fileURLToPath(new URL("../../workers/processes/raw-pipe.worker.ts", import.meta.url));
    const child = spawn(process.execPath, [program, work, ...(gathers ? ["gather"] : [])], { stdio: ["pipe", "pipe", "inherit"] });
    const resolvers: ((value: unknown) => void)[] = [];
    const free: number[] = [];
    let gathered = "";
    const flush = (): void => {
      child.stdin.write(gathered);
      gathered = "";
    };
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
          const line = `${JSON.stringify([slot, request])}\n`;
          if (!gathers) return void child.stdin.write(line);
          if (gathered === "") process.nextTick(flush); // after all promises that go on in this turn
          gathered += line;
        }),
    };
  };
}
