import { fileURLToPath } from "node:url";
import { rows, streamsAsPromised } from "@job-orch/test-support";
import { describe, test } from "vitest";
import { type ProcessOptions, processes } from "../src/index.ts";

const worker = fileURLToPath(new URL("./fixtures/rows.worker.ts", import.meta.url));

function open(options: Partial<ProcessOptions> = {}) {
  return processes(rows, { command: process.execPath, args: [worker], size: 1, output: "events", ...options });
}

describe.each(["fd3", "stdio", "tcp"] as const)("jobs in processes yield, over %s", (transport) => {
  streamsAsPromised({ test, open: (options) => open({ transport, ...options }), isolated: true, copies: true });
});
