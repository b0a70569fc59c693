import type { Cap } from "../protocol/ops.ts";
import type { Subject, SubjectOptions } from "./subject.ts";

/** One promise of a worker. */
export interface Clause {
  readonly id: string;
  /** The promise, as a sentence. */
  readonly promise: string;
  /** What the worker's hello must say for it to apply. */
  readonly needs?: readonly Cap[];
  /** Jobs that the worker must serve for it to apply, besides those that it must serve anyway. */
  readonly jobs?: readonly ConformanceJob[];
  /** Throws when the worker breaks it. Workers that `start` gives are ended by the caller. */
  readonly check: (start: (options?: Partial<SubjectOptions>) => Subject) => Promise<void>;
}

/** Source: docs/protocol.md, "Conformance jobs". */
export type ConformanceJob = "ljp.echo" | "ljp.fail" | "ljp.sleep" | "ljp.print" | "ljp.report" | "ljp.meta" | "ljp.count";

/** Those that every worker under test serves. */
export const MANDATORY_JOBS: readonly ConformanceJob[] = ["ljp.echo", "ljp.fail"];
