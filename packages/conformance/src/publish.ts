import { fail } from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Results } from "./results.ts";

/** Compares what a run proved with what is published; writes it instead when the environment says `JOB_ORCH_PUBLISH=1`. */
export function publish(file: URL, results: Results): void {
  const path = fileURLToPath(file);
  const text = `${JSON.stringify(results, replacer, 2)}\n`;
  if (process.env["JOB_ORCH_PUBLISH"] === "1") {
    mkdirSync(dirname(path), { recursive: true });
    return writeFileSync(path, text);
  }
  const published = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (published !== text)
    fail(`${path} does not say what this run proved: run the test with JOB_ORCH_PUBLISH=1 and look at the difference`);
}

/** JSON has no infinity. */
function replacer(_name: string, value: unknown): unknown {
  return value === Number.POSITIVE_INFINITY ? null : value;
}
