import type { Processor } from "@job-orch/core";
import { OptionError, systemEnvironment } from "@job-orch/core";
import { idSource } from "@job-orch/core/substrate";

/** What takes an event and resolves when it has it: an `MpSend` of events, or a processor by its `send`. */
export interface TakesEvents<in Event> {
  readonly send: (event: Event) => Promise<unknown>;
}

/**
 * Where a router sends what matches: a function, a sender, or a processor whose requests are the events. A function that
 * returns a promise is busy until that settles.
 */
export type Target<Event> = ((event: Event, subject: string) => unknown) | TakesEvents<Event> | Processor<Event, unknown, never>;

/** What a router calls, whatever the target was. */
export type Deliver<in Event> = (event: Event, subject: string) => unknown;

export function toDeliver<Event>(target: Target<Event>): Deliver<Event> {
  if (typeof target === "function") return target;
  if (typeof target === "object" && target !== null) {
    if ("send" in target && typeof target.send === "function") return (event) => target.send(event);
    if ("requestSender" in target && typeof target.requestSender === "function") {
      const sender = target.requestSender();
      const nextId = idSource(systemEnvironment);
      return (event) => sender.send({ id: nextId(), request: event });
    }
  }
  throw new OptionError("A target is a function, something with a send function, or a processor");
}
