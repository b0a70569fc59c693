import { type Environment, OptionError, systemEnvironment } from "@job-orch/core";
import { checkGroup, checkMembers, duration, oneOf, whole } from "@job-orch/core/substrate";
import type { RestartOptions } from "@job-orch/supervisor";
import { availableParallelism } from "node:os";
import { MOST_SLOTS } from "../wire/frames.ts";

/** What every pool of workers can be told. */
export interface PoolOptions {
  /** For messages and events. Default: the name of its first job. */
  readonly name?: string;
  /** How many workers. Range: 1 to 1,024. Default: as many as there are cores. */
  readonly size?: number | { readonly min: number; readonly max: number };
  /** How long a worker above the minimum may have nothing to do. Units: milliseconds. Default 30,000. */
  readonly idleMs?: number;
  /** How many requests a worker runs at once; only jobs that wait for something gain by it. Range: 1 to 1,024. Default 1. */
  readonly concurrency?: number;
  /** How much work a worker may have ahead. Units: milliseconds. Default 1. */
  readonly targetMs?: number;
  /** The most requests that a worker may have unanswered. Range: 2 to 8,192. Default 256. */
  readonly maxWindow?: number;
  /** Take requests back from a worker that did not begin them, for one that has nothing to do. Default true. */
  readonly steal?: boolean;
  readonly queue?: {
    /** Requests that may wait here. Default 100,000. */
    readonly maxItems?: number;
    /** Units: bytes of text and buffers. Default 256 MiB. */
    readonly maxBytes?: number;
    /** What a full queue does: `wait` keeps senders waiting, `reject` refuses with `ERR_POOL_FULL`. Default `wait`. */
    readonly onFull?: "wait" | "reject";
  };
  readonly start?: {
    /** How long a worker may take to load. Units: milliseconds. Default 30,000. */
    readonly timeoutMs?: number;
  };
  /** When a worker is replaced by a fresh one. Default: never. */
  readonly recycle?: {
    /** After so many requests. */
    readonly requests?: number;
    /** Units: milliseconds. */
    readonly ageMs?: number;
    /** Units: MiB. */
    readonly heapMb?: number;
  };
  /** A worker that uses more memory than this, buffers outside its heap included, is ended. Units: MiB. Default: no limit. */
  readonly maxMemoryMb?: number;
  /** How long a job that was told to stop may go on before its worker is ended. Units: milliseconds; `Infinity`: for ever. Default 1,000. */
  readonly graceMs?: number;
  /** How long one attempt may run. Units: milliseconds. Default: no limit. */
  readonly timeoutMs?: number;
  /** How long `call` waits when it does not say. Units: milliseconds. Default 30,000. Jobs are not told: `context.deadline` is `undefined` then. */
  readonly callTimeoutMs?: number;
  readonly retry?: {
    /** Begin a request again whose worker ended under it: only right for jobs that may run twice. Default false. */
    readonly onCrash?: boolean;
  };
  /** When workers crash as soon as they are up: `reject` refuses requests until one stays up, `wait` keeps them. Default `reject`. */
  readonly whenUnavailable?: "reject" | "wait";
  readonly restart?: Omit<RestartOptions, "environment">;
  /** Measure how long requests take, for `stats`. Costs two looks at the clock each. Default false. */
  readonly metrics?: boolean;
  /** Time and chance. */
  readonly environment?: Environment;
}

export interface PoolSettings {
  readonly min: number;
  readonly max: number;
  readonly idleMs: number;
  readonly concurrency: number;
  readonly targetMs: number;
  readonly maxWindow: number;
  readonly steal: boolean;
  readonly maxItems: number;
  readonly maxBytes: number;
  readonly waitsWhenFull: boolean;
  readonly startTimeoutMs: number;
  readonly recycleRequests: number;
  readonly recycleAgeMs: number;
  readonly recycleHeapMb: number;
  readonly maxMemoryMb: number;
  readonly graceMs: number;
  readonly timeoutMs: number;
  readonly callTimeoutMs: number;
  readonly retriesCrashes: boolean;
  readonly rejectsWhenUnavailable: boolean;
  readonly restart: RestartOptions;
  readonly metrics: boolean;
  readonly environment: Environment;
}

const GROUPS = ["queue", "start", "recycle", "retry", "restart"] as const;
const NEVER_MS = Number.POSITIVE_INFINITY;

/** Errors: `ERR_OPTION` when an option is out of range. */
export function toPoolSettings(options: PoolOptions): PoolSettings {
  checkGroup("options", options);
  for (const group of GROUPS) checkGroup(group, options[group]);
  const { size = availableParallelism(), queue = {}, recycle = {}, environment = systemEnvironment } = options;
  if (typeof size !== "number") checkGroup("size", size);
  const { min, max } = typeof size === "number" ? { min: size, max: size } : size;
  checkMembers("environment", environment, ["random"], "a clock and a source of chance");
  checkMembers("environment.clock", environment.clock, ["now", "after"], "a clock");
  if (whole("size.min", min, typeof size === "number" ? 1 : 0, 1_024) > whole("size.max", max, 1, 1_024)) {
    throw new OptionError(`"size.min" is ${min} and "size.max" is ${max}; the least cannot be more than the most`);
  }
  const concurrency = whole("concurrency", options.concurrency ?? 1, 1, 1_024);
  return {
    min,
    max,
    idleMs: duration("idleMs", options.idleMs ?? 30_000, 0),
    concurrency,
    targetMs: duration("targetMs", options.targetMs ?? 1, 0),
    maxWindow: Math.max(whole("maxWindow", options.maxWindow ?? 256, 2, MOST_SLOTS / 4), concurrency + 1),
    steal: flag("steal", options.steal, true),
    maxItems: whole("queue.maxItems", queue.maxItems ?? 100_000, 1, 100_000_000),
    maxBytes: duration("queue.maxBytes", queue.maxBytes ?? 256 * 1024 * 1024),
    waitsWhenFull: oneOf("queue.onFull", queue.onFull ?? "wait", ["wait", "reject"]) === "wait",
    startTimeoutMs: duration("start.timeoutMs", options.start?.timeoutMs ?? 30_000),
    recycleRequests: recycle.requests === undefined ? NEVER_MS : whole("recycle.requests", recycle.requests, 1, Number.MAX_SAFE_INTEGER),
    recycleAgeMs: duration("recycle.ageMs", recycle.ageMs ?? NEVER_MS),
    recycleHeapMb: duration("recycle.heapMb", recycle.heapMb ?? NEVER_MS, 1, "MiB"),
    maxMemoryMb: duration("maxMemoryMb", options.maxMemoryMb ?? NEVER_MS, 1, "MiB"),
    graceMs: duration("graceMs", options.graceMs ?? 1_000, 0),
    timeoutMs: duration("timeoutMs", options.timeoutMs ?? NEVER_MS),
    callTimeoutMs: duration("callTimeoutMs", options.callTimeoutMs ?? 30_000),
    retriesCrashes: flag("retry.onCrash", options.retry?.onCrash, false),
    rejectsWhenUnavailable: oneOf("whenUnavailable", options.whenUnavailable ?? "reject", ["reject", "wait"]) === "reject",
    restart: { ...options.restart, environment },
    metrics: flag("metrics", options.metrics, false),
    environment,
  };
}

function flag(name: string, value: unknown, otherwise: boolean): boolean {
  if (value === undefined || typeof value === "boolean") return value ?? otherwise;
  throw new OptionError(`"${name}" is true or false; it is ${typeof value === "string" ? `"${value}"` : typeof value}`);
}
