import type { BatchReceive, ErrorClass, LogLevel, ResponseMessage, Result } from "@job-orch/core";
import type { HostCapabilities } from "./host-needs.ts";

/** What the harness's job must be able to do; named by what is asked. */
export type HostDeed =
  /** Responds with the value. */
  | { readonly do: "echo"; readonly value: unknown }
  /** Says progress `"waiting"`, and responds with the value after so long. Units: milliseconds. */
  | { readonly do: "wait"; readonly ms: number; readonly value?: unknown }
  /** `subclass`: with the harness's own error class. */
  | { readonly do: "fail"; readonly how: "error" | "undefined" | "reject" | "subclass" }
  /** Ends its worker with code 3. */
  | { readonly do: "die"; readonly how: "exit-3"; readonly afterMs?: number }
  /** Waits for its signal and rejects with the reason. */
  | { readonly do: "listen" }
  /** Progress `{ done: 1 }`, a log line `info` `halfway` `{ part: 0.5 }`, then the response `"told"`. */
  | { readonly do: "tell" }
  /** Responds with id, attempt, headers and deadline. */
  | { readonly do: "context" }
  /** Responds with `{ pid, thread }`: `process.pid` and `threadId` of where it runs. */
  | { readonly do: "place" };

/** What a host is opened with. Units: milliseconds. */
export interface HostOptions {
  readonly size?: number;
  readonly concurrency?: number;
  readonly timeoutMs?: number;
  readonly graceMs?: number;
  readonly callTimeoutMs?: number;
}

export interface HostCallOptions {
  readonly id?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly priority?: number;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** A job on workers, as the clauses see it: by shape alone, so that any host can be tried. */
export interface HostUnderTest extends AsyncDisposable {
  readonly call: (deed: HostDeed, options?: HostCallOptions) => Promise<unknown>;
  readonly sendReceive: (deed: HostDeed, options?: HostCallOptions) => Promise<Result<unknown>>;
  readonly send: (deed: HostDeed, options?: Omit<HostCallOptions, "timeoutMs">) => Promise<string>;
  readonly responseReceiver: () => Promise<BatchReceive<ResponseMessage<unknown>>>;
  readonly cancel: (id: string) => Promise<"cancelled" | "requested">;
  readonly run: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly close: () => Promise<void>;
  readonly on: {
    (event: "progress", listener: (event: { readonly id: string; readonly value: unknown }) => void): () => void;
    (
      event: "log",
      listener: (event: { readonly level: LogLevel; readonly message: string; readonly fields?: unknown }) => void,
    ): () => void;
  };
  readonly stats: () => {
    readonly waiting: number;
    readonly pending: number;
    readonly workers: readonly { readonly incarnation: number }[];
  };
}

/** How a host is had. */
export interface HostHarness {
  /** Names the results. */
  readonly name: string;
  readonly open: (options: HostOptions) => HostUnderTest;
  readonly capabilities: HostCapabilities;
  /** The class that the job registers and throws for `fail`, `subclass`; its instances have `limit` 7. */
  readonly errorClass: ErrorClass;
  /** How long what must happen may take. Units: milliseconds; 5,000 or more. */
  readonly slowMs: number;
}
