import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { processes } from "@job-orch/processes";
import { jobs } from "../../workers/job-orch-jobs.ts";
import type { OpenPool } from "../pool.ts";
import type { Language } from "./languages.ts";

const PROGRAMS = fileURLToPath(new URL("../../workers/processes/", import.meta.url));
const BUILT = fileURLToPath(new URL("../../../../.job-orch/bench/", import.meta.url));

/** How a language's worker is started. Rust's is built first. */
const commands: Readonly<Record<Language, () => { readonly command: string; readonly args: readonly string[] }>> = {
  node: () => ({ command: process.execPath, args: [`${PROGRAMS}job-orch.worker.ts`] }),
  rust: () => ({ command: buildRust(), args: [] }),
  python: () => ({ command: "python3", args: [`${PROGRAMS}echo.py`] }),
  bash: () => ({ command: "bash", args: [`${PROGRAMS}echo.sh`] }),
};

/** Ours, with its defaults but for the number of processes. */
export function openProcesses(language: Language): OpenPool {
  return async (work, workers) => {
    const job = jobs[work as "noOp" | "echo"] as typeof jobs.echo;
    const pool = processes(job, { ...commands[language](), size: workers, env: { BENCH_WORK: work } });
    return { call: (request) => pool.call(request) };
  };
}

function buildRust(): string {
  mkdirSync(BUILT, { recursive: true });
  const program = `${BUILT}echo-rust`;
  const { status, error } = spawnSync("rustc", ["-O", "-A", "dead_code", "--edition", "2021", "-o", program, `${PROGRAMS}echo.rs`], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error("The Rust worker could not be built; is rustc installed (https://rustup.rs)?", { cause: error });
  return program;
}
