import type { Case } from "../../harness/case.ts";
import { ringBytes } from "./ring-bytes.ts";
import { ringJson } from "./ring-json.ts";
import { ringLatency } from "./ring-latency.ts";
import { ringPool } from "./ring-pool.ts";
import { ringQueue, ringRecords } from "./ring-records.ts";

/** Structures in shared memory beside message ports, so that docs/guides/shared-memory.md can say when they pay. */
export const sharedMemoryCases: readonly Case[] = [ringBytes, ringJson, ringRecords, ringQueue, ringLatency, ringPool];
