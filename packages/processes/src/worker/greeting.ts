import type { ErasedJob } from "@job-orch/core/substrate";
import { VERSION } from "../protocol/limits.ts";
import type { Cap } from "../protocol/ops.ts";

/** How many requests a host may have open here before the first is answered. */
export const CREDIT = 1_024;

/** The hello of a worker. `shared`: whether prints of the program can get between its frames. */
export function greeting(name: string, jobs: readonly ErasedJob[], offered: readonly Cap[], shared: boolean): string {
  const optional = (["ack", "bin", "stream", "tags", ...(shared ? ["rs" as const] : [])] as const).filter((cap) => offered.includes(cap));
  const caps: readonly Cap[] = ["busy", "cancel", "drain", "meta", "ping", "steal", ...optional];
  const lang = `node ${process.versions.node}`;
  const hello = { v: VERSION, name, lang, jobs: jobs.map((job) => job.name), credit: CREDIT, caps, pid: process.pid };
  return `H 0 ${JSON.stringify(hello)}`;
}
