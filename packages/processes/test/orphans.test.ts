import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { until } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { fieldsOf, isAlive } from "./support/alive.ts";

const host = fileURLToPath(new URL("./fixtures/host.ts", import.meta.url));

test.runIf(process.platform === "linux")("children leave within 2 s of their host's SIGKILL, idle or at work", async () => {
  const child = spawn(process.execPath, [host], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  const children = childrenOf(child.pid as number);
  expect(children).toHaveLength(2);
  child.kill("SIGKILL");
  await until(() => children.every((pid) => !isAlive(pid)), 2_000);
});

test("Ctrl-C in the terminal reaches the host alone: children have groups of their own", async () => {
  const child = spawn(process.execPath, [host], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    await once(child.stdout, "data");
    const groups = childrenOf(child.pid as number).map((pid) => groupOf(pid));
    expect(groups).toHaveLength(2);
    for (const group of groups) expect(group).not.toBe(groupOf(child.pid as number));
  } finally {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});

function childrenOf(parent: number): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => fieldsOf(pid)?.[1] === String(parent));
}

function groupOf(pid: number): string | undefined {
  return fieldsOf(pid)?.[2];
}
