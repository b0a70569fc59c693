export { type ExitClass, exitClasses, isFailure } from "./policy/exit-class.ts";
export type { Intensity } from "./policy/intensity.ts";
export type { RestartBackoff, RestartOptions } from "./policy/restart-options.ts";
export { type ExitVerdict, type PoolState, RestartPolicy } from "./policy/restart-policy.ts";
export { ChildStartError, CrashLoopError } from "./errors.ts";
export { supervise, type Supervised, type SuperviseOptions } from "./supervise.ts";
export type {
  Child,
  ChildContext,
  ChildFunction,
  RestartRule,
  RunSpec,
  StartedChild,
  StartSpec,
  Strategy,
  SupervisorSpec,
  TreeOptions,
} from "./tree/child-spec.ts";
export type { ChildEvent, SupervisorEvents } from "./tree/events.ts";
