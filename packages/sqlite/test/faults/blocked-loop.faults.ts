import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "@job-orch/core";
import { expect, test } from "vitest";
import { blockingJob } from "./blocking-job.ts";

const BLOCKED_MS = process.env["JOB_ORCH_FAULTS"] === "full" ? 60_000 : 6_000;
const WORKER = new URL("./blocking-worker.ts", import.meta.url);

test(
  `a job that blocks its event loop for ${BLOCKED_MS / 1_000} s is not run twice while its process lives`,
  { timeout: BLOCKED_MS + 60_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "job-orch-blocked-"));
    const [file, effects] = [join(folder, "jobs.db"), join(folder, "effects.txt")];
    await writeFile(effects, "");
    const worker = fork(WORKER, [file, effects, String(BLOCKED_MS)], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const exited = once(worker, "exit");
    const kill = (): Promise<unknown> => (worker.kill("SIGKILL"), exited);
    const { transport, blocking } = blockingJob(file, effects, 0, () => {});
    try {
      const begun = once(worker, "message");
      const startedMs = performance.now();
      const answer = blocking.call("once", { timeoutMs: BLOCKED_MS + 30_000 });
      await begun;
      const running = start(blocking); // it would take the job if anybody let go of it
      expect(await answer).toBe("once: done");
      expect(performance.now() - startedMs).toBeGreaterThanOrEqual(BLOCKED_MS);
      await kill();
      expect(await blocking.call("mine")).toBe("mine: done"); // and it was able to
      await running.stop();
      const runs = (await readFile(effects, "utf8")).trim().split("\n");
      expect(runs).toEqual([`${worker.pid} 1`, `${process.pid} 1`]);
      expect(await transport.depth("blocking")).toMatchObject({ ready: 0, inFlight: 0, completed: 2, dead: 0 });
    } finally {
      await kill();
      await blocking.close();
      await transport[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    }
  },
);
