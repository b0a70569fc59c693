import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const child = fileURLToPath(new URL("./child.ts", import.meta.url));
/** What one process has compiled the next one need not: they start twice as fast. */
const compileCache = fileURLToPath(new URL("../../../.job-orch/compile-cache/", import.meta.url));

/** What to run in a fresh process. */
export interface Turn {
  readonly ground: string;
  readonly case: string;
  readonly contender: string;
  readonly smoke: boolean;
}

/** Holds a process on the first core. Not every system has it. */
const PIN: readonly string[] = ["taskset", "-c", "0"];
let pin: readonly string[] | undefined;

/** Measures one contender of one case in a process of its own. Rejects when its counts were wrong or it died. */
export function runChild(turn: Turn, pinned: boolean): Promise<number> {
  const flags = ["--expose-gc", "--max-old-space-size=8192"];
  const env = { ...process.env, NODE_COMPILE_CACHE: compileCache };
  const [command, ...args] = [...(pinned ? pinning() : []), process.execPath, ...flags, child, JSON.stringify(turn)];
  const process_ = spawn(command, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  process_.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    process_.once("error", reject);
    process_.once("close", (code, signal) => {
      const value = code === 0 ? Number(output) : Number.NaN;
      if (Number.isFinite(value) && value > 0) resolve(value);
      else reject(new Error(`${turn.ground}/${turn.case}, ${turn.contender}: void (${signal ?? `exit code ${String(code)}`})`));
    });
  });
}

/** How to hold a process on one core: what to put before its command; nothing where there is no way. */
function pinning(): readonly string[] {
  const [command = "", ...args] = PIN;
  pin ??= spawnSync(command, [...args, "true"]).status === 0 ? PIN : [];
  return pin;
}
