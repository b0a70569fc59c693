import { job } from "@job-orch/core";
import { expectError, expectType } from "tsd";
import { type PooledProcessor, type PoolStats, processes, WorkerStartError } from "../src/index.ts";

const length = job<string, number>()({ name: "length", run: (text) => text.length });

const lengths = processes(length, { command: "node", args: ["worker.ts"], transport: "stdio", size: { min: 1, max: 2 } });
expectType<PooledProcessor<string, number, "length">>(lengths);
expectType<Promise<number>>(lengths.call("text"));
expectError(lengths.call(1));
expectType<PoolStats>(lengths.stats());
lengths.on("failed", ({ error }) => error instanceof WorkerStartError && expectType<string | undefined>(error.stderrTail));
expectError(lengths.listen());
expectError(processes(length, { args: [] }));
expectError(processes(length, { command: "node", args: "worker.ts" }));
expectError(processes(length, { command: "node", transport: "fd4" }));
processes(length, { command: "node", acks: "each" });
processes(length, { command: "node", acks: false });
expectError(processes(length, { command: "node", acks: true }));
expectError(processes(length, { command: "node", env: { PORT: 1 } }));
expectError(processes(length, { command: "node", shell: true }));
expectError(processes({ name: "x" }, { command: "node" }));

const dialled = processes(length, { listen: { port: 0 }, token: "0123456789abcdef" });
expectType<Promise<string>>(dialled.listen());
expectType<Promise<number>>(dialled.call("text"));
expectError(processes(length, { listen: {} }));
