export type { Awaitable } from "./contracts/awaitable.ts";
export type { GetCache } from "./contracts/get-cache.ts";
export type { Headers } from "./contracts/headers.ts";
export type { Loan, LoanReceive } from "./contracts/loan-receive.ts";
export type { BatchReceive, McReceive } from "./contracts/mc-receive.ts";
export type { RequestMessage, ResponseMessage } from "./contracts/messages.ts";
export type { MpSend } from "./contracts/mp-send.ts";
export type { Processor } from "./contracts/processor.ts";
export type { Result } from "./contracts/result.ts";
export type { Run } from "./contracts/run.ts";
export type { LogLevel, RunContext } from "./contracts/run-context.ts";
export type { SendReceive } from "./contracts/send-receive.ts";

export type { Audience } from "./transport/audience.ts";
export type { Capabilities } from "./transport/capabilities.ts";
export type { ChannelSpec } from "./transport/channel-spec.ts";
export type { Delivery } from "./transport/delivery.ts";
export type { Dedupe, Frame, FrameOptions } from "./transport/frame.ts";
export type { AttemptRecord, Control, Depth, FrameRecord, FrameState, History, Inspect, ListQuery, Page } from "./transport/inspect.ts";
export type { Receiver } from "./transport/receiver.ts";
export type { Sender } from "./transport/sender.ts";
export type { Outcome, Sends, Settled, Settlement } from "./transport/settlement.ts";
export type { ReceiveOptions, Transport } from "./transport/transport.ts";

export { type Clock, systemClock, type Timer } from "./clock.ts";
export { type Environment, systemEnvironment } from "./environment.ts";

export {
  AttemptTimeoutError,
  CancelledError,
  ClosedError,
  ConnectionError,
  DeadlineError,
  DecodeError,
  EncodeError,
  LeaseLostError,
  OptionError,
  ProcessError,
  ReceiveError,
  SendError,
  StoreError,
  TooLargeError,
  UnknownVersionError,
  UnsupportedError,
  ValidationError,
} from "./errors/errors.ts";
export { JobError, type Retry } from "./errors/job-error.ts";
export type { WireError } from "./errors/wire-error.ts";
export { FilteredError } from "./errors/errors.ts";

export { fanOut, merge, route } from "./pipeline/branches.ts";
export type { StageFailure } from "./pipeline/graph.ts";
export type { LinkContext, Operator } from "./pipeline/operator.ts";
export { batch, filter, flatMap, map, tap } from "./pipeline/operators.ts";
export { pipe } from "./pipeline/pipe.ts";
export type { Pipeline } from "./pipeline/pipeline.ts";
export type { AttemptEvent, ProcessorEvents, RequestEvent } from "./processor/events.ts";
export type { HostedProcessor, SubscribeOptions } from "./processor/hosted-processor.ts";
export { type ProcessorOptions, type ResourceSource, type RetryOptions, type Shared, shared } from "./processor/options.ts";
export { processor } from "./processor/processor.ts";
export { remote, type RemoteJob } from "./processor/remote.ts";
export type { BaseSendOptions, CallOptions, SendOptions } from "./processor/send-options.ts";
export { type Calls, sendReceive } from "./processor/send-receive.ts";
export { type Running, start, type Startable, type Started } from "./processor/start.ts";
export { canControl, canInspect, knowsAudience } from "./transport/powers.ts";
export type { AnyJob, InputOf, Job, NameOf, RequestOf, ResourcesOf, ResponseOf } from "./job/job.ts";
export { defineJob, job, type JobDefinition, type PlainJobDefinition } from "./job/define-job.ts";
export { type Codec, type CodecLimits, createCodec, defaultCodec } from "./codec/codec.ts";
export type { ErrorClass } from "./errors/wire-error-codec.ts";
export { RemoteError } from "./errors/remote-error.ts";
export type { Backoff, BackoffPlan } from "./processor/backoff.ts";
export { cached, type CachedOptions } from "./cache/cached.ts";
export type { CacheStore } from "./cache/cache-store.ts";
export { BusyError } from "./errors/busy-error.ts";
export { bulkhead, type BulkheadOptions } from "./layers/bulkhead.ts";
export { circuitBreaker, type CircuitBreakerOptions } from "./layers/circuit-breaker.ts";
export { type AnyRun, type Layer, layer, type LayeredRun, withLayers } from "./layers/layer.ts";
export { rateLimit, type RateLimitOptions } from "./layers/rate-limit.ts";
export { timeout } from "./layers/timeout.ts";
export { type JobRunTrace, trace } from "./layers/trace.ts";
export { validate, type ValidateOptions } from "./layers/validate.ts";
