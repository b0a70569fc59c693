import { EncodeError } from "@job-orch/core";
import { toWireError } from "@job-orch/core/substrate";
import { headOf, Kind, kindOf, slotOf, TEXT } from "@job-orch/link";
import { REPLIES } from "./joined-texts.ts";

/** The same replies, with an error where a value stood that cannot leave its thread after all: a buffer that was given away. */
export function refusedReply(batch: readonly unknown[], error: unknown): readonly unknown[] {
  const wire = toWireError(new EncodeError("", error instanceof Error ? error.message : String(error)));
  const refused = batch.slice();
  for (let at = REPLIES.first; at < batch.length; at += REPLIES.step) {
    const head = batch[at] as number;
    const body = batch[at + REPLIES.body];
    if (kindOf(head) !== Kind.Ok || (head & TEXT) !== 0 || typeof body !== "object" || body === null) continue;
    refused[at] = headOf(Kind.Error, 0, 0, slotOf(head));
    refused[at + REPLIES.body] = wire;
  }
  return refused;
}
