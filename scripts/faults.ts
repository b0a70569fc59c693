import { spawn } from "node:child_process";
import { root } from "./workspace/root.ts";

/*
 * `npm run faults [-- --smoke] [-- part-of-a-file-name…]`: the fault runs, `*.faults.ts` beside the tests. They read
 * `JOB_ORCH_FAULTS`: `full` for the long run, `smoke` for a short one with the same checks.
 */
const args = process.argv.slice(2);
const size = args.includes("--smoke") ? "smoke" : "full";
const rest = args.filter((argument) => argument !== "--smoke");
const vitest = ["node_modules/vitest/vitest.mjs", "run", "--config", "scripts/vitest/faults.config.ts", ...rest];
const child = spawn(process.execPath, vitest, { cwd: root, env: { ...process.env, JOB_ORCH_FAULTS: size }, stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined); // the child ends first, and says how
child.once("exit", (code) => (process.exitCode = code ?? 1));
