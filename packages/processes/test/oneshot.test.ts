import { readdirSync, readFileSync } from "node:fs";
import { job } from "@job-orch/core";
import { until } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { processes } from "../src/index.ts";

/** Processes that this one started. Source: proc(5) */
function children(): readonly string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] === String(process.pid);
    } catch {
      return false;
    }
  });
}

test("a request that is no JSON is refused before its program is started", async () => {
  const before = children();
  await using cat = processes(job<unknown, unknown>()({ name: "cat", run: (value) => value }), { command: "cat", transport: "oneshot" });
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  for (const request of [1n, { n: 1n }, circular, () => undefined]) {
    await expect(cat.call(request)).rejects.toMatchObject({ code: "ERR_ENCODE" });
  }
  expect(children()).toEqual(before);
  expect(await cat.call({ a: 1 })).toEqual({ a: 1 });
});

test("a program that runs when its pool is stopped is ended with it", async () => {
  const before = children();
  const sleeps = processes(job<string, string>()({ name: "sleep", run: (value) => value }), {
    command: "sleep",
    args: ["600"],
    transport: "oneshot",
    format: "text",
  });
  const slept = sleeps.sendReceive("");
  await until(() => children().length > before.length);
  await sleeps.stop({ graceMs: 20 });
  expect(await slept).toMatchObject({ ok: false });
  await until(() => children().length === before.length);
  await sleeps.close();
});
