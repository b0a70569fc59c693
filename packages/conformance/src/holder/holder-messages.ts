import type { ChannelSpec, Frame, ReceiveOptions } from "@job-orch/core";
import type { Held } from "../harness.ts";

/** What a holder process is told. */
export type HolderCommand =
  | { readonly kind: "hold"; readonly channel: ChannelSpec; readonly options: ReceiveOptions; readonly count: number }
  | { readonly kind: "send"; readonly channel: ChannelSpec; readonly frames: readonly Frame[] }
  | { readonly kind: "consume"; readonly channel: ChannelSpec; readonly options: ReceiveOptions }
  | { readonly kind: "block"; readonly durationMs: number };

export interface HolderRequest {
  readonly number: number;
  readonly command: HolderCommand;
}

/** What it says. */
export type HolderNews =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly number: number; readonly held: readonly Held[] }
  | { readonly kind: "failed"; readonly number: number; readonly why: string }
  | { readonly kind: "acked"; readonly id: string };
