import type { MpSend, RequestMessage } from "@job-orch/core";
import { checkMembers } from "@job-orch/core/substrate";

/** A processor that `processor(…)` made, or what sends to one. */
export type ScheduleTarget<Request> = MpSend<RequestMessage<Request>> | ProcessorTarget<Request>;

/** What a schedule needs of a processor. Which options its `send` takes depends on its transport's capabilities. */
export interface ProcessorTarget<in Request> {
  readonly transport: { readonly capabilities: { readonly dedupe: boolean } };
  readonly send: (request: Request, options?: never) => Promise<string>;
}

/** Sends a request under an id that every host derives alike. */
export type SendFiring = (id: string, request: unknown, signal: AbortSignal) => Promise<unknown>;

/** On a transport that dedupes, the id is also the key: of several hosts that send the same firing the store takes one. */
export function toSendFiring(target: ScheduleTarget<never>, dedupeWindowMs: number): SendFiring {
  checkMembers("to", target, ["send"], "a processor, or what sends to one");
  if (!("transport" in target)) {
    const { send } = target as MpSend<RequestMessage<unknown>>;
    return (id, request, signal) => send({ id, request }, { signal });
  }
  const send = target.send as unknown as (request: unknown, options: object) => Promise<string>; // which of them it takes was looked up
  if (!target.transport.capabilities.dedupe) return (id, request, signal) => send(request, { id, signal });
  const dedupe = { scope: "window", windowMs: dedupeWindowMs } as const;
  return (id, request, signal) => send(request, { id, dedupeKey: id, dedupe, signal });
}
