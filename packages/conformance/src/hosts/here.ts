import { threadId } from "node:worker_threads";

/** The caller's own place, as `HostDeed` has it. */
export const here = { pid: process.pid, thread: threadId } as const;
