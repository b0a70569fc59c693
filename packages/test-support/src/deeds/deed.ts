import { job } from "@job-orch/core";

/** What the job of the hosts' tests can be asked to do. */
export type Deed =
  | { readonly do: "echo"; readonly value: unknown }
  | { readonly do: "wait"; readonly ms: number; readonly value?: unknown }
  | { readonly do: "spin"; readonly ms: number; readonly value?: unknown }
  | { readonly do: "fail"; readonly how: "error" | "undefined" | "reject" | "subclass" }
  | { readonly do: "die"; readonly how: Death; readonly afterMs?: number }
  | { readonly do: "listen" }
  | { readonly do: "tell" }
  | { readonly do: "ticks" }
  | { readonly do: "context" }
  | { readonly do: "place" }
  | { readonly do: "grow" };

/** How a worker can end. `freeze` stops its whole process. */
export type Death = "async-throw" | "timer-throw" | "exit-0" | "exit-3" | "out-of-memory" | "unhandled-rejection" | "loop" | "freeze";

export class QuotaError extends Error {
  override readonly name = "QuotaError";
  readonly limit = 7;
}

/** The job as its caller sees it; it does nothing, so that nobody takes the caller for a worker. */
export const deeds = job<Deed, unknown>()({ name: "deeds", errors: [QuotaError], run: () => undefined });
