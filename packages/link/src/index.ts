export { Pool } from "./host/pool.ts";
export type { PoolEvents, WorkerEvent } from "./host/pool-events.ts";
export type { PoolOptions } from "./host/pool-options.ts";
export type { PoolStats, WorkerStats } from "./host/pool-stats.ts";
export {
  type CrashReport,
  PoisonRequestError,
  PoolFullError,
  PoolUnavailableError,
  TransferLostError,
  WorkerCrashedError,
  WorkerStartError,
} from "./link-errors.ts";
export { inlineFactory } from "./inline-factory.ts";
export type { Measured } from "./measured.ts";
export type { PoolCallOptions, PoolSendOptions } from "./processor/call-options.ts";
export type { StreamOptions } from "./processor/stream-options.ts";
export type { ItemStream, StreamOf } from "./processor/item-stream.ts";
export { ResponseFeed } from "./processor/response-feed.ts";
export { hostJob } from "./processor/host-job.ts";
export type { PooledEvents, PooledProcessor } from "./processor/pooled-processor.ts";
export type { Exit, LinkEvents, Start, WorkerFactory, WorkerLink } from "./worker-link.ts";
export { Claim, takeBack } from "./wire/claims.ts";
export { type Control, EXTRA, type Extra, type Hello, headOf, jobOf, Kind, kindOf, slotOf, TEXT } from "./wire/frames.ts";
export { likelyFlatText } from "./wire/flat-text.ts";
export { asText, payloadOf, type ToText, type Wire } from "./wire/payload.ts";
export { transfer } from "./wire/transfer.ts";
export { Runner } from "./worker/runner.ts";
export type { RunnerOptions } from "./worker/runner-options.ts";
