import { stagesJob } from "@job-orch/streams";
import { threads } from "@job-orch/threads";
import * as functions from "./functions.ts";

/** What `parallel` needs: two threads that serve the functions, started on first use. */
export function twoThreads() {
  return { pool: threads(stagesJob(functions), new URL("./functions.worker.ts", import.meta.url), { size: 2 }), functions };
}
