import type { ChannelSpec, FrameOptions, ReceiveOptions } from "@job-orch/core";

export interface TextFrame {
  readonly id: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly options?: FrameOptions | undefined;
}

/** What a peer is told. */
export type Command = { readonly call: number } & (
  | { readonly do: "hold"; readonly channel: ChannelSpec; readonly options: ReceiveOptions; readonly count: number }
  | { readonly do: "send"; readonly channel: ChannelSpec; readonly frames: readonly TextFrame[] }
  | {
      readonly do: "consume";
      readonly channel: ChannelSpec;
      readonly options: ReceiveOptions;
      readonly receivers?: number | undefined;
      readonly workMs?: number | undefined;
    }
  | { readonly do: "settle" }
  | { readonly do: "block"; readonly durationMs: number }
  | { readonly do: "close" }
);

/** What a peer says. */
export type Report =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly call: number; readonly value: unknown }
  | { readonly kind: "failed"; readonly call: number; readonly code: string | undefined; readonly message: string }
  | { readonly kind: "taken"; readonly id: string; readonly attempt: number; readonly body: string }
  | { readonly kind: "acked"; readonly id: string };
