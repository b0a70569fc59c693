import { fileURLToPath } from "node:url";
import { FixedClusterPool } from "poolifier";
import { Tinypool } from "tinypool";
import workerpool from "workerpool";
import type { OpenPool } from "../pool.ts";

const file = (name: string): string => fileURLToPath(new URL(`../../workers/${name}`, import.meta.url));

export const openTinypoolProcesses: OpenPool = async (name, workers) => {
  const pool = new Tinypool({
    filename: file("tinypool.worker.ts"),
    runtime: "child_process",
    minThreads: workers,
    maxThreads: workers,
    concurrentTasksPerWorker: 64,
  });
  return { call: (request) => pool.run(request, { name }) };
};

export const openClusterPool: OpenPool = async (name, workers) => {
  const pool = new FixedClusterPool(workers, file("processes/poolifier.worker.ts"), { enableEvents: false });
  return { call: (request) => pool.execute(request, name) };
};

export const openWorkerpoolProcesses: OpenPool = async (name, workers) => {
  const pool = workerpool.pool(file("workerpool.worker.ts"), { minWorkers: workers, maxWorkers: workers, workerType: "process" });
  return { call: async (request) => pool.exec(name, [request]) };
};
