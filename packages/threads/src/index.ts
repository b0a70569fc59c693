export { transfer } from "@job-orch/link";
export { serve } from "./serve.ts";
export type { ThreadOptions } from "./thread-options.ts";
export { type ThreadPool, threadPool, threads } from "./threads.ts";
