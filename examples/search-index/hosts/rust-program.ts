import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HostError } from "./host-error.ts";

const SOURCES = ["./terms.rs", "../../../packages/processes/workers/rust/job_orch_worker.rs"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/** Builds the Rust program, unless this very source was built before. Returns its path. Errors: `HostError`. */
export function rustProgram(folder: string): string {
  const hash = createHash("sha256");
  for (const path of SOURCES) hash.update(readFileSync(path));
  const program = join(folder, `terms-${hash.digest("hex").slice(0, 16)}`);
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const fresh = `${program}.${process.pid}`;
  const built = spawnSync("rustc", ["-O", "--edition", "2021", "-o", fresh, SOURCES[0] as string], { encoding: "utf8" });
  if (built.error !== undefined) throw new HostError("rust", "there is no rustc here; get it from https://rustup.rs, or use another host");
  if (built.status !== 0) throw new HostError("rust", `the program does not build:\n${built.stderr}`);
  renameSync(fresh, program);
  return program;
}
