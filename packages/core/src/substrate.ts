// What the packages between core and the adapters share with it: link, timers, supervisor, actors, streams, events. Not for
// applications: it follows core's version and may change with any minor one.

export { steadyNow } from "./clock.ts";
export { isJsonPlain } from "./codec/is-json-plain.ts";
export { fromWireError, toWireError } from "./errors/wire-error-codec.ts";
export { safeRead, safeString, safeText } from "./errors/safe-read.ts";
export { checkJob } from "./job/check-job.ts";
export { type AnySchema, validate } from "./job/validate.ts";
export { isPromise, NEVER, pause, unlessAborted } from "./processor/awaiting.ts";
export { backoffDelayMs, checkBackoff } from "./processor/backoff.ts";
export { check } from "./processor/body-codec.ts";
export { Call, toError } from "./processor/call.ts";
export { checkedKey, checkFunction, checkGroup, checkMembers, checkSignal, oneOf } from "./processor/check-arguments.ts";
export { type ErasedJob, eraseJob } from "./processor/erased-job.ts";
export { ProcessorEmitter } from "./processor/events.ts";
export { idSource } from "./processor/ids.ts";
export { duration, isShared, whole } from "./processor/options.ts";
export { checkUserHeaders, NO_HEADERS, userHeaders } from "./processor/reserved-headers.ts";
export type { AnySendOptions } from "./processor/send-options.ts";
export { Sweeper } from "./processor/sweeper.ts";
export { Ring } from "./ring.ts";
export { formatPath, type PathStep } from "./codec/format-path.ts";
export { refuseNesting, refusePrototypeKeys } from "./codec/json-guards.ts";
export type { Joined, Unfit } from "./pipeline/unfit.ts";
