import { type ThreadOptions, threads, transfer } from "@job-orch/threads";
import { jobs } from "../workers/job-orch-jobs.ts";
import type { OpenPool } from "./pool.ts";

/** Ours, with its defaults but for the number of threads. */
export const openJobOrch: OpenPool = openJobOrchWith({});

export function openJobOrchWith(options: ThreadOptions): OpenPool {
  return async (work, workers) => {
    const url = new URL("../workers/job-orch.worker.ts", import.meta.url);
    const job = work === "move" ? jobs.stamp : jobs[work];
    const pool = threads(job as typeof jobs.echo, url, { size: workers, workerData: { work }, ...options });
    return {
      call: work === "move" ? (bytes) => pool.call(transfer(bytes)) : (request) => pool.call(request),
    };
  };
}
