import { EncodeError } from "@job-orch/core";
import { toWireError } from "@job-orch/core/substrate";
import { headOf, Kind, kindOf, slotOf } from "../wire/frames.ts";
import type { RunnerOptions } from "./runner-options.ts";

/** Posts replies apart, because something in their batch cannot be carried after all: it alone fails. */
export function postOneByOne(
  post: RunnerOptions["post"],
  replies: readonly unknown[],
  transfers: Parameters<RunnerOptions["post"]>[1],
): void {
  post(replies.slice(0, 2), []);
  for (let at = 2; at < replies.length; at += 2) {
    const head = replies[at] as number;
    try {
      post([0, 0, head, replies[at + 1]], transfers);
    } catch (error) {
      const kind = kindOf(head);
      if (kind !== Kind.Ok && kind !== Kind.Error) continue; // what cannot be shown is not shown
      const why = new EncodeError("", error instanceof Error ? error.message : String(error));
      post([0, 0, headOf(Kind.Error, 0, 0, slotOf(head)), toWireError(why)], []);
    }
  }
}
