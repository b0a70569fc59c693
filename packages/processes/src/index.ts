export type { ProcessOptions, RemoteOptions } from "./host/process-options.ts";
export { ProgramError } from "./host/oneshot.ts";
export { processes, type RemoteProcessor } from "./host/processes.ts";
