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
export {
  PoisonRequestError,
  PoolFullError,
  PoolUnavailableError,
  transfer,
  TransferLostError,
  WorkerCrashedError,
  WorkerStartError,
} from "@job-orch/link";
export { serve, type ServeOptions } from "./serve.ts";
export type { ThreadOptions } from "./thread-options.ts";
export { type ThreadPool, threadPool, threads } from "./threads.ts";
export { BufferPool, bufferPool, type BufferPoolOptions, type PooledBuffer } from "./shared-memory/buffer-pool.ts";
export { byteRing } from "./shared-memory/byte-ring.ts";
export { ByteRingReader } from "./shared-memory/byte-ring-reader.ts";
export { ByteRingWriter } from "./shared-memory/byte-ring-writer.ts";
export { NotHeldError, PoolExhaustedError, SharedMemoryError } from "./shared-memory/errors.ts";
export type { WaitOptions } from "./shared-memory/parking.ts";
export { RecordQueue, recordQueue } from "./shared-memory/record-queue.ts";
export { recordRing, RecordRingReader, RecordRingWriter } from "./shared-memory/record-ring.ts";
