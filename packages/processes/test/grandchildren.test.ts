import { job } from "@job-orch/core";
import { until } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { processes } from "../src/index.ts";
import { isAlive } from "./support/alive.ts";

const begin = job<string, string>()({ name: "begin", run: (text) => text });

/** Starts a program that goes on when its parent has left, and says its number. */
const leavesOneBehind = "sleep 60 >/dev/null 2>&1 & echo $!";

test.runIf(process.platform === "linux")("what a program started and left behind ends with it, however it left", async () => {
  await using once = processes(begin, { command: "sh", args: ["-c", leavesOneBehind], transport: "oneshot", format: "text" });
  const left = Number(await once.call(""));
  expect(left).toBeGreaterThan(0);
  await until("the one that was left behind to end", () => !isAlive(left));

  // A worker that starts something, answers with its number, and leaves by itself.
  const worker = `printf '%s\\n' 'H 0 {"v":1,"name":"begin","jobs":["begin"]}' >&3; read -r op id rest <&3; sleep 60 >/dev/null 2>&1 3>&- & echo "K $id \\"$!\\"" >&3`;
  await using workers = processes(begin, { command: "bash", args: ["-c", worker], size: 1, output: "events" });
  const behind = Number(await workers.call(""));
  expect(behind).toBeGreaterThan(0);
  await until("what the worker left behind to end", () => !isAlive(behind));
});
