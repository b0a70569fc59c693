import type { AnyJob, Awaitable, InputOf, NameOf, ResourcesOf, ResponseOf } from "@job-orch/core";
import type { PoolOptions, Wire } from "@job-orch/link";
import type { ResourceLimits, WorkerOptions } from "node:worker_threads";
import type { JsonSafe } from "./json-safe.ts";

/** Of a job that yields its items. */
type SentBack<Response> = Response extends AsyncIterable<infer Item> ? Item : Response;

type JsonWire<J extends AnyJob> =
  JsonSafe<InputOf<J>> extends true
    ? JsonSafe<SentBack<ResponseOf<J>>> extends true
      ? "json"
      : `the response of '${NameOf<J>}' is not JSON: use "auto"`
    : `the request of '${NameOf<J>}' is not JSON: use "auto"`;

/** What a pool of threads can be told. */
export interface ThreadOptions<J extends AnyJob = AnyJob> extends PoolOptions {
  /**
   * How values cross. `auto`: plain JSON as text, which costs a third of a clone, the rest as a clone. `clone`: everything as
   * a clone. `json`: text alone; what is not plain JSON is refused. Default `auto`.
   */
  readonly wire?: Exclude<Wire, "json"> | JsonWire<J>;
  /**
   * How a thread with nothing to do waits. `event`: in its event loop. `park`: outside of it, which halves the time to wake it
   * and gives its timers and sockets a turn every 5 ms only: for jobs that only compute. `spin`: so, and both sides look out for
   * each other for 0.2 ms before they fall asleep: for short jobs on cores that nobody else needs. Default `event`.
   */
  readonly wake?: "event" | "park" | "spin";
  /**
   * No threads at all: the job that was handed in runs here, behind the same queue and events, where a breakpoint finds it. A function makes
   * what it borrows.
   */
  readonly inline?: true | (() => Awaitable<ResourcesOf<J>>);
  /** Heap and stack of each thread. Buffers are not counted in: see `maxMemoryMb`. */
  readonly resourceLimits?: ResourceLimits;
  readonly env?: WorkerOptions["env"];
  readonly execArgv?: readonly string[];
  /** For the thread's own use, as `workerData`. Range: an object. */
  readonly workerData?: Readonly<Record<string, unknown>>;
}

/** The same, once the gate is passed. */
export interface OpenThreadOptions extends Omit<ThreadOptions, "wire"> {
  readonly wire?: Wire;
}
