import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deeds } from "@job-orch/test-support";
import { expect, test } from "vitest";
import { processes } from "../src/index.ts";

const protocol = readFileSync(new URL("../../../docs/protocol.md", import.meta.url), "utf8");
const documented = /^LJP=1 .* node parse\.worker\.ts$/m.exec(protocol)?.[0] ?? "the command line is not in docs/protocol.md";
const worker = fileURLToPath(new URL("./fixtures/deeds.worker.ts", import.meta.url));

/** What somebody types on another machine, for the host and the worker of this test. */
function commandLine(address: string, token: string): string {
  return documented
    .replace(/LJP_ADDR=\S+/, `LJP_ADDR=${address}`)
    .replace(/LJP_TOKEN=\S+/, `LJP_TOKEN=${token}`)
    .replace("node parse.worker.ts", `exec '${process.execPath}' '${worker}'`);
}

test("a worker that is started by the documented command line says what it begins, and takes what JSON lacks", async () => {
  const token = "a-token-that-is-long-enough";
  await using remote = processes(deeds, { listen: {}, token, size: 1, targetMs: 1_000, maxWindow: 16 });
  const address = await remote.listen();
  const dial = () => spawn("sh", ["-c", commandLine(address, token)], { stdio: "ignore" });
  const first = dial();
  const date = new Date(5);
  expect(await remote.call({ do: "echo", value: date })).toEqual(date);
  await Promise.all(Array.from({ length: 50 }, (_, value) => remote.call({ do: "echo", value }))); // a deep window
  const dying = remote.sendReceive({ do: "die", how: "exit-3", afterMs: 100 });
  const behind = Array.from({ length: 5 }, (_, value) => remote.call({ do: "echo", value }));
  expect(await dying).toMatchObject({ ok: false, error: { code: "ERR_WORKER_CRASHED" } });
  if (first.exitCode === null) await once(first, "exit");
  const second = dial();
  expect(await Promise.all(behind)).toEqual([0, 1, 2, 3, 4]);
  await remote.close();
  if (second.exitCode === null) await once(second, "exit");
});
