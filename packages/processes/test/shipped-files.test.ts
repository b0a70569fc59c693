import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "job-orch-shipped-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("what Python leaves beside its worker is not published", { timeout: 60_000 }, () => {
  for (const name of ["package.json", "workers"]) cpSync(join(root, name), join(folder, name), { recursive: true });
  mkdirSync(join(folder, "workers/python/__pycache__"), { recursive: true });
  writeFileSync(join(folder, "workers/python/__pycache__/job_orch_worker.cpython-312.pyc"), "");
  const { stdout } = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: folder, encoding: "utf8" });
  expect(stdout).toContain("workers/python/job_orch_worker.py");
  expect(stdout).not.toContain("__pycache__");
});

const noRust = spawnSync("rustc", ["--version"]).status !== 0;
test.skipIf(noRust)("a Rust program that uses little of its worker file builds without a warning", { timeout: 120_000 }, () => {
  cpSync(join(root, "workers/rust/job_orch_worker.rs"), join(folder, "job_orch_worker.rs"));
  const program = `mod job_orch_worker;
fn main() { job_orch_worker::serve("greeter", vec![("greet", Box::new(|json, _context| Ok(json.into())))]); }
`;
  writeFileSync(join(folder, "main.rs"), program);
  const { status, stderr } = spawnSync("rustc", ["--deny", "warnings", "main.rs"], { cwd: folder, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
});
