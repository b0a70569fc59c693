import type { Clock } from "../clock.ts";
import type { Delivery } from "../transport/delivery.ts";
import type { Attempt } from "./attempt.ts";
import type { ProcessorEmitter } from "./events.ts";

/** Tells listeners what became of attempts, once it is stored. */
export function reportStored(
  processor: string,
  emitter: ProcessorEmitter,
  clock: Clock,
  attempts: readonly Attempt[],
  lost: ReadonlySet<Delivery> | undefined,
): void {
  if (lost === undefined && !hears(emitter)) return;
  for (const attempt of attempts) {
    const event = { processor, id: attempt.id, attempt: attempt.attempt };
    if (lost?.has(attempt.delivery)) {
      emitter.emit("leaseLost", event);
      continue;
    }
    reportOne(emitter, clock, attempt, event);
  }
}

function hears(emitter: ProcessorEmitter): boolean {
  return (["succeeded", "retried", "dead", "cancelled", "handedBack"] as const).some((name) => emitter.wants(name));
}

function reportOne(
  emitter: ProcessorEmitter,
  clock: Clock,
  attempt: Attempt,
  event: { readonly processor: string; readonly id: string; readonly attempt: number },
): void {
  const { outcome, error, startedMs } = attempt;
  if (outcome.kind === "dead" && error !== undefined) return emitter.emit("dead", { ...event, error });
  if (outcome.kind === "retry") {
    if (!outcome.charge) return emitter.emit("handedBack", event);
    if (error !== undefined) emitter.emit("retried", { ...event, delayMs: outcome.delayMs, error });
    return;
  }
  if (outcome.kind !== "ack") return;
  if (outcome.state === "cancelled" && error !== undefined) {
    return emitter.emit("cancelled", { processor: event.processor, id: event.id, error });
  }
  emitter.emit("succeeded", { ...event, durationMs: startedMs === undefined ? 0 : clock.now() - startedMs });
}
