import type { Transferable } from "node:worker_threads";
import type { Awaitable } from "@job-orch/core";
import type { ErasedJob } from "@job-orch/core/substrate";
import type { ToText } from "../wire/payload.ts";

/** What runs, and where replies go: all that differs between a thread, a process and this thread itself. */
export interface RunnerOptions {
  readonly jobs: readonly ErasedJob[];
  /** Makes what a job borrows, once per place; `undefined`: jobs need nothing. */
  readonly resources: (() => Awaitable<unknown>) | undefined;
  readonly concurrency: number;
  readonly claims: Int32Array | undefined;
  readonly idPrefix: string;
  readonly toText: ToText;
  /** Whether a begun request is announced, because there are no claims to tell. */
  readonly announces: boolean;
  readonly post: (batch: unknown[], transfers: readonly Transferable[]) => void;
  /** Everything was said after `drain`. */
  readonly onDrained: () => void;
}
