export { type ExitClass, exitClasses, isFailure } from "./policy/exit-class.ts";
export type { Intensity } from "./policy/intensity.ts";
export type { RestartBackoff, RestartOptions } from "./policy/restart-options.ts";
export { type ExitVerdict, type PoolState, RestartPolicy } from "./policy/restart-policy.ts";
