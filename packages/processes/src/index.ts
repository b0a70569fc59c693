export type {
  ItemStream,
  PoolCallOptions,
  PooledEvents,
  PooledProcessor,
  PoolSendOptions,
  PoolStats,
  StreamOptions,
  WorkerEvent,
  WorkerStats,
} from "@job-orch/link";
export { PoisonRequestError, PoolFullError, PoolUnavailableError, WorkerCrashedError, WorkerStartError } from "@job-orch/link";
export { ListenError } from "./host/listen-error.ts";
export { ProgramError } from "./host/oneshot.ts";
export type { LivenessOptions } from "./host/liveness.ts";
export type { ProcessOptions, RemoteOptions } from "./host/process-options.ts";
export { processes, type RemoteProcessor } from "./host/processes.ts";
export { FrameParser, type FrameParserOptions, type FrameSink } from "./protocol/frame-parser.ts";
export type { Hello } from "./protocol/hello.ts";
export { HostReader, type HostReaderOptions, type HostSink, type Saying } from "./protocol/host-reader.ts";
export { HostWriter, type RequestMeta } from "./protocol/host-writer.ts";
export { type Cap, CAPS, HOST_OPS, OFFERED_CAPS, WORKER_OPS, type WorkerOp } from "./protocol/ops.ts";
export { FrameTooLargeError, ProtocolError, VersionError } from "./protocol/protocol-error.ts";
export { TokenGate } from "./protocol/token-gate.ts";
